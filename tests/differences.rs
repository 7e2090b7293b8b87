//! What people approve is shown as a difference to what runs: masked, never "nothing" where it could not be told, and void where it moved.

use crate::harness::{EMERGENCIES, Town};
use crate::rollback::{KUBECTL, PEOPLE, QUEUE, began};

/// Revision 6 as `kubectl` describes it, and what runs: another image, and another password.
const SIX: &str = "deployment.apps/queue with revision #6\nPod Template:\n  Containers:\n   queue:\n    Image:\tqueue:6\n    Port:\t<none>\n    \
                   Environment:\n      REDIS_URL:\tredis://:planted-six@redis\n    Mounts:\t<none>\n";
const SEVEN: &str = "deployment.apps/queue with revision #7\nPod Template:\n  Containers:\n   queue:\n    Image:\tqueue:7\n    Port:\t<none>\n    \
                     Environment:\n      REDIS_URL:\tredis://:planted-seven@redis\n    Mounts:\t<none>\n";

/// A queue whose restart is a step back to revision 6.
async fn broken(six: &str, now: &str) -> Town {
    let compared = r#"plan = ["kubectl", "rollout", "history", "deployment/queue", "--revision=6"]
against = { run = ["kubectl", "rollout", "history", "deployment/queue", "--revision={version.revision}"], given = "Pod Template:", ignore = ["with revision #[0-9]+"] }
run = ["kubectl", "rollout", "restart", "deployment/queue"]"#;
    let plain = "plan = [\"kubectl\", \"rollout\", \"status\", \"deployment/queue\"]\nrun = [\"kubectl\", \"rollout\", \"restart\", \"deployment/queue\"]";
    assert!(QUEUE.contains(plain));
    let town = Town::with(&[("queue-failure", &QUEUE.replace(plain, compared))], PEOPLE).await;
    let asks = "case \"$*\" in\n*--revision=6*) . ./six;;\n*--revision=*) . ./now;;";
    town.state(&KUBECTL.replacen("case \"$*\" in", asks, 1));
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.write("restart", "echo restarted; echo fine >log; echo '{\"revision\": 8}' >version");
    prints(&town, "six", six);
    prints(&town, "now", now);
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town
}

fn prints(town: &Town, file: &str, text: &str) {
    town.write(&format!("{file}.txt"), text);
    town.write(file, &format!("cat {file}.txt"));
}

#[tokio::test]
async fn what_would_change_is_shown_before_it_is_approved_and_read_again_before_it_begins() {
    let town = broken(SIX, SEVEN).await;
    let card = town.card(EMERGENCIES);
    for part in
        ["What would change", "-     Image:", "queue:7", "+     Image:", "queue:6", "REDIS_URL: (not shown)"]
    {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    assert!(!card.contains("planted") && !card.contains("with revision"), "{card}");
    assert_eq!(began(&town, "history"), 2);
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!((began(&town, "history"), began(&town, "restart")), (4, 1), "{}", town.card(EMERGENCIES));
}

#[tokio::test]
async fn a_step_of_which_all_that_is_compared_is_alike_says_so_and_no_more() {
    let same = SEVEN.replace("#7", "#6");
    let town = broken(&same, SEVEN).await;
    let card = town.card(EMERGENCIES);
    assert!(
        card.contains("is alike apart from what is ignored") && card.contains("does not show everything"),
        "{card}"
    );
    // A password alone is a change, though nobody reads it.
    let town = broken(&same.replace("planted-seven", "planted-six"), SEVEN).await;
    let card = town.card(EMERGENCIES);
    assert!(!card.contains("is alike") && card.contains("REDIS_URL: (not shown)"), "{card}");
    assert!(!card.contains("planted"), "{card}");
}

#[tokio::test]
async fn what_cannot_be_compared_is_no_nothing() {
    for (now, why) in [
        ("exit 1", "kubectl says of what runs now"),
        (
            "echo 'error: You must be logged in to the server (Unauthorized)' >&2; exit 1",
            "You must be logged in",
        ),
        ("true", "what runs now: nothing was printed"),
        ("echo 'Please log in again'", "what runs now: there is no `Pod Template:` in it"),
        ("printf '\\377\\376\\n'", "bytes that are no text"),
        (
            "echo Pod Template:; yes 'a line of which there are too many' | head -c 12000000",
            "too large to be read whole",
        ),
    ] {
        let town = broken(SIX, SEVEN).await;
        town.write("now", now);
        town.world.maya().clicks(EMERGENCIES, "deny").await;
        town.world.ian().clicks(EMERGENCIES, "propose").await;
        let card = town.card(EMERGENCIES);
        assert!(card.contains("I cannot tell what would change") && card.contains(why), "{now}: {card}");
        assert!(card.contains("The plan says") && !card.contains("is alike"), "{now}: {card}");
        town.world.maya().clicks(EMERGENCIES, "approve").await;
        assert_eq!(
            began(&town, "restart"),
            1,
            "{now}: who approves it knows that: {}",
            town.card(EMERGENCIES)
        );
    }
}

#[tokio::test]
async fn what_would_change_and_moved_is_not_what_was_approved() {
    for (file, with, why) in [
        ("six", SIX.replace("queue:6", "queue:5"), "what would change is not what was shown any more"),
        ("now", SEVEN.replace("queue:7", "queue:8"), "what would change is not what was shown any more"),
        ("now", String::new(), "what would change could not be told any more"),
    ] {
        let town = broken(SIX, SEVEN).await;
        prints(&town, file, &with);
        town.world.maya().clicks(EMERGENCIES, "approve").await;
        let card = town.card(EMERGENCIES);
        assert_eq!(began(&town, "restart"), 0, "{card}");
        assert!(card.contains("the approval no longer counts") && card.contains(why), "{why}: {card}");
    }
}
