//! Calendars made in the shapes that programs write them in, from a seed.

mod exchange;

use fastrand::Rng;
use jiff::civil::{Date, DateTime, date};
use jiff::{SignedDuration, ToSpan};

const PLACES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo"];
const PEOPLE: [&str; 4] = ["Ian Malcolm", "Maya Lindqvist", "Kofi Mensah", "Zoë Tamahori"];
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The offset in summer, the rule that summer begins by, and the one that it ends by.
type Summer = (&'static str, &'static str, &'static str);
/// Writes a calendar's middle as one program does.
type Shape = fn(&mut Made);

/// A calendar in the making.
struct Made {
    text: String,
    rng: Rng,
    uids: u32,
}

/// Which program's shape it has, and the file.
pub fn made(seed: u64) -> (&'static str, String) {
    let mut made = Made { text: String::new(), rng: Rng::with_seed(seed), uids: 0 };
    made.line("BEGIN:VCALENDAR");
    made.line("VERSION:2.0");
    let shapes: [(&str, Shape); 9] = [
        ("google", google),
        ("exchange", exchange::exchange),
        ("pagerduty", pagerduty),
        ("opsgenie", opsgenie),
        ("grafana", grafana),
        ("apple", apple),
        ("exchange days", exchange::exchange_days),
        ("own zones", own_zones),
        ("changed series", changed_series),
    ];
    let (name, shape) = shapes[usize::try_from(seed).unwrap() % shapes.len()];
    shape(&mut made);
    made.line("END:VCALENDAR");
    (name, made.text)
}

impl Made {
    /// Folded after 75 octets, as most programs do.
    fn line(&mut self, line: &str) {
        crate::line::fold(&mut self.text, line);
    }

    fn lines(&mut self, lines: &[&str]) {
        lines.iter().for_each(|line| self.line(line));
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.rng.usize(..of.len())]
    }

    fn often(&mut self) -> bool {
        self.rng.u8(..3) > 0
    }

    fn seldom(&mut self) -> bool {
        self.rng.u8(..4) == 0
    }

    fn uid(&mut self) -> String {
        self.uids += 1;
        format!("{}-{}@made.example", self.uids, self.rng.u32(..))
    }

    /// A day from the summer of 2026 to the spring of 2027.
    fn day(&mut self) -> Date {
        date(2026, 7, 1).checked_add(self.rng.i64(0..270).days()).unwrap()
    }

    fn begin(&mut self, uid: &str, summary: &str) {
        self.lines(&["BEGIN:VEVENT", &format!("UID:{uid}"), "DTSTAMP:20260701T000000Z"]);
        let summary = summary.replace(',', "\\,");
        self.line(&format!("SUMMARY:{summary}"));
    }

    fn end(&mut self) {
        self.line("END:VEVENT");
    }
}

