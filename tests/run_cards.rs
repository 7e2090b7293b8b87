//! Cards of runs within Slack's limits: what a card is late to show is told in its thread, and one that grew too long is shortened.

use crate::harness::{EMERGENCIES, Town};
use crate::rollback::{KUBECTL, PEOPLE, QUEUE, broken};

const NEWS: &str = "RUN-1: next step: Restart the queue";

/// In the thread of which message, by text, `part` stands, once for each time.
fn threads(town: &Town, part: &str) -> Vec<String> {
    town.world.slack.look(|world| {
        let messages = &world.channel_called(EMERGENCIES).unwrap().messages;
        let news = messages.iter().filter(|message| message.text.contains(part));
        let root = |ts: &String| messages.iter().find(|message| message.ts == *ts).unwrap().text.clone();
        news.map(|message| message.thread_ts.as_ref().map(root).unwrap_or_default()).collect()
    })
}

#[tokio::test]
async fn what_the_card_is_late_to_show_is_told_in_its_thread_once() {
    let town = broken().await;
    let world = &town.world;
    world.slack.faults().rate_limit("chat.update", None, 1, 60);
    world.ian().types(EMERGENCIES, "/runbook diagnose queue").await;
    world.forward_seconds(2).await;
    assert_eq!(threads(&town, NEWS), Vec::<String>::new(), "the card may show it in time");
    world.forward_seconds(2).await;
    let stands = threads(&town, NEWS);
    assert!(stands.len() == 1 && stands[0].contains("Queue failure"), "{stands:?}");
    assert!(!town.card(EMERGENCIES).contains("Next step"), "{}", town.card(EMERGENCIES));
    world.forward_seconds(90).await;
    assert!(town.card(EMERGENCIES).contains("Next step: Restart the queue"), "the edit follows");
    assert_eq!(threads(&town, NEWS).len(), 1);
}

#[tokio::test]
async fn what_the_card_shows_in_time_is_told_nowhere_else() {
    let town = broken().await;
    town.world.ian().types(EMERGENCIES, "/runbook diagnose queue").await;
    town.world.forward_seconds(60).await;
    assert!(town.card(EMERGENCIES).contains("Next step: Restart the queue"));
    assert_eq!(threads(&town, NEWS), Vec::<String>::new());
}

#[tokio::test]
async fn news_whose_fate_is_unknown_are_not_told_twice() {
    for crashes in [false, true] {
        let mut town = broken().await;
        town.world.slack.faults().rate_limit("chat.update", None, 1, 600);
        town.world.ian().types(EMERGENCIES, "/runbook diagnose queue").await;
        town.world.slack.faults().lose_answer("chat.postMessage", 1);
        town.world.forward_seconds(3).await;
        if crashes {
            town.world.crash().await;
            town.world.slack.faults().rate_limit("chat.update", None, 1, 600);
            town.world.start_howler().await;
        }
        town.world.forward_seconds(60).await;
        assert_eq!(threads(&town, NEWS).len(), 1, "with a crash: {crashes}");
    }
}

#[tokio::test]
async fn what_is_not_so_any_more_is_no_news() {
    let town = broken().await;
    let world = &town.world;
    world.slack.faults().rate_limit("chat.update", None, 1, 60);
    world.ian().types(EMERGENCIES, "/runbook diagnose queue").await;
    world.ian().types(EMERGENCIES, "/runbook propose RUN-1").await;
    world.forward_seconds(30).await;
    assert_eq!(threads(&town, NEWS), Vec::<String>::new());
    assert_eq!(world.count(EMERGENCIES, "needs 1 approval by"), 1);
}

/// So many checks that their answers make the card longer than Slack takes.
async fn long(answer: &str) -> Town {
    let check = |number: usize| {
        format!(
            "[check.fact_{number:02}]\ntitle = \"{} {number}\"\nrun = [\"kubectl\", \"get\", \"pod/{number}\"]\n\
             expect = {{ \"json:/well\" = \"{}\" }}\nkeep = {{ fact = \"json:/fact\" }}\n",
            "A fact whose name is long enough to fill most of a line of this card, by its number",
            "y".repeat(90),
        )
    };
    let checks: String = (0..70).map(check).collect();
    let procedure = QUEUE.replacen("[check.errors]", &format!("{checks}[check.errors]"), 1);
    let town = Town::with(&[("queue-failure", &procedure)], PEOPLE).await;
    town.state(&KUBECTL.replacen(
        "case \"$*\" in\n",
        &format!("case \"$*\" in\n*\" get pod/\"*) echo '{answer}';;\n"),
        1,
    ));
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town
}

#[tokio::test]
async fn a_card_that_grew_too_long_is_shown_short_and_still_has_its_buttons() {
    let well = format!(r#"{{"well": "{}", "fact": "{}"}}"#, "y".repeat(90), "z".repeat(110));
    let ill = format!(r#"{{"well": "{}", "fact": "z"}}"#, "n".repeat(90));
    for (answer, failing_stay) in [(well, true), (ill, false)] {
        let town = long(&answer).await;
        town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
        town.world.forward_seconds(30).await;
        let card = town.card(EMERGENCIES);
        let command = "kubectl --context=prod --namespace=town rollout restart deployment/queue";
        assert!(card.contains("Approve? ") && card.contains(command), "{card}");
        assert_eq!(card.contains("❌ The log holds no error"), failing_stay, "{card}");
        assert!(!card.contains("A fact whose name is long"), "{card}");
        let buttons = town.world.channel(EMERGENCIES).last("Queue failure").buttons();
        assert_eq!(buttons, ["approve", "break-glass", "deny"]);
        let too_long = town.world.slack.calls().into_iter().filter(|call| {
            call.method == "chat.update" && call.args.to_string().contains("A fact whose name is long")
        });
        assert!(too_long.count() > 0, "howler tried the whole card first");
        town.world.maya().clicks(EMERGENCIES, "approve").await;
        assert_eq!(crate::rollback::began(&town, " restart "), 1);
    }
}

#[tokio::test]
async fn a_card_with_many_texts_has_no_more_blocks_than_slack_takes() {
    let check = |number: usize| {
        format!(
            "[check.log_{number:02}]\ntitle = \"Log {number}\"\nrun = [\"kubectl\", \"logs\", \"job/{number}\"]\n\
             expect = {{ \"count:ERROR\" = {{ max = 9 }} }}\nkeep = {{ log = \"last 2 lines\" }}\n"
        )
    };
    let checks: String = (0..30).map(check).collect();
    let procedure = QUEUE.replacen("[check.errors]", &format!("{checks}[check.errors]"), 1);
    let town = Town::with(&[("queue-failure", &procedure)], PEOPLE).await;
    town.state(KUBECTL);
    town.write("log", "one ERROR\nand more\n");
    town.write("version", r#"{"revision": 7}"#);
    town.world.ian().types(EMERGENCIES, "/runbook diagnose queue").await;
    town.world.forward_seconds(30).await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("Next step: Restart the queue") && card.contains("and more"), "{card}");
    assert_eq!(town.world.channel(EMERGENCIES).last("Queue failure").buttons()[0], "propose");
}
