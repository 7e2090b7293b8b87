//! A panic in a real process: one line of its log, without its words.

use std::io::Read;
use std::process::{Command, Stdio};

use ground::logs::LogFormat;
use serde_json::Value;

/// Says to the test that it is the process that panics.
const PANICS: &str = "HOWLER_TEST_PANICS";
const WRITTEN: &str = "zebrafish xoxb-secret";

/// This test again, in a process of its own whose standard error is `errors`.
fn again(errors: Stdio) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "logs::panics::a_panic_in_a_task_is_one_line_of_the_log"]);
    command.env(PANICS, "1").env("RUST_BACKTRACE", "1").stdout(Stdio::null()).stderr(errors);
    command.spawn().unwrap()
}

async fn panics() {
    let log = ground::logs::start(LogFormat::Json, "warn");
    let ended = tokio::spawn(async { panic!("about {}\nand more", WRITTEN.to_owned()) }).await;
    assert!(ended.is_err());
    drop(log);
}

#[tokio::test]
async fn a_panic_in_a_task_is_one_line_of_the_log() {
    if std::env::var_os(PANICS).is_some() {
        return panics().await;
    }
    let mut child = again(Stdio::piped());
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(child.wait().unwrap().success());
    let lines: Vec<&str> = log.lines().collect();
    let [line] = lines.as_slice() else { panic!("not one line: {lines:#?}") };
    let line: Value = serde_json::from_str(line).unwrap();
    let words = line["fields"]["message"].as_str().unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(words.contains("panic at tests/logs/panics.rs:"), "{words}");
    assert!(!log.contains("zebrafish"), "{log}");

    // Where it cannot be written, nothing ends for that.
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    assert!(again(full.into()).wait().unwrap().success());
}
