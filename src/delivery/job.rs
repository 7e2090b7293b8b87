//! What a lane hands over to be carried out.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::Severity;
use crate::domain::effect::{Effect, EffectState};
use crate::domain::incident::Incident;
use crate::domain::oncall::rota::Rota;
use crate::domain::run::Run;

/// An effect, the incident as it is now, and the mark that its message carries.
#[derive(Clone, Debug)]
pub struct Job {
    pub effect: Effect,
    pub incident: Option<Arc<Incident>>,
    /// The run that the effect belongs to, as it is now.
    pub run: Option<Arc<Run>>,
    /// Who is on call.
    pub rota: Arc<Rota>,
    /// The store's name and the effect's number: the same at every attempt, and nobody else's.
    pub mark: String,
}

impl Job {
    /// The mark of what stands for the whole incident, however often it is edited; never an effect's mark.
    pub fn incident_mark(&self) -> Option<String> {
        let (instance, _) = self.mark.rsplit_once('-')?;
        self.effect.incident.map(|incident| format!("{instance}-{incident}"))
    }

    /// Since when an attempt may have been made.
    pub fn since(&self) -> Timestamp {
        self.effect.named.as_ref().map_or(self.effect.created_at, |named| named.since)
    }

    /// Whether it goes before others where Slack limits both: news of a P1 that is not over is not read an hour later, behind
    /// the reminders of thousands of smaller incidents.
    pub fn is_pressing(&self) -> bool {
        self.incident.as_ref().is_some_and(|incident| incident.severity == Severity::P1 && incident.is_open())
    }

    /// Whether an earlier attempt may have succeeded without howler knowing, so that it is looked up first.
    pub fn may_have_happened(&self) -> bool {
        match self.effect.state {
            EffectState::Later { unknown, .. } | EffectState::Failed { unknown, .. } => unknown,
            // A limit leaves this as it is: see `Outbox::hold`.
            EffectState::Waiting => false,
        }
    }
}
