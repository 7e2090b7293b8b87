//! The switchboard.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn a_rate_limit_is_a_429_with_retry_after_in_its_channel() {
    let town = Town::new().await;
    town.slack.faults().rate_limit("chat.postMessage", Some("#monkeytown-emergencies"), 1, 30);
    let url = format!("{}/api/chat.postMessage", town.base);
    let request = || {
        let body = json!({ "channel": EMERGENCIES, "text": "x" });
        town.client.post(&url).bearer_auth("xoxb-1").json(&body).send()
    };
    let limited = request().await.unwrap();
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "30"));
    assert_eq!(limited.json::<Value>().await.unwrap()["error"], "ratelimited");
    let fine = request().await.unwrap();
    assert_eq!(fine.status(), 200);
    assert!(fine.headers()["x-oauth-scopes"].to_str().unwrap().contains("chat:write"));
}

#[tokio::test]
async fn a_lost_answer_leaves_the_work_done() {
    let town = Town::new().await;
    town.slack.faults().lose_answer("chat.postMessage", 1);
    let url = format!("{}/api/chat.postMessage", town.base);
    let body = json!({ "channel": EMERGENCIES, "text": "x" });
    let sent = town.client.post(&url).bearer_auth("xoxb-1").json(&body).send().await;
    let read = match sent {
        Ok(response) => response.bytes().await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(read.is_err());
    assert_eq!(town.messages(EMERGENCIES).len(), 1);
    assert_eq!(town.slack.calls()[0].status, 0);
}

#[tokio::test]
async fn errors_statuses_and_an_outage_do_nothing() {
    let town = Town::new().await;
    town.slack.faults().fail("chat.postMessage", "restricted_action", 1);
    assert_eq!(town.error("chat.postMessage", json!({ "channel": EMERGENCIES })).await, "restricted_action");
    town.slack.faults().http("chat.postMessage", 500, 1);
    town.slack.faults().down(true);
    let url = format!("{}/api/auth.test", town.base);
    assert_eq!(town.client.post(&url).send().await.unwrap().status(), 503);
    assert!(town.messages(EMERGENCIES).is_empty());
    assert_eq!(town.slack.faults().left()["chat.postMessage"], 1);
    town.slack.faults().clear();
    town.post("back").await;
}

#[tokio::test]
async fn a_hanging_call_goes_on_when_released() {
    let town = Town::new().await;
    town.slack.faults().hang("chat.postMessage");
    let posting = town.post("late");
    tokio::pin!(posting);
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut posting).await.is_err());
    assert!(town.messages(EMERGENCIES).is_empty());
    town.slack.faults().release("chat.postMessage");
    posting.await;
    assert_eq!(town.messages(EMERGENCIES).len(), 1);
}

#[tokio::test]
async fn real_limits_count_on_the_clock() {
    let town = Town::new().await;
    town.slack.faults().real_limits(true);
    for _ in 0..4 {
        town.post("x").await;
    }
    let args = json!({ "channel": EMERGENCIES, "text": "x" });
    assert_eq!(town.error("chat.postMessage", args.clone()).await, "ratelimited");
    town.pass(4);
    assert_eq!(town.error("chat.postMessage", args).await, "none");
}

#[tokio::test]
async fn response_urls_live_thirty_minutes_and_five_uses() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    ear.answers(200, "application/json", r#"{"text": "working"}"#);
    town.slack.command("ian", EMERGENCIES, "/incident list").await.unwrap();
    let url = ear.last().form()["response_url"].clone();
    let respond = |body: Value| {
        let request = town.client.post(&url).json(&body).send();
        async { request.await.unwrap().json::<Value>().await.unwrap() }
    };
    assert_eq!(respond(json!({ "text": "done", "replace_original": true })).await["ok"], true);
    let shown = town.messages(EMERGENCIES);
    assert_eq!((shown.len(), shown[0].text.as_str()), (1, "done"));
    assert_eq!(shown[0].only_for.as_deref(), Some("U0IAN"));
    for _ in 0..4 {
        assert_eq!(respond(json!({ "text": "all", "response_type": "in_channel" })).await["ok"], true);
    }
    assert_eq!(respond(json!({ "text": "no" })).await["error"], "used_url");
    assert_eq!(town.messages(EMERGENCIES).iter().filter(|message| message.only_for.is_none()).count(), 4);
    town.slack.command("ian", EMERGENCIES, "/incident list").await.unwrap();
    let url = ear.last().form()["response_url"].clone();
    town.pass(31 * 60);
    let late = town.client.post(url).json(&json!({ "text": "x" })).send().await.unwrap();
    assert_eq!(late.json::<Value>().await.unwrap()["error"], "expired_url");
}
