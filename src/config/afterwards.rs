//! `[quiet]` and `[sprint]`: when nobody is reminded of work that can wait, and when the next sprint is planned (runbook 6.2).

use std::collections::BTreeMap;

use domain::incident::after::rules::{self, Afterwards};
use domain::oncall::zone::Zone;
use jiff::civil::{Date, Time, Weekday};
use serde::Deserialize;

use super::Rotation;

/// The hours in which nobody is reminded of a report, a retrospective or a follow-up.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "WrittenQuiet")]
pub struct Quiet {
    from: Time,
    until: Time,
    weekends: bool,
    /// `None`: the rotation's.
    zone: Option<Zone>,
    zones: BTreeMap<String, Zone>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WrittenQuiet {
    /// On the wall of the person's zone; the same as `until`: no night is quiet.
    from: String,
    until: String,
    weekends: bool,
    zone: Option<String>,
    /// People in other zones, by their ids in Slack.
    zones: BTreeMap<String, String>,
}

impl Default for WrittenQuiet {
    fn default() -> Self {
        Self {
            from: "20:00".into(),
            until: "08:00".into(),
            weekends: true,
            zone: None,
            zones: BTreeMap::new(),
        }
    }
}

impl TryFrom<WrittenQuiet> for Quiet {
    type Error = String;

    fn try_from(written: WrittenQuiet) -> Result<Self, String> {
        let WrittenQuiet { from, until, weekends, zone, zones } = written;
        if let Some(id) = zones.keys().find(|id| !super::is_person(id)) {
            return Err(format!("`{id}` is not a person's id in Slack, such as U0123ABC"));
        }
        let zones = zones.into_iter().map(|(id, zone)| Ok((id, named(&zone)?)));
        Ok(Self {
            from: clock(&from)?,
            until: clock(&until)?,
            weekends,
            zone: zone.as_deref().map(named).transpose()?,
            zones: zones.collect::<Result<_, String>>()?,
        })
    }
}

impl Default for Quiet {
    fn default() -> Self {
        let rules::Quiet { from, until, weekends, .. } = rules::Quiet::default();
        Self { from, until, weekends, zone: None, zones: BTreeMap::new() }
    }
}

/// When sprints are planned.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "WrittenSprint")]
pub struct Sprint {
    day: Date,
    time: Time,
    weeks: i64,
    /// `None`: the rotation's.
    zone: Option<Zone>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSprint {
    /// Weekday and time.
    planning: String,
    /// `week`, `2 weeks`.
    #[serde(default = "two_weeks")]
    every: String,
    zone: Option<String>,
    /// The day of one planning.
    from: String,
}

fn two_weeks() -> String {
    "2 weeks".into()
}

impl TryFrom<WrittenSprint> for Sprint {
    type Error = String;

