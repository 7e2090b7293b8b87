//! What programs are told whatever the configuration says: to be quiet of new versions, to ask nobody anything, whom `gh` means, and
//! that `psql` changes nothing.

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

/// `select u.purge from users u` calls a function of that name, which no list of words tells from a column. The last option counts.
const READ_ONLY: &str = "-c default_transaction_read_only=on";

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
    // Whatever else it is told: no procedure changes anything by `psql`.
    let of_psql = environment.entry("psql".to_owned()).or_default();
    let told = of_psql.iter().find(|(name, _)| name == "PGOPTIONS").map_or("", |(_, told)| told.reveal());
    let options = Secret::new(format!("{told} {READ_ONLY}").trim_start());
    of_psql.retain(|(name, _)| name != "PGOPTIONS");
    of_psql.push(("PGOPTIONS".to_owned(), options));
    environment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psql_changes_nothing_whatever_it_is_told() {
        for (told, expected) in [
            (None, "-c default_transaction_read_only=on"),
            (Some("-c work_mem=1MB"), "-c work_mem=1MB -c default_transaction_read_only=on"),
            (
                Some("-c default_transaction_read_only=off"),
                "-c default_transaction_read_only=off -c default_transaction_read_only=on",
            ),
        ] {
            let given = told.map(|told| ("PGOPTIONS".to_owned(), Secret::new(told)));
            let environment = [("psql".to_owned(), given.into_iter().collect())].into();
            let environment = with_usual(environment, None);
            let options: Vec<&str> = environment["psql"]
                .iter()
                .map(|(name, value)| {
                    assert_eq!(name, "PGOPTIONS");
                    value.reveal()
                })
                .collect();
            assert_eq!(options, [expected]);
        }
    }
}
