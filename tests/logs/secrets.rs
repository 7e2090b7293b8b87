//! The real binary at `RUST_LOG=trace`, libraries included: no line holds a secret, or what people wrote.

use std::path::Path;

use fake::phone::{self, Phones};
use fake::slack::{APP_TOKEN, Slack, sign};
use ground::clock::Clock;
use tokio::net::TcpListener;

use crate::harness::process::{free_port, serve_with, until};
use crate::harness::{
    Channel, EMERGENCIES, GITHUB_TOKEN, MANIFEST, Message, SECRET, TOKEN, hub, workspace_of,
};

const TWILIO_TOKEN: &str = "twilio-test-token";
const METRICS_SECRET: &str = "metrics-test-secret";
const API_TOKEN: &str = "api-test-token";
const AUDIT_KEY: &str = "audit-test-key-audit-test-key-audit";
const NUMBER: &str = "+4930901820";
const FROM: &str = "+14155550100";
const TOML: &str = "[mentions]\noncall = \"S0ONCALL\"\n[rotation]\nmembers = [\"U0MAYA\"]\n[backup]\nafter = \"1s\"\n\
                    [phone]\nprovider = \"twilio\"\nfrom = \"+14155550100\"\npublic_url = \"https://howler.test\"\n";
/// What people write here.
const WORDS: [&str; 5] = ["zebrafish", "quetzal", "ocelot", "wombat", "tapir"];

fn sid() -> String {
    format!("AC{:032x}", 7)
}

