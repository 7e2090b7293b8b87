//! How an incident stands in the end: its row, its figures, its card.

use domain::incident::Incident;
use domain::incident::event::{Event, EventKind};
use domain::incident::figures::Figures;
use domain::incident::severity::Status;
use jiff::SignedDuration;

use crate::harness::EMERGENCIES;
use crate::simulation::world::World;

/// The row is what its events make, and the figures are what a person would count.
pub fn figures(incident: &Incident, events: &[Event]) -> Vec<String> {
    let mut wrong = Vec::new();
    if Incident::replay(incident.id, events).as_ref() != Some(incident) {
        wrong.push(format!("{}: the row is not what its events make", incident.id));
    }
    let figures = Figures::of(incident);
    // People count from when it began, and nobody looks farther back than a day.
    let day_before = incident.declared_at - SignedDuration::from_hours(24);
    let began = incident.began.map_or(incident.declared_at, |began| began.max(day_before));
    let first = |wanted: fn(&EventKind) -> bool| {
        events.iter().find(|event| wanted(&event.kind)).map(|event| event.at)
    };
    let acknowledged = first(|kind| matches!(kind, EventKind::Acknowledged));
    if figures.to_acknowledge != acknowledged.map(|at| at.duration_since(began)) {
        wrong.push(format!("{}: acknowledged after {:?}?", incident.id, figures.to_acknowledge));
    }
    let last = events
        .iter()
        .rev()
        .find(|event| matches!(event.kind, EventKind::Resolved { .. } | EventKind::Reopened { .. }));
    let resolved =
        last.filter(|event| matches!(event.kind, EventKind::Resolved { .. })).map(|event| event.at);
    if figures.to_resolve != resolved.map(|at| at.duration_since(began)) {
        wrong.push(format!("{}: resolved after {:?}?", incident.id, figures.to_resolve));
    }
    if (incident.status == Status::Resolved) != resolved.is_some() {
        wrong.push(format!("{}: status {:?}", incident.id, incident.status));
    }
    wrong
}

/// The card in the emergencies channel stands once and shows how it is.
pub fn card(world: &World, incident: &Incident) -> Vec<String> {
    let foot = format!("{} \u{b7} declared by", incident.id);
    let (severity, status) =
        (format!("Severity: {} ", incident.severity), format!("Status: {}", incident.status));
    let merged = incident.merged().map(|merged| format!("MERGED INTO {}: ", merged.whole.incident));
    let shows = |text: &str| match incident.status {
        _ if merged.is_some() => merged.as_ref().is_some_and(|merged| text.contains(merged)),
        Status::Resolved => {
            ["RESOLVED", "CANCELLED"].iter().any(|end| text.contains(&format!("INCIDENT {end}: ")))
        }
        _ => {
            let lead =
                ["DECLARED", "REOPENED"].iter().any(|lead| text.contains(&format!("INCIDENT {lead}: ")));
            lead && text.lines().any(|line| line.starts_with(&severity))
                && text.lines().any(|line| line == status)
        }
    };
    let cards: Vec<String> = world.slack.look(|slack| {
        let channel = slack.channel_called(EMERGENCIES);
        let cards = channel
            .into_iter()
            .flat_map(|channel| channel.messages.iter())
            .filter(|message| !message.deleted && message.only_for.is_none() && message.text.contains(&foot));
        cards.map(|message| message.text.clone()).collect()
    });
    if let [card] = cards.as_slice()
        && shows(card)
    {
        Vec::new()
    } else {
        vec![format!("{}: one card should show {severity} and {status}: {cards:#?}", incident.id)]
    }
}
