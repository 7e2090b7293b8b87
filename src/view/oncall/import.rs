//! Another program's calendar, in words for a shell.

use jiff::Timestamp;

use crate::Message;
use crate::blocks::Draft;
use crate::time::utc;
use crate::words::{Part, Words, bold, code, counted, words};
use calendar::{Attendee, Clash, LEFT_OUT, MOST_TURNS, Match, NotTaken, Piece, Problem, Taken, Unnamed};
use domain::id::UserId;

/// Rows of each kind that are shown.
const SHOWN: usize = 20;
/// Longer names are not typed: the event's line is.
const LONGEST_TYPED: usize = 80;

/// What becomes of the turns that earlier imports brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// Some are replaced, until then.
    pub replaced: Option<Timestamp>,
    /// How many stay after that, until when, and for how many weeks a calendar would have to stand to replace them.
    pub stays: Option<(usize, Timestamp, i64)>,
}

/// What is to be known of a calendar beside the weeks that it moves.
pub fn taken(taken: &Taken, weeks: i64, earlier: Earlier) -> Message {
    let name = taken.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("The calendar");
    let gap = |gap: &Piece| words![utc(gap.from), " to ", utc(gap.until)];
    let replaced =
        earlier.replaced.map(|until| words![format!("This replaces earlier imports until {}.", utc(until))]);
    let stays = earlier.stays.map(|(turns, until, weeks)| {
        let stay = if turns == 1 { "stays" } else { "stay" };
        words![format!(
            "{} of an earlier import {stay} after that, until {}. To replace those too, add weeks {weeks}",
            counted(turns, "turn"),
            utc(until)
        )]
    });
    Draft::new()
        .line(words![
            bold(name.to_owned()),
            ": ",
            counted(taken.turns.len(), "turn"),
            format!(" {}.", ahead(weeks))
        ])
        .lines(replaced.into_iter().chain(stays).collect())
        .lines(lead(&taken.gaps, "Nobody at these times, so the rotation stays:"))
        .bullets(some(&taken.gaps, gap))
        .lines(lead(&taken.problems, "Left out, or read differently:"))
        .bullets(some(&taken.problems, problem))
        .finish()
}

fn ahead(weeks: i64) -> String {
    if weeks == 1 { "in the next week".to_owned() } else { format!("in the next {weeks} weeks") }
}

/// Why nothing is taken over, and what to type.
pub fn not_taken(why: &NotTaken, weeks: i64) -> Message {
    let safe = "Nothing changed.";
    let draft = Draft::new();
    match why {
        NotTaken::Unreadable(why) => draft.line(words![why.to_string(), " ", safe]),
        NotTaken::Empty(problems) => draft
            .line(words![format!("The calendar has no shift {}. {safe}", ahead(weeks))])
            .lines(lead(problems, "Left out, or read differently:"))
            .bullets(some(problems, problem)),
        NotTaken::Unnamed(unnamed) => draft
            .line(words!["Whose shifts are these? ", safe])
            .bullets(some(unnamed, whose))
            .line(words![format!(
                "Add who is who after the file's name: 'Jane Doe=U0123ABCD'. 'Jane Doe={LEFT_OUT}' leaves out all of \
                 Jane Doe's turns."
            )]),
        NotTaken::Overlaps(clashes) => draft
            .line(words!["The calendar has two people at once. Which one is on call? ", safe])
            .bullets(some(clashes, clash))
            .line(words![format!(
                "Correct the calendar, or leave one event out by its line: {}. 'Jane Doe={LEFT_OUT}' leaves out all of \
                 Jane Doe's turns.",
                a_line(clashes)
            )]),
        NotTaken::TooMany { turns, weeks: fit } => draft
            .line(words![format!(
                "The calendar has {turns} turns {}, and I keep {MOST_TURNS} at most. {safe}",
                ahead(weeks)
            )])
            .line(words![match fit {
                0 => "Even one week has too many.".to_owned(),
                fit => format!("Take fewer weeks: add weeks {fit} after the file's name."),
            }]),
    }
    .finish()
}

/// Something after the file's name that says of nobody who they are.
pub fn not_a_name(text: &str) -> Message {
    let example = "'Jane Doe=U0123ABCD'";
    Draft::new()
        .line(words![code(text.to_owned()), " does not say who that is. Nothing changed."])
        .line(words!["Name people by their Slack id: ", example])
        .finish()
}

/// A number of weeks that cannot be.
pub fn not_weeks(text: &str, most: i64) -> Message {
    let weeks = format!("weeks {text}");
    Draft::new()
        .line(words![code(weeks), format!(" is not possible: 1 to {most} weeks. Nothing changed.")])
        .finish()
}

/// Slack's names could not be asked for, so that only ids are known.
pub fn nameless() -> Message {
    Draft::new().line(words!["Slack did not give me people's names, so use ids."]).finish()
}

fn lead<T>(rows: &[T], words: &'static str) -> Vec<Words> {
    if rows.is_empty() { Vec::new() } else { vec![words![words]] }
}

