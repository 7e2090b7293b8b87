//! Who is on call, and the weeks ahead.

use jiff::Timestamp;

use super::{button, person, until};
use crate::domain::oncall::answer::Who;
use crate::domain::oncall::holding::{OverrideKind, Segment, Why};
use crate::domain::oncall::line::Oncall;
use crate::domain::oncall::report::Overload;
use crate::domain::oncall::when::WhenProblem;
use crate::id::UserId;
use crate::view::blocks::Draft;
use crate::view::lines::Via;
use crate::view::time::utc;
use crate::view::words::{Words, bold, code, moment, words};
use crate::view::{Message, page};

/// Segments that are shown one by one.
const ROWS: usize = 40;

/// Why somebody has it; nothing where it is simply their turn.
pub(super) fn reason(why: &Why) -> Option<Words> {
    Some(match why {
        Why::Rotation => return None,
        Why::PausedFor(instead_of) => words![" They stand in for ", instead_of, ", who is paused."],
        Why::DeclaredBackup => words![" They are the declared backup person: nobody else can have it."],
        Why::Override { id, kind, by } => match kind {
            OverrideKind::Asked => words![format!(" By override {id}, set by "), by, "."],
            OverrideKind::Cover => words![format!(" They cover (override {id}).")],
            OverrideKind::HandedOver { from: Some(from) } if from == by => {
                words![" It was handed over early by ", from, format!(" (override {id}).")]
            }
            OverrideKind::HandedOver { from: Some(from) } => {
                words![
                    " It was ",
                    from,
                    "'s, and was handed over early by ",
                    by,
                    format!(" (override {id}).")
                ]
            }
            OverrideKind::HandedOver { from: None } => {
                words![format!(" It was handed over (override {id}).")]
            }
            OverrideKind::Swap { with } => words![" By a swap with ", with, format!(" (override {id}).")],
            OverrideKind::Imported => words![format!(" By an imported calendar (override {id}).")],
        },
    })
}

pub(super) fn who(found: &Who, via: Via) -> Message {
    let Who { at, is_now, unset, primary, backup, fallback, outgoing, next, again, unreachable } = found;
    let when = (!is_now).then(|| words!["At ", moment(*at), format!(" ({}): ", utc(*at))]);
    let when = words![""].and_if(when);
    let mut lines = Vec::new();
    match (primary, fallback) {
        (Some(holding), _) => {
            let line = words!["📟 "].and(when).and(words![bold(&holding.person), " is on call, since "]);
            let line = line.and(words![moment(holding.since), format!(" ({})", utc(holding.since))]);
            lines.push(line.and_if(until(holding.until)).and(words!["."]));
            lines.push(
                words!["Why:"].and(
                    reason(&holding.why).unwrap_or_else(|| words![" it is their turn in the rotation."]),
                ),
            );
        }
        (None, _) if *unset => {
            lines.push(words!["📟 Nobody is in the rotation yet."]);
            lines.push(words!["To begin: ", code(via.oncall("add @name"))]);
        }
        (None, Some(fallback)) => {
            lines.push(words!["🚨 "].and(when).and(words![
                "nobody in the rotation can have it. ",
                bold(fallback),
                ", the declared backup person, is called instead."
            ]));
        }
        (None, None) => {
            let instead = match backup {
                Some(backup) => words![". ", bold(backup), ", the backup, is called instead."],
                None => words![", and there is no backup."],
            };
            lines.push(words!["🚨 "].and(when).and(words![bold("nobody is on call")]).and(instead));
            if *is_now {
                lines.push(words!["To take it: ", code(via.oncall("cover 8h"))]);
            }
        }
    }
    if let Some(outgoing) = outgoing {
        lines.push(words![
            "⚠️ They have not pressed ",
            bold("Start my shift"),
            " yet: pages go to ",
            outgoing,
            " as well."
        ]);
    }
    if !unset || backup.is_some() {
        lines.push(words!["Backup: ", person(backup.as_ref()), "."]);
    }
    lines.extend(unreachable.iter().map(|(person, why)| words!["⚠️ "].and(page::no_way(person, why))));
    if let Some((person, at)) = next {
        lines.push(words!["Next: ", person, ", from ", moment(*at), format!(" ({}).", utc(*at))]);
    }
    if let Some(second) = again {
        let second = format!(
            "The clock shows that time twice that day; the first is meant, the second is {}.",
            utc(*second)
        );
        lines.push(words![second]);
    }
    let mut draft = Draft::new().lines(lines);
    if *is_now && !unset {
        draft = draft.buttons(vec![button("Schedule", Oncall::Schedule { weeks: 8 })]);
    }
    draft.finish()
}

