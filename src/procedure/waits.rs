//! How long a program waits by itself for what it asked for. howler must not end it in the middle of that.

use jiff::SignedDuration;

use domain::procedure::Command;

/// What waits, by how its arguments begin, whether only with `--wait`, and how long where it is not told.
const WAITS: [(&str, &str, bool, i64); 5] = [
    ("helm", "rollback", true, 5),
    ("helm", "upgrade", true, 5),
    ("vercel", "rollback", false, 3),
    ("vercel", "promote", false, 3),
    ("vercel", "redeploy", false, 3),
];

/// How long the command waits, where it does.
pub fn own(command: &Command) -> Option<SignedDuration> {
    let arguments = command.arguments();
    let begins = arguments.first()?;
    let has = |flag: &str| arguments.iter().any(|part| part == flag);
    let is_it = |(program, word, only, _): &&(&str, &str, bool, i64)| {
        *program == command.program() && word == begins && (!only || has("--wait") || has("--wait-for-jobs"))
    };
    let (.., minutes) = WAITS.iter().find(is_it)?;
    let mut parts = arguments.iter();
    let given = parts.find_map(|part| part.strip_prefix("--timeout=").map(str::to_owned));
    let after = || arguments.iter().skip_while(|part| *part != "--timeout").nth(1).cloned();
    let told = given.or_else(after).and_then(|told| told.parse().ok());
    Some(told.unwrap_or_else(|| SignedDuration::from_mins(*minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_waits_by_itself_is_known() {
        let minutes = |minutes| Some(SignedDuration::from_mins(minutes));
        for (line, expected) in [
            ("vercel rollback x", minutes(3)),
            ("vercel promote x --timeout=5m", minutes(5)),
            ("vercel promote x --timeout 90s", Some(SignedDuration::from_secs(90))),
            ("vercel ls", None),
            ("helm rollback web 3", None),
            ("helm rollback web 3 --wait", minutes(5)),
            ("helm rollback web 3 --wait --timeout=4m", minutes(4)),
            ("kubectl rollout restart deployment/web", None),
            ("psql", None),
        ] {
            let command = Command(line.split(' ').map(str::to_owned).collect());
            assert_eq!(own(&command), expected, "{line}");
        }
    }
}