fn some<T>(all: &[T], row: impl Fn(&T) -> Words) -> Vec<Words> {
    let mut rows: Vec<Words> = all.iter().take(SHOWN).map(row).collect();
    if all.len() > SHOWN {
        rows.push(words![format!("and {} more", all.len() - SHOWN)]);
    }
    rows
}

fn problem(problem: &Problem) -> Words {
    words![problem.to_string()]
}

fn whose(unnamed: &Unnamed) -> Words {
    let Unnamed { text, invited, declined, line, shifts, found } = unnamed;
    let mut lead = words![code(text.clone())];
    if !invited.is_empty() {
        lead = lead.and(words![" with ", code(called(invited))]);
    }
    if !declined.is_empty() {
        lead = lead.and(words![", declined by ", code(called(declined))]);
    }
    let lead = lead.and(words![format!(" (line {line}, {}): ", counted(*shifts, "shift"))]);
    let typed = |id: &str| format!(" Type {}", quoted(&format!("{}={id}", typed(unnamed))));
    lead.and(match found {
        Match::Several(ids) => {
            let ids = ids.iter().map(|id| with_id(id));
            Words::joined(ids, " or ").and(words!["?", typed("U0...")])
        }
        Match::Nobody { nearest: Some(id) } => {
            words!["nobody in Slack is called that; perhaps "].and(with_id(id)).and(words!["?", typed(id)])
        }
        Match::Declined(id) => with_id(id).and(words![" is named and has declined.", typed("U0...")]),
        Match::One(_) | Match::Nobody { nearest: None } => {
            words!["nobody in Slack is called that.", typed("U0...")]
        }
    })
}

fn called(invited: &[Attendee]) -> String {
    let one = |one: &Attendee| match one.name.as_deref().filter(|name| *name != one.mail) {
        Some(name) => format!("{} ({name})", one.mail),
        None => one.mail.clone(),
    };
    invited.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What stands before the `=`, as a shell gives it back: its spaces are single ones.
fn typed(unnamed: &Unnamed) -> String {
    let name = unnamed.typed().unwrap_or_default();
    let plain = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_short = (1..=LONGEST_TYPED).contains(&name.chars().count());
    if is_short && plain == name { name } else { format!("line {}", unnamed.line) }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn clash(clash: &Clash) -> Words {
    let claim = |(id, lines): &(String, Vec<usize>)| {
        let lines: Vec<String> = lines.iter().map(|line| format!("line {line}")).collect();
        words![Part::from(&UserId::from(id.as_str())), format!(" ({id}, {})", lines.join(", "))]
    };
    let people = Words::joined(clash.claims.iter().map(claim), " and ");
    words![utc(clash.from), " to ", utc(clash.until), ": "].and(people)
}

/// The last line that is named, as an example that can be typed.
fn a_line(clashes: &[Clash]) -> String {
    let lines = clashes.iter().flat_map(|clash| clash.claims.last());
    let line = lines.flat_map(|(_, lines)| lines.first()).next().copied().unwrap_or(12);
    format!("'line {line}={LEFT_OUT}'")
}

/// Two people may have one name; and the id is what a shell takes.
fn with_id(id: &str) -> Words {
    words![Part::from(&UserId::from(id)), format!(" ({id})")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Names, terminal};

    fn shown(unnamed: Unnamed) -> String {
        let mut names = Names::default();
        names.add("U0KOFI", "kofi");
        names.add("U0KOFI2", "kofi");
        terminal(&not_taken(&NotTaken::Unnamed(vec![unnamed]), 52), &names)
    }

    fn unnamed(text: &str, found: Match) -> Unnamed {
        let (invited, declined) = (Vec::new(), Vec::new());
        Unnamed { text: text.into(), invited, declined, line: 7, shifts: 1, found }
    }

    #[test]
    fn two_people_of_one_name_are_told_apart() {
        let shown = shown(unnamed("Kofi", Match::Several(vec!["U0KOFI".into(), "U0KOFI2".into()])));
        assert!(shown.contains("@kofi (U0KOFI) or @kofi (U0KOFI2)?"), "{shown}");
    }

    #[test]
    fn what_to_type_can_be_copied() {
        let nearest = || Match::Nobody { nearest: Some("U0KOFI".into()) };
        let name = Some("Kofi Mensah".to_owned());
        let invited = vec![Attendee { name, mail: "kofi@example.org".into() }];
        let invitation = shown(Unnamed { invited, ..unnamed("On call", nearest()) });
        let expected = "\"On call\" with \"kofi@example.org (Kofi Mensah)\" (line 7, 1 shift): nobody in Slack is called that; \
                        perhaps @kofi (U0KOFI)? Type 'kofi@example.org=U0KOFI'";
        assert!(invitation.contains(expected), "{invitation}");
        for (text, typed) in [
            ("Kofi's week", r"'Kofi'\''s week=U0KOFI'"),
            ("Kofi  M", "'line 7=U0KOFI'"),
            ("", "'line 7=U0KOFI'"),
            (&"k".repeat(81), "'line 7=U0KOFI'"),
        ] {
            let shown = shown(unnamed(text, nearest()));
            assert!(shown.contains(typed), "{shown}");
        }
    }
}
