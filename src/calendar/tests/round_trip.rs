//! What is written, and read again.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

fn feed() -> Feed<'static> {
    Feed {
        name: "Monkeytown, on call",
        place: "howler.example",
        stamp: at("2026-11-25T10:00:00Z"),
        refresh: SignedDuration::from_hours(1),
    }
}

#[test]
fn the_calendar_as_it_is_written() {
    let mut one = shift("U0MAYA", "2026-12-06T00:00:00Z", "2026-12-13T00:00:00Z");
    one.why = Some(
        "swap with Kofi; \"thanks, Maya\"\nagreed on 1 December, and the week after goes the other way"
            .into(),
    );
    let duty = Duty { shift: &one, name: "Maya Lindqvist", backup: Some("Zoë") };
    let text = write(&feed(), &[duty], None);
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        concat!("PRODID:-//howler//howler ", env!("CARGO_PKG_VERSION"), "//EN"),
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Monkeytown\\, on call",
        "REFRESH-INTERVAL;VALUE=DURATION:PT60M",
        "X-PUBLISHED-TTL:PT60M",
        "BEGIN:VEVENT",
        "UID:@howler.example",
        "DTSTAMP:20261125T100000Z",
        "DTSTART:20261206T000000Z",
        "DTEND:20261213T000000Z",
        "SUMMARY:On call: Maya Lindqvist",
        "DESCRIPTION:swap with Kofi\\; \"thanks\\, Maya\"\\nagreed on 1 December\\, and th",
        " e week after goes the other way\\nBackup: Zoë",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    let uid = text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap().split('@').next().unwrap();
    assert_eq!(uid.len(), 32);
    assert_eq!(text.replace(uid, ""), expected.join("\r\n"));
    let longer = Shift { until: at("2026-12-14T00:00:00Z"), ..one.clone() };
    let later = write(&feed(), &[Duty { shift: &longer, name: "M", backup: None }], None);
    assert!(later.contains(&format!("UID:{uid}@")), "{later}");
}

prop_compose! {
    fn some_shift()(
        person in 0..4_usize, from in 1_700_000_000_i64..2_000_000_000, seconds in 1..2_000_000_i64,
        why in proptest::option::of("[a-zA-Zéß🐒;,:\\\\\"]([a-zA-Zéß🐒;,:\\\\\" \n]{0,200}[a-zA-Zéß🐒;,:\\\\\"])?"),
    ) -> Shift {
        Shift {
            person: people()[person].id.clone(),
            from: Timestamp::from_second(from).unwrap(),
            until: Timestamp::from_second(from + seconds).unwrap(),
            why,
        }
    }
}

proptest! {
    #[test]
    fn written_and_read_it_is_the_same(mut shifts in proptest::collection::vec(some_shift(), 0..20)) {
        let people = people();
        let called = |id: &str| people.iter().find(|one| one.id == id).unwrap().name.as_str();
        let duties: Vec<_> = shifts
            .iter()
            .map(|shift| Duty { shift, name: called(&shift.person), backup: Some("Zoe Tamahori") })
            .collect();
        let text = write(&feed(), &duties, None);
        prop_assert!(text.split("\r\n").all(|line| line.len() <= 75));
        prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        let window = (Timestamp::MIN, Timestamp::MAX);
        let found = read(text.as_bytes(), window, &TimeZone::UTC).unwrap();
        prop_assert_eq!(&found.problems, &[]);
        let mine = write(&feed(), &duties, Some("U0MAYA"));
        let mut named = name(&found.entries, &people);
        prop_assert_eq!(named.unnamed.len(), 0);
        let key = |shift: &Shift| (shift.from, shift.until, shift.person.clone(), shift.why.clone());
        shifts.sort_by_key(key);
        named.shifts.sort_by_key(key);
        prop_assert_eq!(&named.shifts, &shifts);
        let mine = read(mine.as_bytes(), window, &TimeZone::UTC).unwrap();
        let maya = shifts.iter().filter(|shift| shift.person == "U0MAYA").count();
        prop_assert_eq!(mine.entries.len(), maya);
    }
}
