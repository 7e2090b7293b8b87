//! Slash commands.

use serde::Deserialize;

use super::{Parsed, channel, delivery, person, read_json, typed, typed_oncall, typed_runbook};
use crate::origin::Origin;
use domain::request::{Ask, Place, ReplyPath, Request};
use domain::text;
use grammar::slack_text::plain;

pub const INCIDENT: &str = "/incident";
pub const ONCALL: &str = "/oncall";
pub const RUNBOOK: &str = "/runbook";

#[derive(Deserialize)]
struct Body {
    ssl_check: Option<String>,
    command: Option<String>,
    text: Option<String>,
    user_id: Option<String>,
    channel_id: Option<String>,
    trigger_id: Option<String>,
    api_app_id: Option<String>,
    team_id: Option<String>,
    enterprise_id: Option<String>,
}

/// Whether Slack is looking at the certificate, which it does without a signature.
pub fn is_ssl_check(body: &[u8]) -> bool {
    read(body).is_some_and(|body| body.checks_certificate())
}

/// Reads the form that Slack sends for a slash command.
pub fn parse(raw: &[u8]) -> Parsed {
    read(raw).map_or(Parsed::Malformed, |body| parsed(body, raw))
}

/// Reads the JSON of a slash command, as Socket Mode carries it: the form's fields as an object.
pub fn parse_payload(json: &[u8]) -> Parsed {
    read_json(json).map_or(Parsed::Malformed, |body| parsed(body, json))
}

fn parsed(body: Body, raw: &[u8]) -> Parsed {
    if body.checks_certificate() {
        return Parsed::SslCheck;
    }
    let origin = body.origin();
    let user = body.user_id.and_then(person);
    let channel = body.channel_id.and_then(channel);
    let (Some(command), Some(by), Some(channel)) = (body.command, user, channel) else {
        return Parsed::Malformed;
    };
    let text = body.text.as_deref().unwrap_or("");
    let ask = match () {
        () if command.eq_ignore_ascii_case(INCIDENT) => typed(text),
        () if command.eq_ignore_ascii_case(ONCALL) => typed_oncall(text),
        () if command.eq_ignore_ascii_case(RUNBOOK) => typed_runbook(text),
        () => match grammar::parse_feature(command.trim_start_matches('/'), text) {
            Some(line) => line.map_or_else(Ask::Unclear, Ask::Line),
            None => {
                let command = text::shorten(&text::clean_line(&plain(&command)), 40);
                return Parsed::OtherCommand { command };
            }
        },
    };
    let request = Request {
        delivery: delivery("cmd", body.trigger_id.as_deref(), raw),
        by: by.into(),
        place: Place { channel, thread: None },
        reply: ReplyPath::Inline,
        ask,
    };
    let oncall = command.eq_ignore_ascii_case(ONCALL);
    Parsed::request(request, body.trigger_id).said_as(text, oncall).from(origin)
}

fn read(raw: &[u8]) -> Option<Body> {
    serde_urlencoded::from_bytes(raw).ok()
}

impl Body {
    /// Slack hands a slash command to those alone who have the app in their own workspace.
    fn origin(&self) -> Origin {
        let given = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
        let (team, org) = (given(&self.team_id), given(&self.enterprise_id));
        Origin { app: given(&self.api_app_id), person: team.clone().or_else(|| org.clone()), team, org }
    }

    fn checks_certificate(&self) -> bool {
        self.command.is_none() && self.ssl_check.as_deref() == Some("1")
    }
}
