//! What calendars call people.

use super::super::whose as holder;
use super::*;

fn entry(summary: &str, invited: &[&str]) -> Entry {
    Entry {
        line: 1,
        summary: summary.to_owned(),
        description: None,
        attendees: invited.iter().map(|mail| Attendee { name: None, mail: (*mail).to_owned() }).collect(),
        declined: Vec::new(),
        from: at("2026-12-06T00:00:00Z"),
        until: at("2026-12-13T00:00:00Z"),
    }
}

#[test]
fn names_in_many_forms() {
    let mut people = people();
    people.push(Person {
        id: "U0MAYA2".into(),
        handle: "mayab".into(),
        name: "Maya Berg".into(),
        mail: None,
        is_typed: false,
    });
    let one = |id: &str| Match::One(id.to_owned());
    let nobody = |nearest: Option<&str>| Match::Nobody { nearest: nearest.map(str::to_owned) };
    for (summary, invited, expected) in [
        ("maya", &[][..], one("U0MAYA")),
        ("U0KOFI", &[], one("U0KOFI")),
        ("@kofi", &[], one("U0KOFI")),
        ("KOFI", &[], one("U0KOFI")),
        ("[L1] ian", &[], one("U0IAN")),
        ("On Call - Maya Lindqvist - Ops", &[], one("U0MAYA")),
        ("On call: Zoe Tamahori", &[], one("U0ZOE")),
        ("ZOE@monkeytown.example on-call", &[], one("U0ZOE")),
        ("Kofi has the pager", &[], one("U0KOFI")),
        ("Pager week for Mensah", &[], one("U0KOFI")),
        ("Pager", &["kofi@monkeytown.example"], one("U0KOFI")),
        // The summary says it better than the guests.
        ("ian", &["kofi@monkeytown.example", "zoe@monkeytown.example"], one("U0IAN")),
        (
            "Pager",
            &["kofi@monkeytown.example", "zoe@monkeytown.example"],
            Match::Several(vec!["U0KOFI".into(), "U0ZOE".into()]),
        ),
        ("ian, kofi", &[], Match::Several(vec!["U0IAN".into(), "U0KOFI".into()])),
        ("Kofii", &[], nobody(Some("U0KOFI"))),
        ("On-Call (GoAlert: Monkeytown)", &[], nobody(None)),
        ("", &[], nobody(None)),
        // "an" is a part of "ian" and of nobody's name.
        ("an", &[], nobody(None)),
    ] {
        assert_eq!(holder(&entry(summary, invited), &people), expected, "{summary} {invited:?}");
    }
    let both = Match::Several(vec!["U0MAYA".into(), "U0MAYA2".into()]);
    people[1].handle = "lindqvist".into();
    assert_eq!(holder(&entry("Maya on call", &[]), &people), both);
}

#[test]
fn who_is_not_known_is_listed_once() {
    let mut entries = [entry("maya", &[]), entry("jeff", &[]), entry("jeff", &[])];
    (entries[1].line, entries[2].line) = (7, 4);
    let named = name(&entries, &people());
    assert_eq!(named.shifts.len(), 1);
    assert_eq!((named.unnamed.len(), named.unnamed[0].shifts, named.unnamed[0].line), (1, 2, 4));
    assert_eq!(all_theirs(&entries, "U0ZOE").iter().filter(|shift| shift.person == "U0ZOE").count(), 3);
    assert!(!format!("{:?}", people()).contains("monkeytown.example"));
}
