//! Keeping and moving state: the real binary, and the simulated clock for what takes time.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use ground::clock::Clock;
use howler::data;
use jiff::SignedDuration;

use crate::harness::process::{free_port, serve, until};
use crate::harness::{Channel, EMERGENCIES, World, workspace};

/// Runs the binary beside the fake Slack, which lives on this thread.
async fn howler(folder: &Path, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    command.args(line.split_whitespace()).current_dir(folder).env_clear();
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

async fn well(folder: &Path, line: &str) -> String {
    let output = howler(folder, line).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{line}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

async fn refused(folder: &Path, line: &str) -> String {
    let output = howler(folder, line).await;
    assert!(!output.status.success(), "{line} went well");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn count(slack: &fake::slack::Slack, part: &str) -> usize {
    Channel::look(slack, EMERGENCIES).said().iter().filter(|message| message.text.contains(part)).count()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_backup_of_a_running_howler_goes_on_elsewhere_and_posts_nothing_twice() {
    let (slack, api_url) = workspace(&Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("howler.toml"), "[severity.P3]\nrespond_within = \"6s\"\n").unwrap();
    let (one, two, port) = (here.join("one"), here.join("two"), free_port());
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let first = serve(&one, &api_url, port, "").await;
    assert_eq!(mode(&one.join("operations.sock")), 0o600);
    // Posted, but howler does not hear of it: the backup holds it as possibly sent.
    slack.faults().lose_answer("chat.postMessage", 1);
    let reply = slack.command("ian", EMERGENCIES, "/incident p3 Slow search").await.unwrap();
    assert!(reply.body.contains("is declared"), "{}", reply.body);
    let told = well(here, "backup kept --data one").await;
    assert!(told.starts_with("kept holds 1 incident in "), "{told}");
    assert_eq!(mode(&here.join("kept")), 0o600);
    drop(first);

    let told = well(here, "restore kept --data two").await;
    assert!(told.contains("does not run any more") && told.contains("howler serve --data two"), "{told}");
    let identity = |data: &Path| -> serde_json::Value {
        serde_json::from_slice::<serde_json::Value>(&std::fs::read(data.join("howler.json")).unwrap())
            .unwrap()["instance"]
            .take()
    };
    assert_eq!(identity(&one), identity(&two), "marks stay its own");
    let _second = serve(&two, &api_url, port, "").await;
    until(|| {
        count(&slack, "INCIDENT DECLARED: Slow search") >= 1 && count(&slack, "Nobody has acknowledged") >= 1
    })
    .await;
    let answer = slack.command("maya", EMERGENCIES, "/incident update Found the slow query").await.unwrap();
    assert!(answer.body.contains("update posted"), "{}", answer.body);
    until(|| count(&slack, "Found the slow query") >= 1).await;
    for part in ["INCIDENT DECLARED: Slow search", "Nobody has acknowledged", "INC-1 update 1"] {
        assert_eq!(count(&slack, part), 1, "{part}: {:#?}", Channel::look(&slack, EMERGENCIES).texts());
    }
}

#[tokio::test]
async fn a_restored_howler_says_since_when_it_was_down() {
    let mut world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(25).await;
    // The desk's next turn comes after it has noted that it is alive at 02:25.
    world.settle().await;
    world.crash().await;
    let kept = world.data().with_file_name("kept");
    data::backup(&world.data(), kept.clone(), false, &world.clock).await.unwrap();
    world.clock.advance(SignedDuration::from_mins(16));
    std::fs::remove_dir_all(world.data()).unwrap();
    data::restore(kept, &world.data(), &world.clock).await.unwrap();
    world.start_howler().await;
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 1);
    let reminder = world.channel(EMERGENCIES).last("Update due").clone();
    for part in ["02:30", "down", "02:25", "02:41"] {
        assert!(reminder.text.contains(part), "{part} in {}", reminder.text);
    }
    world.maya().types(EMERGENCIES, "/incident update Looking").await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 0, "the reminder that was answered is edited");
    world.forward(30).await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 1, "and the next promise runs");
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
}

#[tokio::test]
async fn messages_of_the_first_howler_are_not_taken_for_those_of_the_restored_one() {
    let mut world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.crash().await;
    let kept = world.data().with_file_name("kept");
    data::backup(&world.data(), kept.clone(), false, &world.clock).await.unwrap();
    // The first goes on, and what it says stands in Slack with its marks.
    world.start_howler().await;
    for text in ["One", "Two", "Three"] {
        world.maya().types(EMERGENCIES, &format!("/incident update {text} of the first")).await;
    }
    world.crash().await;
    std::fs::remove_dir_all(world.data()).unwrap();
    world.clock.advance(SignedDuration::from_mins(1));
    data::restore(kept, &world.data(), &world.clock).await.unwrap();
    world.start_howler().await;
    // Its fate unknown, it is looked for by its mark: another's message must not pass for it.
    world.slack.faults().http("chat.postMessage", 503, 1);
    world.maya().types(EMERGENCIES, "/incident update Said by the restored one").await;
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "Said by the restored one"), 1);
}

#[tokio::test]
async fn nothing_is_written_over_and_refusals_say_what_to_do() {
    let (_slack, api_url) = workspace(&Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let (here, port) = (folder.path(), free_port());
    let said = refused(here, "backup kept --data nowhere").await;
    assert!(said.contains("no howler's data in nowhere") && !here.join("nowhere").exists(), "{said}");
    assert!(!here.join("kept").exists());

    let running = serve(&here.join("one"), &api_url, port, "").await;
    well(here, "backup kept --data one").await;
    let said = refused(here, "backup kept --data one").await;
    assert!(said.contains("--force"), "{said}");
    well(here, "backup kept --data one --force").await;
    let said = refused(here, "restore kept --data one").await;
    assert!(said.contains("not empty") && said.contains("--data"), "{said}");
    let exported = well(here, "export --data one").await;
    assert!(
        exported.starts_with("{\"kind\":\"export\"") && exported.ends_with("\"lines\":2}\n"),
        "{exported}"
    );
    std::fs::remove_file(here.join("one/operations.sock")).unwrap();
    let said = refused(here, "backup other --data one").await;
    assert!(said.contains("runs on one") && said.contains("does not answer"), "{said}");

    // Killed: its socket is left behind, and nobody listens.
    drop(running);
    let again = serve(&here.join("one"), &api_url, port, "").await;
    drop(again);
    assert!(here.join("one/operations.sock").exists());
    well(here, "backup stopped --data one").await;
    let third = serve(&here.join("one"), &api_url, port, "").await;
    well(here, "backup running --data one").await;
    let (ended_well, _) = third.stop().await;
    assert!(ended_well && !here.join("one/operations.sock").exists(), "a stop takes its socket along");

    let bytes = std::fs::read(here.join("kept")).unwrap();
    std::fs::write(here.join("short"), &bytes[..bytes.len() - 1]).unwrap();
    let said = refused(here, "restore short --data two").await;
    assert!(said.contains("cut short") && said.contains("Nothing was changed"), "{said}");
    assert!(!here.join("two").exists());
    let left: Vec<_> = std::fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let hidden = |name: &std::ffi::OsString| name.to_string_lossy().starts_with('.');
    assert!(!left.iter().any(hidden), "no draft is left: {left:?}");
}
