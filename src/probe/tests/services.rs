//! What the tests of GitHub and Vercel share, and what holds for both.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::Prober;
use config::RunbookRules;
use config::secrets::Secrets;
use domain::procedure::{CannotTell, Question};
use ground::clock::Clock;

pub const LIMIT: Duration = Duration::from_secs(20);
pub const GITHUB_TOKEN: &str = "opaque-github-token";
pub const VERCEL_TOKEN: &str = "opaque-vercel-token";

pub fn clock() -> Clock {
    Clock::standing_at("2026-11-24T02:00:00Z".parse().unwrap())
}

/// Listens; gives its base address.
pub async fn listen(api: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, api).await });
    format!("http://{address}")
}

/// With both tokens, and both services at `base`.
pub fn secrets(base: &str) -> Secrets {
    Secrets::read(|name| {
        let value = match name {
            "SLACK_BOT_TOKEN" => "xoxb-1",
            "SLACK_SIGNING_SECRET" => "s3cret-signing",
            "GITHUB_TOKEN" => GITHUB_TOKEN,
            "VERCEL_TOKEN" => VERCEL_TOKEN,
            "GITHUB_API_URL" | "VERCEL_API_URL" => base,
            _ => return None,
        };
        Some(value.to_owned())
    })
    .unwrap()
}

pub fn prober(rules: &RunbookRules, secrets: &Secrets) -> Prober {
    prober_at(clock(), rules, secrets)
}

pub fn prober_at(clock: Clock, rules: &RunbookRules, secrets: &Secrets) -> Prober {
    Prober::new(rules, secrets.all(), |_| None).with_services(rules, secrets, clock)
}

/// The answer, which must be JSON.
pub async fn answer(prober: &Prober, question: &Question) -> Value {
    let heard = prober.ask(question, LIMIT).await.unwrap();
    assert_eq!((heard.status, heard.exit, heard.cut), (None, None, false));
    serde_json::from_str(&heard.text).unwrap_or_else(|_| panic!("no JSON: {}", heard.text))
}

pub async fn why(prober: &Prober, question: &Question, limit: Duration) -> String {
    let CannotTell(why) = prober.ask(question, limit).await.unwrap_err();
    // A reason that names the token's variable must not be taken for one that holds its value.
    assert!(!why.contains(GITHUB_TOKEN) && !why.contains(VERCEL_TOKEN) && !why.contains("[secret]"), "{why}");
    why
}

fn questions() -> [Question; 12] {
    let github = procedure::GITHUB.map(|asked| Question::GitHub(asked.into()));
    let vercel = procedure::VERCEL.map(|asked| Question::Vercel(asked.into()));
    let all: Vec<Question> = github.into_iter().chain(vercel).collect();
    all.try_into().unwrap()
}

#[tokio::test]
async fn without_a_token_or_turned_off_nobody_is_asked_and_that_is_said() {
    let rules = RunbookRules::default();
    let bare = Secrets { github_token: None, vercel: Default::default(), ..secrets("http://127.0.0.1:1") };
    let off =
        RunbookRules { repository: config::Repository::OFF, vercel_project: None, ..RunbookRules::default() };
    let all = secrets("http://127.0.0.1:1");
    let plain = secrets("http://example.com");
    for (rules, secrets, github, vercel) in [
        (&rules, &bare, "GITHUB_TOKEN is not set", "VERCEL_TOKEN is not set"),
        (&off, &all, "[runbook] repository is \"off\"", "[runbook] vercel_project is \"off\""),
        (&rules, &plain, "is plain http", "is plain http"),
        (&rules, &all, "GitHub cannot be reached", "Vercel cannot be reached"),
    ] {
        let prober = prober(rules, secrets);
        for question in questions() {
            let expected = if matches!(question, Question::GitHub(_)) { github } else { vercel };
            let why = why(&prober, &question, LIMIT).await;
            assert!(why.contains(expected), "{question:?}: {why}");
        }
    }
}

#[tokio::test]
async fn who_does_not_answer_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = silent.local_addr().unwrap();
    let prober = prober(&RunbookRules::default(), &secrets(&format!("http://{address}")));
    for question in questions() {
        let why = why(&prober, &question, Duration::from_millis(50)).await;
        assert!(why.contains("did not answer within"), "{question:?}: {why}");
    }
}

#[tokio::test]
async fn endless_answers_and_strange_ones_are_none() {
    let endless = Router::new().fallback(|| async {
        let chunk = || Ok::<_, std::io::Error>(axum::body::Bytes::from_static(&[b' '; 1 << 16]));
        axum::body::Body::from_stream(futures_util::stream::repeat_with(chunk))
    });
    let flooded = prober(&RunbookRules::default(), &secrets(&listen(endless).await));
    for question in [Question::GitHub("hooks".into()), Question::Vercel("deployments: 3".into())] {
        let why = why(&flooded, &question, LIMIT).await;
        assert!(why.contains("is more than howler reads"), "{question:?}: {why}");
    }
    // A network's own page, and JSON without the lists that are asked for: a missing one is no empty one.
    for strange in
        ["<html>Welcome to the hotel's network</html>", "{}", "null", r#"{"id":"p","user":7}"#, "[]"]
    {
        let api = Router::new().fallback(move || async move { strange });
        let prober = prober(&RunbookRules::default(), &secrets(&listen(api).await));
        for question in questions() {
            // An empty list of these is one.
            let is_list =
                [Question::GitHub("hooks".into()), Question::GitHub("audit log".into())].contains(&question);
            if strange != "[]" || !is_list {
                let why = why(&prober, &question, LIMIT).await;
                let said = ["could not be read", "does not tell", "does not say"];
                assert!(said.iter().any(|said| why.contains(said)), "{strange}, {question:?}: {why}");
            }
        }
    }
}
