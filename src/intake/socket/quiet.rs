//! When a connection has been silent for too long. A connection that died without a word looks like a quiet one, so
//! howler asks (by a ping) before it gives up.

use jiff::{SignedDuration, Timestamp};

/// Slack sends a ping every few seconds; after so long without anything howler asks.
const ASK_AFTER: SignedDuration = SignedDuration::from_secs(20);
/// Without an answer for so long after that, the connection is dead.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// How long ago something was heard.
#[derive(Debug)]
pub struct Quiet {
    heard: Timestamp,
    asked: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Wait,
    Ask,
    GiveUp,
}

impl Quiet {
    pub fn since(now: Timestamp) -> Self {
        Self { heard: now, asked: None }
    }

    /// Something came, whatever it is.
    pub fn heard(&mut self, now: Timestamp) {
        *self = Self::since(now);
    }

    /// When to look again.
    pub fn due(&self) -> Timestamp {
        let due = match self.asked {
            Some(asked) => asked.saturating_add(GIVE_UP_AFTER),
            None => self.heard.saturating_add(ASK_AFTER),
        };
        due.unwrap_or(Timestamp::MAX)
    }

    /// What to do now. The wait for an answer begins when the question is sent, so that a machine that slept for an
    /// hour, or a clock that was moved, does not pass for an hour without an answer.
    pub fn step(&mut self, now: Timestamp) -> Step {
        if now < self.due() {
            return Step::Wait;
        }
        if self.asked.is_some() {
            return Step::GiveUp;
        }
        self.asked = Some(now);
        Step::Ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("an instant")
    }

    #[test]
    fn silence_is_asked_about_and_then_given_up() {
        let mut quiet = Quiet::since(at(0));
        assert_eq!((quiet.step(at(19)), quiet.due()), (Step::Wait, at(20)));
        assert_eq!((quiet.step(at(20)), quiet.due()), (Step::Ask, at(30)));
        assert_eq!(quiet.step(at(29)), Step::Wait);
        assert_eq!(quiet.step(at(30)), Step::GiveUp);
    }

    #[test]
    fn anything_heard_begins_anew() {
        let mut quiet = Quiet::since(at(0));
        assert_eq!(quiet.step(at(20)), Step::Ask);
        quiet.heard(at(25));
        assert_eq!((quiet.step(at(44)), quiet.due()), (Step::Wait, at(45)));
        assert_eq!(quiet.step(at(45)), Step::Ask);
    }

    #[test]
    fn an_hour_that_passes_in_one_step_is_still_asked_about() {
        let mut quiet = Quiet::since(at(0));
        assert_eq!((quiet.step(at(3_600)), quiet.due()), (Step::Ask, at(3_610)));
    }
}
