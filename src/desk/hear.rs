//! The way in for what sources of alerts say: bounded, so that a storm fills no memory and holds up nobody's request for long.

use super::{Desk, Message};
use domain::alert::hear::{Delivery, NotHeard};

/// So many signals may wait to be decided and saved. A round of as many takes well under a second.
pub(super) const ROOM: usize = 4_096;

impl Desk {
    /// Takes in what a source of alerts says, and returns once it is on the disk. The same delivery again changes nothing.
    ///
    /// # Errors
    /// Too much waits already, too many alerts are open, or it could not be saved: the source is to send it again.
    pub async fn hear(&self, delivery: Delivery) -> Result<(), NotHeard> {
        let room = u32::try_from(delivery.weight().min(ROOM)).unwrap_or(1);
        let held = self.room.try_acquire_many(room).map_err(|_| NotHeard::Busy)?;
        let saved = self.ask(|reply| Message::Hear(Box::new(delivery), reply)).await;
        drop(held);
        saved.map_err(|_| NotHeard::NotSaved)?
    }
}
