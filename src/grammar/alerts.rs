//! The text after `/alerts`.

mod silence;

use jiff::SignedDuration;

use self::silence::silence;
use super::number;
use super::parts::{self, quoted, split_word};
use super::words::nearest_of;
use crate::slack_text;
use domain::Severity;
use domain::alert::line::{AlertsLine, Unclear, Unsilenced};
use domain::alert::signal::Source;
use domain::alert::silence::SilenceId;
use domain::alert::{AlertId, source_word};
use domain::duration::parse_duration;
use domain::text;

/// The words people type; the first of each row is the one that howler suggests.
const WORDS: [&[&str]; 13] = [
    &["list", "ls", "open", "all", "firing", "status", "what", "what's", "whats", "which", "anything"],
    &["show", "view"],
    &["ack", "acknowledge", "take", "mine"],
    &["resolve", "close", "resolved", "closed"],
    &["silence", "mute", "snooze"],
    &["unsilence", "unmute"],
    &["why", "explain"],
    &["attach", "add", "join"],
    &["detach", "remove"],
    &["declare", "escalate"],
    &["sources", "source"],
    &["test", "try"],
    &["help", "-h", "--help"],
];
/// How sources are called.
const SOURCES: [&[&str]; 9] = [
    &["github"],
    &["vercel"],
    &["uptimerobot"],
    &["alertmanager", "prometheus"],
    &["grafana"],
    &["pagerduty"],
    &["events"],
    &["heartbeat"],
    &["watch"],
];
/// Longest reason, in characters.
const REASON_MOST: usize = 200;

/// Most alerts of a line that are offered.
const OFFERED: usize = 3;
/// Between two that are named together.
pub(super) const TOGETHER: [char; 4] = [',', '+', '&', '/'];
/// Before an alert's number.
const LEADS: [&str; 6] = ["alert", "alerts", "a", "a-", "number", "#"];
/// Before an incident's number.
const TOWARDS: [&str; 6] = ["to", "into", "with", "incident", "inc", "#"];

/// Reads a line about alerts. A bare `/alerts` lists, a number alone shows, and `A-12 ack` is `ack A-12`.
pub fn parse(text: &str) -> AlertsLine {
    let (first, rest) = split_word(text);
    if is_named(first) && !rest.is_empty() {
        let (word, behind) = split_word(rest);
        let goes_to = |word: &str| ["to", "into"].iter().any(|lead| word.eq_ignore_ascii_case(lead));
        let word = if goes_to(word) { "attach" } else { word };
        return read(word, format!("{first} {behind}").trim_end(), text);
    }
    read(first, rest, text)
}

/// Whether a line that was not understood may be about incidents.
pub(super) fn may_be_of_incidents(unclear: &Unclear) -> bool {
    matches!(unclear, Unclear::Word { alerts, .. } if alerts.is_empty())
        || matches!(unclear, Unclear::NotANumber { .. })
}

/// What `/alerts` calls a word that people type for it.
pub(super) fn called(word: &str) -> Option<&'static str> {
    WORDS.iter().find(|row| row.contains(&word)).and_then(|row| row.first()).copied()
}

fn read(first: &str, rest: &str, whole: &str) -> AlertsLine {
    let bare = first.trim_end_matches([':', ',', '.', '!', '?']).to_lowercase();
    let read = match called(&bare) {
        // `what's up with A-12?`
        Some("list") => Ok(match named(rest).as_slice() {
            [alert] => AlertsLine::Show { alert: *alert },
            _ => AlertsLine::List,
        }),
        Some("show") => asked("show", rest).map(|alert| AlertsLine::Show { alert }),
        Some("ack") => acked(rest),
        Some("resolve") => resolve(rest),
        Some("silence") => silence(rest),
        Some("unsilence") => unsilence(rest),
        Some("why") => asked("why", rest).map(|alert| AlertsLine::Why { alert }),
        Some("attach") => attach(rest),
        Some("detach") => alone("detach", rest).map(|alert| AlertsLine::Detach { alert }),
        Some("declare") => declare(rest),
        Some("sources") => Ok(AlertsLine::Sources),
        Some("test") => test(rest),
        Some(_) => Ok(AlertsLine::Help),
        None if bare.is_empty() => Ok(AlertsLine::List),
        None => match AlertId::typed(first).filter(|_| rest.is_empty()) {
            Some(alert) => Ok(AlertsLine::Show { alert }),
            None => {
                let nearest = nearest_of(&bare, WORDS).map(str::to_owned);
                Err(Unclear::Word { word: quoted(first), nearest, alerts: named(whole) })
            }
        },
    };
    read.unwrap_or_else(|unclear| {
        // What stands where a number is to stand, and the line names one elsewhere.
        AlertsLine::Unclear(match (unclear, named(whole)) {
            (Unclear::NotANumber { word, .. }, alerts) if !alerts.is_empty() => {
                Unclear::Word { word, nearest: None, alerts }
            }
            (unclear, _) => unclear,
        })
    })
}

