//! What an answer says of a check: it passes, it fails, or it cannot tell. A tool that is missing, an answer that cannot be
//! read and a part that is not there never count as failed: nobody rolls back on a blind spot.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::owned::of_deployment;
use super::part::{container, raw_values, text_of, values};
use super::released::older;
use super::{Answer, CannotTell, Check, Expected, Extract, Heard, Probe, Range, backups, keep, reason};

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

/// From when on what an answer tells counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The trouble began then; each expectation says how much older a fact may be.
    Trouble(Timestamp),
    /// An action that is proved was asked for then: what was before it proves nothing.
    Action(Timestamp),
}

impl Since {
    pub(super) fn at(self) -> Timestamp {
        match self {
            Self::Trouble(at) | Self::Action(at) => at,
        }
    }

    pub(super) fn bound(self, fresh: SignedDuration) -> Timestamp {
        match self {
            Self::Trouble(at) => at.saturating_sub(fresh).unwrap_or(Timestamp::MIN),
            Self::Action(at) => at,
        }
    }
}

/// What an answer says of `check`: its verdict is that of the raw answer, and what is kept and shown of it is masked.
pub fn judge_answer(
    check: &Check,
    answer: &Result<Answer, CannotTell>,
    since: Since,
    mask: impl Fn(&str) -> String,
) -> Finding {
    let answer = match answer {
        Ok(answer) => answer,
        Err(CannotTell(why)) => return Finding::unknown(mask(why)),
    };
    let raw = judge_heard(check, &answer.raw, since);
    let shown = judge_heard(check, &answer.shown, since);
    let note = |note: Note| match shown.notes.iter().find(|shown| shown.part == note.part) {
        Some(shown) => shown.clone(),
        None => Note { got: mask(&note.got), ..note },
    };
    Finding {
        verdict: raw.verdict,
        notes: raw.notes.into_iter().map(note).collect(),
        why: raw.why.map(|why| mask(&why)),
        kept: shown.kept,
    }
}

/// What `heard` says of `check`.
pub fn judge(check: &Check, heard: &Result<Heard, CannotTell>, since: Since) -> Finding {
    match heard {
        Ok(heard) => judge_heard(check, heard, since),
        Err(CannotTell(why)) => Finding::unknown(why),
    }
}

