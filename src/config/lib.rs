//! `howler.toml`: every key optional, the runbook's values built in, unknown keys refused.

mod afterwards;
mod alerts;
mod backup;
mod backups;
mod credential;
mod domain_name;
mod limits;
mod path;
mod phone;
mod problems;
mod reports;
mod rotation;
mod runbook;
pub mod secrets;
mod severity;
mod sources;
mod vendor;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use ::watch::domain_name::DomainName;
use ::watch::vendor::Vendor;
use ::watch::watched::Watch;
pub use afterwards::{Quiet, Sprint};
pub use backup::{Backup, Repository};
pub use backups::Backups;
use domain::alert::rules::Rules;
use domain::alert::watch::Expected;
use domain::credential::plan::Plan;
use domain::procedure::Runbook;
use domain::run::signed::Keys;
use domain::severities::{Loudness, Severities};
pub use limits::{Limits, Size};
pub use phone::{Phone, PhoneDoubt, Provider, PublicUrl};
pub use problems::problems;
pub use reports::Reports;
pub use rotation::Rotation;
pub use runbook::{ApprovalRules, RunbookRules};

pub use sources::{Heartbeat, Sources};
/// What `howler.toml` says, over the runbook's values.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub channels: Channels,
    pub mentions: Mentions,
    #[serde(deserialize_with = "severity::read")]
    pub severity: Severities,
    pub rotation: Rotation,
    pub backup: Backup,
    pub backups: Backups,
    pub phone: Phone,
    pub runbook: RunbookRules,
    pub shell: Shell,
    pub slack: Slack,
    #[serde(deserialize_with = "alerts::read")]
    pub alerts: Rules,
    pub quiet: Quiet,
    pub sprint: Option<Sprint>,
    pub reports: Reports,
    pub sources: Sources,
    #[serde(rename = "heartbeat", deserialize_with = "sources::heartbeats")]
    pub heartbeats: Vec<Heartbeat>,
    #[serde(rename = "watch", deserialize_with = "watch::read")]
    pub watches: Vec<Watch>,
    #[serde(rename = "vendor", deserialize_with = "vendor::read")]
    pub vendors: Vec<Vendor>,
    #[serde(rename = "domain", deserialize_with = "domain_name::read")]
    pub domains: Vec<DomainName>,
    /// Secrets that are to be rotated. Their days are those of the rota's zone.
    #[serde(rename = "secret", deserialize_with = "credential::read")]
    pub credentials: Vec<Plan>,
    /// What the files of `runbook` and those that howler ships with hold; read at the start.
    #[serde(skip)]
    pub procedures: Arc<Runbook>,
    /// What signs the audit, from the environment.
    #[serde(skip)]
    pub audit_keys: Keys,
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

impl Channels {
    /// Each with its key.
    pub fn named(&self) -> [(&'static str, &str); 5] {
        [
            ("emergencies", &self.emergencies),
            ("github_actions", &self.github_actions),
            ("deployments", &self.deployments),
            ("on_call", &self.on_call),
            ("metrics", &self.metrics),
        ]
    }
}

/// Whom announcements mention (runbook 7.1). A Slack id (`S...` a group, `U...` or `W...` a person) becomes a
/// real mention; a name is shown as plain text.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mentions {
    pub oncall: String,
    pub engineering: String,
    /// Which severities call them: `mention` of `[severity.P1]` and its like.
    #[serde(skip)]
    pub loudness: Loudness,
}

impl Default for Mentions {
    fn default() -> Self {
        Self {
            oncall: "@monkeytown-oncall".into(),
            engineering: "@engineering".into(),
            loudness: Loudness::default(),
        }
    }
}

/// People at a shell of howler's own machine (runbook 1.2: when Slack is down).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shell {
    /// Users of the machine, by name or number, and who they are in Slack.
    #[serde(deserialize_with = "people")]
    pub people: BTreeMap<String, String>,
}

/// Whose workspace it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Slack {
    /// People of the other workspaces of the same Enterprise organization are no strangers.
    pub organisation: bool,
}

/// Whether it is a person's id in Slack.
fn is_person(id: &str) -> bool {
    id.len() > 2
        && id.starts_with(['U', 'W'])
        && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

fn people<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let people = BTreeMap::<String, String>::deserialize(from)?;
    match people.iter().find(|(_, id)| !is_person(id)) {
        Some((name, id)) => Err(D::Error::custom(format!(
            "`{id}` for `{name}` is not a person's id in Slack, such as U0123ABC"
        ))),
        None => Ok(people),
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
    /// All that should be heard of every so often.
    pub fn expected(&self) -> Vec<Expected> {
        self.heartbeats.iter().map(Heartbeat::expected).chain(self.sources.expected()).collect()
    }

    /// Whether there is anything that howler looks at by itself.
    pub fn looks_at_something(&self) -> bool {
        !(self.watches.is_empty() && self.vendors.is_empty() && self.domains.is_empty())
    }

    /// The watch of this name.
    pub fn watch(&self, name: &str) -> Option<&Watch> {
        self.watches.iter().find(|watch| watch.name == name)
    }

    /// The vendor of this name.
    pub fn vendor(&self, name: &str) -> Option<&Vendor> {
        self.vendors.iter().find(|vendor| vendor.name == name)
    }

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
        let parsed: Result<Self, _> = toml::from_str(text);
        let mut config = parsed.map_err(|error| error.to_string().trim_end().to_owned())?;
        for plan in &mut config.credentials {
            plan.zone.clone_from(&config.rotation.turns.zone);
        }
        let afterwards = afterwards::of(&config.quiet, config.sprint.as_ref(), &config.rotation);
        config.severity.set_afterwards(afterwards);
        config.publish_with(false);
        Ok(config)
    }

    /// Whether reports can be published is known once it is known whether there is a `token` for GitHub.
    pub fn publish_with(&mut self, token: bool) {
        let reports = reports::of(&self.reports, token);
        let mut afterwards = self.severity.afterwards().clone();
        afterwards.reports = reports;
        self.severity.set_afterwards(afterwards);
    }
}

#[cfg(test)]
mod tests;
