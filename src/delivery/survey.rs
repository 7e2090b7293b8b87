//! A look at the workspace before the first incident: who howler is there, what it may do, what it can see. It changes
//! nothing. Errors are words, with what to do.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::{HeaderMap, Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::directory::{BotIdentity, Cursor};
use super::lenient::{lenient, rows};
use super::people::People;
use super::retry::{self, Trouble};
use super::slack::client::{Call, Nothing, Slack, TIME_LIMIT, connector};
use super::slack::{DelivererError, SlackTarget};
use domain::id::ChannelId;
use ground::clock::Clock;
use ground::telemetry::Metrics;

/// Slack takes less than 1,000.
const PAGE: &str = "999";

/// The way to look.
pub struct Survey {
    slack: Arc<Slack>,
    target: SlackTarget,
    clock: Clock,
}

/// What the head of Slack's answer tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Greeting {
    /// What the token may do; `None` where Slack did not say, as for a token that it does not know.
    pub scopes: Option<BTreeSet<String>>,
    /// Slack's clock, to the second (UTC).
    pub slack_time: Option<Timestamp>,
    /// This machine's clock when that answer was half way (UTC).
    pub own_time: Timestamp,
}

/// A channel as howler sees it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Seen {
    pub id: ChannelId,
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub is_private: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub is_archived: bool,
    #[serde(default, deserialize_with = "lenient")]
    pub is_member: bool,
}

/// A user group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Group {
    pub id: String,
    /// Without the `@`.
    #[serde(default, deserialize_with = "lenient")]
    pub handle: String,
    /// Seconds since 1970; 0 while it is in use.
    #[serde(default, deserialize_with = "lenient")]
    pub date_delete: i64,
}

impl Survey {
    /// # Errors
    /// When Slack's address cannot be used.
    pub fn new(target: impl Into<SlackTarget>, clock: Clock) -> Result<Self, DelivererError> {
        let target = target.into();
        let slack = Arc::new(Slack::new(target.clone(), None, clock.clone(), Metrics::default())?);
        Ok(Self { slack, target, clock })
    }

    /// Calls `auth.test` for the head of its answer, which the ordinary client does not show.
    ///
    /// # Errors
    /// When Slack cannot be reached.
    pub async fn greet(&self) -> Result<Greeting, String> {
        let base = self.target.checked().map_err(|error| error.to_string())?;
        let connector = connector(&base, None).map_err(|error| error.to_string())?;
        let client: Client<_, String> = Client::builder(TokioExecutor::new()).build(connector);
        let request = Request::post(format!("{base}auth.test"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.target.token.reveal()))
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body("{}".to_owned())
            .map_err(|_| "SLACK_BOT_TOKEN holds something that no header can: copy it again".to_owned())?;
        let before = self.clock.now();
        let answer = tokio::time::timeout(TIME_LIMIT, client.request(request)).await;
        let answer = answer.map_err(|_| format!("Slack did not answer within {} s", TIME_LIMIT.as_secs()))?;
        let answer = answer.map_err(|error| format!("Slack cannot be reached: {}", innermost(&error)))?;
        let half = self.clock.now().duration_since(before) / 2;
        Ok(read_head(answer.headers(), before.saturating_add(half).unwrap_or(before)))
    }

    /// # Errors
    /// When Slack does not tell who howler is.
    pub async fn who_am_i(&self) -> Result<BotIdentity, String> {
        self.call(&Call::post("auth.test", None, serde_json::json!({})), "the workspace").await
    }

    /// Every channel that howler sees, archived ones too; private ones only where `private`, which takes a scope.
    ///
    /// # Errors
    /// When Slack does not list them.
    pub async fn channels(&self, private: bool) -> Result<Vec<Seen>, String> {
        #[derive(Deserialize)]
        struct Page {
            #[serde(deserialize_with = "rows")]
            channels: Vec<Seen>,
            #[serde(default, deserialize_with = "lenient")]
            response_metadata: Cursor,
        }
        let types = if private { "public_channel,private_channel" } else { "public_channel" };
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let mut query = vec![("types", types.to_owned()), ("limit", PAGE.to_owned())];
            if !cursor.is_empty() {
                query.push(("cursor", cursor.clone()));
            }
            let page: Page =
                self.call(&Call::get("conversations.list", None, query), "the list of channels").await?;
            seen.extend(page.channels);
            let next = page.response_metadata.next_cursor;
            if next.is_empty() || next == cursor {
                return Ok(seen);
            }
            cursor = next;
        }
    }

    /// Who is who.
    pub fn people(&self) -> People {
        People::new(Arc::clone(&self.slack))
    }

    /// # Errors
    /// When Slack does not list them; free plans have none.
    pub async fn groups(&self) -> Result<Vec<Group>, String> {
        #[derive(Deserialize)]
        struct Page {
            #[serde(deserialize_with = "rows")]
            usergroups: Vec<Group>,
        }
        let query = vec![("include_disabled", "true".to_owned())];
        let page: Page =
            self.call(&Call::get("usergroups.list", None, query), "the list of user groups").await?;
        Ok(page.usergroups)
    }

    /// Whether the workspace lets howler change a user group: it is given the people that it has already. `None` where that cannot be
    /// tried: it has nobody, or somebody who has left.
    ///
    /// # Errors
    /// Why not, in Slack's name for it or in words.
    pub async fn may_set_group(&self, group: &str) -> Result<Option<()>, String> {
        #[derive(Deserialize)]
        struct Members {
            users: Vec<String>,
        }
        let read = Call::get("usergroups.users.list", None, vec![("usergroup", group.to_owned())]);
        let Members { users } = self.call(&read, "the on-call's group").await?;
        if users.is_empty() {
            return Ok(None);
        }
        let same = serde_json::json!({ "usergroup": group, "users": users.join(",") });
        let write = Call::post("usergroups.users.update", None, same);
        match self.slack.call::<Nothing>(&write).await {
            Ok(Nothing {}) => Ok(Some(())),
            Err(trouble) if trouble.is("invalid_users") => Ok(None),
            Err(trouble) => Err(match trouble.error() {
                Some(error) => error.to_owned(),
                None => retry::verdict(&trouble, "the on-call's group", "").reason,
            }),
        }
    }

    async fn call<T: DeserializeOwned + Send>(&self, call: &Call, place: &str) -> Result<T, String> {
        self.slack.call(call).await.map_err(|trouble: Trouble| retry::verdict(&trouble, place, "").reason)
    }
}

fn read_head(head: &HeaderMap, own_time: Timestamp) -> Greeting {
    let text = |name: &str| head.get(name).and_then(|value| value.to_str().ok());
    let scopes = text("x-oauth-scopes").map(|scopes| {
        scopes.split(',').map(|scope| scope.trim().to_owned()).filter(|scope| !scope.is_empty()).collect()
    });
    let slack_time = text("date").and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    Greeting { scopes, slack_time, own_time }
}

/// The innermost cause says most: "Connection refused", "failed to lookup address".
fn innermost(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
