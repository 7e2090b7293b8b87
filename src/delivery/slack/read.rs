//! Reads a message that was put on the timeline.

use serde::Deserialize;

use super::client::Call;
use super::{Deliverer, Spot, Stop};
use crate::lenient::{lenient, rows};
use crate::retry::Trouble;
use domain::effect::Receipt;
use domain::id::{ChannelId, MessageTs, UserId};
use domain::text;
use grammar::slack_text;

#[derive(Deserialize)]
struct Page {
    #[serde(deserialize_with = "rows")]
    messages: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    ts: MessageTs,
    #[serde(default, deserialize_with = "lenient")]
    user: Option<UserId>,
    #[serde(default, deserialize_with = "lenient")]
    text: String,
    #[serde(default, deserialize_with = "rows")]
    attachments: Vec<Attachment>,
    #[serde(default, deserialize_with = "rows")]
    files: Vec<File>,
}

#[derive(Deserialize)]
struct Attachment {
    #[serde(default, deserialize_with = "lenient")]
    fallback: String,
}

#[derive(Deserialize)]
struct File {
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
}

impl Deliverer {
    /// Reads one message's author and plain text. One that was deleted meanwhile is dropped: the timeline
    /// keeps the pin without words rather than with none of its author's.
    pub(super) async fn read_message(&self, channel: &ChannelId, ts: &MessageTs) -> Result<Receipt, Stop> {
        let spot =
            Spot { channel: channel.clone(), words: "the message's channel".into(), ..Spot::workspace() };
        let found =
            match self.read_as_post(channel, ts).await.map_err(|trouble| Stop::before(trouble, &spot))? {
                Some(found) => Some(found),
                None => {
                    self.read_as_reply(channel, ts).await.map_err(|trouble| Stop::before(trouble, &spot))?
                }
            };
        let found = found.ok_or(Stop::Dropped("the message was deleted before howler could read it"))?;
        let text = text::shorten(&found.words(), text::TEXT_MOST);
        Ok(Receipt::Read { author: found.user, text })
    }

    async fn read_as_post(&self, channel: &ChannelId, ts: &MessageTs) -> Result<Option<Written>, Trouble> {
        let query = vec![
            ("channel", channel.to_string()),
            ("latest", ts.to_string()),
            ("inclusive", "true".to_owned()),
            ("limit", "1".to_owned()),
        ];
        let call = Call::get("conversations.history", Some(channel.as_str()), query);
        let page: Page = self.slack.call_joining(&call).await?;
        Ok(page.messages.into_iter().find(|message| message.ts == *ts))
    }

    /// Replies are not in the channel's history. Asked for a reply's `ts`, Slack gives that reply.
    async fn read_as_reply(&self, channel: &ChannelId, ts: &MessageTs) -> Result<Option<Written>, Trouble> {
        let query = vec![
            ("channel", channel.to_string()),
            ("ts", ts.to_string()),
            ("latest", ts.to_string()),
            ("oldest", ts.to_string()),
            ("inclusive", "true".to_owned()),
        ];
        let call = Call::get("conversations.replies", Some(channel.as_str()), query);
        match self.slack.call_joining::<Page>(&call).await {
            Ok(page) => Ok(page.messages.into_iter().find(|message| message.ts == *ts)),
            Err(trouble) if trouble.is("thread_not_found") || trouble.is("message_not_found") => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}

impl Written {
    /// What people saw: the text, else what stands in for attachments and files.
    fn words(&self) -> String {
        let text = slack_text::plain(&self.text);
        if !text.is_empty() {
            return text;
        }
        let attachments = self.attachments.iter().map(|attachment| slack_text::plain(&attachment.fallback));
        let files = self.files.iter().filter_map(|file| file.title.as_deref()).map(text::clean_line);
        let parts: Vec<String> = attachments.chain(files).filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }
}
