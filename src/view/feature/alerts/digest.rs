//! The week's alerts: for the weekly review, and in few words for whoever takes over.

use jiff::Timestamp;

use super::{TITLE, alerts, row, source, thousands, times};
use crate::Message;
use crate::blocks::Draft;
use crate::words::{Words, bold, code, near, words};
use domain::alert::digest::{Digest, Minor};
use domain::text::shorten;

/// Kinds of P4 that a brief names.
const NAMED: usize = 3;

/// Adds the week's alerts to a review; nothing where there were none.
pub(crate) fn add(mut draft: Draft, digest: &Digest, now: Timestamp) -> Draft {
    if !digest.waiting.is_empty() {
        let rows = digest.waiting.iter().map(|waiting| row(waiting, now)).collect();
        draft = draft.line(words![bold("P3 alerts that wait"), ":"]).bullets(rows);
        draft = draft.lines(more(digest.more_waiting));
    }
    if digest.over > 0 {
        let over = format!("Over by themselves in the last 7 days: {} of P3.", thousands(digest.over as u64));
        draft = draft.line(words![over]);
    }
    if !digest.minor.is_empty() {
        let rows = digest.minor.iter().map(|one| minor(one, now)).collect();
        draft = draft.line(words![bold("P4 of the last 7 days"), ":"]).bullets(rows);
        draft = draft.lines(more(digest.more_minor));
    }
    draft.lines(
        digest
            .cut
            .map(|cut| words!["There were too many to count: these came since ", near(cut, now), "."])
            .into_iter()
            .collect(),
    )
}

/// The week's alerts by themselves, where nobody hands over.
pub(crate) fn week(digest: &Digest) -> Message {
    let lines = short(digest);
    Draft::new()
        .line(words!["🗓️ ", bold("The week's alerts"), ", for the weekly review."])
        .lines(lines)
        .line(words!["All of it: ", code("/oncall review")])
        .finish()
}

/// The same in a line or two; `/oncall review` has the rest.
pub(crate) fn short(digest: &Digest) -> Vec<Words> {
    let waiting = digest.waiting.iter().map(|row| 1 + row.others).sum::<usize>() + digest.more_waiting;
    let mut lines = Vec::new();
    if waiting > 0 {
        lines.push(words![format!("P3 for the weekly review: {}.", alerts(waiting as u64))]);
    }
    if !digest.minor.is_empty() {
        let named = digest.minor.iter().take(NAMED);
        let named =
            named.map(|minor| words![shorten(&minor.title, TITLE), format!(" ({})", times(minor.times))]);
        let more = digest.minor.len().saturating_sub(NAMED) + digest.more_minor;
        let more = (more > 0).then(|| words![format!(", and {more} more")]);
        lines.push(words!["P4 of the week: "].and(Words::joined(named, ", ")).and_if(more).and(words!["."]));
    }
    lines
}

fn more(many: usize) -> Vec<Words> {
    (many > 0).then(|| words![format!("{} more.", thousands(many as u64))]).into_iter().collect()
}

fn minor(minor: &Minor, now: Timestamp) -> Words {
    let open = minor.open.then(|| words!["; it still fires"]);
    words![
        shorten(&minor.title, TITLE),
        ": ",
        source(minor.source),
        format!(", {}, the last ", times(minor.times)),
        near(minor.last, now)
    ]
    .and_if(open)
}
