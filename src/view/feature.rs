//! Parts with a command of their own: who finds the words.

pub mod alerts;
mod credential;
mod maintenance;
mod metrics;

use super::Message;
use super::lines::Via;
use config::Mentions;
use domain::feature::{FeatureAnswer, FeatureLine, Notice};

pub(super) use credential::{checklist, checklist_buttons, week};

/// The private answer.
pub(super) fn answer(answer: &FeatureAnswer, via: Via) -> Message {
    match answer {
        FeatureAnswer::Maintenance(answer) => maintenance::answer(answer, via),
        FeatureAnswer::Alerts(answer) => alerts::answer(answer, via),
        FeatureAnswer::Metrics(answer) => metrics::answer(answer, via),
        FeatureAnswer::Credential(answer) => credential::answer(answer, via),
    }
}

/// What is said in a channel.
pub fn notice(notice: &Notice, mentions: &Mentions) -> Message {
    match notice {
        Notice::Maintenance(one, notice) => maintenance::notice(one, notice),
        Notice::Alerts(group, notice) => alerts::card::notice(group, notice, mentions),
        Notice::Silence(silence, notice) => alerts::card::silence_over(silence, notice),
        Notice::Credential(plan, notice) => credential::notice(plan, notice),
        Notice::PutOff(source, put_off, room) => alerts::room::notice(*source, put_off, *room),
    }
}

/// What it is, on the delivery board.
pub(super) fn notice_in_words(notice: &Notice) -> &'static str {
    match notice {
        Notice::Maintenance(_, notice) => maintenance::in_words(notice),
        Notice::Alerts(..) => "the reminder that nobody has an alert",
        Notice::Credential(_, notice) => credential::in_words(notice),
        Notice::PutOff(..) => "the notice that new alerts are put off",
        Notice::Silence(..) => "the notice that a silence is over",
    }
}

/// The line to type, behind the command; `None` for what nobody need type again.
pub(super) fn typed(line: &FeatureLine) -> Option<String> {
    match line {
        FeatureLine::Maintenance(line) => maintenance::typed(line),
        FeatureLine::Alerts(line) => alerts::typed(line),
        FeatureLine::Metrics(line) => metrics::typed(line),
        FeatureLine::Credential(line) => credential::typed(line),
    }
}
