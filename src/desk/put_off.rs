//! Timers whose firing failed, as with a row that cannot be read: tried again after a while, so that the desk does not
//! turn around them for ever. In memory alone: a start tries them at once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use domain::timer::Timer;

/// How long after a failure a timer is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

#[derive(Debug, Default)]
pub struct PutOff(BTreeMap<Timer, Timestamp>);

impl PutOff {
    /// Puts off `failed`, and forgets what `timers` no longer holds.
    pub fn add(&mut self, failed: &[Timer], timers: &BTreeSet<Timer>, now: Timestamp) {
        if failed.is_empty() {
            return;
        }
        let until = now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX);
        self.0.extend(failed.iter().map(|timer| (*timer, until)));
        self.0.retain(|timer, _| timers.contains(timer));
    }

    /// The timers to fire at `now`, at most so many.
    pub fn due(&self, timers: &BTreeSet<Timer>, now: Timestamp, most: usize) -> Vec<Timer> {
        let due = timers.iter().take_while(|timer| timer.due <= now);
        due.filter(|timer| self.0.get(timer).is_none_or(|until| *until <= now)).take(most).copied().collect()
    }

    /// When the next of `timers` is to be fired.
    pub fn next(&self, timers: &BTreeSet<Timer>) -> Option<Timestamp> {
        let first = timers.iter().find(|timer| !self.0.contains_key(timer)).map(|timer| timer.due);
        let again = self.0.iter().filter(|(timer, _)| timers.contains(timer)).map(|(_, until)| *until);
        first.into_iter().chain(again).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::IncidentId;
    use domain::owner::Owner;
    use domain::timer::TimerKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
    }

    #[test]
    fn a_timer_that_cannot_be_fired_waits_and_the_others_do_not() {
        let [bad, good] = [1, 2].map(|id| Timer {
            due: at(id),
            owner: Owner::Incident(IncidentId(1)),
            kind: TimerKind::Update,
        });
        let timers = BTreeSet::from([bad, good]);
        let mut put_off = PutOff::default();
        assert_eq!((put_off.next(&timers), put_off.due(&timers, at(5), 9)), (Some(at(1)), vec![bad, good]));
        put_off.add(&[bad], &timers, at(5));
        assert_eq!((put_off.next(&timers), put_off.due(&timers, at(5), 9)), (Some(at(2)), vec![good]));
        let left = BTreeSet::from([bad]);
        assert_eq!((put_off.next(&left), put_off.due(&left, at(34), 9)), (Some(at(35)), vec![]));
        assert_eq!(put_off.due(&left, at(35), 9), [bad]);
        assert_eq!(put_off.next(&BTreeSet::new()), None, "a timer that is gone wakes nobody");
    }
}
