//! As whom the runbook's programs run.

use super::Line;
use config::Config;
use probe::{User, is_root, runs_as};

const WHAT: &str = "programs";

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
