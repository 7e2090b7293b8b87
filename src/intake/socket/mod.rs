//! Socket Mode: Slack's deliveries over WebSockets that howler opens, so that howler needs no public address.
//!
//! slack-morphism's own listener is not used: it hands over typed models, acknowledges an envelope that it cannot parse,
//! closes the old connection before it opens the new one, and its timers do not follow howler's clock. Its client asks
//! for the address (`apps.connections.open`); the WebSocket is tokio-tungstenite, which slack-morphism brings along.

mod backoff;
mod envelope;
mod keeper;
mod line;
mod open;
mod quiet;
mod status;

use std::sync::Arc;

use tokio::sync::{Mutex, watch};
use tokio::task::{JoinHandle, JoinSet};
use tracing::error;

use super::front::Front;
use delivery::Connections;
use ground::logs::how_it_ended;
use keeper::Keeper;
pub use status::Watch;

/// How many connections are kept open, so that one which breaks leaves one that hears. Slack allows ten an app.
pub const CONNECTIONS: usize = 2;

/// Keeps the connections open until `stopping`, then finishes what is in hand and closes them. The task ends when that
/// is done; the watch shows how the connections are.
pub fn start(
    front: &Front,
    connections: Connections,
    stopping: &watch::Receiver<bool>,
) -> (Watch, JoinHandle<()>) {
    let watch = Watch::new(CONNECTIONS);
    let (connections, turn) = (Arc::new(connections), Arc::new(Mutex::new(())));
    let mut keepers = JoinSet::new();
    for slot in 0..CONNECTIONS {
        let keeper = Keeper {
            slot,
            front: front.clone(),
            connections: Arc::clone(&connections),
            turn: Arc::clone(&turn),
            watch: watch.clone(),
            stopping: stopping.clone(),
        };
        keepers.spawn(keeper.run());
    }
    let all = async move {
        while let Some(ended) = keepers.join_next().await {
            if let Err(error) = ended {
                error!(how = how_it_ended(&error), "a Socket Mode connection is no longer looked after");
            }
        }
    };
    (watch, tokio::spawn(all))
}

/// Returns when howler stops, be it because whoever would say so is gone.
async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
