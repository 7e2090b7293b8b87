//! `howler.toml`: every key optional, the runbook's values built in, unknown keys refused.

mod backup;
mod duration;
pub mod secrets;
mod severity;

use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use backup::{Backup, Repository};
pub use duration::{Every, Humane, Spoken, parse_duration};
pub use severity::{Severities, SeverityRule};

/// What `howler.toml` says, over the runbook's values.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub channels: Channels,
    pub mentions: Mentions,
    pub severity: Severities,
    pub rotation: Rotation,
    pub backup: Backup,
}

/// Channels by name (`#name`) or id (runbook 1.2, 1.3).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Channels {
    pub emergencies: String,
    pub github_actions: String,
    pub deployments: String,
    pub on_call: String,
    pub metrics: String,
}

impl Default for Channels {
    fn default() -> Self {
        Self {
            emergencies: "#monkeytown-emergencies".into(),
            github_actions: "#github-actions".into(),
            deployments: "#deployments".into(),
            on_call: "#on-call".into(),
            metrics: "#metrics".into(),
        }
    }
}

/// Whom announcements mention (runbook 7.1). A Slack id (`S...` a group, `U...` or `W...` a person) becomes a
/// real mention; a name is shown as plain text.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mentions {
    pub oncall: String,
    pub engineering: String,
}

impl Default for Mentions {
    fn default() -> Self {
        Self { oncall: "@monkeytown-oncall".into(), engineering: "@engineering".into() }
    }
}

/// The weekly rotation (runbook 1.2).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rotation {
    /// Weekday and time of the hand-over, in `zone`.
    pub handoff: String,
    pub zone: String,
    /// The first roster, as Slack user ids.
    pub members: Vec<String>,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { handoff: "Sunday 00:00".into(), zone: "UTC".into(), members: Vec::new() }
    }
}

/// Why a configuration could not be used; the message names the file, the line and the key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: {message}", path.display())]
    Invalid { path: PathBuf, message: String },
}

impl Config {
    /// Reads `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, holds an unknown key or a value that does not fit.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|message| ConfigError::Invalid { path: path.to_owned(), message })
    }

    /// Reads TOML text; the error names line and column.
    ///
    /// # Errors
    /// As [`load`](Self::load), as text.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests;
