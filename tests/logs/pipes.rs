//! Commands whose output nobody reads any more (`| head`) end quietly.

use std::path::Path;
use std::process::{Command, Output};

use crate::harness::{EMERGENCIES, World};

/// What a shell shows for a program whose reader went away.
const READER_GONE: i32 = 141;

fn howler(line: &[&str], data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    command.args(line).current_dir(data.parent().unwrap()).env_remove("RUST_LOG");
    command.env_remove("SLACK_BOT_TOKEN");
    command
}

/// Its standard output is a pipe that nobody reads.
fn without_a_reader(line: &[&str], data: &Path) -> Output {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = howler(line, data).stdout(writer).stderr(std::process::Stdio::piped()).spawn().unwrap();
    child.wait_with_output().unwrap()
}

async fn quietly(line: &'static [&'static str], data: &Path, code: i32) {
    let (line, data) = (line, data.to_owned());
    let output = tokio::task::spawn_blocking(move || without_a_reader(line, &data)).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), said.as_ref()), (Some(code), ""), "{line:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_whose_reader_went_away_ends_quietly() {
    let mut world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p4 Slow search").await;
    let data = world.data();
    quietly(&["incident", "list", "--data", "data"], &data, 0).await;
    quietly(&["oncall", "list", "--data", "data"], &data, 0).await;
    quietly(&["runbook", "list", "--data", "data"], &data, 0).await;
    assert!(world.stop().await);
    quietly(&["backup", "saved", "--data", "data"], &data, 0).await;
    quietly(&["export", "--data", "data"], &data, READER_GONE).await;
    quietly(&["audit", "verify", "--data", "data"], &data, 0).await;
    quietly(&["restore", "saved", "--data", "restored"], &data, 0).await;
    quietly(&["check", "--data", "data"], &data, 1).await;
    quietly(&["procedure", "render"], &data, 0).await;
    quietly(&["demo", "--play"], &data, 0).await;
    quietly(&["--help"], &data, 0).await;
    quietly(&["--version"], &data, 0).await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_printed_is_told_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    for line in [&["check"][..], &["procedure", "render"]] {
        let mut command = howler(line, &folder.path().join("data"));
        let output = command.stdout(full()).stderr(std::process::Stdio::piped()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{line:?}: {said}");
        assert!(said.starts_with("howler: ") && said.contains("No space left"), "{line:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        let silenced = howler(line, &folder.path().join("data")).stdout(full()).stderr(full()).status();
        assert_eq!(silenced.unwrap().code(), Some(1), "{line:?}");
    }
}
