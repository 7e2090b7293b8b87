//! What a commit takes, and what a start finds.

use std::sync::Arc;

use crate::domain::answer::Answer;
use crate::domain::effect::Effect;
use crate::domain::incident::Incident;
use crate::domain::incident::event::Event;
use crate::domain::oncall::event::{PageRecord, RotaEvent};
use crate::domain::oncall::rota::Rota;
use crate::domain::run::audit::{AuditRow, Ledger};
use crate::domain::run::{Run, RunEvent};
use crate::domain::timer::Timer;
use crate::id::{DeliveryId, EffectId, IncidentId, RunId};

/// One commit's changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub incidents: Vec<Arc<Incident>>,
    pub events: Vec<(IncidentId, Event)>,
    /// The rota, where it changed.
    pub rota: Option<Arc<Rota>>,
    pub rota_events: Vec<RotaEvent>,
    pub runs: Vec<Arc<Run>>,
    pub run_events: Vec<(RunId, RunEvent)>,
    pub audit: Vec<AuditRow>,
    pub paged: Vec<PageRecord>,
    pub timers_set: Vec<Timer>,
    pub timers_gone: Vec<Timer>,
    pub effects: Vec<Effect>,
    pub effects_gone: Vec<EffectId>,
    pub seen: Vec<(DeliveryId, Answer)>,
    /// The numbers that the next incident, the next effect and the next run get.
    pub next_incident: u64,
    pub next_effect: u64,
    pub next_run: u64,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.rota_events.is_empty()
            && self.run_events.is_empty()
            && self.audit.is_empty()
            && self.effects.is_empty()
            && self.effects_gone.is_empty()
            && self.timers_gone.is_empty()
            && self.seen.is_empty()
    }
}

/// What howler needs in memory: nothing that grows with closed incidents.
#[derive(Debug)]
pub struct Loaded {
    pub open: Vec<Incident>,
    pub rota: Rota,
    /// Those that are not over.
    pub runs: Vec<Run>,
    pub ledger: Ledger,
    pub timers: Vec<Timer>,
    pub outbox: Vec<Effect>,
    pub next_incident: u64,
    pub next_effect: u64,
    pub next_run: u64,
}
