//! What the page needs of the workspace it shows.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use super::Later;

/// What became of a submitted form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Submitted {
    pub closed: bool,
    /// By block id.
    pub errors: BTreeMap<String, String>,
}

/// A workspace in which people act. Every refusal is a sentence for the person who acted.
pub trait Workspace: Send + Sync + 'static {
    /// The whole world, unfiltered.
    fn world(&self) -> Value;
    /// The bytes of a PNG that the workspace has.
    fn picture(&self, id: &str) -> Option<Vec<u8>>;
    /// Changes whenever the world does.
    fn changes(&self) -> watch::Receiver<u64>;
    fn command(&self, person: String, channel: String, line: String) -> Later<Result<(), String>>;
    fn say(
        &self,
        person: String,
        channel: String,
        thread: Option<String>,
        text: String,
    ) -> Later<Result<(), String>>;
    fn click(
        &self,
        person: String,
        channel: String,
        ts: String,
        action_id: String,
        value: Option<String>,
    ) -> Later<Result<(), String>>;
    fn submit(&self, person: String, values: BTreeMap<String, String>) -> Later<Result<Submitted, String>>;
    fn close_view(&self, person: String) -> Later<Result<(), String>>;
    fn react(&self, person: String, channel: String, ts: String, emoji: String) -> Later<Result<(), String>>;
    /// What the app offers beside its commands.
    fn shortcuts(&self) -> Value;
    fn shortcut(&self, person: String, callback_id: String) -> Later<Result<(), String>>;
    fn message_shortcut(
        &self,
        person: String,
        channel: String,
        ts: String,
        callback_id: String,
    ) -> Later<Result<(), String>>;
    /// Opens the app's Home tab.
    fn open_home(&self, person: String) -> Later<Result<(), String>>;
    fn click_home(
        &self,
        person: String,
        action_id: String,
        value: Option<String>,
    ) -> Later<Result<(), String>>;
    fn unreact(
        &self,
        person: String,
        channel: String,
        ts: String,
        emoji: String,
    ) -> Later<Result<(), String>>;
}
