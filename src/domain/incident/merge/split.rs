//! A merge is taken back: what came with it goes, as far as nothing else that is left needs it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Back, MergeNews, Merging, Owed, Whole, news};
use crate::answer::Done;
use crate::command::Retractable;
use crate::id::IncidentId;
use crate::incident::alerts::Tally;
use crate::incident::decide::Decision;
use crate::incident::event::EventKind;
use crate::incident::severity::Severity;
use crate::incident::{Incident, SeverityChange};
use crate::refusal::{Doubt, MergeProblem, Refusal};
use crate::severities::Severities;

/// What a split is decided with, beside the incident itself.
pub struct Apart<'a> {
    /// Each incident that it belongs to, the one that it was merged into first, and last the one that leads.
    pub above: &'a [&'a Incident],
    /// Its own alerts, and how many these are.
    pub back: Back,
    /// How many alerts are left to the whole.
    pub left: Tally,
    pub now: Timestamp,
}

/// Takes a merge back: `it` is open again, with what had been merged into it. What it promises counts from now; the time in which
/// somebody is to acknowledge it goes on, unless it was answered as a part, or nobody could answer.
///
/// # Errors
/// It is merged into nothing.
pub fn split(it: &Incident, apart: Apart<'_>) -> Result<Merging, Refusal> {
    let Apart { above, back, left, now } = apart;
    let not_merged = Refusal::Merge { incident: it.id, problem: MergeProblem::NotMerged };
    let merged = it.merged().ok_or(not_merged)?;
    let from = merged.whole.incident;
    let with: Vec<IncidentId> = it.parts.keys().copied().collect();
    let owed = owed(it, merged.at, above, now);
    let mut events = vec![(it.id, vec![news(MergeNews::SplitOff { from, back, owed })])];
    let whole = Whole::of(it);
    events.extend(with.iter().map(|part| (*part, vec![news(MergeNews::Led { whole: whole.clone() })])));
    let mut leaves = Leaves::of(it);
    let mut back_to = None;
    for incident in above {
        let goes_back = if left.firing > 0 { Vec::new() } else { leaves.lowered(incident) };
        back_to = goes_back.last().map(|change| change.from);
        let back = leaves.back.clone();
        let gave = MergeNews::Gave { incident: it.id, with: with.clone(), tally: left, back };
        let lowers =
            goes_back.iter().map(|it| EventKind::Retracted { seq: it.seq, what: Retractable::Severity });
        events.push((incident.id, [news(gave)].into_iter().chain(lowers).collect()));
        if let Some(severity) = back_to {
            leaves.back.insert(incident.id, severity);
        }
    }
    let done = Done::SplitOff { from, back_to };
    Ok(Merging { events, answer: Decision::done(it, Vec::new(), done).answer })
}

/// What becomes of the response time of what was merged at `since` into the first of `above`.
fn owed(it: &Incident, since: Timestamp, above: &[&Incident], now: Timestamp) -> Owed {
    let was_over = |one: &&Incident| one.resolutions.iter().any(|resolution| resolution.at >= since);
    // A part that sets aside who had the whole does so with the event after its own.
    let was_had = |one: &&Incident| {
        let by_it = one.parts.get(&it.id).map_or(0, |part| part.seq.saturating_add(1));
        one.acknowledged.is_some() || one.set_aside.as_ref().is_some_and(|before| before.seq > by_it)
    };
    let told = above.iter().any(|one| one.missed_its_response());
    let told = told && it.owed_at().is_some_and(|due| due <= now);
    match above.iter().any(|one| was_over(one) || was_had(one)) {
        true => Owed::Anew,
        false if told => Owed::Over,
        false => Owed::GoesOn,
    }
}

/// What a split takes away, and how bad those are that stay and were as bad as it because of it.
struct Leaves {
    gone: BTreeSet<IncidentId>,
    back: BTreeMap<IncidentId, Severity>,
}

impl Leaves {
    fn of(it: &Incident) -> Self {
        let gone = it.parts.keys().copied().chain([it.id]).collect();
        Self { gone, back: BTreeMap::new() }
    }

    /// The raises of `incident` that nothing holds up any more, the last one first. It stays as bad as it is where a part that is left is
    /// worse than it would be: a split stops nobody's alarm. Nor does it change how bad something was that is over.
    fn lowered<'i>(&self, incident: &'i Incident) -> Vec<&'i SeverityChange> {
        let mut lowered = Vec::new();
        if incident.resolution().is_some() {
            return lowered;
        }
        let left = incident.parts.iter().filter(|(id, _)| !self.gone.contains(id));
        let worst = left.map(|(id, part)| self.back.get(id).copied().unwrap_or(part.severity)).min();
        for change in incident.severity_changes.iter().rev().filter(|change| change.retracted.is_none()) {
            let Some(part) = change.merged else { break };
            let moves = self.gone.contains(&part) || self.back.contains_key(&part);
            // One that left earlier, while this raise stood.
            let left_before = !lowered.is_empty() && !incident.parts.contains_key(&part);
            if !(moves || left_before) || worst.is_some_and(|worst| worst < change.from) {
                break;
            }
            lowered.push(change);
        }
        lowered
    }
}

/// What is asked before something is split off that people are called for, though all of it was over.
pub fn calls_again(it: &Incident, whole: &Incident, rules: &Severities) -> Option<Doubt> {
    let calls = it.acknowledged.is_none() && rules.rule(it.severity).pages().pages();
    let (incident, severity) = (it.id, it.severity);
    let asks = it.merged().is_some() && whole.resolution().is_some() && calls;
    asks.then_some(Doubt::CallsAgain { incident, whole: whole.id, severity })
}
