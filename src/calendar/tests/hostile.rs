//! Files made to hurt, and files broken on their way.

use std::fs;

use proptest::prelude::*;

use super::*;

#[test]
fn what_is_no_calendar_is_refused() {
    let window = (Timestamp::MIN, Timestamp::MAX);
    let read = |bytes: &[u8]| read(bytes, window, &TimeZone::UTC);
    assert_eq!(read(b""), Err(Unreadable::NotACalendar));
    assert_eq!(read(b"<html>"), Err(Unreadable::NotACalendar));
    assert_eq!(read(&vec![b'x'; MOST_BYTES + 1]), Err(Unreadable::TooLarge(MOST_BYTES + 1)));
    assert_eq!(read(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"), Ok(Calendar::default()));
}

#[test]
fn depth_is_bounded() {
    let text = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(20_000));
    let read = read_between(&text, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    assert_eq!(read.entries, []);
    assert!(read.problems.iter().any(|one| one.trouble == Trouble::TooDeep));
}

#[test]
fn the_ends_of_time() {
    for event in [
        "DTSTART:00010101T000000Z\nDURATION:P999999999W",
        "DTSTART:99991231T235959Z\nDURATION:P1D",
        "DTSTART:99991231T000000\nDURATION:P1D\nRRULE:FREQ=YEARLY",
        "DTSTART:00000101T000000\nDURATION:PT99999999999999999999S",
        "DTSTART:20260101T000000\nDURATION:P9223372036854775807D",
        "DTSTART:20260101T000000Z\nDURATION:P1D\nRRULE:FREQ=YEARLY;INTERVAL=2147483647;UNTIL=99991231T235959Z",
    ] {
        let text = calendar(event);
        read(text.as_bytes(), (Timestamp::MIN, Timestamp::MAX), &TimeZone::UTC).unwrap();
    }
}

/// A zone whose rules take longer than they may is not known, and the others are.
#[test]
fn zones_made_to_take_long_are_given_up() {
    let observance = |rule: &str| {
        format!(
            "BEGIN:STANDARD\nDTSTART:19700101T020000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n{rule}\nEND:STANDARD\n"
        )
    };
    let yearly = observance("RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10");
    let zone = |name: &str, parts: &str| format!("BEGIN:VTIMEZONE\nTZID:{name}\n{parts}END:VTIMEZONE\n");
    let event =
        |name: &str| format!("BEGIN:VEVENT\nDTSTART;TZID={name}:20261206T000000\nDURATION:P1D\nEND:VEVENT\n");
    let mut text = "BEGIN:VCALENDAR\n".to_owned();
    text += &zone("Good", &yearly);
    text += &zone("Daily", &observance("RRULE:FREQ=DAILY"));
    text += &zone("Twice", &observance("RRULE:FREQ=YEARLY\nRRULE:FREQ=YEARLY"));
    text += &zone("Offset", &yearly.replace("+0100", "+9999"));
    text += &(0..4000).map(|number| zone(&format!("Many {number}"), &yearly)).collect::<String>();
    for name in ["Good", "Daily", "Twice", "Offset", "Many 3999"] {
        text += &event(name);
    }
    text += "END:VCALENDAR\n";
    let read = read_between(&text, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
    assert_eq!(read.entries.len(), 1, "{:?}", read.problems);
    let is_unknown = |one: &&Problem| matches!(one.trouble, Trouble::UnknownZone(_));
    assert_eq!(read.problems.iter().filter(is_unknown).count(), 4);
}

/// Thousands of versions, exceptions and dates left out, each compared with few.
#[test]
fn crowds_of_exceptions_take_little() {
    let mut text = "BEGIN:VCALENDAR\n".to_owned();
    for number in 0..4000 {
        let minute = number % 60;
        text += &format!(
            "BEGIN:VEVENT\nUID:u\nSUMMARY:{number}\nDTSTART:20261206T00{minute:02}00Z\nDURATION:P1D\n\
             RRULE:FREQ=YEARLY;COUNT=2\nEXDATE:20261206T00{minute:02}01Z,20261207T000000Z\nEND:VEVENT\n"
        );
    }
    for number in 0..2000 {
        text += &format!(
            "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20261206T{:02}{:02}30Z\nDTSTART:20261206T010000Z\nDURATION:P1D\n\
             END:VEVENT\n",
            number / 60 % 24,
            number % 60
        );
    }
    text += "END:VCALENDAR\n";
    let read = read_between(&text, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
    assert!(read.entries.len() <= MOST_SHIFTS && !read.problems.is_empty());
}

#[test]
fn only_folds_cut_characters() {
    let whole = "SUMMARY:Zoë\r\n  and 🐒\r\nEND";
    assert_eq!(text(whole.as_bytes().to_vec()).as_deref(), Some(whole));
    for (cut, mended) in
        [(&b"Zo\xc3\r\n \xab!"[..], "Zoë\r\n !"), (b"\xf0\n\t\x9f\n \x90\r\n \x92", "🐒\n\t\n \r\n ")]
    {
        assert_eq!(text(cut.to_vec()).as_deref(), Some(mended));
    }
    for broken in [&b"Zo\xeb"[..], b"Zo\xc3\r\n\xab", b"\xf0\n \x9f", b"\xff\xfeB\0E\0"] {
        assert_eq!(text(broken.to_vec()), None);
    }
}

#[test]
fn long_texts_are_cut_and_said() {
    let guests = "ATTENDEE:mailto:x@example.org\n".repeat(21);
    let text =
        calendar(&format!("DTSTART:20261206T000000Z\nDURATION:P1D\nSUMMARY:{}\n{guests}", "é".repeat(1001)));
    let read = read_between(&text, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
    assert_eq!((read.entries[0].summary.chars().count(), read.entries[0].attendees.len()), (1000, 20));
    assert_eq!(
        read.problems,
        [
            Problem { line: 5, trouble: Trouble::LongText("SUMMARY") },
            Problem { line: 26, trouble: Trouble::ManyInvited },
        ]
    );
}

/// The lines of all samples.
fn lines() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/calendars");
    let mut all = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "ics") {
            all.extend(String::from_utf8_lossy(&fs::read(path).unwrap()).lines().map(str::to_owned));
        }
    }
    all.sort();
    all
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let mut file = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n".to_vec();
        file.extend(bytes);
        let _ = read(&file, (Timestamp::MIN, Timestamp::MAX), &TimeZone::UTC).unwrap();
    }

    /// Lines of real calendars in any order, with a character changed here and there.
    #[test]
    fn no_shuffled_calendar_makes_it_panic(
        picks in proptest::collection::vec((any::<prop::sample::Index>(), any::<u16>(), any::<char>()), 0..120),
        year in 1990..2100_i16,
    ) {
        let all = lines();
        let mut text = String::from("BEGIN:VCALENDAR\nVERSION:2.0\n");
        for (pick, spoil, with) in picks {
            let mut line: Vec<char> = pick.get(&all).chars().collect();
            let place = usize::from(spoil / 4);
            if spoil % 4 == 0 && place % 64 < line.len() {
                line[place % 64] = with;
            }
            text.extend(line);
            text.push('\n');
        }
        let from = jiff::civil::date(year, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let window = (from, from + jiff::SignedDuration::from_hours(24 * 84));
        let found = read(text.as_bytes(), window, &TimeZone::UTC).unwrap();
        prop_assert!(found.entries.len() <= MOST_SHIFTS);
        for entry in &found.entries {
            prop_assert!(entry.from < entry.until && entry.from < window.1 && entry.until > window.0);
        }
        for problem in &found.problems {
            prop_assert!(problem.line >= 1 && problem.line <= text.matches('\n').count() + 1);
        }
        let _ = name(&found.entries, &people());
    }
}
