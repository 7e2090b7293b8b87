//! Requests of which nobody knows whether they were saved: the commit failed after it had begun to write. Once the store is
//! read anew each person is told what became of theirs, in the commit that makes sure of it.

use std::collections::BTreeSet;

use domain::answer::{Answer, Private};
use domain::id::DeliveryId;
use domain::request::{Ask, ReplyPath, Request};

#[derive(Debug, Default)]
pub struct Doubts {
    requests: Vec<Request>,
    /// Deliveries whose refusal was told already: Slack brings some of them again.
    told: BTreeSet<DeliveryId>,
}

impl Doubts {
    pub fn holds(&self, delivery: &DeliveryId) -> bool {
        self.requests.iter().any(|request| request.delivery == *delivery)
    }

    pub fn add(&mut self, request: Request) {
        if !self.holds(&request.delivery) {
            self.requests.push(request);
        }
    }

    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// Whether a refusal of `delivery` is still to be told beside the answer to it; from now on it is not.
    pub fn first_word(&mut self, delivery: &DeliveryId) -> bool {
        self.told.insert(delivery.clone())
    }

    /// What was in doubt is told, in a commit that stands.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Whether the person can be told by a message of their own.
pub fn reachable(request: &Request) -> bool {
    !matches!(request.ask, Ask::CallMissed { .. }) && request.by.in_slack().is_some()
}

/// Whether the answer to the delivery itself tells the person.
pub fn is_inline(request: &Request) -> bool {
    request.reply == ReplyPath::Inline
}

/// Whether the saved answer reaches the person without another word: it went into the outbox in the same commit.
pub fn tells_itself(request: &Request, answer: &Answer) -> bool {
    let taken =
        matches!(request.ask, Ask::Form(_)) && !matches!(answer, Answer::Private(Private::Refused(_)));
    // What became of it was told in the commit that the answer is of.
    let told = matches!(answer, Answer::Private(Private::Became { .. }));
    !is_inline(request) || taken || told
}
