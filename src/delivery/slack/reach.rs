//! Whether Slack can be reached, for the words on messages that come late.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use view::HeldUp;

/// When Slack was last found away: without an answer, or with faults of its own.
#[derive(Debug, Default)]
pub struct Reach(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    #[default]
    Found,
    Lost,
    /// Found again then.
    Back(Timestamp),
}

impl Reach {
    pub fn lost(&self) {
        self.set(|_| State::Lost);
    }

    /// An effect was carried out at `now`.
    pub fn found(&self, now: Timestamp) {
        self.set(|state| match state {
            State::Lost => State::Back(now),
            other => other,
        });
    }

    /// What kept a message that was decided at `decided` until now.
    pub fn held_up(&self, decided: Timestamp) -> HeldUp {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Lost => HeldUp::Slack,
            State::Back(at) if decided <= at => HeldUp::Slack,
            State::Back(_) | State::Found => HeldUp::Otherwise,
        }
    }

    fn set(&self, change: impl FnOnce(State) -> State) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = change(std::mem::take(&mut *state));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slack_is_blamed_for_what_was_decided_before_it_came_back() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let reach = Reach::default();
        reach.found(at(1));
        assert_eq!(reach.held_up(at(0)), HeldUp::Otherwise);
        reach.lost();
        assert_eq!(reach.held_up(at(2)), HeldUp::Slack);
        reach.found(at(10));
        reach.found(at(20));
        assert_eq!(reach.held_up(at(10)), HeldUp::Slack);
        assert_eq!(reach.held_up(at(11)), HeldUp::Otherwise);
    }
}
