//! Bodies as sources send them (`fixtures/README.md` says from where), and what becomes of them.

mod alertmanager;
mod asked;
mod bad_input;
mod github;
mod own;
mod properties;
mod signatures;
mod uptimerobot;
mod vercel;

use jiff::Timestamp;

use super::{Body, Read, Reading};
use domain::alert::signal::Signal;
use domain::secret::Secret;
use redact::Redactor;

/// 2026-11-24, two at night.
const NOW: &str = "2026-11-24T02:00:00Z";
const SECRET: &str = "mango-papaya-durian-7";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn redactor() -> Redactor {
    Redactor::new([Secret::new(SECRET)].into_iter())
}

/// Reads JSON with one of the sources' readers.
fn json(read: impl Fn(Reading<'_>, &Body<'_>) -> Read, body: &str) -> Read {
    read(Reading { redactor: &redactor(), now: at(NOW) }, &Body::json(body.as_bytes()))
}

/// The one signal that was heard.
#[track_caller]
fn one(read: Read) -> Signal {
    assert_eq!(read.heard.signals.len(), 1, "{read:?}");
    assert_eq!((&read.heard.passed_over, &read.heard.not_understood), (&Vec::new(), &Vec::new()));
    read.heard.signals.into_iter().next().unwrap()
}

/// Why nothing was heard.
#[track_caller]
fn reason(read: Read) -> String {
    assert!(read.heard.signals.is_empty() && read.heard.changes.is_empty(), "{read:?}");
    read.heard.passed_over.into_iter().chain(read.heard.not_understood).collect::<Vec<_>>().join("; ")
}

fn facts(signal: &Signal) -> Vec<(&str, &str)> {
    signal.facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn links(signal: &Signal) -> Vec<(&str, &str)> {
    signal.links.iter().map(|link| (link.text.as_str(), link.url.as_str())).collect()
}
