//! PagerDuty's events: checked, made into alerts by their key, and acknowledged there by its people.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};

use super::faults::Fault;
use super::twilio::broken;
use super::{CalleeError, Phones, sign};

/// One alert, all events with its key in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    pub key: String,
    pub summary: String,
    pub severity: String,
    /// `triggered`, `acknowledged` or `resolved`.
    pub state: &'static str,
    /// How often it was triggered; only the first time rings.
    pub triggers: u32,
}

pub(super) fn router(phones: Phones) -> Router {
    Router::new().route("/v2/enqueue", post(enqueue)).with_state(phones)
}

async fn enqueue(State(phones): State<Phones>, body: Bytes) -> Response {
    let fault = phones.faults().strike();
    let status = match fault {
        Some(Fault::Drop) => return broken(),
        Some(Fault::Http(status)) => Some(status),
        Some(Fault::Limit(_)) => Some(429),
        Some(Fault::LoseAnswer) | None => None,
    };
    if let Some(status) = status {
        return StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
    }
    let taken = phones.take(&serde_json::from_slice(&body).unwrap_or_default());
    if fault == Some(Fault::LoseAnswer) {
        return broken();
    }
    match taken {
        Ok(key) => {
            let body = json!({ "status": "success", "message": "Event processed", "dedup_key": key });
            (StatusCode::ACCEPTED, axum::Json(body)).into_response()
        }
        Err(error) => {
            let body =
                json!({ "status": "invalid event", "message": "Event object is invalid", "errors": [error] });
            (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
        }
    }
}

impl Phones {
    fn take(&self, event: &Value) -> Result<String, &'static str> {
        let text = |value: &Value, most: usize| {
            let text = value.as_str().filter(|text| !text.is_empty());
            text.filter(|text| text.chars().count() <= most).map(str::to_owned)
        };
        let routing_key = event["routing_key"].as_str().unwrap_or_default();
        if routing_key.len() != 32 {
            return Err("Length of 'routing_key' is incorrect (should be 32 characters)");
        }
        if routing_key != self.0.setup.routing_key {
            return Err("Invalid routing key");
        }
        let key =
            text(&event["dedup_key"], 255).ok_or("'dedup_key' is missing or longer than 255 characters")?;
        let mut world = self.world();
        let known = world.alerts.iter_mut().find(|alert| alert.key == key && alert.state != "resolved");
        match (event["event_action"].as_str(), known) {
            (Some("trigger"), known) => {
                let payload = &event["payload"];
                let summary =
                    text(&payload["summary"], 1_024).ok_or("'payload.summary' is missing or too long")?;
                text(&payload["source"], usize::MAX).ok_or("'payload.source' is missing or blank")?;
                let severity = text(&payload["severity"], 16)
                    .filter(|word| ["critical", "error", "warning", "info"].contains(&word.as_str()))
                    .ok_or(
                        "'payload.severity' is invalid (must be one of the following: critical, error, ...)",
                    )?;
                match known {
                    Some(alert) => alert.triggers += 1,
                    None => {
                        let (key, state) = (key.clone(), "triggered");
                        world.alerts.push(Alert { key, summary, severity, state, triggers: 1 });
                    }
                }
            }
            (Some("acknowledge"), Some(alert)) => alert.state = "acknowledged",
            (Some("resolve"), Some(alert)) => alert.state = "resolved",
            // About nothing that is open: taken, and nothing happens.
            (Some("acknowledge" | "resolve"), None) => {}
            _ => return Err("'event_action' is missing or blank"),
        }
        Ok(key)
    }

    /// Somebody acknowledges at PagerDuty, which tells howler at `address`; gives howler's status.
    ///
    /// # Errors
    /// When there is no such alert or howler cannot be reached.
    pub async fn acknowledge_at_pagerduty(
        &self,
        address: &str,
        key: &str,
        who: &str,
    ) -> Result<u16, CalleeError> {
        let agent = json!({ "id": "PLH1HKV", "summary": who, "type": "user_reference" });
        self.act_at_pagerduty(address, key, "acknowledged", agent).await
    }

    /// Somebody resolves the alert at PagerDuty, or a rule does where there is nobody; gives howler's status.
    ///
    /// # Errors
    /// As [`acknowledge_at_pagerduty`](Self::acknowledge_at_pagerduty).
    pub async fn resolve_at_pagerduty(
        &self,
        address: &str,
        key: &str,
        who: Option<&str>,
    ) -> Result<u16, CalleeError> {
        let agent = match who {
            Some(who) => json!({ "id": "PLH1HKV", "summary": who, "type": "user_reference" }),
            None => json!({ "id": "P0SERV1", "summary": "Events", "type": "service_reference" }),
        };
        self.act_at_pagerduty(address, key, "resolved", agent).await
    }

    async fn act_at_pagerduty(
        &self,
        address: &str,
        key: &str,
        state: &'static str,
        agent: Value,
    ) -> Result<u16, CalleeError> {
        let id = {
            let mut world = self.world();
            let alert = world.alerts.iter_mut().find(|alert| alert.key == key);
            alert.ok_or(CalleeError::NoSuchCall)?.state = state;
            world.sid("PD")
        };
        let event = json!({ "event": {
            "id": id, "event_type": format!("incident.{state}"), "resource_type": "incident",
            "agent": agent,
            "data": { "id": "PGR0VU2", "type": "incident", "status": state, "incident_key": key },
        }});
        let body = event.to_string();
        let signature = sign::pagerduty(&self.0.setup.webhook_secret, &body);
        let head = [("x-pagerduty-signature", signature), ("content-type", "application/json".to_owned())];
        self.post(address, &head, body).await.map(|(status, _)| status)
    }
}
