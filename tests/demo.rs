//! The rehearsal in the terminal.

use std::process::Command;

fn play() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_howler")).args(["demo", "--play"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// `cargo run -q -- demo --play > docs/rehearsal.txt` rewrites it.
#[test]
fn the_play_is_what_the_documents_show() {
    let (shown, played) = (std::fs::read_to_string("docs/rehearsal.txt").unwrap(), play());
    let (shown, played) = (shown.trim(), played.trim());
    let lines = (1..).zip(shown.lines().zip(played.lines()));
    let differs = lines.into_iter().find(|(_, (shown, played))| shown != played);
    assert_eq!(differs, None, "the line, as the document has it and as it is");
    assert_eq!(shown.lines().count(), played.lines().count());
}
