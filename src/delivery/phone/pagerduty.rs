//! PagerDuty's Events API v2: an alert is triggered, acknowledged and resolved under one key.
//!
//! PagerDuty's pages: Events API v2 Overview (answers, limits, common event format), Trigger Events.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::client::{Client, Target};
use super::{PhoneError, PhoneTrouble, Ring, Rung, Stop};
use config::secrets::PhoneSecrets;
use domain::Severity;
use domain::secret::Secret;
use domain::text::shorten;
use ground::clock::Clock;
use ground::loopback::Loopback;

/// Longest summary, in characters.
const SUMMARY_MOST: usize = 1_024;
/// Longest key, in characters.
const KEY_MOST: usize = 255;
/// PagerDuty asks for "a backoff of a few minutes"; a page tries sooner.
const UNSPECIFIED: Duration = Duration::from_secs(60);

pub(super) struct PagerDuty {
    client: Client,
    routing_key: Secret,
}

impl PagerDuty {
    pub fn new(secrets: &PhoneSecrets, loopback: Option<Loopback>, clock: Clock) -> Result<Self, PhoneError> {
        let routing_key = secrets.pagerduty_routing_key.clone().ok_or(PhoneError::Missing {
            name: "PAGERDUTY_ROUTING_KEY",
            hint: "the integration key of an Events API v2 integration, from the service's page in PagerDuty",
        })?;
        let target = Target {
            variable: "PAGERDUTY_API_URL",
            address: &secrets.pagerduty_api_url,
            who: "PagerDuty",
            authorization: None,
            unspecified: UNSPECIFIED,
        };
        Ok(Self { client: Client::new(target, loopback, clock)?, routing_key })
    }

    pub async fn trigger(&self, ring: &Ring) -> Result<Rung, PhoneTrouble> {
        let key: String = ring.dedup.chars().take(KEY_MOST).collect();
        let event = json!({
            "routing_key": self.routing_key.reveal(),
            "event_action": "trigger",
            "dedup_key": key,
            "client": "howler",
            "payload": {
                "summary": shorten(ring.words.trim(), SUMMARY_MOST),
                "source": "howler",
                "severity": severity(ring.severity),
                "custom_details": { "mark": ring.mark },
            },
        });
        self.enqueue(&event).await?;
        Ok(Rung { id: key, certain: true })
    }

    pub async fn end(&self, rung: &Rung, why: Stop) -> Result<(), PhoneTrouble> {
        let action = match why {
            Stop::Acknowledged => "acknowledge",
            Stop::Resolved => "resolve",
        };
        let event = json!({
            "routing_key": self.routing_key.reveal(),
            "event_action": action,
            "dedup_key": rung.id,
        });
        self.enqueue(&event).await
    }

    async fn enqueue(&self, event: &Value) -> Result<(), PhoneTrouble> {
        let body = Some(("application/json", event.to_string()));
        let answer = self.client.ask(Method::POST, "/v2/enqueue", body).await?;
        if (200..300).contains(&answer.status) {
            return Ok(());
        }
        let said = answer.body["message"].as_str().unwrap_or_default().to_owned();
        let errors = answer.body["errors"].as_array().into_iter().flatten();
        let errors = errors.map(|error| error.as_str().map_or_else(|| error.to_string(), str::to_owned));
        let message = [said].into_iter().chain(errors).collect::<Vec<_>>().join("; ");
        Err(PhoneTrouble::PagerDuty { status: answer.status, message })
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::P1 => "critical",
        Severity::P2 => "error",
        Severity::P3 => "warning",
        Severity::P4 => "info",
    }
}
