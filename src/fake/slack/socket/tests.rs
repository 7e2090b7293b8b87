//! The fake's side of Socket Mode, from a client that is not howler.

use futures_util::{SinkExt, StreamExt};
use jiff::{SignedDuration, Timestamp};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::slack::Setup;
use crate::slack::people::{PersonError, Reply};
use ground::clock::Clock;

const MANIFEST: &str = "
features:
  slash_commands: [{ command: /incident, should_escape: true }]
oauth_config: { scopes: { bot: [commands] } }
settings: { socket_mode_enabled: true }
";

struct Town {
    slack: Slack,
    clock: Clock,
    base: String,
}

impl Town {
    async fn with(manifest: &str) -> Self {
        let clock = Clock::standing_at(Timestamp::from_second(1_800_000_000).unwrap());
        let setup = Setup {
            clock: clock.clone(),
            manifest: manifest.to_owned(),
            signing_secret: "secret".to_owned(),
            bot_token: "xoxb-1".to_owned(),
        };
        let slack = Slack::new(setup).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        slack.set_own_base(&base);
        let router = slack.api();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { slack, clock, base }
    }

    async fn open(&self, token: &str) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/api/{}", self.base, super::super::methods::CONNECTIONS_OPEN);
        client.post(url).bearer_auth(token).json(&json!({})).send().await.unwrap().json().await.unwrap()
    }

    async fn address(&self) -> String {
        self.open(APP_TOKEN).await["url"].as_str().unwrap().to_owned()
    }

    async fn connect(&self) -> Client {
        Client(connect_async(self.address().await).await.unwrap().0)
    }

    fn types(&self) -> tokio::task::JoinHandle<Result<Reply, PersonError>> {
        let slack = self.slack.clone();
        tokio::spawn(async move { slack.command("ian", "C0EMERG", "/incident list").await })
    }
}

struct Client(tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>);

impl Client {
    /// The next message that is JSON; `None` at the end.
    async fn hears(&mut self) -> Option<Value> {
        while let Some(Ok(message)) = self.0.next().await {
            if let Message::Text(text) = message {
                return Some(serde_json::from_str(&text).unwrap());
            }
        }
        None
    }

    async fn says(&mut self, value: &Value) {
        self.0.send(Message::text(value.to_string())).await.unwrap();
    }
}

#[tokio::test]
async fn only_the_app_level_token_opens_a_connection() {
    let town = Town::with(MANIFEST).await;
    assert_eq!(town.open("xoxb-1").await["error"], "not_allowed_token_type");
    assert_eq!(town.open("xapp-other").await["error"], "invalid_auth");
    town.slack.faults().drop_scope("connections:write");
    let lacking = town.open(APP_TOKEN).await;
    assert_eq!(
        (&lacking["error"], &lacking["needed"]),
        (&json!("missing_scope"), &json!("connections:write"))
    );
    town.slack.faults().grant_scope("connections:write");
    assert_eq!(town.open(APP_TOKEN).await["ok"], true);
}

#[tokio::test]
async fn an_address_is_good_for_one_connection() {
    let town = Town::with(MANIFEST).await;
    let address = town.address().await;
    let (mut stream, _) = connect_async(address.clone()).await.unwrap();
    assert!(matches!(stream.next().await, Some(Ok(Message::Text(_)))));
    assert!(connect_async(address).await.is_err());
    assert!(connect_async(format!("{}/link?ticket=guessed", town.base.replace("http", "ws"))).await.is_err());
}

#[tokio::test]
async fn an_envelope_goes_to_one_connection_and_its_answer_to_the_person() {
    let town = Town::with(MANIFEST).await;
    let mut client = town.connect().await;
    let hello = client.hears().await.unwrap();
    assert_eq!((&hello["type"], &hello["num_connections"]), (&json!("hello"), &json!(1)));
    let typed = town.types();
    let envelope = client.hears().await.unwrap();
    assert_eq!(
        (&envelope["type"], &envelope["accepts_response_payload"]),
        (&json!("slash_commands"), &json!(true))
    );
    assert_eq!(
        (&envelope["payload"]["command"], &envelope["payload"]["text"]),
        (&json!("/incident"), &json!("list"))
    );
    client.says(&json!({ "envelope_id": envelope["envelope_id"], "payload": { "text": "None." } })).await;
    let reply = typed.await.unwrap().unwrap();
    assert_eq!((reply.status, reply.failed), (200, None));
    assert_eq!(reply.json().unwrap()["text"], "None.");
}

#[tokio::test]
async fn what_nobody_acknowledges_has_failed() {
    let town = Town::with(MANIFEST).await;
    assert_eq!(town.types().await.unwrap().unwrap().failed, Some("dispatch_failed"), "no connection");
    let mut client = town.connect().await;
    client.hears().await.unwrap();
    town.slack.faults().patience(std::time::Duration::from_millis(50));
    assert_eq!(town.types().await.unwrap().unwrap().failed, Some("operation_timeout"));
    town.slack.faults().clear();
    let typed = town.types();
    client.hears().await.unwrap();
    client.hears().await.unwrap();
    drop(client);
    assert_eq!(typed.await.unwrap().unwrap().failed, Some("dispatch_failed"), "the connection broke");
}

#[tokio::test]
async fn goodbyes_are_said_before_the_end() {
    let town = Town::with(MANIFEST).await;
    let mut client = town.connect().await;
    client.hears().await.unwrap();
    town.slack.sockets().say_goodbye(1, "warning");
    let goodbye = client.hears().await.unwrap();
    assert_eq!((&goodbye["type"], &goodbye["reason"]), (&json!("disconnect"), &json!("warning")));
    assert_eq!(town.slack.sockets().open(), [1]);
    town.clock.advance(SignedDuration::from_secs(10));
    assert_eq!(client.hears().await, None);
    town.slack.sockets().until(|_, open| open.is_empty()).await;
}

#[tokio::test]
async fn there_are_at_most_ten_connections_and_none_where_socket_mode_is_off() {
    let town = Town::with(MANIFEST).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        let mut client = town.connect().await;
        assert_eq!(client.hears().await.unwrap()["type"], "hello");
        clients.push(client);
    }
    let refused = town.connect().await.hears().await.unwrap();
    assert_eq!(refused["reason"], "too_many_websockets");

    let off = Town::with(&MANIFEST.replace("socket_mode_enabled: true", "socket_mode_enabled: false")).await;
    let mut client = off.connect().await;
    assert_eq!(client.hears().await.unwrap()["reason"], "link_disabled");
    assert_eq!(client.hears().await, None);
}
