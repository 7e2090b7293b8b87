//! Vercel, asked whether a deployment that failed was followed by one that is ready. It keeps no list of what it could not deliver.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Asked, take_turns};
use config::Config;
use config::secrets::Secrets;
use domain::alert::Alert;
use domain::alert::asking::agenda::{Came, EVERY, Turns, every};
use domain::alert::asking::{Answer, Subject, is_news};
use domain::alert::signal::{Source, Trouble};
use domain::id::DeliveryId;
use ground::clock::Clock;
use probe::Unasked;
use redact::Redactor;
use sources::{Reading, asked};

/// Deployments of a list; the most that Vercel gives.
const DEPLOYMENTS: u32 = 100;
/// Projects of which open alerts are asked about at a time.
const PROJECTS: usize = 5;

pub(crate) struct Vercel {
    /// Or why it cannot be asked.
    api: Result<probe::Vercel, Unasked>,
    turns: Turns,
}

impl Vercel {
    /// Nothing where Vercel is no source.
    pub fn new(config: &Config, secrets: &Secrets, clock: &Clock) -> Option<Self> {
        secrets.hooks.vercel.as_ref()?;
        let api = probe::Vercel::new(&config.runbook, secrets, clock.clone());
        Some(Self { api: api.map_err(Unasked::lasting), turns: Turns::default() })
    }

    /// Whether these alerts still stand: one list for each project.
    pub async fn alerts(&mut self, old: &[Arc<Alert>], now: Timestamp, redactor: &Redactor) -> Asked {
        let mut asked = Asked::nothing(Source::Vercel, Subject::Alerts);
        // Nothing tells that an anomaly is over.
        let deploys = |alert: &&Arc<Alert>| {
            matches!(alert.told.trouble, Trouble::ProductionDeployFailed | Trouble::PreviewDeployFailed)
        };
        let mut of: BTreeMap<&str, Vec<&Alert>> = BTreeMap::new();
        let mut silent = None;
        for alert in old.iter().filter(deploys) {
            let project = alert.key.split(' ').next().unwrap_or_default();
            of.entry(project).or_default().push(alert);
            let its = now.duration_since(alert.last);
            silent = Some(silent.map_or(its, |silent| its.min(silent)));
        }
        let Some(silent) = silent else { return asked };
        asked.came = Came::Answer { next: every(silent) };
        if of.len() > PROJECTS {
            asked.learned.notes.push(take_turns("projects", of.len(), PROJECTS));
            asked.came = Came::Answer { next: EVERY };
        }
        let names = of.keys().map(|name| (*name).to_owned()).collect();
        for project in self.turns.next(names, PROJECTS) {
            let alerts = of.remove(project.as_str()).unwrap_or_default();
            let told = self.still(&project, &alerts, Reading { redactor, now }).await;
            asked.took(told, redactor);
        }
        asked
    }

    /// Whether deployments can be read, for `howler check`.
    pub(crate) async fn check(&self, project: &str) -> Result<String, Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        api.newest(project, 1).await?;
        Ok(format!("one that nothing was heard of for half an hour is looked up, as of {project}"))
    }

    async fn still(
        &self,
        project: &str,
        alerts: &[&Alert],
        reading: Reading<'_>,
    ) -> Result<(Vec<Answer>, Vec<String>), Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let found = api.newest(project, DEPLOYMENTS).await?;
        let told: Vec<_> = found.iter().filter_map(|one| asked::deployment(reading, project, one)).collect();
        let (mut answers, mut unknown) = (Vec::new(), Vec::new());
        for alert in alerts {
            let mut own: Vec<_> = told.iter().filter(|asked| asked.signal.key == alert.key).collect();
            if own.is_empty() {
                unknown.push(format!("Vercel lists no deployment for {}, so it stays open", alert.id));
            }
            own.retain(|asked| is_news(alert, &asked.signal));
            own.sort_by_key(|asked| asked.signal.at);
            answers.extend(own.into_iter().map(|one| Answer {
                id: DeliveryId(one.id.clone()),
                signal: one.signal.clone(),
                what: one.what.clone(),
            }));
        }
        Ok((answers, unknown))
    }
}
