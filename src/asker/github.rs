//! GitHub, asked about what its webhooks tell.

mod hooks;
mod runs;
mod schedules;
mod workflow;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Asked, take_turns};
use config::Config;
use config::secrets::Secrets;
use domain::alert::Alert;
use domain::alert::asking::Subject;
use domain::alert::asking::agenda::{Came, EVERY, Turns, every};
use domain::alert::signal::{Source, Trouble};
use ground::clock::Clock;
use probe::Unasked;
use redact::Redactor;
use sources::github::Rules;

/// What is known of a repository is asked for again after this.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// Repositories of which open alerts are asked about at a time; an organisation's webhook speaks of all of its.
const REPOSITORIES: usize = 5;

pub(crate) const ACTIONS: &str = "give it the permission Actions, read";
const METADATA: &str = "give it the permission Metadata, read";

pub(crate) struct GitHub {
    /// Or why it cannot be asked.
    pub(crate) api: Result<probe::GitHub, Unasked>,
    rules: Rules,
    /// Its webhooks lead to howler.
    pub(crate) is_heard: bool,
    repositories: BTreeMap<String, (Timestamp, Value)>,
    turns: Turns,
    /// The webhook that leads here: as configured, or as found.
    named_hook: Option<u64>,
    hook: Option<(Timestamp, hooks::Webhook)>,
    /// Attempts that GitHub does not make again.
    gone: BTreeSet<u64>,
    /// How late a schedule may be; nothing where schedules are not looked at.
    pub(crate) grace: Option<SignedDuration>,
    schedules: schedules::Schedules,
}

impl GitHub {
    /// Nothing where GitHub is no source.
    pub fn new(config: &Config, secrets: &Secrets, clock: &Clock) -> Option<Self> {
        let grace = config.sources.github_schedules.interval();
        if secrets.hooks.github.is_none() && grace.is_none() {
            return None;
        }
        let api = probe::GitHub::new(&config.runbook, secrets, clock.clone());
        let rules = Rules { branches: config.sources.github_branches.clone() };
        Some(Self {
            api: api.map_err(Unasked::lasting),
            rules,
            is_heard: secrets.hooks.github.is_some(),
            repositories: BTreeMap::new(),
            turns: Turns::default(),
            named_hook: config.sources.github_hook,
            hook: None,
            grace,
            gone: BTreeSet::new(),
            schedules: schedules::Schedules::default(),
        })
    }

    /// Whether these alerts still stand: one list for each repository.
    pub async fn alerts(&mut self, old: &[Arc<Alert>], now: Timestamp, redactor: &Redactor) -> Asked {
        let mut asked = Asked::nothing(Source::GitHub, Subject::Alerts);
        // What a schedule did not do is asked about by itself.
        let old = old.iter().filter(|alert| alert.told.trouble == Trouble::WorkflowFailed);
        let Some(silent) = old.clone().map(|alert| now.duration_since(alert.last)).min() else {
            return asked;
        };
        asked.came = Came::Answer { next: every(silent) };
        let mut of: BTreeMap<&str, Vec<&Alert>> = BTreeMap::new();
        for alert in old {
            if let Some(repository) = alert.told.facts.get("repository") {
                of.entry(repository).or_default().push(alert);
            }
        }
        if of.len() > REPOSITORIES {
            asked.learned.notes.push(take_turns("repositories", of.len(), REPOSITORIES));
            asked.came = Came::Answer { next: EVERY };
        }
        let names = of.keys().map(|name| (*name).to_owned()).collect();
        for repository in self.turns.next(names, REPOSITORIES) {
            let alerts = of.remove(repository.as_str()).unwrap_or_default();
            let told = self.still(&repository, &alerts, now, redactor).await;
            asked.took(told, redactor);
        }
        asked
    }

    /// What `GET /repos/{owner}/{repo}` tells.
    async fn repository(&mut self, name: &str, now: Timestamp) -> Result<Value, Unasked> {
        let known = self.repositories.get(name).filter(|(at, _)| now.duration_since(*at) < FRESH);
        if let Some((_, value)) = known {
            return Ok(value.clone());
        }
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let told = api.plain(&format!("/repos/{name}"), &format!("the repository {name}"), METADATA).await?;
        let short = |field: &str| told[field].clone();
        let value = serde_json::json!({
            "id": short("id"), "full_name": short("full_name"), "default_branch": short("default_branch"),
        });
        self.repositories.insert(name.to_owned(), (now, value.clone()));
        Ok(value)
    }
}

/// Whether it is `owner/name`, and changes no address.
fn is_repository(name: &str) -> bool {
    let is_part = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        part.chars().all(allowed) && part.chars().any(|c| c != '.')
    };
    name.split_once('/').is_some_and(|(owner, name)| is_part(owner) && is_part(name))
}
