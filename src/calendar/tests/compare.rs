//! A hundred made files and more, read by howler and by another program's parser.
//!
//! `HOWLER_COMPARE_FILES=5000 cargo test --lib calendar::tests::compare` reads more of them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::made::made;
use super::*;

const FROM: &str = "2026-12-01T00:00:00Z";
const UNTIL: &str = "2027-12-01T00:00:00Z";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/calendars/other_parser.py");
const INSTALLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/python/bin/python3");

type Turns = Vec<(i64, i64, String)>;

/// A Python that has the other parser. One that was named must have it.
fn python() -> Option<String> {
    let has_it = |python: &String| {
        let there = Command::new(python).args([SCRIPT, "--there"]).stderr(Stdio::null()).status();
        there.is_ok_and(|status| status.success())
    };
    if let Ok(named) = std::env::var("HOWLER_PYTHON") {
        assert!(has_it(&named), "HOWLER_PYTHON={named} has no icalendar and recurring-ical-events");
        return Some(named);
    }
    [INSTALLED, "python3"].map(str::to_owned).into_iter().find(has_it)
}

fn theirs(python: &str, files: &[String]) -> Vec<Result<Turns, String>> {
    let asked: Vec<Value> =
        files.iter().map(|ics| json!({ "ics": ics, "from": FROM, "until": UNTIL })).collect();
    let (input, output) = (Stdio::piped(), Stdio::piped());
    let mut child = Command::new(python).arg(SCRIPT).stdin(input).stdout(output).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let text = serde_json::to_vec(&asked).unwrap();
    let writer = std::thread::spawn(move || input.write_all(&text).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let turns = |answer: &Value| match serde_json::from_value(answer["turns"].clone()) {
        Ok(turns) => Ok(turns),
        Err(_) => Err(answer["error"].to_string()),
    };
    answers.iter().map(turns).collect()
}

fn ours(file: &str) -> (Turns, Vec<Problem>) {
    let found = read_between(file, FROM, UNTIL);
    let turn = |entry: &Entry| (entry.from.as_second(), entry.until.as_second(), entry.summary.clone());
    let mut turns: Turns = found.entries.iter().map(turn).collect();
    turns.sort();
    // What is left out on purpose is no shift in either.
    let told = found.problems.into_iter().filter(|one| !matches!(one.trouble, Trouble::NotAnEvent(_)));
    (turns, told.collect())
}

/// How a file differs from another reading of it.
fn difference(ours: &Turns, theirs: &Turns) -> String {
    let mut said = String::new();
    let without = |all: &Turns, other: &Turns| -> Turns {
        all.iter().filter(|one| !other.contains(one)).cloned().collect()
    };
    for (mark, rows) in [("ours", without(ours, theirs)), ("theirs", without(theirs, ours))] {
        for (from, until, who) in rows.iter().take(5) {
            let at = |second: i64| jiff::Timestamp::from_second(second).unwrap();
            writeln!(said, "  {mark} {} {} {who}", at(*from), at(*until)).unwrap();
        }
    }
    said
}

/// The other parser lets twelve hours through the change to summer time take eleven. A duration in hours is exact (RFC
/// 5545, 3.3.6).
fn adds_hours_on_the_clocks(ours: &Turns, theirs: &Turns) -> bool {
    let is_like = |(one, other): (&(i64, i64, String), &(i64, i64, String))| {
        let is_half_a_day = one.1 - one.0 == 12 * 3600;
        one.0 == other.0
            && one.2 == other.2
            && (one.1 == other.1 || is_half_a_day && (one.1 - other.1).abs() == 3600)
    };
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(is_like)
}

/// Also where the test passes: that it was skipped is to be seen, and so are the differences.
fn tell(line: &str) {
    writeln!(std::io::stderr(), "{line}").unwrap();
}

#[test]
fn no_made_file_is_read_differently_in_silence() {
    let Some(python) = python() else {
        tell(
            "calendars: no comparison, for no Python here has icalendar and recurring-ical-events; .ci/run installs them",
        );
        return;
    };
    let many = std::env::var("HOWLER_COMPARE_FILES").map_or(126, |many| many.parse().unwrap());
    let (shapes, files): (Vec<&str>, Vec<String>) = (0..many).map(made).unzip();
    let (mut same, mut told, mut silent, mut turns) = (0, Vec::new(), Vec::new(), 0);
    for (seed, theirs) in theirs(&python, &files).into_iter().enumerate() {
        let (ours, problems) = ours(&files[seed]);
        turns += ours.len();
        let differs = match theirs {
            Ok(theirs) if theirs == ours || adds_hours_on_the_clocks(&ours, &theirs) => None,
            Ok(theirs) => Some(difference(&ours, &theirs)),
            Err(error) => Some(error),
        };
        match differs {
            None => same += 1,
            Some(how) if problems.is_empty() => silent.push(format!("{seed} {}:\n{how}", shapes[seed])),
            Some(how) => {
                let said = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                told.push(format!("{seed} {}: {said}\n{how}", shapes[seed]));
            }
        }
    }
    let count = told.len();
    tell(&format!("calendars: {many} files, {turns} turns: {same} the same, {count} differ and say so"));
    tell(&told.join("\n"));
    assert!(silent.is_empty(), "{} differ in silence:\n{}", silent.len(), silent.join("\n"));
    assert!(told.len() * 5 <= files.len(), "{} of {many} say that they could not be read", told.len());
}

/// Whatever a file says of others, reading it twice gives the same, and its first lines are those of a calendar.
#[test]
fn made_files_follow_from_their_seed() {
    assert_eq!(made(7), made(7));
    assert_ne!(made(1).1, made(7).1);
    for shape in 0..9 {
        let turns: usize = (0..6).map(|more| ours(&made(shape + 9 * more).1).0.len()).sum();
        assert!(turns > 0, "{}", made(shape).0);
    }
}
