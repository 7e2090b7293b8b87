//! Private answers that could not travel in the HTTP answer.

use serde_json::{Value, json};

use super::client::{Call, Nothing};
use super::post::Destination;
use super::{Deliverer, Spot, Stop};
use crate::job::Job;
use crate::retry::Trouble;
use domain::answer::Private;
use domain::effect::Receipt;
use domain::id::UserId;
use domain::request::{Place, ReplyPath};
use view::{Message, Via};

impl Deliverer {
    /// Answers where the person asked, else by direct message. Whether an earlier attempt was seen there
    /// cannot be asked, so it is sent again; a direct message is looked up first.
    pub(super) async fn whisper(
        &self,
        job: &Job,
        to: &UserId,
        place: &Place,
        reply: &ReplyPath,
        private: &Private,
    ) -> Result<Receipt, Stop> {
        let message = view::private(private, Via::Mention);
        if place.is_home() {
            // There is no channel to show it in.
            return self.post_once(job, Destination::Person(to), &message).await.map(|(receipt, _)| receipt);
        }
        let spot = Spot { channel: place.channel.clone(), words: "the channel".into(), ..Spot::workspace() };
        let sent = match self.show(to, place, reply, &message).await {
            Err(trouble) if trouble.is_too_long() => {
                let short = view::shortened(&message, "The rest is too long for Slack.");
                self.show(to, place, reply, &short).await
            }
            sent => sent,
        };
        match sent {
            Ok(()) => Ok(Receipt::Nothing),
            Err(trouble) if cannot_be_shown_there(&trouble, reply) => {
                self.post_once(job, Destination::Person(to), &message).await.map(|(receipt, _)| receipt)
            }
            Err(trouble) => Err(Stop::sending(trouble, &spot)),
        }
    }

    async fn show(
        &self,
        to: &UserId,
        place: &Place,
        reply: &ReplyPath,
        message: &Message,
    ) -> Result<(), Trouble> {
        match reply {
            ReplyPath::ResponseUrl(address) => {
                self.slack.answer_click(address, &private_answer(place, message)).await
            }
            ReplyPath::Inline | ReplyPath::Ephemeral | ReplyPath::Direct => {
                self.show_only(to, place, message).await
            }
        }
    }

    async fn show_only(&self, to: &UserId, place: &Place, message: &Message) -> Result<(), Trouble> {
        let mut body = json!({
            "channel": place.channel,
            "user": to,
            "text": message.text,
            "blocks": message.blocks,
        });
        in_thread(&mut body, place);
        let call = Call::post("chat.postEphemeral", Some(place.channel.as_str()), body);
        self.slack.call(&call).await.map(|Nothing {}| ())
    }
}

fn private_answer(place: &Place, message: &Message) -> Value {
    let mut body = json!({
        "response_type": "ephemeral",
        "replace_original": false,
        "text": message.text,
        "blocks": message.blocks,
    });
    in_thread(&mut body, place);
    body
}

fn in_thread(body: &mut Value, place: &Place) {
    if let (Some(thread), Value::Object(fields)) = (&place.thread, body) {
        fields.insert("thread_ts".into(), thread.as_str().into());
    }
}

/// howler or the person is not in the channel, or the click's address was used up or is too old.
fn cannot_be_shown_there(trouble: &Trouble, reply: &ReplyPath) -> bool {
    let outside = matches!(
        trouble.error(),
        Some(
            "user_not_in_channel"
                | "channel_not_found"
                | "not_in_channel"
                | "is_archived"
                | "expired_url"
                | "used_url"
        )
    );
    let by_click = matches!(reply, ReplyPath::ResponseUrl(_));
    outside || (by_click && matches!(trouble, Trouble::Status { .. } | Trouble::Refused(_)))
}
