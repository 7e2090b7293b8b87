//! An end without a report: a false alarm, or another incident's double.

use jiff::Timestamp;

use super::Incident;
use super::alerts::ended_firing;
use super::decide::{Decision, open};
use super::event::{Cancelled, EventKind};
use crate::answer::Done;
use crate::id::IncidentId;
use crate::refusal::{MergeProblem, Refusal};

/// Why it was cancelled, where nobody said.
const NO_INCIDENT: &str = "False alarm";

/// Ends what was no incident, or is another one.
pub(super) fn cancel(
    incident: &Incident,
    why: Option<String>,
    of: Option<IncidentId>,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    open(incident)?;
    if of == Some(incident.id) {
        return Err(Refusal::Merge { incident: incident.id, problem: MergeProblem::ItsOwnDouble });
    }
    if let Some(part) = of.filter(|of| incident.parts.contains_key(of)) {
        // Neither of the two would be left.
        let problem = MergeProblem::Part { into: incident.id };
        return Err(Refusal::Merge { incident: part, problem });
    }
    let cancelled = EventKind::Resolved {
        root_cause: why.unwrap_or_else(|| NO_INCIDENT.into()),
        impact: incident.impact.clone(),
        data_loss: None,
        from: incident.status,
        missed: incident.uncounted(now),
        cancelled: Some(Cancelled { of }),
    };
    // Those of a double go along.
    let firing = if of.is_none() { ended_firing(incident, true) } else { None };
    Ok(Decision::done(incident, vec![cancelled], firing.unwrap_or(Done::Cancelled { of })))
}
