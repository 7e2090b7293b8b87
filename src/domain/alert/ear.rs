//! What is known of a source: what was heard of it, and what of that could not be understood.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::AlertId;
use super::bound::PutOff;
use super::course::Point;
use super::hear::{Delivery, Raw};
use super::signal::Source;
use crate::text;

/// Of what could not be understood the newest of each source are kept whole.
pub const MISREAD_MOST: u64 = 20;
/// Reasons of one delivery that are kept.
const REASONS_MOST: usize = 3;
const REASON_MOST: usize = 200;

/// One source, since the store began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ear {
    pub source: Source,
    pub first: Timestamp,
    pub last: Timestamp,
    pub deliveries: u64,
    pub signals: u64,
    pub changes: u64,
    /// Signals of an alert that was over already, and of which a newer one is known.
    pub late: u64,
    /// Parts that are no alert by the source's rules.
    pub passed_over: u64,
    pub last_passed_over: Option<String>,
    /// Deliveries of which something could not be understood.
    pub misread: u64,
    /// The newest of them.
    pub misreads: VecDeque<Misread>,
    /// What it says is put off, or was until lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_off: Option<PutOff>,
}

/// A delivery of which something could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misread {
    /// Counted from 1 within its source.
    pub number: u64,
    pub at: Timestamp,
    pub why: Vec<String>,
    /// Length of its body, in bytes; `None` where it did not come with one.
    pub bytes: Option<usize>,
}

impl Misread {
    /// Where its body stands: the oldest is written over.
    pub fn slot(&self) -> u8 {
        u8::try_from(self.number % MISREAD_MOST).unwrap_or(0)
    }
}

/// The body of a delivery that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MisreadBody {
    pub source: Source,
    pub misread: Misread,
    pub body: Raw,
}

/// What leads to the alert of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The newest alert of the key, whether it is over or not.
    pub alert: Option<AlertId>,
    /// What was said and belongs to no alert yet: a recovery that came before its alert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<Point>,
}

/// Most that is kept ahead of one alert.
const AHEAD_MOST: usize = 16;

impl Known {
    /// Keeps what is said of an alert that is not there, the oldest first; the newest tell most.
    pub fn keep(&mut self, point: Point) {
        let position = self.ahead.partition_point(|known| known.0 <= point.0);
        self.ahead.insert(position, point);
        if self.ahead.len() > AHEAD_MOST {
            self.ahead.remove(0);
        }
    }
}

impl Ear {
    pub fn new(source: Source, now: Timestamp) -> Self {
        Self {
            source,
            first: now,
            last: now,
            deliveries: 0,
            signals: 0,
            changes: 0,
            late: 0,
            passed_over: 0,
            last_passed_over: None,
            misread: 0,
            misreads: VecDeque::new(),
            put_off: None,
        }
    }

    /// Counts a delivery; gives the body to keep, where something of it could not be understood.
    pub fn count(&mut self, delivery: &Delivery, now: Timestamp) -> Option<MisreadBody> {
        let heard = &delivery.heard;
        self.last = now;
        self.deliveries += 1;
        self.signals += heard.signals.len() as u64;
        self.changes += heard.changes.len() as u64;
        self.passed_over += heard.passed_over.len() as u64;
        if let Some(why) = heard.passed_over.last() {
            self.last_passed_over = Some(text::shorten(why, REASON_MOST));
        }
        if heard.not_understood.is_empty() {
            return None;
        }
        self.misread += 1;
        let why = heard.not_understood.iter().take(REASONS_MOST).map(|why| text::shorten(why, REASON_MOST));
        let bytes = delivery.raw.as_ref().map(|raw| raw.bytes);
        let misread = Misread { number: self.misread, at: now, why: why.collect(), bytes };
        self.misreads.push_back(misread.clone());
        while self.misreads.len() as u64 > MISREAD_MOST {
            self.misreads.pop_front();
        }
        let body = delivery.raw.clone()?;
        Some(MisreadBody { source: self.source, misread, body })
    }
}
