//! What howler reads itself: from a number on a page to an alert, an incident and its end.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, Uri};
use domain::Severity;
use ground::clock::Clock;
use howler::app;
use jiff::SignedDuration;
use tokio::net::TcpListener;

use crate::harness::process::until;
use crate::harness::{EMERGENCIES, World};

const METRICS: &str = "#metrics";

/// What an address answers: its status, its headers and its body.
type Says = (u16, Vec<(&'static str, String)>, Vec<u8>);

/// Addresses that answer what the test says, by their path. What is not said hangs.
#[derive(Clone, Default)]
pub struct Place {
    says: Arc<Mutex<BTreeMap<String, Says>>>,
    asked: Arc<Mutex<Vec<String>>>,
    pub host: String,
}

impl Place {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = Self { host: listener.local_addr().unwrap().to_string(), ..Self::default() };
        let router = Router::new().fallback(answer).with_state(place.clone());
        tokio::spawn(app::serve(listener, router, std::future::pending()));
        place
    }

    pub fn says(&self, path: &str, body: &str) {
        self.answers(path, 200, &[], body.as_bytes().to_vec());
    }

    fn answers(&self, path: &str, status: u16, headers: &[(&'static str, &str)], body: Vec<u8>) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.says.lock().unwrap().insert(path.to_owned(), (status, headers, body));
    }

    pub fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == path).count()
    }
}

async fn answer(State(place): State<Place>, uri: Uri) -> Response<Body> {
    place.asked.lock().unwrap().push(uri.path().to_owned());
    let said = place.says.lock().unwrap().get(uri.path()).cloned();
    let Some((status, headers, body)) = said else { return std::future::pending().await };
    let answer = headers
        .into_iter()
        .fold(Response::builder().status(status), |answer, (name, value)| answer.header(name, value));
    answer.body(Body::from(body)).unwrap()
}

const THRESHOLDS: &str = "unit = \"ms\"\nwarning = \"> 500ms for 5m\"\ncritical = \"> 1000ms for 5m\"\n";

/// The runbook's first metric, at `/stats`.
fn p99(place: &Place, more: &str) -> String {
    let host = &place.host;
    format!(
        "[runbook]\nhosts = [\"{host}\"]\nprivate = [\"{host}\"]\n[[watch]]\nname = \"response-time-p99\"\n\
         json = \"http://{host}/stats\"\npointer = \"/p99\"\n{THRESHOLDS}{more}"
    )
}

fn reads(place: &Place, milliseconds: u32) {
    place.says("/stats", &format!("{{\"p99\": {milliseconds}}}"));
}

/// Lets minutes pass, with a reading in each.
pub async fn minutes(world: &World, many: usize) {
    for _ in 0..many {
        world.forward(1).await;
        world.watched().await;
    }
}

/// The open alerts of watches: key, severity and title.
pub fn open(world: &World) -> Vec<(String, Severity, String)> {
    let told = |alert: &Arc<domain::alert::Alert>| {
        (alert.key.clone(), alert.verdict.severity, alert.told.title.clone())
    };
    world.alerts().iter().map(told).collect()
}

async fn why(world: &World, alert: &str) -> String {
    world.ian().types(EMERGENCIES, &format!("/alerts why {alert}")).await.replace(['*', '`', '\u{2060}'], "")
}

/// What `/runbook metrics` answers, without its mark-up.
pub async fn metrics(world: &World, rest: &str) -> String {
    let said = world.ian().types(EMERGENCIES, &format!("/runbook metrics {rest}")).await;
    said.replace(['*', '`', '\u{2060}'], "")
}

/// The pictures in a channel: the beginning of the message that each hangs from, and its alternative text.
pub fn pictures(world: &World, channel: &str) -> Vec<(String, String)> {
    world.slack.look(|town| {
        let channel = town.channel_called(channel).unwrap();
        let shown = |message: &fake::slack::world::Message| {
            let block = message.blocks.iter().find(|block| block["type"] == "image")?;
            let file = &town.files[block["slack_file"]["id"].as_str()?];
            assert!(file.picture.as_ref().is_some_and(|png| png.starts_with("iVBORw0KGgo")), "it is a PNG");
            assert_eq!(block["alt_text"], file.alt);
            let root = message.thread_ts.as_ref().and_then(|root| channel.message(root));
            Some((root.map(|root| root.text.clone()).unwrap_or_default(), file.alt.clone()))
        };
        channel.messages.iter().filter_map(shown).collect()
    })
}

#[tokio::test]
async fn it_is_fine_then_breached_then_worse_then_an_incident_and_then_over() {
    let place = Place::open().await;
    reads(&place, 320);
    let severity = "severity = { warning = \"P2\", critical = \"P1\" }\n";
    let world = World::with_config(&p99(&place, severity)).await;
    minutes(&world, 3).await;
    assert_eq!(open(&world), []);
    let said = metrics(&world, "").await;
    assert!(said.contains("1 watched: 1 fine"), "{said}");
    assert!(said.contains("response-time-p99: 320 ms; 320 ms throughout the last hour; read"), "{said}");
    reads(&place, 640);
    minutes(&world, 5).await;
    assert_eq!(open(&world), [], "it was wrong for four minutes");
    minutes(&world, 1).await;
    let title = "Response time p99 is 640 ms: over 500 ms for 5 min".to_owned();
    assert_eq!(open(&world), [("response-time-p99".to_owned(), Severity::P2, title)]);
    let card = world.channel(METRICS).last("Response time p99").everything();
    for part in
        ["S0ONCALL", "value: 640 ms", "critical: over 1 s for 5 min", "/p99 of http://", "since: 2026-"]
    {
        assert!(card.contains(part), "{part} in {card}");
    }
    let said = why(&world, "A-1").await;
    for part in [
        "a watch, checked by howler itself",
        "I asked /p99 of http://",
        "the last that counted: 640 ms",
        "(warning)",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    reads(&place, 1_200);
    minutes(&world, 6).await;
    let title = "Response time p99 is 1.2 s: over 1 s for 5 min".to_owned();
    assert_eq!(open(&world), [("response-time-p99".to_owned(), Severity::P1, title)], "one alert");
    assert!(world.channel(EMERGENCIES).last("INC-1").text.contains("Response time p99 is 1.2 s"));
    world.forward_seconds(3).await;
    let [(first, began), (second, worse)] = &pictures(&world, METRICS)[..] else {
        panic!("as it began, and as it became worse")
    };
    assert!(first.contains("Response time p99") && first == second, "{first}");
    for part in [
        "Response time p99, 3 h to ",
        "last 640 ms",
        "Never above critical (1 s)",
        "Above warning (500 ms) since ",
    ] {
        assert!(began.contains(part), "{part} in {began}");
    }
    assert!(worse.contains("last 1.2 s") && worse.contains("Above critical (1 s) since "), "{worse}");
    let [(card, joined)] = &pictures(&world, EMERGENCIES)[..] else { panic!("one under the card") };
    assert!(
        card.contains("INC-1") && joined.contains("Above critical") && joined.contains("INC-1 began at "),
        "{joined}"
    );
    reads(&place, 300);
    minutes(&world, 1).await;
    assert_eq!(open(&world), []);
    let said = why(&world, "A-1").await;
    assert!(said.contains("Then: 300 ms came"), "{said}");
    let said = metrics(&world, "p99 last hour").await;
    for part in [
        "The last 1 h: lowest 300 ms",
        "middle 640 ms, highest 1.2 s",
        "once on the wrong side of warning (over 500 ms for 5 min), for 12 min: ",
        "once on the wrong side of critical (over 1 s for 5 min), for 6 min: ",
        "No gaps",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert!(said.contains("A picture of it comes as a direct message."), "{said}");
    world.forward_seconds(3).await;
    let direct = world.slack.look(|town| town.direct("U0IAN").map(|channel| channel.id.clone())).unwrap();
    let [(_, asked)] = &pictures(&world, &direct)[..] else { panic!("one for whoever asked") };
    assert!(asked.starts_with("Response time p99, 1 h to "), "{asked}");
    world.ian().types(EMERGENCIES, "/incident resolve INC-1 the cache was cold").await;
    world.forward_seconds(3).await;
    let [_, (card, over)] = &pictures(&world, EMERGENCIES)[..] else { panic!("how it went") };
    assert!(
        card.contains("INC-1") && over.contains("INC-1 began at ") && over.contains("INC-1 ended at "),
        "{over}"
    );
    let said = metrics(&world, "p98").await;
    assert!(said.contains("No watch is called p98. Near: response-time-p99."), "{said}");
}

#[tokio::test]
async fn a_restart_in_the_middle_goes_on_and_a_time_that_nobody_saw_is_no_breach() {
    let place = Place::open().await;
    reads(&place, 640);
    let mut world = World::with_config(&p99(&place, "")).await;
    minutes(&world, 4).await;
    world.crash().await;
    world.clock.advance(SignedDuration::from_secs(60));
    world.start_howler().await;
    minutes(&world, 1).await;
    assert_eq!(open(&world).len(), 1, "five minutes, of which one was the restart's");
    // It is told once, and known after the next one.
    world.crash().await;
    world.start_howler().await;
    reads(&place, 300);
    minutes(&world, 1).await;
    assert_eq!(open(&world), []);
    reads(&place, 640);
    minutes(&world, 2).await;
    world.crash().await;
    world.clock.advance(SignedDuration::from_mins(30));
    world.start_howler().await;
    minutes(&world, 4).await;
    assert_eq!(open(&world), [], "nobody saw the half hour");
    minutes(&world, 2).await;
    assert_eq!(open(&world).len(), 1);
    let said = metrics(&world, "response time 1h").await;
    assert!(
        said.contains("A gap of 30 min, in which nobody saw it") && said.contains("lowest 300 ms"),
        "{said}"
    );
}

#[tokio::test]
async fn what_cannot_be_told_is_an_alert_of_its_own_with_the_reason_and_ends_by_itself() {
    let place = Place::open().await;
    let elsewhere = format!("http://{}/elsewhere", place.host);
    place.says("/elsewhere", "{\"p99\": 9000}");
    let long = vec![b' '; 3 << 20];
    reads(&place, 300);
    let world = World::with_config(&p99(&place, "")).await;
    minutes(&world, 1).await;
    for (status, headers, body, reason) in [
        (404, vec![], b"{\"p99\": 9000}".to_vec(), "it could not be asked: it answered 404"),
        (302, vec![("location", elsewhere.as_str())], Vec::new(), "howler follows no redirect"),
        (200, vec![], long, "longer than 2097152 bytes"),
        (200, vec![], b"{\"p98\": 9000}".to_vec(), "nothing stands at /p99; near: p98"),
        (200, vec![], b"<html>".to_vec(), "the answer is not JSON"),
    ] {
        place.answers("/stats", status, &headers, body);
        minutes(&world, 10).await;
        assert_eq!(open(&world), [], "{reason}: not yet");
        minutes(&world, 1).await;
        let [(key, severity, title)] = &open(&world)[..] else { panic!("{reason}: {:?}", open(&world)) };
        assert_eq!((key.as_str(), *severity), ("response-time-p99:absent", Severity::P3));
        assert!(
            title.starts_with("Response time p99: nobody can tell, ") && title.contains(reason),
            "{title}"
        );
        let sources = world.ian().types(EMERGENCIES, "/alerts sources").await.replace('*', "");
        assert!(
            sources.contains("Watches, 1; of 1 nobody can tell") && sources.contains(reason),
            "{sources}"
        );
        reads(&place, 300);
        minutes(&world, 7).await;
        assert_eq!(open(&world), [], "{reason}: it ends by itself");
    }
    assert_eq!(place.asked("/elsewhere"), 0, "no redirect is followed");
    let sources = world.ian().types(EMERGENCIES, "/alerts sources").await.replace('*', "");
    assert!(sources.contains("response-time-p99: 300 ms, read"), "{sources}");
}

#[tokio::test]
async fn a_host_that_is_not_listed_is_not_asked() {
    let place = Place::open().await;
    reads(&place, 9_000);
    let toml = p99(&place, "").replace(&format!("hosts = [\"{}\"]", place.host), "hosts = []");
    let world = World::with_config(&toml).await;
    minutes(&world, 11).await;
    let found = open(&world);
    assert!(found.len() == 1 && found[0].2.contains("is not among [runbook] hosts"), "{found:?}");
    assert_eq!(place.asked("/stats"), 0);
}

#[tokio::test]
async fn a_watch_that_is_taken_out_or_changed_ends_its_alert_and_says_why() {
    let place = Place::open().await;
    reads(&place, 640);
    let mut world = World::with_config(&p99(&place, "")).await;
    minutes(&world, 7).await;
    assert_eq!(open(&world).len(), 1);
    world.crash().await;
    let other = config::Config::parse(&p99(&place, "").replace("> 500ms", "> 900ms")).unwrap();
    let before = world.setup().config.watches;
    world.configure(|config| config.watches = other.watches);
    world.start_howler().await;
    minutes(&world, 1).await;
    assert_eq!(open(&world), []);
    let said = why(&world, "A-1").await;
    assert!(said.contains("Then: its watch was changed in the configuration"), "{said}");
    world.crash().await;
    world.configure(|config| config.watches = before);
    world.start_howler().await;
    minutes(&world, 7).await;
    assert_eq!(open(&world).len(), 1);
    world.crash().await;
    world.configure(|config| config.watches.clear());
    world.start_howler().await;
    world.settle().await;
    assert_eq!(open(&world), []);
    let newest = if world.count(METRICS, "A-2") > 0 { "A-2" } else { "A-1" };
    let said = why(&world, newest).await;
    assert!(said.contains("Then: its watch was taken out of the configuration"), "{said}");
}

#[tokio::test]
async fn one_that_hangs_holds_up_nobody_and_each_is_counted() {
    let place = Place::open().await;
    reads(&place, 300);
    let host = &place.host;
    let hangs = format!(
        "[[watch]]\nname = \"hangs\"\njson = \"http://{host}/hangs\"\npointer = \"\"\nwarning = \"> 1\"\n"
    );
    let world = World::with_config(&p99(&place, &hangs)).await;
    for round in 1..=4 {
        world.forward(1).await;
        until(|| place.asked("/stats") >= round).await;
    }
    assert_eq!(place.asked("/hangs"), 1, "the first question is still under way");
    world.settle().await;
    let text = reqwest::get(format!("{}/metrics", world.base())).await.unwrap().text().await.unwrap();
    let age = "howler_watch_reading_age_seconds{watch=\"response-time-p99\"}";
    assert!(text.contains(age) && text.contains("howler_watch_readings_total"), "{text}");
}

/// The real binary, asked at a shell.
async fn howler(config: &str, line: &str) -> (bool, String) {
    howler_with(config, line, &[]).await
}

pub async fn howler_with(
    config: &str,
    line: &str,
    variables: &[(&'static str, &'static str)],
) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("howler.toml"), config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    command.args(line.split_whitespace()).env_clear().current_dir(folder.path());
    command.envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}

#[tokio::test]
async fn at_a_shell_one_is_asked_once_and_explained() {
    let place = Place::open().await;
    let config = p99(&place, "");
    reads(&place, 640);
    let (well, said) = howler(&config, "watch test response-time-p99").await;
    assert!(well, "{said}");
    for part in [
        "Response time p99",
        "asked: /p99 of http://",
        "came:  640 ms",
        "warning: over 500 ms for 5 min: on the wrong side; if it stays so, an alert at ",
        "P3, one message that calls nobody",
        "critical: over 1 s for 5 min: on the right side",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    place.answers("/stats", 503, &[], Vec::new());
    let (well, said) = howler(&config, "watch test response-time-p99").await;
    assert!(!well && said.contains("nobody can tell: it could not be asked: it answered 503"), "{said}");
    let (well, said) = howler(&config, "watch test response-time").await;
    assert!(!well && said.contains("Did you mean `howler watch test response-time-p99`?"), "{said}");
    let (well, said) = howler(&config, "watch list").await;
    assert!(
        well && said.contains("response-time-p99: /p99 of http://") && said.contains("every 1 min"),
        "{said}"
    );
    let (well, said) = howler("", "watch list").await;
    assert!(well && said.contains("Nothing is watched"), "{said}");
}

#[tokio::test]
async fn a_check_says_what_each_reads() {
    let place = Place::open().await;
    let gone = format!(
        "[[watch]]\nname = \"gone\"\njson = \"http://{}/gone\"\npointer = \"\"\nwarning = \"> 1\"\n",
        place.host
    );
    reads(&place, 640);
    place.answers("/gone", 410, &[], Vec::new());
    let variables = [("SLACK_BOT_TOKEN", "xoxb-none"), ("SLACK_API_URL", "http://127.0.0.1:9/api/")];
    let (_, said) = howler_with(&p99(&place, &gone), "check", &variables).await;
    for part in [
        "ok    watch response-time-p99: it reads 640 ms",
        "FAIL  watch gone: nobody can tell",
        "it answered 410",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
}

#[tokio::test]
async fn an_alert_ends_also_where_the_clock_was_set_back_in_between() {
    let place = Place::open().await;
    reads(&place, 640);
    let mut world = World::with_config(&p99(&place, "")).await;
    let began = world.clock.now();
    world.clock.advance(SignedDuration::from_hours(24));
    minutes(&world, 8).await;
    assert_eq!(open(&world).len(), 1);
    world.crash().await;
    // Slack's clock is its own.
    world.clock = Clock::standing_at(began + SignedDuration::from_mins(10));
    reads(&place, 300);
    world.start_howler().await;
    minutes(&world, 2).await;
    assert_eq!(open(&world), [], "what is read last is the newest");
    reads(&place, 640);
    minutes(&world, 7).await;
    assert_eq!(open(&world).len(), 1, "and it goes on");
}
