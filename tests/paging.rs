//! Pages that nobody answers, and those that nobody could: what people see in Slack and hear on the phone.

use crate::harness::{EMERGENCIES, Message, World};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";
const ON_CALL: &str = "#on-call";
const ROOM: &str = "#inc-1-event-stream-down";
const MAYA: &str = "+4930901820";

async fn with_phone() -> World {
    let world = World::with_phones("twilio", ROSTER).await;
    world.slack.open_direct("maya").unwrap();
    world.slack.command("maya", "@howler", &format!("/oncall phone {MAYA}")).await.unwrap();
    world.settle().await;
    world
}

async fn p1(world: &World) {
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
}

fn last(world: &World, channel: &str, part: &str) -> Message {
    world.channel(channel).last(part).clone()
}

/// How often a channel was called as a whole.
fn alarms(world: &World, channel: &str) -> usize {
    world.count(channel, "<!channel>")
}

#[tokio::test]
async fn a_p1_that_nobody_acknowledges_rings_every_fifteen_minutes_until_somebody_does() {
    let world = with_phone().await;
    p1(&world).await;
    let rings = || world.phones().calls().len();
    let mut heard = Vec::new();
    for _ in 0..9 {
        heard.push(rings());
        world.forward(5).await;
    }
    assert_eq!(heard, [1, 2, 2, 3, 4, 4, 5, 6, 6], "at 0, 5, 15, 20, 30 and 35 minutes");
    let offered = |channel| {
        let shown = world.channel(channel);
        shown.messages.iter().filter(|message| message.buttons().iter().any(|name| name == "ack")).count()
    };
    assert_eq!(
        (offered("maya"), offered("kofi"), offered(ON_CALL)),
        (1, 1, 1),
        "the newest page alone offers it"
    );
    assert!(last(&world, "maya", "replaced by a newer page below").buttons().is_empty());
    world.person("kofi").clicks_direct("ack").await;
    let before = rings();
    world.forward(24).await;
    assert_eq!(rings(), before, "nobody is called any more");
    assert_eq!((offered("maya"), offered("kofi"), offered(ON_CALL)), (0, 0, 0));
}

#[tokio::test]
async fn the_page_about_a_silence_calls_the_backup_too_and_its_button_answers_it() {
    let world = World::with_config(ROSTER).await;
    p1(&world).await;
    world.maya().clicks_direct("ack").await;
    world.forward(60).await;
    assert_eq!(
        (world.count("maya", "nobody answered the reminders"), world.count("kofi", "P1 page")),
        (0, 0),
        "one late update rings nobody"
    );
    world.forward(10).await;
    assert_eq!(
        (world.count("maya", "nobody answered the reminders"), world.count("kofi", "P1 page")),
        (1, 0)
    );
    world.forward(5).await;
    assert_eq!(world.count("kofi", "nobody answered the reminders"), 1, "the path begins anew");
    world.person("kofi").clicks_direct("ack").await;
    let told = world.person("kofi").whisper("kofi").unwrap();
    assert!(told.text.contains("you're on it. Paging has stopped"), "{told:?}");
    assert_eq!(world.count(ROOM, "<@U0KOFI> is on INC-1 now"), 1);
    for channel in ["maya", "kofi", ON_CALL] {
        let closed = last(&world, channel, "<@U0KOFI> is on it since");
        assert!(!closed.buttons().iter().any(|name| name == "ack"), "{channel}: {closed:?}");
    }
    world.forward(14).await;
    assert_eq!(world.count("kofi", "nobody answered the reminders"), 0, "it is closed, and no other came");
    world.forward(6).await;
    let direct = last(&world, "kofi", "Update due");
    assert!(
        direct.text.contains("Nobody in the channel has answered"),
        "whoever took it is asked: {direct:?}"
    );
}

#[tokio::test]
async fn a_p1_with_nobody_on_call_calls_the_whole_channel_at_once() {
    let world = World::with_config("").await;
    p1(&world).await;
    assert_eq!(alarms(&world, EMERGENCIES), 1);
    let page = last(&world, EMERGENCIES, "P1 page");
    assert!(page.text.contains("<!channel> Nobody is on it yet"), "{page:?}");
    assert_eq!(world.count(ON_CALL, "Nobody is on call and there is no backup"), 1);
    world.forward(15).await;
    assert_eq!(alarms(&world, EMERGENCIES), 2, "the response time is over: once more, not twice");
    world.person("zoe").clicks(EMERGENCIES, "ack").await;
    assert!(last(&world, EMERGENCIES, "No need to respond").buttons().is_empty());
    world.forward(24).await;
    assert_eq!(world.count(EMERGENCIES, "P1 page"), 0);
}

#[tokio::test]
async fn an_overdue_update_of_a_p3_calls_nobody_on_call() {
    let world = World::with_config(ROSTER).await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p3 Slow page").await;
    world.forward(50).await;
    let asked = last(&world, EMERGENCIES, "hasn't answered: please post one");
    assert!(asked.text.contains("Stakeholders expected an update"), "{asked:?}");
    let reminders: Vec<String> = world
        .channel(EMERGENCIES)
        .texts()
        .iter()
        .filter(|text| text.contains("Update due"))
        .map(|it| (*it).to_owned())
        .collect();
    assert!(reminders.iter().all(|text| !text.contains("S0ONCALL")), "{reminders:#?}");
    ian.types(EMERGENCIES, "/incident p2 Half of it is slow").await;
    world.forward(41).await;
    assert!(last(&world, EMERGENCIES, "hasn't answered: please post one").text.contains("S0ONCALL"));
}

#[tokio::test]
async fn with_nobody_on_call_the_backup_is_named_and_called() {
    let world = World::with_config("").await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/oncall backup @zoe").await;
    ian.clicks(EMERGENCIES, "confirm").await;
    let who = ian.types(EMERGENCIES, "/oncall who").await;
    assert!(who.contains("Backup: <@U0ZOE>"), "{who}");
    ian.types(EMERGENCIES, "/incident p2 Half of it is slow").await;
    assert_eq!(world.count("zoe", "P2 page"), 1);
    assert_eq!(world.count(ON_CALL, "Nobody is on call, so I'm paging <@U0ZOE>, the backup"), 1);
    let timeline = ian.types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("howler paged <@U0ZOE>"), "{timeline}");
}