async fn twilio() -> (Phones, String) {
    let phones = Phones::new(phone::Setup {
        clock: Clock::system(),
        account_sid: sid(),
        auth_token: TWILIO_TOKEN.into(),
        owned: [FROM.to_owned()].into(),
        verified: None,
        routing_key: "r".repeat(32),
        webhook_secret: "pagerduty-test-secret".into(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(howler::app::serve(listener, phones.api(), std::future::pending()));
    (phones, url)
}

async fn types(slack: &Slack, who: &str, channel: &str, line: &str) -> String {
    let reply = slack.command(who, channel, line).await.unwrap();
    assert!(reply.is_ok(), "{line}: {reply:?}");
    reply.body
}

fn shows(slack: &Slack, part: &str) -> bool {
    Channel::look(slack, EMERGENCIES).texts().iter().any(|text| text.contains(part))
}

/// Two clicks, of which the second is answered at its `response_url`: somebody has it already.
async fn clicks_twice(slack: &Slack, port: u16) {
    let has = |message: &&&Message| message.buttons().iter().any(|button| button == "ack");
    until(|| Channel::look(slack, EMERGENCIES).said().iter().any(|message| has(&message))).await;
    let shown = Channel::look(slack, EMERGENCIES);
    let ts = shown.said().iter().find(has).unwrap().ts.clone();
    let click = |person| slack.click(person, EMERGENCIES, &ts, "ack", None);
    // At once, for the button is gone as soon as one of them is heard.
    let (maya, ian) = tokio::join!(click("maya"), click("ian"));
    assert!(maya.is_ok() && ian.is_ok());
    let answered = "howler_slack_calls_total{method=\"response_url\",result=\"ok\"}";
    while !get(port, "/metrics", METRICS_SECRET).await.1.contains(answered) {}
}

async fn get(port: u16, path: &str, secret: &str) -> (u16, String) {
    let address = format!("http://127.0.0.1:{port}{path}");
    let answer = reqwest::Client::new().get(&address).bearer_auth(secret).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Doors that ask for a secret, with the right one and a wrong one.
async fn knocks(port: u16) {
    for (path, secret) in [("/metrics", METRICS_SECRET), ("/api/oncall", API_TOKEN)] {
        assert_eq!(get(port, path, secret).await.0, 200, "{path}");
        assert_eq!(get(port, path, "tapir").await.0, 401, "{path}");
    }
    let (at, body) = (Clock::system().now().as_second().to_string(), "command=%2Fincident&text=p4+tapir");
    for secret in [SECRET, "wrong"] {
        let signed = reqwest::Client::new()
            .post(format!("http://127.0.0.1:{port}/slack/commands"))
            .header("x-slack-request-timestamp", &at)
            .header("x-slack-signature", sign(secret, &at, body))
            .body(body);
        assert!(signed.send().await.unwrap().status().is_client_error(), "{secret}");
    }
}

fn log(folder: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(folder.join("log")).unwrap()).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_of_howlers_or_its_libraries_holds_a_secret_at_trace() {
    let clock = Clock::system();
    let manifest = MANIFEST.replace("socket_mode_enabled: false", "socket_mode_enabled: true");
    let (slack, api_url) = workspace_of(&clock, &manifest).await;
    let (github, github_url) = hub(&clock).await;
    let (phones, twilio_url) = twilio().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("howler.toml"), TOML).unwrap();
    let (port, sid) = (free_port(), sid());
    let variables = [
        ("SLACK_SIGNING_SECRET", SECRET),
        ("SLACK_APP_TOKEN", APP_TOKEN),
        ("GITHUB_TOKEN", GITHUB_TOKEN),
        ("GITHUB_API_URL", &github_url),
        ("TWILIO_ACCOUNT_SID", &sid),
        ("TWILIO_AUTH_TOKEN", TWILIO_TOKEN),
        ("TWILIO_API_URL", &twilio_url),
        ("HOWLER_METRICS_SECRET", METRICS_SECRET),
        ("HOWLER_API_TOKEN", API_TOKEN),
        ("HOWLER_AUDIT_KEY", AUDIT_KEY),
    ];
    let shell = "export RUST_LOG=trace; exec 2>log;";
    let howler = serve_with(&folder.path().join("data"), &api_url, port, shell, &variables).await;
    let open = slack.sockets().until(|_, open| open.len() == 2);
    assert!(tokio::time::timeout(std::time::Duration::from_secs(30), open).await.is_ok());

    slack.open_direct("maya").unwrap();
    types(&slack, "maya", "@howler", &format!("/oncall phone {NUMBER}")).await;
    types(&slack, "ian", EMERGENCIES, "/incident p1 Zebrafish down").await;
    until(|| !phones.calls().is_empty() && shows(&slack, "Zebrafish")).await;
    slack.faults().fail("chat.update", "internal_error", 1);
    types(&slack, "maya", EMERGENCIES, "/incident 1 update Quetzal restarted").await;
    slack.say("ian", EMERGENCIES, None, "@howler 1 note Ocelot saw it first").await.unwrap();
    slack.faults().down(true);
    types(&slack, "ian", EMERGENCIES, "/incident p1 Wombat too").await;
    until(|| !github.issues().is_empty()).await;
    slack.faults().down(false);
    until(|| shows(&slack, "Wombat")).await;
    clicks_twice(&slack, port).await;
    types(&slack, "ian", EMERGENCIES, "/incident 1 resolve Quetzal had expired").await;
    knocks(port).await;
    assert!(howler.stop().await.0);

    let log = log(folder.path());
    let response_urls = slack.look(|world| world.response_urls.keys().cloned().collect::<Vec<_>>());
    assert!(!response_urls.is_empty());
    let mut secrets = vec![TOKEN, APP_TOKEN, SECRET, GITHUB_TOKEN, TWILIO_TOKEN, METRICS_SECRET, API_TOKEN];
    secrets.extend([AUDIT_KEY, NUMBER, &NUMBER[1..], "ticket-1", "Bearer", "hooks.slack"]);
    secrets.extend(response_urls.iter().map(String::as_str));
    secrets.extend(WORDS);
    let telling = |line: &&str| {
        let line = line.to_lowercase();
        secrets.iter().any(|secret| line.contains(&secret.to_lowercase()))
    };
    let found: Vec<&str> = log.lines().filter(telling).collect();
    assert!(found.is_empty(), "{found:#?}");
    // Libraries were listened to, and every way was gone.
    for part in [" TRACE ", "hyper_util::client", "slack_morphism::", "delivery"] {
        assert!(log.contains(part), "{part} in {log}");
    }
}
