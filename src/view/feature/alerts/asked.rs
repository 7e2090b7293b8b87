//! What sources were asked, what they answered, and what they could not be asked.

use jiff::Timestamp;

use super::source;
use crate::blocks::Draft;
use crate::words::{Words, bold, near, words};
use domain::alert::Answered;
use domain::alert::asking::{Asked, Asking, Subject};
use domain::alert::signal::Source;

fn subject(subject: Subject) -> &'static str {
    match subject {
        Subject::Alerts => "whether open alerts still stand",
        Subject::Deliveries => "what it could not deliver",
        Subject::Schedules => "whether schedules are kept",
        Subject::Secrets => "when secrets were changed",
    }
}

/// `I asked GitHub at 02:40: run 12 succeeded`.
pub(super) fn answered(from: Source, answered: &Answered, now: Timestamp) -> Words {
    let Answered { at, what } = answered;
    if from == Source::Watch {
        return words![bold("Then: "), what, ", ", near(*at, now)];
    }
    words![bold("Asked: "), "I asked ", source(from), " at ", near(*at, now), ": ", what]
}

/// What `/alerts sources` says of it.
pub(super) fn lines(draft: Draft, asking: &Asking, now: Timestamp) -> Draft {
    let told: Vec<Words> = asking.of.iter().flat_map(|asked| of(asked, now)).collect();
    if told.is_empty() {
        return draft;
    }
    draft.line(words![bold("What I ask them"), ":"]).bullets(told)
}

fn of(asked: &Asked, now: Timestamp) -> Vec<Words> {
    let lead = || words![bold(source(asked.source)), ", ", subject(asked.subject)];
    let answered = asked.at.filter(|_| asked.cannot.is_empty());
    let answered = answered.map(|at| lead().and(words![": answered ", near(at, now)]));
    let cannot = asked.cannot.iter().map(|cannot| {
        lead().and(words![": ⚠️ I cannot tell, since ", near(cannot.since, now), ": ", &cannot.why])
    });
    let notes = asked.notes.iter().map(|note| lead().and(words![": ", note]));
    answered.into_iter().chain(cannot).chain(notes).collect()
}
