//! What to do after a call that brought nothing: pure, so that every error name is a row of a test.

use jiff::{SignedDuration, Timestamp};

use domain::id::EffectId;

const FIRST: SignedDuration = SignedDuration::from_secs(1);
const MOST: SignedDuration = SignedDuration::from_mins(5);
/// How long a faulty token or a refusing proxy is left alone: a repaired one resumes within this time.
const LONG: SignedDuration = SignedDuration::from_mins(1);
/// Where Slack limits without saying for how long.
pub const UNSPECIFIED_LIMIT: SignedDuration = SignedDuration::from_secs(30);
/// The longest limit believed, against a broken header.
const LONGEST_LIMIT: SignedDuration = SignedDuration::from_hours(1);

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Slack said no, by name.
    Refused(Refusal),
    /// Slack takes no such call until then.
    Limited { until: Timestamp },
    /// Nothing was sent.
    Unreached(String),
    /// An HTTP status that is none of Slack's, with the error's name if its body had one.
    Status { status: u16, error: Option<String> },
    /// Sent, but the answer is not known: it may have been carried out.
    Lost(String),
}

/// Slack's `"ok": false`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    pub method: &'static str,
    /// Slack's name for it, such as `not_in_channel`.
    pub error: String,
    /// The scope that `missing_scope` asks for.
    pub needed: Option<String>,
    /// What Slack adds about a request it cannot read.
    pub details: Vec<String>,
}

impl Trouble {
    /// The name of Slack's refusal.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => Some(&refusal.error),
            Self::Status { error, .. } => error.as_deref(),
            Self::Limited { .. } | Self::Unreached(_) | Self::Lost(_) => None,
        }
    }

    /// A word for metrics: Slack's own name where howler knows it, so that there are never more words than these.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => names::word(&refusal.error),
            Self::Limited { .. } => "ratelimited",
            Self::Unreached(_) => "unreached",
            Self::Status { .. } => "http_status",
            Self::Lost(_) => "lost",
        }
    }

    /// Whether the message is too long for Slack.
    pub fn is_too_long(&self) -> bool {
        matches!(self, Self::Refused(refusal) if names::is_too_long(&refusal.error))
    }

    /// Whether Slack refused the token itself, whatever it was asked.
    pub fn is_about_the_token(&self) -> bool {
        matches!(self, Self::Refused(refusal) if names::is_about_the_token(&refusal.error))
    }

    /// Whether Slack refused by the name `error`.
    pub fn is(&self, error: &str) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.error == error)
    }
}

/// When it is worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Not before a person changes something.
    Never,
    /// The same, and the reason lies in howler.
    Ours,
    /// With backoff. `lost`: it may have been carried out.
    Again {
        lost: bool,
    },
    /// After a long time, for as long as it takes.
    Slow,
    At(Timestamp),
}

impl Class {
    /// Whether no later attempt can succeed by itself.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Never | Self::Ours)
    }
}

/// A class, and why, in words, with what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub class: Class,
    pub reason: String,
}

/// Judges `trouble` with `place` (`#monkeytown-emergencies`); `remedy` follows where the place is not found.
pub fn verdict(trouble: &Trouble, place: &str, remedy: &str) -> Verdict {
    let (class, reason) = match trouble {
        Trouble::Refused(refusal) => {
            let (class, words) = names::judge(&refusal.error);
            let needed = refusal.needed.as_deref().unwrap_or("that it needs");
            let words = words
                .replace("{place}", place)
                .replace("{remedy}", remedy)
                .replace("{needed}", needed)
                .replace("{method}", refusal.method)
                .replace("{error}", &refusal.error);
            (class, words)
        }
        Trouble::Limited { until } => (Class::At(*until), "Slack asked howler to slow down".to_owned()),
        Trouble::Unreached(why) => (Class::Again { lost: false }, format!("Slack cannot be reached: {why}")),
        Trouble::Status { status, .. } => (
            Class::Slow,
            format!("HTTP status {status} came instead of Slack's answer: is a proxy in between?"),
        ),
        Trouble::Lost(why) => (Class::Again { lost: true }, why.clone()),
    };
    Verdict { class, reason }
}

/// How long to wait after `attempts` attempts: doubling from 1 second to 5 minutes, up to a fifth less, so
/// that effects that failed together do not come back together. The same effect always waits the same.
pub fn backoff(effect: EffectId, attempts: u32) -> SignedDuration {
    let doubled = FIRST.saturating_mul(1 << attempts.min(16));
    spread(doubled.min(MOST), effect, attempts)
}

/// The wait of [`Class::Slow`], spread likewise.
pub fn slow(effect: EffectId, attempts: u32) -> SignedDuration {
    spread(LONG, effect, attempts)
}

/// When a limit of `retry_after` ends; an unspecified one is 30 seconds.
pub fn limit_ends(now: Timestamp, retry_after: Option<std::time::Duration>) -> Timestamp {
    let asked = retry_after.map(|after| SignedDuration::try_from(after).unwrap_or(LONGEST_LIMIT));
    now.saturating_add(asked.unwrap_or(UNSPECIFIED_LIMIT).min(LONGEST_LIMIT)).unwrap_or(Timestamp::MAX)
}

fn spread(whole: SignedDuration, effect: EffectId, attempts: u32) -> SignedDuration {
    let millis = u64::try_from(whole.as_millis()).unwrap_or_default();
    let less = scatter(effect.0 ^ (u64::from(attempts) << 48)) % (millis / 5 + 1);
    SignedDuration::from_millis(i64::try_from(millis - less).unwrap_or_default())
}

/// The finalizer of splitmix64: near numbers end far apart.
fn scatter(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

mod names;
#[cfg(test)]
mod tests;
