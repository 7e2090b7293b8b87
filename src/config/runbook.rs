//! `[runbook]`: where procedures are, what their checks may reach, and who approves their actions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::SignedDuration;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::Humane;

/// What the runbook's procedures may use, and who decides over them. Nothing of this stands in a procedure's own file, so
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
    /// The repository that GitHub is asked about, `owner/name`.
    pub repository: String,
    /// The project that Vercel is asked about.
    pub project: String,
    pub approvals: Approvals,
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
            repository: "anomalyco/monkeytown".into(),
            project: "monkeytown-web".into(),
            approvals: Approvals::default(),
        }
    }
}

/// Who may approve an action, and how many must.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Approvals {
    /// Ids of people (`U...`) and of user groups (`S...`), and `on-call` for whoever is on call, the backup too. Nobody where
    /// it is empty.
    #[serde(deserialize_with = "approvers")]
    pub by: Vec<String>,
    /// How many approve an action of medium risk.
    pub medium: u32,
    /// How many approve an action of high risk.
    pub high: u32,
    /// An approval that is asked for is void after this.
    pub expires: Humane,
    /// Somebody alone may carry out a reversible action after this, which anybody can stop meanwhile.
    pub break_glass: Humane,
}

/// What stands for whoever is on call, and the backup.
pub const ON_CALL: &str = "on-call";

impl Default for Approvals {
    fn default() -> Self {
        Self {
            by: vec![ON_CALL.into()],
            medium: 1,
            high: 2,
            expires: Humane(SignedDuration::from_mins(10)),
            break_glass: Humane(SignedDuration::from_secs(60)),
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

fn approvers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let approvers = Vec::<String>::deserialize(from)?;
    let is_group = |id: &str| {
        id.len() > 2
            && id.starts_with('S')
            && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    match approvers.iter().find(|id| *id != ON_CALL && !super::is_person(id) && !is_group(id)) {
        Some(id) => Err(D::Error::custom(format!(
            "`{id}` is neither a person's id (U...), nor a user group's (S...), nor `{ON_CALL}`"
        ))),
        None => Ok(approvers),
    }
}
