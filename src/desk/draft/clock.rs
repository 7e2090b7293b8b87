//! A machine's clock that was set back: the open incidents' clocks go back with it.

use jiff::SignedDuration;

use super::Draft;
use crate::domain::incident::set_back;

impl Draft<'_> {
    /// What was reckoned from a time that has not come yet is reckoned anew.
    pub fn clock_set_back(&mut self, by: SignedDuration) {
        for incident in self.book().open() {
            if let Some(kind) = set_back(&incident, by, self.now) {
                self.record(incident.id, None, kind);
            }
        }
    }
}
