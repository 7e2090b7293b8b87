//! One `VEVENT` (RFC 5545, 3.6.1).

use super::component::Component;
use super::line::Line;
use super::moment::{Length, Moment};
use super::problem::{Problem, Trouble};
use super::rule::{Rule, Until};
use super::zone::Zones;

/// The most characters of a text that are kept: every occurrence carries its event's.
const LONGEST_TEXT: usize = 1000;
/// The most people invited that are kept.
const MOST_INVITED: usize = 20;

/// Somebody invited to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attendee {
    /// `CN`, if there is one.
    pub name: Option<String>,
    /// What stands behind `mailto:`, or the whole value.
    pub mail: String,
}

#[derive(Debug)]
pub(super) struct Event {
    pub at: usize,
    pub uid: String,
    pub summary: String,
    pub description: Option<String>,
    pub attendees: Vec<Attendee>,
    pub start: Moment,
    pub length: Length,
    pub rule: Option<(usize, Rule)>,
    pub more: Vec<Moment>,
    pub except: Vec<Moment>,
    /// The occurrence that this event takes the place of.
    pub replaces: Option<Moment>,
    pub cancelled: bool,
}

impl Event {
    /// The event, and beside it what was wrong with it. `None` where nothing can be made of it.
    pub fn read(part: &Component, zones: &Zones, problems: &mut Vec<Problem>) -> Option<Self> {
        let result = Self::parse(part, zones, problems);
        result.map_err(|problem| problems.push(problem)).ok()
    }

    fn parse(part: &Component, zones: &Zones, problems: &mut Vec<Problem>) -> Result<Self, Problem> {
        let line = part.line("DTSTART").ok_or_else(|| Trouble::Missing("DTSTART").at(part.at))?;
        let start = Moment::of(line, zones).map_err(|trouble| trouble.at(line.at))?;
        let cancelled = part.line("STATUS").is_some_and(|line| line.value.trim() == "CANCELLED");
        let replaces = part.line("RECURRENCE-ID").map(|line| {
            if line.param("RANGE").is_some() {
                problems.push(Trouble::Unsupported("RANGE=THISANDFUTURE".to_owned()).at(line.at));
            }
            Moment::of(line, zones).map_err(|trouble| trouble.at(line.at))
        });
        let length = match length(part, &start, zones) {
            Err(_) if cancelled => Length::default(),
            length => length?,
        };
        for line in part.all("EXRULE") {
            problems.push(Trouble::Unsupported("EXRULE".to_owned()).at(line.at));
        }
        Ok(Self {
            at: part.at,
            uid: part.line("UID").map(Line::text).unwrap_or_default(),
            summary: text(part, "SUMMARY", problems).unwrap_or_default(),
            description: text(part, "DESCRIPTION", problems),
            attendees: attendees(part, problems),
            length,
            rule: rule(part, &start)?,
            more: moments(part, "RDATE", zones, problems),
            except: moments(part, "EXDATE", zones, problems),
            replaces: replaces.transpose()?,
            cancelled,
            start,
        })
    }
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

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

fn attendees(part: &Component, problems: &mut Vec<Problem>) -> Vec<Attendee> {
    if let Some(line) = part.all("ATTENDEE").nth(MOST_INVITED) {
        problems.push(Trouble::ManyInvited.at(line.at));
    }
    let some = part.all("ATTENDEE").take(MOST_INVITED);
    some.map(|line| attendee(&cut(&line.value), line.param("CN").map(cut).as_deref())).collect()
}

fn attendee(value: &str, name: Option<&str>) -> Attendee {
    let value = value.trim();
    let mail = match value.split_at_checked(7) {
        Some((scheme, mail)) if scheme.eq_ignore_ascii_case("mailto:") => mail,
        _ => value,
    };
    let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    Attendee { name, mail: mail.to_owned() }
}

/// From `DTEND` or `DURATION`; a day without either lasts a day (3.6.1).
fn length(part: &Component, start: &Moment, zones: &Zones) -> Result<Length, Problem> {
    let (at, length) = match (part.line("DTEND"), part.line("DURATION")) {
        (Some(line), _) => {
            let end = Moment::of(line, zones).map_err(|trouble| trouble.at(line.at))?;
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

fn rule(part: &Component, start: &Moment) -> Result<Option<(usize, Rule)>, Problem> {
    let Some(line) = part.line("RRULE") else { return Ok(None) };
    if let Some(second) = part.all("RRULE").nth(1) {
        return Err(Trouble::UnsupportedRule("a second RRULE".to_owned()).at(second.at));
    }
    let mut rule = Rule::parse(&line.value).map_err(|trouble| trouble.at(line.at))?;
    if let Some(Until { civil, is_utc: true, .. }) = rule.until {
        let there =
            jiff::tz::TimeZone::UTC.to_timestamp(civil).map(|instant| start.zone.to_datetime(instant));
        let there = there.map_err(|_| Trouble::NotARule(Trouble::quoted(&line.value)).at(line.at))?;
        rule.until = Some(Until { civil: there, is_day: false, is_utc: false });
    }
    Ok(Some((line.at, rule)))
}

fn moments(part: &Component, name: &str, zones: &Zones, problems: &mut Vec<Problem>) -> Vec<Moment> {
    let mut all = Vec::new();
    for line in part.all(name) {
        if line.param("VALUE") == Some("PERIOD") {
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
