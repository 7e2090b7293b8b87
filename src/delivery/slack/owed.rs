//! Mentions of the on-call's group that went out as plain text, for Slack did not tell its id: they are made good once it does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;
use tracing::{debug, warn};

use super::{Deliverer, Spot, Thread};
use crate::directory::is_id;
use domain::effect::{EffectKind, Receipt};
use view::Message;

/// How long the first message waits for the group's id.
const TOLD_WITHIN: Duration = Duration::from_secs(3);
/// What is older calls nobody any more.
const CALLS_FOR: SignedDuration = SignedDuration::from_hours(1);
/// So many are kept.
const MOST: usize = 100;

#[derive(Default)]
pub(super) struct Owed {
    asked: AtomicBool,
    mentions: Mutex<Vec<Mention>>,
}

/// A message that was to call the group, by the thread under it.
struct Mention {
    spot: Spot,
    at: Timestamp,
}

/// Whether an effect of this kind may mention the on-call.
pub(super) fn may_mention(kind: &EffectKind) -> bool {
    matches!(
        kind,
        EffectKind::Say { .. }
            | EffectKind::Card { .. }
            | EffectKind::AlertCard { .. }
            | EffectKind::Notice { .. }
            | EffectKind::Amend { .. }
    )
}

impl Deliverer {
    /// Asks once for the group's id before the first mention. Where Slack does not tell, messages go out without it.
    pub(super) async fn learn_group(&self) {
        if self.group_is_known() || self.owed.asked.swap(true, Ordering::Relaxed) {
            return;
        }
        match timeout(TOLD_WITHIN, self.oncall_group()).await {
            Ok(Ok(_)) => {}
            Ok(Err(trouble)) => debug!(?trouble, "Slack does not tell the on-call's group yet"),
            Err(_) => debug!("Slack does not tell the on-call's group in time"),
        }
    }

    /// Nothing is to be looked up: what is configured is an id, or the handle's id is known.
    fn group_is_known(&self) -> bool {
        let known = self.group.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        known || is_id(&self.config.mentions.oncall)
    }

    /// Whether a message waits for its mention.
    pub fn owes_mentions(&self) -> bool {
        !self.owed.mentions.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Notes that a message which stands now called nobody.
    pub(super) fn owes(&self, spot: &Spot, message: &Message, receipt: Receipt) -> Receipt {
        self.owes_of(spot, message, &receipt);
        receipt
    }

    fn owes_of(&self, spot: &Spot, message: &Message, receipt: &Receipt) {
        let handle = self.config.mentions.oncall.as_str();
        if self.group_is_known() || handle.is_empty() || !message.text.contains(handle) {
            return;
        }
        let Receipt::Message { channel, message } = receipt else { return };
        let root = spot.thread.as_ref().map_or_else(|| message.clone(), |thread| thread.root.clone());
        let thread = Some(Thread { root, broadcast: false });
        let spot = Spot { channel: channel.clone(), thread, ..spot.clone() };
        let mut mentions = self.owed.mentions.lock().unwrap_or_else(PoisonError::into_inner);
        if mentions.len() < MOST {
            mentions.push(Mention { spot, at: self.slack.clock().now() });
            self.mention_owed.notify_one();
        }
    }

    /// Asks for the group's id again, and calls under each message that could not.
    pub async fn make_mentions_good(&self) {
        let group = match self.oncall_group().await {
            Ok(Some(group)) => group,
            // There is no such group: what was said calls nobody by any other word.
            Ok(None) => return self.owed.mentions.lock().unwrap_or_else(PoisonError::into_inner).clear(),
            Err(trouble) => return debug!(?trouble, "the on-call's group could not be read"),
        };
        let owed = std::mem::take(&mut *self.owed.mentions.lock().unwrap_or_else(PoisonError::into_inner));
        let now = self.slack.clock().now();
        for mention in owed.into_iter().filter(|mention| now.duration_since(mention.at) < CALLS_FOR) {
            let mark = format!("mention-{}", mention.at.as_nanosecond());
            if let Err(trouble) =
                self.slack.post_message(&mention.spot, &view::mention_made_good(&group), &mark).await
            {
                warn!(?trouble, "a mention of the on-call could not be made good; howler tries again");
                self.owed.mentions.lock().unwrap_or_else(PoisonError::into_inner).push(mention);
            }
        }
    }
}
