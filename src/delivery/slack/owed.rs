//! Mentions of the on-call's group that went out as plain text, for Slack did not tell its id: each is an effect of its own, which is
//! made good once Slack tells.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::timeout;
use tracing::debug;

use super::post::takes_no_replies;
use super::{Deliverer, Spot, Stop, Thread, retry};
use crate::directory::is_id;
use crate::job::Job;
use crate::retry::Trouble;
use domain::effect::{EffectKind, OwedMention, Receipt};

/// How long the first message waits for the group's id.
const TOLD_WITHIN: Duration = Duration::from_secs(3);
/// What is older calls nobody any more.
const CALLS_FOR: SignedDuration = SignedDuration::from_hours(1);

#[derive(Default)]
pub(super) struct Owed {
    asked: AtomicBool,
    /// Slack has no such group, or does not let howler see it: nothing is owed.
    none: AtomicBool,
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
            Ok(told) => self.note_whether_there_is_a_group(&told),
            Err(_) => debug!("Slack does not tell the on-call's group in time"),
        }
    }

    fn note_whether_there_is_a_group(&self, told: &Result<Option<String>, Trouble>) {
        let none = match told {
            Ok(group) => group.is_none(),
            Err(trouble) => {
                debug!(?trouble, "Slack does not tell the on-call's group");
                retry::verdict(trouble, "", "").class.is_final()
            }
        };
        self.owed.none.store(none, Ordering::Relaxed);
    }

    /// Nothing is to be looked up: what is configured is an id, or the handle's id is known.
    fn group_is_known(&self) -> bool {
        let known = self.group.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        known || is_id(&self.config.mentions.oncall)
    }

    /// Notes that a message which stands now, and says `text`, called nobody.
    pub(super) fn owes(&self, job: &Job, spot: &Spot, text: &str, receipt: &Receipt) {
        let handle = self.config.mentions.oncall.as_str();
        let none = self.group_is_known() || self.owed.none.load(Ordering::Relaxed);
        if none || handle.is_empty() || !text.contains(handle) || !may_mention(&job.effect.kind) {
            return;
        }
        let Receipt::Message { channel, message } = receipt else { return };
        let root = spot.thread.as_ref().map_or_else(|| message.clone(), |thread| thread.root.clone());
        let at = self.slack.clock().now();
        self.aside(job, |aside| aside.owes = Some(OwedMention { channel: channel.clone(), root, at }));
    }

    /// Calls the group under a message that could not.
    pub(super) async fn mention(&self, job: &Job, owed: &OwedMention) -> Result<Receipt, Stop> {
        if self.slack.clock().now().duration_since(owed.at) >= CALLS_FOR {
            return Err(Stop::Dropped("nobody is called any more for what was said so long ago"));
        }
        let told = self.oncall_group().await;
        self.note_whether_there_is_a_group(&told);
        let none = "Slack has no such group, or does not let howler see it";
        let group = match told {
            Ok(group) => group.ok_or(Stop::Dropped(none))?,
            Err(trouble) if retry::verdict(&trouble, "", "").class.is_final() => {
                return Err(Stop::Dropped(none));
            }
            Err(trouble) => {
                let words = format!("the group {}", self.config.mentions.oncall);
                return Err(Stop::before(trouble, &Spot { words, ..Spot::workspace() }));
            }
        };
        let thread = Some(Thread { root: owed.root.clone(), broadcast: false });
        let words = "the thread of the message that called nobody".to_owned();
        let spot = Spot { channel: owed.channel.clone(), words, thread, ..Spot::workspace() };
        match self.find_or_post(job, &spot, &view::mention_made_good(&group)).await {
            Ok((receipt, _)) => Ok(receipt),
            Err(Stop::Trouble { trouble, .. }) if takes_no_replies(&trouble) => {
                Err(Stop::Dropped("the message that called nobody was deleted in Slack"))
            }
            Err(stop) => Err(stop),
        }
    }
}
