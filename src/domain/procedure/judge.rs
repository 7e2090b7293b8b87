//! What an answer says of a check: it passes, it fails, or it cannot tell. A tool that is missing, an answer that cannot be
//! read and a part that is not there never count as failed: nobody rolls back on a blind spot.

use std::collections::BTreeMap;
use std::fmt;

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CannotTell, Check, Expected, Extract, Heard, Probe, Range, keep};

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    Pass,
    Fail,
    Unknown,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub verdict: Verdict,
    /// What was expected and what came, for each part that is not as it should be.
    pub notes: Vec<Note>,
    /// Why nothing can be said.
    pub why: Option<String>,
    /// Facts by name.
    pub kept: BTreeMap<String, Kept>,
}

/// One part of an answer that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub part: String,
    pub expected: String,
    pub got: String,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Kept {
    One(String),
    Many(Vec<String>),
}

impl Finding {
    /// Nothing can be said.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, notes: Vec::new(), why: Some(why.into()), kept: BTreeMap::new() }
    }
}

impl Kept {
    /// In a few words; nothing where it is a longer text.
    pub fn short(&self) -> Option<String> {
        match self {
            Self::One(one) if !one.contains('\n') && one.chars().count() <= SHOWN => Some(one.clone()),
            Self::One(_) => None,
            Self::Many(many) => Some(shown(&many.join(", "))),
        }
    }

    /// A longer text, such as the end of a log.
    pub fn long(&self) -> Option<&str> {
        match self {
            Self::One(one) if self.short().is_none() => Some(one),
            _ => None,
        }
    }
}

/// Most characters of an answer in a note.
const SHOWN: usize = 120;

/// What came of one expectation.
enum Part {
    Holds,
    Not(Note),
    Unclear(String),
}

/// What `heard` says of `check`.
pub fn judge(check: &Check, heard: &Result<Heard, CannotTell>) -> Finding {
    let heard = match heard {
        Ok(heard) => heard,
        Err(CannotTell(why)) => return Finding::unknown(why),
    };
    if let Some(why) = says_nothing(check, heard) {
        return Finding::unknown(why);
    }
    if heard.refused {
        let (part, expected, got) = ("the connection".into(), "taken".into(), "refused".into());
        let notes = vec![Note { part, expected, got }];
        return Finding { verdict: Verdict::Fail, notes, why: None, kept: BTreeMap::new() };
    }
    let mut finding = Finding { verdict: Verdict::Pass, notes: Vec::new(), why: None, kept: BTreeMap::new() };
    for (extract, expected) in &expectations(check) {
        match part(extract, expected, heard) {
            Part::Holds => {}
            Part::Not(note) => finding.notes.push(told(&check.probe, note)),
            Part::Unclear(why) => finding.why = finding.why.or(Some(why)),
        }
    }
    for (name, wanted) in &check.keep {
        match keep::keep(wanted, heard) {
            Ok(kept) => drop(finding.kept.insert(name.clone(), kept)),
            Err(why) => finding.why = finding.why.or(Some(why)),
        }
    }
    finding.verdict = match (finding.notes.is_empty(), &finding.why) {
        (false, _) => Verdict::Fail,
        (true, Some(_)) => Verdict::Unknown,
        (true, None) => Verdict::Pass,
    };
    finding
}

/// Why an answer is none: a program that failed for a reason of its own says nothing about what it was asked.
fn says_nothing(check: &Check, heard: &Heard) -> Option<String> {
    let Probe::Run(command) = &check.probe else { return None };
    let program = command.program();
    let all = heard.all();
    let last = || all.lines().rfind(|line| !line.trim().is_empty()).map(|line| shown(line.trim()));
    let said = || last().or_else(|| heard.no_text()).map(|said| format!(": {said}")).unwrap_or_default();
    let Some(code) = heard.exit else { return Some(format!("{program} was ended by a signal{}", said())) };
    // kubectl finds no pods and ends with 0: a log that is not there holds no error, and no good word either.
    if code == 0 && heard.text.trim().is_empty() && !heard.aside.trim().is_empty() {
        return Some(format!("{program} answered nothing{}", said()));
    }
    let judged = check.expect.iter().any(|(extract, _)| *extract == Extract::Exit);
    let nothing = check.cannot_tell.contains(&code) || (code != 0 && !judged);
    nothing.then(|| format!("{program} ended with {code}{}", said()))
}

/// A connection has no exit code for whoever reads of it.
fn told(probe: &Probe, note: Note) -> Note {
    match probe {
        Probe::Tcp(_) => {
            Note { part: "the connection".into(), expected: "taken".into(), got: "refused".into() }
        }
        _ => note,
    }
}

/// A connection expects to be taken.
fn expectations(check: &Check) -> Vec<(Extract, Expected)> {
    match check.probe {
        Probe::Tcp(_) => vec![(Extract::Exit, Expected::Equals(0.into()))],
        _ => check.expect.clone(),
    }
}

