//! An incident's figures, from its events' own times.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::Incident;

/// How an incident went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// From what its clocks count from, the beginning of the trouble or the declaration, to the first acknowledgement.
    pub to_acknowledge: Option<SignedDuration>,
    /// From the same to the resolution that stands.
    pub to_resolve: Option<SignedDuration>,
    pub response_missed: bool,
    /// Updates whose due time came or that were posted before it.
    pub updates_promised: u32,
    pub updates_kept: u32,
}

impl Figures {
    pub fn of(incident: &Incident) -> Self {
        let took = |at: jiff::Timestamp| at.duration_since(incident.counts_from());
        let kept =
            incident.updates.iter().filter(|update| update.in_time && update.retracted.is_none()).count();
        let kept = u32::try_from(kept).unwrap_or(u32::MAX);
        Self {
            to_acknowledge: incident.first_acknowledged().map(|acknowledged| took(acknowledged.at)),
            to_resolve: incident.resolution().map(|resolution| took(resolution.at)),
            response_missed: incident.missed_its_response(),
            updates_promised: kept + incident.promises_missed,
            updates_kept: kept,
        }
    }
}
