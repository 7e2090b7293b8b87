use domain::Severity::{P1, P2, P3};
use domain::alert::signal::{Said, Signal, Source};
use jiff::{SignedDuration, Timestamp};

use crate::expiry::{ExpiryRead, ExpiryRow};

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_795_485_600).unwrap() + SignedDuration::from_hours(hour)
}

/// A look at that hour at one that runs out at another; or at none.
fn look(row: &mut ExpiryRow, hour: i64, until: Option<i64>) -> Vec<Signal> {
    let until = until.map(at).ok_or_else(|| "the handshake failed".to_owned());
    // What is saved between two looks is all that counts.
    let saved = serde_json::to_string(row).unwrap();
    *row = serde_json::from_str(&saved).unwrap();
    row.take(&ExpiryRead { host: row.host.clone(), until, at: at(hour) })
}

fn said(signals: &[Signal]) -> Vec<(String, Said, Option<domain::Severity>)> {
    let said = |signal: &Signal| {
        assert_eq!(signal.source, Source::Watch);
        (signal.key.clone(), signal.said, signal.severity)
    };
    signals.iter().map(said).collect()
}

const OWN: &str = "certificate:api.example";
const LAST: &str = "certificate:api.example:last";

#[test]
fn it_is_told_at_21_7_and_2_days_and_when_it_ran_out_each_once() {
    let mut row = ExpiryRow::new("api.example");
    let (mut told, until) = (Vec::new(), 24 * 30);
    for hour in 0..until + 48 {
        let signals = look(&mut row, hour, Some(until));
        told.extend(
            said(&signals).into_iter().map(|(key, said, severity)| (until - hour, key, said, severity)),
        );
    }
    let fires = |left: i64, key: &str, severity| (left, key.to_owned(), Said::Firing, Some(severity));
    let all = [fires(21 * 24, OWN, P3), fires(7 * 24, OWN, P2), fires(48, LAST, P2), fires(0, LAST, P1)];
    assert_eq!(told, all);
    // Renewed: both end.
    let ends = look(&mut row, until + 48, Some(until + 24 * 90));
    let over = |key: &str| (key.to_owned(), Said::Resolved, None);
    assert_eq!(said(&ends), [over(OWN), over(LAST)]);
    assert!(row.is_well() && row.gone().is_empty());
    assert!(look(&mut row, until + 49, Some(until + 24 * 90)).is_empty());
}

#[test]
fn one_that_is_found_late_is_told_as_it_is_and_a_short_renewal_ends_the_last_warning() {
    let mut row = ExpiryRow::new("api.example");
    let first = look(&mut row, 0, Some(24));
    assert_eq!(said(&first), [(LAST.to_owned(), Said::Firing, Some(P2))]);
    assert!(first[0].title.ends_with("within 2 days, on 2026-11-25"), "{}", first[0].title);
    let renewed = look(&mut row, 1, Some(24 * 10));
    assert_eq!(
        said(&renewed),
        [(OWN.to_owned(), Said::Firing, Some(P3)), (LAST.to_owned(), Said::Resolved, None)]
    );
    assert_eq!(row.gone().len(), 1);
}

#[test]
fn what_nobody_sees_ends_nothing_and_is_told_after_six_hours_once() {
    let mut row = ExpiryRow::new("api.example");
    look(&mut row, 0, Some(24 * 10));
    let mut told = Vec::new();
    for hour in 1..20 {
        told.extend(said(&look(&mut row, hour, None)).into_iter().map(|said| (hour, said)));
    }
    let absent = "certificate:api.example:absent".to_owned();
    assert_eq!(told, [(7, (absent.clone(), Said::Firing, Some(P3)))]);
    let line = row.line(at(20));
    assert_eq!(line, "cannot tell: the handshake failed; last seen: 9 days left, until 2026-12-04");
    let seen = look(&mut row, 20, Some(24 * 10));
    assert_eq!(said(&seen), [(absent, Said::Resolved, None)], "it still runs out");
    assert!(look(&mut row, 21, None).is_empty(), "once is no matter");
    assert_eq!(ExpiryRow::new("b").line(at(0)), "not looked at yet");
}

#[test]
fn a_domain_is_told_as_one_and_a_registry_that_does_not_answer_is_told_later() {
    let mut row = ExpiryRow::new("domain/monkeytown.ai");
    let signals = look(&mut row, 0, Some(24 * 20));
    assert_eq!(said(&signals), [("domain:monkeytown.ai".to_owned(), Said::Firing, Some(P3))]);
    assert_eq!(signals[0].title, "The domain monkeytown.ai runs out within 21 days, on 2026-12-14");
    assert!(look(&mut row, 12, None).is_empty() && look(&mut row, 36, None).is_empty());
    let absent = look(&mut row, 48, None);
    assert_eq!(said(&absent), [("domain:monkeytown.ai:absent".to_owned(), Said::Firing, Some(P3))]);
    assert_eq!(absent[0].title, "The domain monkeytown.ai: nobody can tell when it runs out");
    // A renewal, a year on, ends both.
    let ends = look(&mut row, 60, Some(24 * 380));
    assert_eq!(ends.iter().filter(|signal| signal.said == Said::Resolved).count(), 2);
    assert!(row.is_well());
}
