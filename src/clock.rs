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

/// A shared clock, exact to the millisecond. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    ahead: watch::Sender<SignedDuration>,
}

#[derive(Clone, Copy, Debug)]
enum Base {
    System,
    Standing(Timestamp),
    Runtime { start: Timestamp, since: Instant },
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

    pub fn now(&self) -> Timestamp {
        let base = match self.0.base {
            Base::System => Timestamp::now(),
            Base::Standing(instant) => instant,
            Base::Runtime { start, since } => start.saturating_add(since.elapsed()).unwrap_or(Timestamp::MAX),
        };
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

    /// Returns once the clock shows `due` or later.
    pub async fn sleep_until(&self, due: Timestamp) {
        let mut moved = self.0.ahead.subscribe();
        loop {
            let left = due.duration_since(self.now());
            if !left.is_positive() {
                return;
            }
            if matches!(self.0.base, Base::Standing(_)) {
                // The sender lives as long as this clock, so waiting for a move cannot fail.
                let _ = moved.changed().await;
            } else {
                let left = Duration::try_from(left).unwrap_or_default();
                tokio::select! {
                    biased;
                    _ = moved.changed() => {}
                    () = tokio::time::sleep(left) => {}
                }
            }
        }
    }
}
