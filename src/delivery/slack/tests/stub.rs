//! A Slack on loopback that keeps channels and messages, answers as told, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};

/// What the next call of a method meets instead of the usual.
pub enum Fault {
    /// None: the usual.
    None,
    /// `"ok": false` with this body's fields.
    Refuse(Value),
    /// Done, but the answer is lost on the way.
    Lose,
    /// 429 with `Retry-After`.
    Limit(u64),
    Status(u16, &'static str),
}

impl Fault {
    pub fn named(error: &str) -> Self {
        Self::Refuse(json!({ "error": error }))
    }
}

#[derive(Default)]
pub struct World {
    pub calls: Vec<(String, Value)>,
    pub tokens: Vec<Option<String>>,
    pub messages: Vec<Value>,
    pub channels: Vec<Value>,
    /// User groups; without them Slack does not tell.
    pub groups: Option<Vec<Value>>,
    faults: HashMap<String, VecDeque<Fault>>,
}

#[derive(Clone, Default)]
pub struct Stub(pub Arc<Mutex<World>>);

impl Stub {
    /// Starts to listen; returns the base address.
    pub async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/api/{method}", any(answer)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/api/")
    }

    pub fn next(&self, method: &str, fault: Fault) {
        self.0.lock().unwrap().faults.entry(method.to_owned()).or_default().push_back(fault);
    }

    /// What `method` was called with, in order.
    pub fn calls(&self, method: &str) -> Vec<Value> {
        let world = self.0.lock().unwrap();
        world.calls.iter().filter(|(called, _)| called == method).map(|(_, with)| with.clone()).collect()
    }

    pub fn methods(&self) -> Vec<String> {
        self.0.lock().unwrap().calls.iter().map(|(method, _)| method.clone()).collect()
    }

    /// So many calls of a method are answered as usual before what [`Self::next`] says.
    pub fn answer(&self, method: &'static str, calls: usize) {
        (0..calls).for_each(|_| self.next(method, Fault::None));
    }

    /// Texts in a channel, oldest first.
    pub fn texts(&self, channel: &str) -> Vec<String> {
        let world = self.0.lock().unwrap();
        let here = world.messages.iter().filter(|message| message["channel"] == channel);
        here.map(|message| message["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

async fn answer(
    State(stub): State<Stub>,
    Path(method): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let with = serde_json::from_slice(&body).unwrap_or_else(|_| json!(query));
    let mut world = stub.0.lock().unwrap();
    world.calls.push((method.clone(), with.clone()));
    world.tokens.push(headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()));
    let fault = world.faults.get_mut(&method).and_then(VecDeque::pop_front);
    match fault {
        None | Some(Fault::None) => {
            (StatusCode::OK, axum::Json(world.carry_out(&method, &with))).into_response()
        }
        Some(Fault::Lose) => {
            world.carry_out(&method, &with);
            StatusCode::BAD_GATEWAY.into_response()
        }
        Some(Fault::Refuse(mut body)) => {
            body["ok"] = json!(false);
            axum::Json(body).into_response()
        }
        Some(Fault::Limit(seconds)) => {
            let body = axum::Json(json!({ "ok": false, "error": "ratelimited" }));
            (StatusCode::TOO_MANY_REQUESTS, [("retry-after", seconds.to_string())], body).into_response()
        }
        Some(Fault::Status(status, error)) => {
            let body = axum::Json(json!({ "ok": false, "error": error }));
            (StatusCode::from_u16(status).unwrap(), body).into_response()
        }
    }
}

impl World {
    fn carry_out(&mut self, method: &str, with: &Value) -> Value {
        match method {
            "auth.test" => json!({ "ok": true, "user_id": "UHOWLER", "bot_id": "B1", "team": "Monkeytown" }),
            "chat.postMessage" => {
                let ts = format!("{}.000100", 1_000 + self.messages.len());
                let mut message = with.clone();
                message["ts"] = json!(ts);
                self.messages.push(message);
                json!({ "ok": true, "channel": with["channel"], "ts": ts, "message": { "blocks": [{ "type": "new" }] } })
            }
            "chat.update" => {
                let same = |message: &&mut Value| {
                    message["ts"] == with["ts"] && message["channel"] == with["channel"]
                };
                match self.messages.iter_mut().find(same) {
                    Some(message) => {
                        message["text"] = with["text"].clone();
                        json!({ "ok": true, "channel": with["channel"], "ts": with["ts"] })
                    }
                    None => json!({ "ok": false, "error": "message_not_found" }),
                }
            }
            "conversations.history" => self.page(with, |message| {
                message["thread_ts"].is_null()
                    && (with["latest"].is_null() || message["ts"] == with["latest"])
            }),
            "conversations.replies" => {
                self.page(with, |message| message["ts"] == with["ts"] || message["thread_ts"] == with["ts"])
            }
            "conversations.open" => {
                let channel = with["users"].as_str().unwrap().replacen('U', "D", 1);
                json!({ "ok": true, "channel": { "id": channel } })
            }
            "conversations.list" => self.list(with),
            "conversations.info" => {
                match self.channels.iter().find(|channel| channel["id"] == with["channel"]) {
                    Some(channel) => json!({ "ok": true, "channel": channel }),
                    None => json!({ "ok": false, "error": "channel_not_found" }),
                }
            }
            "conversations.create" => {
                if self.channels.iter().any(|channel| channel["name"] == with["name"]) {
                    return json!({ "ok": false, "error": "name_taken" });
                }
                let id = format!("CNEW{}", self.channels.len());
                let channel = json!({ "id": id, "name": with["name"], "creator": "UHOWLER", "created": super::DECLARED });
                self.channels.push(channel.clone());
                json!({ "ok": true, "channel": channel })
            }
            "usergroups.list" => json!({ "ok": true, "usergroups": self.groups.clone().unwrap_or_default() }),
            "usergroups.users.list" => json!({ "ok": true, "users": ["UANA", "UHOWLER"] }),
            _ => json!({ "ok": true }),
        }
    }

    fn page(&self, with: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
        let here = self.messages.iter().filter(|message| message["channel"] == with["channel"]);
        let messages: Vec<&Value> = here.filter(|message| wanted(message)).collect();
        json!({ "ok": true, "messages": messages })
    }

    /// One channel a page.
    fn list(&self, with: &Value) -> Value {
        let at: usize = with["cursor"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
        let next = if at + 1 < self.channels.len() { (at + 1).to_string() } else { String::new() };
        let channels = self.channels.get(at..=at).unwrap_or_default();
        json!({ "ok": true, "channels": channels, "response_metadata": { "next_cursor": next } })
    }
}
