//! Folders that earlier versions wrote, as their binaries left them. A fixture is never made anew: this version opens it, or
//! nobody's folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ground::clock::Clock;
use serde_json::Value;

use crate::harness::process::{free_port, serve, until};
use crate::harness::{Channel, EMERGENCIES, workspace};

/// Each with a folder, a backup and an export of it.
const FORMATS: [&str; 6] = ["format-1", "format-2", "format-3", "format-4", "format-5", "format-6"];

fn frozen(what: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen").join(what)
}

/// A copy that may be opened. A repository keeps no empty folders.
fn thawed(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => thawed(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
    if to.ends_with("store") {
        fs::create_dir_all(to.join("blobs")).unwrap();
    }
}

/// What an export says of what `golden` knows: later versions may say more (docs/export.md).
fn known(found: Value, golden: &Value) -> Value {
    match (found, golden) {
        (Value::Object(found), Value::Object(golden)) => {
            let fields = found.into_iter().filter_map(|(name, value)| {
                let value = known(value, golden.get(&name)?);
                Some((name, value))
            });
            fields.collect()
        }
        (found, _) => found,
    }
}

/// The lines of an export, but for the first, which says when and by whom it was made.
fn lines(text: &str) -> Vec<Value> {
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn howler(line: &str, data: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    command.args(line.split_whitespace()).arg("--data").arg(data).env_clear();
    command.current_dir(data.parent().unwrap());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{line}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Opens the folder, finds in it what its own version exported, and goes on with it.
async fn goes_on(version: &str, data: &Path) {
    let golden = lines(&fs::read_to_string(frozen(&format!("{version}/export.jsonl"))).unwrap());
    let found = lines(&howler("export", data).await);
    assert_eq!(found.len(), golden.len());
    for (found, golden) in found.into_iter().zip(&golden) {
        assert_eq!(known(found, golden), *golden);
    }
    let (slack, api_url) = workspace(&Clock::system()).await;
    let port = free_port();
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let _howler = serve(data, &api_url, port, "").await;
    let list = slack.command("ian", EMERGENCIES, "/incident list").await.unwrap().body;
    for part in ["2 incidents are open", "INC-1", "INC-3", "Typo on the landing page"] {
        assert!(list.contains(part), "{part} in {list}");
    }
    let answer = slack.command("ian", EMERGENCIES, "/incident p3 Goes on").await.unwrap().body;
    let incident = |line: &&Value| line["kind"] == "incident";
    let next = format!("INC-{}", golden.iter().filter(incident).count() + 1);
    assert!(answer.contains(&next), "{next} in {answer}");
    until(|| Channel::look(&slack, EMERGENCIES).texts().iter().any(|text| text.contains("Goes on"))).await;
    let identity = fs::read_to_string(data.join("howler.json")).unwrap();
    assert!(identity.contains("\"format\":7"), "an older howler refuses it: {identity}");
    assert!(howler("audit verify", data).await.contains("the audit is whole: 4 rows"));
}

#[tokio::test]
async fn a_folder_of_each_format_is_opened_and_goes_on() {
    for format in FORMATS {
        let here = tempfile::tempdir().unwrap();
        let data = here.path().join("data");
        thawed(&frozen(&format!("{format}/folder")), &data);
        goes_on(format, &data).await;
    }
}

#[tokio::test]
async fn a_backup_of_each_format_is_restored_and_goes_on() {
    for format in FORMATS {
        let here = tempfile::tempdir().unwrap();
        let data = here.path().join("data");
        howler(&format!("restore {}", frozen(&format!("{format}/backup")).display()), &data).await;
        goes_on(format, &data).await;
    }
}
