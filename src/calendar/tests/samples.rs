//! What the samples in `tests/calendars` say, written out beside them.

use std::fmt::Write as _;
use std::fs;

use super::*;

fn told(file: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/calendars");
    let bytes = fs::read(format!("{folder}/{file}.ics")).unwrap();
    let window = (at("2026-10-01T00:00:00Z"), at("2027-04-01T00:00:00Z"));
    let calendar = read(&bytes, window, &TimeZone::UTC).unwrap();
    let mut told = format!("{}\n", calendar.name.as_deref().unwrap_or("(no name)"));
    let named = name(&calendar.entries, &people());
    for Shift { person, from, until, why } in &named.shifts {
        writeln!(told, "{from} {until} {person} {}", why.as_deref().unwrap_or_default()).unwrap();
    }
    for unnamed in &named.unnamed {
        writeln!(told, "{unnamed:?}").unwrap();
    }
    for problem in &calendar.problems {
        writeln!(told, "{problem}").unwrap();
    }
    told.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn check(file: &str) {
    let expected = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/calendars");
    let expected = fs::read_to_string(format!("{expected}/{file}.txt")).unwrap_or_default();
    let told = told(file);
    assert!(told == expected, "{file}.ics says:\n{told}\nand not:\n{expected}");
}

macro_rules! samples {
    ($($file:ident),*) => { $(#[test] fn $file() { check(stringify!($file)); })* };
}

samples!(pagerduty, grafana_oncall, opsgenie, goalert, google, outlook, broken);
