//! What is merged into what, reckoned from each incident's own word, and who was called for what got worse by it.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::{Event, EventKind};
use domain::incident::merge::{MergeNews, Took};

type Saved = [(Incident, Vec<Event>)];

/// The one that each was merged into last, where it did not leave that since.
fn pointers(saved: &Saved) -> BTreeMap<IncidentId, IncidentId> {
    let mut into = BTreeMap::new();
    for (incident, events) in saved {
        for event in events {
            let EventKind::Merge(news) = &event.kind else { continue };
            match news.as_ref() {
                MergeNews::Into { whole, .. } => drop(into.insert(incident.id, whole.incident)),
                MergeNews::SplitOff { .. } => drop(into.remove(&incident.id)),
                _ => {}
            }
        }
    }
    into
}

/// All that an incident is a part of, the nearest first.
fn above(into: &BTreeMap<IncidentId, IncidentId>, id: IncidentId) -> Vec<IncidentId> {
    std::iter::successors(into.get(&id), |next| into.get(next)).copied().take(into.len() + 1).collect()
}

/// Both sides say the same, and nobody goes round in a circle.
pub fn all(saved: &Saved) -> Vec<String> {
    let into = pointers(saved);
    let mut wrong = Vec::new();
    let mut parts: BTreeMap<IncidentId, BTreeSet<IncidentId>> = BTreeMap::new();
    for id in into.keys() {
        let above = above(&into, *id);
        if above.len() > into.len() {
            wrong.push(format!("{id} is merged in a circle: {above:?}"));
            continue;
        }
        for whole in above {
            parts.entry(whole).or_default().insert(*id);
        }
    }
    for (incident, events) in saved {
        let id = incident.id;
        let leads = above(&into, id).last().copied();
        let told = incident.merged().map(|merged| merged.whole.incident);
        if leads != told {
            wrong.push(format!("{id} is led by {leads:?}, and says {told:?}"));
        }
        let has: BTreeSet<IncidentId> = incident.parts.keys().copied().collect();
        if parts.get(&id).cloned().unwrap_or_default() != has {
            wrong.push(format!("{id} has {:?}, and says {has:?}", parts.get(&id)));
        }
        wrong.extend(events.iter().filter_map(|event| quieter(incident, events, event, saved)));
    }
    wrong
}

/// A merge that made the whole worse while people were called for the part: they are called for the whole, or whoever merged has it.
fn quieter(whole: &Incident, events: &[Event], event: &Event, saved: &Saved) -> Option<String> {
    let EventKind::Merge(news) = &event.kind else { return None };
    let MergeNews::Took(Took { incident, raises: Some(_), parts, .. }) = news.as_ref() else { return None };
    parts.get(incident)?.calls?;
    let (_, of_part) = saved.iter().find(|(it, _)| it.id == *incident)?;
    let before: Vec<Event> = of_part.iter().filter(|it| it.at <= event.at).cloned().collect();
    let by_then: Vec<Event> = events.iter().filter(|it| it.seq <= event.seq).cloned().collect();
    let worked = |it: &Event| it.by == event.by && matches!(it.kind, EventKind::Acknowledged);
    let has_it = before.iter().chain(&by_then).any(worked);
    let follows = events.iter().filter(|it| it.seq > event.seq && it.at == event.at);
    let called = follows.clone().any(|it| matches!(it.kind, EventKind::Paged(_)));
    (!called && !has_it)
        .then(|| format!("{} took {incident}, which people were called for, and calls nobody", whole.id))
}
