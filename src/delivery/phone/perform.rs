//! Carries out effects by phone: rings, texts and stops, and looks up what may have been placed before.

use jiff::Timestamp;
use tracing::error;

use super::answer::{AckKey, Claim};
use super::{PhoneTrouble, Phones, Ring, Rung, Sent, Stop};
use crate::job::Job;
use crate::retry::{self, Class};
use domain::Severity;
use domain::effect::{EffectKind, Outcome, PostKey, Receipt, Say, To};
use domain::id::{ChannelId, UserId};
use domain::oncall::call_name::{About, CallName};
use domain::oncall::reach::NoWay;
use domain::oncall::tell::Tell;
use ground::clock::Clock;

/// What stands for the channel of a call: Slack's ids hold no such sign.
const PHONE: &str = "phone:";

/// The one way out to the phones.
pub struct Caller {
    phones: Option<Phones>,
    key: Option<AckKey>,
    /// The store's name, which sets its calls apart.
    instance: String,
    clock: Clock,
}

impl Caller {
    /// `phones` and `key` are `None` where no provider is set up.
    pub fn new(phones: Option<Phones>, key: Option<AckKey>, instance: &str, clock: Clock) -> Self {
        Self { phones, key, instance: instance.to_owned(), clock }
    }

    /// Carries out an effect once. What cannot be done now comes back with the time to try again.
    pub async fn perform(&self, job: &Job) -> Outcome {
        let Some(phones) = &self.phones else {
            let reason = "no phone provider is set up: see [phone] in howler.toml".to_owned();
            return match job.effect.kind.is_a_page() {
                true => {
                    let why = NoWay::Other(reason.clone());
                    Outcome::NotReached { why, again: None, reason, unknown: false }
                }
                false => Outcome::Failed { reason, unknown: false },
            };
        };
        match self.carry_out(phones, job).await {
            Ok(Done::Rung(rung)) => {
                let (channel, message) = (ChannelId::from(PHONE), rung.id.as_str().into());
                Outcome::Done(Receipt::Message { channel, message })
            }
            Ok(Done::Stopped) => Outcome::Done(Receipt::Nothing),
            Ok(Done::Nothing(reason)) => Outcome::Dropped { reason: reason.to_owned() },
            Err(trouble) => self.outcome(job, &trouble),
        }
    }

    async fn carry_out(&self, phones: &Phones, job: &Job) -> Result<Done, PhoneTrouble> {
        match &job.effect.kind {
            EffectKind::Close { to, seq } => {
                let key = PostKey::Page { seq: *seq, to: to.clone() };
                let post = job.incident.as_ref().and_then(|incident| incident.post(&key));
                if !phones.needs_numbers() {
                    // Each step has an alert of its own there, which goes on calling until it is ended.
                    for earlier in job.incident.iter().flat_map(|incident| incident.alerts_before(*seq)) {
                        let id = earlier.message.as_str().to_owned();
                        phones.stop(&Rung { id, certain: true }, Stop::Acknowledged).await?;
                    }
                }
                let resolved = job.incident.as_ref().is_some_and(|incident| !incident.is_open());
                let why = if resolved { Stop::Resolved } else { Stop::Acknowledged };
                stop(phones, post.map(|post| post.message.as_str()), why).await
            }
            EffectKind::Retell { key, .. } => {
                let post = job.rota.post(key).map(|post| post.message.as_str());
                stop(phones, post, Stop::Acknowledged).await
            }
            EffectKind::Say { to, .. } | EffectKind::Tell { to, .. } => {
                let Some((ring, sent)) = self.ring(job, to) else {
                    return Ok(Done::Nothing("this is nothing for a phone"));
                };
                if job.may_have_happened()
                    && let Some(found) = phones.find(&ring, sent, job.since()).await?
                {
                    return Ok(Done::Rung(found));
                }
                match sent {
                    Sent::Call => phones.ring(&ring).await.map(Done::Rung),
                    Sent::Text => match phones.text(&ring).await? {
                        Some(rung) => Ok(Done::Rung(rung)),
                        None => Ok(Done::Nothing("the provider texts its people itself")),
                    },
                }
            }
            _ => Ok(Done::Nothing("this is nothing for a phone")),
        }
    }

    /// The call that an effect asks for.
    fn ring(&self, job: &Job, to: &To) -> Option<(Ring, Sent)> {
        let (person, sent) = match to {
            To::Phone(person) => (person, Sent::Call),
            To::Text(person) => (person, Sent::Text),
            _ => return None,
        };
        let (name, words, severity) = match &job.effect.kind {
            EffectKind::Say { say, keep_as, .. } => {
                let incident = job.effect.incident?;
                let Say::Page { severity, .. } = say.as_ref() else { return None };
                let about = About::Incident(incident);
                (named(about, keep_as, person), view::spoken_page(say, incident), *severity)
            }
            EffectKind::Tell { tell, keep_as, .. } => {
                let about = match tell.as_ref() {
                    Tell::Summons { number, .. } => About::Summons(*number),
                    Tell::TestRing { number } => About::Test(*number),
                    _ => return None,
                };
                (named(about, keep_as, person), view::spoken_summons(tell), Severity::P2)
            }
            _ => return None,
        };
        let about = name.about.to_string();
        let mark = format!("{}-{name}", self.instance);
        let claim = Claim { about: about.clone(), person: person.clone(), mark: mark.clone() };
        let ring = Ring {
            number: job.rota.phones.get(person).cloned(),
            words,
            mark,
            answer: self.key.as_ref()?.make(&claim),
            dedup: format!("howler-{}-{about}.{}", self.instance, name.seq),
            severity,
        };
        Some((ring, sent))
    }

    fn outcome(&self, job: &Job, trouble: &PhoneTrouble) -> Outcome {
        let verdict = trouble.verdict();
        let (id, attempts) = (job.effect.id, job.effect.attempts);
        let after = |wait| self.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        let reason = verdict.reason;
        let lost = matches!(verdict.class, Class::Again { lost: true });
        let unknown = lost || job.may_have_happened();
        if let Some(why) = trouble.refusal().filter(|_| job.effect.kind.is_a_page()) {
            let again = (verdict.class == Class::Slow).then(|| after(retry::slow(id, attempts)));
            return Outcome::NotReached { why, again, reason, unknown };
        }
        let at = match verdict.class {
            Class::Never => return Outcome::Failed { reason, unknown },
            Class::Ours => {
                error!(effect = id.0, "the phone provider does not take what howler made");
                return Outcome::Failed { reason, unknown };
            }
            Class::Again { .. } => after(retry::backoff(id, attempts)),
            Class::Slow => after(retry::slow(id, attempts)),
            Class::At(until) => until,
        };
        Outcome::Later { at, reason, unknown }
    }
}

enum Done {
    Rung(Rung),
    Stopped,
    Nothing(&'static str),
}

async fn stop(phones: &Phones, call: Option<&str>, why: Stop) -> Result<Done, PhoneTrouble> {
    let Some(id) = call else { return Ok(Done::Nothing("the call was never placed")) };
    phones.stop(&Rung { id: id.to_owned(), certain: true }, why).await.map(|()| Done::Stopped)
}

fn named(about: About, keep_as: &Option<PostKey>, person: &UserId) -> CallName {
    let seq = match keep_as {
        Some(PostKey::Page { seq, .. } | PostKey::Summons { seq, .. }) => *seq,
        _ => 0,
    };
    CallName { about, seq, person: person.clone() }
}
