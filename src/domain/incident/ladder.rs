//! The update ladder: who is reminded when, as arithmetic over absolute times.
//!
//! An update is due one interval after the last that stakeholders saw. At the due time the incident's channel is
//! reminded; 5 minutes later the person in charge directly; 10 minutes later the on-call in the emergencies channel;
//! then the same at every interval again, until somebody answers.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::set_back::went_back;

/// How loudly somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rung {
    Channel,
    Direct,
    OnCall,
}

impl Rung {
    /// After the ladder's start.
    pub fn offset(self) -> SignedDuration {
        match self {
            Self::Channel => SignedDuration::ZERO,
            Self::Direct => SignedDuration::from_mins(5),
            Self::OnCall => SignedDuration::from_mins(10),
        }
    }

    fn next(self) -> Option<Self> {
        match self {
            Self::Channel => Some(Self::Direct),
            Self::Direct => Some(Self::OnCall),
            Self::OnCall => None,
        }
    }
}

/// Where the ladder of one promise stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// The update that stakeholders last saw.
    pub since: Timestamp,
    pub interval: SignedDuration,
    /// When the promised update is due: `since` + interval.
    pub due: Timestamp,
    /// Broken promises that are counted.
    pub missed: u32,
    /// The next reminder's rung and time.
    pub next: (Rung, Timestamp),
}

/// What is due when a ladder's timer fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Climb {
    /// The loudest rung reached; several missed ones become this one.
    pub rung: Rung,
    /// When the first of them was due.
    pub due: Timestamp,
    /// Intervals that ran out and are not counted yet.
    pub missed: u32,
    pub next: (Rung, Timestamp),
}

impl Ladder {
    /// The ladder of a promise made at `since`.
    pub fn starting(since: Timestamp, interval: SignedDuration) -> Self {
        let due = plus(since, interval);
        Self { since, interval, due, missed: 0, next: (Rung::Channel, due) }
    }

    /// What is due at `now`; `None` when the next reminder is later.
    pub fn climb(&self, now: Timestamp) -> Option<Climb> {
        let (first, due) = self.next;
        if now < due {
            return None;
        }
        let (mut rung, mut next) = (first, self.after(first, due));
        while next.1 <= now {
            rung = rung.max(next.0);
            next = self.after(next.0, next.1);
        }
        Some(Climb { rung, due, missed: self.uncounted(now), next })
    }

    /// The same with the on-call asked now, in place of a direct reminder and of the one that would follow it.
    pub fn sooner(&self, climb: Climb) -> Climb {
        let next = match climb.next {
            (Rung::OnCall, due) => self.after(Rung::OnCall, due),
            later => later,
        };
        Climb { rung: Rung::OnCall, next, ..climb }
    }

    /// The rung that follows `rung`, which is due at `at`.
    fn after(&self, rung: Rung, at: Timestamp) -> (Rung, Timestamp) {
        match rung.next() {
            Some(next) => (next, plus(at, next.offset() - rung.offset())),
            None => (Rung::Channel, self.next_interval_after(at)),
        }
    }

    /// The first `since + k × interval` later than `at`.
    fn next_interval_after(&self, at: Timestamp) -> Timestamp {
        let whole = at.duration_since(self.since).as_millis() / self.interval.as_millis().max(1);
        let count = i32::try_from(whole + 1).unwrap_or(i32::MAX);
        plus(self.since, self.interval.saturating_mul(count))
    }

    /// Promises broken by `now`: whole intervals since the last update, each with its grace.
    pub fn run_out_by(&self, now: Timestamp) -> u32 {
        let late = now.duration_since(self.since) - self.grace();
        let whole = late.as_millis() / self.interval.as_millis().max(1);
        u32::try_from(whole).unwrap_or(0)
    }

    /// Promises broken by `now` that are not counted yet.
    pub fn uncounted(&self, now: Timestamp) -> u32 {
        self.run_out_by(now).saturating_sub(self.missed)
    }

    /// How long after its due time an update still keeps the promise: until the person in charge is asked directly, for
    /// the first reminder comes at the due time itself.
    fn grace(&self) -> SignedDuration {
        Rung::Direct.offset().min(self.interval / 2)
    }

    /// When a reminder that is moved by `by` at `now` goes: later than its due time, and never past the end of the
    /// running interval, for the next update is due then.
    pub fn snooze(&self, by: SignedDuration, now: Timestamp) -> Timestamp {
        let from = now.max(self.due);
        plus(from, by).min(self.next_interval_after(from))
    }

    /// The ladder with this one reminder at `until`.
    pub fn snoozed_until(&self, until: Timestamp) -> Self {
        Self { next: (Rung::Channel, until), ..self.clone() }
    }

    /// The ladder where the clock was set back by `by`, to `now`: no reminder is further away than one interval.
    pub(super) fn set_back(self, by: SignedDuration, now: Timestamp) -> Self {
        let since = went_back(self.since, by, now);
        let moved =
            if since == self.since { self } else { Self { since, ..Self::starting(since, self.interval) } };
        let missed = moved.missed.min(moved.run_out_by(now));
        let furthest = moved.next_interval_after(now);
        let next = if moved.next.1 > furthest { (Rung::Channel, furthest) } else { moved.next };
        Self { missed, next, ..moved }
    }

    /// The ladder after a [`Climb`].
    pub fn climbed(&self, missed: u32, next: (Rung, Timestamp)) -> Self {
        Self { missed: self.missed + missed, next, ..self.clone() }
    }
}

fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}