fn judge_heard(check: &Check, heard: &Heard, since: Since) -> Finding {
    if let Some(why) = says_nothing(check, heard) {
        return Finding::unknown(why);
    }
    if let Some(note) = unheard(heard) {
        let notes = vec![note];
        return Finding { verdict: Verdict::Fail, notes, why: None, kept: BTreeMap::new() };
    }
    let own = check.of.as_ref().map(|deployment| of_deployment(heard, deployment)).transpose();
    let heard = match &own {
        Ok(own) => own.as_ref().unwrap_or(heard),
        Err(why) => return Finding::unknown(why),
    };
    let backups = check.is_of_backups().then(|| backups::named(heard, check.names.as_deref())).transpose();
    let (heard, passed) = match &backups {
        Ok(Some((backups, passed))) => (backups, passed.as_slice()),
        Ok(None) => (heard, [].as_slice()),
        Err(why) => return Finding::unknown(why),
    };
    let mut finding = Finding { verdict: Verdict::Pass, notes: Vec::new(), why: None, kept: BTreeMap::new() };
    if !passed.is_empty() {
        finding.kept.insert("no_backups".into(), Kept::Many(passed.to_vec()));
    }
    for (extract, expected) in &expectations(check) {
        match part(extract, expected, heard, since) {
            Part::Holds => {}
            Part::Not(note) => finding.notes.push(told(&check.probe, note)),
            Part::Unclear(why) => finding.why = finding.why.or(Some(why)),
        }
    }
    for (name, wanted) in &check.keep {
        match keep::keep(wanted, heard, since) {
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

/// That nobody is there.
fn unheard(heard: &Heard) -> Option<Note> {
    let note = |part: &str, expected: &str, got: String| {
        Some(Note { part: part.into(), expected: expected.into(), got })
    };
    match &heard.silent {
        _ if heard.refused => note("the connection", "taken", "refused".into()),
        Some(why) => note("an answer", "in time", shown(&format!("none, twice: {why}"))),
        None => None,
    }
}

/// Why an answer is none: a program that failed for a reason of its own says nothing about what it was asked.
fn says_nothing(check: &Check, heard: &Heard) -> Option<String> {
    if let Some(why) = heard.silent.as_ref().filter(|_| !check.silence_fails) {
        return Some(why.clone());
    }
    let command = match &check.probe {
        Probe::Run(command) => command,
        Probe::Http(_) => return of_the_asker(check, heard.status?),
        Probe::Tcp(_) | Probe::GitHub(_) | Probe::Vercel(_) => return None,
    };
    let program = command.program();
    let said = || reason::of(&heard.all()).or_else(|| heard.no_text());
    let said = || said().map(|said| format!(": {}", shown(&said))).unwrap_or_default();
    let Some(code) = heard.exit else { return Some(format!("{program} was ended by a signal{}", said())) };
    // kubectl finds no pods and ends with 0: a log that is not there holds no error, and no good word either.
    if code == 0 && heard.text.trim().is_empty() && !heard.aside.trim().is_empty() {
        return Some(format!("{program} answered nothing{}", said()));
    }
    let judged = check.expect.iter().any(|(extract, _)| *extract == Extract::Exit);
    let nothing = check.cannot_tell.contains(&code) || (code != 0 && !judged);
    nothing.then(|| format!("{program} ended with {code}{}", said()))
}

/// A status that speaks of whoever asks, and not of what is asked about; unless the check expects just that.
fn of_the_asker(check: &Check, status: u16) -> Option<String> {
    let why = match status {
        300..=399 => "it sends whoever asks elsewhere, and howler does not follow",
        401 | 403 => "it does not let howler in",
        407 => "a proxy on the way does not let howler through",
        429 => "it answers howler no more for a while",
        _ => return None,
    };
    let is_it = |value: &Value| same(value, &status.into());
    let is_expected = check.expect.iter().any(|(extract, expected)| {
        *extract == Extract::Status
            && match expected {
                Expected::Equals(value) => is_it(value),
                Expected::Range(range) => range.one_of.iter().flatten().any(is_it),
            }
    });
    (!is_expected).then(|| format!("it answered {status}: {why}, which says nothing of whether it works"))
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

/// Of nothing, nothing can be said: no pods at all are not pods of which none was killed.
fn part(extract: &Extract, expected: &Expected, heard: &Heard, since: Since) -> Part {
    let range = match expected {
        Expected::Range(range) => Some(range),
        Expected::Equals(_) => None,
    };
    if let (Extract::Released(what), Some(fresh)) = (extract, range.and_then(|range| range.fresh)) {
        return match there_first(extract, range, heard).and_then(|()| older(what, fresh.0, heard, since)) {
            Ok(None) => Part::Holds,
            Ok(Some(note)) => Part::Not(note),
            Err(why) => Part::Unclear(why),
        };
    }
    let values = match there_first(extract, range, heard).and_then(|()| values(extract, range, heard, since))
    {
        Ok(values) => values,
        Err(why) => return Part::Unclear(why),
    };
    let left_out = range.and_then(|range| range.left_out.map(Value::from)).filter(|_| values.is_empty());
    let values: Vec<Value> = values.into_iter().chain(left_out).collect();
    let expected = &match bounded(expected, heard) {
        Ok(expected) => expected,
        Err(why) => return Part::Unclear(why),
    };
    let unclear = || Part::Unclear(format!("the answer has nothing at {extract}"));
    let holds = match expected {
        Expected::Range(range) if range.absent == Some(true) => values.is_empty(),
        Expected::Range(Range { none: Some(none), .. }) => {
            let bad = none.as_array().map_or(std::slice::from_ref(none), Vec::as_slice);
            !values.iter().any(|value| bad.contains(value))
        }
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

/// What is expected, with a bound that another part of the answer names as a number.
fn bounded(expected: &Expected, heard: &Heard) -> Result<Expected, String> {
    let Expected::Range(range) = expected else { return Ok(expected.clone()) };
    let Some(other) = range.at_least() else { return Ok(expected.clone()) };
    match raw_values(&other, heard)?.as_slice() {
        [one] => {
            let bound = one.as_f64().ok_or_else(|| format!("what is at {other} is no number"))?;
            Ok(Expected::Range(Range {
                min: Some(range.min.map_or(bound, |min| min.max(bound))),
                ..range.clone()
            }))
        }
        [] => Err(format!("the answer has nothing at {other}")),
        _ => Err(format!("the answer has several things at {other}")),
    }
}

/// That what an expectation speaks of is there at all.
fn there_first(extract: &Extract, range: Option<&Range>, heard: &Heard) -> Result<(), String> {
    if extract.is_of_text() && heard.text.trim().is_empty() && heard.bytes.is_none() {
        return Err("the answer is empty".to_owned());
    }
    let Some(range) = range else { return Ok(()) };
    let first = match (range.given(), extract) {
        (Some(given), _) => given,
        // Where a file of before says nothing else: what the last `*` is an element of, or the answer's own part.
        (None, Extract::Json(pointer)) if range.holds_of_nothing() => Extract::Json(container(pointer)),
        (None, _) => return Ok(()),
    };
    let there = raw_values(&first, heard)?;
    match there.iter().all(|value| text_of(value).trim().is_empty()) {
        true => Err(format!("the answer has nothing at {first}")),
        false => Ok(()),
    }
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

fn shown(text: &str) -> String {
    crate::text::shorten(&crate::text::clean_line(text), SHOWN)
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
            range.none.as_ref().map(|none| match none.as_array() {
                Some(several) => format!("never {}", list(several)),
                None => format!("never {}", text_of(none)),
            }),
            range.matches.as_ref().map(|pattern| format!("like {pattern}")),
            range.absent.and_then(|absent| absent.then(|| "nothing".to_owned())),
            range.fresh.map(|_| "since the trouble began".to_owned()),
        ];
        f.write_str(&words.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}
