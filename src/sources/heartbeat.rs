//! Heartbeats, and sources that should speak: what is said when one is silent, and when it is back. `[[heartbeat]]` and `[sources]` of
//! `howler.toml` say how often each is expected.

use jiff::{SignedDuration, Timestamp};

use super::name;
use crate::domain::Severity;
use crate::domain::alert::signal::{Heard, Said, Signal, Source, Trouble};
use crate::redact::Redactor;

/// Something that is expected to be heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What it is called: a heartbeat's name, or a source's.
    pub name: String,
    /// The longest that it may be silent.
    pub within: SignedDuration,
    pub severity: Option<Severity>,
}

/// What is known of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listened {
    /// When it was last heard, or since when it is expected, where it never was.
    pub heard: Timestamp,
    /// How long howler itself did not listen since then: its downtime is nobody's silence.
    pub deaf: SignedDuration,
}

impl Listened {
    /// When it counts as silent, if it is not heard of until then.
    pub fn silent_at(&self, within: SignedDuration) -> Timestamp {
        let allowed = within.saturating_add(self.deaf.max(SignedDuration::ZERO));
        self.heard.saturating_add(allowed).unwrap_or(Timestamp::MAX)
    }

    /// howler did not listen from `from` until `until`; only what of it lies after the last beat counts.
    #[must_use]
    pub fn deaf_between(self, from: Timestamp, until: Timestamp) -> Self {
        let deaf = until.duration_since(from.max(self.heard)).max(SignedDuration::ZERO);
        Self { deaf: self.deaf.saturating_add(deaf), ..self }
    }
}

/// A beat: it resolves what its silence opened, and says that it lives.
pub fn beat(redactor: &Redactor, expected: &Expected, now: Timestamp) -> Heard {
    let title = format!("{} is heard again", expected.name);
    Heard { signals: vec![signal(redactor, expected, Said::Resolved, title, now)], ..Heard::default() }
}

/// Its silence, which began to count at `at`.
pub fn silence(redactor: &Redactor, expected: &Expected, at: Timestamp) -> Heard {
    let title = format!("{} is silent", expected.name);
    Heard { signals: vec![signal(redactor, expected, Said::Firing, title, at)], ..Heard::default() }
}

fn signal(redactor: &Redactor, expected: &Expected, said: Said, title: String, at: Timestamp) -> Signal {
    let every = ("expected within".to_owned(), format!("{:#}", expected.within));
    Signal {
        source: Source::Heartbeat,
        key: name::key(redactor, &expected.name),
        said,
        trouble: Trouble::Silent,
        severity: expected.severity,
        title,
        facts: [every].into(),
        links: Vec::new(),
        at: Some(at),
        order: None,
    }
}
