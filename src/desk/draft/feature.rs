//! Parts with a command of their own: who decides a line, and who reads one.

pub(super) mod alerts;
pub(super) mod credential;
pub(super) mod maintenance;
pub(super) mod metrics;

use super::{Book, Draft};
use config::Config;
use domain::answer::{Answer, Private};
use domain::feature::{FeatureAnswer, FeatureLine};
use domain::request::Request;
use store::StoreError;

/// Answers a line that only reads.
pub fn read(book: &Book<'_>, config: &Config, line: &FeatureLine) -> Result<Answer, StoreError> {
    Ok(answered(match line {
        FeatureLine::Maintenance(line) => FeatureAnswer::Maintenance(maintenance::read(book, line)),
        FeatureLine::Alerts(line) => FeatureAnswer::Alerts(alerts::read(book, config, line)?),
        FeatureLine::Metrics(line) => FeatureAnswer::Metrics(metrics::read(book, config, line)?),
        FeatureLine::Credential(line) => FeatureAnswer::Credential(credential::read(book, config, line)),
    }))
}

/// What the week's alerts leave for the weekly review.
pub use alerts::week_of_alerts;
/// What is to be rotated within a week.
pub use credential::week_of_secrets;
/// How what is watched went.
pub use metrics::course;

impl Draft<'_> {
    /// Decides a line that changes something.
    pub(super) fn feature(&mut self, request: &Request, line: &FeatureLine) -> Result<Answer, StoreError> {
        Ok(answered(match line {
            FeatureLine::Maintenance(line) => FeatureAnswer::Maintenance(self.maintenance(request, line)?),
            FeatureLine::Alerts(line) => FeatureAnswer::Alerts(self.alerts(request, line)?),
            FeatureLine::Credential(line) => FeatureAnswer::Credential(self.credential(request, line)?),
            FeatureLine::Metrics(line) => {
                FeatureAnswer::Metrics(metrics::read(&self.book(), self.config, line)?)
            }
        }))
    }
}

fn answered(answer: FeatureAnswer) -> Answer {
    Answer::Private(Private::Feature(Box::new(answer)))
}
