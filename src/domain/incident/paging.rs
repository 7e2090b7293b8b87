//! Where paging stands: the path, and the step that comes next.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::page::{PageReason, plus};
use crate::oncall::path::{Called, Path};

/// Where paging stands: frozen when it begins, so that a changed configuration moves no running clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paging {
    pub path: Path,
    /// When the path began, the last time.
    pub from: Timestamp,
    /// The next step and when it is due; `None` once nobody is called any more.
    pub next: Option<(usize, Timestamp)>,
    /// How often the path has begun anew.
    #[serde(default)]
    pub round: u32,
    /// An incident that was acknowledged and fell silent pages, and not one that nobody has.
    #[serde(default)]
    pub silent: bool,
    /// The missed response time has called everybody since paging began.
    #[serde(default)]
    pub everybody_called: bool,
}

impl Paging {
    pub(super) fn new(path: Path, from: Timestamp, silent: bool) -> Self {
        let next = path.steps.first().map(|step| (0, plus(from, step.after)));
        Self { path, from, next, round: 0, silent, everybody_called: false }
    }

    /// The next step's calls. After the last step the path begins anew, where it ever does.
    pub(super) fn take(&mut self) -> Vec<Called> {
        let Some((index, _)) = self.next else { return Vec::new() };
        let calls = self.path.steps.get(index).map(|step| step.calls.clone()).unwrap_or_default();
        let later = self.path.steps.get(index + 1).map(|step| (index + 1, plus(self.from, step.after)));
        self.next = later.or_else(|| {
            self.from = plus(self.from, self.path.again?);
            self.round = self.round.saturating_add(1);
            self.path.steps.first().map(|step| (0, plus(self.from, step.after)))
        });
        calls
    }

    /// The same, with its next step due at `now`; `None` where no step is to come.
    pub(super) fn hurried(&self, now: Timestamp) -> Option<Self> {
        let (index, due) = self.next?;
        Some(Self { next: Some((index, due.min(now))), ..self.clone() })
    }

    /// Where the clock was set back to `now`, no step is further away than the path says.
    pub(super) fn set_back(&mut self, now: Timestamp) {
        let Some((index, due)) = self.next else { return };
        let nearer = due.min(plus(now, self.path.gap_before(index, self.round)));
        self.from = plus(self.from, nearer.duration_since(due));
        self.next = Some((index, nearer));
    }

    pub(super) fn reason(&self) -> PageReason {
        match (self.silent, self.round, self.next) {
            (true, ..) => PageReason::Silent,
            (false, 0, Some((0, _))) => PageReason::Begun,
            _ => PageReason::Unanswered,
        }
    }
}
