//! Parts with a command of their own: who decides a line, and who reads one.

pub(super) mod maintenance;

use super::{Book, Draft};
use domain::answer::{Answer, Private};
use domain::feature::{FeatureAnswer, FeatureLine};
use domain::request::Request;
use store::StoreError;

/// Answers a line that only reads.
pub fn read(book: &Book<'_>, line: &FeatureLine) -> Answer {
    answered(match line {
        FeatureLine::Maintenance(line) => FeatureAnswer::Maintenance(maintenance::read(book, line)),
    })
}

impl Draft<'_> {
    /// Decides a line that changes something.
    pub(super) fn feature(&mut self, request: &Request, line: &FeatureLine) -> Result<Answer, StoreError> {
        Ok(answered(match line {
            FeatureLine::Maintenance(line) => FeatureAnswer::Maintenance(self.maintenance(request, line)?),
        }))
    }
}

fn answered(answer: FeatureAnswer) -> Answer {
    Answer::Private(Private::Feature(Box::new(answer)))
}
