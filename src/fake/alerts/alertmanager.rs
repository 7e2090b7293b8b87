//! Alertmanager's webhook (its documentation of `<webhook_config>` and `template.Data`) and Grafana's (its page "Configure webhook
//! notifications").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Post, sign};

/// What is written where nothing has ended yet.
const ZERO: &str = "0001-01-01T00:00:00Z";

/// A receiver of Alertmanager's.
#[derive(Clone, Debug)]
pub struct Alertmanager {
    pub token: String,
}

/// A contact point of Grafana's.
#[derive(Clone, Debug)]
pub struct Grafana {
    /// Sent as the password of `admin`.
    pub token: String,
    /// Signs the body, with the time in a header of its own.
    pub secret: Option<String>,
}

/// One alert of a group.
#[derive(Clone, Debug)]
pub struct Alert {
    pub labels: Vec<(String, String)>,
    pub summary: String,
    pub began: Timestamp,
    /// `None` while it fires.
    pub ended: Option<Timestamp>,
}

impl Alert {
    /// An alert with a name, a severity and an instance.
    pub fn new(name: &str, severity: &str, instance: &str, began: Timestamp) -> Self {
        let labels = [("alertname", name), ("instance", instance), ("severity", severity)];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { labels, summary: format!("{name} on {instance}"), began, ended: None }
    }

    #[must_use]
    pub fn resolved(mut self, at: Timestamp) -> Self {
        self.ended = Some(at);
        self
    }

    /// Alertmanager's: FNV-1a of the sorted labels.
    pub fn fingerprint(&self) -> String {
        let mut labels = self.labels.clone();
        labels.sort();
        let text: Vec<u8> = labels
            .iter()
            .flat_map(|(name, value)| [name.as_bytes(), &[255], value.as_bytes(), &[255]].concat())
            .collect();
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        format!("{:016x}", text.iter().fold(0xcbf2_9ce4_8422_2325, step))
    }

    fn body(&self) -> Map<String, Value> {
        let labels: Map<_, _> =
            self.labels.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let body = json!({
            "status": if self.ended.is_some() { "resolved" } else { "firing" },
            "labels": labels,
            "annotations": { "summary": self.summary },
            "startsAt": self.began.to_string(),
            "endsAt": self.ended.map_or_else(|| ZERO.to_owned(), |at| at.to_string()),
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
            "fingerprint": self.fingerprint(),
        });
        body.as_object().cloned().unwrap_or_default()
    }
}

fn status(alerts: &[Alert]) -> &'static str {
    if alerts.iter().any(|alert| alert.ended.is_none()) { "firing" } else { "resolved" }
}

impl Alertmanager {
    pub fn group(&self, alerts: &[Alert]) -> Post {
        let bodies: Vec<_> = alerts.iter().map(Alert::body).collect();
        let name =
            alerts.first().and_then(|alert| alert.labels.first()).map_or("", |(_, name)| name.as_str());
        let body = json!({
            "receiver": "howler", "status": status(alerts), "alerts": bodies,
            "groupLabels": { "alertname": name }, "commonLabels": { "alertname": name }, "commonAnnotations": {},
            "externalURL": "http://alertmanager:9093", "version": "4",
            "groupKey": format!("{{}}:{{alertname=\"{name}\"}}"), "truncatedAlerts": 0,
        });
        Post::json("/hooks/alertmanager", body.to_string())
            .with("user-agent", "Alertmanager/0.28.0")
            .with("authorization", format!("Bearer {}", self.token))
    }
}

impl Grafana {
    /// What a contact point sends at `now`.
    pub fn group(&self, alerts: &[Alert], now: Timestamp) -> Post {
        let shown = |alert: &Alert| {
            let mut body = alert.body();
            let more = json!({
                "generatorURL": "https://grafana.monkeytown.ai/alerting/grafana/d1/view", "dashboardURL": "https://grafana.monkeytown.ai/d/d1",
                "panelURL": "https://grafana.monkeytown.ai/d/d1?viewPanel=2", "values": { "B": 44.23, "C": 1 },
                "silenceURL": "https://grafana.monkeytown.ai/alerting/silence/new?alertmanager=grafana", "orgId": 1, "imageURL": "",
            });
            body.extend(more.as_object().cloned().unwrap_or_default());
            body
        };
        let bodies: Vec<_> = alerts.iter().map(shown).collect();
        let body = json!({
            "receiver": "howler", "status": status(alerts), "orgId": 1, "alerts": bodies, "groupLabels": {}, "commonLabels": {},
            "commonAnnotations": {}, "externalURL": "https://grafana.monkeytown.ai/", "version": "1",
            "groupKey": "{}:{}", "truncatedAlerts": 0, "title": "[FIRING:1]", "state": "alerting", "message": "**Firing**",
        });
        let body = body.to_string();
        let pair = STANDARD.encode(format!("admin:{}", self.token));
        let post = Post::json("/hooks/grafana", body.clone())
            .with("user-agent", "Grafana")
            .with("authorization", format!("Basic {pair}"));
        let Some(secret) = &self.secret else { return post };
        let at = now.as_second();
        post.with("x-grafana-alerting-timestamp", at.to_string())
            .with("x-grafana-alerting-signature", sign::sha256(secret, &format!("{at}:{body}")))
    }
}