fn local(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

fn day(at: DateTime) -> String {
    at.strftime("%Y%m%d").to_string()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// How a rule ends: with a number, at a time, or never.
fn ending(made: &mut Made, until: &str) -> String {
    match made.rng.u8(..3) {
        0 => format!(";COUNT={}", made.rng.u8(1..9)),
        1 => format!(";UNTIL={until}"),
        _ => String::new(),
    }
}

/// A rule of turns that the first date is one of, and how many days a turn has.
fn turns(made: &mut Made, first: DateTime, until: &str) -> (String, i64) {
    let own = DAYS[usize::try_from(first.weekday().to_monday_zero_offset()).unwrap()];
    let every = made.rng.i64(1..5);
    let end = ending(made, until);
    let nth = (first.day() - 1) / 7 + 1;
    let (is_last, is_workday) = (first.day() > first.days_in_month() - 7, !own.starts_with('S'));
    match made.rng.u8(..10) {
        0 => (format!("FREQ=DAILY;INTERVAL={every}{end}"), 1),
        1 => (format!("FREQ=WEEKLY{end};INTERVAL={every};BYDAY={own}"), 7),
        2 => {
            let other = made.one(&DAYS);
            let days = if other == own { own.to_owned() } else { format!("{own},{other}") };
            let start = made.one(&["MO", "SU"]);
            (format!("FREQ=WEEKLY;WKST={start};INTERVAL={every};BYDAY={days}{end}"), 1)
        }
        3 => (format!("FREQ=MONTHLY;BYMONTHDAY={}{end}", first.day()), 2),
        4 if nth < 5 => (format!("FREQ=MONTHLY;BYDAY={nth}{own}{end}"), 3),
        5 if is_last => (format!("FREQ=MONTHLY;BYDAY=-1{own}{end}"), 2),
        6 if is_workday && nth < 5 => (format!("FREQ=MONTHLY;BYDAY={own};BYSETPOS={nth}{end}"), 1),
        7 if is_workday => (format!("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR{end}"), 1),
        8 if nth < 5 => (format!("FREQ=YEARLY;BYMONTH={};BYDAY={nth}{own}{end}", first.month()), 4),
        _ => (format!("FREQ=WEEKLY;INTERVAL={every}{end}"), 7),
    }
}

/// The same time so many turns later, and whether an exception is made there. Rules by days and weeks have it.
fn later(made: &mut Made, rule: &str, first: DateTime) -> DateTime {
    let every: i64 = rule
        .split(';')
        .find_map(|part| part.strip_prefix("INTERVAL="))
        .map_or(1, |every| every.parse().unwrap());
    let turns = made.rng.i64(0..4) * every;
    let days = if rule.contains("DAILY") { turns } else { turns * 7 };
    first.checked_add(if rule.contains("MONTHLY") { 0 } else { days }.days()).unwrap()
}

/// Times with a place's name, dates left out and moved, whole days, versions, cancelled events.
fn google(made: &mut Made) {
    let place = made.one(&PLACES);
    made.lines(&[
        "PRODID:-//Google Inc//Google Calendar 70.9054//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]);
    for _ in 0..made.rng.u8(1..5) {
        if made.seldom() {
            whole_days(made);
            continue;
        }
        let first = made.day().at(made.rng.i8(0..24), 0, 0, 0);
        let until = format!("{}Z", local(first.checked_add(made.rng.i64(20..200).days()).unwrap()));
        let (rule, days) = turns(made, first, &until);
        let (uid, who) = (made.uid(), made.one(&PEOPLE));
        let old = made.seldom();
        if old {
            made.begin(&uid, "An older version");
            made.lines(&[
                &format!("DTSTART;TZID={place}:{}", local(first)),
                &format!("DTEND;TZID={place}:{}", local(first.checked_add(hours(1)).unwrap())),
                "SEQUENCE:0",
            ]);
            made.end();
        }
        made.begin(&uid, who);
        made.line(&format!("DTSTART;TZID={place}:{}", local(first)));
        made.line(&format!("DTEND;TZID={place}:{}", local(first.checked_add(hours(24 * days)).unwrap())));
        made.line(&format!("RRULE:{rule}"));
        let out = later(made, &rule, first);
        if made.seldom() {
            made.line(&format!("EXDATE;TZID={place}:{}", local(out)));
        }
        made.lines(&["STATUS:CONFIRMED", &format!("SEQUENCE:{}", u8::from(old) * 2)]);
        made.end();
        let moved = later(made, &rule, first);
        if made.often()
            && moved != out
            && moved != first
            && !rule.contains("COUNT")
            && !rule.contains("UNTIL")
        {
            instead(made, &uid, place, moved);
        }
    }
}

fn instead(made: &mut Made, uid: &str, place: &str, moved: DateTime) {
    let who = made.one(&PEOPLE);
    let start = moved.checked_add(hours(made.rng.i64(0..5))).unwrap();
    let status = made.one(&["CONFIRMED", "CONFIRMED", "CANCELLED"]);
    made.begin(uid, who);
    made.line(&format!("DTSTART;TZID={place}:{}", local(start)));
    made.line(&format!("DTEND;TZID={place}:{}", local(start.checked_add(hours(20)).unwrap())));
    made.line(&format!("RECURRENCE-ID;TZID={place}:{}", local(moved)));
    made.lines(&[&format!("STATUS:{status}"), "SEQUENCE:2"]);
    made.end();
}

fn whole_days(made: &mut Made) {
    let first = made.day().at(0, 0, 0, 0);
    let until = day(first.checked_add(made.rng.i64(20..200).days()).unwrap());
    let (rule, days) = turns(made, first, &until);
    let (uid, who) = (made.uid(), made.one(&PEOPLE));
    made.begin(&uid, who);
    made.line(&format!("DTSTART;VALUE=DATE:{}", day(first)));
    made.line(&format!("DTEND;VALUE=DATE:{}", day(first.checked_add(days.days()).unwrap())));
    made.line(&format!("RRULE:{rule}"));
    if made.seldom() {
        let out = later(made, &rule, first);
        made.line(&format!("EXDATE;VALUE=DATE:{}", day(out)));
    }
    made.end();
}

/// Each turn an event in UTC, whoever has it invited.
fn pagerduty(made: &mut Made) {
    made.lines(&["PRODID:-//PagerDuty//On-Call Schedule//EN", "METHOD:PUBLISH", "X-WR-CALNAME:On Call"]);
    let mut at = made.day().at(made.rng.i8(0..24), 0, 0, 0);
    for _ in 0..made.rng.u8(3..30) {
        let end = at.checked_add(hours(made.one(&[8, 12, 24, 168]))).unwrap();
        let (uid, who) = (made.uid(), made.one(&PEOPLE));
        made.begin(&uid, &format!("On Call - {who} - Monkeytown, all of it"));
        made.line(&format!("DTSTART;VALUE=DATE-TIME:{}Z", local(at)));
        made.line(&format!("DTEND;VALUE=DATE-TIME:{}Z", local(end)));
        made.line(&format!("ATTENDEE;CN=\"{who}\";CUTYPE=INDIVIDUAL:mailto:someone@example.org"));
        made.end();
        at = end;
    }
}

/// Each turn an event with a place's name or in UTC, some as durations.
fn opsgenie(made: &mut Made) {
    made.line("PRODID:-//OpsGenie//iCal4j 1.0//EN");
    let place = made.one(&PLACES);
    let mut at = made.day().at(made.rng.i8(0..24), 0, 0, 0);
    for _ in 0..made.rng.u8(2..20) {
        let long = made.one(&[12, 24, 168]);
        let end = at.checked_add(hours(long)).unwrap();
        let (uid, who) = (made.uid(), made.one(&PEOPLE));
        made.begin(&uid, who);
        made.line(&format!("DTSTART;TZID={place}:{}", local(at)));
        if long == 168 {
            made.line("DURATION:P1W");
        } else {
            made.line(&format!("DTEND;TZID={place}:{}", local(end)));
        }
        made.line("DESCRIPTION:Schedule: Monkeytown\\, Rotation: Rot1\\nhttps://example.org/a/very/long/address/of/it");
        made.end();
        at = end;
    }
}

/// Rotations as rules in UTC: each person every so many weeks or days, on some days only, until a change.
fn grafana(made: &mut Made) {
    made.lines(&["PRODID:-//My calendar product//amixr//", "X-WR-CALNAME:Monkeytown"]);
    let people = made.rng.usize(2..5);
    let first = made.day().at(made.rng.i8(0..24), 0, 0, 0);
    let until = first.checked_add(made.rng.i64(60..200).days()).unwrap();
    let ends = made.seldom();
    let daily = made.seldom();
    let hourly = made.seldom();
    for (number, who) in PEOPLE.iter().take(people).enumerate() {
        let number = i64::try_from(number).unwrap();
        let long = if hourly {
            8
        } else if daily {
            24
        } else {
            168
        };
        let start = first.checked_add(hours(number * long)).unwrap();
        let uid = made.uid();
        made.begin(&uid, &format!("[L1] {who}"));
        made.line(&format!("DTSTART;VALUE=DATE-TIME:{}Z", local(start)));
        made.line(&format!("DTEND;VALUE=DATE-TIME:{}Z", local(start.checked_add(hours(long)).unwrap())));
        let until = if ends { format!(";UNTIL={}Z", local(until)) } else { String::new() };
        let freq = if daily { "DAILY" } else { "WEEKLY;WKST=MO" };
        let rule = match hourly {
            true => format!("RRULE:FREQ=HOURLY;INTERVAL={}{until}", 8 * people),
            false => format!("RRULE:FREQ={freq};INTERVAL={people}{until}"),
        };
        made.line(&rule);
        made.line("LAST-MODIFIED;VALUE=DATE-TIME:20260701T120000Z");
        made.end();
    }
}

/// A place with its history, more dates beside a rule, days of the month counted from its end.
fn apple(made: &mut Made) {
    made.lines(&["PRODID:-//Apple Inc.//macOS 14.0//EN", "CALSCALE:GREGORIAN", "BEGIN:VTIMEZONE"]);
    made.lines(&["TZID:Europe/Berlin", "BEGIN:DAYLIGHT", "TZOFFSETFROM:+0100", "TZNAME:CEST"]);
    made.lines(&["RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "DTSTART:19810329T020000", "TZOFFSETTO:+0200"]);
    made.lines(&["END:DAYLIGHT", "BEGIN:STANDARD", "TZOFFSETFROM:+0200", "DTSTART:19961027T030000"]);
    made.lines(&["TZNAME:CET", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"]);
    made.lines(&["END:STANDARD", "END:VTIMEZONE"]);
    for _ in 0..made.rng.u8(1..4) {
        let first = made.day().at(made.rng.i8(4..24), 15, 0, 0);
        let (uid, who) = (made.uid(), made.one(&PEOPLE));
        made.begin(&uid, who);
        made.line(&format!("DTSTART;TZID=Europe/Berlin:{}", local(first)));
        made.line("DURATION:PT12H");
        match made.rng.u8(..3) {
            0 => {
                let end = first.date().last_of_month().at(first.hour(), 15, 0, 0);
                let last = if end == first { "-1".to_owned() } else { first.day().to_string() };
                made.line(&format!("RRULE:FREQ=MONTHLY;BYMONTHDAY={last};COUNT=6"));
            }
            1 => {
                let more = first.checked_add(made.rng.i64(1..60).days()).unwrap();
                made.line(&format!("RDATE;TZID=Europe/Berlin:{}", local(more)));
            }
            _ => made.line("RRULE:FREQ=YEARLY;COUNT=3"),
        }
        made.end();
    }
}

/// Zones with names of their own and rules that ended, by dates, by days of the month; and Windows' names without rules.
fn own_zones(made: &mut Made) {
    made.line("PRODID:-//Zimbra-Calendar-Provider//EN");
    let kind = made.rng.u8(..4);
    let name = ["Home", "(GMT-03.00) Brasilia", "\"Here, there\"", "India Standard Time"][usize::from(kind)];
    let zone = |made: &mut Made, parts: &[&str]| {
        made.lines(&["BEGIN:VTIMEZONE", &format!("TZID:{}", name.replace('"', "").replace(',', "\\,"))]);
        made.lines(parts);
        made.line("END:VTIMEZONE");
    };
    let part = |kind: &str, start: &str, from: &str, to: &str, more: &str| {
        format!(
            "BEGIN:{kind}\r\nDTSTART:{start}\r\nTZOFFSETFROM:{from}\r\nTZOFFSETTO:{to}\r\n{more}\r\nEND:{kind}"
        )
    };
    let parts = match kind {
        0 => vec![
            part("STANDARD", "20251026T030000", "+0200", "+0100", "RDATE:20261025T030000,20271031T030000"),
            part("DAYLIGHT", "20260329T020000", "+0100", "+0200", "RDATE:20270328T020000"),
        ],
        1 => vec![
            part("STANDARD", "20080217T000000", "-0200", "-0300", "RRULE:FREQ=YEARLY;BYMONTH=2;BYDAY=3SU"),
            part(
                "DAYLIGHT",
                "20081019T000000",
                "-0300",
                "-0200",
                "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=3SU;UNTIL=20181021T030000Z",
            ),
        ],
        2 => vec![
            part(
                "STANDARD",
                "20001029T030000",
                "+0200",
                "+0100",
                "RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=25,26,27,28,29,30,31;BYDAY=SU",
            ),
            part("DAYLIGHT", "20000326T020000", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        ],
        _ => Vec::new(),
    };
    if !parts.is_empty() {
        let whole = parts.join("\r\n");
        zone(made, &whole.split("\r\n").collect::<Vec<_>>());
    }
    for _ in 0..made.rng.u8(1..4) {
        let first = made.day().at(made.rng.i8(4..24), 0, 0, 0);
        let until = format!("{}Z", local(first.checked_add(made.rng.i64(20..200).days()).unwrap()));
        let (rule, days) = turns(made, first, &until);
        let (uid, who) = (made.uid(), made.one(&PEOPLE));
        made.begin(&uid, who);
        made.line(&format!("DTSTART;TZID={name}:{}", local(first)));
        made.line(&format!("DTEND;TZID={name}:{}", local(first.checked_add(hours(24 * days)).unwrap())));
        made.line(&format!("RRULE:{rule}"));
        if made.seldom() {
            let out = later(made, &rule, first);
            made.line(&format!("EXDATE:{}", local(out)));
        }
        made.end();
    }
}

/// Series changed from a date on, rules with several times a day, rules by the hour.
fn changed_series(made: &mut Made) {
    made.line("PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN");
    let place = made.one(&PLACES);
    for _ in 0..made.rng.u8(1..4) {
        let first = made.day().at(made.rng.i8(4..20), 0, 0, 0);
        let (uid, who, other) = (made.uid(), made.one(&PEOPLE), made.one(&PEOPLE));
        made.begin(&uid, who);
        made.line(&format!("DTSTART;TZID={place}:{}", local(first)));
        made.line(&format!("DTEND;TZID={place}:{}", local(first.checked_add(hours(4)).unwrap())));
        match made.rng.u8(..4) {
            0 => made.line(&format!("RRULE:FREQ=DAILY;BYHOUR={},{};COUNT=9", first.hour(), first.hour() + 4)),
            1 => made.line("RRULE:FREQ=HOURLY;INTERVAL=12;COUNT=20"),
            _ => {
                made.line("RRULE:FREQ=WEEKLY;COUNT=12");
                made.end();
                let from = first.checked_add((7 * made.rng.i64(1..6)).days()).unwrap();
                let start = from.checked_add(hours(made.rng.i64(-3..4))).unwrap();
                made.begin(&uid, other);
                made.line(&format!("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID={place}:{}", local(from)));
                made.line(&format!("DTSTART;TZID={place}:{}", local(start)));
                made.line(&format!("DTEND;TZID={place}:{}", local(start.checked_add(hours(6)).unwrap())));
            }
        }
        made.end();
    }
}
