//! What ran, on the card of a run that has gone on since: no card is silent about a change that was made.

use super::change::{agreed, end};
use super::parts::quoted;
use super::said::told;
use super::undo;
use crate::blocks::Draft;
use crate::words::{Words, bold, moment, words};
use domain::run::ran::{Became, Ran};
use domain::run::{Last, Run, Stage};

/// The change that was begun last: all of it once the run is over, a line while another step is offered.
pub(super) fn shown(draft: Draft, run: &Run) -> Draft {
    let Some(ran) = &run.ran else { return draft };
    let is_told = ran.became != Became::Unseen
        && matches!(
            run.last,
            Some(Last::Broke { .. } | Last::Undone { .. } | Last::Helped { .. } | Last::DidNotHelp { .. })
        );
    match &run.stage {
        Stage::Over { .. } if is_told => draft.lines(agreement(ran)),
        Stage::Over { .. } => whole(draft, ran),
        Stage::Offered { .. } if !is_told => draft.line(line(ran)),
        Stage::Offered { .. } | Stage::Looking | Stage::Changing(_) => draft,
    }
}

fn line(ran: &Ran) -> Words {
    words![bold(ran.title.clone()), " ran, ", moment(ran.at), ": ", became(ran)]
}

fn whole(draft: Draft, ran: &Ran) -> Draft {
    let draft =
        draft.line(line(ran)).preformatted(&format!("ran:   {}", quoted(&ran.argv))).lines(agreement(ran));
    match ran.output.trim().is_empty() {
        true => draft,
        false => draft.line(words![bold("Output")]).preformatted(&end(&ran.output)),
    }
}

fn agreement(ran: &Ran) -> Vec<Words> {
    let asked = words!["Asked for by ", &ran.by, "."];
    let approvals = ran.approvals.iter().map(|approval| agreed("Approved by ", approval));
    let glass = ran.glass.iter().map(|glass| agreed("Went ahead alone: ", glass));
    [asked].into_iter().chain(approvals).chain(glass).collect()
}

fn became(ran: &Ran) -> &'static str {
    match &ran.became {
        Became::Unseen if ran.undoes => "nobody saw whether it undid anything. Look.",
        Became::Unseen => "nobody saw whether it helped. Look.",
        Became::Broke(None) => "it did not end well, and nobody checked whether it changed anything. Look.",
        Became::Broke(Some(aftermath)) => told(*aftermath),
        Became::Helped => "it helped.",
        Became::DidNotHelp { told: true } => "it did not help in time.",
        Became::DidNotHelp { told: false } => "I could not tell in time whether it helped.",
        Became::Undone(undone) => undo::told(undone),
    }
}
