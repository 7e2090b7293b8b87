//! The rehearsal's sources of alerts: each sends what the real one sends, signed as it signs, when somebody presses its button.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use config::secrets::HookSecrets;
use fake::alerts::{
    Alert, Alertmanager, Deployment, GitHub, Grafana, Monitor, Post, Run, Style, UptimeRobot, Vercel,
};
use fake::rehearsal::Later;
use ground::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const SECRET: &str = "rehearsal-secret";
pub const TOKEN: &str = "rehearsal-token-0123456789abcdef";
/// Alerts of a storm, and of each delivery of it.
const STORM: usize = 500;
const TOGETHER: usize = 50;

/// What can be sent: its word, and what stands on its button.
const SENDS: [(&str, &str); 11] = [
    ("workflow-failed", "GitHub: a workflow fails"),
    ("workflow-passed", "GitHub: it passes again"),
    ("deploy-failed", "Vercel: the production deploy fails"),
    ("deploy-ready", "Vercel: a deploy is ready"),
    ("down", "Uptime Robot: the site is down"),
    ("up", "Uptime Robot: it is up again"),
    ("witnesses", "Grafana: no witness can connect (P1)"),
    ("witnesses-back", "Grafana: witnesses are back"),
    ("flap", "Alertmanager: one that flaps"),
    ("storm", "Alertmanager: a storm of 500"),
    ("storm-over", "Alertmanager: the storm is over"),
];

/// What howler knows the rehearsal's sources by.
pub fn secrets() -> HookSecrets {
    HookSecrets {
        github: Some(SECRET.into()),
        vercel: Some(SECRET.into()),
        uptimerobot: Some(TOKEN.into()),
        token: Some(TOKEN.into()),
        grafana: None,
    }
}

/// The sources, in front of the rehearsal's howler. Clones count on together.
#[derive(Clone)]
pub struct Sources {
    clock: Clock,
    howler: Router,
    sent: Arc<AtomicU64>,
}

impl Sources {
    pub fn new(clock: Clock, howler: Router) -> Self {
        Self { clock, howler, sent: Arc::default() }
    }

    /// The buttons, for the page.
    pub fn shown() -> Value {
        SENDS.map(|(word, words)| json!({ "word": word, "words": words })).into_iter().collect()
    }

    /// Sends what a word stands for.
    ///
    /// # Errors
    /// A word that stands for nothing, or what howler answered instead of taking it.
    pub fn send(&self, what: &str) -> Later<Result<(), String>> {
        let (posts, howler) = (self.posts(what), self.howler.clone());
        let unknown = format!("no source sends by the word {what}");
        Box::pin(async move {
            for post in posts.ok_or(unknown)? {
                let (status, _) = post.deliver(&howler).await;
                if !(200..300).contains(&status) {
                    return Err(format!("howler answered {status} to {}", post.path));
                }
            }
            Ok(())
        })
    }

    fn posts(&self, what: &str) -> Option<Vec<Post>> {
        let now = self.clock.now();
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("rehearsal-{number}-{}", now.as_millisecond());
        let run = |conclusion: &str| {
            GitHub {
                secret: SECRET.into(),
                repository: "anomalyco/monkeytown".into(),
                default_branch: "main".into(),
            }
            .run(&Run::new(number, conclusion, now), &id)
        };
        let deploy = |kind: &str| {
            let (project, target) = ("monkeytown".to_owned(), Some("production".to_owned()));
            let deployment = Deployment { project, target, branch: "main".into(), at: now };
            Vercel { secret: SECRET.into() }.deployment(kind, &deployment, &id)
        };
        let robot = UptimeRobot { token: TOKEN.into(), style: Style::Form };
        let (name, url) = ("monkeytown.ai".to_owned(), "https://monkeytown.ai".to_owned());
        let monitor = Monitor { id: 7, name, url };
        let prometheus = Alertmanager { token: TOKEN.into() };
        let witnesses = Alert::new("No witness can connect", "critical", "event-stream", now);
        let grafana = Grafana { token: TOKEN.into(), secret: None };
        Some(match what {
            "workflow-failed" => vec![run("failure")],
            "workflow-passed" => vec![run("success")],
            "deploy-failed" => vec![deploy("deployment.error")],
            "deploy-ready" => vec![deploy("deployment.succeeded")],
            "down" => vec![robot.down(&monitor, "HTTP 502 - Bad Gateway", now)],
            "up" => vec![robot.up(&monitor, 360, now)],
            "witnesses" => vec![grafana.group(&[witnesses], now)],
            "witnesses-back" => vec![grafana.group(&[witnesses.resolved(now)], now)],
            "flap" => flaps(&prometheus, now),
            "storm" => storm(&prometheus, now, false),
            "storm-over" => storm(&prometheus, now, true),
            _ => return None,
        })
    }
}

/// It fires and is resolved, minute by minute, three times.
fn flaps(prometheus: &Alertmanager, now: Timestamp) -> Vec<Post> {
    let minutes_ago = |minutes| now.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(now);
    let turn = |round: i64| {
        let fires = Alert::new("Queue is long", "warning", "worker-1", minutes_ago(6 - 2 * round));
        [fires.clone(), fires.resolved(minutes_ago(5 - 2 * round))]
    };
    (0..3).flat_map(turn).map(|alert| prometheus.group(&[alert])).collect()
}

fn storm(prometheus: &Alertmanager, now: Timestamp, over: bool) -> Vec<Post> {
    let alerts: Vec<Alert> = (1..=STORM)
        .map(|number| {
            let alert = Alert::new("Pod does not answer", "error", &format!("pod-{number}"), now);
            if over { alert.resolved(now) } else { alert }
        })
        .collect();
    alerts.chunks(TOGETHER).map(|together| prometheus.group(together)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_sends_something() {
        let sources = Sources::new(Clock::system(), Router::new());
        for (word, _) in SENDS {
            assert!(sources.posts(word).is_some_and(|posts| !posts.is_empty()), "{word}");
        }
        assert_eq!(sources.posts("nothing"), None);
        assert_eq!(sources.posts("storm").unwrap().len(), STORM / TOGETHER);
    }
}