/// Whether it is an alert's number and nothing else: `A-12`, `A12`.
pub(super) fn is_named(word: &str) -> bool {
    let bare = word.trim_start_matches(|sign: char| !sign.is_alphanumeric());
    bare.starts_with(['A', 'a']) && AlertId::typed(word).is_some()
}

/// The alerts that a line names as `A-12`.
pub(super) fn named(text: &str) -> Vec<AlertId> {
    let words = text.split(|sign: char| sign.is_whitespace() || TOGETHER.contains(&sign));
    let mut alerts: Vec<AlertId> = Vec::new();
    for alert in words.filter(|word| is_named(word)).filter_map(AlertId::typed) {
        if !alerts.contains(&alert) {
            alerts.push(alert);
        }
    }
    alerts.truncate(OFFERED);
    alerts
}

/// Other alerts that stand right behind one: `and A-13`, `, 13`.
fn beside(mut text: &str) -> Vec<AlertId> {
    let mut alerts = Vec::new();
    loop {
        text = text.trim_start_matches(|sign: char| sign.is_whitespace() || TOGETHER.contains(&sign));
        let (word, rest) = split_word(text);
        let (word, rest) = match word.find(TOGETHER) {
            Some(end) => text.split_at(end),
            None => (word, rest),
        };
        if word.eq_ignore_ascii_case("and") {
            text = rest;
            continue;
        }
        match AlertId::typed(word) {
            Some(alert) => alerts.push(alert),
            None => return alerts,
        }
        text = rest;
    }
}

fn several(of: &str, first: AlertId, others: impl IntoIterator<Item = AlertId>) -> Result<(), Unclear> {
    let mut alerts = vec![first];
    for other in others {
        if !alerts.contains(&other) {
            alerts.push(other);
        }
    }
    if alerts.len() == 1 {
        return Ok(());
    }
    alerts.truncate(OFFERED + 1);
    Err(Unclear::Several { of: of.to_owned(), alerts })
}

/// The one alert that is asked about: `A-12`, `is A-12 silent?`
fn asked(of: &str, rest: &str) -> Result<AlertId, Unclear> {
    match (alone(of, rest), named(rest).as_slice()) {
        (Err(Unclear::NotANumber { .. }), [alert]) => Ok(*alert),
        (read, _) => read,
    }
}

/// `A-12`. With an incident beside it (`A-12 and INC-7`) it is half of what is wanted.
fn acked(rest: &str) -> Result<AlertsLine, Unclear> {
    let alert = alone("ack", rest)?;
    let incident = rest.split_whitespace().find(|word| matches!(number::explicit(word), Ok(Some(_))));
    match incident.filter(|word| AlertId::typed(word).is_none()) {
        Some(word) => Err(Unclear::Word { word: quoted(word), nearest: None, alerts: vec![alert] }),
        None => Ok(AlertsLine::Ack { alert }),
    }
}

/// The one alert that `rest` is about.
fn alone(of: &str, rest: &str) -> Result<AlertId, Unclear> {
    let (first, behind) = alert(of, rest)?;
    several(of, first, beside(behind).into_iter().chain(named(behind)))?;
    Ok(first)
}

/// The alert that `rest` begins with, and what is behind it.
fn alert<'t>(of: &str, rest: &'t str) -> Result<(AlertId, &'t str), Unclear> {
    let (word, behind) = split_word(rest);
    if word.is_empty() {
        return Err(Unclear::NoAlert { of: of.to_owned() });
    }
    // `alert 12`, `A 12`
    let (next, after) = split_word(behind);
    let leads = LEADS.iter().any(|lead| word.eq_ignore_ascii_case(lead));
    if let Some(alert) = AlertId::typed(next).filter(|_| leads) {
        return Ok((alert, after));
    }
    if leads && behind.is_empty() {
        return Err(Unclear::NoAlert { of: of.to_owned() });
    }
    // `A-12,A-13`
    if let Some((one, _)) = word.split_once(TOGETHER)
        && let Some(alert) = AlertId::typed(one)
    {
        return Ok((alert, rest.trim_start().strip_prefix(one).unwrap_or_default()));
    }
    let alert = AlertId::typed(word);
    let alert = alert.ok_or_else(|| Unclear::NotANumber { word: quoted(word), of: of.to_owned() })?;
    Ok((alert, behind))
}

/// `A-12`, `A-12 the anomaly is over`.
fn resolve(rest: &str) -> Result<AlertsLine, Unclear> {
    let plain = slack_text::plain(rest);
    let (alert, behind) = alert("resolve", &plain)?;
    several("resolve", alert, beside(behind))?;
    let why = text::clean_line(behind.trim_start_matches([',', ':', ';', '-', '.']));
    let of = "resolve".to_owned();
    match why.chars().count() {
        0 => Ok(AlertsLine::Resolve { alert, why: None }),
        many if many > REASON_MOST => Err(Unclear::ReasonTooLong { most: REASON_MOST, of }),
        _ => Ok(AlertsLine::Resolve { alert, why: Some(why) }),
    }
}

