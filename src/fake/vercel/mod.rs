//! A fake Vercel: one project of one team or account in memory, over the REST API, with what Vercel refuses and limits.
//!
//! It follows Vercel's documentation, on raw JSON, and shares no model with howler's own Vercel code: a mistake there must not
//! be repeated here.

mod http;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

use ground::clock::Clock;

/// What a fake Vercel is made from.
#[derive(Clone, Debug)]
pub struct Setup {
    pub clock: Clock,
    pub token: String,
    /// The project's name; its id is another.
    pub project: String,
    /// The team's id and its slug; none for a personal account.
    pub team: Option<(String, String)>,
}

/// What the project and its account hold, as a test sets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// The newest first.
    pub deployments: Vec<Deployment>,
    /// The id of the one that the project's addresses lead to.
    pub current: Option<String>,
    pub variables: Vec<Variable>,
    /// What the team shares with the project.
    pub shared: Vec<Variable>,
    /// Why Vercel blocks the account: a reason, and what was used too much of.
    pub blocked: Option<(String, Option<String>)>,
    /// The account is told without the words about blocks, as to a token of limited scope.
    pub is_limited: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deployment {
    pub uid: String,
    pub url: String,
    /// `READY`, `ERROR`, `BUILDING` ...
    pub state: String,
    /// `production`, or none for a preview.
    pub target: Option<String>,
    /// When it was made, and when it was ready; now where nothing is said.
    pub created: Option<Timestamp>,
    pub ready: Option<Timestamp>,
    /// `meta.githubCommitRef`.
    pub branch: Option<String>,
    pub error: Option<String>,
    /// The build's events, the oldest first: a type, and a text.
    pub events: Vec<(String, String)>,
}

/// An environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub key: String,
    pub value: String,
    pub targets: Vec<String>,
}

/// One call, as it came and as it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The path and its query.
    pub target: String,
    pub status: u16,
}

/// What is made to go wrong with every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The limit of an endpoint is used up; it is given anew after so many seconds.
    Limited(i64),
    /// A bare status.
    Http(u16),
    /// The account may not do this.
    Forbidden,
    /// The connection breaks in the middle of the answer.
    LoseAnswer,
    /// It listens, and never answers.
    Silent,
}

/// A fake Vercel; clones are the same one.
#[derive(Clone)]
pub struct Vercel(Arc<Inner>);

struct Inner {
    setup: Setup,
    project: Mutex<Project>,
    fault: Mutex<Option<Fault>>,
    calls: Mutex<Vec<Call>>,
}

impl Vercel {
    pub fn new(setup: Setup) -> Self {
        let (project, fault, calls) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { setup, project, fault, calls }))
    }

    /// The REST API from `/` on.
    pub fn api(&self) -> axum::Router {
        http::router(self.clone())
    }

    /// To look at and to change.
    pub fn project(&self) -> MutexGuard<'_, Project> {
        locked(&self.0.project)
    }

    pub fn fault(&self, fault: Option<Fault>) {
        *locked(&self.0.fault) = fault;
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        locked(&self.0.calls).clone()
    }

    /// The project's id, in the shape of Vercel's.
    pub fn project_id(&self) -> String {
        format!("prj_{:0>24}", hex::encode(&self.0.setup.project).chars().take(24).collect::<String>())
    }

    fn note(&self, target: String, status: u16) {
        locked(&self.0.calls).push(Call { target, status });
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Vercel's form of a refusal.
type Refusal = (u16, Value);
