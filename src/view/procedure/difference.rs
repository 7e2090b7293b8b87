//! What an action would change, as those who approve it read it.

use crate::blocks::Draft;
use crate::words::{bold, words};
use domain::run::difference::{Difference, Line};

/// A plan prints what was sent, or a part of what runs: two that are alike are no word about the rest.
const LIMITS: &str = "It does not show everything: what it leaves out may differ all the same.";

/// The difference to what there is now, or that there is none, or that it is not known.
pub(super) fn shown(draft: Draft, difference: &Difference) -> Draft {
    match difference {
        Difference::Changes { lines, more, .. } => {
            draft.line(words![bold("What would change")]).preformatted(&written(lines, *more))
        }
        Difference::Nothing => draft.line(words![bold("⚠️ What is compared here is alike. "), LIMITS]),
        Difference::Ignored => {
            draft.line(words![bold("⚠️ What is compared here is alike apart from what is ignored. "), LIMITS])
        }
        Difference::CannotTell { why } => draft.line(words![
            bold("⚠️ I cannot tell what would change: "),
            why,
            ". That doesn't mean nothing would."
        ]),
    }
}

/// As a difference is written everywhere.
pub(super) fn written(lines: &[Line], more: usize) -> String {
    let line = |line: &Line| match line {
        Line::Goes(text) => format!("- {text}"),
        Line::Comes(text) => format!("+ {text}"),
        Line::Stays(text) => format!("  {text}"),
        Line::Gap => "  …".to_owned(),
    };
    let more = match more {
        0 => None,
        1 => Some("  … and 1 more line differs".to_owned()),
        more => Some(format!("  … and {more} more lines differ")),
    };
    lines.iter().map(line).chain(more).collect::<Vec<_>>().join("\n")
}