/// `2h`, `for 2 hours`, `1h 30m`, and what is behind it.
pub(super) fn time(text: &str) -> Option<(SignedDuration, &str)> {
    let (first, behind) = split_word(text);
    let (first, behind) =
        if first.eq_ignore_ascii_case("for") { split_word(behind) } else { (first, behind) };
    let (second, after) = split_word(behind);
    if let Ok(long) = parse_duration(&format!("{first} {second}")) {
        return Some((long, after));
    }
    parse_duration(first).ok().map(|long| (long, behind))
}

pub(super) fn source(of: &str, word: &str) -> Result<Source, Unclear> {
    let bare = word.to_lowercase().replace(['-', '_'], "");
    let called = |name: &str| Source::ALL.into_iter().find(|source| source_word(*source) == name);
    called(&bare).ok_or_else(|| {
        let nearest = nearest_of(&bare, SOURCES).and_then(called);
        Unclear::Source { word: quoted(word), nearest, of: of.to_owned(), severity: None }
    })
}

/// `A-12`, or `S-3` for a silence.
fn unsilence(rest: &str) -> Result<AlertsLine, Unclear> {
    let (word, _) = split_word(rest);
    if let Some(silence) = SilenceId::typed(word) {
        return Ok(AlertsLine::Unsilence { which: Unsilenced::Silence(silence) });
    }
    alert("unsilence", rest).map(|(alert, _)| AlertsLine::Unsilence { which: Unsilenced::Of(alert) })
}

/// `A-12 to 7`, `A-12 INC-7`, `A-12 to incident 7`, and the other way round: `INC-7 A-12`, `7 A-12`.
fn attach(rest: &str) -> Result<AlertsLine, Unclear> {
    let (first, behind) = split_word(rest);
    if let ([alert], Ok(Some(incident))) = (named(behind).as_slice(), parts::incident(first))
        && !is_named(first)
    {
        return Ok(AlertsLine::Attach { alert: *alert, incident });
    }
    let (alert, mut rest) = alert("attach", rest)?;
    several("attach", alert, named(rest))?;
    let word = loop {
        let (word, behind) = split_word(rest);
        if !TOWARDS.iter().any(|lead| word.eq_ignore_ascii_case(lead)) {
            break word;
        }
        rest = behind;
    };
    let incident = parts::incident(word).ok().flatten();
    Ok(AlertsLine::Attach { alert, incident: incident.ok_or(Unclear::NoIncident)? })
}

/// `A-12`, `A-12 p1`, `A-12 as p1`, `A-12 critical`.
fn declare(rest: &str) -> Result<AlertsLine, Unclear> {
    let (alert, rest) = alert("declare", rest)?;
    several("declare", alert, named(rest))?;
    let words = || rest.split_whitespace().map(|word| word.trim_end_matches([',', '.', '!', '?', ':']));
    let first = words().find(|word| !["as", "a", "an"].contains(&word.to_lowercase().as_str()));
    let told = words().find_map(Severity::parse).or_else(|| first.and_then(severity));
    if told.is_some() {
        return Ok(AlertsLine::Declare { alert, severity: told });
    }
    // Which of ours is meant?
    let other = words().find(|word| is_foreign(word));
    match other {
        Some(word) => Err(Unclear::Word { word: quoted(word), nearest: None, alerts: vec![alert] }),
        None => Ok(AlertsLine::Declare { alert, severity: None }),
    }
}

/// `p1`, `critical`.
fn severity(word: &str) -> Option<Severity> {
    let by_word = |severity: &Severity| severity.word().eq_ignore_ascii_case(word);
    Severity::parse(word).or_else(|| Severity::ALL.into_iter().find(by_word))
}

/// `p0`, `sev1`: a severity somewhere else.
fn is_foreign(word: &str) -> bool {
    let bare = word.to_lowercase();
    let number = bare.strip_prefix("sev").or_else(|| bare.strip_prefix(['p', 's']));
    number.is_some_and(|number| number.trim_start_matches('-').parse::<u32>().is_ok())
}

/// `p1 uptimerobot`, `uptimerobot`, `uptime robot p1`.
fn test(rest: &str) -> Result<AlertsLine, Unclear> {
    let (levels, others): (Vec<&str>, Vec<&str>) =
        rest.split_whitespace().partition(|word| severity(word).is_some() || is_foreign(word));
    let first = others.first().copied().unwrap_or_default();
    let source =
        source("test", first).or_else(|unclear| source("test", &others.concat()).map_err(|_| unclear));
    let foreign = levels.iter().find(|word| severity(word).is_none()).map(|word| quoted(word));
    match (source, foreign) {
        (Ok(source), None) => {
            Ok(AlertsLine::Test { severity: levels.first().and_then(|word| severity(word)), source })
        }
        (Ok(source), Some(word)) => Err(Unclear::Severity { word, source }),
        (Err(Unclear::Source { word, nearest, of, .. }), severity) => {
            Err(Unclear::Source { word, nearest, of, severity })
        }
        (Err(unclear), _) => Err(unclear),
    }
}

#[cfg(test)]
mod tests;
