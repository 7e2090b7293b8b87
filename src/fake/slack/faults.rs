//! The switchboard: what is made to go wrong, and what the fake does beyond the default.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

/// Switches, all off at first. A fault armed without a channel hits every channel.
#[derive(Debug)]
pub struct Faults {
    inner: Mutex<Switches>,
    hung: watch::Sender<BTreeSet<String>>,
}

/// What goes wrong with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `Retry-After`, in seconds.
    RateLimit(u64),
    /// `{"ok": false, "error": ...}`, nothing done.
    Error(String),
    /// A bare HTTP status, nothing done.
    Http(u16),
    /// The work is done, then the connection breaks.
    LoseAnswer,
}

#[derive(Debug, Default)]
struct Switches {
    armed: Vec<Armed>,
    down: bool,
    token: Option<String>,
    dropped: BTreeSet<String>,
    longest_message: Option<usize>,
    real_limits: bool,
    retry_events: bool,
    patience: Option<Duration>,
    pace: Pace,
    travel: SignedDuration,
    lost_replies: u32,
    skew: SignedDuration,
    looks_at_files: Option<SignedDuration>,
}

/// How long a call lies before it is carried out, and its answer before it leaves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    pub before: SignedDuration,
    pub after: SignedDuration,
}

#[derive(Debug)]
struct Armed {
    method: String,
    channel: Option<String>,
    fault: Fault,
    times: u32,
}

impl Default for Faults {
    fn default() -> Self {
        Self { inner: Mutex::default(), hung: watch::Sender::new(BTreeSet::new()) }
    }
}

impl Faults {
    /// The next `times` calls of a method are answered 429, to be tried again after so many seconds.
    pub fn rate_limit(&self, method: &str, channel: Option<&str>, times: u32, retry_after: u64) {
        self.arm(method, channel, times, Fault::RateLimit(retry_after));
    }

    /// The next `times` calls fail with an error of Slack's, with nothing done.
    pub fn fail(&self, method: &str, error: &str, times: u32) {
        self.arm(method, None, times, Fault::Error(error.to_owned()));
    }

    /// [`fail`](Self::fail) in one channel alone.
    pub fn fail_in(&self, method: &str, channel: &str, error: &str, times: u32) {
        self.arm(method, Some(channel), times, Fault::Error(error.to_owned()));
    }

    /// The next `times` calls are answered with a bare HTTP status, with nothing done.
    pub fn http(&self, method: &str, status: u16, times: u32) {
        self.arm(method, None, times, Fault::Http(status));
    }

    /// The next `times` calls do their work, but the connection breaks before the answer is through.
    pub fn lose_answer(&self, method: &str, times: u32) {
        self.arm(method, None, times, Fault::LoseAnswer);
    }

    /// Calls of a method hang, before anything is done, until [`release`](Self::release).
    pub fn hang(&self, method: &str) {
        self.hung.send_modify(|hung| _ = hung.insert(method.to_owned()));
    }

    /// Lets the calls of a method go on.
    pub fn release(&self, method: &str) {
        self.hung.send_modify(|hung| _ = hung.remove(method));
    }

    /// The whole API answers 503.
    pub fn down(&self, down: bool) {
        self.lock().down = down;
    }

    /// Every call is answered `token_revoked`.
    pub fn revoke_token(&self) {
        self.refuse_token("token_revoked");
    }

    /// Every call is answered with this error: `token_revoked`, `account_inactive`, `token_expired`, ...
    pub fn refuse_token(&self, error: &str) {
        self.lock().token = Some(error.to_owned());
    }

    /// The token works again.
    pub fn restore_token(&self) {
        self.lock().token = None;
    }

    /// Takes a scope away from the token.
    pub fn drop_scope(&self, scope: &str) {
        self.lock().dropped.insert(scope.to_owned());
    }

    /// Gives a dropped scope back.
    pub fn grant_scope(&self, scope: &str) {
        self.lock().dropped.remove(scope);
    }

    /// Messages whose blocks hold more characters than this are refused with `msg_too_long`.
    pub fn longest_message(&self, most: usize) {
        self.lock().longest_message = Some(most);
    }

    /// Applies Slack's own rate limits, on the clock: tiers, and one message a second and channel.
    pub fn real_limits(&self, on: bool) {
        self.lock().real_limits = on;
    }

    /// Re-sends events that were not answered 2xx, as Slack does: at once, after a minute, after five, on the clock.
    pub fn retry_events(&self, on: bool) {
        self.lock().retry_events = on;
    }

