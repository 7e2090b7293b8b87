//! Clicks, submitted forms and shortcuts.

use serde::Deserialize;

use super::form::{self, View};
use super::shortcut;
use super::{Parsed, channel, delivery, person, read_json};
use crate::origin::Origin;
use domain::command::Choice;
use domain::id::MessageTs;
use domain::refusal::Refusal;
use domain::request::{Ask, Place, ReplyPath, Request};

#[derive(Deserialize)]
struct Body {
    payload: String,
}

#[derive(Deserialize)]
pub(super) struct Payload {
    r#type: String,
    /// A shortcut's.
    pub callback_id: Option<String>,
    api_app_id: Option<String>,
    pub team: Option<Team>,
    enterprise: Option<Id>,
    pub user: Option<User>,
    channel: Option<Id>,
    container: Option<Container>,
    pub message: Option<Message>,
    pub trigger_id: Option<String>,
    response_url: Option<String>,
    actions: Option<Vec<Action>>,
    view: Option<View>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// `null` where the app is installed for a whole organization.
#[derive(Deserialize)]
pub(super) struct Team {
    id: Option<String>,
    enterprise_id: Option<String>,
    /// The first part of the workspace's address.
    pub domain: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub id: String,
    /// The person's own workspace, or organization where there is one.
    team_id: Option<String>,
}

#[derive(Deserialize)]
struct Container {
    channel_id: Option<String>,
    thread_ts: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    pub ts: Option<String>,
    pub thread_ts: Option<String>,
    /// Nobody of what an app posted.
    pub user: Option<String>,
    pub text: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    action_id: Option<String>,
    action_ts: Option<String>,
    value: Option<String>,
    selected_option: Option<Selected>,
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Selected {
    pub value: Option<String>,
}

impl Action {
    /// The line that the button or the chosen option carries.
    fn carries(&self) -> Option<&str> {
        self.value.as_deref().or_else(|| self.selected_option.as_ref()?.value.as_deref())
    }
}

/// Reads the form that Slack sends for an interaction: one field, `payload`, of JSON.
pub fn parse(raw: &[u8]) -> Parsed {
    let Ok(body) = serde_urlencoded::from_bytes::<Body>(raw) else { return Parsed::Malformed };
    parse_payload(body.payload.as_bytes())
}

/// Reads the JSON of an interaction, as Socket Mode carries it.
pub fn parse_payload(json: &[u8]) -> Parsed {
    let Some(payload) = read_json::<Payload>(json) else { return Parsed::Malformed };
    let origin = payload.origin();
    let parsed = match payload.r#type.as_str() {
        "block_actions" => click(payload, json),
        "view_submission" => match (payload.user, payload.view) {
            (Some(user), Some(view)) => {
                person(user.id).map_or(Parsed::Malformed, |by| form::submitted(by, &view, json))
            }
            _ => Parsed::Malformed,
        },
        "shortcut" | "message_action" => shortcut::used(&payload, json),
        "view_closed" => Parsed::Ignored { why: "view_closed" },
        _ => Parsed::Ignored { why: "unknown_interaction" },
    };
    parsed.from(origin)
}

impl Payload {
    /// Where a private answer goes.
    pub fn reply(&self) -> ReplyPath {
        let address = self.response_url.as_deref().filter(|url| url.starts_with("http"));
        address.map_or(ReplyPath::Ephemeral, |url| ReplyPath::ResponseUrl(url.into()))
    }

    /// A form that somebody opened in another workspace names that one as its team, and ours as the one that has the app.
    fn origin(&self) -> Origin {
        let installed = self.view.as_ref().and_then(|view| view.app_installed_team_id.clone());
        let told = self.team.as_ref();
        let org = told.and_then(|team| team.enterprise_id.clone());
        Origin {
            app: self.api_app_id.clone(),
            team: installed.or_else(|| told?.id.clone()),
            org: org.or_else(|| self.enterprise.as_ref().map(|org| org.id.clone())),
            person: self.user.as_ref().and_then(|user| user.team_id.clone()),
        }
    }
}

fn click(payload: Payload, json: &[u8]) -> Parsed {
    let actions = payload.actions.as_deref().unwrap_or_default();
    let Some(action) = actions.iter().find(|action| action.carries().is_some()).or(actions.first()) else {
        return Parsed::Ignored { why: "no_action" };
    };
    if action.carries().is_none() && action.url.is_some() {
        return Parsed::Ignored { why: "link" };
    }
    let at_home = payload.view.as_ref().is_some_and(View::is_home);
    let place = if at_home { Some(Place::home()) } else { place(&payload) };
    let Some(place) = place else { return Parsed::Ignored { why: "outside_messages" } };
    let Some(user) = &payload.user else { return Parsed::Malformed };
    let Some(by) = person(user.id.clone()) else { return Parsed::Malformed };
    let choice = action.carries().and_then(|value| serde_json::from_str::<Choice>(value).ok());
    let request = Request {
        delivery: delivery("act", click_id(&payload, user, action, choice.as_ref()).as_deref(), json),
        by: by.into(),
        place,
        reply: if at_home { ReplyPath::Direct } else { payload.reply() },
        ask: choice.map_or(Ask::Unclear(Refusal::UnknownButton), |choice| Ask::Line(choice.line)),
    };
    Parsed::request(request, payload.trigger_id).at_home(at_home)
}

fn click_id(payload: &Payload, user: &User, action: &Action, choice: Option<&Choice>) -> Option<String> {
    if let Some(Choice { line, answers: Some(asked) }) = choice {
        let incident = line.incident.map_or_else(String::new, |incident| incident.0.to_string());
        return Some(format!("{asked}:{incident}"));
    }
    if let Some(trigger) = payload.trigger_id.as_ref().filter(|trigger| !trigger.is_empty()) {
        return Some(trigger.clone());
    }
    let at = action.action_ts.as_ref()?;
    Some(format!("{at}:{}:{}", user.id, action.action_id.as_deref().unwrap_or("")))
}

/// A message that begins a thread is not said in it.
pub(super) fn place(payload: &Payload) -> Option<Place> {
    let container = payload.container.as_ref();
    let named = payload.channel.as_ref().map(|channel| channel.id.clone());
    let channel = channel(named.or_else(|| container?.channel_id.clone())?)?;
    let message = payload.message.as_ref();
    let thread =
        message.and_then(|message| message.thread_ts.clone()).or_else(|| container?.thread_ts.clone());
    let thread = thread.filter(|thread| message.and_then(|message| message.ts.as_ref()) != Some(thread));
    Some(Place { channel, thread: thread.map(MessageTs) })
}
