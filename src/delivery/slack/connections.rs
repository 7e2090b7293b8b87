//! Where Socket Mode connects: Slack gives each connection an address of its own, good for half a minute.

use jiff::Timestamp;
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;

use super::client::{Call, Slack};
use super::target::{DelivererError, SlackTarget, is_allowed};
use crate::retry::{self, Trouble};
use domain::secret::Secret;
use ground::clock::Clock;
use ground::telemetry::Metrics;

const OPEN: &str = "apps.connections.open";

/// Asks Slack for connections, by the app-level token.
pub struct Connections(Slack);

/// Why Slack gave no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct NoConnection {
    /// In words, with what to do.
    pub reason: String,
    /// Slack takes no such call before then.
    pub not_before: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Opened {
    url: String,
}

impl Connections {
    /// `target` has the app-level token, which starts with `xapp-`.
    ///
    /// # Errors
    /// When Slack's address cannot be used.
    pub fn new(target: SlackTarget, clock: Clock) -> Result<Self, DelivererError> {
        Ok(Self(Slack::new(target, None, clock, Metrics::default())?))
    }

    /// An address for one WebSocket. It holds a ticket, so it is as secret as the token.
    ///
    /// # Errors
    /// Why Slack gave none.
    pub async fn address(&self) -> Result<Secret, NoConnection> {
        let opened = self.0.call::<Opened>(&Call::post(OPEN, None, json!({}))).await.map_err(refused)?;
        if may_connect(&opened.url) {
            return Ok(Secret::new(opened.url));
        }
        Err(NoConnection {
            reason: "Slack gave an address for Socket Mode that is not encrypted; howler does not use it"
                .into(),
            not_before: None,
        })
    }
}

/// Encrypted anywhere, plain on this machine: as for the Web API.
fn may_connect(address: &str) -> bool {
    let as_http = match address.split_once("://") {
        Some(("wss", rest)) => format!("https://{rest}"),
        Some(("ws", rest)) => format!("http://{rest}"),
        _ => return false,
    };
    Url::parse(&as_http).is_ok_and(|url| is_allowed(&url))
}

/// The words for a bot's token would point at the wrong variable.
fn refused(trouble: Trouble) -> NoConnection {
    let reason = match trouble.error() {
        Some("not_allowed_token_type") => {
            "SLACK_APP_TOKEN is not an app-level token: use the one that starts with xapp-, from your Slack app's \
             page Basic Information, App-Level Tokens"
                .to_owned()
        }
        Some(error @ ("invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive")) => {
            format!(
                "Slack does not take howler's app-level token (`{error}`): check SLACK_APP_TOKEN against your Slack \
                 app's page Basic Information, App-Level Tokens, then restart howler"
            )
        }
        Some("missing_scope") => {
            "howler's app-level token lacks the scope connections:write: make a token with it on your Slack app's page \
             Basic Information, App-Level Tokens, set SLACK_APP_TOKEN, then restart howler"
                .to_owned()
        }
        _ => retry::verdict(&trouble, "the workspace", "").reason,
    };
    let not_before = match trouble {
        Trouble::Limited { until } => Some(until),
        _ => None,
    };
    NoConnection { reason, not_before }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::Refusal;

    #[test]
    fn only_encrypted_addresses_are_used_beyond_this_machine() {
        for (address, may) in [
            ("wss://wss-primary.slack.com/link/?ticket=1&app_id=2", true),
            ("ws://127.0.0.1:4000/link?ticket=1", true),
            ("ws://localhost:4000/link", true),
            ("ws://wss-primary.slack.com/link/?ticket=1", false),
            ("https://slack.com/link", false),
            ("wss://", false),
            ("", false),
        ] {
            assert_eq!(may_connect(address), may, "{address}");
        }
    }

    #[test]
    fn a_refusal_names_the_variable_and_what_to_do() {
        for (error, words) in [
            ("invalid_auth", "check SLACK_APP_TOKEN"),
            ("not_allowed_token_type", "starts with xapp-"),
            ("missing_scope", "connections:write"),
            ("internal_error", "a fault of its own"),
        ] {
            let refusal = Refusal { method: OPEN, error: error.into(), ..Refusal::default() };
            let reason = refused(Trouble::Refused(refusal)).reason;
            assert!(reason.contains(words), "{error}: {reason}");
            assert!(!reason.contains("SLACK_BOT_TOKEN"), "{error}: {reason}");
        }
        let until = Timestamp::from_second(5).expect("an instant");
        assert_eq!(refused(Trouble::Limited { until }).not_before, Some(until));
    }
}
