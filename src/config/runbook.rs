//! `[runbook]`: where procedures are, and what their checks may reach.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::Repository;
use super::backup::is_name;

/// What the runbook's procedures may use. Nothing of this stands in a procedure's own file, so
/// that editing a procedure cannot let it do more.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunbookRules {
    /// Where procedures are that go over those that howler ships with.
    pub folder: Option<PathBuf>,
    /// Programs by their bare name, and where they are: absolute paths.
    #[serde(deserialize_with = "absolute")]
    pub tools: BTreeMap<String, PathBuf>,
    /// Variables of howler's own environment that a program gets, by the program's name. Everything else is cleared.
    pub environment: BTreeMap<String, Vec<String>>,
    /// Hosts, as `host` or `host:port`, that checks may ask.
    pub hosts: Vec<String>,
    /// Those of `hosts` that may be at a private or loopback address.
    pub private: Vec<String>,
    /// Whose workflows, hooks, secrets' names and settings GitHub is asked about.
    pub repository: Repository,
    /// Whose audit log GitHub is asked for, where it is not the repository's owner.
    #[serde(deserialize_with = "name")]
    pub organisation: Option<String>,
    /// Whose deployments and variables' names Vercel is asked about: a project's name or id.
    #[serde(deserialize_with = "name")]
    pub vercel_project: Option<String>,
    /// The team that the project belongs to, by `team_...` or by the name in its addresses; none for a personal account.
    #[serde(deserialize_with = "name")]
    pub vercel_team: Option<String>,
}

impl RunbookRules {
    /// Whose audit log is meant.
    pub fn organisation(&self) -> Option<&str> {
        let owner = || self.repository.name()?.split_once('/').map(|(owner, _)| owner);
        self.organisation.as_deref().or_else(owner)
    }
}

impl Default for RunbookRules {
    fn default() -> Self {
        let hosts = ["api.monkeytown.ai", "monkeytown.ai", "redis.monkeytown.svc:6379"];
        Self {
            folder: None,
            tools: BTreeMap::new(),
            environment: BTreeMap::new(),
            hosts: hosts.map(str::to_owned).to_vec(),
            private: Vec::new(),
            repository: Repository::new("anomalyco/monkeytown"),
            organisation: None,
            vercel_project: Some("monkeytown-web".into()),
            vercel_team: None,
        }
    }
}

/// A name that changes no address that it becomes a part of; "off" is none.
fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    match text.trim() {
        off if off.eq_ignore_ascii_case("off") => Ok(None),
        name if is_name(name) => Ok(Some(name.to_owned())),
        _ => Err(D::Error::custom(format!(
            "`{text}` is no name; write letters, digits, hyphens, underscores and points, or off"
        ))),
    }
}

fn absolute<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, PathBuf>, D::Error> {
    let tools = BTreeMap::<String, PathBuf>::deserialize(from)?;
    match tools.iter().find(|(_, path)| !path.is_absolute()) {
        Some((name, path)) => Err(D::Error::custom(format!(
            "`{}` for `{name}` is not an absolute path, such as /usr/bin/{name}",
            path.display()
        ))),
        None => Ok(tools),
    }
}
