//! The server side of the page, on a workspace of plain data.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::*;

struct Paper {
    world: Value,
    changes: watch::Sender<u64>,
    done: Mutex<Vec<String>>,
}

impl Paper {
    fn note(&self, what: String) -> Later<Result<(), String>> {
        self.done.lock().unwrap().push(what);
        self.changes.send_modify(|version| *version += 1);
        Box::pin(async { Ok(()) })
    }
}

impl Workspace for Paper {
    fn world(&self) -> Value {
        self.world.clone()
    }
    fn picture(&self, id: &str) -> Option<Vec<u8>> {
        (id == "F1").then(|| b"\x89PNG".to_vec())
    }
    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
    fn command(&self, person: String, channel: String, line: String) -> Later<Result<(), String>> {
        if line == "/nothing" {
            return Box::pin(async { Err("/nothing is not a command here.".into()) });
        }
        self.note(format!("{person} {channel} {line}"))
    }
    fn say(
        &self,
        person: String,
        channel: String,
        thread: Option<String>,
        text: String,
    ) -> Later<Result<(), String>> {
        self.note(format!("{person} {channel} {thread:?} {text}"))
    }
    fn click(
        &self,
        person: String,
        _: String,
        ts: String,
        action: String,
        value: Option<String>,
    ) -> Later<Result<(), String>> {
        self.note(format!("{person} {ts} {action} {value:?}"))
    }
    fn submit(&self, person: String, values: BTreeMap<String, String>) -> Later<Result<Submitted, String>> {
        drop(self.note(format!("{person} {values:?}")));
        Box::pin(async { Ok(Submitted { closed: true, errors: BTreeMap::new() }) })
    }
    fn close_view(&self, person: String) -> Later<Result<(), String>> {
        self.note(format!("{person} closes"))
    }
    fn react(&self, person: String, _: String, ts: String, emoji: String) -> Later<Result<(), String>> {
        self.note(format!("{person} {ts} +{emoji}"))
    }
    fn shortcuts(&self) -> Value {
        json!([{ "name": "Declare", "type": "global", "callback_id": "declare" }])
    }
    fn shortcut(&self, person: String, callback_id: String) -> Later<Result<(), String>> {
        self.note(format!("{person} {callback_id}"))
    }
    fn message_shortcut(
        &self,
        person: String,
        channel: String,
        ts: String,
        callback_id: String,
    ) -> Later<Result<(), String>> {
        self.note(format!("{person} {channel} {ts} {callback_id}"))
    }
    fn open_home(&self, person: String) -> Later<Result<(), String>> {
        self.note(format!("{person} comes home"))
    }
    fn click_home(&self, person: String, action: String, value: Option<String>) -> Later<Result<(), String>> {
        self.note(format!("{person} home {action} {value:?}"))
    }
    fn unreact(&self, person: String, _: String, ts: String, emoji: String) -> Later<Result<(), String>> {
        self.note(format!("{person} {ts} -{emoji}"))
    }
}

fn stage() -> Arc<Stage<Paper>> {
    let world = json!({
        "people": [{ "id": "U0ADA", "deleted": true }, { "id": "U0IAN" }, { "id": "U0MEI" }],
        "channels": [
            { "id": "C1", "name": "general", "members": ["U0IAN", "U0MEI"], "messages": [
                { "ts": "1.1", "only_for": null }, { "ts": "1.2", "only_for": "U0IAN" }] },
            { "id": "C2", "name": "quiet", "members": ["U0MEI"], "messages": [] },
            { "id": "G1", "name": "secret", "is_private": true, "members": ["U0MEI"], "messages": [] },
            { "id": "D1", "name": "", "is_im": true, "im_user": "U0IAN", "messages": [] },
            { "id": "D2", "name": "", "is_im": true, "im_user": "U0MEI", "messages": [] },
        ],
        "views": [
            { "id": "V1", "user": "U0IAN", "view": {} },
            { "id": "V2", "user": "U0IAN", "view": {} },
        ],
    });
    let clock = Clock::standing_at("2026-11-24T14:00:00Z".parse().unwrap());
    let forward = {
        let clock = clock.clone();
        Arc::new(move |target: Timestamp| -> Later<()> {
            clock.advance(target.duration_since(clock.now()));
            Box::pin(async {})
        })
    };
    let next = "2026-11-24T14:30:00Z".parse::<Timestamp>().unwrap();
    let next_timer = {
        let clock = clock.clone();
        Arc::new(move || Some(next).filter(|next| *next > clock.now()))
    };
    Arc::new(Stage {
        workspace: Paper { world, changes: watch::Sender::new(0), done: Mutex::default() },
        controls: Controls {
            clock,
            next_timer,
            forward,
            on_call: Arc::new(|| json!({})),
            phone: Arc::new(|_, _| Box::pin(async { Ok(()) })),
            production: Arc::new(|| json!({})),
            breaks: Arc::new(|_| Ok(())),
            alerts: Arc::new(|_| Box::pin(async { Ok(()) })),
        },
        boot: "1".into(),
        moves: watch::Sender::new(0),
        moving: tokio::sync::Mutex::new(()),
    })
}

