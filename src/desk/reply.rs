//! Who waits for what a round decided, and what they are told once it is saved.

use tokio::sync::oneshot;
use tracing::error;

use ::watch::push::Took;
use domain::alert::hear::NotHeard;
use domain::answer::Answer;
use domain::effect::Outcome;
use domain::fault::Fault;
use domain::id::EffectId;
use domain::request::Request;
use store::StoreError;

/// What is answered once the round is committed.
pub(super) enum Reply {
    Answer(Box<Request>, oneshot::Sender<Result<Answer, Fault>>, Box<Result<Answer, Fault>>),
    Pushed(oneshot::Sender<Result<Took, NotHeard>>, Took),
    Report(EffectId, Box<Outcome>, oneshot::Sender<()>),
    Saved(oneshot::Sender<Result<(), Fault>>),
    /// What a source is told, once what was decided of its delivery is saved.
    Heard(oneshot::Sender<Result<(), NotHeard>>, Result<(), NotHeard>),
}

/// Answers what was decided once it is saved, and at once where it could not be.
pub(super) fn saved(
    done: Result<(), StoreError>,
    reply: oneshot::Sender<Result<(), Fault>>,
    replies: &mut Vec<Reply>,
) {
    match done {
        Ok(()) => replies.push(Reply::Saved(reply)),
        Err(error) => drop(reply.send(Err(unreadable(error)))),
    }
}

pub(super) fn unreadable(error: StoreError) -> Fault {
    error!(%error, "a request could not be decided");
    Fault::Unreadable
}
