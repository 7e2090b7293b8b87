//! The text after `/maintenance`.

use super::parts::{quoted, split_word};
use super::words::nearest_of;
use crate::slack_text;
use domain::maintenance::MaintenanceId;
use domain::maintenance::line::{MaintenanceLine, Unclear};
use domain::oncall::when::{EndText, RangeText};
use domain::text;

/// The words people type; the first of each row is the one that howler suggests.
const WORDS: [&[&str]; 4] = [
    &["schedule", "plan", "start", "begin", "add"],
    &["list", "ls", "show", "status"],
    &["done", "end", "finish", "finished", "stop", "cancel", "close"],
    &["help", "-h", "--help"],
];
/// Most words that a time takes: two days with their clocks and zones.
const TIME_MOST: usize = 12;

/// Reads a line about maintenance. A bare `/maintenance` lists.
pub fn parse(text: &str) -> MaintenanceLine {
    let (first, rest) = split_word(text);
    let bare = first.trim_end_matches([':', ',', '.', '!', '?']).to_lowercase();
    let row = WORDS.iter().find(|row| row.contains(&bare.as_str()));
    match row.and_then(|row| row.first()).copied() {
        Some("schedule") => scheduled(rest),
        Some("list") => MaintenanceLine::List,
        Some("done") => done(rest),
        Some(_) => MaintenanceLine::Help,
        None if bare.is_empty() => MaintenanceLine::List,
        // `2h Database upgrade`: the word itself was left out.
        None => match scheduled(text) {
            line @ MaintenanceLine::Schedule { .. } => line,
            _ => {
                let nearest = nearest_of(&bare, WORDS).map(str::to_owned);
                MaintenanceLine::Unclear(Unclear::Word { word: quoted(first), nearest })
            }
        },
    }
}

/// `2h Database upgrade`, `tomorrow 09:00 for 2h Database upgrade`: the longest beginning that is a time with an end; the rest is
/// the title.
fn scheduled(rest: &str) -> MaintenanceLine {
    let plain = slack_text::plain(rest);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let range = |many: &usize| {
        let range = RangeText::parse(&words.get(..*many)?.join(" ")).ok()?;
        (range.end != EndText::Open).then_some((range, *many))
    };
    let most = words.len().min(TIME_MOST);
    let Some((range, many)) = (1..=most).rev().find_map(|many| range(&many)) else {
        return MaintenanceLine::Unclear(Unclear::NoEnd);
    };
    let title = text::clean_line(&words.get(many..).unwrap_or_default().join(" "));
    match title.chars().count() {
        0 => MaintenanceLine::Unclear(Unclear::NoTitle),
        long if long > text::TITLE_MOST => {
            MaintenanceLine::Unclear(Unclear::TitleTooLong { most: text::TITLE_MOST })
        }
        _ => MaintenanceLine::Schedule { range, title },
    }
}

/// `done`, `done 2`, `done MNT-2`.
fn done(rest: &str) -> MaintenanceLine {
    if rest.is_empty() {
        return MaintenanceLine::Done { which: None };
    }
    let digits = rest.trim_end_matches(['.', '!']).to_uppercase();
    match digits.trim_start_matches("MNT-").trim_start_matches('#').parse() {
        Ok(number) => MaintenanceLine::Done { which: Some(MaintenanceId(number)) },
        Err(_) => MaintenanceLine::Unclear(Unclear::NotANumber { word: quoted(rest) }),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn schedules(text: &str) -> Option<(String, EndText, String)> {
        match parse(text) {
            MaintenanceLine::Schedule { range, title } => {
                Some((serde_json::to_string(&range.from).unwrap(), range.end, title))
            }
            _ => None,
        }
    }

    #[test]
    fn a_time_ends_where_the_title_begins() {
        let hours = |hours| EndText::For(SignedDuration::from_hours(hours));
        let now = r#""now""#;
        let from = |text: &str| {
            serde_json::to_string(&domain::oncall::when::WhenText::parse(text).unwrap()).unwrap()
        };
        for (line, begins, end, title) in [
            ("schedule 2h Database upgrade", now.to_owned(), hours(2), "Database upgrade"),
            ("Schedule for 2 hours Database upgrade", now.to_owned(), hours(2), "Database upgrade"),
            ("schedule 2h 5 hosts move", now.to_owned(), hours(2), "5 hosts move"),
            ("schedule 2h Monday cleanup for all", now.to_owned(), hours(2), "Monday cleanup for all"),
            (
                "schedule tomorrow 09:00 for 2h Move to eu-west",
                from("tomorrow 09:00"),
                hours(2),
                "Move to eu-west",
            ),
            ("schedule at 22:00 UTC for 1h Redis", from("22:00 utc"), hours(1), "Redis"),
            ("2h Redis", now.to_owned(), hours(2), "Redis"),
        ] {
            assert_eq!(schedules(line), Some((begins, end, title.to_owned())), "{line}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (line, unclear) in [
            ("schedule", Unclear::NoEnd),
            ("schedule Database upgrade", Unclear::NoEnd),
            ("schedule tomorrow 09:00 Database upgrade", Unclear::NoEnd),
            ("schedule 2h", Unclear::NoTitle),
            ("schedule tomorrow 09:00 for 2h", Unclear::NoTitle),
            ("done tomorrow", Unclear::NotANumber { word: "tomorrow".into() }),
            ("mute everything", Unclear::Word { word: "mute".into(), nearest: None }),
            ("shedule all", Unclear::Word { word: "shedule".into(), nearest: Some("schedule".into()) }),
        ] {
            assert_eq!(parse(line), MaintenanceLine::Unclear(unclear), "{line}");
        }
        let long = format!("schedule 2h {}", "x".repeat(text::TITLE_MOST + 1));
        assert_eq!(parse(&long), MaintenanceLine::Unclear(Unclear::TitleTooLong { most: text::TITLE_MOST }));
    }

    #[test]
    fn lists_and_ends() {
        let done = |number| MaintenanceLine::Done { which: Some(MaintenanceId(number)) };
        for (line, read) in [
            ("", MaintenanceLine::List),
            ("list", MaintenanceLine::List),
            ("done", MaintenanceLine::Done { which: None }),
            ("done 3", done(3)),
            ("end MNT-3.", done(3)),
            ("help", MaintenanceLine::Help),
        ] {
            assert_eq!(parse(line), read, "{line}");
        }
    }
}
