//! The text after `/alerts`.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::parts::{quoted, split_word};
use super::words::nearest_of;
use crate::slack_text;
use domain::Severity;
use domain::alert::line::{AlertsLine, Silenced, Unclear, Unsilenced};
use domain::alert::signal::Source;
use domain::alert::silence::{Matcher, SilenceId};
use domain::alert::{AlertId, source_word};
use domain::duration::parse_duration;
use domain::id::IncidentId;
use domain::text;

/// The words people type; the first of each row is the one that howler suggests.
const WORDS: [&[&str]; 12] = [
    &["list", "ls", "open", "all", "firing", "status", "what", "what's", "whats", "which", "anything"],
    &["show", "view"],
    &["ack", "acknowledge", "take", "mine"],
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
const SOURCES: [Source; 9] = [
    Source::GitHub,
    Source::Vercel,
    Source::UptimeRobot,
    Source::Alertmanager,
    Source::Grafana,
    Source::PagerDuty,
    Source::Events,
    Source::Heartbeat,
    Source::Watch,
];
/// Longest reason, in characters.
const REASON_MOST: usize = 200;

/// Most alerts of a line that are offered.
const OFFERED: usize = 3;

/// Reads a line about alerts. A bare `/alerts` lists, a number alone shows, and `A-12 ack` is `ack A-12`.
pub fn parse(text: &str) -> AlertsLine {
    let (first, rest) = split_word(text);
    if is_named(first) && !rest.is_empty() {
        let (word, behind) = split_word(rest);
        return read(word, format!("{first} {behind}").trim_end(), text);
    }
    read(first, rest, text)
}

fn read(first: &str, rest: &str, whole: &str) -> AlertsLine {
    let bare = first.trim_end_matches([':', ',', '.', '!', '?']).to_lowercase();
    let row = WORDS.iter().find(|row| row.contains(&bare.as_str()));
    let read = match row.and_then(|row| row.first()).copied() {
        Some("list") => Ok(AlertsLine::List),
        Some("show") => alone("show", rest).map(|alert| AlertsLine::Show { alert }),
        Some("ack") => alone("ack", rest).map(|alert| AlertsLine::Ack { alert }),
        Some("silence") => silence(rest),
        Some("unsilence") => unsilence(rest),
        Some("why") => alone("why", rest).map(|alert| AlertsLine::Why { alert }),
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
    read.unwrap_or_else(AlertsLine::Unclear)
}

/// Whether it is an alert's number and nothing else: `A-12`.
fn is_named(word: &str) -> bool {
    word.get(..2).is_some_and(|lead| lead.eq_ignore_ascii_case("A-")) && AlertId::typed(word).is_some()
}

/// The alerts that a line names as `A-12`.
fn named(text: &str) -> Vec<AlertId> {
    let mut alerts: Vec<AlertId> =
        text.split_whitespace().filter(|word| is_named(word)).filter_map(AlertId::typed).collect();
    alerts.dedup();
    alerts.truncate(OFFERED);
    alerts
}

/// The one alert that `rest` is about.
fn alone(of: &str, rest: &str) -> Result<AlertId, Unclear> {
    let (first, behind) = alert(of, rest)?;
    let mut alerts = named(behind);
    alerts.retain(|other| *other != first);
    if alerts.is_empty() {
        return Ok(first);
    }
    alerts.insert(0, first);
    Err(Unclear::Several { of: of.to_owned(), alerts })
}

/// The alert that `rest` begins with, and what is behind it.
fn alert<'t>(of: &str, rest: &'t str) -> Result<(AlertId, &'t str), Unclear> {
    let (word, rest) = split_word(rest);
    if word.is_empty() {
        return Err(Unclear::NoAlert { of: of.to_owned() });
    }
    let alert = AlertId::typed(word);
    let alert = alert.ok_or_else(|| Unclear::NotANumber { word: quoted(word), of: of.to_owned() })?;
    Ok((alert, rest))
}

/// `A-12 2h why`, `source=grafana team=stream 2h why`.
fn silence(rest: &str) -> Result<AlertsLine, Unclear> {
    let plain = slack_text::plain(rest);
    let (first, behind) = split_word(&plain);
    let (what, behind) = match AlertId::typed(first) {
        Some(alert) => (Silenced::Alert(alert), behind),
        None if first.contains('=') => {
            let (matcher, behind) = matcher(&plain)?;
            (Silenced::Matching(matcher), behind)
        }
        None if first.is_empty() => return Err(Unclear::NoTime),
        None => return Err(Unclear::NotANumber { word: quoted(first), of: "silence".to_owned() }),
    };
    let (time, why) = split_word(behind);
    let (long, why) = match (time, why) {
        ("for", why) => split_word(why),
        pair => pair,
    };
    let why = text::clean_line(why);
    let long: SignedDuration = parse_duration(long).map_err(|_| Unclear::NoTime)?;
    match why.chars().count() {
        0 => Err(Unclear::NoReason),
        many if many > REASON_MOST => Err(Unclear::ReasonTooLong { most: REASON_MOST }),
        _ => Ok(AlertsLine::Silence { what, long, why }),
    }
}

/// `source=grafana team=stream`, and what is behind it.
fn matcher(mut text: &str) -> Result<(Matcher, &str), Unclear> {
    let mut matcher = Matcher { source: None, key: None, labels: BTreeMap::new() };
    loop {
        let (word, rest) = split_word(text);
        let Some((name, value)) = word.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Ok((matcher, text));
        };
        match name {
            "source" => matcher.source = Some(source(value)?),
            "key" => matcher.key = Some(value.to_owned()),
            name => {
                // `label=team=stream`, as the help may be read.
                let (name, value) = match name {
                    "label" => value.split_once('=').unwrap_or((name, value)),
                    name => (name, value),
                };
                matcher.labels.insert(name.to_owned(), value.to_owned());
            }
        }
        text = rest;
    }
}

