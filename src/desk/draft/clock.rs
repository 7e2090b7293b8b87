//! A machine's clock that was set back: the open incidents' clocks go back with it.

use jiff::SignedDuration;
use tracing::error;

use super::Draft;
use domain::aggregate::Cause;
use domain::incident::{Incident, set_back};

impl Draft<'_> {
    /// What was reckoned from a time that has not come yet is reckoned anew.
    pub fn clock_set_back(&mut self, by: SignedDuration) {
        for incident in self.book().open() {
            let Some(kind) = set_back(&incident, by, self.now) else { continue };
            let id = incident.id;
            let done = self.whole(|draft| draft.record::<Incident>(id, &Cause::howler(), kind));
            if let Err(error) = done {
                error!(%error, incident = id.0, "an incident's clocks did not go back with the machine's");
            }
        }
    }
}
