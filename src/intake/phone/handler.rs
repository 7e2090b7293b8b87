//! What a callback asks of the desk, and what is said back.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::timeout;
use tracing::warn;

use super::{Acknowledged, Handler, NotSaved, PhoneEvent};
use desk::Desk;
use domain::actor::Actor;
use domain::answer::{Answer, Private};
use domain::command::{Command, Line};
use domain::id::{DeliveryId, UserId};
use domain::oncall::answer::OncallAnswer;
use domain::oncall::call_name::{About, CallName};
use domain::oncall::line::Oncall;
use domain::oncall::phone::PhoneNumber;
use domain::oncall::said::heard;
use domain::refusal::Refusal;
use domain::request::{Ask, Place, ReplyPath, Request};

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
            if let Some(taken) = self.taken_with(&event) {
                // Refused where somebody has it already: the note follows all the same.
                timeout(PATIENCE, self.desk.submit(taken))
                    .await
                    .map_err(|_| NotSaved)?
                    .map_err(|_| NotSaved)?;
            }
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
    /// A person who resolves an alert at PagerDuty has seen it: whatever it is about has somebody.
    fn taken_with(&self, event: &PhoneEvent) -> Option<Request> {
        let PhoneEvent::Resolved { dedup, who: Some(who), delivery } = event else { return None };
        let delivery = DeliveryId(format!("{delivery}:ack"));
        Some(request(delivery, Actor::PagerDuty(who.clone()), acknowledge(self.about(dedup)?)))
    }

    fn request(&self, event: PhoneEvent) -> Option<Request> {
        match event {
            PhoneEvent::Acknowledged { by: Acknowledged::Key(claim), delivery } => {
                let call = claim.mark.strip_prefix(&self.instance).and_then(|mark| mark.strip_prefix('-'));
                let call = call.and_then(CallName::parse).map(|call| call.seq);
                let asked = request(delivery, claim.person, acknowledge(About::parse(&claim.about)?));
                Some(Request { place: call.map_or_else(Place::phone, Place::call), ..asked })
            }
            PhoneEvent::Acknowledged { by: Acknowledged::PagerDuty { dedup, who }, delivery } => {
                let who = Actor::PagerDuty(who.unwrap_or_else(|| "somebody".into()));
                Some(request(delivery, who, acknowledge(self.about(&dedup)?)))
            }
            // An incident is resolved by people, with its cause. That somebody resolved the alert stands on its timeline.
            PhoneEvent::Resolved { dedup, who, delivery } => {
                let About::Incident(incident) = self.about(&dedup)? else { return None };
                let who = Actor::PagerDuty(who.unwrap_or_else(|| "a rule".into()));
                let command = Command::Note { text: view::resolved_at_pagerduty() };
                Some(request(delivery, who, Ask::Line(Line { incident: Some(incident), command })))
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
                Some(request(delivery, person, Ask::Said { refusal, heard: heard(&text) }))
            }
            PhoneEvent::NotReached { .. }
            | PhoneEvent::Ended { .. }
            | PhoneEvent::OtherKey
            | PhoneEvent::Nothing => None,
        }
    }

    fn missed(&self, mark: &str, delivery: DeliveryId, texted: bool) -> Option<Request> {
        let call = CallName::parse(mark.strip_prefix(&self.instance)?.strip_prefix('-')?)?;
        Some(request(delivery, call.person.clone(), Ask::CallMissed { call, texted }))
    }

    /// What an alert at PagerDuty is about; nothing where it is none of this howler's.
    fn about(&self, dedup: &str) -> Option<About> {
        let name = dedup.strip_prefix(&format!("howler-{}-", self.instance))?;
        About::parse(name.split_once('.').map_or(name, |(about, _)| about))
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

fn request(delivery: DeliveryId, by: impl Into<Actor>, ask: Ask) -> Request {
    Request { delivery, by: by.into(), place: Place::phone(), reply: ReplyPath::Inline, ask }
}

fn acknowledge(about: About) -> Ask {
    Ask::Line(match about {
        About::Incident(incident) => Line { incident: Some(incident), command: Command::Ack },
        About::Summons(number) => oncall(Oncall::AnswerPage { number }),
        About::Test(number) => oncall(Oncall::RingHeard { number }),
    })
}

fn oncall(line: Oncall) -> Line {
    Line { incident: None, command: Command::Oncall(Box::new(line)) }
}

/// A few words for an ear or a small screen.
fn said(answer: &Answer) -> &'static str {
    match answer {
        Answer::Private(Private::Refused(
            Refusal::AlreadyAcknowledged { .. } | Refusal::PageAnswered { .. },
        )) => "Somebody is on it already. No need to respond.",
        Answer::Private(Private::Refused(Refusal::AlreadyResolved { .. })) => {
            "It is resolved already. No need to respond."
        }
        Answer::Private(Private::StillCalling(_)) => "I'm still looking for someone. To take it, answer OK.",
        Answer::Private(Private::StillPaged { .. }) => {
            "You're on it. You have another page: answer OK to that one too."
        }
        Answer::Private(Private::Oncall(answer)) if **answer == OncallAnswer::RingHeard => {
            "Thank you. Your phone works. Goodbye."
        }
        Answer::Private(Private::Refused(_)) => "No need to respond any more.",
        Answer::Private(_) => "You're on it. Thank you.",
        Answer::Nothing | Answer::OpenForm(_) => "",
    }
}
