//! The same deliveries as Socket Mode carries them.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::{Delivery, Retry};
use crate::slack::Slack;
use crate::slack::people::Reply;

impl Delivery {
    /// The envelope, all but its id: the form's fields or the JSON become its payload.
    fn envelope(&self, retry: Retry) -> Value {
        let fields = || -> Map<String, Value> {
            // It was made from pairs of strings a moment ago.
            let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&self.body).unwrap_or_default();
            pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
        };
        let inner = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let (kind, payload) = match self.path {
            "/slack/commands" => ("slash_commands", Value::Object(fields())),
            "/slack/interactions" => {
                let payload = fields().remove("payload");
                ("interactive", payload.as_ref().and_then(Value::as_str).map(inner).unwrap_or_default())
            }
            _ => ("events_api", inner(&self.body)),
        };
        // A click's answer goes to its response_url.
        let takes_answer = kind == "slash_commands" || payload["type"] == "view_submission";
        let mut envelope =
            json!({ "type": kind, "payload": payload, "accepts_response_payload": takes_answer });
        if self.is_event {
            let (attempt, reason) = retry.unwrap_or((0, ""));
            envelope["retry_attempt"] = attempt.into();
            envelope["retry_reason"] = reason.into();
        }
        envelope
    }
}

impl Slack {
    /// Over one of the open connections; an acknowledgement is as good as a 200.
    pub(super) async fn send_over_socket(&self, delivery: &Delivery, retry: Retry) -> Reply {
        let began = Instant::now();
        let answered = self.send_envelope(delivery.envelope(retry)).await;
        let took = began.elapsed();
        match answered {
            Ok(answer) => {
                let body = answer.as_ref().map(Value::to_string).unwrap_or_default();
                Reply { status: 200, body, is_json: answer.is_some(), took, failed: None }
            }
            Err(failed) => {
                Reply { status: 0, body: String::new(), is_json: false, took, failed: Some(failed) }
            }
        }
    }
}
