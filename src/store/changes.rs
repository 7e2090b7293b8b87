//! What a commit takes, and what a start finds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::engine::Write;
use super::heard::HeardRows;
use super::plain::{Plain, PlainNumbers};
use super::{StoreError, kinds};
use domain::aggregate::{Aggregate, for_each_kind};
use domain::alert::asking::Asking;
use domain::alert::ear::Ear;
use domain::alert::watch::Beat;
use domain::answer::Answer;
use domain::effect::Effect;
use domain::id::{DeliveryId, EffectId};
use domain::incident::Incident;
use domain::oncall::event::PageRecord;
use domain::oncall::rota::Rota;
use domain::procedure::drill::Drills;
use domain::run::Run;
use domain::run::audit::{AuditRow, Ledger};
use domain::timer::Timer;

/// One commit's changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Of each kind of thing that lives by events.
    pub kinds: Kinds,
    pub audit: Vec<AuditRow>,
    /// What is kept of the sources of alerts.
    pub heard: HeardRows,
    pub drills: Option<Drills>,
    pub paged: Vec<PageRecord>,
    pub timers_set: Vec<Timer>,
    pub timers_gone: Vec<Timer>,
    pub effects: Vec<Effect>,
    pub effects_gone: Vec<EffectId>,
    pub seen: Vec<(DeliveryId, Answer)>,
    pub next: Numbers,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
            && self.audit.is_empty()
            && self.heard.is_empty()
            && self.drills.is_none()
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
    /// Those of the plain kinds.
    pub plain: Plain,
    pub ledger: Ledger,
    /// The sources that spoke.
    pub ears: Vec<Ear>,
    /// What should be heard of every so often.
    pub beats: Vec<Beat>,
    /// How what is watched stands.
    pub watched: Vec<watch::row::Row>,
    /// What vendors said.
    pub vendors: Vec<watch::vendor::VendorRow>,
    pub expiries: Vec<watch::expiry::ExpiryRow>,
    /// Finished runs of workflows.
    pub finished: watch::runs::Runs,
    /// What sources are asked.
    pub asking: Asking,
    pub drills: Drills,
    pub timers: Vec<Timer>,
    pub outbox: Vec<Effect>,
    pub next: Numbers,
}

/// What a commit changes of one kind: the rows as they are afterwards, and the events that made them so.
#[derive(Clone, Debug, PartialEq)]
pub struct Of<A: Aggregate> {
    pub rows: Vec<Arc<A>>,
    pub events: Vec<(A::Id, A::Event)>,
}

impl<A: Aggregate> Default for Of<A> {
    fn default() -> Self {
        Self { rows: Vec::new(), events: Vec::new() }
    }
}

macro_rules! kinds {
    ($($name:ident: $kind:ty,)*) => {
        /// What a commit changes of each kind of thing that lives by events.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Kinds {
            $(pub $name: Of<$kind>,)*
        }

        impl Kinds {
            fn is_empty(&self) -> bool {
                [$(self.$name.events.is_empty()),*].iter().all(|empty| *empty)
            }

            /// Their rows.
            pub(super) fn rows(&self, writes: &mut Vec<Write>) -> Result<(), StoreError> {
                $(kinds::rows(&self.$name, writes)?;)*
                Ok(())
            }
        }
    };
}

for_each_kind!(kinds);

/// The numbers that come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    #[serde(rename = "next_incident")]
    pub incident: u64,
    #[serde(rename = "next_effect")]
    pub effect: u64,
    /// Stores of older versions had no runs.
    #[serde(rename = "next_run", default = "first")]
    pub run: u64,
    #[serde(flatten)]
    pub plain: PlainNumbers,
}

pub(super) fn first() -> u64 {
    1
}

/// Of a store that holds nothing yet.
impl Default for Numbers {
    fn default() -> Self {
        let plain = PlainNumbers::default();
        Self { incident: first(), effect: first(), run: first(), plain }
    }
}
