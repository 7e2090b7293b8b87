//! As whom the runbook's programs run.

use super::Line;
use config::Config;
use probe::{Findable, User, findable, is_root, runs_as};

const WHAT: &str = "programs";

/// How what they begin is found, once they end or are stopped.
pub fn found() -> Line {
    found_by(findable())
}

fn found_by(findable: Findable) -> Line {
    match findable {
        Findable::Cgroup(base) => Line::ok(
            WHAT,
            format!(
                "each is in a control group of its own (cgroup v2, below {}): all that it begins is found and ended with it",
                base.display()
            ),
        ),
        Findable::Subreaper => Line::ok(
            WHAT,
            "howler takes in what they leave behind (child subreaper), and finds it by a mark in its limits too. It may make no \
             control group here, by which all of it would be found whatever it does: under systemd that takes Delegate=yes and \
             ProtectControlGroups=no",
        ),
        Findable::Mark => Line::note(
            WHAT,
            "what they leave behind is found by a mark in its limits alone: howler may make no control group here, and take in no \
             orphans",
        ),
    }
}

pub fn line(config: &Config) -> Line {
    told(runs_as(config.runbook.run_as.as_deref()), is_root())
}

fn told(user: Result<Option<User>, String>, is_root: bool) -> Line {
    match user {
        Err(why) => Line::fail(WHAT, why),
        Ok(Some(User { uid, gid })) => {
            Line::ok(WHAT, format!("the runbook's programs run as user {uid} of group {gid}"))
        }
        Ok(None) if is_root => Line::note(
            WHAT,
            "as root they could do anything on this machine: name a user in [runbook] run_as, or start howler as one",
        ),
        Ok(None) => Line::ok(WHAT, "the runbook's programs run as howler's own user (not root)"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn how_what_is_left_behind_is_found_is_said() {
        for (findable, level, said) in [
            (Findable::Cgroup("/sys/fs/cgroup/howler".into()), Level::Ok, "below /sys/fs/cgroup/howler)"),
            (Findable::Subreaper, Level::Ok, "child subreaper"),
            (Findable::Mark, Level::Note, "mark in its limits alone"),
        ] {
            let line = found_by(findable);
            assert!(line.level == level && line.words.contains(said), "{}", line.words);
        }
    }

    #[test]
    fn root_without_another_user_is_said() {
        let nobody = User { uid: 65_534, gid: 65_534 };
        for (user, is_root, level) in [
            (Ok(None), true, Level::Note),
            (Ok(None), false, Level::Ok),
            (Ok(Some(nobody)), true, Level::Ok),
            (Err("it needs root".to_owned()), false, Level::Fail),
        ] {
            assert_eq!(told(user, is_root).level, level);
        }
    }
}
