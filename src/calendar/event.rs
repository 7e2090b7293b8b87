//! One `VEVENT` (RFC 5545, 3.6.1).

use jiff::civil::DateTime;

use super::component::Component;
use super::invited::{Attendee, invited};
use super::line::Line;
use super::moment::{Length, Moment, Said, civil};
use super::problem::{Problem, Trouble};
use super::rule::{Rule, Turn, Until};
use super::zone::Zones;

/// The most characters of a text that are kept: every occurrence carries its event's.
const LONGEST_TEXT: usize = 1000;

#[derive(Debug)]
pub(super) struct Event {
    pub at: usize,
    pub uid: String,
    pub version: Version,
    pub summary: String,
    pub description: Option<String>,
    pub attendees: Vec<Attendee>,
    pub declined: Vec<Attendee>,
    pub start: Moment,
    pub length: Length,
    pub rule: Option<(usize, Rule)>,
    pub more: Vec<Moment>,
    pub except: Vec<Moment>,
    pub replaces: Option<Replaces>,
    pub cancelled: bool,
}

/// The occurrence that an event takes the place of.
#[derive(Debug)]
pub(super) struct Replaces {
    pub moment: Moment,
    /// And of all that follow it.
    pub and_later: bool,
}

/// What tells the versions of an event apart (RFC 5546, 2.1.5). The two instants are in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    pub sequence: i64,
    pub modified: Option<DateTime>,
    pub stamped: Option<DateTime>,
}

impl Version {
    fn of(part: &Component) -> Self {
        let instant = |name| part.line(name).and_then(|line| civil(line.value.trim())).map(|(utc, ..)| utc);
        let sequence = part.line("SEQUENCE").and_then(|line| line.value.trim().parse().ok());
        Self {
            sequence: sequence.unwrap_or(0),
            modified: instant("LAST-MODIFIED"),
            stamped: instant("DTSTAMP"),
        }
    }
}

impl Event {
    /// The event, and beside it what was wrong with it. `None` where nothing can be made of it. `cancelled`: the whole
    /// calendar takes its events back.
    pub fn read(
        part: &Component,
        zones: &Zones,
        cancelled: bool,
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let result = Self::parse(part, zones, cancelled, problems);
        result.map_err(|problem| problems.push(problem)).ok()
    }

    fn parse(
        part: &Component,
        zones: &Zones,
        cancelled: bool,
        problems: &mut Vec<Problem>,
    ) -> Result<Self, Problem> {
        let line = part.line("DTSTART").ok_or_else(|| Trouble::Missing("DTSTART").at(part.at))?;
        let start = Moment::of(line, zones).map_err(|trouble| trouble.at(line.at))?;
        let said = |line: &Line| line.value.trim().eq_ignore_ascii_case("CANCELLED");
        let cancelled = cancelled || part.line("STATUS").is_some_and(said);
        let length = match length(part, &start, zones) {
            Err(_) if cancelled => Length::default(),
            length => length?,
        };
        for line in part.all("EXRULE") {
            problems.push(Trouble::Unsupported("EXRULE".to_owned()).at(line.at));
        }
        let (attendees, declined) = invited(part, problems);
        Ok(Self {
            at: part.at,
            uid: part.line("UID").map(Line::text).unwrap_or_default(),
            version: Version::of(part),
            summary: text(part, "SUMMARY", problems).unwrap_or_default(),
            description: text(part, "DESCRIPTION", problems),
            attendees,
            declined,
            length,
            rule: rule(part, &start, zones)?,
            more: moments(part, "RDATE", zones, problems),
            except: moments(part, "EXDATE", zones, problems),
            replaces: replaces(part, zones)?,
            cancelled,
            start,
        })
    }
}

fn replaces(part: &Component, zones: &Zones) -> Result<Option<Replaces>, Problem> {
    let Some(line) = part.line("RECURRENCE-ID") else { return Ok(None) };
    let and_later = match line.param_upper("RANGE").as_deref() {
        None => false,
        Some("THISANDFUTURE") => true,
        Some(other) => {
            return Err(Trouble::LeftOut(format!("RANGE={}", Trouble::quoted(other))).at(line.at));
        }
    };
    let moment = Moment::of(line, zones).map_err(|trouble| trouble.at(line.at))?;
    Ok(Some(Replaces { moment, and_later }))
}

