//! What a shell is told about a calendar.

use jiff::tz::TimeZone;

use super::oncall::day;
use super::*;
use crate::calendar::{self, Match, NotTaken, Taken, Turn, Unnamed, Unreadable};

pub fn calendars() -> Vec<(&'static str, Message)> {
    let problem = || {
        let broken = "BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR";
        calendar::read(broken.as_bytes(), (day(1), day(2)), &TimeZone::UTC).unwrap().problems
    };
    let taken = Taken {
        name: Some("Old pager".into()),
        turns: vec![Turn { person: "U0IAN".into(), from: day(6), until: day(13) }],
        gaps: vec![calendar::Piece { from: day(1), until: day(6) }],
        problems: problem(),
    };
    let unnamed = |text: &str, found| Unnamed { text: text.into(), line: 3, shifts: 2, found };
    let unknown = vec![
        unnamed("Jane <@U0BEA> Doe", Match::Nobody { nearest: Some("U0BEA".into()) }),
        unnamed("Robot", Match::Nobody { nearest: None }),
        unnamed("Ian", Match::Several(vec!["U0IAN".into(), "U0BEA".into()])),
    ];
    let people = vec!["U0BEA".into(), "U0IAN".into()];
    let overlap = calendar::Overlap { from: day(6), until: day(7), people };
    vec![
        ("taken", view::taken(&taken)),
        ("not a calendar", view::not_taken(&NotTaken::Unreadable(Unreadable::NotACalendar))),
        ("empty", view::not_taken(&NotTaken::Empty(problem()))),
        ("unnamed", view::not_taken(&NotTaken::Unnamed(unknown))),
        ("overlaps", view::not_taken(&NotTaken::Overlaps(vec![overlap; 21]))),
        ("too many", view::not_taken(&NotTaken::TooMany(501))),
        ("nobody named", view::not_a_name("Jane")),
        ("nameless", view::nameless()),
    ]
}
