//! The part of a run's card that is about taking an action back.

use std::collections::BTreeMap;

use super::difference::written;
use super::parts::quoted;
use crate::blocks::{Button, Draft};
use crate::words::{Words, bold, clock, code, moment, words};
use domain::Command;
use domain::procedure::Kept;
use domain::run::change::{Change, Frozen, Phase};
use domain::run::difference::Difference;
use domain::run::undo::{Undoable, Undone, changes_nothing, undoable};
use domain::run::{Last, Run};
use domain::runbook::{RunAsk, RunbookLine};
use domain::text::shorten;

/// Longest text of a button that Slack takes, in characters.
const BUTTON_MOST: usize = 75;

/// The button that asks for approval of the undo, where there is one.
pub(super) fn button(run: &Run) -> Option<Button> {
    let Undoable { key, title, .. } = undoable(run)?;
    let ask = RunAsk::Undo { key: Some(key.clone()) };
    let line = RunbookLine::Of { run: Some(run.id), ask };
    Some(Button::new(shorten(&format!("Undo: {title}"), BUTTON_MOST), None, Command::Runbook(line)))
}

/// What the button would have approved.
pub(super) fn offered(draft: Draft, run: &Run) -> Draft {
    match undoable(run) {
        Some(undo) if run.change().is_none() => draft.line(
            words![bold("Undo"), " takes back ", bold(&undo.title), "; it needs approval too",]
                .and_if(undo.until.map(|at| words![". Possible until ", moment(at)]))
                .and(words![": ", code(quoted(&undo.argv))]),
        ),
        _ => draft,
    }
}

/// What those who approve an undo read first: that there is nothing to take back, or that something newer may go with it.
pub(super) fn warned(draft: Draft, run: &Run, change: &Change) -> Draft {
    let Some(of) = change.proposed.kind.undoes() else { return draft };
    let (nothing, newer) = (changes_nothing(run, change), change.proposed.kind.newer());
    let needless = nothing.then(|| {
        let why = ": what it takes back is as it was before already.";
        words![bold("⚠️ This undo would change nothing that I read"), why]
    });
    let newer_ran = newer.map(|newer| {
        let why = ". Taking this back may take that back, or break it. Look at its card before you approve.";
        words![bold(format!("⚠️ {newer} changed the same target since")), why]
    });
    let draft = draft.lines(needless.into_iter().chain(newer_ran).collect());
    match of.difference.as_ref().filter(|_| !nothing && newer.is_none()) {
        Some(Difference::Changes { lines, more, .. }) => {
            draft.line(words![bold("What it takes back")]).preformatted(&written(lines, *more))
        }
        _ => draft,
    }
}

/// What an undo that is being approved, carried out or proved is about.
pub(super) fn about(draft: Draft, change: &Change, of: &Undoable) -> Draft {
    let facts = facts(&change.proposed.frozen, &of.before);
    let draft = match (&change.phase, facts.is_empty()) {
        (Phase::Reading, _) => draft,
        (_, false) => draft.line(words![bold("Now, and before the action")]).bullets(facts),
        (_, true) => draft.line(words![
            "I have no facts to compare, so somebody else may have changed something since. Look before you approve."
        ]),
    };
    draft
        .line(words!["Afterwards I compare the facts with those before the action and offer the next step."])
        .lines(meanwhile(change).into_iter().collect())
}

fn facts(now: &BTreeMap<String, Frozen>, before: &BTreeMap<String, Frozen>) -> Vec<Words> {
    let kept = now.iter().flat_map(|(check, fact)| fact.kept.iter().map(move |(name, is)| (check, name, is)));
    kept.filter_map(|(check, name, is)| {
        let was = before.get(check).and_then(|before| before.kept.get(name)).and_then(Kept::short);
        Some(match (is.short()?, was) {
            (is, Some(was)) if is == was => words![format!("{check}: {name} is {is}, as before")],
            (is, Some(was)) => words![format!("{check}: {name} is {is} (was {was})")],
            (is, None) => words![format!("{check}: {name} is {is}")],
        })
    })
    .collect()
}

/// The proof that goes on until the undo begins.
fn meanwhile(change: &Change) -> Option<Words> {
    let proved = change.behind().filter(|_| matches!(change.phase, Phase::Asking { .. }))?;
    let Phase::Proving { passing_since, .. } = proved.phase else { return None };
    let lead = words!["Until it starts I keep checking ", bold(&proved.proposed.title), ": "];
    Some(match passing_since {
        Some(since) => lead.and(words!["its checks have passed since ", clock(since), "."]),
        None => lead.and(words!["its checks don't pass yet."]),
    })
}

/// An action that was taken back, and how to do it again.
pub(super) fn taken_back(draft: Draft, title: &String, undone: &Undone, did: &[String]) -> Draft {
    let differs = match undone {
        Undone::Otherwise { what } | Undone::MovedBack { what } => {
            what.iter().map(|what| words![what]).collect()
        }
        Undone::AsBefore | Undone::CannotTell => Vec::new(),
        Undone::NotMoved => {
            return draft.line(words![bold("The undo"), " of ", bold(title), " ran: ", told(undone)]);
        }
    };
    let lead = match is_back(undone) {
        true => words![bold(title), " was undone: "],
        false => words![bold("The undo"), " of ", bold(title), " ran: "],
    };
    draft
        .line(lead.and(words![told(undone)]))
        .bullets(differs)
        .line(words!["To do it again yourself: ", code(quoted(did))])
}

/// Whether the facts show that the action is taken back.
pub(super) fn is_back(undone: &Undone) -> bool {
    matches!(undone, Undone::AsBefore | Undone::MovedBack { .. })
}

/// Whether an undo ran of which nothing shows that it took anything back.
pub(super) fn is_open(run: &Run) -> bool {
    matches!(&run.last, Some(Last::Undone { undone, .. }) if !is_back(undone))
}

/// That an undo ran, and what came of it.
pub(super) fn came(undone: &Undone) -> Words {
    let lead = if is_back(undone) { "undone: " } else { "the undo ran: " };
    words![lead, told(undone)]
}

/// What the facts say of an undo.
pub(super) fn told(undone: &Undone) -> &'static str {
    match undone {
        Undone::AsBefore => "everything is as it was before.",
        Undone::Otherwise { .. } => {
            "I can't tell whether it is undone: some facts differ from before. Numbers that only count up, such as revisions, never come back. Look."
        }
        Undone::MovedBack { .. } => "what the action changed is back. Something else differs from before.",
        Undone::NotMoved => "nothing changed of what it takes back, so I can't tell whether it worked. Look.",
        Undone::CannotTell => "I can't tell whether everything is as before. Look.",
    }
}
