//! Announcements in the runbook's words and order (7.1, 7.2), and the ones between them.

use jiff::Timestamp;

use super::Message;
use super::blocks::Draft;
use super::facts::{self, eta, given, known, labelled};
use super::time::{promise, spoken, utc};
use super::words::{Words, bold, code, moment, words};
use config::Mentions;
use domain::Severity;
use domain::actor::Actor;
use domain::effect::Say;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::UpdateFacts;
use domain::incident::figures::Figures;

/// Where reports are kept (runbook 7.2).
const REPORTS: &str = "Full report will be posted in .monkeytown/decisions/incidents/";

pub(super) fn updated(
    incident: IncidentId,
    title: &str,
    update: &UpdateFacts,
    by: &Actor,
    number: usize,
    next_due: Option<Timestamp>,
) -> Message {
    Draft::new()
        .headline(&update_lead(incident, number), title)
        .lines(update_lines(update))
        .line(words!["By ", by, ". "].and(facts::next_due(next_due)))
        .finish()
}

/// `📣 INC-7 update 3: `.
pub(super) fn update_lead(incident: IncidentId, number: usize) -> String {
    format!("📣 {incident} update {number}: ")
}

/// What an update says and sets.
pub(super) fn update_lines(update: &UpdateFacts) -> Vec<Words> {
    let UpdateFacts { text, status, impact, action, eta: expected } = update;
    let lines = [
        text.as_ref().map(|text| words![text]),
        status.map(|status| labelled("Status", status.to_string())),
        given("Impact", impact.as_ref()),
        given("Current action", action.as_ref()),
        expected.as_ref().map(|expected| eta(Some(expected))),
    ];
    lines.into_iter().flatten().collect()
}

/// A worse severity calls the on-call; a milder one does not.
pub(super) fn severity_changed(say: &Say, incident: IncidentId, mentions: &Mentions) -> Message {
    let Say::SeverityChanged { title, from, to, reason, by, update_every } = say else {
        return Draft::new().finish();
    };
    let called = facts::oncall(mentions, *to).filter(|_| to < from);
    Draft::new()
        .lines(called.into_iter().collect())
        .headline(&severity_lead(incident, *from, *to), title)
        .lines(severity_lines(*from, *to, reason.as_ref()))
        .line(words!["Set by ", by, ". ", promise(*update_every)])
        .finish()
}

/// `⬆️ INC-7 is now P1: `.
pub(super) fn severity_lead(incident: IncidentId, from: Severity, to: Severity) -> String {
    let arrow = if to < from { "⬆️" } else { "⬇️" };
    format!("{arrow} {incident} is now {to}: ")
}

pub(super) fn severity_lines(from: Severity, to: Severity, reason: Option<&String>) -> Vec<Words> {
    let severity =
        words![bold("Severity: "), format!("{} (was {})", facts::severity(to), facts::severity(from))];
    [Some(severity), given("Reason", reason)].into_iter().flatten().collect()
}

/// What a resolution says.
pub(super) struct Resolved<'a> {
    pub title: &'a str,
    /// What its clocks count from.
    pub since: Timestamp,
    pub resolved_at: Timestamp,
    pub root_cause: &'a String,
    pub impact: Option<&'a String>,
    pub data_loss: Option<&'a String>,
}

pub(super) const RESOLVED_LEAD: &str = "✅ INCIDENT RESOLVED: ";

/// Runbook 7.2, with the figures.
pub(super) fn resolved(incident: IncidentId, facts: &Resolved<'_>, by: &Actor, figures: &Figures) -> Message {
    Draft::new()
        .headline(RESOLVED_LEAD, facts.title)
        .lines(resolved_lines(facts))
        .line(words![REPORTS])
        .lines(vec![
            words![format!("{}.", self::figures(figures))],
            words![format!("In UTC: {} to {}.", utc(facts.since), utc(facts.resolved_at))],
            words![
                format!("{incident}, resolved by "),
                by,
                ". Not over? ",
                code(format!("/incident {} reopen", incident.0))
            ],
        ])
        .finish()
}

/// It was no incident, or it is another one: no report, no figures.
pub(super) fn cancelled(
    incident: IncidentId,
    title: &str,
    why: &String,
    of: Option<IncidentId>,
    by: &Actor,
) -> Message {
    Draft::new()
        .headline(CANCELLED_LEAD, title)
        .line(cancelled_for(why, of))
        .line(words![
            format!("{incident}, cancelled by "),
            by,
            ". No report follows. To undo: ",
            code(format!("/incident {} reopen", incident.0))
        ])
        .finish()
}

pub(super) const CANCELLED_LEAD: &str = "🚫 INCIDENT CANCELLED: ";

pub(super) fn cancelled_for(why: &String, of: Option<IncidentId>) -> Words {
    match of {
        Some(of) => words![bold("Same as: "), of.to_string()],
        None => words![bold("Why: "), why],
    }
}

pub(super) fn resolved_lines(facts: &Resolved<'_>) -> Vec<Words> {
    let duration = facts.resolved_at.duration_since(facts.since);
    let mut lines = vec![
        words![
            bold("Duration: "),
            moment(facts.since),
            " to ",
            moment(facts.resolved_at),
            format!(" ({})", spoken(duration))
        ],
        labelled("Root cause", facts.root_cause),
        known("Impact", facts.impact),
    ];
    lines.extend(given("Data loss", facts.data_loss));
    lines
}

/// `Acknowledged after 4 min, resolved after 1 h 05 min, 2 of 3 updates in time`.
pub(super) fn figures(figures: &Figures) -> String {
    let acknowledged = match figures.to_acknowledge {
        Some(after) if after.as_secs() > 0 => format!("Acknowledged after {}", spoken(after)),
        Some(_) => "Acknowledged at once".to_owned(),
        None => "Never acknowledged".to_owned(),
    };
    let missed = figures.response_missed.then(|| "response time missed".to_owned());
    let resolved = figures.to_resolve.map(|after| format!("resolved after {}", spoken(after)));
    let updates = match (figures.updates_promised, figures.updates_kept) {
        (0, _) => "no update was due".to_owned(),
        (1, 1) => "1 update, on time".to_owned(),
        (promised, kept) if promised == kept => format!("all {promised} updates on time"),
        (promised, kept) => format!("{kept} of {promised} updates on time"),
    };
    [Some(acknowledged), missed, resolved, Some(updates)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub(super) const REOPENED_LEAD: &str = "🔁 INCIDENT REOPENED: ";

pub(super) fn reopened(say: &Say, about: &Incident, mentions: &Mentions) -> Message {
    let incident = about.id;
    let Say::Reopened { title, by, status, update_every } = say else {
        return Draft::new().finish();
    };
    Draft::new()
        .lines(facts::oncall(mentions, about.severity).into_iter().collect())
        .headline(REOPENED_LEAD, title)
        .line(labelled("Status", status.to_string()))
        .line(words![promise(*update_every)])
        .line(words![format!("{incident}, reopened by "), by, "."])
        .finish()
}
