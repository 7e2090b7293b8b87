//! Events: mentions, direct messages and reactions.

use serde::Deserialize;
use serde::de::IgnoredAny;
use sha2::{Digest, Sha256};

use super::{Opened, Parsed, channel, delivery, person, read_json, typed};
use crate::origin::Origin;
use domain::command::Command;
use domain::id::{DeliveryId, MessageTs, UserId};
use domain::oncall::said::heard;
use domain::refusal::{Doubt, Refusal};
use domain::request::{Ask, Place, ReplyPath, Request};
use grammar::slack_text;

/// The reactions that put a message on the timeline.
const PINS: [&str; 2] = ["pushpin", "round_pushpin"];
/// The reactions that people mean as "I'm on it".
const YES: [&str; 5] = ["+1", "thumbsup", "eyes", "white_check_mark", "heavy_check_mark"];

#[derive(Deserialize)]
struct Envelope {
    r#type: String,
    challenge: Option<String>,
    event_id: Option<String>,
    event: Option<serde_json::Value>,
    authorizations: Option<Vec<Authorization>>,
    api_app_id: Option<String>,
    team_id: Option<String>,
    /// The channel is shared with another workspace.
    is_ext_shared_channel: Option<bool>,
}

/// The installation that the event is delivered for; in a shared channel `team_id` beside it may be another.
#[derive(Deserialize)]
struct Authorization {
    user_id: Option<String>,
    team_id: Option<String>,
    enterprise_id: Option<String>,
}

/// The fields differ from event to event, even in type, so this is read only of the kinds that howler knows.
#[derive(Deserialize)]
struct Mention {
    user: Option<String>,
    /// Whatever an app posts has one of these three, or a subtype.
    bot_id: Option<IgnoredAny>,
    bot_profile: Option<IgnoredAny>,
    app_id: Option<IgnoredAny>,
    subtype: Option<String>,
    text: Option<String>,
    channel: String,
    ts: Option<String>,
    thread_ts: Option<String>,
}

/// Posts what people told Slack to repeat (reminders), and answers by rule; it cannot be answered.
const SLACKBOT: &str = "USLACKBOT";

impl Mention {
    fn is_by_a_bot(&self) -> bool {
        let marked = [&self.bot_id, &self.bot_profile, &self.app_id].iter().any(|mark| mark.is_some());
        marked || self.subtype.as_deref() == Some("bot_message") || self.user.as_deref() == Some(SLACKBOT)
    }
}

#[derive(Deserialize)]
struct Reaction {
    user: Option<String>,
    reaction: String,
    item_user: Option<String>,
    item: Item,
}

#[derive(Deserialize)]
struct Item {
    r#type: String,
    channel: Option<String>,
    ts: Option<String>,
}

/// Somebody came to howler's part of Slack: to its Home tab, or to its messages.
#[derive(Deserialize)]
struct Arrival {
    user: Option<String>,
    tab: Option<String>,
    view: Option<Published>,
}

#[derive(Deserialize)]
struct Published {
    hash: Option<String>,
}

/// Reads the JSON that Slack sends for an event, over HTTP or in a Socket Mode envelope.
pub fn parse(json: &[u8]) -> Parsed {
    let Some(envelope) = read_json::<Envelope>(json) else { return Parsed::Malformed };
    match envelope.r#type.as_str() {
        "url_verification" => envelope.challenge.map_or(Parsed::Malformed, Parsed::Challenge),
        "event_callback" => callback(envelope, json),
        "app_rate_limited" => Parsed::Ignored { why: "app_rate_limited" },
        _ => Parsed::Ignored { why: "unknown_envelope" },
    }
}

