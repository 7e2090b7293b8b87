//! The five fields of a cron expression, as GitHub documents them for `on.schedule`: POSIX, with names, steps and a zone.
//!
//! Where both the day of the month and the weekday are named, either is enough (POSIX). A field that begins with `*` names none.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use crate::oncall::zone::{Local, Zone};

/// Days that are looked at for a time: a 29 February may be eight years away.
const DAYS: usize = 366 * 8 + 2;

/// When something runs, by the clock of its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
    zone: Zone,
}

/// Which values a field allows, a bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field {
    allowed: u64,
    /// It begins with `*`.
    is_any: bool,
}

/// The least and the most of a field, and the names of its values.
struct Range {
    what: &'static str,
    least: u32,
    most: u32,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const RANGES: [Range; 5] = [
    Range { what: "minute", least: 0, most: 59, names: &[] },
    Range { what: "hour", least: 0, most: 23, names: &[] },
    Range { what: "day of the month", least: 1, most: 31, names: &[] },
    Range { what: "month", least: 1, most: 12, names: &MONTHS },
    Range { what: "day of the week", least: 0, most: 6, names: &WEEKDAYS },
];

impl Cron {
    /// Reads an expression; `zone` is the schedule's, UTC where it has none.
    ///
    /// # Errors
    /// What GitHub's documentation does not know, in words.
    pub fn parse(text: &str, zone: Zone) -> Result<Self, String> {
        let parts: Vec<&str> = text.split_ascii_whitespace().collect();
        let wrong = || format!("`{text}` has not five fields");
        let parts: [&str; 5] = parts.try_into().map_err(|_| wrong())?;
        let mut fields = Vec::new();
        for (part, range) in parts.iter().zip(&RANGES) {
            fields.push(Field::parse(part, range).ok_or_else(|| format!("`{part}` is no {}", range.what))?);
        }
        let fields: [Field; 5] = fields.try_into().map_err(|_| wrong())?;
        let [minutes, hours, days, months, weekdays] = fields;
        Ok(Self { minutes, hours, days, months, weekdays, zone })
    }

    /// The newest time that is not after `at`.
    pub fn last(&self, at: Timestamp) -> Option<Timestamp> {
        // A day more: where the clock jumps, a time moves to after the jump.
        let mut date = self.zone.civil(at).date().tomorrow().ok()?;
        for _ in 0..DAYS {
            let found = self.times(date).into_iter().rev().find(|time| *time <= at);
            if found.is_some() {
                return found;
            }
            date = date.yesterday().ok()?;
        }
        None
    }

