//! Looks whether the on-call's user group still holds whoever is on call: somebody may have changed it by hand.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tracing::{debug, warn};

use super::Deliverer;
use desk::Desk;
use domain::effect::EffectKind;
use domain::id::UserId;
use domain::oncall::duty::PhoneReach;
use domain::oncall::reach::NoWay;
use domain::refusal::Unfit;
use ground::clock::Clock;

/// Slack tells of changes as they happen; this is for those it did not tell.
const EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Accounts are deactivated seldom, and each look is a call for each person.
const PEOPLE_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// Whoever has a turn within this is looked at.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 14);

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
        let mut people_at = Timestamp::MIN;
        let later = |now: Timestamp, every| now.saturating_add(every).unwrap_or(Timestamp::MAX);
        let mut look_at = later(self.clock.now(), EVERY);
        loop {
            let changed = tokio::select! {
                biased;
                // An error means that the app is gone, which is a stop too.
                _ = self.stopping.wait_for(|stopping| *stopping) => return,
                () = self.deliverer.group_changed.notified() => true,
                () = self.clock.sleep_until(look_at) => false,
            };
            let now = self.clock.now();
            if !changed && now < look_at {
                continue;
            }
            look_at = later(now, EVERY);
            self.look().await;
            if now.duration_since(people_at) >= PEOPLE_EVERY {
                people_at = now;
                self.look_at_people().await;
            }
        }
    }

    /// Whether whoever has a turn soon still has an account: better known now than by the first page.
    async fn look_at_people(&self) {
        let soon = |now: Timestamp| now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
        let people = self.desk.look(|state, now| {
            let schedule = &state.rota.schedule;
            let held = state.rota.held(now);
            let turns = schedule.segments(now, soon(now));
            let turns = turns.iter().filter_map(|segment| segment.person().cloned());
            let people: BTreeSet<UserId> =
                turns.chain(held.backup).chain(schedule.fallback.clone()).collect();
            let known = |person: &UserId| state.rota.no_way.get(person).cloned();
            people.into_iter().map(|person| (known(&person), person)).collect::<Vec<_>>()
        });
        for (known, person) in people.unwrap_or_default() {
            // Nothing is told where Slack does not tell.
            let Ok(unfit) = self.deliverer.people.fitness(&person).await else { return };
            let why = unfit.map(|unfit| match unfit {
                Unfit::Left => NoWay::Left,
                Unfit::Bot => NoWay::Bot,
                Unfit::Unknown => NoWay::Unknown,
            });
            // What a message failed for beside the account is for the next message to tell.
            let news = why != known && (why.is_some() || known.is_some_and(|known| known.lasts()));
            if news && self.desk.reach(person, why).await.is_err() {
                warn!("whether somebody can be reached could not be saved; howler looks again");
            }
        }
    }

    async fn look(&self) {
        let Some(Some(wanted)) = self.desk.look(|state, now| {
            let waits = state.outbox.iter().any(|effect| effect.kind == EffectKind::Group);
            let on_call =
                state.rota.shift.as_ref().and_then(|_| state.rota.duty(now, PhoneReach::Off).primary);
            on_call.filter(|_| !waits)
        }) else {
            return;
        };
        match self.deliverer.group_members().await {
            Ok(Some(members)) if members != [wanted.clone()] => {
                self.deliverer.note_group(true);
                self.repair(&wanted).await;
            }
            Ok(Some(_)) => self.deliverer.note_group(false),
            Ok(None) => {}
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
