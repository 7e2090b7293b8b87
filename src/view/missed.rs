//! What sources tried to tell while howler did not listen.

use crate::Message;
use crate::blocks::Draft;
use crate::feature::alerts::source;
use crate::words::{Words, bold, clock, code, moment, words};
use domain::alert::asking::missed::{Listed, Missed, OfGitHub};
use domain::alert::signal::Source;
use domain::timer::Outage;

/// What became of it, and what nobody can tell.
pub(super) fn told(missed: &Missed) -> Message {
    let Missed { down, github, unasked } = missed;
    let draft = match github {
        Some(OfGitHub::Listed(listed)) => of_github(down, listed),
        Some(OfGitHub::CannotAsk { why }) => Draft::new()
            .line(
                words!["⚠️ ", bold("I could not ask GitHub what I missed "), "while I was down"]
                    .and(times(down))
                    .and(words![": ", why, "."]),
            )
            .line(words![
                "Look yourself: the webhook's page on GitHub lists it under ",
                bold("Recent Deliveries"),
                " for three days, with ",
                bold("Redeliver"),
                "."
            ]),
        None => Draft::new().line(words!["📬 I was down"].and(times(down)).and(words!["."])),
    };
    draft.lines(nobody_tells(unasked)).finish()
}

fn of_github(down: &[Outage], listed: &Listed) -> Draft {
    let Listed { missed, here, between, left, why, too_old, too_many } = listed;
    let old = too_old.then(|| words!["GitHub keeps its list for three days: what was before that is lost."]);
    let many = too_many.then(|| {
        words!["There were too many deliveries to look through all of them: of the oldest I cannot tell."]
    });
    let old: Vec<_> = old.into_iter().chain(many).collect();
    if *missed == 0 {
        let nothing =
            words!["📬 While I was down"].and(times(down)).and(words![" I missed nothing of GitHub's."]);
        return Draft::new().line(nothing).lines(old);
    }
    let lead = match (down.is_empty(), between) {
        (false, _) => words!["While I was down"].and(times(down)).and(words![" GitHub tried to tell me "]),
        (true, Some((from, to))) if from == to => {
            words!["GitHub could not reach me at ", clock(*from), " and tried to tell me "]
        }
        (true, Some((from, to))) => words!["GitHub could not reach me between "]
            .and(span(&Outage { from: *from, until: *to }, " and "))
            .and(words![" and tried to tell me "]),
        (true, None) => words!["GitHub tried to tell me "],
    };
    let things = if *missed == 1 { "1 thing".to_owned() } else { format!("{missed} things") };
    let became = match (*missed, *here) {
        (1, 1) => words![bold(things), ". It is here now."],
        (missed, here) if missed == here => words![bold(things), format!(". All {missed} are here now.")],
        (_, 0) => words![bold(things), ", and none of it is here."],
        (missed, here) => words![bold(things), format!(". {here} of {missed} are here now.")],
    };
    let sign = if missed == here { "📬 " } else { "⚠️ " };
    let answers: Vec<String> = left.iter().map(|(status, count)| answered(*status, *count)).collect();
    let left = (!answers.is_empty()).then(|| {
        let because = why.as_ref().map(|why| words![" They could not be sent again: ", why, "."]);
        words![format!("Missing: {}.", answers.join(", "))].and_if(because).and(words![
            " The webhook's page on GitHub lists them under ",
            bold("Recent Deliveries"),
            ", with ",
            bold("Redeliver"),
            "."
        ])
    });
    Draft::new().line(words![sign].and(lead).and(became)).lines(left.into_iter().chain(old).collect())
}

fn answered(status: u16, count: u32) -> String {
    match status {
        // What GitHub notes where nobody answered; howler never says so.
        0 | 502 | 504 => format!("{count} without an answer"),
        status => format!("{count} that I answered with HTTP {status}"),
    }
}

fn nobody_tells(unasked: &[Source]) -> Vec<Words> {
    let names: Vec<&str> = unasked.iter().map(|from| source(*from)).collect();
    let Some((last, first)) = names.split_last() else { return Vec::new() };
    let names =
        if first.is_empty() { (*last).to_owned() } else { format!("{} and {last}", first.join(", ")) };
    vec![words![
        format!("What {names} said meanwhile nobody can tell me: compare "),
        code("/alerts list"),
        " with what you see there."
    ]]
}

/// ` (02:10 to 02:55)`.
fn times(down: &[Outage]) -> Words {
    let mut words = words![" ("];
    for (place, outage) in down.iter().enumerate() {
        if place > 0 {
            words = words.and(words![", "]);
        }
        words = words.and(span(outage, " to "));
    }
    words.and(words![")"])
}

/// With days where it is longer than one.
fn span(outage: &Outage, between: &'static str) -> Words {
    let Outage { from, until } = *outage;
    match until.duration_since(from) < jiff::SignedDuration::from_hours(20) {
        true => words![clock(from), between, clock(until)],
        false => words![moment(from), between, moment(until)],
    }
}