    /// The next time after `at`.
    pub fn next(&self, at: Timestamp) -> Option<Timestamp> {
        let mut date = self.zone.civil(at).date();
        for _ in 0..DAYS {
            let found = self.times(date).into_iter().find(|time| *time > at);
            if found.is_some() {
                return found;
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// The times of a day, the earliest first. One that the clock skips is the first after the jump, as GitHub has it; one that it
    /// shows twice is the first.
    fn times(&self, date: Date) -> Vec<Timestamp> {
        if !self.is_on(date) {
            return Vec::new();
        }
        let civil = |hour: i8, minute: i8| -> DateTime { date.at(hour, minute, 0, 0) };
        let hours = (0..24_i8).filter(|hour| self.hours.allows(hour.unsigned_abs().into()));
        let times = hours.flat_map(|hour| {
            let minutes = (0..60_i8).filter(|minute| self.minutes.allows(minute.unsigned_abs().into()));
            minutes.map(move |minute| match self.zone.local(civil(hour, minute)) {
                Local::Once(at) | Local::Twice { first: at, .. } | Local::Skipped { next: at, .. } => at,
            })
        });
        let mut times: Vec<Timestamp> = times.collect();
        times.dedup();
        times
    }

    fn is_on(&self, date: Date) -> bool {
        let part = |value: i8| u32::from(value.unsigned_abs());
        let (day, weekday) = (part(date.day()), part(date.weekday().to_sunday_zero_offset()));
        let (of_month, of_week) = (self.days.allows(day), self.weekdays.allows(weekday));
        let either = !self.days.is_any && !self.weekdays.is_any;
        self.months.allows(part(date.month()))
            && if either { of_month || of_week } else { of_month && of_week }
    }
}

impl Field {
    fn parse(text: &str, range: &Range) -> Option<Self> {
        let mut allowed = 0;
        for part in text.split(',') {
            allowed |= part_of(part, range)?;
        }
        Some(Self { allowed, is_any: text.starts_with('*') })
    }

    fn allows(self, value: u32) -> bool {
        value < 64 && self.allowed & (1 << value) != 0
    }
}

/// `*`, `5`, `4-6`, `*/15`, `20/15` (from 20 to the end), `10-40/10`.
fn part_of(part: &str, range: &Range) -> Option<u64> {
    let (of, step) = match part.split_once('/') {
        Some((of, step)) => (of, Some(number(step).filter(|step| *step > 0)?)),
        None => (part, None),
    };
    let (from, to) = match of.split_once('-') {
        None if of == "*" => (range.least, range.most),
        None => {
            let from = value(of, range)?;
            (from, if step.is_some() { range.most } else { from })
        }
        Some((from, to)) => (value(from, range)?, value(to, range)?),
    };
    if from > to {
        return None;
    }
    let step = usize::try_from(step.unwrap_or(1)).ok()?;
    Some((from..=to).step_by(step).fold(0, |allowed, value| allowed | 1 << value))
}

fn value(text: &str, range: &Range) -> Option<u32> {
    let named = range.names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let value = match named {
        Some(position) => u32::try_from(position).ok()? + range.least,
        None => number(text)?,
    };
    (range.least..=range.most).contains(&value).then_some(value)
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn cron(text: &str, zone: &str) -> Cron {
        Cron::parse(text, Zone::named(zone).unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The examples of GitHub's page "Workflow syntax", and what people write.
    #[test]
    fn times_as_github_documents_them() {
        for (text, zone, now, last, next) in [
            ("15 4,5 * * *", "UTC", "2026-11-24T04:20:00Z", "2026-11-24T04:15:00Z", "2026-11-24T05:15:00Z"),
            ("15 * * * *", "UTC", "2026-11-24T04:15:00Z", "2026-11-24T04:15:00Z", "2026-11-24T05:15:00Z"),
            ("2,10 4,5 * * *", "UTC", "2026-11-24T06:00:00Z", "2026-11-24T05:10:00Z", "2026-11-25T04:02:00Z"),
            ("30 4-6 * * *", "UTC", "2026-11-24T05:31:00Z", "2026-11-24T05:30:00Z", "2026-11-24T06:30:00Z"),
            ("20/15 * * * *", "UTC", "2026-11-24T05:51:00Z", "2026-11-24T05:50:00Z", "2026-11-24T06:20:00Z"),
            ("*/5 * * * *", "UTC", "2026-11-24T05:51:00Z", "2026-11-24T05:50:00Z", "2026-11-24T05:55:00Z"),
            ("30 5 * * 1,3", "UTC", "2026-11-24T12:00:00Z", "2026-11-23T05:30:00Z", "2026-11-25T05:30:00Z"),
            ("0 0 1 JAN *", "UTC", "2026-11-24T12:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("0 0 29 2 *", "UTC", "2026-11-24T12:00:00Z", "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z"),
            (
                "0 9 * * mon-fri",
                "UTC",
                "2026-11-29T12:00:00Z",
                "2026-11-27T09:00:00Z",
                "2026-11-30T09:00:00Z",
            ),
            // Either of both days is enough; one that begins with a star is none.
            ("0 0 13 * 5", "UTC", "2026-11-24T12:00:00Z", "2026-11-20T00:00:00Z", "2026-11-27T00:00:00Z"),
            ("0 0 */2 * 5", "UTC", "2026-11-24T12:00:00Z", "2026-11-13T00:00:00Z", "2026-11-27T00:00:00Z"),
            // 05:30 in New York in winter, and in summer.
            (
                "30 5 * * 1-5",
                "America/New_York",
                "2026-11-24T12:00:00Z",
                "2026-11-24T10:30:00Z",
                "2026-11-25T10:30:00Z",
            ),
            (
                "30 5 * * 1-5",
                "America/New_York",
                "2026-07-24T12:00:00Z",
                "2026-07-24T09:30:00Z",
                "2026-07-27T09:30:00Z",
            ),
            // The clock jumps from 02:00 to 03:00: the time is 03:00 then.
            (
                "30 2 * * *",
                "America/New_York",
                "2026-03-08T12:00:00Z",
                "2026-03-08T07:00:00Z",
                "2026-03-09T06:30:00Z",
            ),
            // It shows 01:30 twice: the first counts.
            (
                "30 1 * * *",
                "America/New_York",
                "2026-11-01T12:00:00Z",
                "2026-11-01T05:30:00Z",
                "2026-11-02T06:30:00Z",
            ),
        ] {
            let cron = cron(text, zone);
            assert_eq!(cron.last(at(now)), Some(at(last)), "{text} before {now}");
            assert_eq!(cron.next(at(now)), Some(at(next)), "{text} after {now}");
        }
        let never = cron("0 0 31 2 *", "UTC");
        assert_eq!(
            (never.last(at("2026-11-24T12:00:00Z")), never.next(at("2026-11-24T12:00:00Z"))),
            (None, None)
        );
    }

    #[test]
    fn what_github_does_not_document_is_no_expression() {
        for text in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * 32 * *",
            "* * * 13 *",
            "* * * * 7",
            "@daily",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "1,,2 * * * *",
            "-1 * * * *",
            "1- * * * *",
            "/5 * * * *",
            "+5 * * * *",
            "* * * MON *",
            "* * L * *",
            "99999999999 * * * *",
        ] {
            assert!(Cron::parse(text, Zone::utc()).is_err(), "{text}");
        }
    }

    /// Minute by minute, by the fields as they are written.
    fn slow(fields: &[Vec<u32>; 5], stars: [bool; 2], zone: &Zone, at: Timestamp) -> bool {
        let civil = zone.civil(at);
        let date = civil.date();
        let part = |value: i8| u32::from(value.unsigned_abs());
        let has = |field: usize, value: u32| fields[field].contains(&value);
        let day = has(2, part(date.day()));
        let weekday = has(4, part(date.weekday().to_sunday_zero_offset()));
        let on = if stars[0] || stars[1] { day && weekday } else { day || weekday };
        civil.second() == 0
            && on
            && has(0, part(civil.minute()))
            && has(1, part(civil.hour()))
            && has(3, part(date.month()))
    }

    /// A field as text, with its values.
    fn field(least: u32, most: u32) -> impl Strategy<Value = (String, Vec<u32>)> {
        let one = (least..=most).prop_map(|value| (value.to_string(), vec![value]));
        let range = (least..=most, least..=most).prop_map(|(a, b)| {
            let (from, to) = (a.min(b), a.max(b));
            (format!("{from}-{to}"), (from..=to).collect::<Vec<_>>())
        });
        let every = (1..=most).prop_map(move |step| {
            (format!("*/{step}"), (least..=most).step_by(step as usize).collect::<Vec<_>>())
        });
        let from = (least..=most, 1..=most).prop_map(move |(from, step)| {
            (format!("{from}/{step}"), (from..=most).step_by(step as usize).collect::<Vec<_>>())
        });
        let any = Just(("*".to_owned(), (least..=most).collect::<Vec<_>>()));
        prop_oneof![2 => any, 1 => one.clone(), 1 => range, 1 => every, 1 => from]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_agrees_with_a_slow_reckoning(
            minutes in field(0, 59), hours in field(0, 23), days in field(1, 31),
            months in field(1, 12), weekdays in field(0, 6), start in 0_i64..40_000,
        ) {
            let text = [&minutes, &hours, &days, &months, &weekdays].map(|field| field.0.clone()).join(" ");
            let stars = [days.0.starts_with('*'), weekdays.0.starts_with('*')];
            let fields = [minutes.1, hours.1, days.1, months.1, weekdays.1];
            let (zone, minute) = (Zone::utc(), SignedDuration::from_mins(1));
            let cron = Cron::parse(&text, zone.clone()).unwrap();
            let from = at("2026-11-20T00:00:00Z") + SignedDuration::from_mins(start);
            // Four days back, and four ahead.
            let back = (0..5_760).map(|n| from - minute * n).find(|at| slow(&fields, stars, &zone, *at));
            let ahead = (1..5_760).map(|n| from + minute * n).find(|at| slow(&fields, stars, &zone, *at));
            let near = |found: Option<Timestamp>| {
                found.filter(|found| found.duration_since(from).abs() < minute * 5_760)
            };
            prop_assert_eq!(near(cron.last(from)), back, "{}", text);
            prop_assert_eq!(near(cron.next(from)), ahead, "{}", text);
        }
    }
}
