//! The way in for what sources answer when they are asked.

use super::{Desk, Message};
use domain::alert::asking::Learned;
use domain::fault::Fault;

impl Desk {
    /// Takes in what was learned by asking a source, and returns once it is on the disk. It does not count as the source speaking.
    ///
    /// # Errors
    /// When it could not be saved: it is to be asked again.
    pub async fn learn(&self, learned: Learned) -> Result<(), Fault> {
        self.ask(|reply| Message::Learned(Box::new(learned), reply)).await?
    }
}
