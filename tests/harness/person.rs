//! Somebody who types, clicks and reacts. After each deed howler is left to finish.

use std::collections::BTreeMap;

use fake::slack::Submission;

use super::{Message, World};

pub struct Person<'w> {
    pub world: &'w World,
    pub name: &'static str,
}

impl Person<'_> {
    pub fn id(&self) -> String {
        format!("U0{}", self.name.to_uppercase())
    }

    /// Types a slash command and gives the private answer's text.
    pub async fn types(&self, channel: &str, line: &str) -> String {
        let reply = self.world.slack.command(self.name, channel, line).await.unwrap();
        assert_eq!(reply.status, 200, "{line}: {}", reply.body);
        self.world.settle().await;
        self.whisper(channel).map(|message| message.text).unwrap_or_default()
    }

    /// Says something in a channel, perhaps to howler; gives the message's ts.
    pub async fn says(&self, channel: &str, text: &str) -> String {
        self.says_in(channel, None, text).await
    }

    pub async fn says_in(&self, channel: &str, thread: Option<&str>, text: &str) -> String {
        let said = self.world.slack.say(self.name, channel, thread, text).await.unwrap();
        self.world.settle().await;
        said.ts
    }

    /// The latest message that only this person sees in a channel.
    pub fn whisper(&self, channel: &str) -> Option<Message> {
        self.world.channel(channel).whispered_to(&self.id()).cloned()
    }

    /// Clicks the button `action` on the latest message that has it and that this person sees.
    pub async fn clicks(&self, channel: &str, action: &str) {
        let message = self.button(channel, action);
        self.clicks_on(channel, &message.ts, action).await;
    }

    /// Clicks the button `action` in this person's direct messages with howler.
    pub async fn clicks_direct(&self, action: &str) {
        let message = self.button(self.name, action);
        self.clicks_on("@howler", &message.ts, action).await;
    }

    pub fn button(&self, channel: &str, action: &str) -> Message {
        let shown = self.world.channel(channel);
        let sees = |message: &&Message| message.only_for.as_ref().is_none_or(|user| *user == self.id());
        let has = |message: &&Message| message.buttons().iter().any(|button| button == action);
        let found = shown.messages.iter().rev().filter(sees).find(has);
        found.cloned().unwrap_or_else(|| panic!("no button {action} in {channel}: {:#?}", shown.messages))
    }

    pub async fn clicks_on(&self, channel: &str, ts: &str, action: &str) {
        self.world.slack.click(self.name, channel, ts, action, None).await.unwrap();
        self.world.settle().await;
    }

    /// Submits the open form.
    pub async fn submits(&self, values: &[(&str, &str)]) -> Submission {
        let values: BTreeMap<String, String> =
            values.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
        let submission = self.world.slack.submit(self.name, values).await.unwrap();
        self.world.settle().await;
        submission
    }

    pub async fn reacts(&self, channel: &str, ts: &str, emoji: &str) {
        self.world.slack.react(self.name, channel, ts, emoji).await.unwrap();
        self.world.settle().await;
    }

    pub async fn unreacts(&self, channel: &str, ts: &str, emoji: &str) {
        self.world.slack.unreact(self.name, channel, ts, emoji).await.unwrap();
        self.world.settle().await;
    }
}
