//! When to connect again: at once after a connection that lasted, later and later after ones that did not.

use jiff::SignedDuration;

const FIRST: SignedDuration = SignedDuration::from_secs(1);
const MOST: SignedDuration = SignedDuration::from_mins(1);
/// A connection that lasted so long was a good one. Slack's own last hours.
const STEADY: SignedDuration = SignedDuration::from_secs(30);

#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait after a connection that lasted so long.
    pub fn ended(&mut self, lasted: SignedDuration) -> SignedDuration {
        if lasted >= STEADY {
            self.failures = 0;
        }
        self.failed()
    }

    /// How long to wait after one that did not come about.
    pub fn failed(&mut self) -> SignedDuration {
        let wait = match self.failures {
            0 => SignedDuration::ZERO,
            failures => FIRST.saturating_mul(1 << (failures - 1).min(16)).min(MOST),
        };
        self.failures = self.failures.saturating_add(1);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(of: impl FnMut(&mut Backoff) -> SignedDuration, times: usize) -> Vec<i64> {
        let (mut backoff, mut of) = (Backoff::default(), of);
        (0..times).map(|_| of(&mut backoff).as_secs()).collect()
    }

    #[test]
    fn the_first_is_replaced_at_once_and_failures_wait_twice_as_long() {
        assert_eq!(seconds(Backoff::failed, 9), [0, 1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn connections_that_last_are_replaced_at_once() {
        assert_eq!(seconds(|backoff| backoff.ended(STEADY), 3), [0, 0, 0]);
    }

    #[test]
    fn connections_that_end_soon_do_not_make_howler_knock_all_the_time() {
        assert_eq!(seconds(|backoff| backoff.ended(SignedDuration::from_secs(29)), 4), [0, 1, 2, 4]);
    }

    #[test]
    fn waits_stay_bounded() {
        let last = seconds(Backoff::failed, 100_000).pop();
        assert_eq!(last, Some(60));
    }
}
