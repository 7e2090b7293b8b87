//! Who is at a shell: the kernel tells the user's number, the machine's own list the name.

use std::fs;

use tracing::debug;

use config::Shell;
use domain::actor::Actor;
use domain::text;

/// Read as a file: a directory service may be as down as Slack is, and would hold howler up. Users whom it alone knows
/// go by their number.
const USERS: &str = "/etc/passwd";
/// Longest name that is shown.
const NAME_MOST: usize = 32;

/// Somebody at a shell.
pub(super) struct Person {
    pub uid: u32,
    /// Slack's id where `[shell] people` has one for the name or the number.
    pub id: Actor,
}

impl Person {
    pub fn of(uid: u32, config: &Shell) -> Self {
        let users = fs::read_to_string(USERS).unwrap_or_else(|error| {
            debug!(%error, "the machine's users cannot be read");
            String::new()
        });
        Self { uid, id: id(uid, name_of(uid, &users), config) }
    }
}

fn id(uid: u32, name: Option<&str>, config: &Shell) -> Actor {
    let mapped = name.and_then(|name| config.people.get(name));
    match mapped.or_else(|| config.people.get(&uid.to_string())) {
        Some(slack) => Actor::Slack(slack.as_str().into()),
        None => match name {
            Some(name) => Actor::Shell(text::shorten(&text::clean_line(name), NAME_MOST)),
            None => Actor::Shell(format!("user {uid}")),
        },
    }
}

/// The name in the first row with the number: `root:x:0:0:root:/root:/bin/sh`.
fn name_of(uid: u32, users: &str) -> Option<&str> {
    users.lines().filter(|row| !row.starts_with('#')).find_map(|row| {
        let mut fields = row.split(':');
        let (name, _, number) = (fields.next()?, fields.next()?, fields.next()?);
        (number.parse() == Ok(uid) && !name.trim().is_empty()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0:root:/root:/bin/bash\n# ian:x:1000\nbroken\nian:x:1000:1000::/:/bin/sh\n";

    fn shell(people: &[(&str, &str)]) -> Shell {
        let people = people.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect();
        Shell { people }
    }

    #[test]
    fn a_number_has_the_name_of_its_row() {
        for (uid, name) in [(0, Some("root")), (1_000, Some("ian")), (7, None)] {
            assert_eq!(name_of(uid, USERS), name);
        }
    }

    #[test]
    fn mapped_by_name_or_number_is_slacks_id_and_anybody_else_a_name() {
        let mapped = shell(&[("root", "U0IAN"), ("7", "U0MAYA")]);
        for (uid, config, expected) in [
            (0, &mapped, "U0IAN"),
            (7, &mapped, "U0MAYA"),
            (1_000, &mapped, "shell:ian"),
            (8, &mapped, "shell:user 8"),
            (0, &shell(&[]), "shell:root"),
        ] {
            let id = id(uid, name_of(uid, USERS), config);
            assert_eq!(id.to_string(), expected);
            assert_eq!(id.in_slack().is_some(), expected.starts_with('U'));
        }
    }
}
