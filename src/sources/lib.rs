//! What each source of alerts sends, read into howler's words: signatures, bodies, ids of deliveries. Pure.
//!
//! The shapes are those of the sources' own documentation and published examples; `docs/alerts.md` names them. Nothing that is
//! signed is refused: what cannot be read is told as not understood, with the reason.

pub mod alertmanager;
pub mod asked;
mod body;
pub mod events;
pub mod github;
pub mod grafana;
mod json;
pub mod name;
pub mod pagerduty;
mod severity;
pub mod sign;
mod text;
mod time;
pub mod uptimerobot;
pub mod vercel;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use body::Body;
use domain::alert::signal::Heard;
use redact::Redactor;

/// What a source's reader needs beside what was sent.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// Takes secrets out of everything that is kept.
    pub redactor: &'r Redactor,
    pub now: Timestamp,
}

/// A delivery that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub heard: Heard,
    /// What is the same when the same delivery comes again; `None` where nothing tells, so that each counts.
    pub id: Option<String>,
}

/// Most lines of a kind that are kept of what was passed over or not understood.
const LINES_MOST: usize = 20;

impl Read {
    /// Nothing of it could be read.
    fn not_understood(why: impl Into<String>, id: Option<String>) -> Self {
        let heard = Heard { not_understood: vec![why.into()], ..Heard::default() };
        Self { heard, id }
    }

    /// It is no alert by the rules of its source.
    fn passed_over(what: impl Into<String>, id: Option<String>) -> Self {
        let heard = Heard { passed_over: vec![what.into()], ..Heard::default() };
        Self { heard, id }
    }
}

/// Says the same thing once with its count, and no more than can be read.
fn gathered(lines: Vec<String>) -> Vec<String> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    let mut more = 0_usize;
    for line in lines {
        let room = counted.len() < LINES_MOST;
        match counted.iter_mut().find(|(known, _)| *known == line) {
            Some((_, count)) => *count += 1,
            None if room => counted.push((line, 1)),
            None => more += 1,
        }
    }
    let said =
        |(line, count): (String, usize)| if count == 1 { line } else { format!("{line} ({count} times)") };
    let rest = (more > 0).then(|| format!("{more} more"));
    counted.into_iter().map(said).chain(rest).collect()
}
