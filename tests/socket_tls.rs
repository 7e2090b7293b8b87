//! Socket Mode as Slack offers it: `wss://`, with a certificate that howler checks. The real binary, since what it trusts is its
//! machine's.

use std::time::Duration;

use crate::harness::process::{Process, free_port, serve_with};
use crate::harness::{Channel, EMERGENCIES, MANIFEST, tls, workspace_of};
use fake::slack::{APP_TOKEN, Slack};
use ground::clock::Clock;

struct Stand {
    slack: Slack,
    port: u16,
    _howler: Process,
    _folder: tempfile::TempDir,
}

/// howler, which trusts the authority in `trusted`, in Socket Mode behind TLS.
async fn stand(trusted: &str) -> Stand {
    let manifest = MANIFEST.replace("socket_mode_enabled: false", "socket_mode_enabled: true");
    let (slack, api_url) = workspace_of(&Clock::system(), &manifest).await;
    let fake = api_url.split(':').nth(2).and_then(|rest| rest.split('/').next()).unwrap().parse().unwrap();
    slack.set_own_base(&format!("https://localhost:{}", tls::before(fake).await));
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let variables = [("SLACK_APP_TOKEN", APP_TOKEN), ("SSL_CERT_FILE", trusted)];
    let howler = serve_with(&folder.path().join("data"), &api_url, port, "", &variables).await;
    Stand { slack, port, _howler: howler, _folder: folder }
}

#[tokio::test]
async fn an_incident_is_declared_over_tls() {
    let stand = stand(tls::AUTHORITY).await;
    let opened = stand.slack.sockets().until(|_, open| open.len() == 2);
    assert!(tokio::time::timeout(Duration::from_secs(30), opened).await.is_ok(), "two connections over TLS");
    let reply = stand.slack.command("ian", EMERGENCIES, "/incident p4 Event stream down").await.unwrap();
    assert!(reply.body.contains("is declared"), "{reply:?}");
    crate::harness::process::until(|| {
        let channel = Channel::look(&stand.slack, EMERGENCIES);
        channel.texts().iter().any(|text| text.contains("DECLARED: Event stream down"))
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_the_machine_does_not_trust_is_refused_in_words() {
    let stand = stand("/dev/null").await;
    let mut words = String::new();
    for _ in 0..3_000 {
        let asked = reqwest::get(format!("http://127.0.0.1:{}/readyz", stand.port)).await.unwrap();
        words = asked.text().await.unwrap();
        if words.contains("certificate") {
            break;
        }
    }
    assert!(words.contains("not connected") && words.contains("certificate"), "{words}");
    assert!(stand.slack.sockets().open().is_empty());
}
