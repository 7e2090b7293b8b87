//! What was said of alerts stays true: a question that is void, a channel that is not there.

use domain::Severity;
use domain::alert::signal::Source;

use crate::alerts::{METRICS, ON_CALL, Speaker, messages};
use crate::harness::{EMERGENCIES, World};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";

/// Where somebody is asked whether INC-1 is over: it says what is true now, and its button is there as long as it is a question.
#[tokio::test]
async fn the_question_whether_it_is_over_is_taken_back_when_an_alert_fires_again() {
    let world = World::with_config(ROSTER).await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("down", Severity::P1).await;
    world.forward(3).await;
    prometheus.resolves("down").await;
    let asked = world.channel(ON_CALL).last("It looks over, resolve INC-1?").clone();
    assert!(asked.text.contains("Nobody has touched it"), "{}", asked.text);
    let now = |world: &World| {
        let channel = world.channel(ON_CALL);
        let message = channel.said().into_iter().find(|message| message.ts == asked.ts).unwrap();
        (message.text.replace('*', ""), message.buttons())
    };
    world.forward(2).await;
    prometheus.fires("down", Severity::P1).await;
    let (text, buttons) = now(&world);
    assert!(text.contains("it is not over: A-1 fires."), "{text}");
    assert!(buttons.is_empty(), "{buttons:?}");
    // Over again it is asked anew; a silence by a person is a touch, so howler does not end it.
    prometheus.resolves("down").await;
    let asked = world.channel(ON_CALL).last("It looks over, resolve INC-1?").clone();
    world.maya().types(ON_CALL, "/incident 1 note looking").await;
    let channel = world.channel(ON_CALL);
    let text = &channel.said().into_iter().find(|message| message.ts == asked.ts).unwrap().text;
    assert!(
        text.contains("I don't resolve it by myself") && !text.contains("Nobody has touched it"),
        "{text}"
    );
    world.forward(30).await;
    let list = world.ian().types(EMERGENCIES, "/incident list").await;
    assert!(list.contains("INC-1"), "{list}");
}

/// A rule's channel that is not there, and nobody mentioned: the on-call channel has it, and the board says so.
#[tokio::test]
async fn an_alert_whose_channel_is_not_there_is_told_and_is_on_the_board() {
    let rule = "[[alerts.rule]]\nsource = \"alertmanager\"\nchannel = \"#nowhere\"\nmention = \"nobody\"\n";
    let world = World::with_config(&format!("{ROSTER}{rule}")).await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("disk", Severity::P2).await;
    let told = world.channel(ON_CALL).last("A-1").text.replace('*', "");
    assert!(
        told.contains("disk is in trouble") && told.contains("This comes here because #nowhere"),
        "{told}"
    );
    let board = |told: String| told.replace('*', "");
    let doctor = board(world.ian().types(EMERGENCIES, "/incident doctor").await);
    assert!(doctor.contains("1 message of alerts stands elsewhere, because #nowhere"), "{doctor}");
    world.forward(31).await;
    let reminded = world.channel(ON_CALL).last("Nobody has A-1").text.replace('*', "");
    assert!(reminded.contains("This comes here because #nowhere"), "{reminded}");
    prometheus.resolves("disk").await;
    let ended = world.channel(ON_CALL).last("disk is in trouble").text.clone();
    assert!(ended.contains("✅"), "it is edited where it stands: {ended}");
    let doctor = board(world.ian().types(EMERGENCIES, "/incident doctor").await);
    assert!(!doctor.contains("elsewhere"), "{doctor}");
    assert!(messages(&world, METRICS).is_empty());
}

/// Slack does not tell the on-call's group while a P1 is declared, no rota says who else to call, and howler is killed: the mention that is
/// owed comes all the same.
#[tokio::test]
async fn a_mention_that_is_owed_outlives_a_kill() {
    let mut world = World::start().await;
    world.crash().await;
    world.configure(|config| config.mentions.oncall = "@monkeytown-oncall".to_owned());
    world.slack.faults().http("usergroups.list", 503, 4);
    world.start_howler().await;
    world.person("zoe").types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.settle().await;
    let calls = |world: &World| {
        let said = world.channel(EMERGENCIES).messages.into_iter();
        let calls = said.filter(|message| message.text.contains("<!subteam^S0ONCALL>"));
        calls.map(|message| (message.text, message.thread)).collect::<Vec<_>>()
    };
    let declared = world.channel(EMERGENCIES).last("INCIDENT DECLARED").clone();
    assert!(declared.text.contains("@monkeytown-oncall"), "{}", declared.text);
    assert_eq!(calls(&world), [], "Slack did not tell whom to call");
    world.crash().await;
    world.start_howler().await;
    world.forward(20).await;
    let calls = calls(&world);
    let under = calls.iter().filter(|(_, thread)| thread.is_some()).count();
    assert!(under > 0, "the group is called in the thread of what could not call it: {calls:?}");
    world.forward(30).await;
    world.crash().await;
    world.start_howler().await;
    world.forward(5).await;
    let again = world.channel(EMERGENCIES).messages.into_iter();
    let again =
        again.filter(|message| message.text.contains("<!subteam^S0ONCALL>") && message.thread.is_some());
    assert_eq!(again.count(), under, "once");
}

/// `Why?` names what the runbook's reader asks: source, how it was checked, key, rule, severity, who was on call, what was sent and held back.
#[tokio::test]
async fn why_tells_each_thing_that_led_to_what_was_sent() {
    let rule = "[[alerts.rule]]\nsource = \"alertmanager\"\nkey = \"^stream\"\nseverity = \"P2\"\n";
    let world = World::with_config(&format!("{ROSTER}{rule}")).await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("stream-lag", Severity::P3).await;
    prometheus.fires("stream-lag", Severity::P3).await;
    world.ian().types(ON_CALL, "/alerts silence A-1 2h being fixed").await;
    let why = world.ian().types(ON_CALL, "/alerts why A-1").await.replace(['*', '`', '\u{2060}'], "");
    for part in [
        "Source: Alertmanager",
        "Key: stream-lag",
        "Heard: 2 times",
        "stream",
        "Severity: P2",
        "On call then: <@U0MAYA>",
        "Sent: ",
        "Page: nobody",
        "being fixed",
    ] {
        assert!(why.contains(part), "{part} in {why}");
    }
}
