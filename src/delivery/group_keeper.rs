//! Looks whether the on-call's user group still holds whoever is on call: somebody may have changed it by hand.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tracing::{debug, warn};

use super::Deliverer;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::domain::effect::EffectKind;
use crate::domain::oncall::duty::PhoneReach;
use crate::id::UserId;

/// Slack tells of changes as they happen; this is for those it did not tell.
const EVERY: SignedDuration = SignedDuration::from_mins(10);

/// What looks after the group.
pub struct GroupKeeper {
    pub desk: Desk,
    pub deliverer: Arc<Deliverer>,
    pub clock: Clock,
    pub stopping: watch::Receiver<bool>,
}

impl GroupKeeper {
    /// Looks again and again, and whenever Slack says that a group was changed, until howler stops.
    pub async fn run(mut self) {
        loop {
            let next = self.clock.now().saturating_add(EVERY).unwrap_or(Timestamp::MAX);
            tokio::select! {
                biased;
                // An error means that the app is gone, which is a stop too.
                _ = self.stopping.wait_for(|stopping| *stopping) => return,
                () = self.deliverer.group_changed.notified() => {}
                () = self.clock.sleep_until(next) => {}
            }
            self.look().await;
        }
    }

    async fn look(&self) {
        let Some(Some(wanted)) = self.desk.look(|state, now| {
            let waits = state.outbox.iter().any(|effect| effect.kind == EffectKind::Group);
            let on_call =
                state.rota.shift.as_ref().and_then(|_| state.rota.duty(now, PhoneReach::Off).primary);
            on_call.filter(|person| !waits && person.is_in_slack())
        }) else {
            return;
        };
        match self.deliverer.group_members().await {
            Ok(Some(members)) if members != [wanted.clone()] => self.repair(&wanted).await,
            Ok(_) => {}
            Err(reason) => debug!(reason, "the on-call's group could not be read"),
        }
    }

    async fn repair(&self, wanted: &UserId) {
        if self.desk.group_drifted(wanted.clone()).await.is_err() {
            warn!(
                "the on-call's group was changed by hand, and its repair could not be saved; howler looks again"
            );
        }
    }
}
