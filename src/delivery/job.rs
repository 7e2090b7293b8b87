//! What a lane hands over to be carried out.

use std::sync::Arc;

use jiff::Timestamp;

use domain::Severity;
use domain::alert::group::Shown;
use domain::effect::{Effect, EffectKind, EffectState, Lane, Say};
use domain::incident::Incident;
use domain::oncall::rota::Rota;
use domain::run::Run;

/// An effect, the incident as it is now, and the mark that its message carries.
#[derive(Clone, Debug)]
pub struct Job {
    pub effect: Effect,
    pub incident: Option<Arc<Incident>>,
    /// The run that the effect belongs to, as it is now.
    pub run: Option<Arc<Run>>,
    /// What the message of a group of alerts shows.
    pub alerts: Option<Arc<Shown>>,
    /// Who is on call.
    pub rota: Arc<Rota>,
    /// The store's name and the effect's number or name: the same at every attempt, and nobody else's.
    pub mark: String,
}

/// Whose turn comes first behind a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody is called.
    Page,
    /// Of a P1.
    Pressing,
    Usual,
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

    /// How it stands to others where Slack limits both. News of a P1 is not to be read an hour later, behind the reminders of
    /// thousands of smaller incidents.
    pub fn urgency(&self) -> Urgency {
        let reminds = matches!(&self.effect.kind, EffectKind::Say { say, .. }
            if matches!(**say, Say::Reminder { .. } | Say::ResponseMissed { .. }));
        let of_a_p1 = self.incident.as_ref().is_some_and(|incident| incident.severity == Severity::P1);
        match self.effect.lane {
            // Pages without an incident are among the latter.
            Lane::Page(_) | Lane::OnCall if !reminds => Urgency::Page,
            Lane::Page(_) | Lane::Announce(_) | Lane::Room(_) if of_a_p1 => Urgency::Pressing,
            _ => Urgency::Usual,
        }
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
