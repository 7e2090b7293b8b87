//! `kill -9` while an action is taken back: the undo is begun once, or not at all, and howler says which.

use super::action::{KUBECTL, Night, QUEUE};
use crate::harness::process::{Process, until};

const NO_UNDO: &str = r#"undo = "none: nothing to take back""#;
const UNDO: &str = r#"undo = { run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={version.revision}"], risk = "medium", until = "24h" }"#;
/// It waits for the file `back`.
const UNDOES: &str = r#"case "$*" in
*undo*) echo begun >>undone; until [ -e back ]; do sleep 0.05; done; echo '{"revision": 7}' >version; echo 'one ERROR' >log;;
"#;

/// The queue was restarted, and somebody asks to take that back.
async fn asked() -> (Night, Process) {
    let kubectl = KUBECTL.replacen("case \"$*\" in\n", UNDOES, 1);
    let night = Night::with(&QUEUE.replace(NO_UNDO, UNDO), &kubectl).await;
    let howler = night.howler().await;
    night.asks().await;
    night.write("go", "");
    night.approve().await;
    night.until_card("Checking whether it helped").await;
    night.clicks("ian", "undo").await;
    night.until_card("Approve? Undo: Restart the queue").await;
    (night, howler)
}

fn undone(night: &Night) -> usize {
    std::fs::read_to_string(night.at("undone")).unwrap_or_default().lines().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_people_are_asked_about_an_undo_the_buttons_still_work() {
    let (night, howler) = asked().await;
    drop(howler);
    let _howler = night.howler().await;
    night.write("back", "");
    night.approve().await;
    night.until_card("was undone: everything is as it was before").await;
    night.until_card("Raise it.").await;
    assert_eq!(undone(&night), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_right_after_its_approval_an_undo_is_begun_at_most_once() {
    for wait in [0, 3, 10, 30] {
        let (night, howler) = asked().await;
        night.write("back", "");
        night.approve().await;
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        drop(howler);
        let _howler = night.howler().await;
        // Killed while it ran, and nothing moved: it may still come.
        let ends = ["was undone", "The facts say that it", "whether it happened"];
        until(|| ends.iter().any(|end| night.card().contains(end))).await;
        assert!(undone(&night) <= 1, "after {wait} ms: {}", night.card());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_an_undo_runs_its_end_is_waited_for_and_the_world_is_looked_at() {
    let (night, howler) = asked().await;
    night.approve().await;
    until(|| undone(&night) == 1).await;
    night.until_card("Started at").await;
    drop(howler);
    let _howler = night.howler().await;
    night.write("back", "");
    night
        .until_card("Undo: Restart the queue: howler stopped while it was running. I won't start it again.")
        .await;
    night.until_card("The facts say that it happened").await;
    assert_eq!(undone(&night), 1);
}
