//! The facts of an incident as lines: the same words in announcements, cards, reminders and briefs.

use jiff::{SignedDuration, Timestamp};

use super::blocks::Button;
use super::words::{Part, Words, bold, clock, mention, moment, near, words};
use config::Mentions;
use domain::actor::Actor;
use domain::command::{Command, Role};
use domain::id::IncidentId;
use domain::incident::{Eta, Incident};
use domain::severities::Mention;
use domain::{Severity, Status};

/// Said of a fact that nobody has given.
pub(super) const UNKNOWN: &str = "not known yet";

/// `Label: value`.
/// How an incident that is over ended.
pub(super) fn ended(incident: &Incident) -> &'static str {
    if incident.is_cancelled() { "🚫 cancelled" } else { "✅ resolved" }
}

pub(super) fn labelled(label: &str, value: impl Into<Part>) -> Words {
    words![bold(format!("{label}: ")), value.into()]
}

/// `Label: value`, or that it is not known yet.
pub(super) fn known(label: &str, value: Option<&String>) -> Words {
    labelled(label, value.map_or_else(|| Part::from(UNKNOWN), Part::from))
}

/// `Label: value` where there is one.
pub(super) fn given(label: &str, value: Option<&String>) -> Option<Words> {
    value.map(|value| labelled(label, value))
}

/// What is known of an incident, a line each; what is not is named in one.
pub(super) fn known_facts(
    impact: Option<&String>,
    action: Option<&String>,
    expected: Option<&Eta>,
) -> Vec<Words> {
    let unknown = [(impact.is_none(), "Impact"), (action.is_none(), "Action"), (expected.is_none(), "ETA")];
    let mut lines: Vec<Words> = [given("Impact", impact), given("Current action", action)]
        .into_iter()
        .flatten()
        .chain(expected.map(|expected| eta(Some(expected))))
        .collect();
    let unknown: Vec<&str> =
        unknown.into_iter().filter(|(unknown, _)| *unknown).map(|(_, name)| name).collect();
    let named = match unknown.as_slice() {
        [] => return lines,
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {}", uncapped(other)),
        [first, between @ .., last] => {
            let between: String = between.iter().map(|name| format!(", {}", uncapped(name))).collect();
            format!("{first}{between} and {}", uncapped(last))
        }
    };
    lines.push(labelled(&named, UNKNOWN));
    lines
}

/// In the middle of a sentence: `action`, but `ETA`.
fn uncapped(name: &str) -> String {
    if name.chars().all(char::is_uppercase) { name.to_owned() } else { name.to_lowercase() }
}

/// Whom an announcement calls at this severity (runbook 7.1).
pub(super) fn calls(mentions: &Mentions, severity: Severity) -> Option<Words> {
    match mentions.loudness.of(severity) {
        Mention::Group => Some(words![mention(&mentions.oncall), " ", mention(&mentions.engineering)]),
        Mention::OnCall => Some(words![mention(&mentions.oncall)]),
        Mention::Nobody => None,
    }
}

/// The on-call, where this severity calls anybody.
pub(super) fn oncall(mentions: &Mentions, severity: Severity) -> Option<Words> {
    (mentions.loudness.of(severity) != Mention::Nobody).then(|| words![mention(&mentions.oncall)])
}

pub(super) fn eta(eta: Option<&Eta>) -> Words {
    match eta {
        Some(Eta::At(at)) => labelled("ETA", moment(*at)),
        Some(Eta::Words(words)) => labelled("ETA", words),
        None => labelled("ETA", UNKNOWN),
    }
}

/// `P1 Critical`.
pub(super) fn severity(severity: Severity) -> String {
    format!("{severity} {}", severity.word())
}

/// `P1 Critical · Investigating`.
pub(super) fn state(severity_now: Severity, status: Status) -> Words {
    words![bold(severity(severity_now)), " · ", bold(status.to_string())]
}

/// When the next update is due, or that none is.
pub(super) fn next_due(next_due: Option<Timestamp>) -> Words {
    match next_due {
        Some(due) => words!["Next update by ", clock(due), "."],
        None => words!["Next update when there is news."],
    }
}

/// `began`, where that is so much before `told` that both look different.
pub(super) fn older(began: Timestamp, told: Timestamp) -> Option<Timestamp> {
    (told.duration_since(began) >= SignedDuration::from_mins(1)).then_some(began)
}

/// When it was declared; and since when there was trouble, where that was earlier.
pub(super) fn told_at(declared_at: Timestamp, began: Option<Timestamp>) -> Words {
    match began.and_then(|began| older(began, declared_at)) {
        Some(began) => words!["since ", moment(began), " (told at ", near(declared_at, began), ")"],
        None => words![moment(declared_at)],
    }
}

/// What stakeholders last heard.
pub(super) fn last_update(last: Option<&(Timestamp, String)>, declared_at: Timestamp) -> Words {
    match last {
        Some((at, text)) => words![bold("Last update, "), bold(moment(*at)), bold(": "), text],
        None => words![bold("Last update: "), "none yet (declared ", moment(declared_at), ")"],
    }
}

/// `Commander: @ian`.
pub(super) fn role(role: Role, person: &Actor) -> Words {
    labelled(role_title(role), person)
}

pub(super) fn role_title(role: Role) -> &'static str {
    match role {
        Role::Commander => "Commander",
        Role::Comms => "Comms",
        Role::Scribe => "Scribe",
    }
}

pub(super) fn post_update(incident: IncidentId) -> Button {
    Button::new("Post update", incident, Command::UpdateForm)
}

pub(super) fn resolve(incident: IncidentId) -> Button {
    Button::new("Resolve", incident, Command::ResolveForm)
}

pub(super) fn take_command(incident: IncidentId) -> Button {
    Button::new("Take command", incident, Command::Take { role: Role::Commander })
}

pub(super) fn on_it(incident: IncidentId) -> Button {
    Button::new("I'm on it", incident, Command::Ack)
}

pub(super) fn i_cannot(incident: IncidentId) -> Button {
    Button::new("I can't: page the next", incident, Command::Pass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_of_the_same_minute_is_not_told() {
        let told: Timestamp = "2026-11-24T02:14:00Z".parse().unwrap();
        let began = |seconds| told.checked_sub(SignedDuration::from_secs(seconds)).unwrap();
        for (seconds, says) in [(0, false), (59, false), (60, true), (240, true)] {
            let both = told_at(told, Some(began(seconds))) != told_at(told, None);
            assert_eq!((older(began(seconds), told).is_some(), both), (says, says), "{seconds} s");
        }
    }
}
