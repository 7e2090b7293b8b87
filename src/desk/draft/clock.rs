//! A machine's clock that was set back: the incidents' clocks go back with it.

use jiff::SignedDuration;
use tracing::error;

use super::Draft;
use crate::after::with_something_owed;
use domain::aggregate::Cause;
use domain::incident::{Incident, set_back};

impl Draft<'_> {
    /// What was reckoned from a time that has not come yet is reckoned anew.
    pub fn clock_set_back(&mut self, by: SignedDuration) {
        // What is owed after an incident has clocks too.
        let over: Vec<_> = with_something_owed(&self.book())
            .into_iter()
            .filter(|id| !self.state.open.contains_key(id))
            .filter_map(|id| self.book().incident(id).ok().flatten())
            .filter(|incident| !incident.is_open())
            .collect();
        for incident in self.book().open().into_iter().chain(over) {
            let Some(kind) = set_back(&incident, by, self.now) else { continue };
            let id = incident.id;
            let done = self.whole(|draft| draft.record::<Incident>(id, &Cause::howler(), kind));
            if let Err(error) = done {
                error!(%error, incident = id.0, "an incident's clocks did not go back with the machine's");
            }
        }
    }
}
