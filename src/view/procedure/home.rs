//! Requests for approval on somebody's Home tab: exactly what would run, and the card's own buttons.

use super::change::buttons;
use super::parts::quoted;
use super::release;
use crate::blocks::{Button, Draft};
use crate::words::{bold, both, words};
use domain::procedure::Undo;
use domain::run::Run;
use domain::run::change::Phase;

/// An action that this person may approve. The command stands whole: it is what the approval covers.
pub(crate) fn to_approve(draft: Draft, run: &Run) -> Draft {
    let Some(change) = run.change() else { return draft };
    let Phase::Asking { expires } = change.phase else { return draft };
    let proposed = &change.proposed;
    let undo = match (&proposed.undo, run.action_of(proposed.rung).map(|action| &action.undo)) {
        (Some(undo), _) => quoted(undo),
        (None, Some(Undo::None(why))) => why.clone(),
        (None, _) => String::new(),
    };
    let missing = proposed.policy.needed.saturating_sub(change.approvals.len());
    let votes = buttons(run).into_iter().filter(|button| matches!(button.word(), "approve" | "deny"));
    draft
        .lines(vec![
            words!["✋ ", bold("To be approved: "), &proposed.title],
            words![format!("{} {}, asked for by ", run.id, run.procedure.title), &change.by, "."],
        ])
        .preformatted(&format!("run:   {}\nundo:  {undo}", quoted(&proposed.argv)))
        .line(words![format!("{missing} more must approve, by "), both(expires), ". The card has the facts."])
        .buttons(votes.chain(card(run)).collect())
}

/// A target that this person may agree to release.
pub(crate) fn to_release(draft: Draft, run: &Run) -> Draft {
    draft
        .line(words!["🔓 ", bold("To be released: "), format!("{} {}", run.id, run.procedure.title)])
        .lines(release::standing(run))
        .buttons(release::buttons(run).into_iter().chain(card(run)).collect())
}

fn card(run: &Run) -> Option<Button> {
    run.post.as_ref().map(|(channel, _)| Button::opening("Open the card's channel", channel))
}
