//! A fake GitHub: one repository in memory, with real git objects, its issues, its pull requests and what is read of the
//! rest, over the REST API, with what GitHub refuses and limits.
//!
//! It follows GitHub's documentation, on raw JSON, and shares no model with howler's own GitHub code: a mistake there
//! must not be repeated here.

mod faults;
pub mod git;
mod hooks;
mod http;
mod pulls;
mod reading;
mod repository;
mod world;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

pub use faults::Faults;
use git::Git;
use ground::clock::Clock;
use hooks::Deliveries;
pub use hooks::Delivery;
pub use pulls::Pull;
pub use repository::{Hook, Job, Repository, Run, Step};
use world::World;
pub use world::{Comment, Issue};

/// What a fake GitHub is made from.
#[derive(Clone, Debug)]
pub struct Setup {
    pub clock: Clock,
    /// `owner/name`.
    pub repository: String,
    pub token: String,
    /// Whose token it is.
    pub login: String,
}

/// One call, as it came and as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub at: Timestamp,
    /// `POST /repos/{}/issues`: the path with its names left out.
    pub route: String,
    /// The path and its query, as they came.
    pub target: String,
    /// 0 where the answer was lost on purpose.
    pub status: u16,
}

/// A fake GitHub; clones are the same one.
#[derive(Clone)]
pub struct GitHub(Arc<Inner>);

struct Inner {
    setup: Setup,
    faults: Faults,
    /// Taken before the world, where both are needed.
    git: Mutex<Git>,
    world: Mutex<World>,
    /// What happens right before a call of a route.
    meanwhile: Mutex<Vec<(String, Deed)>>,
    repository: Mutex<Repository>,
    deliveries: Mutex<Deliveries>,
    calls: Mutex<Vec<Call>>,
}

type Deed = Box<dyn FnOnce(&GitHub) + Send>;

impl GitHub {
    pub fn new(setup: Setup) -> Self {
        let (world, repository, deliveries) = (Mutex::default(), Mutex::default(), Mutex::default());
        let (faults, calls) = (Faults::default(), Mutex::default());
        let (git, meanwhile) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { setup, faults, git, world, meanwhile, repository, deliveries, calls }))
    }

    /// The REST API from `/` on.
    pub fn api(&self) -> axum::Router {
        http::router(self.clone())
    }

    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// The issues as they stand, oldest first.
    pub fn issues(&self) -> Vec<Issue> {
        self.world().issues.clone()
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens an issue as somebody else; gives its number.
    pub fn somebody_opens(&self, login: &str, title: &str, body: &str) -> u64 {
        let now = self.0.setup.clock.now();
        self.world().open(login, title, body, now).number
    }

    /// Somebody deletes an issue: only its number is left.
    pub fn somebody_deletes_issue(&self, number: u64) {
        if let Ok(issue) = self.world().issue(number) {
            issue.deleted = true;
        }
    }

    /// Does this right before the next call of a route, as if it came between two calls of howler's.
    pub fn before(&self, route: &str, deed: impl FnOnce(&Self) + Send + 'static) {
        self.deeds().push((route.to_owned(), Box::new(deed)));
    }

    fn meanwhile(&self, route: &str) {
        let deed = {
            let mut deeds = self.deeds();
            deeds.iter().position(|(of, _)| of == route).map(|at| deeds.remove(at).1)
        };
        if let Some(deed) = deed {
            deed(self);
        }
    }

    fn deeds(&self) -> MutexGuard<'_, Vec<(String, Deed)>> {
        self.0.meanwhile.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is read of the repository beside its issues, to look at and to change.
    pub fn repository(&self) -> MutexGuard<'_, Repository> {
        self.0.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn deliveries(&self) -> MutexGuard<'_, Deliveries> {
        self.0.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
