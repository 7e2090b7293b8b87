//! What programs are told whatever the configuration says: to be quiet of new versions, to ask nobody anything, and whom `gh` means.

use super::Variables;
use domain::secret::Secret;

/// Nobody reads what they would say of themselves, and some take it for their first error.
const QUIET: [(&str, &str, &str); 8] = [
    ("aws", "AWS_PAGER", ""),
    ("gh", "GH_NO_UPDATE_NOTIFIER", "1"),
    ("gh", "GH_PROMPT_DISABLED", "1"),
    ("terraform", "CHECKPOINT_DISABLE", "1"),
    ("terraform", "TF_IN_AUTOMATION", "1"),
    ("terraform", "TF_INPUT", "0"),
    ("vercel", "NO_UPDATE_NOTIFIER", "1"),
    ("vercel", "VERCEL_TELEMETRY_DISABLED", "1"),
];

/// Those that are named stay as they are. None of this is a secret. Programs run in `/`, where gh finds no repository of its own
/// accord (`gh help environment`).
pub fn with_usual(mut environment: Variables, repository: Option<&str>) -> Variables {
    let of_gh = repository.map(|name| ("gh", "GH_REPO", name));
    for (program, name, value) in QUIET.into_iter().chain(of_gh) {
        let variables = environment.entry(program.to_owned()).or_default();
        if !variables.iter().any(|(known, _)| known == name) {
            variables.push((name.to_owned(), Secret::new(value)));
        }
    }
    environment
}