async fn look(stage: &Arc<Stage<Paper>>, query: &str) -> Value {
    let asked = Query::try_from_uri(&format!("/?{query}").parse().unwrap()).unwrap();
    live::world(State(stage.clone()), asked).await.ok().unwrap().0
}

async fn act(stage: &Arc<Stage<Paper>>, verb: &str, body: Value) -> Result<Value, String> {
    let body = serde_json::to_vec(&body).unwrap().into();
    people::act(State(stage.clone()), Path(verb.into()), body)
        .await
        .map(|done| done.0)
        .map_err(|refusal| refusal.1)
}

fn ids(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn everybody_sees_what_is_theirs() {
    let stage = stage();
    let ian = look(&stage, "as=U0IAN").await;
    assert_eq!(ids(&ian["world"]["channels"], "id"), ["C1", "D1"]);
    assert_eq!(ids(&ian["world"]["channels"][0]["messages"], "ts"), ["1.1", "1.2"]);
    assert_eq!(ids(&ian["world"]["known_channels"], "name"), ["general", "quiet"]);
    assert_eq!(ian["view"]["id"], "V2");
    let mei = look(&stage, "as=U0MEI").await;
    assert_eq!(ids(&mei["world"]["channels"], "id"), ["C1", "C2", "G1", "D2"]);
    assert_eq!(ids(&mei["world"]["channels"][0]["messages"], "ts"), ["1.1"]);
    assert_eq!(mei["view"], Value::Null);
    // Somebody who left cannot be acted as, and nor can a stranger.
    assert_eq!(look(&stage, "as=U0ADA").await["as"], "U0IAN");
    assert_eq!(look(&stage, "").await["as"], "U0IAN");
}

#[tokio::test]
async fn an_open_page_hears_of_changes_and_of_moves() {
    let stage = stage();
    let first = look(&stage, "as=U0IAN").await;
    let version = first["version"].as_str().unwrap().to_owned();
    let waiting = tokio::spawn({
        let (stage, query) = (stage.clone(), format!("as=U0IAN&after={version}"));
        async move { look(&stage, &query).await }
    });
    act(&stage, "say", json!({ "as": "U0IAN", "channel": "C1", "thread": null, "text": "hello" }))
        .await
        .unwrap();
    let second = waiting.await.unwrap();
    assert_ne!(second["version"], first["version"]);
    act(&stage, "forward", json!({ "minutes": 1 })).await.unwrap();
    let third = look(&stage, &format!("as=U0IAN&after={}", second["version"].as_str().unwrap())).await;
    assert_eq!(third["now"], "2026-11-24T14:01:00Z");
}

#[tokio::test]
async fn the_clock_moves_by_minutes_and_to_the_next_timer() {
    let stage = stage();
    let at = |answer: Value| answer["now"].as_str().unwrap().to_owned();
    assert_eq!(at(act(&stage, "forward", json!({ "minutes": 1 })).await.unwrap()), "2026-11-24T14:01:00Z");
    assert_eq!(at(act(&stage, "forward", json!({ "next": true })).await.unwrap()), "2026-11-24T14:30:00Z");
    act(&stage, "forward", json!({ "next": true })).await.unwrap_err();
    act(&stage, "forward", json!({ "minutes": -5 })).await.unwrap_err();
    act(&stage, "forward", json!({ "minutes": i64::MAX })).await.unwrap_err();
}

#[tokio::test]
async fn what_people_do_reaches_the_workspace_and_refusals_come_back_as_sentences() {
    let stage = stage();
    let press = json!({ "as": "U0IAN", "channel": "C1", "ts": "1.1", "action_id": "ack", "value": "7" });
    act(&stage, "click", press).await.unwrap();
    let words = act(&stage, "command", json!({ "as": "U0IAN", "channel": "C1", "line": "/nothing" })).await;
    assert_eq!(words.unwrap_err(), "/nothing is not a command here.");
    act(&stage, "command", json!({ "as": "U0XXX", "channel": "C1", "line": "/incident" })).await.unwrap_err();
    act(&stage, "command", json!({ "as": "U0IAN" })).await.unwrap_err();
    act(&stage, "dance", json!({ "as": "U0IAN" })).await.unwrap_err();
    // The form below the open one cannot be answered.
    act(&stage, "submit", json!({ "as": "U0IAN", "view": "V1", "values": {} })).await.unwrap_err();
    let closed =
        act(&stage, "submit", json!({ "as": "U0IAN", "view": "V2", "values": { "text": "x" } })).await;
    assert_eq!(closed.unwrap()["closed"], true);
    assert_eq!(
        *stage.workspace.done.lock().unwrap(),
        ["U0IAN 1.1 ack Some(\"7\")", "U0IAN {\"text\": \"x\"}"]
    );
}
