//! Who is on call, in words.

mod answers;
mod change;
mod import;
mod refusal;
mod telling;
mod who;

use jiff::Timestamp;

use super::Message;
use super::blocks::{Button, Draft};
use super::words::{Part, Words, moment, words};
use domain::Command;
use domain::id::UserId;
use domain::oncall::duty::PhoneReach;
use domain::oncall::line::Oncall;
use domain::oncall::rota::Rota;

pub(super) use answers::answer;
pub(super) use change::offer;
pub use import::{Earlier, nameless, not_a_name, not_taken, not_weeks, taken};
pub(super) use refusal::refused;
pub(super) use telling::{i_cannot, i_have_it};
pub use telling::{retold, spoken_summons, tell};
pub(super) use who::{reason, when_problem};

/// A button that asks something about being on call.
pub(super) fn button(label: &str, line: Oncall) -> Button {
    Button::new(label, None, Command::Oncall(Box::new(line)))
}

/// A person, or nobody.
pub(super) fn person(person: Option<&UserId>) -> Part {
    person.map_or_else(|| Part::from("nobody"), Part::from)
}

/// `until` an instant, in the reader's time; nothing where no end is in sight.
fn until(until: Option<Timestamp>) -> Option<Words> {
    until.map(|until| words![" until ", moment(until)])
}

/// The on-call channel's topic, where there is no user group: plain text of at most 250 characters.
pub fn oncall_topic(rota: &Rota, now: Timestamp) -> String {
    let duty = rota.duty(now, PhoneReach::Off);
    let held = rota.held(now);
    match (duty.primary, held.primary.and_then(|holding| holding.until)) {
        (Some(person), Some(until)) => {
            format!("On call: <@{}> until {}", person, super::time::utc(until))
        }
        (Some(person), None) => format!("On call: <@{person}>"),
        (None, _) => "NOBODY is on call".to_owned(),
    }
}

/// The pinned message that says who is on call, where there is no user group.
pub fn oncall_now(rota: &Rota, now: Timestamp) -> Message {
    let duty = rota.duty(now, PhoneReach::Off);
    let end = rota.held(now).primary.and_then(|holding| holding.until);
    let backup = duty.backup.as_ref().map(|backup| words![" Backup: ", backup, "."]);
    let line = match &duty.primary {
        Some(primary) => words!["📟 ", primary, " is on call"].and_if(until(end)).and(words!["."]),
        None => words!["📟 Nobody is on call."],
    };
    Draft::new()
        .line(line.and_if(backup))
        .line(words![
            "There is no user group for this, so I keep this message up to date. Last change: ",
            moment(now),
            "."
        ])
        .finish()
}
