//! What became of requests that were in doubt, told in the commit that makes sure of it.

use super::Draft;
use crate::doubt::{is_inline, reachable, tells_itself};
use domain::answer::{Answer, Private};
use domain::effect::{EffectKind, Lane, To};
use domain::oncall::tell::Tell;
use domain::owner::Owner;
use domain::request::{Ask, ReplyPath, Request};
use store::StoreError;

impl Draft<'_> {
    /// Tells whoever asked whether it was saved. What was not is from here on refused, also when Slack brings it again.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn became(&mut self, request: &Request) -> Result<(), StoreError> {
        self.whole(|draft| {
            let saved = match draft.seen.get(&request.delivery) {
                Some(answer) => Some(answer.clone()),
                None => draft.store.seen(&request.delivery)?,
            };
            if saved.as_ref().is_some_and(|answer| tells_itself(request, answer)) {
                return Ok(());
            }
            let line = match &request.ask {
                Ask::Line(line) => Some(Box::new(line.clone())),
                _ => None,
            };
            let became = match saved {
                None => {
                    let became = Private::Became { saved: false, line, answer: None };
                    draft.seen.insert(request.delivery.clone(), Answer::Private(became.clone()));
                    became
                }
                Some(Answer::Private(answer)) => {
                    Private::Became { saved: true, line, answer: Some(Box::new(answer)) }
                }
                Some(_) => Private::Became { saved: true, line, answer: None },
            };
            if reachable(request) {
                let reply = if is_inline(request) { &ReplyPath::Ephemeral } else { &request.reply };
                draft.whisper(&request.by, &request.place, reply, became);
            }
            Ok(())
        })
    }

    /// Tells where it was said that howler could not save that it can again.
    pub fn saves_again(&mut self, to: To, since: jiff::Timestamp) {
        let tell = Box::new(Tell::SavesAgain { since });
        self.push_new(Owner::Howler, Lane::OnCall, EffectKind::Tell { to, tell, keep_as: None });
    }
}
