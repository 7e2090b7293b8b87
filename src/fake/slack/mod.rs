//! A fake Slack: a workspace in memory that speaks Slack's Web API, refuses what Slack refuses, and sends howler real
//! signed requests for what its people do. `howler demo` rehearses in it, and the tests run against it.
//!
//! It validates from Slack's documentation, on raw JSON, and shares no model with howler's own Slack code: a mistake
//! there must not be repeated here.

mod args;
pub mod blocks;
mod faults;
mod http;
mod limits;
mod manifest;
mod methods;
mod monkeytown;
mod people;
mod respond;
mod shape;
mod sign;
mod socket;
mod ts;
pub mod world;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use ground::clock::Clock;
use limits::Limits;

pub use faults::Faults;
pub use manifest::{Manifest, MessagesTab, Reach, Shortcut};
pub use people::{PersonError, Reply, Said, Submission};
pub use sign::sign;
pub use socket::{APP_TOKEN, Break, SocketEvent, Sockets};
pub use world::World;

/// How many calls are kept for looking at.
const CALLS_KEPT: usize = 10_000;

/// What a fake Slack is made from.
#[derive(Clone, Debug)]
pub struct Setup {
    pub clock: Clock,
    /// The text of `manifest.yml`.
    pub manifest: String,
    pub signing_secret: String,
    pub bot_token: String,
}

/// Why a fake Slack cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("the manifest does not parse: {0}")]
    Manifest(String),
    #[error("the saved workspace does not parse: {0}")]
    Saved(#[from] serde_json::Error),
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// One API call, as it came and as it was answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    pub at: Timestamp,
    pub method: String,
    pub args: Value,
    pub answer: Value,
    /// 0 where the answer was lost on purpose.
    pub status: u16,
}

/// A fake Slack; clones are the same one.
#[derive(Clone)]
pub struct Slack(Arc<Inner>);

struct Inner {
    clock: Clock,
    manifest: Manifest,
    signing_secret: String,
    bot_token: String,
    client: reqwest::Client,
    faults: Faults,
    sockets: Sockets,
    changes: watch::Sender<u64>,
    world: Mutex<World>,
    desk: Mutex<Desk>,
}

/// What is around the world: addresses and records.
#[derive(Default)]
struct Desk {
    howler: Option<people::Door>,
    own_base: String,
    calls: VecDeque<Call>,
    scopes_used: BTreeSet<String>,
    limits: Limits,
    last: Option<people::Delivery>,
}

impl Slack {
    /// A new workspace, "monkeytown".
    ///
    /// # Errors
    /// The manifest does not parse, or no HTTP client can be made.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        let manifest = Manifest::parse(&setup.manifest).map_err(SetupError::Manifest)?;
        let world = monkeytown::world(manifest.bot_name.as_deref(), setup.clock.now());
        Self::with_world(setup, manifest, world)
    }

    /// The workspace that [`save`](Self::save) wrote down.
    ///
    /// # Errors
    /// As [`new`](Self::new), or what was saved does not parse.
    pub fn restore(setup: Setup, saved: &Value) -> Result<Self, SetupError> {
        let manifest = Manifest::parse(&setup.manifest).map_err(SetupError::Manifest)?;
        let world = serde_json::from_value(saved.get("world").cloned().unwrap_or_default())?;
        Self::with_world(setup, manifest, world)
    }

    fn with_world(setup: Setup, manifest: Manifest, world: World) -> Result<Self, SetupError> {
        // Slack does not follow redirects, and a proxy in the environment is not for loopback.
        let redirect = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().no_proxy().redirect(redirect).build()?;
        Ok(Self(Arc::new(Inner {
            clock: setup.clock,
            manifest,
            signing_secret: setup.signing_secret,
            bot_token: setup.bot_token,
            client,
            faults: Faults::default(),
            sockets: Sockets::default(),
            changes: watch::Sender::new(0),
            world: Mutex::new(world),
            desk: Mutex::default(),
        })))
    }

    /// Everything to keep across a restart.
    pub fn save(&self) -> Value {
        self.look(|world| json!({ "world": world }))
    }

    /// The Web API under `/api/{method}`, `/respond/{id}` for response URLs, and `/link` for Socket Mode.
    pub fn api(&self) -> axum::Router {
        http::router(self.clone())
    }

    /// Where howler's HTTP front is: `http://127.0.0.1:4000`.
    pub fn point_at(&self, howler: &str) {
        let (client, base) = (self.0.client.clone(), howler.trim_end_matches('/').to_owned());
        self.desk().howler = Some(people::Door::Network { client, base });
    }

    /// Howler's HTTP front within the process.
    pub fn point_inside(&self, howler: axum::Router) {
        self.desk().howler = Some(people::Door::Inside(howler));
    }

    /// Howler does not run: nothing can be delivered.
    pub fn point_nowhere(&self) {
        self.desk().howler = Some(people::Door::Closed);
    }

    /// Where [`api`](Self::api) is served, for making response URLs.
    pub fn set_own_base(&self, base: &str) {
        base.trim_end_matches('/').clone_into(&mut self.desk().own_base);
    }

    /// A number that grows with every change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// Looks at the world. Nothing else goes on meanwhile, so look briefly.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.world())
    }

    /// Arranges the world by hand: a person who has left, a channel full of messages.
    pub fn arrange<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let done = change(&mut self.world());
        self.0.changes.send_modify(|version| *version += 1);
        done
    }

    /// The switches for what goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// The API calls so far, the last ten thousand.
    pub fn calls(&self) -> Vec<Call> {
        self.desk().calls.iter().cloned().collect()
    }

    /// Which of the token's scopes have been needed so far, by calls and by deliveries.
    pub fn scopes_used(&self) -> BTreeSet<String> {
        self.desk().scopes_used.clone()
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn use_scope(&self, scope: &str) {
        self.desk().scopes_used.insert(scope.to_owned());
    }

    fn record(&self, call: Call) {
        let mut desk = self.desk();
        desk.calls.push_back(call);
        if desk.calls.len() > CALLS_KEPT {
            desk.calls.pop_front();
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
