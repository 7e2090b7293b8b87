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
