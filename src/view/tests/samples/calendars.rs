//! What a shell is told about a calendar.

use jiff::tz::TimeZone;

use super::oncall::day;
use super::*;
use crate::Earlier;
use calendar::{self, Attendee, Clash, Match, NotTaken, Taken, Turn, Unnamed, Unreadable};

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
    let unnamed = |text: &str, found| {
        let (invited, declined) = (Vec::new(), Vec::new());
        Unnamed { text: text.into(), invited, declined, line: 3, shifts: 2, found }
    };
    let invited = |name: &str, mail: &str| Attendee { name: Some(name.into()), mail: mail.into() };
    let unknown = vec![
        unnamed("Jane <@U0BEA> Doe", Match::Nobody { nearest: Some("U0BEA".into()) }),
        unnamed("Robot", Match::Nobody { nearest: None }),
        unnamed("Ian", Match::Several(vec!["U0IAN".into(), "U0BEA".into()])),
        Unnamed {
            invited: vec![invited("Kofi Mensah", "kofi@example.org"), invited("Bea", "bea@example.org")],
            ..unnamed("On call", Match::Nobody { nearest: None })
        },
        Unnamed {
            declined: vec![invited("Ian", "ian@example.org")],
            ..unnamed("Ian's week", Match::Declined("U0IAN".into()))
        },
    ];
    let claims = vec![("U0BEA".into(), vec![12]), ("U0IAN".into(), vec![20, 28])];
    let overlap = Clash { from: day(6), until: day(7), claims };
    let earlier = Earlier { replaced: Some(day(6)), stays: Some((2, day(20), 4)) };
    vec![
        ("taken", view::taken(&taken, 52, Earlier::default())),
        ("taken after an earlier one", view::taken(&taken, 1, earlier)),
        ("not a calendar", view::not_taken(&NotTaken::Unreadable(Unreadable::NotACalendar), 52)),
        ("empty", view::not_taken(&NotTaken::Empty(problem()), 1)),
        ("unnamed", view::not_taken(&NotTaken::Unnamed(unknown), 52)),
        ("overlaps", view::not_taken(&NotTaken::Overlaps(vec![overlap; 21]), 52)),
        ("too many", view::not_taken(&NotTaken::TooMany { turns: 720, weeks: 23 }, 52)),
        ("too many in a week", view::not_taken(&NotTaken::TooMany { turns: 720, weeks: 0 }, 1)),
        ("no number of weeks", view::not_weeks("99", 52)),
        ("nobody named", view::not_a_name("Jane")),
        ("nameless", view::nameless()),
    ]
}
