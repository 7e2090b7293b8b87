//! Secrets that people paste into reasons, and that programs print where they fail: none of them is on any message, or on the
//! disk (research 2b, rule 8). Known by its value, by its pattern, by its looks.

use std::path::Path;

use crate::harness::process::{free_port, serve, until};
use crate::harness::{Channel, EMERGENCIES, TOKEN, Town, World, workspace};
use crate::rollback::{KUBECTL, PEOPLE, QUEUE, began};

const BY_PATTERN: &str = "xoxb-1234567890-planted";
const BY_LOOKS: &str = "q7Rk2ZpX9vTb4LmN8sWd3HfJ6yCg1AeU";

/// `lead` and one secret of each kind.
fn planted(lead: &str) -> String {
    format!("{lead} {TOKEN} and {BY_PATTERN} and {BY_LOOKS}")
}

const CLEAN: &str = "[secret] and [secret] and [secret]";

async fn broken(toml: &str) -> Town {
    let procedure = QUEUE.replace("risk = \"medium\"", "risk = \"high\"");
    let town = Town::with(&[("queue-failure", &procedure)], &format!("{PEOPLE}{toml}")).await;
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.write("restart", "echo restarted");
    town
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

fn files(folder: &Path, found: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            // A socket is no file that is read.
            false => found.extend(std::fs::read(&path).unwrap_or_default()),
        }
    }
}

/// All that howler said, to whomever, and all that is in its store.
async fn told(world: &mut World) -> Vec<u8> {
    let slack = world.slack.look(|slack| serde_json::to_value(slack).unwrap());
    let channels = slack["channels"].as_array().unwrap().iter();
    let messages = channels.flat_map(|channel| channel["messages"].as_array().unwrap());
    let mut found: Vec<u8> = messages
        .filter(|message| !message["bot_id"].is_null())
        .flat_map(|one| one.to_string().into_bytes())
        .collect();
    assert!(world.stop().await);
    files(&world.data(), &mut found);
    found
}

async fn nothing_leaked(world: &mut World) {
    let told = told(world).await;
    assert!(holds(&told, "[secret]"), "it was there, and was taken out");
    for secret in [TOKEN, BY_PATTERN, BY_LOOKS] {
        assert!(!holds(&told, secret), "{secret} is there");
    }
}

/// The code of a run's request, as its card tells it.
async fn code(town: &Town, run: &str) -> String {
    let answer = town.world.maya().types(EMERGENCIES, &format!("/runbook approve {run} why")).await;
    answer.split(&format!("{run} ")).nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_secret_in_a_reason_goes_nowhere() {
    let mut town = broken("").await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    let room = "#inc-1-queue-is-stuck";

    ian.types(room, "/runbook run queue").await;
    let deny = format!("/runbook deny RUN-1 {} {}", code(&town, "RUN-1").await, planted("no"));
    world.maya().types(EMERGENCIES, &deny).await;
    assert!(town.card(room).contains(&format!("no {CLEAN}")), "{}", town.card(room));

    world.forward_seconds(30).await;
    ian.clicks(room, "propose").await;
    world.maya().clicks(room, "approve").await;
    world.maya().submits(&[("comment", &planted("by form"))]).await;
    assert!(town.card(room).contains(&format!("by form {CLEAN}")), "{}", town.card(room));
    let approve = format!("/runbook approve RUN-1 {} {}", code(&town, "RUN-1").await, planted("typed"));
    world.person("kofi").types(EMERGENCIES, &approve).await;
    assert_eq!(began(&town, "restart"), 1);
    world.forward_seconds(200).await;
    ian.types(room, "/runbook abort RUN-1").await;
    // What was tried within the hour is not offered again.
    world.forward(61).await;

    ian.types(room, "/runbook run queue").await;
    let alone = format!("/runbook break-glass RUN-2 {} {}", code(&town, "RUN-2").await, planted("alone"));
    ian.types(EMERGENCIES, &alone).await;
    assert_eq!(world.count("maya", &format!("alone {CLEAN}")), 1, "{:#?}", world.channel("maya").texts());
    world.forward_seconds(60).await;
    assert_eq!(began(&town, "restart"), 2);
    world.maya().types(EMERGENCIES, &planted("/runbook reviewed RUN-2 right")).await;

    world.maya().types(EMERGENCIES, &planted("/runbook freeze leaked")).await;
    assert_eq!(world.count(EMERGENCIES, &format!("leaked {CLEAN}")), 1);
    let timeline =
        ian.types(room, "/incident timeline").await + &ian.types(room, "/incident timeline page 2").await;
    for reason in ["no", "by form", "typed", "alone"] {
        assert!(timeline.contains(&format!("{reason} {CLEAN}")), "{reason} is not in {timeline}");
    }
    nothing_leaked(&mut town.world).await;
}

#[tokio::test]
async fn a_secret_in_an_error_goes_nowhere() {
    let mut town = broken("").await;
    let (world, ian) = (&town.world, town.world.ian());
    let fails = format!("echo '{}' >&2; exit 1", planted("denied"));
    // A check that fails on its own account.
    town.state(&KUBECTL.replace("cat log", &fails));
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    assert!(town.card(EMERGENCIES).contains("denied [secret]"), "{}", town.card(EMERGENCIES));
    // A plan that fails.
    town.state(&KUBECTL.replace("echo \"1 of 3 are there\"", &fails));
    ian.types(EMERGENCIES, "/runbook run queue").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("its plan fails: denied [secret]"), "{card}");
    // An action that fails, and a value that somebody types.
    town.state(KUBECTL);
    town.write("restart", &fails);
    world.forward_seconds(30).await;
    ian.clicks(EMERGENCIES, "propose").await;
    for person in ["maya", "kofi"] {
        let approve = format!("/runbook approve RUN-2 {} I see it", code(&town, "RUN-2").await);
        world.person(person).types(EMERGENCIES, &approve).await;
    }
    world.forward_seconds(30).await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("exit code 1") && card.contains(&format!("denied {CLEAN}")), "{card}");
    ian.types(EMERGENCIES, &format!("/runbook diagnose logs tail={BY_LOOKS}")).await;
    nothing_leaked(&mut town.world).await;
}

#[tokio::test]
async fn a_reason_is_in_no_line_of_the_log() {
    let (slack, api_url) = workspace(&ground::clock::Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let logs = "export RUST_LOG=trace; exec 2>log;";
    let howler = serve(&data, &api_url, port, logs).await;
    slack.command("maya", EMERGENCIES, &planted("/runbook freeze leaked")).await.unwrap();
    until(|| Channel::look(&slack, EMERGENCIES).texts().iter().any(|text| text.contains("leaked [secret]")))
        .await;
    assert!(howler.stop().await.0);
    let log = std::fs::read(folder.path().join("log")).unwrap();
    assert!(holds(&log, "answered"), "there is a log");
    for secret in [TOKEN, BY_PATTERN, BY_LOOKS] {
        assert!(!holds(&log, secret), "{secret} is in the log");
    }
}
