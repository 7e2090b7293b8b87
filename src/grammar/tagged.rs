//! Lines of `/incident` and `@howler` that name an alert: they are about that, and about no incident.

use super::alerts::{self, TOGETHER, called, is_named};
use super::held;
use super::number::{self, Named};
use super::parts::{self, split_word};
use super::sentence::{MOST, normal};
use super::verbs::{self, is_silent};
use super::words::{Verb, verb};
use super::{SNOOZE, here};
use domain::alert::AlertId;
use domain::alert::line::AlertsLine;
use domain::alert::silence::SilenceId;
use domain::command::{Command, Line};
use domain::feature::FeatureLine;
use domain::refusal::{Doubt, Meaning, Refusal};

/// Before an alert that is named.
const SMALL: [&str; 8] = ["the", "this", "that", "my", "with", "on", "for", "over"];
/// Before an alert's number.
const ALERT: [&str; 4] = ["alert", "alerts", "alarm", "alarms"];
/// Between `alert` and its number.
const NUMBER: [&str; 4] = ["number", "no", "nr", "#"];
/// Between an alert and an incident.
const AND: [&str; 5] = ["and", "&", "+", "plus", ","];
/// What people want quiet that is no alert.
const OURS: [&str; 12] = [
    "paging",
    "pager",
    "pages",
    "page",
    "phone",
    "calls",
    "calling",
    "ringing",
    "notifications",
    "messages",
    "you",
    "yourself",
];

/// How an alert is named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// `A-12`, `alert 12`.
    Sure,
    /// `A12`, which may be a room or a paper size.
    Joined,
    /// `a 12`, which may begin a sentence.
    Apart,
}

/// A line about alerts.
pub(super) fn about(text: &str) -> Line {
    line(alerts::parse(text))
}

pub(super) fn line(line: AlertsLine) -> Line {
    here(Command::Feature(Box::new(FeatureLine::Alerts(line))))
}

/// What a line asks that names an alert, as `ack A-12`. `None` where it names none, or where the name is one of the words of a text.
pub(super) fn tagged(text: &str) -> Option<Result<Line, Refusal>> {
    let (first, rest) = split_word(text);
    let has_verb = || called(&split_word(rest).0.to_lowercase()).is_some();
    if is_tag(first) || (is_named(first) && has_verb()) {
        return Some(Ok(about(text)));
    }
    let bare = first.trim_end_matches([':', ',', '.', '!']).to_lowercase();
    let (row, verb) = (called(&bare), verb(&bare));
    if let (Some(row @ ("silence" | "unsilence")), None) = (row, verb) {
        return silences(row, text, rest);
    }
    if parts::looks_like_severity(first) {
        return declared(first, rest);
    }
    if row == Some("silence") && split_word(rest).0.contains('=') {
        return Some(Ok(about(text)));
    }
    match verb {
        Some(
            Verb::Update
            | Verb::Note
            | Verb::Impact
            | Verb::Action
            | Verb::Eta
            | Verb::Rename
            | Verb::Link
            | Verb::Find
            | Verb::List
            | Verb::Help,
        ) => return None,
        Some(Verb::Declare) if parts::looks_like_severity(split_word(rest).0) => {
            let (level, title) = split_word(rest);
            return declared(level, title);
        }
        Some(Verb::Severity) => {
            let (level, reason) = verbs::level(rest);
            if parts::looks_like_severity(level)
                && let Some(Ok(declare)) = declared(level, reason)
            {
                let severity = verbs::severity(rest).ok().map(here);
                return Some(Err(Refusal::unsure(Doubt::Several, [declare].into_iter().chain(severity))));
            }
        }
        None if row.is_none() => return None,
        _ => {}
    }
    let word = match verb {
        Some(Verb::Ack) => "ack",
        Some(Verb::Resolve) => "resolve",
        Some(Verb::Declare) => "declare",
        _ => &bare,
    };
    if let Some(refusal) = verb.and_then(|verb| both(verb, word, rest)) {
        return Some(Err(refusal));
    }
    let (alert, behind, how) = spelled(rest)?;
    let unclear = match (row, verb) {
        (Some("declare"), _) | (_, Some(Verb::Declare)) => {
            !is_silent(behind) && !parts::looks_like_severity(split_word(behind).0)
        }
        // `what a 500 says`
        (Some("list" | "sources" | "test" | "help"), _) => true,
        _ => how == How::Apart && !is_silent(behind),
    };
    if how != How::Sure && unclear {
        return None;
    }
    let line = about(format!("{word} {alert} {behind}").trim_end());
    // It may be a root cause.
    if verb == Some(Verb::Resolve) && !behind.is_empty() {
        let cause = parts::optional_text("root cause", rest).ok().flatten();
        let resolve = cause.map(|root_cause| here(Command::Resolve { root_cause }));
        return Some(Err(Refusal::unsure(Doubt::Several, [line].into_iter().chain(resolve))));
    }
    Some(Ok(line))
}

