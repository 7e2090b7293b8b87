//! Why a phone does not ring, and what to do about it: pure, so that every code is a row of a test.

use jiff::Timestamp;

use crate::retry::{Class, Verdict};
use domain::oncall::reach::NoWay;
use domain::text::shorten;

/// The longest of a provider's own words in a reason.
const MESSAGE_MOST: usize = 160;
/// More digits than these in a row may be a phone number.
const DIGITS_SHOWN: usize = 6;

/// Why a call to a provider brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneTrouble {
    /// The person has set no number.
    NoNumber,
    /// Twilio said no, by its code where it gave one (twilio.com/docs/api/errors). Numbers are taken out of the message.
    Twilio { status: u16, code: Option<u32>, message: String },
    /// PagerDuty said no; the message holds its errors.
    PagerDuty { status: u16, message: String },
    /// The provider takes no call until then.
    Limited { until: Timestamp },
    /// Nothing was sent.
    Unreached(String),
    /// Sent, but the answer is not known: it may have been carried out.
    Lost(String),
}

impl PhoneTrouble {
    /// Why nobody's phone rings, where the provider said no; `None` where it may yet ring.
    pub(super) fn refusal(&self) -> Option<NoWay> {
        match self {
            Self::NoNumber => Some(NoWay::Number),
            Self::Twilio { code: Some(21211 | 21214 | 21216 | 21217 | 21401 | 21421 | 21612), .. } => {
                Some(NoWay::Number)
            }
            Self::Twilio { .. } | Self::PagerDuty { .. } => Some(NoWay::Other(self.reason())),
            Self::Limited { .. } | Self::Unreached(_) | Self::Lost(_) => None,
        }
    }

    /// Why, in words to people, with what to do; they name no number.
    pub fn reason(&self) -> String {
        self.verdict().reason
    }

    /// When it is worth another try, and why, in words that name no number.
    pub(crate) fn verdict(&self) -> Verdict {
        let (class, reason) = match self {
            Self::NoNumber => (Class::Never, "no phone number is set for this person".to_owned()),
            Self::Twilio { status, code, message } => twilio(*status, *code, &shorten(message, MESSAGE_MOST)),
            Self::PagerDuty { status, message } => pagerduty(*status, &shorten(message, MESSAGE_MOST)),
            Self::Limited { until } => {
                (Class::At(*until), "the phone provider asked howler to slow down".to_owned())
            }
            Self::Unreached(why) => {
                (Class::Again { lost: false }, format!("the phone provider cannot be reached: {why}"))
            }
            Self::Lost(why) => (Class::Again { lost: true }, why.clone()),
        };
        Verdict { class, reason }
    }
}

fn twilio(status: u16, code: Option<u32>, said: &str) -> (Class, String) {
    let (class, words) = match code {
        Some(20003) => (
            Class::Slow,
            "Twilio does not accept TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN: set valid ones and restart howler",
        ),
        Some(21211 | 21217 | 21401 | 21421) => {
            (Class::Never, "Twilio says that this is no valid phone number: its owner must set another")
        }
        Some(21214 | 21612) => {
            (Class::Never, "Twilio cannot reach this phone number: its owner should check it")
        }
        Some(21215 | 21408) => (
            Class::Slow,
            "Twilio may not reach this country: turn it on in Twilio's console under Geographic Permissions",
        ),
        Some(21216) => (Class::Never, "Twilio blocks calls to this phone number"),
        Some(21219 | 21608 | 572_005 | 573_005) => (
            Class::Slow,
            "Twilio's trial account reaches verified numbers only: verify this one in Twilio's console, or upgrade",
        ),
        Some(21210 | 21212 | 21603 | 21606 | 21659 | 572_002 | 573_002) => {
            (Class::Slow, "Twilio does not let [phone] from call or text: it must be your number at Twilio")
        }
        Some(21266) => (Class::Never, "this phone number is the one that [phone] from calls with"),
        Some(21610) => (
            Class::Never,
            "the owner of this phone number has answered STOP to howler's texts: they must text START",
        ),
        Some(21614) => (Class::Never, "this phone number takes no texts"),
        _ if status == 401 => (
            Class::Slow,
            "Twilio does not accept TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN: set valid ones and restart howler",
        ),
        _ if status == 400 => (Class::Ours, "Twilio does not take this; a fault of howler's"),
        _ => (Class::Slow, "Twilio refuses"),
    };
    let code = code.map_or_else(|| format!("HTTP status {status}"), |code| code.to_string());
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    (class, format!("{words} ({code}{said})"))
}

fn pagerduty(status: u16, said: &str) -> (Class, String) {
    let about_key = said.contains("routing_key") || said.to_lowercase().contains("routing key");
    match status {
        400 if about_key => (
            Class::Slow,
            format!(
                "PagerDuty does not accept PAGERDUTY_ROUTING_KEY ({said}): set the integration key of an Events API v2 \
                 integration and restart howler"
            ),
        ),
        400 => (Class::Ours, format!("PagerDuty does not take this: {said}; a fault of howler's")),
        _ => (Class::Slow, format!("PagerDuty answered with HTTP status {status}: {said}")),
    }
}

/// `text` with each run of digits that may be a phone number cut to its last two.
pub(super) fn without_numbers(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if digits.len() > DIGITS_SHOWN {
            clean.truncate(clean.trim_end_matches('+').len());
            clean.push('…');
            clean.push_str(&digits[digits.len() - 2..]);
        } else {
            clean.push_str(&digits);
        }
        digits.clear();
        if c != '\0' {
            clean.push(c);
        }
    }
    clean
}
