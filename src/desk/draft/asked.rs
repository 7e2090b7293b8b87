//! What sources answered when they were asked: it goes the way of what they say, and what could not be asked is kept.

use tracing::info;

use super::Draft;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::Alert;
use domain::alert::asking::{Answer, Asking, Learned};
use domain::alert::event::AlertEventKind;
use domain::credential::plan::Lives;
use domain::effect::{EffectKind, Lane, To};
use domain::oncall::tell::Tell;
use domain::owner::Owner;
use domain::timer::Outage;
use store::StoreError;

impl Draft<'_> {
    /// Takes over when howler did not listen: it was not there, or was `deaf`. Where no source ever spoke nothing was missed.
    pub fn tend_asking(&mut self, deaf: Option<Outage>) {
        if self.state.alerts.ears.is_empty() {
            return;
        }
        let mut asking = self.asking();
        self.outage.into_iter().chain(deaf).for_each(|outage| asking.was_down(outage));
        self.keep_asking(asking);
    }

    /// Takes in what was learned by asking.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn learn(&mut self, learned: &Learned) -> Result<(), StoreError> {
        self.whole(|draft| draft.learn_it(learned))
    }

    fn learn_it(&mut self, learned: &Learned) -> Result<(), StoreError> {
        for answer in &learned.answers {
            self.learn_answer(answer)?;
        }
        for (name, on) in &learned.secrets {
            self.credential_seen(&Lives::GitHub, *on, |plan| plan.name.eq_ignore_ascii_case(name))?;
        }
        let mut asking = self.asking();
        let ears: Vec<_> = self.state.alerts.ears.values().cloned().collect();
        let missed = asking.learn(learned, &ears, self.now);
        self.keep_asking(asking);
        if let Some(missed) = missed {
            info!("what was missed is told");
            let (to, tell) = (To::OnCall, Box::new(Tell::Missed(missed)));
            self.push_new(Owner::Howler, Lane::OnCall, EffectKind::Tell { to, tell, keep_as: None });
        }
        Ok(())
    }

    /// The same delivery counts once, whoever brings it.
    fn learn_answer(&mut self, answer: &Answer) -> Result<(), StoreError> {
        if self.seen_before(&answer.id)?.is_some() {
            return Ok(());
        }
        self.seen.insert(answer.id.clone(), domain::answer::Answer::Nothing);
        let signal = &answer.signal;
        if let Some(alert) = self.alert_of_key(signal.source, &signal.key)?.filter(|alert| alert.is_live()) {
            let kind = AlertEventKind::Answered { what: answer.what.clone() };
            self.record::<Alert>(alert.id, &Cause::howler(), kind)?;
        }
        self.hear_signal(signal, None)?;
        Ok(())
    }

    fn asking(&self) -> Asking {
        self.asking.get(&()).unwrap_or(&self.state.alerts.asking).clone()
    }

    fn keep_asking(&mut self, asking: Asking) {
        if self.asking() != asking {
            self.asking.insert((), asking);
        }
    }
}
