//! `[runbook]`: where procedures are, and what their checks may reach.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

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
        }
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