    fn try_from(written: WrittenSprint) -> Result<Self, String> {
        let WrittenSprint { planning, every, zone, from } = written;
        let wrong = || format!("`{planning}` is not a planning; write it like Monday 10:00");
        let (weekday, time) = planning.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let (weekday, time) = (day_of_week(weekday).ok_or_else(wrong)?, clock(time)?);
        let day: Date =
            from.trim().parse().map_err(|_| format!("`{from}` is not a day; write it like 2026-11-30"))?;
        if day.weekday() != weekday {
            return Err(format!("{from} is a {:?}, and sprints are planned on a {weekday:?}", day.weekday()));
        }
        let zone = zone.as_deref().map(named).transpose()?;
        Ok(Self { day, time, weeks: weeks(&every)?, zone })
    }
}

fn day_of_week(word: &str) -> Option<Weekday> {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let all = [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday];
    all.into_iter().find(|day| format!("{day:?}").eq_ignore_ascii_case(word))
}

/// `week`, `weekly`, `2 weeks`, `3w`.
fn weeks(every: &str) -> Result<i64, String> {
    let wrong = || format!("`{every}` is not how often a sprint begins; write it like 2 weeks");
    let lower = every.trim().to_lowercase();
    let digits: String = lower.chars().take_while(char::is_ascii_digit).collect();
    let unit = lower.get(digits.len()..).unwrap_or_default().trim();
    if !["w", "week", "weeks", "weekly"].contains(&unit) {
        return Err(wrong());
    }
    let many = if digits.is_empty() { 1 } else { digits.parse().map_err(|_| wrong())? };
    if (1..=12).contains(&many) { Ok(many) } else { Err(wrong()) }
}

fn clock(text: &str) -> Result<Time, String> {
    let wrong = || format!("`{text}` is not a time; write it like 08:00");
    let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
    let (hour, minute) = (hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?);
    Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

fn named(zone: &str) -> Result<Zone, String> {
    Zone::named(zone).map_err(|error| error.to_string())
}

/// Both as the domain has them, with the rotation's zone where none is named.
pub(super) fn of(quiet: &Quiet, sprint: Option<&Sprint>, rotation: &Rotation) -> Afterwards {
    let zone = |named: &Option<Zone>| named.clone().unwrap_or_else(|| rotation.turns.zone.clone());
    let Quiet { from, until, weekends, zones, .. } = quiet;
    let zones = zones.iter().map(|(id, zone)| (id.as_str().into(), zone.clone())).collect();
    Afterwards {
        quiet: rules::Quiet {
            from: *from,
            until: *until,
            weekends: *weekends,
            zone: zone(&quiet.zone),
            zones,
        },
        sprint: sprint.map(|sprint| rules::Sprint {
            day: sprint.day,
            time: sprint.time,
            weeks: sprint.weeks,
            zone: zone(&sprint.zone),
        }),
        ..Afterwards::default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::Config;
    use domain::id::UserId;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn without_a_word_nights_and_weekends_are_quiet_and_no_sprint_is_known() {
        let config = Config::parse("[rotation]\nzone = \"Europe/Berlin\"\n").unwrap();
        let rules = config.severity.afterwards();
        assert!(rules.sprint.is_none());
        // A Friday evening in Berlin is quiet until Monday morning there.
        let held = rules.quiet.ends(at("2026-12-04T19:30:00Z"), None);
        assert_eq!(held, at("2026-12-07T07:00:00Z"));
    }

    #[test]
    fn the_file_says_when_and_for_whom_it_is_quiet_and_when_the_next_sprint_is_planned() {
        let config = Config::parse(
            "[quiet]\nfrom = \"18:00\"\nuntil = \"09:00\"\nzones = { U0MAYA = \"Asia/Tokyo\" }\n\
             [sprint]\nplanning = \"Monday 10:00\"\nevery = \"2 weeks\"\nzone = \"Europe/Berlin\"\nfrom = \"2026-11-30\"\n",
        )
        .unwrap();
        let rules = config.severity.afterwards();
        let maya = UserId::from("U0MAYA");
        assert_eq!(rules.quiet.ends(at("2026-12-02T10:00:00Z"), Some(&maya)), at("2026-12-03T00:00:00Z"));
        assert_eq!(rules.quiet.ends(at("2026-12-02T10:00:00Z"), None), at("2026-12-02T10:00:00Z"));
        let sprint = rules.sprint.as_ref().unwrap();
        assert_eq!(sprint.next(at("2026-12-01T00:00:00Z")), at("2026-12-14T09:00:00Z"));
        assert_eq!(sprint.next(at("2026-11-30T08:59:59Z")), at("2026-11-30T09:00:00Z"));
        assert_eq!(sprint.next(at("2026-11-30T09:00:00Z")), at("2026-12-14T09:00:00Z"));
        // In summer the wall shows the same time.
        assert_eq!(sprint.next(at("2027-06-20T00:00:00Z")), at("2027-06-28T08:00:00Z"));
        assert_eq!(sprint.next(at("2026-10-20T00:00:00Z")), at("2026-11-02T09:00:00Z"));
    }

    #[test]
    fn what_does_not_fit_is_said_with_what_does() {
        for (toml, says) in [
            ("[quiet]\nfrom = \"25:00\"\n", "write it like 08:00"),
            ("[quiet]\nzones = { maya = \"UTC\" }\n", "not a person's id"),
            ("[quiet]\nzone = \"Mars\"\n", "not a time zone"),
            ("[quiet]\nnights = true\n", "unknown field"),
            ("[sprint]\nplanning = \"Monday\"\nfrom = \"2026-11-30\"\n", "write it like Monday 10:00"),
            ("[sprint]\nplanning = \"Tuesday 10:00\"\nfrom = \"2026-11-30\"\n", "is a Monday"),
            ("[sprint]\nplanning = \"Monday 10:00\"\nfrom = \"2026-02-30\"\n", "write it like 2026-11-30"),
            ("[sprint]\nplanning = \"Monday 10:00\"\nevery = \"month\"\nfrom = \"2026-11-30\"\n", "2 weeks"),
            ("[sprint]\nplanning = \"Monday 10:00\"\n", "from"),
        ] {
            let error = Config::parse(toml).unwrap_err();
            assert!(error.contains(says), "{toml}: {error}");
        }
    }
}
