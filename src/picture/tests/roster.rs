//! The schedule as a picture: looked at, and in words.

use std::iter;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::look::is_the_picture;
use crate::{ALT_MOST, Roster, Turn};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn turn(from: &str, until: &str, who: &str) -> Turn {
    let who = Some(who.to_owned()).filter(|who| !who.is_empty());
    Turn { from: at(from), until: at(until), who }
}

/// Weeks of four people, somebody who covers for some hours, and a week in which nobody is there.
fn weeks() -> Roster {
    let mut turns = vec![
        turn("2026-11-29T00:00:00Z", "2026-12-02T18:00:00Z", "Maya Okafor"),
        turn("2026-12-02T18:00:00Z", "2026-12-03T06:00:00Z", "Ian"),
        turn("2026-12-03T06:00:00Z", "2026-12-06T00:00:00Z", "Maya Okafor"),
        turn("2026-12-06T00:00:00Z", "2026-12-13T00:00:00Z", "Kofi"),
        turn("2026-12-13T00:00:00Z", "2026-12-18T00:00:00Z", "Zoë Maximiliane von Hohenlohe-Langenburg"),
        turn("2026-12-18T00:00:00Z", "2026-12-20T00:00:00Z", ""),
    ];
    let mut from = at("2026-12-20T00:00:00Z");
    for who in ["Ian", "Maya Okafor", "Kofi", "Ian", "Maya Okafor"] {
        let until = from + SignedDuration::from_hours(7 * 24);
        turns.push(Turn { from, until, who: Some(who.to_owned()) });
        from = until;
    }
    let (now, until) = (at("2026-11-30T14:20:00Z"), at("2027-01-25T14:20:00Z"));
    Roster { now, until, zone: TimeZone::get("Europe/Berlin").unwrap(), turns }
}

#[test]
fn the_weeks_are_as_they_were() {
    is_the_picture("roster", &weeks().draw().unwrap());
}

#[test]
fn no_two_texts_of_it_share_a_pixel_and_all_are_within() {
    let many = Roster {
        turns: (0..60)
            .map(|day: i64| {
                let from = at("2026-11-30T00:00:00Z") + SignedDuration::from_hours(24 * day);
                let who = (day % 7 != 3).then(|| format!("Person number {}", day % 11));
                Turn { from, until: from + SignedDuration::from_hours(24), who }
            })
            .collect(),
        ..weeks()
    };
    let nobody = Roster { turns: Vec::new(), ..weeks() };
    let far = Roster { until: at("2030-01-01T00:00:00Z"), ..weeks() };
    for roster in [weeks(), many, nobody, far] {
        let canvas = roster.canvas().unwrap();
        for (place, label) in canvas.labels.iter().enumerate() {
            assert!(label.area.left >= 0.0 && label.area.right <= 780.0, "{label:?}");
            let other = canvas.labels[..place].iter().find(|other| other.area.meets(&label.area));
            assert_eq!(other, None, "{label:?}");
        }
        assert!(roster.alt().chars().count() <= ALT_MOST);
    }
}

#[test]
fn it_says_the_same_in_words() {
    let alt = weeks().alt();
    let begins = "Who is on call in the next 8 weeks, times of Europe/Berlin: Maya Okafor until Wed 2 Dec 19:00. Ian until \
                  Thu 3 Dec 07:00. Maya Okafor until Sun 6 Dec 01:00.";
    assert!(alt.starts_with(begins), "{alt}");
    assert!(alt.contains(" nobody until Sun 20 Dec 01:00."), "{alt}");
    let nobody = Roster { turns: Vec::new(), ..weeks() };
    assert!(nobody.alt().ends_with(": nobody."));
    let long = Roster { turns: iter::repeat_n(weeks().turns, 20).flatten().collect(), ..weeks() };
    assert!(long.alt().ends_with("And more turns in the picture."), "{}", long.alt());
}
