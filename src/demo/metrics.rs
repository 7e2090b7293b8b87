//! The rehearsal's production tells how it does: the metrics of the runbook's dashboard (4.1), pushed as a program of one's own pushes.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use config::Config;
use fake::alerts::Post;
use ground::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tracing::warn;
use watch::watched::Watch;

use super::alerts::TOKEN;
use super::production::Production;

/// How often they are pushed.
const EVERY: SignedDuration = SignedDuration::from_secs(30);
/// Of a time that was skipped, one value a minute: as far back as howler takes them.
const STEP: SignedDuration = SignedDuration::from_mins(1);
const BACK: SignedDuration = SignedDuration::from_mins(59);

/// What is watched; thresholds and units are the runbook's.
const WATCHES: &str = r#"
[[watch]]
name = "response-time-p99"
push = "http_response_time_p99"
unit = "s"
warning = "> 500ms for 5m"
critical = "> 1000ms for 5m"
[[watch]]
name = "error-rate"
push = "http_error_rate"
unit = "ratio"
warning = "> 1% for 5m"
critical = "> 5% for 5m"
[[watch]]
name = "active-witnesses"
push = "active_witnesses"
warning = "< 5 for 1h"
critical = "< 1 for 1h"
[[watch]]
name = "agent-run-success"
push = "agent_run_success"
unit = "%"
warning = "< 90%"
critical = "< 80%"
[[watch]]
name = "bundle-size"
push = "bundle_size"
unit = "B"
warning = "> 200KB"
critical = "> 300KB"
[[watch]]
name = "websocket-connections"
push = "websocket_connections"
warning = "< 10"
critical = "< 1"
"#;

/// # Errors
/// Where howler does not take what stands above.
pub fn watches() -> Result<Vec<Watch>, String> {
    Config::parse(WATCHES).map(|config| config.watches)
}

/// Pushes for as long as the rehearsal runs.
pub async fn push(production: Arc<Production>, howler: Router, clock: Clock) {
    let mut last = None;
    loop {
        let now = clock.now();
        let (status, answer) = post(&production, last, now).deliver(&howler).await;
        if status != StatusCode::OK.as_u16() {
            warn!(status, answer = %String::from_utf8_lossy(&answer), "howler did not take the rehearsal's metrics");
        }
        last = Some(now);
        clock.sleep_until(now.saturating_add(EVERY).unwrap_or(Timestamp::MAX)).await;
    }
}

/// What production shows now, and one value for each minute since `last`.
fn post(production: &Production, last: Option<Timestamp>, now: Timestamp) -> Post {
    let first = now.saturating_sub(BACK).unwrap_or(now);
    let from = last.map_or(first, |last| first.max(last.saturating_add(STEP).unwrap_or(now)));
    let skipped = std::iter::successors(Some(from), |at| at.checked_add(STEP).ok());
    let times = skipped.take_while(|at| *at < now).chain([now]);
    let one = |at: Timestamp| {
        let values = production.metrics(at).into_iter();
        values.map(move |(name, value)| json!({ "name": name, "value": value, "time": at }))
    };
    let body = Value::from_iter(times.flat_map(one)).to_string();
    let headers =
        vec![("content-type", "application/json".to_owned()), ("authorization", format!("Bearer {TOKEN}"))];
    Post { method: "POST", path: "/v1/metrics".to_owned(), headers, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(post: &Post) -> Vec<Value> {
        serde_json::from_str(&post.body).unwrap()
    }

    #[test]
    fn each_watch_is_pushed_and_a_time_that_was_skipped_is_filled() {
        let clock = Clock::standing_at("2026-11-24T02:12:00Z".parse().unwrap());
        let production = Production::new(clock.clone());
        let now = clock.now();
        let again = values(&post(&production, Some(now - EVERY), now));
        let pushed: Vec<String> = again.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
        for watch in watches().unwrap() {
            let asked = watch.asks.to_string();
            assert!(pushed.iter().any(|name| asked.ends_with(name)), "{asked}");
        }
        assert_eq!(again.len(), 6);
        assert_eq!(values(&post(&production, Some(now - SignedDuration::from_mins(10)), now)).len(), 6 * 10);
        assert_eq!(values(&post(&production, None, now)).len(), 6 * 60);
    }

    #[test]
    fn what_breaks_moves_them() {
        let clock = Clock::standing_at("2026-11-24T02:12:00Z".parse().unwrap());
        let read = |what: &str| {
            let production = Production::new(clock.clone());
            production.breaks(what).unwrap();
            production.metrics(clock.now())
        };
        let well = read("mend");
        for (what, moved) in [
            ("release", "http_response_time_p99"),
            ("hang", "active_witnesses"),
            ("memory", "websocket_connections"),
            ("redis", "http_error_rate"),
            ("site", "http_error_rate"),
        ] {
            let of =
                |all: &[(&str, f64)]| all.iter().find(|(name, _)| *name == moved).map(|(_, value)| *value);
            assert_ne!(of(&read(what)), of(&well), "{what}");
        }
    }
}