/// `A-12`, with its dash.
fn is_tag(word: &str) -> bool {
    let bare = word.trim_start_matches(|sign: char| !sign.is_alphanumeric());
    is_named(word) && !bare.chars().nth(1).is_some_and(|sign| sign.is_ascii_digit())
}

/// The alert that a text begins with, in any spelling, and what is behind it.
fn spelled(text: &str) -> Option<(AlertId, &str, How)> {
    let (word, behind) = split_word(text);
    let lower = word.to_lowercase();
    if SMALL.contains(&lower.as_str()) {
        return spelled(behind);
    }
    if is_named(word) {
        let how = if is_tag(word) { How::Sure } else { How::Joined };
        return AlertId::typed(word).map(|alert| (alert, behind, how));
    }
    // `A-12,A-13`
    if let Some((one, _)) = word.split_once(TOGETHER).filter(|(one, _)| is_named(one)) {
        let behind = text.trim_start().strip_prefix(one).unwrap_or_default();
        return AlertId::typed(one).map(|alert| (alert, behind, How::Sure));
    }
    // `alert-12`, `alert#12`, `A#12`
    let stuck = ["alerts", "alert", "a"].iter().find_map(|lead| lower.strip_prefix(lead));
    let digits = stuck.map(|number| number.trim_start_matches(['-', '_', '#', ':']));
    if let Some(alert) = digits.filter(|digits| is_number(digits)).and_then(AlertId::typed) {
        return Some((alert, behind, How::Sure));
    }
    let says_alert = ALERT.contains(&lower.as_str());
    if !says_alert && lower != "a" {
        return None;
    }
    let (mut next, mut after) = split_word(behind);
    while says_alert && NUMBER.iter().any(|lead| next.trim_end_matches('.').eq_ignore_ascii_case(lead)) {
        (next, after) = split_word(after);
    }
    if says_alert && is_named(next) {
        return AlertId::typed(next).map(|alert| (alert, after, How::Sure));
    }
    let how = if says_alert { How::Sure } else { How::Apart };
    let alert = Some(next.trim_start_matches('#')).filter(|next| is_number(next)).and_then(AlertId::typed)?;
    Some((alert, after, how))
}

