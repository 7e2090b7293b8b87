//! The same in words, for whoever does not see the picture: what it is now, what was worst, what was wrong and since when.

use jiff::Timestamp;
use watch::threshold::Side;

use crate::ALT_MOST;
use crate::axis::clock;
use crate::chart::{Chart, Limit};
use crate::header::span;

/// Most stretches of one kind that are named.
const NAMED: usize = 3;

pub fn words(chart: &Chart) -> String {
    let until = chart.until.strftime("%H:%M UTC, %b %-d");
    let mut parts =
        vec![format!("{}, {} to {until}: {}", shortened(&chart.title), span(chart), values(chart))];
    parts.extend(chart.limits.iter().rev().filter_map(|limit| breached(chart, limit)));
    parts.extend(unknown(chart));
    parts.extend(happened(chart));
    let mut text = String::new();
    for part in parts {
        // What does not fit is what matters less.
        if text.chars().count() + part.chars().count() + 2 <= ALT_MOST {
            text = if text.is_empty() { part } else { format!("{text}. {}", capital(&part)) };
        }
    }
    format!("{text}.")
}

/// As a sentence begins.
fn capital(part: &str) -> String {
    let mut letters = part.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn shortened(title: &str) -> String {
    let plain: String = title.chars().filter(|sign| !sign.is_control()).take(201).collect();
    match plain.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &plain[..end]),
        None => plain,
    }
}

/// The newest value and the extremes.
fn values(chart: &Chart) -> String {
    let (Some(last), Some(highest), Some(lowest)) = (chart.last(), chart.highest(), chart.lowest()) else {
        return "nothing known".to_owned();
    };
    let when = if chart.is_old() { format!(" at {}", clock(last.from, chart)) } else { String::new() };
    let last = format!("last {}{when}", chart.shown(last.last));
    if lowest.min == highest.max {
        return format!("{last}, and never another value");
    }
    let high = format!("highest {} at {}", chart.shown(highest.max), clock(highest.from, chart));
    let low = format!("lowest {} at {}", chart.shown(lowest.min), clock(lowest.from, chart));
    if chart.fears_low() { format!("{last}, {low}, {high}") } else { format!("{last}, {high}, {low}") }
}

/// When it was on the wrong side of a limit; whether for long enough to count is said elsewhere.
fn breached(chart: &Chart, limit: &Limit) -> Option<String> {
    chart.last()?;
    let mut times: Vec<(Timestamp, Timestamp)> = Vec::new();
    for stretch in &chart.stretches {
        let mut goes_on = false;
        for point in stretch.iter().filter(|point| point.until > chart.from && point.from < chart.until) {
            let is_wrong = limit.is_breached_in(point);
            match times.last_mut().filter(|_| goes_on) {
                Some(time) if is_wrong => time.1 = point.until,
                _ if is_wrong => times.push((point.from, point.until)),
                _ => {}
            }
            goes_on = is_wrong;
        }
    }
    let side = match limit.side {
        Side::Above => "above",
        Side::AtLeast => "at or above",
        Side::Below => "below",
        Side::AtMost => "at or below",
        Side::Is => "at",
        Side::IsNot => "not at",
    };
    let line = format!("{side} {} ({})", watch::told::word(limit.level), chart.shown(limit.number));
    let Some(last) = times.last() else { return Some(format!("never {line}")) };
    let to_the_end = chart.last().is_some_and(|point| last.1 >= point.until);
    Some(match times.as_slice() {
        [(from, _)] if to_the_end => format!("{line} since {}", clock(*from, chart)),
        times => format!("{line} {}", spans(chart, times)),
    })
}

fn unknown(chart: &Chart) -> Option<String> {
    let gaps = chart.gaps();
    (!gaps.is_empty() && chart.last().is_some()).then(|| format!("nothing known {}", spans(chart, &gaps)))
}

/// The longest ones, in order of time.
fn spans(chart: &Chart, all: &[(Timestamp, Timestamp)]) -> String {
    let mut named = all.to_vec();
    named.sort_by_key(|(from, until)| (std::cmp::Reverse(until.duration_since(*from)), *from));
    named.truncate(NAMED);
    named.sort();
    let words = |(from, until): &(Timestamp, Timestamp)| {
        let (from, until) = ((*from).max(chart.from), (*until).min(chart.until));
        format!("{} to {}", clock(from, chart), clock(until, chart))
    };
    let named: Vec<String> = named.iter().map(words).collect();
    let more = all.len() - named.len();
    let more = if more > 0 { format!(" and {more} more times") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

fn happened(chart: &Chart) -> Option<String> {
    let within = chart.marks.iter().filter(|mark| chart.from <= mark.at && mark.at <= chart.until);
    let marks: Vec<String> =
        within.take(6).map(|mark| format!("{} at {}", mark.words, clock(mark.at, chart))).collect();
    (!marks.is_empty()).then(|| marks.join(", "))
}
