//! PagerDuty's v3 webhooks: somebody has acknowledged or resolved there.

use serde::Deserialize;

use super::signature::PagerDutyVerifier;
use super::{Acknowledged, PhoneEvent, Rejected};
use domain::id::DeliveryId;
use domain::secret::Secret;

/// Believes one webhook subscription.
#[derive(Clone)]
pub struct PagerDutyDoor(PagerDutyVerifier);

#[derive(Deserialize)]
struct Payload {
    event: Event,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    event_type: String,
    agent: Option<Agent>,
    data: Data,
}

#[derive(Deserialize)]
struct Agent {
    r#type: Option<String>,
    summary: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    incident_key: Option<String>,
}

impl PagerDutyDoor {
    pub fn new(webhook_secret: &Secret) -> Self {
        Self(PagerDutyVerifier::new(webhook_secret))
    }

    /// What a webhook says. An event of another kind, or about an incident that has no key, is nothing: a refusal of
    /// three in a row would turn the subscription off for a day.
    ///
    /// # Errors
    /// Why it is not believed or not understood.
    pub fn read(&self, signatures: Option<&str>, body: &[u8]) -> Result<PhoneEvent, Rejected> {
        self.0.verify(body, signatures)?;
        let Event { id, event_type, agent, data } =
            serde_json::from_slice::<Payload>(body).map_err(|_| Rejected::Unreadable)?.event;
        let Some(dedup) = data.incident_key.filter(|key| !key.is_empty()) else {
            return Ok(PhoneEvent::Nothing);
        };
        let delivery = DeliveryId(format!("pagerduty:{id}"));
        // howler's own acknowledgement comes back here, and so does what a rule does: a service is nobody.
        let is_person = |agent: &Agent| agent.r#type.as_deref().is_none_or(|kind| kind.starts_with("user"));
        let is_somebody = agent.as_ref().is_none_or(is_person);
        Ok(match event_type.as_str() {
            "incident.acknowledged" if is_somebody => {
                let who = agent.and_then(|agent| agent.summary);
                PhoneEvent::Acknowledged { by: Acknowledged::PagerDuty { dedup, who }, delivery }
            }
            "incident.resolved" => {
                let person = agent.filter(is_person);
                PhoneEvent::Resolved { dedup, who: person.and_then(|agent| agent.summary), delivery }
            }
            _ => PhoneEvent::Nothing,
        })
    }
}
