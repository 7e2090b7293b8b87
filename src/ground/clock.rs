//! The one reader of the system clock. Everything else is handed `now`, or waits here.
//!
//! A clock follows the system, or stands still until it is moved; both can be moved ahead, so that the rehearsal and
//! the tests live through an incident in seconds. A third kind follows the runtime's own clock, which a simulation
//! pauses: then time limits and waits run on one time, which passes when everybody waits.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// The longest time for which the system's clock is not looked at: it may be set, and it goes on while the machine sleeps.
const NAP: Duration = Duration::from_secs(5);

/// A shared clock, exact to the millisecond. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    ahead: watch::Sender<SignedDuration>,
}

#[derive(Clone, Debug)]
enum Base {
    System,
    Standing(Timestamp),
    Runtime {
        start: Timestamp,
        since: Instant,
    },
    /// As the system's, but set by a test.
    #[cfg(test)]
    Set(watch::Receiver<Timestamp>),
}

/// The machine's own clock at one look, without what the rehearsal moves.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    shown: Timestamp,
    /// Never set, and stands while the machine sleeps.
    running: Instant,
}

/// What the machine's clock did between two looks that was no mere passing of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// So much passed at once: the machine slept, howler was stopped, or the clock was set ahead.
    Ahead {
        from: Timestamp,
        until: Timestamp,
    },
    Back {
        by: SignedDuration,
    },
}

/// Corrections up to this are none of anybody's business: a leap second, a clock that is adjusted.
pub const STEADY: SignedDuration = SignedDuration::from_secs(60);

impl Jump {
    /// Compares two looks that are much less than a minute apart while howler runs.
    pub fn between(before: Seen, now: Seen) -> Option<Self> {
        let shown = now.shown.duration_since(before.shown);
        let running = now.running.saturating_duration_since(before.running);
        let back = SignedDuration::try_from(running).unwrap_or(SignedDuration::MAX).saturating_sub(shown);
        if shown > STEADY {
            Some(Self::Ahead { from: before.shown, until: now.shown })
        } else if back > STEADY {
            Some(Self::Back { by: back })
        } else {
            None
        }
    }
}

impl Clock {
    /// Follows the system's clock.
    pub fn system() -> Self {
        Self::new(Base::System)
    }

    /// Stands at `instant` until [`advance`](Self::advance) moves it.
    pub fn standing_at(instant: Timestamp) -> Self {
        Self::new(Base::Standing(instant))
    }

    /// Shows `start` now, and runs with the runtime's clock.
    pub fn of_runtime(start: Timestamp) -> Self {
        Self::new(Base::Runtime { start, since: Instant::now() })
    }

    fn new(base: Base) -> Self {
        Self(Arc::new(Inner { base, ahead: watch::Sender::new(SignedDuration::ZERO) }))
    }

    #[expect(clippy::disallowed_methods, reason = "the one reader of the system's clock")]
    fn base(&self) -> Timestamp {
        match &self.0.base {
            Base::System => Timestamp::now(),
            Base::Standing(instant) => *instant,
            Base::Runtime { start, since } => start.saturating_add(since.elapsed()).unwrap_or(Timestamp::MAX),
            #[cfg(test)]
            Base::Set(shown) => *shown.borrow(),
        }
    }

    /// A look at the machine's clock; `None` where this one does not follow it.
    pub fn seen(&self) -> Option<Seen> {
        let follows = !matches!(self.0.base, Base::Standing(_) | Base::Runtime { .. });
        follows.then(|| Seen { shown: self.base(), running: Instant::now() })
    }

    pub fn now(&self) -> Timestamp {
        let base = self.base();
        let now = base.saturating_add(*self.0.ahead.borrow()).unwrap_or(Timestamp::MAX);
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Moves the clock ahead and wakes everybody whose time has come. A negative `by` is ignored: howler's time
    /// never runs back.
    pub fn advance(&self, by: SignedDuration) {
        if by.is_positive() {
            self.0.ahead.send_modify(|ahead| *ahead = ahead.saturating_add(by));
        }
    }

    /// How far the clock has been moved ahead of where it started.
    pub fn ahead(&self) -> SignedDuration {
        *self.0.ahead.borrow()
    }

    /// Returns once the clock shows `due` or later, or was set back, for then `due` may be far off. Where the machine slept or
    /// its clock was set ahead, within five seconds after.
    #[expect(clippy::disallowed_methods, reason = "the one that waits")]
    pub async fn sleep_until(&self, due: Timestamp) {
        let mut moved = self.0.ahead.subscribe();
        let mut before = self.now();
        loop {
            let now = self.now();
            let left = due.duration_since(now);
            if !left.is_positive() || before.duration_since(now) > STEADY {
                return;
            }
            before = now;
            let left = Duration::try_from(left).unwrap_or_default();
            let nap = match self.0.base {
                Base::Standing(_) => {
                    // The sender lives as long as this clock, so waiting for a move cannot fail.
                    let _ = moved.changed().await;
                    continue;
                }
                Base::Runtime { .. } => left,
                _ => left.min(NAP),
            };
            tokio::select! {
                biased;
                _ = moved.changed() => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
