//! What drills found is kept, and told where people on call read it.

use std::collections::BTreeMap;

use tracing::info;

use super::Draft;
use domain::effect::{EffectKind, Lane, To};
use domain::oncall::tell::Tell;
use domain::owner::Owner;
use domain::procedure::drill::{Drilled, Drills};

impl Draft<'_> {
    /// Takes in what a drill of each of these procedures found.
    pub fn drilled(&mut self, found: BTreeMap<String, Drilled>) {
        let mut drills = self.drills().clone();
        drills.take(&found, |name| self.config.procedures.get(name).is_some());
        self.changes.drills = Some(drills);
        info!(procedures = found.len(), "drilled");
        let (to, tell) = (To::OnCall, Box::new(Tell::Drilled(found)));
        self.push_new(Owner::Howler, Lane::OnCall, EffectKind::Tell { to, tell, keep_as: None });
    }

    pub(super) fn drills(&self) -> &Drills {
        self.changes.drills.as_ref().unwrap_or(&self.state.drills)
    }
}
