//! Calendars as other programs write them, rules one by one, what is written read again, and files made to hurt.

mod compare;
mod hostile;
mod made;
mod round_trip;
mod rules;
mod same_or_not;
mod samples;
mod whose;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn people() -> Vec<Person> {
    let person = |id: &str, handle: &str, name: &str| Person {
        id: id.to_owned(),
        handle: handle.to_owned(),
        name: name.to_owned(),
        mail: Some(format!("{handle}@monkeytown.example")),
        is_typed: false,
    };
    vec![
        person("U0IAN", "ian", "Ian Malcolm"),
        person("U0MAYA", "maya", "Maya Lindqvist"),
        person("U0KOFI", "kofi", "Kofi Mensah"),
        person("U0ZOE", "zoe", "Zoe Tamahori"),
    ]
}

fn shift(person: &str, from: &str, until: &str) -> Shift {
    Shift { person: person.to_owned(), from: at(from), until: at(until), why: None }
}

/// One event in a calendar.
fn calendar(event: &str) -> String {
    let event = event.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR\n")
}

fn read_between(text: &str, from: &str, until: &str) -> Calendar {
    read(text.as_bytes(), (at(from), at(until)), &TimeZone::UTC).unwrap()
}