    /// How long, in real time, a delivery waits for an answer instead of Slack's three seconds.
    pub fn patience(&self, patience: Duration) {
        self.lock().patience = Some(patience);
    }

    /// Every call lies `before` until it is carried out, and `after` until it is answered, on the clock. Whoever gives
    /// up meanwhile does not hear what became of it.
    pub fn slow(&self, before: SignedDuration, after: SignedDuration) {
        self.lock().pace = Pace { before, after };
    }

    /// Deliveries that are sent from now on take so long to arrive, on the clock: they can overtake each other.
    pub fn travel(&self, time: SignedDuration) {
        self.lock().travel = time;
    }

    /// The answers to the next `times` deliveries do not reach Slack.
    pub fn lose_replies(&self, times: u32) {
        self.lock().lost_replies = times;
    }

    /// The `Date` of every answer is this far ahead of the fake's clock (behind it, where negative).
    pub fn skew(&self, by: SignedDuration) {
        self.lock().skew = by;
    }

    /// Slack looks at a file for so long after its upload was completed, and no block can show it before. People report about a
    /// second (github.com/slackapi/python-slack-sdk/issues/1521), which is the default.
    pub fn looks_at_files(&self, time: SignedDuration) {
        self.lock().looks_at_files = Some(time);
    }

    /// Everything off again; what hangs goes on.
    pub fn clear(&self) {
        *self.lock() = Switches::default();
        self.hung.send_modify(BTreeSet::clear);
    }

    /// Faults armed and not yet used up, by method.
    pub fn left(&self) -> BTreeMap<String, u32> {
        let mut left = BTreeMap::new();
        for armed in &self.lock().armed {
            *left.entry(armed.method.clone()).or_default() += armed.times;
        }
        left
    }

    fn arm(&self, method: &str, channel: Option<&str>, times: u32, fault: Fault) {
        let (method, channel) = (method.to_owned(), channel.map(str::to_owned));
        self.lock().armed.push(Armed { method, channel, fault, times });
    }

    /// The fault that hits this call, used up once.
    pub(super) fn strike(&self, method: &str, channels: &[String]) -> Option<Fault> {
        let mut switches = self.lock();
        let at = switches.armed.iter().position(|armed| {
            armed.method == method && armed.channel.as_ref().is_none_or(|channel| channels.contains(channel))
        })?;
        let armed = switches.armed.get_mut(at)?;
        let fault = armed.fault.clone();
        armed.times = armed.times.saturating_sub(1);
        switches.armed.retain(|armed| armed.times > 0);
        Some(fault)
    }

    pub(super) async fn wait_while_hung(&self, method: &str) {
        let mut hung = self.hung.subscribe();
        // The sender lives as long as this, so waiting cannot fail.
        let _ = hung.wait_for(|hung| !hung.contains(method)).await;
    }

    pub(super) fn pace(&self) -> Pace {
        self.lock().pace
    }

    pub(super) fn travel_time(&self) -> SignedDuration {
        self.lock().travel
    }

    /// Whether this answer is one of those to lose.
    pub(super) fn loses_reply(&self) -> bool {
        let mut switches = self.lock();
        let lost = switches.lost_replies > 0;
        switches.lost_replies = switches.lost_replies.saturating_sub(1);
        lost
    }

    pub(super) fn look_at_a_file(&self) -> SignedDuration {
        self.lock().looks_at_files.unwrap_or(SignedDuration::from_secs(1))
    }

    pub(super) fn is_down(&self) -> bool {
        self.lock().down
    }

    pub(super) fn token_error(&self) -> Option<String> {
        self.lock().token.clone()
    }

    pub(super) fn dropped(&self) -> BTreeSet<String> {
        self.lock().dropped.clone()
    }

    pub(super) fn longest_message_now(&self) -> Option<usize> {
        self.lock().longest_message
    }

    pub(super) fn has_real_limits(&self) -> bool {
        self.lock().real_limits
    }

    pub(super) fn skewed_by(&self) -> SignedDuration {
        self.lock().skew
    }

    pub(super) fn retries_events(&self) -> bool {
        self.lock().retry_events
    }

    pub(super) fn patience_now(&self) -> Duration {
        self.lock().patience.unwrap_or(Duration::from_secs(3))
    }

    fn lock(&self) -> MutexGuard<'_, Switches> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
