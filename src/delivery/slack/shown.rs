//! What the cards of runs show, as far as this howler has drawn them: whether an edit brings news, or only what a program has printed
//! meanwhile.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::job::Job;
use domain::id::RunId;
use domain::run::{Run, Stage};

/// So many runs are known, the newest.
const KNOWN: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Shown(Mutex<BTreeMap<RunId, Drawn>>);

/// A card as it was drawn last.
#[derive(Debug)]
struct Drawn {
    news: [u8; 32],
    /// The run's last event then.
    seq: u32,
}

impl Shown {
    /// Whether the run differs from what its card shows by the program's output alone.
    pub fn is_tick(&self, job: &Job) -> bool {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        job.run.as_ref().is_some_and(|run| shown.get(&run.id).is_some_and(|drawn| drawn.news == news(run)))
    }

    /// Whether the card of `run` was drawn after its event `seq`.
    pub fn has(&self, run: RunId, seq: u32) -> bool {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.get(&run).is_some_and(|drawn| drawn.seq >= seq)
    }

    /// The card of `run` was drawn.
    pub fn drew(&self, run: &Run) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(run.id, Drawn { news: news(run), seq: run.events });
        if shown.len() > KNOWN {
            shown.pop_first();
        }
    }
}

fn news(run: &Run) -> [u8; 32] {
    let mut run = run.clone();
    run.events = 0;
    if let Stage::Changing(change) = &mut run.stage {
        change.output.clear();
    }
    // Plain data with text keys: it always serialises.
    Sha256::digest(serde_json::to_vec(&run).unwrap_or_default()).into()
}
