//! What is made to go wrong.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Switches, all off at first. Routes are written as in [`Call::route`](super::Call::route).
#[derive(Debug, Default)]
pub struct Faults(Mutex<Switches>);

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The hour's allowance is used up; it is given anew after so many seconds.
    Primary(i64),
    /// Too many calls at once: `Retry-After`, in seconds.
    Secondary(u64),
    /// A bare status, nothing done.
    Http(u16),
    /// The work is done, then the connection breaks.
    LoseAnswer,
}

#[derive(Debug, Default)]
struct Switches {
    armed: Vec<(String, Fault, u32)>,
    down: bool,
    token_refused: bool,
    read_only: bool,
    issues_off: bool,
    hidden: bool,
    missing: BTreeSet<String>,
}

impl Faults {
    /// GitHub answers everything with 503.
    pub fn down(&self, down: bool) {
        self.lock().down = down;
    }

    /// The token is known no more.
    pub fn refuse_token(&self, refused: bool) {
        self.lock().token_refused = refused;
    }

    /// The token may read issues and not write them.
    pub fn read_only(&self, read_only: bool) {
        self.lock().read_only = read_only;
    }

    /// The repository's issues are turned off.
    pub fn issues_off(&self, off: bool) {
        self.lock().issues_off = off;
    }

    /// The token may not see the repository, nor its organisation.
    pub fn hidden(&self, hidden: bool) {
        self.lock().hidden = hidden;
    }

    /// The token lacks a permission, by its name in GitHub's documentation of fine-grained tokens: `actions`.
    pub fn without(&self, permission: &str) {
        self.lock().missing.insert(permission.to_owned());
    }

    /// The next `times` calls of a route are answered with a bare HTTP status, with nothing done.
    pub fn http(&self, route: &str, status: u16, times: u32) {
        self.arm(route, Fault::Http(status), times);
    }

    /// The next `times` calls of a route do their work, but the connection breaks before the answer is through.
    pub fn lose_answer(&self, route: &str, times: u32) {
        self.arm(route, Fault::LoseAnswer, times);
    }

    /// The next `times` calls of a route meet the hourly limit, which ends after so many seconds.
    pub fn primary_limit(&self, route: &str, times: u32, resets_after: i64) {
        self.arm(route, Fault::Primary(resets_after), times);
    }

    /// The next `times` calls of a route meet the limit on bursts.
    pub fn secondary_limit(&self, route: &str, times: u32, retry_after: u64) {
        self.arm(route, Fault::Secondary(retry_after), times);
    }

    fn arm(&self, route: &str, fault: Fault, times: u32) {
        self.lock().armed.push((route.to_owned(), fault, times));
    }

    /// The fault that hits this call, used up once.
    pub(super) fn strike(&self, route: &str) -> Option<Fault> {
        let mut switches = self.lock();
        if switches.down {
            return Some(Fault::Http(503));
        }
        let (_, fault, times) =
            switches.armed.iter_mut().find(|(armed, _, times)| armed == route && *times > 0)?;
        *times -= 1;
        Some(fault.clone())
    }

    pub(super) fn token_refused(&self) -> bool {
        self.lock().token_refused
    }

    pub(super) fn may_not_write(&self) -> bool {
        self.lock().read_only
    }

    pub(super) fn is_hidden(&self) -> bool {
        self.lock().hidden
    }

    pub(super) fn lacks(&self, permission: &str) -> bool {
        self.lock().missing.contains(permission)
    }

    pub(super) fn are_issues_off(&self) -> bool {
        self.lock().issues_off
    }

    fn lock(&self) -> MutexGuard<'_, Switches> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
