//! What is said of a watch's alerts: a change as a signal, in plain words.

use std::collections::BTreeMap;

use domain::Severity;
use domain::alert::signal::{Said, Signal, Source, Trouble};
use domain::duration::Spoken;
use domain::text::shorten;
use jiff::Timestamp;

use crate::reading::Reading;
use crate::standing::{Change, Last, Level};
use crate::threshold::{Limit, Side, Threshold};
use crate::watched::Watch;

/// Longest title, in characters.
const TITLE_MOST: usize = 240;

/// The key of the alert that nobody can tell. No name holds a colon.
pub fn absent(name: &str) -> String {
    format!("{name}:absent")
}

/// A level in a word.
pub fn word(level: Level) -> &'static str {
    match level {
        Level::Warning => "warning",
        Level::Critical => "critical",
    }
}

/// The last thing that was read, as people write it.
pub fn shown(watch: &Watch, last: &Last) -> String {
    match last {
        Last::Number(number) => watch.shown(*number),
        Last::State(state) => format!("\"{state}\""),
    }
}

/// What came, as people write it.
pub fn came(watch: &Watch, reading: &Reading) -> String {
    match reading {
        Reading::Number(number) => watch.shown(*number),
        Reading::State(state) => format!("\"{state}\""),
        Reading::CannotTell(reason) => reason.to_string(),
    }
}

/// A threshold in words: `over 1 s for 5 min`.
pub fn in_words(threshold: &Threshold) -> String {
    let side = match threshold.side {
        Side::Above => "over ",
        Side::AtLeast => "at least ",
        Side::Below => "under ",
        Side::AtMost => "at most ",
        Side::Is => "",
        Side::IsNot => "not ",
    };
    let limit = match &threshold.limit {
        Limit::Number { written, unit } => unit.of(*written).to_string(),
        Limit::State(word) => format!("\"{word}\""),
    };
    let lasting = threshold.lasting;
    let lasting = if lasting.is_positive() { format!(" for {}", Spoken(lasting)) } else { String::new() };
    format!("{side}{limit}{lasting}")
}

/// The end of the alert of this key; its title says why.
pub(crate) fn end(key: &str, why: String) -> Signal {
    told(key.to_owned(), Said::Resolved, None, why, BTreeMap::new())
}

pub(crate) fn told(
    key: String,
    said: Said,
    severity: Option<Severity>,
    title: String,
    facts: BTreeMap<String, String>,
) -> Signal {
    Signal {
        source: Source::Watch,
        key,
        said,
        trouble: Trouble::Other,
        severity,
        title: shorten(&title, TITLE_MOST),
        facts,
        links: Vec::new(),
        // What is read last is the newest, also where the clock was set back in between.
        at: None,
        order: None,
    }
}

/// A change as a signal. Critical and warning are one alert that becomes worse and better; that nobody can tell is another.
pub fn signal(watch: &Watch, change: &Change, reading: &Reading) -> Signal {
    match change {
        Change::Began { level, since } => breached(watch, *level, *since, reading),
        Change::Worsened { since } => breached(watch, Level::Critical, *since, reading),
        Change::Eased { since } => breached(watch, Level::Warning, *since, reading),
        Change::Ended { .. } => end(&watch.name, format!("{} came", came(watch, reading))),
        Change::Seeing { .. } => end(&absent(&watch.name), format!("{} came", came(watch, reading))),
        Change::Blind { since, reason } => {
            let title = format!("{}: nobody can tell, {reason}", watch.spoken());
            let facts = facts(watch, "absent", *since, reason.clone());
            told(absent(&watch.name), Said::Firing, watch.severities.absent, title, facts)
        }
    }
}

fn breached(watch: &Watch, level: Level, since: Timestamp, reading: &Reading) -> Signal {
    let came = came(watch, reading);
    let line = watch.rules.of(level).map(in_words).unwrap_or_default();
    let title = format!("{} is {came}: {line}", watch.spoken());
    let facts = facts(watch, word(level), since, came);
    told(watch.name.clone(), Said::Firing, watch.severities.of(level), title, facts)
}

fn facts(watch: &Watch, level: &str, since: Timestamp, came: String) -> BTreeMap<String, String> {
    let rules = Level::ALL.into_iter().filter_map(|level| {
        let threshold = watch.rules.of(level)?;
        Some((word(level).to_owned(), in_words(threshold)))
    });
    let since = since.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    let own = [
        ("metric", watch.spoken()),
        ("level", level.to_owned()),
        ("since", since),
        ("value", came),
        ("asked", watch.asks.to_string()),
    ];
    let own = own.into_iter().map(|(name, fact)| (name.to_owned(), fact));
    own.chain(rules).map(|(name, fact)| (name, shorten(&fact, TITLE_MOST))).collect()
}
