//! Shortcuts: one that is everywhere, and two in a message's menu. Each opens a form.

use super::interaction::{Message, Payload, place};
use super::{Parsed, delivery, person};
use domain::command::{Command, Line};
use domain::request::{Ask, Place, ReplyPath, Request};
use domain::text::{self, TITLE_MOST};
use grammar::slack_text::plain;

/// Their `callback_id`s, as the manifest has them.
const DECLARE: &str = "declare";
const DECLARE_FROM: &str = "declare_from_message";
const ADD_TO_TIMELINE: &str = "add_to_timeline";

/// Longest text of a message that a note holds, in characters.
const TEXT_MOST: usize = 1_500;
/// Longest note as JSON: Slack keeps 3,000 characters with a form, and howler keeps more there than the note.
const NOTE_MOST: usize = 2_400;

pub(super) fn used(payload: &Payload, json: &[u8]) -> Parsed {
    let (command, place, reply) = match (payload.callback_id.as_deref(), &payload.message) {
        (Some(DECLARE), None) => (Command::DeclareForm { title: None }, Place::home(), ReplyPath::Direct),
        (Some(callback @ (DECLARE_FROM | ADD_TO_TIMELINE)), Some(message)) => {
            let Some(place) = place(payload) else { return Parsed::Malformed };
            let note = note(payload, message, &place);
            let command = match callback {
                DECLARE_FROM => Command::DeclareFrom { title: title(message), note },
                _ => Command::NoteForm { note },
            };
            (command, place, payload.reply())
        }
        _ => return Parsed::Ignored { why: "unknown_shortcut" },
    };
    let by = payload.user.as_ref().and_then(|user| person(user.id.clone()));
    let Some(by) = by else { return Parsed::Malformed };
    let delivery = delivery("sc", payload.trigger_id.as_deref(), json);
    let ask = Ask::Line(Line { incident: None, command });
    Parsed::request(Request { delivery, by: by.into(), place, reply, ask }, payload.trigger_id.clone())
}

/// The message's beginning. What an app says in blocks alone has none.
fn title(message: &Message) -> Option<String> {
    let said = text::clean_line(&plain(message.text.as_deref().unwrap_or("")));
    Some(text::cut_at_word(&said, TITLE_MOST)).filter(|title| !title.is_empty())
}

/// Text, author and link. The author is an id here, and gets a name where Slack tells it.
fn note(payload: &Payload, message: &Message, place: &Place) -> String {
    let said = plain(message.text.as_deref().unwrap_or(""));
    let author = message.user.as_ref().map_or_else(|| "an app".to_owned(), |user| format!("@{user}"));
    let link = link(payload, message, place);
    let mut most = TEXT_MOST;
    loop {
        let quoted = match text::shorten(&said, most) {
            quoted if quoted.is_empty() => "a message without text".to_owned(),
            quoted => format!("\u{201C}{quoted}\u{201D}"),
        };
        let note = format!("{quoted} ({author}, {link})");
        if most < 100 || serde_json::to_string(&note).map_or(0, |json| json.chars().count()) <= NOTE_MOST {
            return note;
        }
        most /= 2;
    }
}

/// The address of a message, as Slack makes it; of its channel where the payload does not tell the workspace's.
fn link(payload: &Payload, message: &Message, place: &Place) -> String {
    let channel = &place.channel;
    let name = |domain: &&String| domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let domain = payload.team.as_ref().and_then(|team| team.domain.as_ref()).filter(name);
    let (Some(domain), Some(ts)) = (domain, &message.ts) else {
        return format!("https://slack.com/app_redirect?channel={channel}");
    };
    let number: String = ts.chars().filter(char::is_ascii_digit).collect();
    let thread = message.thread_ts.as_ref().filter(|thread| *thread != ts);
    let thread = thread.map(|thread| format!("?thread_ts={thread}&cid={channel}")).unwrap_or_default();
    format!("https://{domain}.slack.com/archives/{channel}/p{number}{thread}")
}
