//! `[runbook]`: where procedures are, what their checks may reach, and who approves their actions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::backup::is_name;
use super::{Limits, Repository};
use domain::duration::Humane;
use domain::id::UserId;
use domain::procedure::drill::Drill;
use domain::procedure::{Here, Risk};
use domain::run::change::Policy;
use domain::run::identity::Names;

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
    /// Where checks run a program, by its name: absolute paths. Terraform's code is in one.
    #[serde(deserialize_with = "absolute")]
    pub folders: BTreeMap<String, PathBuf>,
    /// Variables of howler's own environment that a program gets, by the program's name. Everything else is cleared.
    pub environment: BTreeMap<String, Vec<String>>,
    /// The same, for actions alone: what may change something is given after the approval, and never to checks and plans.
    pub action_environment: BTreeMap<String, Vec<String>>,
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
    /// Labels of the cluster's objects by which a GitOps tool marks what it owns, beside those that every Argo and Flux sets.
    #[serde(deserialize_with = "labels")]
    pub owner_labels: Vec<String>,
    /// The user, by name or number, as whom programs run where howler is root.
    #[serde(deserialize_with = "name")]
    pub run_as: Option<String>,
    /// How often every procedure is tried by day, without changing anything.
    pub drill: Drill,
    pub limits: Limits,
    pub approval: ApprovalRules,
    /// `[runbook.acts_as]`: the name in the cluster of each person who may ask for an action there.
    #[serde(deserialize_with = "names")]
    pub acts_as: Arc<Names>,
}

impl RunbookRules {
    /// What of it procedures are fitted with.
    pub fn here(&self) -> Here<'_> {
        Here {
            vercel_team: self.vercel_team.as_deref(),
            vercel_project: self.vercel_project.as_deref(),
            owner_labels: &self.owner_labels,
        }
    }

    /// Whose audit log is meant.
    pub fn organisation(&self) -> Option<&str> {
        let owner = || self.repository.name()?.split_once('/').map(|(owner, _)| owner);
        self.organisation.as_deref().or_else(owner)
    }
}

/// `[runbook.approval]`: who may have an action carried out, and how many must agree. A procedure's file says how risky an
/// action is, and nothing else of this.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApprovalRules {
    /// Ids of people.
    #[serde(deserialize_with = "people")]
    pub people: BTreeSet<UserId>,
    /// The id of a user group.
    #[serde(deserialize_with = "group")]
    pub group: Option<String>,
    /// Whoever is on call, and the backup.
    pub on_call: bool,
    /// How many must approve an action of medium risk, and one of high risk.
    pub medium: usize,
    pub high: usize,
    /// Most changes that begin within an hour.
    pub per_hour: usize,
    /// How long a request stands.
    pub stands: Humane,
    /// Whether somebody alone may go ahead with what can be taken back, after a minute in which anybody can stop it.
    pub break_glass: bool,
}

impl Default for ApprovalRules {
    fn default() -> Self {
        Self {
            people: BTreeSet::new(),
            group: None,
            on_call: true,
            medium: 1,
            high: 2,
            per_hour: 20,
            stands: Humane(SignedDuration::from_mins(10)),
            break_glass: true,
        }
    }
}

impl ApprovalRules {
    /// What holds for an action of this risk. Nobody can ask for less than one approval.
    pub fn policy(&self, risk: Risk) -> Policy {
        let needed = match risk {
            Risk::Medium => self.medium,
            Risk::High => self.high.max(self.medium),
        };
        Policy {
            people: self.people.clone(),
            group: self.group.clone(),
            on_call: self.on_call,
            rota: None,
            needed: needed.max(1),
            comment: risk.wants_comment(),
            stands: self.stands.0,
            break_glass: self.break_glass,
        }
    }
}

fn people<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<UserId>, D::Error> {
    let people = BTreeSet::<String>::deserialize(from)?;
    match people.iter().find(|id| !super::is_person(id)) {
        Some(id) => Err(D::Error::custom(format!("`{id}` is not a person's id in Slack, such as U0123ABC"))),
        None => Ok(people.into_iter().map(UserId).collect()),
    }
}

/// Longest name in a cluster, in bytes.
const NAME_MOST: usize = 128;

/// One name for each person, and none that Kubernetes keeps to itself (`system:...`).
fn names<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<Names>, D::Error> {
    let names = BTreeMap::<String, String>::deserialize(from)?;
    let sign = |c: char| c.is_ascii_alphanumeric() || "@._:/+-".contains(c);
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.len() <= NAME_MOST
            && name.chars().all(sign)
            && !name.starts_with("system:")
    };
    let mut seen = BTreeSet::new();
    for (id, name) in &names {
        if !super::is_person(id) {
            return Err(D::Error::custom(format!("`{id}` is not a person's id in Slack, such as U0123ABC")));
        }
        if !is_name(name) {
            let words = "is not a person's name in the cluster, such as ian@monkeytown.ai";
            return Err(D::Error::custom(format!("`{name}` for `{id}` {words}")));
        }
        if !seen.insert(name) {
            return Err(D::Error::custom(format!("`{name}` is given to two people")));
        }
    }
    Ok(Arc::new(names.into_iter().map(|(id, name)| (UserId(id), name)).collect()))
}

fn group<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let group = Option::<String>::deserialize(from)?;
    let fits = |id: &String| {
        id.len() > 2
            && id.starts_with('S')
            && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    match group {
        Some(id) if !fits(&id) => {
            Err(D::Error::custom(format!("`{id}` is not a user group's id in Slack, such as S0123ABC")))
        }
        group => Ok(group),
    }
}

impl Default for RunbookRules {
    fn default() -> Self {
        let hosts = ["api.monkeytown.ai", "monkeytown.ai", "redis.monkeytown.svc:6379"];
        Self {
            folder: None,
            tools: BTreeMap::new(),
            folders: BTreeMap::new(),
            environment: BTreeMap::new(),
            action_environment: BTreeMap::new(),
            hosts: hosts.map(str::to_owned).to_vec(),
            private: Vec::new(),
            repository: Repository::new("anomalyco/monkeytown"),
            organisation: None,
            vercel_project: Some("monkeytown-web".into()),
            vercel_team: None,
            owner_labels: Vec::new(),
            run_as: None,
            drill: Drill::Off,
            limits: Limits::default(),
            approval: ApprovalRules::default(),
            acts_as: Arc::default(),
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

/// As Kubernetes takes them: `acme.io/argo-app`.
fn labels<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let labels = Vec::<String>::deserialize(from)?;
    let is_label = |label: &&String| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
    };
    match labels.iter().find(|label| !is_label(label)) {
        Some(label) => {
            Err(D::Error::custom(format!("`{label}` is no label of Kubernetes, such as acme.io/argo-app")))
        }
        None => Ok(labels),
    }
}

fn absolute<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, PathBuf>, D::Error> {
    let tools = BTreeMap::<String, PathBuf>::deserialize(from)?;
    match tools.iter().find(|(_, path)| !path.is_absolute()) {
        Some((name, path)) => Err(D::Error::custom(format!(
            "`{}` for `{name}` is not an absolute path, such as /usr/bin/{name} or /srv/{name}",
            path.display()
        ))),
        None => Ok(tools),
    }
}
