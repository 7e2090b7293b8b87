//! Calendars as Exchange writes them.

use jiff::ToSpan;

use super::*;

/// Exchange's zones: the name, the offset, and what is otherwise in summer.
const WINDOWS: [(&str, &str, Option<Summer>); 4] = [
    ("W. Europe Standard Time", "+0100", Some(("+0200", "-1SU;BYMONTH=3", "-1SU;BYMONTH=10"))),
    ("Eastern Standard Time", "-0500", Some(("-0400", "2SU;BYMONTH=3", "1SU;BYMONTH=11"))),
    ("India Standard Time", "+0530", None),
    ("Tokyo Standard Time", "+0900", None),
];

fn windows_zone(made: &mut Made, name: &str, offset: &str, summer: Option<Summer>) {
    let (long, to_summer, to_winter) = summer.unwrap_or((offset, "", ""));
    let rule = |days: &str| format!("RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY={days}");
    made.lines(&["BEGIN:VTIMEZONE", &format!("TZID:{name}"), "BEGIN:STANDARD", "DTSTART:16010101T020000"]);
    made.lines(&[&format!("TZOFFSETFROM:{long}"), &format!("TZOFFSETTO:{offset}")]);
    if summer.is_some() {
        made.line(&rule(to_winter));
    }
    made.lines(&["END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T020000"]);
    made.lines(&[&format!("TZOFFSETFROM:{offset}"), &format!("TZOFFSETTO:{long}")]);
    if summer.is_some() {
        made.line(&rule(to_summer));
    }
    made.lines(&["END:DAYLIGHT", "END:VTIMEZONE"]);
}

/// Windows' names with rules from the year 1601, ends of rules in UTC, the week's first day said.
pub(super) fn exchange(made: &mut Made) {
    let (name, offset, summer) = made.one(&WINDOWS);
    made.lines(&["METHOD:PUBLISH", "PRODID:Microsoft Exchange Server 2010"]);
    windows_zone(made, name, offset, summer);
    for _ in 0..made.rng.u8(1..4) {
        let first = made.day().at(made.rng.i8(3..24), 30, 0, 0);
        let until = format!("{}Z", local(first.checked_add(made.rng.i64(20..200).days()).unwrap()));
        let (rule, days) = turns(made, first, &until);
        let (uid, who) = (made.uid(), made.one(&PEOPLE));
        let (first_text, end) = (local(first), local(first.checked_add(hours(24 * days)).unwrap()));
        made.lines(&["BEGIN:VEVENT", &format!("RRULE:{rule}")]);
        let out = later(made, &rule, first);
        if made.seldom() {
            made.line(&format!("EXDATE;TZID={name}:{}", local(out)));
        }
        made.lines(&[&format!("UID:{uid}"), &format!("SUMMARY:On-call {who}")]);
        made.line(&format!("DTSTART;TZID={name}:{first_text}"));
        made.line(&format!("DTEND;TZID={name}:{end}"));
        made.lines(&["CLASS:PUBLIC", "DTSTAMP:20260701T000000Z", "SEQUENCE:1", "TRANSP:TRANSPARENT"]);
        made.lines(&["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER;RELATED=START:-PT15M", "END:VALARM"]);
        made.end();
        let moved = later(made, &rule, first);
        if made.seldom()
            && moved != out
            && moved != first
            && !rule.contains("COUNT")
            && !rule.contains("UNTIL")
        {
            instead(made, &uid, name, moved);
        }
    }
}

/// Whole days, their exceptions and ends as the midnights of the mailbox's zone.
pub(super) fn exchange_days(made: &mut Made) {
    let (name, offset, summer) = made.one(&WINDOWS);
    made.lines(&["METHOD:PUBLISH", "PRODID:Microsoft Exchange Server 2010"]);
    windows_zone(made, name, offset, summer);
    let zone = jiff::tz::TimeZone::get(crate::windows::place(name).unwrap()).unwrap();
    for _ in 0..made.rng.u8(1..4) {
        let first = made.day().at(0, 0, 0, 0);
        let last = first.checked_add(made.rng.i64(20..200).days()).unwrap();
        let last = zone.to_zoned(last).unwrap().timestamp().strftime("%Y%m%dT%H%M%SZ").to_string();
        let (rule, days) = turns(made, first, &last);
        let (uid, who) = (made.uid(), made.one(&PEOPLE));
        made.begin(&uid, who);
        made.line(&format!("DTSTART;VALUE=DATE:{}", day(first)));
        made.line(&format!("DTEND;VALUE=DATE:{}", day(first.checked_add(days.days()).unwrap())));
        made.line(&format!("RRULE:{rule}"));
        let out = later(made, &rule, first);
        made.line(&format!("EXDATE;TZID={name}:{}", local(out)));
        made.end();
        let moved = later(made, &rule, first);
        if moved != out && !rule.contains("COUNT") && !rule.contains("UNTIL") {
            made.begin(&uid, "Moved");
            made.line(&format!("DTSTART;VALUE=DATE:{}", day(moved.checked_add(1.days()).unwrap())));
            made.line(&format!("DTEND;VALUE=DATE:{}", day(moved.checked_add(2.days()).unwrap())));
            made.line(&format!("RECURRENCE-ID;TZID={name}:{}", local(moved)));
            made.end();
        }
    }
}