fn part(extract: &Extract, expected: &Expected, heard: &Heard) -> Part {
    let values = match values(extract, heard) {
        Ok(values) => values,
        Err(why) => return Part::Unclear(why),
    };
    let unclear = || Part::Unclear(format!("the answer has nothing at {extract}"));
    let holds = match expected {
        Expected::Range(range) if range.absent == Some(true) => values.is_empty(),
        Expected::Range(Range { none: Some(none), .. }) => !values.contains(none),
        _ if values.is_empty() => return unclear(),
        Expected::Equals(equal) => values.iter().all(|value| same(value, equal)),
        Expected::Range(range) => values.iter().all(|value| within(value, range)),
    };
    if heard.cut && !is_so_whatever_is_missing(extract, expected, &values, holds) {
        return Part::Unclear(format!("the middle of the answer is missing, so {extract} cannot be told"));
    }
    if holds {
        return Part::Holds;
    }
    let got = values.iter().map(|value| shown(&text_of(value))).collect::<Vec<_>>().join(", ");
    Part::Not(Note { part: extract.to_string(), expected: expected.to_string(), got: shown(&got) })
}

/// Whether the missing middle of an answer could not change what was found: it only adds to what is counted, and takes nothing back
/// that must not be there.
fn is_so_whatever_is_missing(extract: &Extract, expected: &Expected, values: &[Value], holds: bool) -> bool {
    match (extract, expected) {
        (Extract::Status | Extract::Exit, _) => true,
        (Extract::Count(_), Expected::Range(Range { max: None, one_of: None, none: None, .. })) => holds,
        (Extract::Count(_), Expected::Range(Range { max: Some(max), .. })) => {
            values.iter().any(|count| count.as_f64().is_some_and(|count| count > *max))
        }
        (Extract::Regex(_), _) => !holds && !values.is_empty(),
        (Extract::Text, Expected::Range(Range { matches: Some(_), .. })) => holds,
        _ => false,
    }
}

/// The part of the answer; several where a pointer names every element.
fn values(extract: &Extract, heard: &Heard) -> Result<Vec<Value>, String> {
    if let Some(why) = heard.no_text().filter(|_| extract.is_of_text()) {
        return Err(why);
    }
    Ok(match extract {
        Extract::Status => heard.status.map(Value::from).into_iter().collect(),
        Extract::Exit => heard.exit.map(Value::from).into_iter().collect(),
        Extract::Text => vec![Value::from(heard.text.as_str())],
        Extract::Count(text) => {
            vec![Value::from(heard.text.lines().filter(|line| line.contains(text.as_str())).count())]
        }
        Extract::Regex(pattern) => found(pattern, &heard.text).map(Value::from).collect(),
        Extract::Json(pointer) => {
            let json: Value = serde_json::from_str(&heard.text)
                .map_err(|_| "the answer is not the JSON that was expected".to_owned())?;
            pointed(&json, pointer).into_iter().cloned().collect()
        }
    })
}

/// What a regular expression finds, each time: its first group, or all of it where it has none.
pub(super) fn found<'t>(pattern: &str, text: &'t str) -> impl Iterator<Item = &'t str> {
    // A file whose pattern is none was refused when it was read.
    let pattern = Regex::new(pattern).ok();
    let all: Vec<&str> = pattern
        .iter()
        .flat_map(|pattern| pattern.captures_iter(text))
        .filter_map(|found| found.get(1).or_else(|| found.get(0)))
        .map(|part| part.as_str())
        .collect();
    all.into_iter()
}

/// What a JSON pointer (RFC 6901) names; `*` is every element of a list or an object.
pub(super) fn pointed<'v>(json: &'v Value, pointer: &str) -> Vec<&'v Value> {
    let mut found = vec![json];
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        found = found.into_iter().flat_map(|value| into(value, &step)).collect();
    }
    found
}

fn into<'v>(value: &'v Value, step: &str) -> Vec<&'v Value> {
    match value {
        Value::Array(list) if step == "*" => list.iter().collect(),
        Value::Object(map) if step == "*" => map.values().collect(),
        Value::Array(list) => step.parse::<usize>().ok().and_then(|at| list.get(at)).into_iter().collect(),
        Value::Object(map) => map.get(step).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Numbers are the same whether they are whole or have a point.
fn same(value: &Value, expected: &Value) -> bool {
    match (value.as_f64(), expected.as_f64()) {
        (Some(value), Some(expected)) => value == expected,
        _ => value == expected,
    }
}

fn within(value: &Value, range: &Range) -> bool {
    let number = || value.as_f64().or_else(|| text_of(value).trim().parse().ok());
    let Range { min, max, one_of, matches, .. } = range;
    min.is_none_or(|min| number().is_some_and(|number| number >= min))
        && max.is_none_or(|max| number().is_some_and(|number| number <= max))
        && one_of.as_ref().is_none_or(|list| list.iter().any(|one| same(value, one)))
        // A file whose pattern is none was refused when it was read.
        && matches.as_ref().is_none_or(|pattern| {
            Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(&text_of(value)))
        })
}

pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn shown(text: &str) -> String {
    crate::domain::text::shorten(&crate::domain::text::clean_line(text), SHOWN)
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = match self {
            Self::Equals(value) => return f.write_str(&text_of(value)),
            Self::Range(range) => range,
        };
        let list = |list: &Vec<Value>| list.iter().map(text_of).collect::<Vec<_>>().join(" or ");
        let words = [
            range.min.map(|min| format!("at least {min}")),
            range.max.map(|max| format!("at most {max}")),
            range.one_of.as_ref().map(list),
            range.none.as_ref().map(|none| format!("never {}", text_of(none))),
            range.matches.as_ref().map(|pattern| format!("like {pattern}")),
            range.absent.and_then(|absent| absent.then(|| "nothing".to_owned())),
        ];
        f.write_str(&words.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}
