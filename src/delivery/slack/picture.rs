//! Pictures: given to Slack first, where nobody sees them, and shown by a block of an ordinary message then.
//!
//! Slack could share a file by itself (`files.completeUploadExternal` with a channel), but what it posts then carries no mark and its answer
//! no timestamp, and the post comes some time after the answer: a lost answer could not be told from a lost picture. A message of howler's
//! with an `image` block of the file (`slack_file`) has its mark and is looked for by it like every other one, so it stands once; what may
//! be there twice is a file that nobody sees. A bot may show what it uploaded, wherever it may post (docs.slack.dev, "Slack file object").
//!
//! Slack looks at a file before a block may show it, and says `invalid slack file` until then: about a second, as people report
//! (github.com/slackapi/python-slack-sdk/issues/1521). Nothing tells when it is done but `files.info`, which wants a scope more that lets
//! howler read everybody's files. So the message is tried again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::post::{Destination, takes_no_replies};
use super::{Deliverer, Spot, Stop, Thread};
use crate::job::Job;
use crate::retry::Trouble;
use ::picture::Picture;
use domain::effect::{CardPlace, Outcome, Receipt};
use domain::id::{ChannelId, EffectId, MessageTs};
use domain::picture::Under;

/// How long Slack looks at a file, before it is worth asking.
const LOOKS: SignedDuration = SignedDuration::from_millis(1_500);
/// A picture that no block may show after so long never will be.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);
/// The message that it belongs under comes first.
const WAIT_FOR_THE_MESSAGE: SignedDuration = SignedDuration::from_secs(1);

/// What Slack has of effects that are not done. A start forgets it, and uploads again.
#[derive(Default)]
pub(super) struct Uploads(Mutex<BTreeMap<EffectId, Upload>>);

#[derive(Clone)]
struct Upload {
    file: String,
    at: Timestamp,
    alt: String,
}

impl Uploads {
    fn get(&self, id: EffectId) -> Option<Upload> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn put(&self, id: EffectId, upload: Upload) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, upload);
    }

    fn forget(&self, id: EffectId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

impl Deliverer {
    /// Whether a picture is wanted to go on with `job`: it is not there yet, and Slack has none of it.
    pub fn wants_a_picture(&self, job: &Job) -> bool {
        self.uploads.get(job.effect.id).is_none()
    }

    /// Shows a picture under its message. `drawn` is the picture, where [`wants_a_picture`](Self::wants_a_picture) said so.
    pub async fn show_picture(
        &self,
        job: &Job,
        under: &Under,
        name: &str,
        drawn: Option<Picture>,
    ) -> Outcome {
        let (id, now) = (job.effect.id, self.slack.clock().now());
        if let Some(until) = self.turns.early(id, now) {
            return Outcome::Held { until, reason: "others wait for the same limit before it".to_owned() };
        }
        let hold = |wait: SignedDuration, reason: &str| Outcome::Held {
            until: now.saturating_add(wait).unwrap_or(Timestamp::MAX),
            reason: reason.to_owned(),
        };
        let spot = match self.picture_spot(job, under).await {
            Ok(Some(spot)) => spot,
            // The longer it takes, the less often it is worth looking.
            Ok(None) => {
                let waited = now.duration_since(job.effect.created_at).max(SignedDuration::ZERO);
                return hold(
                    WAIT_FOR_THE_MESSAGE.max(waited / 10),
                    "the message that it belongs under comes first",
                );
            }
            Err(stop) => return self.stopped(job, stop),
        };
        let shown = self.show_in(job, &spot, name, drawn).await;
        let upload = self.uploads.get(id);
        match shown {
            Ok(Some(receipt)) => {
                self.reach.found(now);
                self.uploads.forget(id);
                Outcome::Done(receipt)
            }
            Ok(None) => hold(LOOKS, "Slack looks at the picture before a message may show it"),
            Err(Stop::Trouble { trouble, .. }) if is_not_ready(&trouble) => match upload {
                Some(upload) if now.duration_since(upload.at) < PATIENCE => {
                    hold(LOOKS, "Slack looks at the picture before a message may show it")
                }
                _ => {
                    self.uploads.forget(id);
                    let reason = "Slack took the picture, and lets no message show it".to_owned();
                    Outcome::Failed { reason, unknown: job.may_have_happened() }
                }
            },
            Err(Stop::Trouble { trouble, .. }) if takes_no_replies(&trouble) => {
                self.uploads.forget(id);
                Outcome::Dropped {
                    reason: "the message that it belongs under was deleted in Slack".to_owned(),
                }
            }
            Err(stop) => self.stopped(job, stop),
        }
    }

    /// Where it stands; `None` while the message is not there yet.
    async fn picture_spot(&self, job: &Job, under: &Under) -> Result<Option<Spot>, Stop> {
        let thread = |(channel, root): (ChannelId, MessageTs), words: &str| Spot {
            channel,
            words: words.to_owned(),
            thread: Some(Thread { root, broadcast: false }),
            ..Spot::workspace()
        };
        Ok(match under {
            Under::Alerts(_) => {
                let shown =
                    job.alerts.as_deref().ok_or(Stop::Dropped("the alerts that this shows are not there"))?;
                shown.group.post.clone().map(|post| thread(post, "the thread of the alerts"))
            }
            Under::Card => {
                let card = super::incident(job)?.card(CardPlace::Emergencies);
                let post = card.map(|post| (post.channel.clone(), post.message.clone()));
                post.map(|post| thread(post, "the card's thread"))
            }
            Under::Asker(person) => Some(self.spot(Destination::Person(person)).await?),
        })
    }

    /// The message; `None` where Slack has only just got the picture.
    async fn show_in(
        &self,
        job: &Job,
        spot: &Spot,
        name: &str,
        drawn: Option<Picture>,
    ) -> Result<Option<Receipt>, Stop> {
        let before = |trouble| Stop::before(trouble, spot);
        if job.may_have_happened()
            && let Some(message) = self.find_marked(job, spot).await.map_err(before)?.whole
        {
            return Ok(Some(Receipt::Message { channel: spot.channel.clone(), message }));
        }
        match (self.uploads.get(job.effect.id), drawn) {
            (Some(Upload { file, alt, .. }), _) => {
                let message = view::picture(&file, &alt);
                self.find_or_post(job, spot, &message).await.map(|(receipt, _)| Some(receipt))
            }
            (None, Some(Picture { png, alt })) => {
                let file = self.slack.put_picture(name, &png, &alt).await.map_err(before)?;
                self.uploads.put(job.effect.id, Upload { file, at: self.slack.clock().now(), alt });
                Ok(None)
            }
            (None, None) => Err(Stop::Failed("there is no picture to show".into())),
        }
    }
}

/// Whether no block may show the file yet.
fn is_not_ready(trouble: &Trouble) -> bool {
    let Trouble::Refused(refusal) = trouble else { return false };
    refusal.error == "invalid_blocks"
        && refusal.details.iter().any(|detail| detail.contains("invalid slack file"))
}
