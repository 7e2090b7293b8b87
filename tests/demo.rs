//! The rehearsal in the terminal.

use std::process::Command;

fn play() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_howler")).args(["demo", "--play"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn the_play_is_what_the_readme_shows() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (_, shown) = readme.split_once("```text play\n").expect("the README shows the play");
    let (shown, _) = shown.split_once("```").unwrap();
    assert_eq!(play().trim(), shown.trim());
}
