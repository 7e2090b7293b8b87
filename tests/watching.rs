//! What those who run howler see of it: metrics as documented, and logs without secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::harness::{EMERGENCIES, SECRET, TOKEN, World};

/// What people write here; none of it is a word of howler's own.
const WORDS: [&str; 9] =
    ["zebrafish", "quetzal", "ocelot", "wombat", "pangolin", "axolotl", "narwhal", "capybara", "tapir"];
const ZEBRA_ROOM: &str = "#inc-1-zebrafish-down";

/// An incident in which most things that can go wrong do.
async fn a_bad_night(world: &World) {
    let (ian, maya, faults) = (world.ian(), world.maya(), world.slack.faults());
    faults.rate_limit("chat.postMessage", None, 1, 60);
    ian.types(EMERGENCIES, "/incident p1 Zebrafish down").await;
    world.forward(3).await;
    world.slack.deliver_again(2).await.unwrap();
    faults.fail("chat.postMessage", "no_permission", 1);
    maya.types(ZEBRA_ROOM, "/incident update Quetzal restarted").await;
    faults.fail("chat.update", "internal_error", 1);
    maya.types(ZEBRA_ROOM, "/incident impact Ocelot cannot log in").await;
    faults.lose_answer("chat.postMessage", 1);
    let ts = ian.says(ZEBRA_ROOM, "@howler note Wombat saw it first").await;
    world.forward(2).await;
    let pinned = maya.says(ZEBRA_ROOM, "Pangolin is at 100 %").await;
    maya.reacts(ZEBRA_ROOM, &pinned, "pushpin").await;
    maya.unreacts(ZEBRA_ROOM, &ts, "pushpin").await;
    ian.says(ZEBRA_ROOM, "@howler axolotl nonsense").await;
    faults.fail("views.open", "expired_trigger_id", 1);
    ian.types(EMERGENCIES, "/incident declare Narwhal too").await;
    faults.fail("conversations.create", "restricted_action", 1);
    ian.types(EMERGENCIES, "/incident p1 Capybara down").await;
    faults.fail("chat.postMessage", "brand_new_error", 1);
    ian.types(EMERGENCIES, "/incident 2 update capybara is back").await;
    ian.types(EMERGENCIES, "/incident find capybara").await;
    world.forward(40).await;
    ian.types(EMERGENCIES, "/incident 1 resolve Tapir had expired").await;
    world.forward(10).await;
    let now = world.clock.now().as_second();
    assert_eq!(world.posts("/slack/commands", "text=tapir", now, "wrong").await.status(), 401);
    assert_eq!(world.posts("/slack/commands", "text=tapir", now, SECRET).await.status(), 400);
    let click = r#"payload={"type":"block_actions","user":{"id":"U0IAN"},"channel":{"id":"C1"},"actions":[{"value":"tapir"}]}"#;
    assert_eq!(world.posts("/slack/interactions", click, now, SECRET).await.status(), 200);
    world.settle().await;
}

async fn metrics(world: &World) -> String {
    reqwest::get(format!("{}/metrics", world.base())).await.unwrap().text().await.unwrap()
}

/// Each metric's type and labels, as `/metrics` shows them.
fn shown(text: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut found: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    let label = regex::Regex::new(r#"([a-z_]+)=""#).unwrap();
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            found.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new()));
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let (_, (_, labels)) = found.range_mut(..=name.to_owned()).next_back().unwrap();
            let named = label.captures_iter(line).map(|found| found[1].to_owned());
            labels.extend(named.filter(|label| label != "le"));
        }
    }
    found
}

/// The same, as the document tells them.
fn documented() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let text = std::fs::read_to_string("docs/operations.md").unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `howler_") || line.starts_with("| `process_"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let labels = cells[3].split(',').map(|label| label.trim().trim_matches('`').to_owned());
        let labels = labels.filter(|label| !label.is_empty()).collect();
        (cells[1].trim_matches('`').to_owned(), (cells[2].to_owned(), labels))
    })
    .collect()
}

#[tokio::test]
async fn metrics_are_the_documented_ones() {
    let world = World::start().await;
    a_bad_night(&world).await;
    let text = metrics(&world).await;
    let mut documented = documented();
    // Without Socket Mode nothing is counted there, no lane fell, and what has labels and no count is not shown.
    documented.retain(|name, (_, labels)| !name.starts_with("howler_socket_") || labels.is_empty());
    documented.remove("howler_lane_faults");
    // Nothing is watched here: `watches::one_that_hangs_holds_up_nobody_and_each_is_counted` looks at these, and `pushed` at the last.
    for name in ["howler_watch_failures", "howler_watch_reading_age_seconds", "howler_pushed_values"] {
        assert!(documented.remove(name).is_some(), "{name} is documented");
    }
    // No source of alerts is on here: `hooks::a_crowd_that_nobody_knows_keeps_nobody_else_out` looks at these.
    for name in ["howler_put_off_deliveries", "howler_refused_deliveries"] {
        assert_eq!(
            documented.remove(name),
            Some(("counter".to_owned(), BTreeSet::from(["kind".to_owned()])))
        );
    }
    assert_eq!(shown(&text), documented, "{text}");
    for line in [
        "howler_repeated_deliveries_total 2",
        "howler_retries_total{lane=\"show\",reason=\"internal_error\"} 1",
        "howler_slack_calls_total{method=\"conversations.create\",result=\"restricted_action\"} 1",
        "howler_slack_calls_total{method=\"chat.postMessage\",result=\"other\"} 1",
        "howler_refused_signatures_total 1",
        "howler_known_incidents 2",
        "howler_store_writable 1",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line} in {text}");
    }
    let lower = text.to_lowercase();
    assert!(!WORDS.iter().any(|word| lower.contains(word)), "{text}");
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Listening {
    _logs: tracing::dispatcher::DefaultGuard,
    _other: tracing::Dispatch,
}

/// Everything that howler logs on this thread: the fake workspace's own lines are none of it.
fn listen() -> (Lines, Listening) {
    let lines = Lines::default();
    let kept = lines.clone();
    let logs = tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new("howler=trace,howler_fake=off"))
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
        .with_writer(move || kept.clone())
        .finish();
    let logs = tracing::Dispatch::new(logs);
    // With one subscriber alone, tracing asks the thread that comes first to a log line whether anybody listens, and
    // threads of other tests would say no.
    let other = tracing::Dispatch::new(tracing_subscriber::registry());
    (lines, Listening { _logs: tracing::dispatcher::set_default(&logs), _other: other })
}

#[tokio::test]
async fn no_log_line_holds_a_secret_or_what_people_wrote() {
    let (lines, _listening) = listen();
    let world = World::start().await;
    a_bad_night(&world).await;
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let mut secrets = vec![TOKEN, SECRET, "response_url", "hooks.slack"];
    secrets.extend(WORDS);
    let telling = |line: &&str| {
        let line = line.to_lowercase();
        secrets.iter().any(|secret| line.contains(&secret.to_lowercase()))
    };
    let found: Vec<&str> = text.lines().filter(telling).collect();
    assert!(found.is_empty(), "{found:#?}");
    // It was listened to, failures too.
    for part in [
        "\"kind\":\"interaction\"",
        "\"micros\":",
        "an effect failed",
        "a call brought nothing",
        "not believed",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let answered = text.lines().filter(|line| line.contains("\"answered\"")).count();
    let spans = text
        .lines()
        .filter(|line| line.contains("\"name\":\"delivery\"") && line.contains("\"new\""))
        .count();
    assert_eq!(answered, spans, "one line at the end of each delivery");
    assert!(answered > 10, "{answered}");
}
