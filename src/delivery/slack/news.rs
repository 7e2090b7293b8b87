//! What a run's card will show, said in the card's thread where Slack takes the edit late: posts are limited for each channel,
//! edits for the whole workspace (docs.slack.dev, "Rate limits").

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::client::{Call, Nothing};
use super::marked::{EVENT_TYPE, Page, SKEW};
use super::{Deliverer, Spot, Stop};
use crate::job::Job;
use crate::retry::Trouble;
use domain::effect::Receipt;
use domain::id::{ChannelId, MessageTs};
use view::Message;

/// The card has so long to show it: people are to see within five seconds what has changed.
const PATIENCE: SignedDuration = SignedDuration::from_secs(3);

impl Deliverer {
    /// Until when news of a run wait for its card; none once they are due.
    pub(super) fn news_wait(&self, job: &Job) -> Option<Timestamp> {
        let now = self.slack.clock().now();
        let later = |from: Timestamp| from.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
        match job.run.as_ref()?.post {
            // The card's own message tells it.
            None => Some(later(now)),
            Some(_) => Some(later(job.effect.created_at)).filter(|due| *due > now),
        }
    }

    pub(super) async fn run_news(&self, job: &Job, message: Message) -> Result<Receipt, Stop> {
        let post = job.run.as_ref().and_then(|run| run.post.clone());
        let (channel, card) = post.ok_or(Stop::Dropped("the run has no card"))?;
        let spot = Spot { channel: channel.clone(), words: "the card's thread".into(), ..Spot::workspace() };
        if job.may_have_happened() {
            let stands = self.stands_in_thread(job, &channel, &card).await;
            if stands.map_err(|trouble| Stop::before(trouble, &spot))? {
                return Ok(Receipt::Nothing);
            }
        }
        let body = json!({
            "channel": channel,
            "thread_ts": card,
            "text": message.text,
            "blocks": message.blocks,
            "metadata": { "event_type": EVENT_TYPE, "event_payload": { "id": job.mark } },
            "unfurl_links": false,
            "unfurl_media": false,
        });
        let call = Call::post("chat.postMessage", Some(channel.as_str()), body);
        match self.slack.call_joining(&call).await {
            Ok(Nothing {}) => Ok(Receipt::Nothing),
            Err(trouble) if trouble.is("thread_not_found") => {
                Err(Stop::Dropped("the card was deleted in Slack"))
            }
            Err(trouble) => Err(Stop::sending(trouble, &spot)),
        }
    }

    /// Whether an earlier attempt of `job` stands among the last replies under the card.
    async fn stands_in_thread(
        &self,
        job: &Job,
        channel: &ChannelId,
        card: &MessageTs,
    ) -> Result<bool, Trouble> {
        let oldest = job.effect.created_at.saturating_sub(SKEW).unwrap_or(job.effect.created_at);
        let query = vec![
            ("channel", channel.to_string()),
            ("ts", card.to_string()),
            ("oldest", format!("{}.000000", oldest.as_second())),
            ("include_all_metadata", "true".to_owned()),
            ("limit", "200".to_owned()),
        ];
        let call = Call::get("conversations.replies", Some(channel.as_str()), query);
        let page: Page = self.slack.call_joining(&call).await?;
        Ok(page.holds(&job.mark))
    }
}