fn callback(envelope: Envelope, json: &[u8]) -> Parsed {
    let Some(event) = envelope.event.clone() else { return Parsed::Malformed };
    let kind = event.get("type").and_then(|kind| kind.as_str()).unwrap_or("").to_owned();
    let authorization = envelope.authorizations.as_ref().and_then(|all| all.first());
    let origin = origin(&envelope, authorization, &event);
    let us = envelope.authorizations.unwrap_or_default().into_iter().find_map(|for_us| for_us.user_id);
    let delivery = delivery("ev", envelope.event_id.as_deref(), json);
    let parsed = match kind.as_str() {
        "app_mention" => serde_json::from_value(event).map(|event| mention(event, us.as_deref(), delivery)),
        "message" if event.get("channel_type").is_none_or(|kind| kind != "im") => {
            Ok(Parsed::Ignored { why: "not_to_howler" })
        }
        "message" => serde_json::from_value(event).map(|event| direct(event, us.as_deref(), delivery)),
        "app_home_opened" => serde_json::from_value(event).map(opened),
        "channel_unarchive" => serde_json::from_value(event).map(|event| opened_again(event, delivery)),
        "subteam_members_changed" | "subteam_updated" => Ok(Parsed::GroupChanged),
        "reaction_added" => serde_json::from_value(event).map(|event| reaction(event, us, delivery, true)),
        "reaction_removed" => serde_json::from_value(event).map(|event| reaction(event, us, delivery, false)),
        _ => Ok(Parsed::Ignored { why: "unknown_event" }),
    };
    parsed.unwrap_or(Parsed::Malformed).from(origin)
}

/// Of a message the sender's workspace is told; of a reaction in a shared channel it is not.
fn origin(envelope: &Envelope, authorization: Option<&Authorization>, event: &serde_json::Value) -> Origin {
    let org = authorization.and_then(|for_us| for_us.enterprise_id.clone());
    let team = authorization.and_then(|for_us| for_us.team_id.clone()).or_else(|| envelope.team_id.clone());
    let told = ["user_team", "source_team", "team"].iter().find_map(|name| event.get(name)?.as_str());
    let shared = envelope.is_ext_shared_channel == Some(true);
    let alone = || team.clone().or_else(|| org.clone()).filter(|_| !shared);
    let person = told.map(str::to_owned).or_else(alone);
    Origin { app: envelope.api_app_id.clone(), team, org, person }
}

/// A message that names howler. At its beginning the name makes a command of it; anywhere else it gets a button at most.
fn mention(event: Mention, us: Option<&str>, delivery: DeliveryId) -> Parsed {
    let text = event.text.clone().unwrap_or_default();
    // An event of this kind names howler; where that is under another id, the first name is howler's.
    let named = us.filter(|us| slack_text::mention(&text, Some(us)).is_some());
    let is_named = slack_text::mention(&text, None).is_some();
    let line = if is_named { after_name(&text, named) } else { Some(text.as_str()) };
    let ask = match line {
        Some(line) => typed(line),
        None => match aside(&text, named) {
            Some(ask) => ask,
            None => return Parsed::Ignored { why: "mentioned" },
        },
    };
    said(event, &text, ask, us, delivery).said_as(line.unwrap_or(&text), false)
}

/// Bots are not listened to, so that two of them never talk each other into a loop. A message counts once for each text that it
/// has: Slack sends it again under another event when it is edited or its links unfold.
fn said(event: Mention, text: &str, ask: Ask, us: Option<&str>, delivery: DeliveryId) -> Parsed {
    let is_by_a_bot = event.is_by_a_bot();
    let Some(user) = event.user.filter(|user| !is_by_a_bot && Some(user.as_str()) != us) else {
        return Parsed::Ignored { why: "bot" };
    };
    let (Some(by), Some(channel)) = (person(user), channel(event.channel)) else { return Parsed::Malformed };
    let delivery = match event.ts.filter(|ts| !ts.is_empty()) {
        Some(ts) => DeliveryId(format!("msg:{channel}:{ts}:{}", hex::encode(&Sha256::digest(text)[..8]))),
        None => delivery,
    };
    let request = Request {
        delivery,
        by: by.into(),
        place: Place { channel, thread: event.thread_ts.map(MessageTs) },
        reply: ReplyPath::Ephemeral,
        ask,
    };
    Parsed::request(request, None)
}

/// What is said in a direct conversation needs no name before it. What is no line there may answer a page.
fn direct(event: Mention, us: Option<&str>, delivery: DeliveryId) -> Parsed {
    // A picture, a clip, "also send to channel" and `/me` are said as well; edits, deletions and Slack's own notices are not.
    let heard_too = ["file_share", "thread_broadcast", "me_message"];
    if event.subtype.as_deref().is_some_and(|subtype| !heard_too.contains(&subtype)) {
        return Parsed::Ignored { why: "edited" };
    }
    let text = event.text.clone().unwrap_or_default();
    let heard = heard(&text);
    // Without howler's id no name at the beginning is known to be howler's.
    let line = us.and_then(|us| after_name(&text, Some(us))).unwrap_or(&text);
    let mut incoming = match said(event, &text, typed(line), us, delivery).said_as(line, false) {
        Parsed::Request(incoming) => incoming,
        other => return other,
    };
    if let Ask::Unclear(refusal) = incoming.request.ask {
        incoming.request.ask = Ask::Said { refusal, heard };
    }
    Parsed::Request(incoming)
}

