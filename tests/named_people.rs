//! People who are named in a line about being on call: somebody who left, a bot, a name that is nobody's.

use crate::harness::{EMERGENCIES, World};

#[tokio::test]
async fn whoever_would_be_called_in_vain_is_not_put_on_call() {
    let world = World::start().await;
    world.slack.arrange(|slack| {
        slack
            .people
            .iter_mut()
            .filter(|person| person.name == "zoe")
            .for_each(|person| person.deleted = true);
    });
    let ian = world.ian();
    for (line, why) in [
        ("/oncall add @zoe", "has left this Slack"),
        ("/oncall page @zoe Are you there", "has left this Slack"),
        ("/oncall override @howler fri 18:00 to mon 09:00", "is a bot"),
        ("/oncall add <@U0NOBODY>", "is nobody here"),
        ("/oncall add @mayaa", "/oncall add @maya"),
        ("/oncall add @kof", "/oncall add @kofi"),
        ("/oncall add @xyzzy", "pick the name from Slack's list"),
    ] {
        let answer = ian.types(EMERGENCIES, line).await;
        assert!(answer.contains(why) && answer.contains("Nothing changed"), "{line}: {answer}");
    }
    let shown = ian.types(EMERGENCIES, "/oncall add @kofi").await;
    assert!(shown.contains("Not done yet"), "{shown}");
}

#[tokio::test]
async fn a_slack_that_does_not_tell_keeps_nobody_from_being_put_on_call() {
    let world = World::start().await;
    world.slack.faults().fail("users.info", "missing_scope", 1);
    let shown = world.ian().types(EMERGENCIES, "/oncall add @kofi").await;
    assert!(shown.contains("Not done yet"), "{shown}");
}
