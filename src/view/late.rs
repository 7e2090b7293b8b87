//! A message that stands in Slack long after it was decided says so.

use jiff::{SignedDuration, Timestamp};
use slack_morphism::prelude::{SlackBlockMarkDownText, SlackContextBlock};

use super::Message;
use super::blocks::Draft;
use super::time::day_utc;
use super::words::{Words, both, clock, mention, moment, words};
use domain::effect::Room;

/// Up to this after its decision a message is on time.
pub(super) const ON_TIME: SignedDuration = SignedDuration::from_secs(60);

/// What kept a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldUp {
    /// Slack did not answer, or only with faults of its own.
    Slack,
    Otherwise,
}

/// `message`, decided at `decided` and posted at `now`, with its own time where the two lie apart: a reader must not
/// take old news for new.
pub fn posted_late(message: Message, decided: Timestamp, now: Timestamp, held_up: HeldUp) -> Message {
    if now.duration_since(decided) <= ON_TIME {
        return message;
    }
    with_context(message, line(decided, now, held_up).mrkdwn(usize::MAX))
}

/// `message` of an incident whose own channel is archived or gone.
pub fn posted_elsewhere(message: Message, room: &Room) -> Message {
    let words = words![format!(
        "📦 #{} is archived, so this comes here. Unarchive it, and I post there again.",
        room.name
    )];
    with_context(message, words.mrkdwn(usize::MAX))
}

/// `message` of a channel in which it cannot be posted, and why: for the on-call channel.
pub fn posted_instead(message: Message, why: &str) -> Message {
    with_context(message, words![format!("📦 This comes here because {why}.")].mrkdwn(usize::MAX))
}

/// Calls the on-call's group under a message that could not, for Slack did not tell then which it is.
pub fn mention_made_good(group: &str) -> Message {
    Draft::new()
        .line(words![mention(group), " this calls you: Slack did not tell sooner whom to mention above."])
        .finish()
}

fn with_context(message: Message, line: String) -> Message {
    let Message { text, mut blocks } = message;
    let element = SlackBlockMarkDownText::new(line.clone()).into();
    blocks.push(SlackContextBlock::new(vec![element]).into());
    Message { text: format!("{text}\n\n{line}"), blocks }
}

fn line(decided: Timestamp, now: Timestamp, held_up: HeldUp) -> Words {
    let own = if day_utc(decided) == day_utc(now) { both(decided) } else { moment(decided) };
    let why = match held_up {
        HeldUp::Slack => ": Slack could not be reached.",
        HeldUp::Otherwise => ": it could not be posted sooner.",
    };
    words!["🕑 ", own, ", posted ", clock(now), why]
}
