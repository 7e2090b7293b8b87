//! The runbook's procedures: which of them cannot be used, and why, and whether there are people to approve their actions.

use super::Line;
use config::{ApprovalRules, Config};
use domain::procedure::Risk;

const WHAT: &str = "procedures";
const APPROVAL: &str = "approval";

pub fn lines(config: &Config) -> Vec<Line> {
    let loaded = procedure::load(config.runbook.folder.as_deref());
    let mut lines: Vec<Line> =
        loaded.faults.iter().map(|fault| Line::fail(WHAT, fault.to_string())).collect();
    lines.push(Line::ok(WHAT, format!("{} can be shown", loaded.runbook.all().count())));
    lines.push(approvers(&config.runbook.approval));
    lines
}

/// Whoever asks approves nothing, and whoever is on call is often the one who asks.
fn approvers(rules: &ApprovalRules) -> Line {
    let needed = rules.policy(Risk::High).needed;
    // The person on call and the backup.
    let people = rules.people.len() + if rules.on_call { 2 } else { 0 };
    match rules.group.is_some() || people > needed {
        true => Line::ok(APPROVAL, "somebody can approve actions".to_owned()),
        false => Line::note(
            APPROVAL,
            format!(
                "an action of high risk needs {needed} who approve it beside whoever asks, and [runbook.approval] names too \
                 few: add people, or a user group"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use domain::id::UserId;

    #[test]
    fn too_few_to_approve_is_said() {
        let people = |names: &[&str]| names.iter().map(|name| UserId::from(*name)).collect();
        let rules = ApprovalRules::default;
        for (rules, enough) in [
            (rules(), false),
            (ApprovalRules { people: people(&["U0MAYA"]), ..rules() }, true),
            (ApprovalRules { people: people(&["U0MAYA", "U0IAN"]), on_call: false, ..rules() }, false),
            (
                ApprovalRules { people: people(&["U0MAYA", "U0IAN", "U0ZOE"]), on_call: false, ..rules() },
                true,
            ),
            (ApprovalRules { group: Some("S0SRE".into()), on_call: false, ..rules() }, true),
            (ApprovalRules { high: 1, ..rules() }, true),
        ] {
            assert_eq!(approvers(&rules).level == Level::Ok, enough, "{rules:?}");
        }
    }
}
