//! What should be heard of every so often: heartbeats, and sources that should speak. Silence is an alert, and a beat resolves it.
//!
//! When somebody counts as silent follows from what is saved: the last beat, and how long howler itself did not listen since then, for its
//! downtime is nobody's silence.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::hear::Delivery;
use super::signal::{Heard, Said, Signal, Source, Trouble};
use crate::Severity;
use crate::id::DeliveryId;
use crate::owner::Owner;
use crate::text::fingerprint;
use crate::timer::{Outage, Timer, TimerKind};

/// Something that is expected to be heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// A heartbeat's name, or `source:` and a source's; the key of the alert.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// The longest that it may be silent.
    pub within: SignedDuration,
    /// Of its silence.
    pub severity: Option<Severity>,
}

impl Expected {
    pub fn heartbeat(name: &str, within: SignedDuration, severity: Option<Severity>) -> Self {
        Self { key: name.to_owned(), name: name.to_owned(), within, severity }
    }

    /// `word` is the source's in `howler.toml`. No heartbeat's name holds a colon.
    pub fn source(word: &str, within: SignedDuration) -> Self {
        Self { key: format!("source:{word}"), name: format!("The source {word}"), within, severity: None }
    }

    /// What its silence is.
    pub fn silent(&self, at: Timestamp) -> Signal {
        self.signal(Said::Firing, at)
    }

    fn signal(&self, said: Said, at: Timestamp) -> Signal {
        let is = if said == Said::Firing { "is silent" } else { "is heard again" };
        Signal {
            source: Source::Heartbeat,
            key: self.key.clone(),
            said,
            trouble: Trouble::Silent,
            severity: self.severity,
            title: format!("{} {is}", self.name),
            facts: [("expected within".to_owned(), format!("{:#}", self.within))].into(),
            links: Vec::new(),
            at: Some(at),
            order: None,
        }
    }

    /// What a beat says: it is there, and was never so silent that it is not resolved.
    pub fn beat(&self, now: Timestamp) -> Heard {
        Heard { signals: vec![self.signal(Said::Resolved, now)], ..Heard::default() }
    }
}

/// What is known of one: a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    pub key: String,
    /// When it was heard last; since when it is expected, where it never was.
    pub heard: Timestamp,
    /// How long howler did not listen since then,
    #[serde(default)]
    pub deaf: SignedDuration,
    /// reckoned up to here.
    #[serde(default)]
    pub reckoned: Option<Timestamp>,
    /// Its silence was told.
    #[serde(default)]
    pub told: bool,
    /// Its timer, as it is saved.
    #[serde(default)]
    pub due: Option<Timestamp>,
}

impl Beat {
    /// Heard, or expected, from `now` on.
    pub fn at(key: &str, now: Timestamp) -> Self {
        Self {
            key: key.to_owned(),
            heard: now,
            deaf: SignedDuration::ZERO,
            reckoned: None,
            told: false,
            due: None,
        }
    }

    /// Heard at `now`; its timer stays where it is until it is moved.
    #[must_use]
    pub fn again(&self, now: Timestamp) -> Self {
        Self { due: self.due, ..Self::at(&self.key, now) }
    }

    /// howler did not listen during `outage`. What of it lies before the last beat is nothing, and the same one counts once.
    #[must_use]
    pub fn deaf_during(self, outage: Outage) -> Self {
        let from = outage.from.max(self.heard).max(self.reckoned.unwrap_or(Timestamp::MIN));
        let deaf = outage.until.duration_since(from);
        if !deaf.is_positive() {
            return self;
        }
        Self { deaf: self.deaf.saturating_add(deaf), reckoned: Some(outage.until), ..self }
    }

    /// The machine's clock was set back, to `now`: nobody was heard later than that.
    #[must_use]
    pub fn set_back(self, now: Timestamp) -> Self {
        let reckoned = self.reckoned.map(|reckoned| reckoned.min(now));
        Self { heard: self.heard.min(now), reckoned, ..self }
    }

    /// The timer of this key at `due`.
    pub fn timer(&self, due: Timestamp) -> Timer {
        Timer { due, owner: Owner::Howler, kind: TimerKind::Watch(fingerprint(Some(&self.key))) }
    }

    /// When it counts as silent, if it is not heard of until then; `None` where that was told.
    pub fn silent_at(&self, expected: &Expected) -> Option<Timestamp> {
        let allowed = expected.within.saturating_add(self.deaf.max(SignedDuration::ZERO));
        (!self.told).then(|| self.heard.saturating_add(allowed).unwrap_or(Timestamp::MAX))
    }

