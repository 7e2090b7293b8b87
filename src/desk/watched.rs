//! The way in for what howler reads itself.

use super::{Desk, Message};
use ::watch::row::Read;
use domain::fault::Fault;

impl Desk {
    /// Takes in a reading of a watch, and returns once it is on the disk with all that follows from it.
    ///
    /// # Errors
    /// When it could not be saved: then it was not read.
    pub async fn watched(&self, read: Read) -> Result<(), Fault> {
        self.ask(|reply| Message::Watched(Box::new(read), reply)).await?
    }
}
