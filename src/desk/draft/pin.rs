//! Reactions on messages: pushpins, and the ones that answer a page.

use super::Draft;
use crate::book::{CHOICES, newest};
use domain::answer::{Answer, Private};
use domain::command::{Command, Line};
use domain::effect::{PostKey, To};
use domain::id::{ChannelId, MessageTs, UserId};
use domain::incident::pin;
use domain::oncall::line::Oncall;
use domain::refusal::{Doubt, Refusal};
use domain::request::Request;
use store::StoreError;

impl Draft<'_> {
    /// A yes on a page's message is as good as its button, of whoever is called or on call. Of anybody else in the channel it may
    /// say that they have seen it: they are offered the button.
    pub(super) fn reacted(&mut self, request: &Request, message: &MessageTs) -> Result<Answer, StoreError> {
        let is_it = |channel: &ChannelId, ts: &MessageTs| *channel == request.place.channel && ts == message;
        for incident in self.book().open() {
            let post = incident.posts.iter().find(|post| is_it(&post.channel, &post.message));
            let Some(PostKey::Page { seq, to }) = post.map(|post| &post.key) else { continue };
            if !incident.offers(*seq, to) {
                return Ok(Answer::Nothing);
            }
            let line = Line { incident: Some(incident.id), command: Command::Ack };
            if request.place.is_private() || incident.is_meant(&request.by, &self.duty()) {
                return self.line(request, &line);
            }
            return self.unclear(request, &Refusal::unsure(Doubt::Reaction, [line]));
        }
        if let Some(whole) = self.whole_of_page(&request.place.channel, message)? {
            let line = Line { incident: Some(whole.id), command: Command::Ack };
            return if whole.acknowledged.is_none() {
                self.line(request, &line)
            } else {
                Ok(Answer::Nothing)
            };
        }
        let rota = self.rota();
        let post = rota.posts.iter().find(|post| is_it(&post.channel, &post.message));
        let Some(PostKey::Summons { number, seq, to }) = post.map(|post| &post.key) else {
            return Ok(Answer::Nothing);
        };
        let calls = |(open_seq, open): &(u32, To)| open_seq == seq && open == to;
        match rota.summons(*number).is_some_and(|summons| summons.open.iter().any(calls)) {
            true => self.oncall(request, &Oncall::AnswerPage { number: *number }),
            false => Ok(Answer::Nothing),
        }
    }

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