fn source(word: &str) -> Result<Source, Unclear> {
    let bare = word.to_lowercase().replace(['-', '_'], "");
    let found = SOURCES.into_iter().find(|source| source_word(*source) == bare);
    found.ok_or_else(|| Unclear::Source { word: quoted(word) })
}

/// `A-12`, or `S-3` for a silence.
fn unsilence(rest: &str) -> Result<AlertsLine, Unclear> {
    let (word, _) = split_word(rest);
    if let Some(silence) = SilenceId::typed(word) {
        return Ok(AlertsLine::Unsilence { which: Unsilenced::Silence(silence) });
    }
    alert("unsilence", rest).map(|(alert, _)| AlertsLine::Unsilence { which: Unsilenced::Of(alert) })
}

/// `A-12 to 7`, `A-12 INC-7`.
fn attach(rest: &str) -> Result<AlertsLine, Unclear> {
    let (alert, rest) = alert("attach", rest)?;
    let (first, behind) = split_word(rest);
    let word = if first.eq_ignore_ascii_case("to") { split_word(behind).0 } else { first };
    let digits = word.trim_end_matches(['.', '!', ',']).to_uppercase();
    let digits = digits.trim_start_matches("INC-").trim_start_matches('#');
    let incident = digits.parse().map(IncidentId).map_err(|_| Unclear::NoIncident)?;
    Ok(AlertsLine::Attach { alert, incident })
}

/// `A-12`, `A-12 p1`, `A-12 as p1`.
fn declare(rest: &str) -> Result<AlertsLine, Unclear> {
    let (alert, rest) = alert("declare", rest)?;
    let severity = rest.split_whitespace().find_map(Severity::parse);
    Ok(AlertsLine::Declare { alert, severity })
}

