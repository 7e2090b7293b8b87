//! What is pushed by `POST /v1/metrics`: JSON, one value or several, or a page in Prometheus' text format. It is read whole or not at all.
//!
//! ```json
//! [{"name": "queue_depth", "value": 12, "time": "2026-11-30T02:10:00Z", "unit": "ms"}]
//! ```
//!
//! A time is the sender's: the same time again is the same value. One that lies further back than what is known counts no more.

use domain::text::shorten;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::reading::{Reading, Reason, near, words};
use crate::text_format::instant;
use crate::text_line::{Labels, Line, name_of, read as read_line};
use crate::value::Unit;
use crate::watched::{Asks, Watch};

/// Most values of one push.
const VALUES_MOST: usize = 1_000;
/// How far ahead of howler's clock a value's time may be, and how far behind.
pub const AHEAD: SignedDuration = SignedDuration::from_mins(1);
const BEHIND: SignedDuration = SignedDuration::from_hours(1);
/// Most names that are told as unknown.
const TOLD_MOST: usize = 20;

/// One value that was pushed.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    pub name: String,
    labels: Labels,
    number: f64,
    unit: Option<Unit>,
    /// As the sender says.
    at: Option<Timestamp>,
}

/// What becomes of a push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Took {
    /// So many readings of watches tell something now, and so many were known or older than what is.
    pub saved: usize,
    pub known: usize,
    /// Names that no watch asks for, each with those near to it: other names, or what is asked of this very name with other labels.
    pub unknown: Vec<(String, Vec<String>)>,
    /// What cannot count, in words.
    pub refused: Vec<String>,
}

/// A reading of a watch, by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Routed {
    pub watch: String,
    pub at: Timestamp,
    pub reading: Reading,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(alias = "metric")]
    name: String,
    value: f64,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default, alias = "timestamp")]
    time: Option<Time>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    /// Seconds since 1970; so many that they are no date are milliseconds.
    Number(f64),
    Text(String),
}

/// Reads a body.
///
/// # Errors
/// What is wrong with it, in words: then nothing of it counts.
pub fn read(body: &[u8], content_type: Option<&str>) -> Result<Vec<Pushed>, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the body is not text in UTF-8".to_owned())?;
    let begins = text.trim_start();
    let values = match begins.chars().next() {
        None => return Err("the body is empty".to_owned()),
        Some('[') => json(begins)?,
        // A label's braces stand behind a name.
        Some('{') => vec![one(begins, 1)?],
        Some(_) if content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("json")) => {
            return Err("the body is not JSON".to_owned());
        }
        Some(_) => page(text)?,
    };
    match values.len() {
        0 => Err("there is no value in it".to_owned()),
        many if many > VALUES_MOST => {
            Err(format!("it has {many} values, at most {VALUES_MOST} can be sent at once"))
        }
        _ => Ok(values),
    }
}

fn json(text: &str) -> Result<Vec<Pushed>, String> {
    let all: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    (1..).zip(all).map(|(place, value)| one(value.get(), place)).collect()
}

fn not_json(error: &serde_json::Error) -> String {
    format!("the body is not understood: {}", words(&error.to_string()))
}

fn one(text: &str, place: usize) -> Result<Pushed, String> {
    let wire: Wire = serde_json::from_str(text)
        .map_err(|error| format!("value {place} is not understood: {}", words(&error.to_string())))?;
    let name = wire.name.trim();
    let whole = name_of(name).filter(|(name, rest)| !name.is_empty() && rest.is_empty());
    if whole.is_none() || name.len() > 200 {
        return Err(format!(
            "value {place}: `{}` is no name; a name has letters, digits, _ and :, such as queue_depth",
            words(name)
        ));
    }
    let unit = wire.unit.as_deref().map(Unit::parse).transpose();
    let unit = unit.map_err(|problem| format!("value {place}: {problem}"))?;
    let at = match wire.time {
        None => None,
        Some(Time::Number(number)) if number.is_finite() => {
            Some(instant(if number.abs() > 1e11 { number / 1e3 } else { number }))
        }
        Some(Time::Number(_)) => return Err(format!("value {place}: its time is no number")),
        Some(Time::Text(text)) => Some(text.trim().parse().map_err(|_| {
            format!("value {place}: `{}` is no time; write it like 2026-11-30T02:10:00Z", words(&text))
        })?),
    };
    Ok(Pushed { name: name.to_owned(), labels: Labels::default(), number: wire.value, unit, at })
}

