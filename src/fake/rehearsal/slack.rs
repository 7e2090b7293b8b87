//! The fake Slack as the page's workspace.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::sync::watch;

use super::{Later, Submitted, Workspace};
use crate::slack::{PersonError, Reply, Slack, Submission};

/// What howler did not take is shown to the person, as Slack does with a mark beside the button.
fn taken(reply: Option<Reply>) -> Result<(), String> {
    match reply {
        Some(reply) if !reply.is_ok() => Err("howler did not take this. Try again.".to_owned()),
        _ => Ok(()),
    }
}

fn words(error: PersonError) -> String {
    error.to_string()
}

impl Workspace for Slack {
    fn world(&self) -> Value {
        self.look(|world| serde_json::to_value(world).unwrap_or_default())
    }

    fn picture(&self, id: &str) -> Option<Vec<u8>> {
        let coded = self.look(|world| world.files.get(id)?.picture.clone())?;
        STANDARD.decode(coded).ok()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        Self::changes(self)
    }

    fn command(&self, person: String, channel: String, line: String) -> Later<Result<(), String>> {
        let slack = self.clone();
        // A command that was not taken is told in the channel, by Slackbot.
        Box::pin(
            async move { Slack::command(&slack, &person, &channel, &line).await.map(drop).map_err(words) },
        )
    }

    fn say(
        &self,
        person: String,
        channel: String,
        thread: Option<String>,
        text: String,
    ) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(async move {
            Slack::say(&slack, &person, &channel, thread.as_deref(), &text).await.map(drop).map_err(words)
        })
    }

    fn click(
        &self,
        person: String,
        channel: String,
        ts: String,
        action_id: String,
        value: Option<String>,
    ) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(async move {
            let reply = Slack::click(&slack, &person, &channel, &ts, &action_id, value.as_deref()).await;
            taken(Some(reply.map_err(words)?))
        })
    }

    fn submit(&self, person: String, values: BTreeMap<String, String>) -> Later<Result<Submitted, String>> {
        let slack = self.clone();
        Box::pin(async move {
            match Slack::submit(&slack, &person, values).await.map_err(words)? {
                Submission::Closed => Ok(Submitted { closed: true, errors: BTreeMap::new() }),
                Submission::Errors(errors) => Ok(Submitted { closed: false, errors }),
                Submission::Updated | Submission::Pushed => Ok(Submitted::default()),
                Submission::Failed(_) => Err("howler did not take the form. Try again.".to_owned()),
            }
        })
    }

    fn close_view(&self, person: String) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(async move { taken(Slack::close_view(&slack, &person).await.map_err(words)?) })
    }

    fn react(&self, person: String, channel: String, ts: String, emoji: String) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(
            async move { taken(Slack::react(&slack, &person, &channel, &ts, &emoji).await.map_err(words)?) },
        )
    }

    fn unreact(
        &self,
        person: String,
        channel: String,
        ts: String,
        emoji: String,
    ) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(async move {
            taken(Slack::unreact(&slack, &person, &channel, &ts, &emoji).await.map_err(words)?)
        })
    }

    fn shortcuts(&self) -> Value {
        serde_json::to_value(&self.manifest().shortcuts).unwrap_or_default()
    }

    fn shortcut(&self, person: String, callback_id: String) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(
            async move { taken(Some(Slack::shortcut(&slack, &person, &callback_id).await.map_err(words)?)) },
        )
    }

    fn message_shortcut(
        &self,
        person: String,
        channel: String,
        ts: String,
        callback_id: String,
    ) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(async move {
            let used = Slack::message_shortcut(&slack, &person, &channel, &ts, &callback_id).await;
            taken(Some(used.map_err(words)?))
        })
    }

    fn open_home(&self, person: String) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(async move { taken(Slack::open_home(&slack, &person).await.map_err(words)?) })
    }

    fn click_home(
        &self,
        person: String,
        action_id: String,
        value: Option<String>,
    ) -> Later<Result<(), String>> {
        let slack = self.clone();
        Box::pin(async move {
            let clicked = Slack::click_home(&slack, &person, &action_id, value.as_deref()).await;
            taken(Some(clicked.map_err(words)?))
        })
    }
}