fn is_number(word: &str) -> bool {
    let digits = word.trim_end_matches([':', ',', '.', '!', '?', ';']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a line may mean that was not understood, and before that the alert which it speaks of.
pub(super) fn first(refusal: Refusal, text: &str) -> Refusal {
    let Refusal::Unsure { doubt, mut meanings, asked } = refusal else { return refusal };
    let known = meanings.iter().any(|meaning| matches!(meaning.line.command, Command::Feature(_)));
    let ends =
        |meaning: &Meaning| matches!(meaning.line.command, Command::Resolve { .. } | Command::ResolveForm);
    let meant = match alerts::named(text).as_slice() {
        [alert] if meanings.first().is_some_and(ends) => {
            Some(AlertsLine::Resolve { alert: *alert, why: None })
        }
        [alert] => Some(AlertsLine::Show { alert: *alert }),
        [] if !held::says_alert(&normal(text)) => None,
        _ => Some(AlertsLine::List),
    };
    if let Some(meant) = meant.filter(|_| !known) {
        meanings.insert(0, Meaning { line: line(meant), incident: None });
        meanings.truncate(MOST);
    }
    Refusal::Unsure { doubt, meanings, asked }
}

/// `p1 A-12` is `declare A-12 p1`: nobody calls an incident that.
fn declared(level: &str, title: &str) -> Option<Result<Line, Refusal>> {
    let severity = parts::severity(level).ok()?;
    let (alert, behind, how) = spelled(title)?;
    let others = || {
        behind.split_whitespace().all(|word| AND.contains(&word.to_lowercase().as_str()) || is_named(word))
    };
    if !is_silent(behind) {
        return (how == How::Sure && others()).then(|| Ok(about(&format!("declare {alert} {behind}"))));
    }
    let declare = line(AlertsLine::Declare { alert, severity: Some(severity) });
    if how == How::Sure {
        return Some(Ok(declare));
    }
    let titled = verbs::declared(level, title).ok().map(here);
    Some(Err(Refusal::unsure(Doubt::Several, [declare].into_iter().chain(titled))))
}

/// Only alerts have silences, and labels. An incident's reminder is snoozed.
fn silences(row: &str, text: &str, rest: &str) -> Option<Result<Line, Refusal>> {
    let (first, after) = split_word(rest);
    let ours = |word: &str| OURS.contains(&word.trim_end_matches(['.', '!', ',']).to_lowercase().as_str());
    let is_about = first.contains('=')
        || SilenceId::typed(first).is_some_and(|_| row == "unsilence")
        || alerts::source("silence", first).is_ok();
    if is_about {
        return Some(Ok(about(text)));
    }
    if let Some((alert, behind, _)) = spelled(rest) {
        return Some(Ok(about(format!("{row} {alert} {behind}").trim_end())));
    }
    if !alerts::named(rest).is_empty() {
        return Some(Ok(about(text)));
    }
    let list = || line(AlertsLine::List);
    let snooze = |named: Named, after: &str| {
        let by = alerts::time(after).map_or(SNOOZE, |(long, _)| long);
        let by = if by.is_positive() { by } else { SNOOZE };
        named.line(Command::Snooze { by, reminder: None })
    };
    let asks = |lines: Vec<Line>| Some(Err(Refusal::unsure(Doubt::Several, lines)));
    match number::first(rest) {
        Ok(Some((named, after))) if row == "silence" => return asks(vec![list(), snooze(named, after)]),
        Ok(Some(_)) => return asks(vec![list()]),
        Err(refusal) => return Some(Err(refusal)),
        Ok(None) => {}
    }
    if let Some((alert, incident)) = AlertId::typed(first)
        .filter(|_| is_number(first))
        .and_then(|alert| Some((alert, number::bare(first).ok().flatten()?)))
    {
        return asks(match row {
            "silence" => {
                vec![line(AlertsLine::SilenceHow { alert }), snooze(Named::Number(incident), after)]
            }
            _ => vec![line(AlertsLine::Show { alert }), list()],
        });
    }
    let nothing = is_silent(rest) || rest.split_whitespace().any(ours);
    (!nothing).then(|| Ok(about(text)))
}

/// `ack A-12 and INC-7`: one line does one thing.
fn both(verb: Verb, word: &str, rest: &str) -> Option<Refusal> {
    if !matches!(verb, Verb::Ack | Verb::Resolve | Verb::Take) {
        return None;
    }
    let joined = |text: &'_ str| {
        let (and, after) = split_word(text);
        if AND.iter().any(|known| known.eq_ignore_ascii_case(and)) {
            return Some(after.to_owned());
        }
        text.trim_start().strip_prefix([',', '+', '&']).map(|after| after.trim_start().to_owned())
    };
    let (alert, incident) = match spelled(rest) {
        Some((alert, behind, _)) => {
            let after = joined(behind).or_else(|| (verb != Verb::Resolve).then(|| behind.to_owned()))?;
            let after = after.trim_start_matches("the ");
            let after = joined(after).unwrap_or_else(|| after.to_owned());
            let (first, behind) = split_word(&after);
            let the = first.eq_ignore_ascii_case("incident") && is_silent(behind);
            let named = number::first(&after).ok().flatten().map(|(named, _)| named);
            (alert, if the { None } else { Some(named?) })
        }
        None => {
            let (first, behind) = split_word(rest);
            let (named, after) = match number::first(rest).ok().flatten() {
                Some(found) => found,
                None if is_number(first) => (Named::Number(number::bare(first).ok().flatten()?), behind),
                None => return None,
            };
            let after = joined(after).unwrap_or_else(|| after.to_owned());
            let (alert, behind, how) = spelled(&after)?;
            if how == How::Apart || (verb == Verb::Resolve && !is_silent(behind)) {
                return None;
            }
            (alert, Some(named))
        }
    };
    let command = verbs::command(verb, "").ok()?;
    let of_incident = match incident {
        Some(named) => named.line(command),
        None => here(command),
    };
    Some(Refusal::unsure(Doubt::Several, [about(&format!("{word} {alert}")), of_incident]))
}
