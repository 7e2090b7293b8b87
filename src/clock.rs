//! The one reader of the system clock. Everything else is handed `now`, or waits here.
//!
//! A clock either follows the system or stands still until it is moved; both can be moved ahead, so that the
//! rehearsal and the tests live through an incident in seconds.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// A shared clock, exact to the millisecond. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Where a standing clock stands; `None` follows the system.
    standing: Option<Timestamp>,
    ahead: watch::Sender<SignedDuration>,
}

impl Clock {
    /// Follows the system's clock.
    pub fn system() -> Self {
        Self::new(None)
    }

    /// Stands at `instant` until [`advance`](Self::advance) moves it.
    pub fn standing_at(instant: Timestamp) -> Self {
        Self::new(Some(instant))
    }

    fn new(standing: Option<Timestamp>) -> Self {
        Self(Arc::new(Inner { standing, ahead: watch::Sender::new(SignedDuration::ZERO) }))
    }

    pub fn now(&self) -> Timestamp {
        let base = self.0.standing.unwrap_or_else(Timestamp::now);
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
            if self.0.standing.is_some() {
                // The sender lives as long as this clock, so waiting for a move cannot fail.
                let _ = moved.changed().await;
            } else {
                let left = Duration::try_from(left).unwrap_or_default();
                tokio::select! {
                    _ = moved.changed() => {}
                    () = tokio::time::sleep(left) => {}
                }
            }
        }
    }
}
