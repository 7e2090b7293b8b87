//! Another program's calendar, in words for a shell.

use crate::calendar::{LEFT_OUT, MOST_TURNS, Match, NotTaken, Overlap, Piece, Problem, Taken, Unnamed};
use crate::id::UserId;
use crate::view::Message;
use crate::view::blocks::Draft;
use crate::view::time::utc;
use crate::view::words::{Part, Words, bold, code, counted, words};

/// Rows of each kind that are shown.
const SHOWN: usize = 20;

/// What is to be known of a calendar beside the weeks that it moves.
pub fn taken(taken: &Taken) -> Message {
    let name = taken.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("The calendar");
    let gap = |gap: &Piece| words![utc(gap.from), " to ", utc(gap.until)];
    Draft::new()
        .line(words![
            bold(name.to_owned()),
            ": ",
            counted(taken.turns.len(), "turn"),
            " in the next 52 weeks."
        ])
        .lines(lead(&taken.gaps, "It has nobody at these times; there the rotation stays:"))
        .bullets(some(&taken.gaps, gap))
        .lines(lead(&taken.problems, "Not understood, and left out:"))
        .bullets(some(&taken.problems, problem))
        .finish()
}

/// Why nothing is taken over, and what to type.
pub fn not_taken(why: &NotTaken) -> Message {
    let safe = "Nothing was changed.";
    let draft = Draft::new();
    match why {
        NotTaken::Unreadable(why) => draft.line(words![why.to_string(), " ", safe]),
        NotTaken::Empty(problems) => draft
            .line(words!["The calendar has no shift in the next 52 weeks. ", safe])
            .lines(lead(problems, "Not understood:"))
            .bullets(some(problems, problem)),
        NotTaken::Unnamed(unnamed) => draft
            .line(words!["I cannot tell whose these shifts are. ", safe])
            .bullets(some(unnamed, whose))
            .line(words![
                "Say who is who after the file's name: ",
                "'Jane Doe=U0123ABCD'",
                ", or leave somebody out: ",
                format!("'Jane Doe={LEFT_OUT}'")
            ]),
        NotTaken::Overlaps(overlaps) => draft
            .line(words!["The calendar has two people at once, and one of them is the primary. ", safe])
            .bullets(some(overlaps, overlap))
            .line(words![
                "Leave the others out after the file's name: ",
                format!("'Jane Doe={LEFT_OUT}'")
            ]),
        NotTaken::TooMany(turns) => draft.line(words![format!(
            "The calendar has {turns} turns in the next 52 weeks, and I keep {MOST_TURNS} at most. {safe} Export fewer \
             weeks of it."
        )]),
    }
    .finish()
}

/// Something after the file's name that says of nobody who they are.
pub fn not_a_name(text: &str) -> Message {
    let example = "'Jane Doe=U0123ABCD'";
    Draft::new()
        .line(words![code(text.to_owned()), " says of nobody who they are. Nothing was changed."])
        .line(words!["People of the calendar are named by Slack's ids: ", example])
        .finish()
}

/// Slack's names could not be asked for, so that only ids are known.
pub fn nameless() -> Message {
    Draft::new().line(words!["Slack does not tell its people's names now, so only ids are known."]).finish()
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
    let Unnamed { text, line, shifts, found } = unnamed;
    let lead = words![code(text.clone()), format!(" (line {line}, {}): ", counted(*shifts, "shift"))];
    lead.and(match found {
        Match::Several(ids) => Words::joined(ids.iter().map(|id| with_id(id)), " or ").and(words!["?"]),
        Match::Nobody { nearest: Some(id) } => {
            words!["nobody is called so; perhaps "].and(with_id(id)).and(words!["?"])
        }
        Match::One(_) | Match::Nobody { nearest: None } => words!["nobody is called so."],
    })
}

fn overlap(overlap: &Overlap) -> Words {
    let people = Words::joined(overlap.people.iter().map(|id| with_id(id)), " and ");
    words![utc(overlap.from), " to ", utc(overlap.until), ": "].and(people)
}

/// Two people may have one name; and the id is what a shell takes.
fn with_id(id: &str) -> Words {
    words![Part::from(&UserId::from(id)), format!(" ({id})")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Names, terminal};

    #[test]
    fn two_people_of_one_name_are_told_apart() {
        let mut names = Names::default();
        names.add("U0KOFI", "kofi");
        names.add("U0KOFI2", "kofi");
        let found = Match::Several(vec!["U0KOFI".into(), "U0KOFI2".into()]);
        let unnamed = Unnamed { text: "Kofi".into(), line: 7, shifts: 1, found };
        let shown = terminal(&not_taken(&NotTaken::Unnamed(vec![unnamed])), &names);
        assert!(shown.contains("@kofi (U0KOFI) or @kofi (U0KOFI2)?"), "{shown}");
    }
}
