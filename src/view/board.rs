//! The delivery board: what is not done, why, and what can be done about it.

use std::collections::BTreeMap;

use super::blocks::{Button, Draft};
use super::lines::Via;
use super::words::{Words, bold, clock, code, moment, words};
use super::{Message, fault};
use domain::Command;
use domain::effect::{EffectState, Undone};
use domain::fault::Saving;
use domain::text::shorten;

/// Effects with buttons: two blocks each, fifty fit.
const SHOWN: usize = 15;
/// So many effects with the same reason are told it once.
const COMMON: usize = 3;
/// Faults of the store that are shown, and the longest, in characters.
const TROUBLES: usize = 5;
const TROUBLE_MOST: usize = 900;
/// Longest reason, in characters.
const REASON_MOST: usize = 300;

pub(super) fn board(undone: &[Undone], store: &[String], saving: Saving, via: Via) -> Message {
    let trouble: Vec<Words> = fault::saving(saving).into_iter().collect();
    let mut draft = Draft::new().lines(trouble);
    for trouble in store.iter().take(TROUBLES) {
        draft = draft.line(words!["⚠️ ", sentence(&shorten(trouble, TROUBLE_MOST))]);
    }
    if undone.is_empty() {
        return draft.line(words!["✅ Everything is delivered."]).finish();
    }
    draft = draft.line(words![
        bold(format!("Delivery board: {} waiting. ", undone.len())),
        "The incidents themselves are safe."
    ]);
    let shared = shared(undone);
    draft = draft.lines(shared.map(heading).into_iter().collect());
    for undone in undone.iter().take(SHOWN) {
        draft = draft.line(row(undone, shared)).buttons(buttons(undone));
    }
    let in_slack = (via == Via::Shell)
        .then(|| words!["To retry or drop one, use its buttons in Slack: ", code("/incident doctor")]);
    draft.lines(rest(undone.len(), SHOWN).into_iter().chain(in_slack).collect()).finish()
}

/// What is not delivered of one incident, without buttons.
pub(super) fn rows(undone: &[Undone], most: usize) -> Vec<Words> {
    let shared = shared(undone);
    let rows = undone.iter().take(most).map(|undone| row(undone, shared));
    shared.map(heading).into_iter().chain(rows).chain(rest(undone.len(), most)).collect()
}

/// The reason that most effects have in common, a refused token say: it is told once.
fn shared(undone: &[Undone]) -> Option<(&str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in undone.iter().filter_map(reason) {
        *counts.entry(reason).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count >= COMMON).max_by_key(|(_, count)| *count)
}

fn heading((why, count): (&str, usize)) -> Words {
    words![bold(format!("{count} for the same reason: ")), sentence(&shorten(why, REASON_MOST))]
}

fn reason(undone: &Undone) -> Option<&str> {
    match &undone.state {
        EffectState::Waiting => None,
        EffectState::Later { reason, .. } | EffectState::Failed { reason, .. } => Some(reason),
    }
}

fn rest(all: usize, shown: usize) -> Option<Words> {
    (all > shown).then(|| words![format!("And {} more.", all - shown)])
}

fn row(undone: &Undone, shared: Option<(&str, usize)>) -> Words {
    let incident = undone.incident.map(|incident| words![bold(format!("{incident}: "))]).unwrap_or_default();
    let attempts = match undone.attempts {
        0 => "not tried yet".to_owned(),
        1 => "tried once".to_owned(),
        attempts => format!("tried {attempts} times"),
    };
    let what = words![
        bold(undone.what.clone()),
        format!(", {attempts}, waiting since "),
        moment(undone.since),
        ". "
    ];
    incident.and(what).and(state(&undone.state, shared))
}

fn state(state: &EffectState, shared: Option<(&str, usize)>) -> Words {
    let reason = |reason: &str| match shared.is_some_and(|(common, _)| common == reason) {
        true => "Same reason as above.".to_owned(),
        false => sentence(&shorten(reason, REASON_MOST)),
    };
    let look = |unknown: bool| match unknown {
        true => " It may have arrived: I look before I send it again.",
        false => "",
    };
    match state {
        EffectState::Waiting => words!["In the queue."],
        EffectState::Later { at, reason: why, unknown } => {
            words![reason(why), " Next try at ", clock(*at), ".", look(*unknown)]
        }
        EffectState::Failed { reason: why, unknown } => {
            words![reason(why), " Waiting for you: retry or give up.", look(*unknown)]
        }
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}

fn buttons(undone: &Undone) -> Vec<Button> {
    let effect = undone.effect;
    vec![
        Button::new("Retry now", undone.incident, Command::RetryNow { effect }),
        Button::new("Give up", undone.incident, Command::GiveUp { effect })
            .asking("I won't send it again. The incident itself stays as it is.", "Give up"),
    ]
}
