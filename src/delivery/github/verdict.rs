//! What to do after a call to GitHub that brought nothing: pure, so that every status is a row of a test.

use jiff::{SignedDuration, Timestamp};

use crate::retry::{Class, Verdict, limit_ends};
use domain::text::shorten;

/// The longest of GitHub's own words in a reason.
const MESSAGE_MOST: usize = 160;
/// What GitHub asks for at least where it limits without saying for how long.
const UNSPECIFIED: u64 = 60;

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// GitHub said no.
    Refused { status: u16, message: String },
    /// GitHub takes no call until then.
    Limited { until: Timestamp },
    /// Nothing was sent.
    Unreached(String),
    /// Sent, but the answer is not known: it may have been carried out.
    Lost(String),
}

/// What an answer's headers say about limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitHeaders {
    /// `retry-after`, in seconds.
    pub retry_after: Option<u64>,
    /// `x-ratelimit-remaining`.
    pub remaining: Option<u64>,
    /// `x-ratelimit-reset`, in seconds since 1970.
    pub reset: Option<i64>,
}

impl Trouble {
    /// An answer that is no success.
    pub fn of(status: u16, message: String, headers: &LimitHeaders, now: Timestamp) -> Self {
        if status >= 500 {
            return Self::Lost(format!("GitHub answered with HTTP status {status}"));
        }
        let limited = matches!(status, 403 | 429);
        match limited.then(|| limit(status, &message, headers, now)).flatten() {
            Some(until) => Self::Limited { until },
            None => Self::Refused { status, message },
        }
    }
}

/// When a limit ends; `None` where a 403 is none. GitHub's documentation: `retry-after` first, then the reset of a limit
/// that is used up, then a minute.
fn limit(status: u16, message: &str, headers: &LimitHeaders, now: Timestamp) -> Option<Timestamp> {
    let after = |seconds| limit_ends(now, Some(std::time::Duration::from_secs(seconds)));
    if let Some(seconds) = headers.retry_after {
        return Some(after(seconds));
    }
    let reset = headers.reset.and_then(|reset| Timestamp::from_second(reset).ok());
    match (headers.remaining, reset) {
        (Some(0), Some(reset)) => {
            // The second itself may still count.
            let reset = reset.saturating_add(SignedDuration::from_secs(1)).unwrap_or(reset);
            let most = now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(reset);
            Some(reset.clamp(now, most))
        }
        _ if status == 429 || message.to_ascii_lowercase().contains("rate limit") => Some(after(UNSPECIFIED)),
        _ => None,
    }
}

/// Judges `trouble` with `repository`. What a person can put right on GitHub is tried again slowly, for while Slack is
/// away there is nobody to press *Retry now*.
pub fn verdict(trouble: &Trouble, repository: &str) -> Verdict {
    let (class, reason) = match trouble {
        Trouble::Refused { status, message } => refused(*status, message, repository),
        Trouble::Limited { until } => (Class::At(*until), "GitHub asked howler to slow down".to_owned()),
        Trouble::Unreached(why) => (Class::Again { lost: false }, format!("GitHub cannot be reached: {why}")),
        Trouble::Lost(why) => (Class::Again { lost: true }, why.clone()),
    };
    Verdict { class, reason }
}

fn refused(status: u16, message: &str, repository: &str) -> (Class, String) {
    let said = shorten(message, MESSAGE_MOST);
    match status {
        401 => (
            Class::Slow,
            "GitHub does not accept GITHUB_TOKEN: it is wrong, expired or revoked; set a valid one and restart howler"
                .to_owned(),
        ),
        403 => (
            Class::Slow,
            format!(
                "GitHub does not let GITHUB_TOKEN write issues in {repository} ({said}): give it the permission Issues, \
                 read and write"
            ),
        ),
        404 => (
            Class::Slow,
            format!(
                "GitHub shows {repository} or the issue in it to nobody with GITHUB_TOKEN: check [backup] repository, and \
                 that the token may see it"
            ),
        ),
        410 if message.contains("deleted") => {
            (Class::Never, format!("the issue in {repository} was deleted on GitHub"))
        }
        410 => (
            Class::Slow,
            format!("issues are turned off in {repository}: turn them on in the repository's settings on GitHub"),
        ),
        301 | 302 | 307 | 308 => (
            Class::Slow,
            format!("{repository} was renamed or moved on GitHub: set [backup] repository to its new name"),
        ),
        422 => (Class::Ours, format!("GitHub does not take this: {said}; a fault of howler's")),
        _ => (Class::Slow, format!("GitHub answered with HTTP status {status}: {said}")),
    }
}
