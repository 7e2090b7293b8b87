use proptest::prelude::*;
use serde_json::{from_str, json, to_value};

use super::*;

/// Rows, buttons, exports and the audit's hashes hold these texts.
#[test]
fn everybody_is_stored_as_ever() {
    for (actor, stored) in [
        (Actor::Slack("U0IAN".into()), json!("U0IAN")),
        (Actor::Shell("root".into()), json!("shell:root")),
        (Actor::Shell("user 8".into()), json!("shell:user 8")),
        (Actor::Shell("shell:root".into()), json!("shell:shell:root")),
        (Actor::PagerDuty("Ian Chen".into()), json!("pagerduty:Ian Chen")),
        (Actor::Alert(AlertId(12)), json!("alert:12")),
        (Actor::Howler, json!(null)),
    ] {
        assert_eq!(to_value(&actor).unwrap(), stored);
        assert_eq!(from_str::<Actor>(&stored.to_string()).unwrap(), actor);
    }
}

#[test]
fn only_people_in_slack_are_reached_there() {
    let (ian, alert) = (Actor::from("U0IAN"), Actor::Alert(AlertId(12)));
    assert_eq!(ian.in_slack().map(UserId::as_str), Some("U0IAN"));
    let at_shell = Actor::Shell("root".into());
    let others = [&at_shell, &Actor::PagerDuty("Ian".into()), &alert, &Actor::Howler];
    assert!(others.iter().all(|actor| actor.in_slack().is_none()));
    let people = [&ian, &at_shell, &alert, &Actor::Howler].map(Actor::is_person);
    assert_eq!(people, [true, true, false, false]);
    assert_eq!(alert.not_howler(), Some(&alert));
    assert_eq!(Actor::Howler.not_howler(), None);
    assert_eq!(AlertId(12).to_string(), "A-12");
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        "[UW][A-Z0-9]{1,12}".prop_map(|id| Actor::Slack(UserId(id))),
        any::<String>().prop_map(Actor::Shell),
        any::<String>().prop_map(Actor::PagerDuty),
        any::<u64>().prop_map(|number| Actor::Alert(AlertId(number))),
        Just(Actor::Howler),
    ]
}

proptest! {
    #[test]
    fn what_is_stored_is_read_back(actor in actor()) {
        let stored = serde_json::to_string(&actor).unwrap();
        prop_assert_eq!(from_str::<Actor>(&stored).unwrap(), actor);
    }

    /// Whatever an older row has for a person stays as it is.
    #[test]
    fn a_text_is_stored_as_it_was(text in "(shell:|pagerduty:|U)[ -~]{0,20}") {
        let actor = from_str::<Actor>(&json!(text).to_string()).unwrap();
        prop_assert_eq!(to_value(&actor).unwrap(), json!(text));
    }
}