fn page(text: &str) -> Result<Vec<Pushed>, String> {
    if !text.ends_with('\n') {
        return Err(Reason::CutOff.to_string());
    }
    let mut values = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = read_line(line).map_err(|what| format!("line {number} is not understood: {what}"))?;
        if let Line::Sample(sample) = line {
            values.push(Pushed {
                name: sample.name.into_owned(),
                labels: sample.labels,
                number: sample.value,
                unit: None,
                at: sample.stamp.map(|stamp| instant(stamp / 1e3)),
            });
        }
    }
    Ok(values)
}

/// Which watches it is for: their readings in order of time, and what is for none.
pub fn route(values: &[Pushed], watches: &[Watch], now: Timestamp) -> (Vec<Routed>, Took) {
    let (mut routed, mut took) = (Vec::new(), Took::default());
    let pushed = |watch: &Watch| match &watch.asks {
        Asks::Push { metric } => Some(metric.clone()),
        _ => None,
    };
    let wanted: Vec<_> = watches.iter().filter_map(|watch| Some((watch, pushed(watch)?))).collect();
    for value in values {
        let mut is_wanted = false;
        for (watch, metric) in &wanted {
            if metric.name() != value.name || !metric.wants(&value.labels) {
                continue;
            }
            is_wanted = true;
            let at = value.at.unwrap_or(now);
            match late(at, now) {
                Some(why) => took.refuses(format!("a value of {}: {why}", words(&value.name))),
                None => {
                    let reading = value.reading(watch);
                    // The watch says why it cannot tell, and so does the answer.
                    if let Reading::CannotTell(reason) = &reading {
                        let name = words(&value.name);
                        took.refuses(format!("a value of {name} for the watch {}: {reason}", watch.name));
                    }
                    routed.push(Routed { watch: watch.name.clone(), at, reading });
                }
            }
        }
        if !is_wanted && took.unknown.len() < TOLD_MOST {
            let name = shorten(&words(&value.name), 80);
            if took.unknown.iter().all(|(known, _)| *known != name) {
                let own =
                    wanted.iter().map(|(_, metric)| metric).filter(|metric| metric.name() == value.name);
                let own: Vec<String> = own.map(ToString::to_string).collect();
                let near = match own.is_empty() {
                    true => near(&name, wanted.iter().map(|(_, metric)| metric.name())),
                    false => own,
                };
                took.unknown.push((name, near));
            }
        }
    }
    // Of two series at one time nobody can tell which is meant.
    routed.sort_by(|one, other| (&one.watch, one.at).cmp(&(&other.watch, other.at)));
    let alike = |one: &Routed, other: &Routed| one.watch == other.watch && one.at == other.at;
    let twice: Vec<Routed> = routed
        .windows(2)
        .filter_map(|pair| match pair {
            [one, other] if alike(one, other) && one.reading != other.reading => Some(one.clone()),
            _ => None,
        })
        .collect();
    for one in &twice {
        routed.retain(|other| !alike(one, other));
        took.refuses(format!(
            "several values of one time are for the watch {}: say which with push = 'name{{label=\"...\"}}'",
            one.watch
        ));
    }
    (routed, took)
}

fn late(at: Timestamp, now: Timestamp) -> Option<&'static str> {
    if at.duration_since(now) > AHEAD {
        return Some("its time is more than a minute ahead of howler's clock");
    }
    (now.duration_since(at) > BEHIND).then_some("its time is more than an hour ago")
}

impl Took {
    fn refuses(&mut self, why: String) {
        if self.refused.len() < TOLD_MOST && !self.refused.contains(&why) {
            self.refused.push(why);
        }
    }
}

impl Pushed {
    /// In the base unit of the watch. A unit of its own counts before the watch's.
    fn reading(&self, watch: &Watch) -> Reading {
        let unit = self.unit.unwrap_or(watch.unit);
        match unit.kind == watch.unit.kind {
            true => Reading::Number(self.number).in_unit(unit),
            false => Reading::CannotTell(Reason::OtherUnit { has: unit.kind, wants: watch.unit.kind }),
        }
    }
}