    /// Its silence, where it is time, as a delivery that counts once.
    pub fn silence(&self, expected: &Expected, now: Timestamp) -> Option<Delivery> {
        let at = self.silent_at(expected).filter(|at| *at <= now)?;
        let id = DeliveryId(format!("silent:{}:{:x}", self.key, self.heard.as_nanosecond()));
        let heard = Heard { signals: vec![expected.signal(Said::Firing, at)], ..Heard::default() };
        Some(Delivery { id, source: Source::Heartbeat, heard, raw: None, checked: None, body: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-24T{text}Z").parse().unwrap()
    }

    fn backup() -> Expected {
        Expected::heartbeat("backup", SignedDuration::from_hours(1), Some(Severity::P2))
    }

    #[test]
    fn it_is_silent_after_its_time_and_that_is_told_once() {
        let (expected, beat) = (backup(), Beat::at("backup", at("02:00:00")));
        assert_eq!(beat.silent_at(&expected), Some(at("03:00:00")));
        assert_eq!(beat.silence(&expected, at("02:59:59")), None);
        // Whenever howler comes to it, it is the same delivery, of the time at which it began.
        let (first, late) =
            (beat.silence(&expected, at("03:00:00")), beat.silence(&expected, at("07:00:00")));
        assert_eq!(first, late);
        let delivery = first.unwrap();
        let signal = &delivery.heard.signals[0];
        assert_eq!(
            (signal.said, signal.trouble, signal.at),
            (Said::Firing, Trouble::Silent, Some(at("03:00:00")))
        );
        assert_eq!(
            (signal.key.as_str(), signal.title.as_str(), signal.severity),
            ("backup", "backup is silent", Some(Severity::P2))
        );
        assert_eq!(signal.facts["expected within"], "1h");
        let next = Beat::at("backup", at("03:30:00"));
        assert_ne!(next.silence(&expected, at("05:00:00")).unwrap().id, delivery.id);
        let told = Beat { told: true, ..beat };
        assert_eq!((told.silent_at(&expected), told.silence(&expected, at("07:00:00"))), (None, None));
        let back = expected.beat(at("07:00:00")).signals.remove(0);
        assert_eq!(
            (back.said, back.key, back.title.as_str()),
            (Said::Resolved, delivery.heard.signals[0].key.clone(), "backup is heard again")
        );
    }

    #[test]
    fn howlers_own_downtime_is_nobodys_silence() {
        let beat = Beat::at("backup", at("02:00:00"));
        for (from, until, silent) in [
            // Before the beat, over it, after it, and turned round by a clock that was set.
            ("01:00:00", "01:30:00", "03:00:00"),
            ("01:50:00", "02:30:00", "03:30:00"),
            ("02:10:00", "02:11:00", "03:01:00"),
            ("02:30:00", "02:10:00", "03:00:00"),
        ] {
            let outage = Outage { from: at(from), until: at(until) };
            let once = beat.clone().deaf_during(outage);
            assert_eq!(once.silent_at(&backup()), Some(at(silent)), "{from} {until}");
            assert_eq!(once.clone().deaf_during(outage), once, "it was reckoned already");
        }
        let first = Outage { from: at("02:10:00"), until: at("02:20:00") };
        let twice =
            beat.deaf_during(first).deaf_during(Outage { from: at("02:30:00"), until: at("02:40:00") });
        assert_eq!(twice.silent_at(&backup()), Some(at("03:20:00")));
        assert_eq!(
            twice.again(at("02:50:00")).silent_at(&backup()),
            Some(at("03:50:00")),
            "a beat begins anew"
        );
    }

    #[test]
    fn nobody_may_be_silent_for_longer_because_the_clock_was_set_back() {
        let beat = Beat::at("backup", at("05:00:00")).set_back(at("02:00:00"));
        assert_eq!(beat.silent_at(&backup()), Some(at("03:00:00")));
        assert_eq!(beat.clone().set_back(at("02:30:00")), beat);
    }

    #[test]
    fn a_source_is_no_heartbeat_of_its_name() {
        let source = Expected::source("github", SignedDuration::from_hours(24));
        assert_eq!(
            (source.key.as_str(), source.beat(at("02:00:00")).signals[0].title.as_str()),
            ("source:github", "The source github is heard again")
        );
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let outage = Outage { from: at("02:10:00"), until: at("02:20:00") };
        let beat = Beat::at("backup", at("02:00:00")).deaf_during(outage);
        let written = serde_json::to_string(&beat).unwrap();
        assert_eq!(serde_json::from_str::<Beat>(&written).unwrap(), beat);
        let bare: Beat = serde_json::from_str(r#"{"key":"backup","heard":"2026-11-24T02:00:00Z"}"#).unwrap();
        assert_eq!(bare, Beat::at("backup", at("02:00:00")));
    }
}
