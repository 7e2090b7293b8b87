//! What goes on the timeline beside a command: a message with a pushpin, the rest of a line.

use super::Incident;
use super::decide::{Asked, Decision, decided};
use super::event::EventKind;
use crate::actor::Actor;
use crate::answer::{Answer, Done};
use crate::command::Command;
use crate::id::{ChannelId, MessageTs, UserId};
use crate::refusal::Refusal;
use crate::severities::Severities;

/// What is written beside a command is noted, where the command changes something.
pub(super) fn with_note(
    incident: &Incident,
    command: &Command,
    note: &str,
    asked: &Asked<'_>,
    rules: &Severities,
) -> Result<Decision, Refusal> {
    let Decision { mut events, answer } = decided(incident, command, asked, rules)?;
    if !events.is_empty() {
        events.push(EventKind::Noted { text: note.to_owned() });
    }
    Ok(Decision { events, answer })
}

/// Puts a message on the timeline, or takes `by`'s pushpin off it. Doing either twice changes nothing; the message stays
/// until the last pushpin is gone.
///
/// # Errors
/// When this person's pushpin stands there already.
pub fn pin(
    incident: &Incident,
    by: &Actor,
    channel: &ChannelId,
    message: &MessageTs,
    author: Option<UserId>,
    added: bool,
) -> Result<Decision, Refusal> {
    let pinned = incident.pinned.iter().find(|pinned| pinned.is(channel, message));
    let stands = pinned.is_some_and(|pinned| by.in_slack().is_some_and(|by| pinned.by.contains(by)));
    let (channel, message) = (channel.clone(), message.clone());
    match (stands, added) {
        (true, true) => Err(Refusal::AlreadyPinned { incident: incident.id }),
        (false, false) => Ok(Decision::only(Answer::Nothing)),
        (false, true) => {
            let pinned = EventKind::Pinned { channel, message, author };
            Ok(Decision::done(incident, vec![pinned], Done::Pinned))
        }
        (true, false) => {
            let unpinned = vec![EventKind::Unpinned { channel, message }];
            let last = pinned.is_some_and(|pinned| pinned.by.len() == 1);
            if last {
                return Ok(Decision::done(incident, unpinned, Done::Unpinned));
            }
            Ok(Decision { events: unpinned, answer: Answer::Nothing })
        }
    }
}