/// The text after howler's name, where the message begins with it.
fn after_name<'a>(text: &'a str, us: Option<&str>) -> Option<&'a str> {
    let mut said = text.trim_start();
    let mut named = false;
    while let Some((0, end)) = slack_text::mention(said, us) {
        (said, named) = (said.get(end..).unwrap_or("").trim_start(), true);
        if us.is_none() {
            break;
        }
    }
    named.then(|| said.trim_start_matches([':', ',']))
}

/// What is said beside a mention that is no command: the line that stands behind the name, or before it at the end, as a button.
fn aside(text: &str, us: Option<&str>) -> Option<Ask> {
    let (start, end) = slack_text::mention(text, us)?;
    let after = text.get(end..).unwrap_or("").trim_start_matches([':', ',', ' ']);
    let said = if after.trim().is_empty() { text.get(..start).unwrap_or("") } else { after };
    match typed(said) {
        Ask::Line(line) if line.command == Command::Help => None,
        Ask::Line(line) if line.command.reads() && !line.command.opens_form() => Some(Ask::Line(line)),
        Ask::Line(line) => Some(Ask::Unclear(Refusal::unsure(Doubt::Aside, [line]))),
        Ask::Unclear(Refusal::Unsure { meanings, .. }) => {
            let lines = meanings.into_iter().map(|meaning| meaning.line);
            Some(Ask::Unclear(Refusal::unsure(Doubt::Aside, lines)))
        }
        _ => None,
    }
}

fn opened(event: Arrival) -> Parsed {
    if event.tab.as_deref() != Some("home") {
        return Parsed::Ignored { why: "other_tab" };
    }
    let Some(by) = event.user.and_then(person) else { return Parsed::Malformed };
    let hash = event.view.and_then(|view| view.hash).filter(|hash| !hash.is_empty());
    Parsed::HomeOpened(Opened { by, origin: Origin::default(), hash })
}

/// Somebody unarchived a channel.
#[derive(Deserialize)]
struct Unarchived {
    channel: String,
    user: Option<String>,
}

fn opened_again(event: Unarchived, delivery: DeliveryId) -> Parsed {
    let by = event.user.and_then(person).unwrap_or_else(|| UserId(SLACKBOT.to_owned()));
    let Some(channel) = channel(event.channel) else { return Parsed::Malformed };
    let (place, reply) = (Place { channel, thread: None }, ReplyPath::Ephemeral);
    Parsed::request(Request { delivery, by: by.into(), place, reply, ask: Ask::ChannelBack }, None)
}

fn reaction(event: Reaction, us: Option<String>, delivery: DeliveryId, added: bool) -> Parsed {
    // `+1::skin-tone-3` is `+1`.
    let name = event.reaction.split("::").next().unwrap_or_default();
    let pins = PINS.contains(&name);
    // Taking a yes off again takes nothing back: somebody is at work.
    let says_yes = added && YES.contains(&name);
    if !pins && !says_yes {
        return Parsed::Ignored { why: "other_reaction" };
    }
    let (Some(channel), Some(message)) = (event.item.channel, event.item.ts) else {
        return Parsed::Ignored { why: "not_a_message" };
    };
    if event.item.r#type != "message" {
        return Parsed::Ignored { why: "not_a_message" };
    }
    let Some(user) = event.user.filter(|user| Some(user) != us.as_ref() && user != SLACKBOT) else {
        return Parsed::Ignored { why: "bot" };
    };
    let (Some(by), Some(channel)) = (person(user), self::channel(channel)) else { return Parsed::Malformed };
    let message = MessageTs(message);
    let ask = match pins {
        true => Ask::Pin { message, author: event.item_user.map(UserId), added },
        false => Ask::Reacted { message },
    };
    let place = Place { channel, thread: None };
    let request = Request { delivery, by: by.into(), place, reply: ReplyPath::Ephemeral, ask };
    Parsed::request(request, None)
}
