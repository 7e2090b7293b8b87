//! What the samples in `tests/calendars` say, written out beside them.

use std::fmt::Write as _;
use std::fs;

use super::*;

fn told(file: &str, until: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/calendars");
    let bytes = fs::read(format!("{folder}/{file}.ics")).unwrap();
    let window = (at("2026-10-01T00:00:00Z"), at(until));
    let calendar = read(&bytes, window, &TimeZone::UTC).unwrap();
    let mut told = format!("{}\n", calendar.name.as_deref().unwrap_or("(no name)"));
    let named = name(&calendar.entries, &people());
    for Shift { person, from, until, why } in &named.shifts {
        writeln!(told, "{from} {until} {person} {}", why.as_deref().unwrap_or_default()).unwrap();
    }
    for unnamed in &named.unnamed {
        let mails = |all: &[Attendee]| all.iter().map(|one| one.mail.clone()).collect::<Vec<_>>().join(", ");
        let Unnamed { text, invited, declined, line, found, .. } = unnamed;
        let (invited, declined) = (mails(invited), mails(declined));
        writeln!(told, "\"{text}\" ({invited}), declined: {declined}, line {line}: {found:?}").unwrap();
    }
    for problem in &calendar.problems {
        writeln!(told, "{problem}").unwrap();
    }
    told.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn check(file: &str, until: &str) {
    let expected = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/calendars");
    let expected = fs::read_to_string(format!("{expected}/{file}.txt")).unwrap_or_default();
    let told = told(file, until);
    assert!(told == expected, "{file}.ics says:\n{told}\nand not:\n{expected}");
}

macro_rules! samples {
    ($until:literal: $($file:ident),*) => { $(#[test] fn $file() { check(stringify!($file), $until); })* };
}

samples!("2027-04-01T00:00:00Z": pagerduty, grafana_oncall, opsgenie, goalert, google, outlook, broken);

// Kinds that were read wrongly once, with what is right.
samples!("2027-09-01T00:00:00Z":
    answer_of_an_invited, date_left_out_that_is_none, date_left_out_without_zone, day_moved_at_midnight,
    day_with_zone_on_one_side, days_left_out_at_midnight, days_until_midnight_in_utc, exception_older_than_its_series,
    exception_without_zone, exchange_without_summer_time, fold_in_a_character, invitations, method_cancel,
    one_end_without_zone, several_times_in_one_rule, status_in_another_case, summer_time_has_ended, this_and_future,
    this_and_future_moved, two_of_one_name, version_by_stamp, version_cancelled, version_given_away, version_moved,
    zone_called_est, zone_called_gmt, zone_with_commas, zones_by_other_rules, zones_of_windows
);
