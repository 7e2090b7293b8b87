//! What programs with an integration for PagerDuty send, after PagerDuty's page "Events API v2".

use jiff::Timestamp;
use serde_json::json;

use super::Post;

/// A program with an integration key.
#[derive(Clone, Debug)]
pub struct PagerDuty {
    pub routing_key: String,
}

/// An alert event.
#[derive(Clone, Debug)]
pub struct Event {
    /// `trigger`, `acknowledge` or `resolve`.
    pub action: String,
    pub dedup_key: Option<String>,
    pub summary: String,
    /// `critical`, `error`, `warning` or `info`.
    pub severity: String,
    pub at: Timestamp,
}

impl PagerDuty {
    pub fn event(&self, event: &Event) -> Post {
        let Event { action, dedup_key, summary, severity, at } = event;
        let mut body = json!({ "routing_key": self.routing_key, "event_action": action });
        if let Some(key) = dedup_key {
            body["dedup_key"] = json!(key);
        }
        if action == "trigger" {
            body["payload"] = json!({
                "summary": summary, "source": "db-1.monkeytown.ai", "severity": severity, "timestamp": at.to_string(),
                "component": "postgres", "group": "prod", "class": "disk", "custom_details": { "free": "1 %", "load": 0.75 },
            });
            body["client"] = json!("Sample Monitoring Service");
            body["client_url"] = json!("https://monitoring.service.com");
            body["links"] = json!([{ "href": "https://runbooks.monkeytown.ai/disk", "text": "Runbook" }]);
            body["images"] = json!([]);
        }
        Post::json("/v2/enqueue", body.to_string())
    }

    pub fn change(&self, summary: &str, at: Timestamp) -> Post {
        let body = json!({
            "routing_key": self.routing_key,
            "payload": { "summary": summary, "timestamp": at.to_string(), "source": "acme-build-pipeline", "custom_details": { "build_state": "passed" } },
            "links": [{ "href": "https://acme.example/builds/1", "text": "Build" }],
        });
        Post::json("/v2/change/enqueue", body.to_string())
    }
}
