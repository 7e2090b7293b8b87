//! What a callback asks of the desk, and what is said back.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::timeout;
use tracing::warn;

use super::{Acknowledged, Handler, NotSaved, PhoneEvent};
use crate::desk::Desk;
use crate::domain::answer::{Answer, Private};
use crate::domain::command::{Command, Line};
use crate::domain::oncall::call_name::{About, CallName};
use crate::domain::oncall::line::Oncall;
use crate::domain::oncall::phone::PhoneNumber;
use crate::domain::oncall::said::declines;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, Place, ReplyPath, Request};
use crate::id::{DeliveryId, UserId};

/// Twilio waits 15 seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hands callbacks to the desk.
pub struct ToDesk {
    pub desk: Desk,
    /// The store's name, with which its calls' marks begin.
    pub instance: String,
}

impl Handler for ToDesk {
    fn heard(&self, event: PhoneEvent) -> BoxFuture<'_, Result<String, NotSaved>> {
        Box::pin(async move {
            let Some(request) = self.request(event) else { return Ok(String::new()) };
            match timeout(PATIENCE, self.desk.submit(request)).await {
                Ok(Ok(answer)) => Ok(said(&answer).to_owned()),
                Ok(Err(fault)) => {
                    warn!(?fault, "a callback about a phone could not be saved");
                    Err(NotSaved)
                }
                Err(_) => Err(NotSaved),
            }
        })
    }
}

impl ToDesk {
    fn request(&self, event: PhoneEvent) -> Option<Request> {
        match event {
            PhoneEvent::Acknowledged { by: Acknowledged::Key(claim), delivery } => {
                Some(request(delivery, claim.person, acknowledge(About::parse(&claim.about)?)))
            }
            PhoneEvent::Acknowledged { by: Acknowledged::PagerDuty { dedup, who }, delivery } => {
                let about = dedup.strip_prefix(&format!("howler-{}-", self.instance))?;
                let who = UserId::at_pagerduty(who.as_deref().unwrap_or("somebody"));
                Some(request(delivery, who, acknowledge(About::parse(about)?)))
            }
            ref event @ (PhoneEvent::NotReached { ref mark, ref delivery, .. }
            | PhoneEvent::Ended { ref mark, ref delivery })
                if event.wants_text(false) =>
            {
                self.missed(mark, delivery.clone(), false)
            }
            PhoneEvent::NotTexted { mark, code, delivery } => {
                warn!(code, "a text about a page did not arrive; the timeline says so");
                self.missed(&mark, delivery, true)
            }
            PhoneEvent::Texted { from, text, delivery } => {
                let person = self.owner(&from)?;
                let refusal = Refusal::NoSuchPageCall { number: 0 };
                Some(request(delivery, person, Ask::Said { refusal, declines: declines(&text) }))
            }
            // An incident is resolved by people, with its cause; PagerDuty's word for it ends nothing here.
            PhoneEvent::Resolved { .. }
            | PhoneEvent::NotReached { .. }
            | PhoneEvent::Ended { .. }
            | PhoneEvent::OtherKey
            | PhoneEvent::Nothing => None,
        }
    }

    fn missed(&self, mark: &str, delivery: DeliveryId, texted: bool) -> Option<Request> {
        let call = CallName::parse(mark.strip_prefix(&self.instance)?.strip_prefix('-')?)?;
        Some(request(delivery, call.person.clone(), Ask::CallMissed { call, texted }))
    }

    /// Whose number it is.
    fn owner(&self, number: &PhoneNumber) -> Option<UserId> {
        let owner = self.desk.look(|state, _| {
            let mut known = state.rota.phones.iter();
            known.find(|(_, known)| *known == number).map(|(person, _)| person.clone())
        });
        owner.flatten()
    }
}

fn request(delivery: DeliveryId, by: UserId, ask: Ask) -> Request {
    Request { delivery, by, place: Place::phone(), reply: ReplyPath::Inline, ask }
}

fn acknowledge(about: About) -> Ask {
    Ask::Line(match about {
        About::Incident(incident) => Line { incident: Some(incident), command: Command::Ack },
        About::Summons(number) => {
            Line { incident: None, command: Command::Oncall(Box::new(Oncall::AnswerPage { number })) }
        }
    })
}

/// A few words for an ear or a small screen.
fn said(answer: &Answer) -> &'static str {
    match answer {
        Answer::Private(Private::Refused(
            Refusal::AlreadyAcknowledged { .. } | Refusal::PageAnswered { .. },
        )) => "Somebody has it already. Nothing more is needed.",
        Answer::Private(Private::Refused(Refusal::AlreadyResolved { .. })) => {
            "It is resolved already. Nothing more is needed."
        }
        Answer::Private(Private::Refused(Refusal::PageStands)) => {
            "The page stands, and others are called in their turn. To take it, answer OK."
        }
        Answer::Private(Private::StillPaged { .. }) => {
            "You have it. Another page still waits: answer OK again."
        }
        Answer::Private(Private::Refused(_)) => "There is nothing to answer any more.",
        Answer::Private(_) => "You have it. Thank you.",
        Answer::Nothing | Answer::OpenForm(_) => "",
    }
}
