//! What follows by itself once a run's answers are in.

use super::event::{End, RunEventKind};
use super::{Run, Stage};

/// The next event that nobody has to ask for; none where a person or a check is waited for.
pub fn settle(run: &Run) -> Option<RunEventKind> {
    if !run.waiting.is_empty() || run.stage != Stage::Looking {
        return None;
    }
    // Rungs speak of the whole procedure: a part of its checks leads to none.
    let all = run.checks.len() == run.procedure.checks.len();
    let next = run.procedure.next_rung(&run.verdicts(), &run.offered, &run.tried).filter(|_| all);
    Some(match next {
        Some((rung, _)) => RunEventKind::Led { rung },
        None if run.procedure.rungs.is_empty() || !all => RunEventKind::Over(End::Told),
        None if run.procedure.all_well(&run.verdicts()) => RunEventKind::Over(End::Well),
        None => RunEventKind::Over(End::NoStepLeft),
    })
}
