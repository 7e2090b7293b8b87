//! What howler reads itself, and how it stands.

use jiff::Timestamp;

use crate::blocks::Draft;
use crate::words::{Words, bold, near, words};
use domain::alert::line::Watched;
use domain::text::shorten;

/// Most that are named.
const NAMED: usize = 20;
/// Most of a line's text.
const STANDS: usize = 200;

/// What `/alerts sources` says of it.
pub(super) fn lines(draft: Draft, watches: &[Watched], now: Timestamp) -> Draft {
    if watches.is_empty() {
        return draft;
    }
    let cannot = watches.iter().filter(|one| one.cannot_tell).count();
    let cannot = (cannot > 0).then(|| words![format!("; of {cannot} nobody can tell")]);
    let lead = words![bold("Watches"), format!(", {}", watches.len())].and_if(cannot).and(words![":"]);
    let line = |one: &Watched| {
        let mark = if one.cannot_tell { "⚠️ " } else { "" };
        let at = one.at.map(|at| words![", read ", near(at, now)]);
        words![mark, bold(one.name.clone()), ": ", shorten(&one.stands, STANDS)].and_if(at)
    };
    let mut rows: Vec<Words> = watches.iter().take(NAMED).map(line).collect();
    if watches.len() > NAMED {
        rows.push(words![format!("and {} more", watches.len() - NAMED)]);
    }
    draft.line(lead).bullets(rows)
}