/// `p1 uptimerobot`, `uptimerobot`.
fn test(rest: &str) -> Result<AlertsLine, Unclear> {
    let (first, behind) = split_word(rest);
    let severity = Severity::parse(first);
    let word = if severity.is_some() { split_word(behind).0 } else { first };
    Ok(AlertsLine::Test { severity, source: source(word)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read() {
        let alert = AlertId(12);
        let hours = SignedDuration::from_hours;
        let silence = |what, long, why: &str| AlertsLine::Silence { what, long, why: why.into() };
        let team = Matcher {
            source: Some(Source::Grafana),
            key: None,
            labels: BTreeMap::from([("team".to_owned(), "stream".to_owned())]),
        };
        for (text, line) in [
            ("", AlertsLine::List),
            ("list", AlertsLine::List),
            ("what is firing?", AlertsLine::List),
            ("what's open", AlertsLine::List),
            ("A-12", AlertsLine::Show { alert }),
            ("A-12 ack", AlertsLine::Ack { alert }),
            ("a-12: why?", AlertsLine::Why { alert }),
            ("A-12 silence 2h being fixed", silence(Silenced::Alert(alert), hours(2), "being fixed")),
            ("ack A-12, A-12 is mine", AlertsLine::Ack { alert }),
            ("show a-12.", AlertsLine::Show { alert }),
            ("ack A-12", AlertsLine::Ack { alert }),
            ("ack 12", AlertsLine::Ack { alert }),
            ("silence A-12 2h being fixed", silence(Silenced::Alert(alert), hours(2), "being fixed")),
            ("mute A-12 for 2h being fixed", silence(Silenced::Alert(alert), hours(2), "being fixed")),
            (
                "silence source=grafana team=stream 2h the move",
                silence(Silenced::Matching(team.clone()), hours(2), "the move"),
            ),
            (
                "silence source=grafana label=team=stream 2h the move",
                silence(Silenced::Matching(team), hours(2), "the move"),
            ),
            ("unsilence A-12", AlertsLine::Unsilence { which: Unsilenced::Of(alert) }),
            ("unsilence S-3", AlertsLine::Unsilence { which: Unsilenced::Silence(SilenceId(3)) }),
            ("why A-12", AlertsLine::Why { alert }),
            ("attach A-12 to 7", AlertsLine::Attach { alert, incident: IncidentId(7) }),
            ("attach A-12 INC-7", AlertsLine::Attach { alert, incident: IncidentId(7) }),
            ("detach A-12", AlertsLine::Detach { alert }),
            ("declare A-12", AlertsLine::Declare { alert, severity: None }),
            ("declare A-12 p1", AlertsLine::Declare { alert, severity: Some(Severity::P1) }),
            ("sources", AlertsLine::Sources),
            (
                "test p1 uptimerobot",
                AlertsLine::Test { severity: Some(Severity::P1), source: Source::UptimeRobot },
            ),
            ("test uptime-robot", AlertsLine::Test { severity: None, source: Source::UptimeRobot }),
            ("help", AlertsLine::Help),
        ] {
            assert_eq!(parse(text), line, "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let none = |of: &str| Unclear::NoAlert { of: of.into() };
        let ids = |alerts: &[u64]| alerts.iter().copied().map(AlertId).collect();
        let word = |word: &str, nearest: Option<&str>, alerts: &[u64]| Unclear::Word {
            word: word.into(),
            nearest: nearest.map(str::to_owned),
            alerts: ids(alerts),
        };
        let several = |of: &str, alerts: &[u64]| Unclear::Several { of: of.into(), alerts: ids(alerts) };
        for (text, unclear) in [
            ("ack", none("ack")),
            ("ack everything", Unclear::NotANumber { word: "everything".into(), of: "ack".into() }),
            ("silence", Unclear::NoTime),
            ("silence A-12", Unclear::NoTime),
            ("silence A-12 2h", Unclear::NoReason),
            ("silence source=nagios 2h x", Unclear::Source { word: "nagios".into() }),
            ("attach A-12", Unclear::NoIncident),
            ("attach A-12 to the other", Unclear::NoIncident),
            ("test p1", Unclear::Source { word: String::new() }),
            ("silense A-12 2h x", word("silense", Some("silence"), &[12])),
            ("done with A-1", word("done", None, &[1])),
            ("A-1 is fixed", word("is", None, &[1])),
            ("please look", word("please", None, &[])),
            ("ack A-1 and A-2", several("ack", &[1, 2])),
            ("why A-1 A-2 A-3 A-4", several("why", &[1, 2, 3, 4])),
        ] {
            assert_eq!(parse(text), AlertsLine::Unclear(unclear), "{text}");
        }
    }
}
