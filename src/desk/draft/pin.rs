//! Pushpins on messages.

use super::Draft;
use crate::desk::book::{CHOICES, newest};
use crate::domain::answer::{Answer, Private};
use crate::domain::command::{Command, Line};
use crate::domain::incident::pin;
use crate::domain::request::Request;
use crate::id::{ChannelId, MessageTs, UserId};
use crate::store::StoreError;

impl Draft<'_> {
    pub(super) fn pin(
        &mut self,
        request: &Request,
        channel: &ChannelId,
        message: &MessageTs,
        author: Option<&UserId>,
        added: bool,
    ) -> Result<Answer, StoreError> {
        let meant = self.book().pinned_for(channel, message, added)?;
        match meant.as_slice() {
            [] => Ok(Answer::Nothing),
            [incident] => {
                let decision = pin(incident, &request.by, channel, message, author.cloned(), added);
                self.carry_out(incident, request, decision)
            }
            several => {
                let choices = newest(several).take(CHOICES).map(|incident| incident.summary()).collect();
                let more = several.len().saturating_sub(CHOICES);
                let (channel, message) = (channel.clone(), message.clone());
                let command = Command::PinTo { channel, message, author: author.cloned() };
                let line = Line { incident: None, command };
                let asked = Some(request.delivery.clone());
                Ok(Answer::Private(Private::WhichIncident { choices, more, line, asked }))
            }
        }
    }
}
