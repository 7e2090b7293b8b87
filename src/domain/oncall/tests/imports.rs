//! Another program's schedule, imported once and again.

use super::*;
use crate::oncall::confirm::{Change, Piece};

const NOW: &str = "2026-11-05 10:00";

fn import(pieces: &[(&str, &str, &str)], until: Option<&str>) -> Change {
    let piece = |(person, from, until): &(&str, &str, &str)| Piece {
        person: user(person),
        from: ts(from),
        until: ts(until),
    };
    Change::Import { pieces: pieces.iter().map(piece).collect(), until: until.map(ts) }
}

fn made(schedule: &Schedule, change: &Change, now: &str) -> Result<Schedule, ChangeProblem> {
    change.apply(schedule, &user("ann").into(), ts(now))
}

fn spans(schedule: &Schedule) -> Vec<(u64, String, Timestamp, Timestamp)> {
    let span = |o: &schedule::Override| (o.id, o.person.to_string(), o.from, o.until);
    schedule.overrides.iter().map(span).collect()
}

#[test]
fn what_the_file_no_longer_has_goes() {
    let first = import(
        &[("zoe", "2026-11-10", "2026-11-12"), ("zoe", "2026-11-20", "2026-11-22")],
        Some("2026-11-22"),
    );
    let one = made(&abc(), &first, NOW).unwrap();
    assert_eq!(made(&one, &first, NOW), Err(ChangeProblem::NothingChanges));
    let second = import(&[("zoe", "2026-11-15", "2026-11-16")], Some("2026-11-16"));
    let two = made(&one, &second, NOW).unwrap();
    for (at, person) in [("2026-11-11", "bob"), ("2026-11-15", "zoe"), ("2026-11-21", "zoe")] {
        let there = holder(&two, at);
        assert_eq!(there, person, "{at}");
    }
    assert_eq!(two.imported(ts(NOW), ts("2026-11-16")), Some((1, ts("2026-11-16"))));
    assert_eq!(two.imported(ts("2026-11-16"), Timestamp::MAX), Some((1, ts("2026-11-22"))));
    assert_eq!(two.imported(ts("2026-11-22"), Timestamp::MAX), None);
}

#[test]
fn the_past_stays_and_so_does_what_lies_behind_the_end() {
    let long = import(&[("zoe", "2026-11-06", "2026-11-20")], Some("2026-11-20"));
    let one = made(&abc(), &long, NOW).unwrap();
    // Somebody takes a day of it, and keeps it: that was decided later.
    let one = one.override_with(wanted("cat", "2026-11-18", "2026-11-19"), ts(NOW)).unwrap();
    let second = import(&[("ann", "2026-11-12", "2026-11-14")], Some("2026-11-14"));
    assert_eq!(second.beats(&one), []);
    let now = "2026-11-10 12:00";
    let two = made(&one, &second, now).unwrap();
    assert_eq!(spans(&two)[0], (1, "zoe".into(), ts("2026-11-06"), ts(now)));
    assert_eq!(spans(&two)[1], (1, "zoe".into(), ts("2026-11-14"), ts("2026-11-20")));
    for (at, person) in [
        ("2026-11-07", "zoe"),
        ("2026-11-11", "bob"),
        ("2026-11-13", "ann"),
        ("2026-11-15", "zoe"),
        ("2026-11-18", "cat"),
        ("2026-11-19", "zoe"),
    ] {
        assert_eq!(holder(&two, at), person, "{at}");
    }
    let back = two.cancel_override(1, ts(now)).unwrap();
    assert_eq!(spans(&back)[0], (1, "zoe".into(), ts("2026-11-06"), ts(now)));
    assert_eq!(holder(&back, "2026-11-15"), "cat");
}

#[test]
fn an_import_from_before_there_were_ends_replays_as_it_was() {
    let stored = r#"{"Import":{"pieces":[{"person":"zoe","from":"2026-11-15T00:00:00Z","until":"2026-11-16T00:00:00Z"}]}}"#;
    let stored: Change = serde_json::from_str(stored).unwrap();
    let first = import(&[("zoe", "2026-11-10", "2026-11-12")], None);
    let two = made(&made(&abc(), &first, NOW).unwrap(), &stored, NOW).unwrap();
    assert_eq!((holder(&two, "2026-11-11"), holder(&two, "2026-11-15")), ("zoe".into(), "zoe".into()));
}