pub(super) fn schedule(
    segments: &[Segment],
    weeks: u32,
    zone: &str,
    heavy: &[Overload],
    order: &[UserId],
    via: Via,
) -> Draft {
    let rows = rows(segments);
    let mut notes = Vec::new();
    if rows.len() > ROWS {
        let rest = rows.len() - ROWS;
        notes.push(words![
            format!("And {rest} more; ask for fewer weeks: "),
            code(via.oncall("schedule 4 weeks"))
        ]);
    }
    notes.extend(heavy.iter().map(too_much));
    if segments.iter().any(|segment| segment.held.is_none()) {
        notes.push(words![
            "🚨 There are times with nobody. Fill them: ",
            code(via.oncall("override @name fri 18:00 to mon 09:00"))
        ]);
    }
    if !order.is_empty() {
        let people = Words::joined(order.iter().map(|person| words![person]), ", ");
        notes.push(words!["Order: "].and(people).and(words![format!(". Turns change hands in {zone}.")]));
    }
    let title = if weeks == 1 { "The week ahead".to_owned() } else { format!("The {weeks} weeks ahead") };
    Draft::new().line(words![bold(title)]).bullets(rows.iter().take(ROWS).map(row).collect()).lines(notes)
}

/// One person's time, with all that gave it to them.
struct Row<'a> {
    from: Timestamp,
    until: Timestamp,
    person: Option<&'a UserId>,
    whys: Vec<&'a Why>,
}

/// Overrides of one person that follow on each other are one row; it names them all, since they are taken back by number.
fn rows(segments: &[Segment]) -> Vec<Row<'_>> {
    let by_override = |why: &Why| matches!(why, Why::Override { .. });
    let mut rows: Vec<Row<'_>> = Vec::new();
    for segment in segments {
        let (person, why) = (segment.person(), segment.held.as_ref().map(|(_, why)| why));
        match (rows.last_mut(), why) {
            (Some(last), Some(why))
                if last.person == person
                    && last.until == segment.from
                    && by_override(why)
                    && last.whys.iter().all(|why| by_override(why)) =>
            {
                last.until = segment.until;
                if !last.whys.contains(&why) {
                    last.whys.push(why);
                }
            }
            _ => {
                let whys = why.into_iter().collect();
                rows.push(Row { from: segment.from, until: segment.until, person, whys });
            }
        }
    }
    rows
}

fn row(row: &Row<'_>) -> Words {
    let Row { from, until, person, whys } = row;
    let time =
        words![moment(*from), " to ", moment(*until), format!(" ({} to {}): ", utc(*from), utc(*until))];
    match person {
        Some(person) => {
            let reasons = whys.iter().filter_map(|why| reason(why));
            reasons.fold(time.and(words![bold(*person)]), Words::and)
        }
        None => time.and(words!["🚨 ", bold("nobody")]),
    }
}

fn too_much(overload: &Overload) -> Words {
    match overload {
        Overload::OnEnd { person, turns, from, .. } => {
            words!["⚠️ ", person, format!(" has {turns} turns on end, from {}.", utc(*from))]
        }
        Overload::Overlap { wins, loses, from, until } => words![format!(
            "⚠️ Overrides {loses} and {wins} overlap from {} to {}; {wins}, the later one, wins.",
            utc(*from),
            utc(*until)
        )],
    }
}

pub(super) fn when_problem(problem: &WhenProblem) -> Words {
    match problem {
        WhenProblem::NotATime { words } => {
            words![
                code(words),
                " is not a time. Write it like fri 18:00, tomorrow 09:00, 2026-12-25 or in 2h."
            ]
        }
        WhenProblem::NotADuration { words } => {
            words![code(words), " is not a length of time. Write it like 30m or 8h."]
        }
        WhenProblem::Skipped { zone, from, to, next } => words![format!(
            "The clock in {zone} never shows that time: it goes from {} straight to {} ({}).",
            from.strftime("%H:%M"),
            to.strftime("%H:%M"),
            utc(*next)
        )],
        WhenProblem::Empty => words!["The end is missing: until when?"],
        WhenProblem::NoSuchMonth { .. }
        | WhenProblem::NoSuchDate { .. }
        | WhenProblem::UnknownZone(_)
        | WhenProblem::TooFar => words![sentence(&problem.to_string())],
    }
}

/// An error's words as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
