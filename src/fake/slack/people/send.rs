//! Signed deliveries to howler's HTTP front, or over its sockets where the app is in Socket Mode.

mod envelope;

use jiff::SignedDuration;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::{PersonError, Reply};
use crate::slack::{Slack, sign};

/// A body on its way to howler; the same bytes are sent again when it is repeated.
#[derive(Clone, Debug)]
pub(in crate::slack) struct Delivery {
    path: &'static str,
    content_type: &'static str,
    body: String,
    /// Only events are retried, and only their retries say so.
    is_event: bool,
}

impl Delivery {
    pub fn command(fields: &[(&str, String)]) -> Self {
        Self::form("/slack/commands", fields)
    }

    pub fn interaction(payload: &Value) -> Self {
        Self::form("/slack/interactions", &[("payload", payload.to_string())])
    }

    pub fn event(envelope: &Value) -> Self {
        let (path, content_type) = ("/slack/events", "application/json");
        Self { path, content_type, body: envelope.to_string(), is_event: true }
    }

    fn form(path: &'static str, fields: &[(&str, String)]) -> Self {
        // Pairs of strings always encode.
        let body = serde_urlencoded::to_string(fields).unwrap_or_default();
        Self { path, content_type: "application/x-www-form-urlencoded", body, is_event: false }
    }
}

/// Which retry of an event this is, and why.
type Retry = Option<(u32, &'static str)>;

impl Slack {
    /// Sends something for the first time; it becomes what [`deliver_again`](Self::deliver_again) repeats.
    pub(super) async fn deliver(&self, delivery: Delivery) -> Result<Reply, PersonError> {
        self.desk().last = Some(delivery.clone());
        let reply = self.send(&delivery, None).await?;
        if delivery.is_event && !reply.is_ok() && self.faults().retries_events() {
            tokio::spawn(self.clone().retry(delivery, reason(&reply)));
        }
        Ok(reply)
    }

    /// Sends the last delivery again `times` times, byte for byte, with a fresh timestamp and signature; an event
    /// says which retry it is. Nothing changes in the workspace by it.
    ///
    /// # Errors
    /// Nothing has been sent yet.
    pub async fn deliver_again(&self, times: u32) -> Result<Vec<Reply>, PersonError> {
        let last = self.desk().last.clone().ok_or(PersonError::NothingSent)?;
        let mut replies = Vec::new();
        for number in 1..=times {
            replies.push(self.send(&last, Some((number, "http_timeout"))).await?);
        }
        Ok(replies)
    }

    /// What [`deliver_again`](Self::deliver_again) would repeat now, as its bytes.
    pub fn last_delivered(&self) -> Option<String> {
        self.desk().last.as_ref().map(|delivery| delivery.body.clone())
    }

    /// Slack tries again nearly at once, after a minute, and after five, and then gives up.
    async fn retry(self, delivery: Delivery, mut why: &'static str) {
        for (number, minutes) in [(1, 0), (2, 1), (3, 5)] {
            let due =
                self.now().saturating_add(SignedDuration::from_mins(minutes)).unwrap_or_else(|_| self.now());
            self.0.clock.sleep_until(due).await;
            match self.send(&delivery, Some((number, why))).await {
                Ok(reply) if !reply.is_ok() => why = reason(&reply),
                _ => return,
            }
        }
    }

    async fn send(&self, delivery: &Delivery, retry: Retry) -> Result<Reply, PersonError> {
        if self.manifest().socket_mode {
            return Ok(self.send_over_socket(delivery, retry).await);
        }
        let timestamp = self.now().as_second().to_string();
        let signature = sign(&self.0.signing_secret, &timestamp, &delivery.body);
        let mut request = axum::http::Request::post(delivery.path)
            .header(CONTENT_TYPE, delivery.content_type)
            .header("X-Slack-Request-Timestamp", timestamp)
            .header("X-Slack-Signature", signature)
            .header("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)");
        if let Some((number, why)) = retry.filter(|_| delivery.is_event) {
            request = request.header("X-Slack-Retry-Num", number).header("X-Slack-Retry-Reason", why);
        }
        // Headers and paths of ours always make a request.
        let request = request.body(delivery.body.clone()).unwrap_or_default();
        self.pass(self.faults().travel_time()).await;
        let howler = self.desk().howler.clone().ok_or(PersonError::NoAddress)?;
        let began = Instant::now();
        let answered = timeout(self.faults().patience_now(), howler.asked(request)).await;
        let answered = answered.unwrap_or(Err("operation_timeout"));
        let answered = if self.faults().loses_reply() { Err("operation_timeout") } else { answered };
        let took = began.elapsed();
        Ok(match answered {
            Ok((status, is_json, body)) => {
                let failed = (status != 200).then_some("dispatch_failed");
                Reply { status, body, is_json, took, failed }
            }
            Err(failed) => {
                Reply { status: 0, body: String::new(), is_json: false, took, failed: Some(failed) }
            }
        })
    }
}

/// Slack's word for why an event is sent again.
fn reason(reply: &Reply) -> &'static str {
    match (reply.status, reply.failed) {
        (0, Some("operation_timeout")) => "http_timeout",
        (0, _) => "connection_failed",
        _ => "http_error",
    }
}

impl Reply {
    /// Answered 2xx in time.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON, if it is.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }
}
