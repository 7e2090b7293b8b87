//! The way in for what drills of procedures found.

use std::collections::BTreeMap;

use super::{Desk, Message};
use domain::fault::Fault;
use domain::procedure::drill::Drilled;

impl Desk {
    /// Takes in what a drill of each of these procedures found, and returns once it is on the disk.
    ///
    /// # Errors
    /// When it could not be saved: they are to be tried again.
    pub async fn drilled(&self, found: BTreeMap<String, Drilled>) -> Result<(), Fault> {
        self.ask(|reply| Message::Drilled(found, reply)).await?
    }
}
