//! Parts with a command of their own: who finds the words.

mod maintenance;

use super::Message;
use super::lines::Via;
use domain::feature::{FeatureAnswer, FeatureLine, Notice};

/// The private answer.
pub(super) fn answer(answer: &FeatureAnswer, via: Via) -> Message {
    match answer {
        FeatureAnswer::Maintenance(answer) => maintenance::answer(answer, via),
    }
}

/// What is said in a channel.
pub fn notice(notice: &Notice) -> Message {
    match notice {
        Notice::Maintenance(one, notice) => maintenance::notice(one, notice),
    }
}

/// What it is, on the delivery board.
pub(super) fn notice_in_words(notice: &Notice) -> &'static str {
    match notice {
        Notice::Maintenance(_, notice) => maintenance::in_words(notice),
    }
}

/// The line to type, behind the command; `None` for what nobody need type again.
pub(super) fn typed(line: &FeatureLine) -> Option<String> {
    match line {
        FeatureLine::Maintenance(line) => maintenance::typed(line),
    }
}
