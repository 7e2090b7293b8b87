//! The real binary on a real disk: killed, stopped, and out of space.

mod action;
mod disk;
mod ledger;
mod load;
mod place;
mod reading;
mod rounds;
mod soak;
mod stop;
mod storm;
mod undo;
mod values;

use std::process::Command;

use crate::harness::TOKEN;

#[tokio::test]
async fn a_missing_secret_and_a_wrong_configuration_are_clear_errors() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("howler.toml"), "[channels]\n\nemergencis = \"#x\"\n").unwrap();
    let run = |token: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(folder.path()).env_clear();
        command.envs(token.map(|token| ("SLACK_BOT_TOKEN", token)));
        command.output().unwrap()
    };
    let wrong = run(Some(TOKEN));
    let text = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(!wrong.status.success() && text.contains("emergencis") && text.contains("line 3"), "{text}");
    std::fs::write(folder.path().join("howler.toml"), "").unwrap();
    let text = String::from_utf8_lossy(&run(None).stderr).into_owned();
    assert!(text.contains("SLACK_BOT_TOKEN is not set"), "{text}");
    let text = String::from_utf8_lossy(&run(Some(TOKEN)).stderr).into_owned();
    assert!(text.contains("SLACK_SIGNING_SECRET is not set"), "{text}");
}
