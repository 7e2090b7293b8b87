//! When each watch is asked next. They are spread evenly, so that many of them do not ask in one second.

use jiff::{SignedDuration, Timestamp};

/// The first question comes this long after the start: howler asks itself, too.
const AT_FIRST: SignedDuration = SignedDuration::from_secs(5);
/// The first questions are spread over this time at most.
const SPREAD: SignedDuration = SignedDuration::from_secs(30);

/// Each watch by its place in the configuration.
#[derive(Debug)]
pub struct Turns(Vec<Turn>);

#[derive(Debug)]
struct Turn {
    every: SignedDuration,
    due: Timestamp,
    /// It was asked, and did not answer yet.
    asked: bool,
}

impl Turns {
    /// Of watches that are asked every so often, from `now` on.
    pub fn new(every: Vec<SignedDuration>, now: Timestamp) -> Self {
        let many = i32::try_from(every.len()).unwrap_or(i32::MAX).max(1);
        let turn = |(place, every): (i32, SignedDuration)| {
            let offset = every.min(SPREAD).checked_mul(place).unwrap_or(SPREAD) / many;
            Turn { every, due: after(now, AT_FIRST.saturating_add(offset)), asked: false }
        };
        Self((0..).zip(every).map(turn).collect())
    }

    /// Those whose time has come and that are not being asked; their next turn is the next of theirs that lies ahead.
    pub fn due(&mut self, now: Timestamp) -> Vec<usize> {
        let mut due = Vec::new();
        for (place, turn) in self.0.iter_mut().enumerate() {
            if turn.asked || turn.due > now {
                continue;
            }
            turn.asked = true;
            let missed = now.duration_since(turn.due).as_millis() / turn.every.as_millis().max(1);
            let steps = i32::try_from(missed.saturating_add(1)).unwrap_or(i32::MAX);
            turn.due = turn.every.checked_mul(steps).map_or(Timestamp::MAX, |ahead| after(turn.due, ahead));
            due.push(place);
        }
        due
    }

    /// It answered, or never will.
    pub fn done(&mut self, place: usize) {
        if let Some(turn) = self.0.get_mut(place) {
            turn.asked = false;
        }
    }

    /// When the next one is to be asked.
    pub fn next(&self) -> Timestamp {
        let waiting = self.0.iter().filter(|turn| !turn.asked);
        waiting.map(|turn| turn.due).min().unwrap_or(Timestamp::MAX)
    }

    /// A clock that was set back holds up nobody for longer than their own interval.
    pub fn not_later_than(&mut self, now: Timestamp) {
        for turn in &mut self.0 {
            turn.due = turn.due.min(after(now, turn.every.max(AT_FIRST.saturating_add(SPREAD))));
        }
    }
}

fn after(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_485_600 + second).unwrap()
    }

    fn minutes(many: usize) -> Vec<SignedDuration> {
        vec![SignedDuration::from_mins(1); many]
    }

    #[test]
    fn a_hundred_do_not_ask_in_one_second_and_all_soon() {
        let mut turns = Turns::new(minutes(100), at(0));
        let mut asked = Vec::new();
        for second in 0..120 {
            let due = turns.due(at(second));
            due.iter().for_each(|place| turns.done(*place));
            asked.push(due.len());
        }
        assert!(asked.iter().all(|many| *many <= 4), "{asked:?}");
        assert_eq!(asked.iter().take(36).sum::<usize>(), 100, "all of them within the first 35 s");
        assert_eq!(asked.iter().sum::<usize>(), 200);
    }

    #[test]
    fn one_that_hangs_is_not_asked_again_and_holds_up_nobody() {
        let mut turns = Turns::new(minutes(2), at(0));
        assert_eq!(turns.due(at(5)), [0]);
        assert_eq!(turns.next(), at(20), "the other one's turn");
        assert_eq!(turns.due(at(80)), [1], "the first one is still asked");
        turns.done(1);
        assert_eq!(turns.next(), at(140));
        turns.done(0);
        assert_eq!(turns.next(), at(65));
        assert_eq!(turns.due(at(3_600)), [0, 1]);
        [0, 1].into_iter().for_each(|place| turns.done(place));
        assert_eq!(turns.next(), at(3_605), "at its own offset, and not all that were missed");
    }

    #[test]
    fn a_clock_that_was_set_back_holds_up_nobody() {
        let mut turns = Turns::new(minutes(1), at(86_400));
        turns.not_later_than(at(0));
        assert_eq!(turns.next(), at(60));
    }
}