/// A text that is not empty, cut where it is long.
fn text(part: &Component, name: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
    let line = part.line(name)?;
    let text = line.text().trim().to_owned();
    let short = cut(&text);
    if short.len() < text.len() {
        problems.push(Trouble::LongText(name).at(line.at));
    }
    Some(short).filter(|text| !text.is_empty())
}

pub(super) fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// From `DTEND` or `DURATION`; a day without either lasts a day (3.6.1).
fn length(part: &Component, start: &Moment, zones: &Zones) -> Result<Length, Problem> {
    let (at, length) = match (part.line("DTEND"), part.line("DURATION")) {
        (Some(line), _) => {
            let end = Moment::of(line, zones).map_err(|trouble| trouble.at(line.at))?.within(start);
            if start.said == Said::Nothing && end.said == Said::Zone && !(start.is_day && end.is_day) {
                return Err(Trouble::HalfAZone.at(line.at));
            }
            let length = Length::between(start, &end).ok_or(Trouble::Backwards);
            (line.at, length.map_err(|trouble| trouble.at(line.at))?)
        }
        (None, Some(line)) => {
            let length = Length::parse(&line.value);
            let trouble = || Trouble::NotADuration(Trouble::quoted(&line.value)).at(line.at);
            (line.at, length.ok_or_else(trouble)?)
        }
        (None, None) if start.is_day => {
            let clocks = jiff::SignedDuration::from_hours(24);
            (part.at, Length { clocks, ..Length::default() })
        }
        (None, None) => return Err(Trouble::NoLength.at(part.at)),
    };
    match length.clocks.checked_add(length.exact) {
        Some(sum) if sum.is_positive() => Ok(length),
        Some(sum) if sum.is_zero() => Err(Trouble::NoLength.at(at)),
        _ => Err(Trouble::Backwards.at(at)),
    }
}

/// The rule, its end on the clocks of the start.
fn rule(part: &Component, start: &Moment, zones: &Zones) -> Result<Option<(usize, Rule)>, Problem> {
    let Some(line) = part.line("RRULE") else { return Ok(None) };
    if let Some(second) = part.all("RRULE").nth(1) {
        return Err(Trouble::UnsupportedRule("a second RRULE".to_owned()).at(second.at));
    }
    let mut rule = Rule::parse(&line.value).map_err(|trouble| trouble.at(line.at))?;
    if rule.turn == Turn::Hour && (start.is_day || start.zone.to_fixed_offset().is_err()) {
        let what = "FREQ=HOURLY where clocks are changed for summer".to_owned();
        return Err(Trouble::UnsupportedRule(what).at(line.at));
    }
    if let Some(Until { civil, is_utc: true, .. }) = rule.until {
        let not_a_rule = || Trouble::NotARule(Trouble::quoted(&line.value)).at(line.at);
        let end = Moment { civil, ..Moment::utc(line.at) };
        let civil = match start.is_day {
            true => {
                let day = end.day(start, zones).ok_or_else(|| Trouble::UnclearDay("UNTIL").at(line.at))?;
                day.to_datetime(jiff::civil::Time::midnight())
            }
            false => start.zone.to_datetime(end.instant().ok_or_else(not_a_rule)?),
        };
        rule.until = Some(Until { civil, is_day: start.is_day, is_utc: false });
    }
    if start.is_day {
        // Days have no times (3.3.10).
        [&mut rule.hours, &mut rule.minutes, &mut rule.seconds].into_iter().for_each(Vec::clear);
    }
    Ok(Some((line.at, rule)))
}

fn moments(part: &Component, name: &str, zones: &Zones, problems: &mut Vec<Problem>) -> Vec<Moment> {
    let mut all = Vec::new();
    for line in part.all(name) {
        if line.param_upper("VALUE").as_deref() == Some("PERIOD") {
            problems.push(Trouble::Unsupported(format!("{name} with periods")).at(line.at));
            continue;
        }
        match Moment::all(line, zones) {
            Ok(moments) => all.extend(moments),
            Err(trouble) => problems.push(trouble.at(line.at)),
        }
    }
    all
}
