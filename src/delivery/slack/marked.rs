//! What earlier attempts left in Slack, found by their marks.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use super::client::Call;
use super::post::takes_no_replies;
use super::{Deliverer, Spot};
use crate::directory::Cursor;
use crate::job::Job;
use crate::lenient::{lenient, rows};
use crate::retry::Trouble;
use domain::id::{ChannelId, MessageTs};

/// Names howler's marks among other apps' metadata.
pub(super) const EVENT_TYPE: &str = "howler_effect";
/// Slack's clock and howler's may differ by this much.
pub(super) const SKEW: SignedDuration = SignedDuration::from_mins(2);

impl Deliverer {
    /// The message that carries the job's mark, or its parts: in the channel, and in the thread it hangs from.
    pub(super) async fn find_marked(&self, job: &Job, spot: &Spot) -> Result<Marked, Trouble> {
        let mut found = self.marked_in(job, "conversations.history", &spot.channel, None).await?;
        if let (Some(thread), None) = (&spot.thread, &found.whole) {
            let replies =
                self.marked_in(job, "conversations.replies", &spot.channel, Some(&thread.root)).await;
            match replies {
                Ok(replies) => {
                    (found.whole, found.text) = (replies.whole, replies.text);
                    found.parts.extend(replies.parts);
                }
                Err(trouble) if takes_no_replies(&trouble) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        Ok(found)
    }

    async fn marked_in(
        &self,
        job: &Job,
        method: &'static str,
        channel: &ChannelId,
        root: Option<&MessageTs>,
    ) -> Result<Marked, Trouble> {
        let mut found = Marked::default();
        let oldest = job.since().saturating_sub(SKEW).unwrap_or(job.since());
        let mut cursor = String::new();
        loop {
            let mut query = vec![
                ("channel", channel.to_string()),
                ("oldest", format!("{}.000000", oldest.as_second())),
                ("inclusive", "true".to_owned()),
                ("include_all_metadata", "true".to_owned()),
                ("limit", "200".to_owned()),
            ];
            query.extend(root.map(|root| ("ts", root.to_string())));
            if !cursor.is_empty() {
                query.push(("cursor", cursor.clone()));
            }
            let call = Call::get(method, Some(channel.as_str()), query);
            let page: Page = self.slack.call_joining(&call).await?;
            page.messages.into_iter().for_each(|message| found.take(message, &job.mark));
            let next = page.response_metadata.next_cursor;
            if found.whole.is_some() || next.is_empty() || next == cursor {
                return Ok(found);
            }
            cursor = next;
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(deserialize_with = "rows")]
    messages: Vec<Seen>,
    #[serde(default, deserialize_with = "lenient")]
    response_metadata: Cursor,
}

impl Page {
    /// Whether one of its messages carries this mark.
    pub fn holds(&self, mark: &str) -> bool {
        self.messages.iter().any(|seen| seen.mark() == Some(mark))
    }
}

#[derive(Deserialize)]
struct Seen {
    ts: MessageTs,
    #[serde(default)]
    metadata: Value,
    #[serde(default, deserialize_with = "lenient")]
    text: String,
}

impl Seen {
    fn mark(&self) -> Option<&str> {
        let ours = self.metadata.get("event_type").is_some_and(|kind| kind == EVENT_TYPE);
        self.metadata.pointer("/event_payload/id").filter(|_| ours)?.as_str()
    }
}

/// What earlier attempts of one effect left in a channel.
#[derive(Default)]
pub(super) struct Marked {
    pub whole: Option<MessageTs>,
    /// What the whole says.
    pub text: String,
    pub parts: BTreeMap<usize, MessageTs>,
}

impl Marked {
    fn take(&mut self, seen: Seen, mark: &str) {
        let Some(rest) = seen.mark().and_then(|found| found.strip_prefix(mark)) else { return };
        if rest.is_empty() {
            (self.whole, self.text) = (Some(seen.ts), seen.text);
        } else if let Some(number) = rest.strip_prefix('.').and_then(|number| number.parse().ok()) {
            self.parts.insert(number, seen.ts);
        }
    }
}

/// The mark of a part, told apart from the whole's.
pub(super) fn part_mark(mark: &str, number: usize) -> String {
    format!("{mark}.{number}")
}
