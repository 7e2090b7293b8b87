//! The week's alerts, told at the time of a hand-over where nobody hands over: a rotation of one person has no brief.
//!
//! It is kept as what should be heard of every so often is: when it was told last, and its timer.

use jiff::{SignedDuration, Timestamp};

use super::Draft;
use super::feature::week_of_alerts;
use domain::alert::watch::Beat;
use domain::effect::{EffectKind, Lane, To};
use domain::oncall::rota::Shift;
use domain::oncall::tell::Tell;
use domain::owner::Owner;
use domain::timer::Timer;
use store::StoreError;

/// The least that is waited for.
const LATER: SignedDuration = SignedDuration::from_mins(1);
/// No heartbeat's name holds a colon.
pub(super) const WEEK: &str = "howler:week";

impl Draft<'_> {
    /// Begins to count weeks once somebody is on call and a source has spoken.
    pub(super) fn tend_week(&mut self) {
        if self.state.alerts.ears.is_empty() || self.beat_of(WEEK).is_some() {
            return;
        }
        let Some(shift) = self.rota().shift.clone() else { return };
        self.keep_week(Beat::at(WEEK, self.now), &shift);
    }

    /// It may be time. Whoever took over since the last time has read it in their brief.
    pub(super) fn week_fired(&mut self, beat: Beat) -> Result<(), StoreError> {
        let rota = self.rota();
        let Some(shift) = rota.shift.clone() else {
            self.move_timers(&due(&beat), &[]);
            self.beats.insert(beat.key, None);
            return Ok(());
        };
        let told = beat.heard.max(shift.since);
        let hands_over = rota.next_handover(&shift).is_some_and(|next| next <= self.now);
        if hands_over || rota.schedule.next_week(told) > self.now {
            self.keep_week(beat, &shift);
            return Ok(());
        }
        let digest = week_of_alerts(&self.book())?;
        if !digest.is_empty() {
            let to = rota.held(self.now).primary.map_or(To::OnCall, |holding| To::Person(holding.person));
            let tell = Box::new(Tell::Week(Box::new(digest)));
            self.push_new(Owner::Howler, Lane::OnCall, EffectKind::Tell { to, tell, keep_as: None });
        }
        self.keep_week(Beat { heard: self.now, ..beat }, &shift);
        Ok(())
    }

    fn keep_week(&mut self, beat: Beat, shift: &Shift) {
        let next = self.rota().schedule.next_week(beat.heard.max(shift.since));
        // What is due while somebody hands over is looked at again once they did.
        let next = next.max(self.now.saturating_add(LATER).unwrap_or(Timestamp::MAX));
        let new = Beat { due: Some(next), ..beat.clone() };
        self.move_timers(&due(&beat), &due(&new));
        self.beats.insert(new.key.clone(), Some(new));
    }
}

fn due(beat: &Beat) -> Vec<Timer> {
    beat.due.map(|due| beat.timer(due)).into_iter().collect()
}
