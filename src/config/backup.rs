//! `[backup]`: where a P1 is told when Slack does not take the news of it (runbook 1.2).

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de};

use domain::duration::Humane;

/// Where issues are opened when Slack cannot be reached, and how soon.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backup {
    pub repository: Repository,
    /// How long Slack may take for the news of a P1.
    pub after: Humane,
}

impl Default for Backup {
    fn default() -> Self {
        Self {
            repository: Repository::new("anomalyco/monkeytown"),
            after: Humane(SignedDuration::from_mins(2)),
        }
    }
}

/// `owner/name` on GitHub, or `"off"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository(Option<String>);

impl Repository {
    /// Nowhere.
    pub const OFF: Self = Self(None);

    pub(super) fn new(name: &str) -> Self {
        Self(Some(name.to_owned()))
    }

    /// `owner/name`; `None` is off.
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<'de> Deserialize<'de> for Repository {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let text = text.trim();
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self(None));
        }
        match text.split_once('/') {
            Some((owner, name)) if is_name(owner) && is_name(name) => Ok(Self(Some(text.to_owned()))),
            _ => Err(de::Error::custom(format!("`{text}` is no repository; write owner/name, or off"))),
        }
    }
}

/// What GitHub allows in names, so that none of it changes an address.
pub(super) fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !text.is_empty() && text.chars().all(allowed) && text.chars().any(|c| c != '.')
}
