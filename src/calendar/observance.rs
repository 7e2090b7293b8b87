//! A `VTIMEZONE` of a file as a zone: at each instant the observance counts that began last (RFC 5545, 3.6.5).

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::component::Component;
use super::moment::civil;
use super::rule::{Rule, Turn};

/// Onsets are worked out between these years. Before and after them the offset stays as it is there.
const FIRST_YEAR: i16 = 1970;
const LAST_YEAR: i16 = 2100;
/// The most onsets of one observance: two a year, and some more.
const MOST_ONSETS: usize = 400;

/// What the clocks show from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    seconds: i32,
    is_summer: bool,
}

/// The zone that a component describes. `None` where a part of it cannot be read, where two observances begin at one
/// instant, or where `work`, which counts the turns of rules that may still be followed, is used up.
pub(super) fn zone(part: &Component, work: &mut u32) -> Option<TimeZone> {
    let mut onsets: BTreeMap<i64, (i32, Shown)> = BTreeMap::new();
    for one in part.inner.iter().filter(|one| matches!(one.name.as_str(), "STANDARD" | "DAYLIGHT")) {
        let (before, after) = (offset(one, "TZOFFSETFROM")?, offset(one, "TZOFFSETTO")?);
        let shown = Shown { seconds: after.seconds(), is_summer: one.name == "DAYLIGHT" };
        for begin in begins(one, before, work)? {
            let instant = before.to_timestamp(begin).ok()?.as_second();
            let known = onsets.insert(instant, (before.seconds(), shown));
            if known.is_some_and(|(_, known)| known.seconds != shown.seconds) {
                return None;
            }
        }
    }
    let (_, (before, _)) = onsets.first_key_value()?;
    let first = Shown { seconds: *before, is_summer: false };
    let changes: Vec<(i64, Shown)> = onsets.into_iter().map(|(at, (_, shown))| (at, shown)).collect();
    TimeZone::tzif("a calendar's own", &tzif(first, &changes)?).ok()
}

/// When an observance begins, on the clocks as they are before.
fn begins(part: &Component, before: Offset, work: &mut u32) -> Option<Vec<DateTime>> {
    let local = |value: &str| civil(value.trim()).map(|(civil, ..)| civil);
    let start = local(&part.line("DTSTART")?.value)?;
    let mut begins = vec![start];
    if let Some(line) = part.line("RRULE") {
        if part.all("RRULE").nth(1).is_some() {
            return None;
        }
        let mut rule = Rule::parse(&line.value).ok().filter(|rule| rule.turn != Turn::Hour)?;
        if let Some(until) = rule.until.as_mut().filter(|until| until.is_utc) {
            until.civil = before.to_datetime(TimeZone::UTC.to_timestamp(until.civil).ok()?);
            until.is_utc = false;
        }
        let from = jiff::civil::date(FIRST_YEAR - 1, 1, 1).to_datetime(jiff::civil::Time::midnight());
        let until = jiff::civil::date(LAST_YEAR + 1, 1, 1).to_datetime(jiff::civil::Time::midnight());
        let mut found = rule.starts(start, (from, until), work, MOST_ONSETS);
        if found.cut || found.starts.len() > MOST_ONSETS {
            return None;
        }
        // Exchange writes the year 1601 and leaves the day to the rule.
        if found.beside {
            found.starts.retain(|begin| *begin != start);
            begins.clear();
        }
        begins.extend(found.starts);
    }
    for value in part.all("RDATE").flat_map(|line| line.value.split(',')) {
        begins.push(local(value)?);
    }
    Some(begins)
}

/// `+0100`, `-023000`.
fn offset(part: &Component, name: &str) -> Option<Offset> {
    let value = part.line(name)?.value.trim();
    let (sign, digits) = match value.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        ("+", digits) => (1, digits),
        _ => (1, value),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let two = |at: usize| digits.get(at..at + 2).and_then(|two| two.parse::<i32>().ok());
    let seconds = two(0)? * 3600 + two(2)? * 60 + two(4).unwrap_or(0);
    Offset::from_seconds(sign * seconds).ok()
}

/// The same as a file of the zone database (RFC 8536), which is the one way to give jiff a zone of one's own.
fn tzif(first: Shown, changes: &[(i64, Shown)]) -> Option<Vec<u8>> {
    let mut kinds = vec![first];
    let mut indexes = Vec::with_capacity(changes.len());
    for (_, shown) in changes {
        let index = kinds.iter().position(|kind| kind == shown).unwrap_or_else(|| {
            kinds.push(*shown);
            kinds.len() - 1
        });
        indexes.push(u8::try_from(index).ok()?);
    }
    let mut file = Vec::new();
    // The block of 32 bits, which is skipped, holds the least that it may.
    header(&mut file, 0, 1)?;
    kind(&mut file, first);
    file.extend(NAMES);
    header(&mut file, changes.len(), kinds.len())?;
    changes.iter().for_each(|(at, _)| file.extend(at.to_be_bytes()));
    file.extend(indexes);
    kinds.iter().for_each(|one| kind(&mut file, *one));
    file.extend(NAMES);
    file.extend(b"\n\n");
    Some(file)
}

/// What clocks are called here; nobody is shown it.
const NAMES: [u8; 4] = *b"own\0";

fn header(file: &mut Vec<u8>, changes: usize, kinds: usize) -> Option<()> {
    file.extend(b"TZif2");
    file.extend([0; 15]);
    for count in [0, 0, 0, changes, kinds, NAMES.len()] {
        file.extend(u32::try_from(count).ok()?.to_be_bytes());
    }
    Some(())
}

fn kind(file: &mut Vec<u8>, Shown { seconds, is_summer }: Shown) {
    file.extend(seconds.to_be_bytes());
    file.extend([u8::from(is_summer), 0]);
}
