//! One WebSocket from Slack's side: the handshake, then pings, envelopes and goodbyes.

use std::collections::BTreeMap;
use std::pin::pin;

use axum::extract::{RawQuery, Request, State};
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{Order, SocketEvent};
use crate::slack::Slack;

const PING_EVERY: SignedDuration = SignedDuration::from_secs(10);
/// How long after its `disconnect` Slack ends a connection.
const GRACE: SignedDuration = SignedDuration::from_secs(10);

type Stream = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

/// `GET /link?ticket=...`: a WebSocket, for an address that `apps.connections.open` gave.
///
/// axum's own WebSockets would bring a second tungstenite into the tree; this is its handshake.
pub(in crate::slack) async fn upgrade(
    State(slack): State<Slack>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let query: BTreeMap<String, String> =
        serde_urlencoded::from_str(&query.unwrap_or_default()).unwrap_or_default();
    if !query.get("ticket").is_some_and(|ticket| slack.sockets().admit(ticket)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let upgrades =
        headers.get(UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    let Some(key) = headers.get(SEC_WEBSOCKET_KEY).filter(|_| upgrades) else {
        return StatusCode::UPGRADE_REQUIRED.into_response();
    };
    let accept = derive_accept_key(key.as_bytes());
    let upgraded = hyper::upgrade::on(request);
    tokio::spawn(async move {
        // Whoever hung up during the handshake is no connection.
        let Ok(upgraded) = upgraded.await else { return };
        let stream = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        slack.serve_link(stream).await;
    });
    let head = [
        (CONNECTION, "upgrade".to_owned()),
        (UPGRADE, "websocket".to_owned()),
        (SEC_WEBSOCKET_ACCEPT, accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, head).into_response()
}

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// howler said goodbye.
    Goodbye,
    /// Slack says it.
    Closed,
    Broken,
}

impl Slack {
    async fn serve_link(self, mut stream: Stream) {
        if !self.manifest().socket_mode {
            return self.turn_away(stream, "link_disabled").await;
        }
        let Some((link, orders, connections)) = self.sockets().enter() else {
            return self.turn_away(stream, "too_many_websockets").await;
        };
        let app = self.look(|world| world.bot.app_id.clone());
        let hello = json!({
            "type": "hello", "num_connections": connections, "connection_info": { "app_id": app },
            "debug_info": { "host": "applink-1", "build_number": 1, "approximate_connection_time": 18_060 },
        });
        let greeted = stream.send(Message::text(hello.to_string())).await.is_ok();
        let end = if greeted {
            self.sockets().note(SocketEvent::Opened(link));
            self.carry(&mut stream, link, orders).await
        } else {
            End::Broken
        };
        if end != End::Broken {
            // Where howler is gone meanwhile there is nobody to say goodbye to.
            let _ = stream.close(None).await;
        }
        drop(stream);
        self.sockets().leave(link, end == End::Goodbye);
    }

    async fn turn_away(&self, mut stream: Stream, reason: &str) {
        // Either it hears why, or it is gone already.
        let _ = stream.send(goodbye(reason)).await;
        let _ = stream.close(None).await;
    }

    async fn carry(&self, stream: &mut Stream, link: u64, mut orders: mpsc::UnboundedReceiver<Order>) -> End {
        let mut ping_at = self.later(PING_EVERY);
        let mut close_at = Timestamp::MAX;
        loop {
            let sent = tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Say(text)) => stream.send(Message::text(text)).await,
                    Some(Order::Goodbye(reason)) => {
                        close_at = if reason == "link_disabled" { self.now() } else { self.later(GRACE) };
                        stream.send(goodbye(&reason)).await
                    }
                    Some(Order::Silence) => return self.keep_silent(stream, link, orders).await,
                    Some(Order::Break) | None => return End::Broken,
                },
                message = stream.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        if self.sockets().take(link, &text) {
                            return End::Broken;
                        }
                        Ok(())
                    }
                    Some(Ok(Message::Close(_))) => return End::Goodbye,
                    Some(Ok(Message::Pong(_))) => {
                        self.sockets().note(SocketEvent::Pong(link));
                        Ok(())
                    }
                    Some(Ok(_)) => Ok(()),
                    Some(Err(_)) | None => return End::Broken,
                },
                () = self.0.clock.sleep_until(ping_at) => {
                    ping_at = self.later(PING_EVERY);
                    stream.send(Message::Ping("Ping from applink-1".into())).await
                }
                () = self.0.clock.sleep_until(close_at) => return End::Closed,
            };
            if sent.is_err() {
                return End::Broken;
            }
        }
    }

    /// Reads the bare bytes, so that the WebSocket answers nothing by itself.
    async fn keep_silent(
        &self,
        stream: &mut Stream,
        link: u64,
        mut orders: mpsc::UnboundedReceiver<Order>,
    ) -> End {
        self.sockets().note(SocketEvent::Silent(link));
        let mut bytes = [0; 1024];
        loop {
            let mut read = pin!(stream.get_mut().read(&mut bytes));
            tokio::select! {
                order = orders.recv() => {
                    if matches!(order, Some(Order::Break) | None) {
                        return End::Broken;
                    }
                }
                read = &mut read => match read {
                    Ok(0) | Err(_) => return End::Broken,
                    Ok(_) => self.sockets().note(SocketEvent::HeardInSilence(link)),
                },
            }
        }
    }

    fn later(&self, by: SignedDuration) -> Timestamp {
        self.now().saturating_add(by).unwrap_or(Timestamp::MAX)
    }
}

fn goodbye(reason: &str) -> Message {
    let text = json!({ "type": "disconnect", "reason": reason, "debug_info": { "host": "applink-1" } });
    Message::text(text.to_string())
}
