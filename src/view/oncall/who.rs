//! Who is on call, and the weeks ahead.

use jiff::Timestamp;

use super::{button, person, until};
use crate::blocks::Draft;
use crate::lines::Via;
use crate::time::utc;
use crate::words::{Words, bold, code, moment, words};
use crate::{Message, page};
use domain::id::UserId;
use domain::oncall::answer::Who;
use domain::oncall::holding::{OverrideKind, Segment, Why};
use domain::oncall::line::Oncall;
use domain::oncall::report::Overload;
use domain::oncall::when::WhenProblem;

/// Segments that are shown one by one.
const ROWS: usize = 40;

/// Why somebody has it; nothing where it is simply their turn.
pub(crate) fn reason(why: &Why) -> Option<Words> {
    Some(match why {
        Why::Rotation => return None,
        Why::PausedFor(instead_of) => words![" Standing in for ", instead_of, ", who is paused."],
        Why::DeclaredBackup => words![" The backup: nobody in the rotation is available."],
        Why::Override { id, kind, by } => match kind {
            OverrideKind::Asked => words![format!(" Override {id}, set by "), by, "."],
            OverrideKind::Cover => words![format!(" Covering (override {id}).")],
            OverrideKind::HandedOver { from: Some(from) } if by == from => {
                words![" Handed over early by ", from, format!(" (override {id}).")]
            }
            OverrideKind::HandedOver { from: Some(from) } => {
                words![" Instead of ", from, ", handed over by ", by, format!(" (override {id}).")]
            }
            OverrideKind::HandedOver { from: None } => {
                words![format!(" Handed over (override {id}).")]
            }
            OverrideKind::Swap { with } => words![" Swapped with ", with, format!(" (override {id}).")],
            OverrideKind::Imported => words![format!(" From an imported calendar (override {id}).")],
        },
    })
}

pub(super) fn who(found: &Who, via: Via) -> Message {
    let Who { at, is_now, unset, primary, backup, fallback, outgoing, next, again, unreachable } = found;
    let when = (!is_now).then(|| words![moment(*at), ": "]);
    let when = words![""].and_if(when);
    let mut lines = Vec::new();
    match (primary, fallback) {
        (Some(holding), _) => {
            let line = words!["📟 "].and(when).and(words![bold(&holding.person), " is on call"]);
            let line = line.and_if(until(holding.until)).and(words!["."]);
            lines.push(line.and_if(reason(&holding.why)));
            lines.push(words!["Since ", moment(holding.since), "."]);
        }
        (None, _) if *unset => {
            lines.push(words!["📟 Nobody is in the rotation yet."]);
            lines.push(words!["To start: ", code(via.oncall("add @name"))]);
        }
        (None, Some(fallback)) => {
            lines.push(words!["🚨 "].and(when).and(words![
                "Nobody in the rotation is available. I page ",
                bold(fallback),
                ", the backup, instead."
            ]));
        }
        (None, None) => {
            let instead = match backup {
                Some(backup) => words![". I page ", bold(backup), ", the backup, instead."],
                None => words![", and there is no backup."],
            };
            lines.push(words!["🚨 "].and(when).and(words![bold("Nobody is on call")]).and(instead));
            if *is_now {
                lines.push(words!["To take it: ", code(via.oncall("cover 8h"))]);
            }
        }
    }
    if let Some(outgoing) = outgoing {
        lines.push(words![
            "⚠️ They haven't pressed ",
            bold("Start my shift"),
            " yet, so I page ",
            outgoing,
            " too."
        ]);
    }
    if !unset || backup.is_some() {
        lines.push(words!["Backup: ", person(backup.as_ref()), "."]);
    }
    lines.extend(unreachable.iter().map(|(person, why)| words!["⚠️ "].and(page::no_way(person, why))));
    if let Some((person, at)) = next {
        lines.push(words!["Next: ", person, ", from ", moment(*at), "."]);
    }
    if let Some(second) = again {
        let second = format!(
            "The clocks go back that day, so that time comes twice. I took the first; the second is {}.",
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
    me: Option<&UserId>,
    weeks: u32,
    (zone, heavy, order): (&str, &[Overload], &[UserId]),
    via: Via,
) -> Draft {
    let rows = rows(segments);
    let mut notes = Vec::new();
    if rows.len() > ROWS {
        let rest = rows.len() - ROWS;
        notes.push(words![
            format!("{rest} more. Ask for fewer weeks: "),
            code(via.oncall("schedule 4 weeks"))
        ]);
    }
    notes.extend(heavy.iter().map(too_much));
    if segments.iter().any(|segment| segment.held.is_none()) {
        notes.push(words![
            "🚨 Nobody is on call at some times. To fill one: ",
            code(via.oncall("override @name fri 18:00 to mon 09:00"))
        ]);
    }
    if !order.is_empty() {
        let people = Words::joined(order.iter().map(|person| words![person]), ", ");
        notes.push(words!["Order: "].and(people).and(words![format!(". Hand-overs follow {zone}.")]));
    }
    let title = if weeks == 1 { "The week ahead".to_owned() } else { format!("The {weeks} weeks ahead") };
    Draft::new().line(words![bold(title)]).bullets(shown(&rows, me)).lines(notes)
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

/// One line each for a phone: who first, then from when; until when where the next one does not follow at once.
fn shown(rows: &[Row<'_>], me: Option<&UserId>) -> Vec<Words> {
    let next = rows.iter().skip(1).map(Some).chain([None]);
    let followed =
        rows.iter().zip(next).map(|(row, next)| (row, next.is_some_and(|next| next.from == row.until)));
    followed.take(ROWS).map(|(one, followed)| row(one, followed, me)).collect()
}

fn row(row: &Row<'_>, followed: bool, me: Option<&UserId>) -> Words {
    let Row { from, until, person, whys } = row;
    let who = match person {
        Some(person) if Some(*person) == me => words!["👉 ", bold(*person), " (you)"],
        Some(person) => words![bold(*person)],
        None => words!["🚨 ", bold("nobody")],
    };
    let end = (!followed).then(|| words![" to ", moment(*until)]);
    let when = words![" from ", moment(*from)].and_if(end);
    let reasons = whys.iter().filter_map(|why| reason(why)).collect::<Vec<_>>();
    let stop = (!reasons.is_empty()).then(|| words!["."]);
    reasons.into_iter().fold(who.and(when).and_if(stop), Words::and)
}

fn too_much(overload: &Overload) -> Words {
    match overload {
        Overload::OnEnd { person, turns, from, .. } => {
            words!["⚠️ ", person, format!(" has {turns} turns in a row, from "), moment(*from), "."]
        }
        Overload::Overlap { wins, loses, from, until } => words![
            format!("⚠️ Overrides {loses} and {wins} overlap, "),
            moment(*from),
            " to ",
            moment(*until),
            format!(". {wins} wins: it was made later.")
        ],
    }
}

pub(crate) fn when_problem(problem: &WhenProblem) -> Words {
    match problem {
        WhenProblem::NotATime { words } => {
            words![code(words), " is not a time. Try fri 18:00, tomorrow 09:00, 2026-12-25 or in 2h."]
        }
        WhenProblem::NotADuration { words } => {
            words![code(words), " is not a length of time. Try 30m or 8h."]
        }
        WhenProblem::Skipped { zone, from, to, next } => words![format!(
            "That time doesn't exist in {zone}: the clocks go from {} straight to {} ({}).",
            from.strftime("%H:%M"),
            to.strftime("%H:%M"),
            utc(*next)
        )],
        WhenProblem::Empty => words!["Until when?"],
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
