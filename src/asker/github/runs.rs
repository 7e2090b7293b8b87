//! Whether a workflow that failed has succeeded since: by the list of the repository's runs, and by the workflow's own where that does
//! not reach back to it.

use jiff::Timestamp;
use serde_json::Value;

use super::{ACTIONS, GitHub, is_repository};
use domain::alert::Alert;
use domain::alert::asking::{Answer, is_news};
use domain::id::DeliveryId;
use probe::Unasked;
use redact::Redactor;
use sources::{Reading, asked};

/// Runs of a list.
const RUNS: u32 = 100;
/// Runs of one workflow and branch.
const OWN_RUNS: u32 = 20;
/// Workflows that are asked for by themselves in one turn.
const WORKFLOWS: usize = 5;

/// Answers, and of which alerts nothing could be told.
type Still = (Vec<Answer>, Vec<String>);

impl GitHub {
    /// What is new of these alerts of a repository.
    pub(super) async fn still(
        &mut self,
        repository: &str,
        alerts: &[&Alert],
        now: Timestamp,
        redactor: &Redactor,
    ) -> Result<Still, Unasked> {
        if !is_repository(repository) {
            return Err(Unasked::lasting(format!("`{repository}` is no repository's name")));
        }
        let about = self.repository(repository, now).await?;
        let path = format!(
            "/repos/{repository}/actions/runs?status=completed&exclude_pull_requests=true&per_page={RUNS}"
        );
        let runs = self.runs(&path, &format!("the workflow runs in {repository}")).await?;
        let reading = Reading { redactor, now };
        let read = |runs: &[Value]| -> Vec<asked::Asked> {
            runs.iter().filter_map(|run| asked::run(reading, &self.rules, &about, run)).collect()
        };
        let (mut answers, mut unknown) = (Vec::new(), Vec::new());
        let told = read(&runs);
        let mut more = Vec::new();
        for alert in alerts {
            match told.iter().any(|asked| asked.signal.key == alert.key) {
                true => answers.extend(news(alert, &told)),
                false => more.push(*alert),
            }
        }
        let rest = more.len().saturating_sub(WORKFLOWS);
        if rest > 0 {
            unknown.push(format!(
                "{rest} more alerts of {repository} wait: its newest {RUNS} runs say nothing of them"
            ));
        }
        for alert in more.iter().take(WORKFLOWS) {
            let branch = alert.told.facts.get("branch").map_or("", String::as_str);
            let Some(file) = file(alert, repository, branch) else {
                unknown.push(nothing(alert));
                continue;
            };
            let query = [("branch", branch), ("status", "completed"), ("per_page", &OWN_RUNS.to_string())];
            let query = serde_urlencoded::to_string(query).unwrap_or_default();
            let path = format!("/repos/{repository}/actions/workflows/{file}/runs?{query}");
            let own = match self.runs(&path, &format!("the runs of {file} in {repository}")).await {
                Ok(own) => read(&own),
                // It was taken away since.
                Err(unasked) if unasked.status == Some(404) => Vec::new(),
                Err(unasked) => return Err(unasked),
            };
            match own.iter().any(|asked| asked.signal.key == alert.key) {
                true => answers.extend(news(alert, &own)),
                false => unknown.push(nothing(alert)),
            }
        }
        Ok((answers, unknown))
    }

    /// A list that must be there: none that is missing is taken for an empty one.
    async fn runs(&self, path: &str, thing: &str) -> Result<Vec<Value>, Unasked> {
        let api = self.api.as_ref().map_err(Clone::clone)?;
        let found = api.plain(path, thing, ACTIONS).await?;
        let unreadable = || Unasked::passing_words("GitHub's answer could not be read");
        found["workflow_runs"].as_array().cloned().ok_or_else(unreadable)
    }
}

/// An empty list is no evidence.
fn nothing(alert: &Alert) -> String {
    format!("GitHub lists no finished run for {}, so it stays open", alert.id)
}

/// What is newer than what is known of the alert, the oldest first.
fn news(alert: &Alert, told: &[asked::Asked]) -> Vec<Answer> {
    let own = told.iter().filter(|asked| asked.signal.key == alert.key && is_news(alert, &asked.signal));
    let mut own: Vec<&asked::Asked> = own.collect();
    own.sort_by_key(|asked| (asked.signal.at, asked.signal.order));
    let answer = |one: &asked::Asked| Answer {
        id: DeliveryId(one.id.clone()),
        signal: one.signal.clone(),
        what: one.what.clone(),
    };
    own.into_iter().map(answer).collect()
}

/// The workflow's file, out of the alert's key.
fn file<'a>(alert: &'a Alert, repository: &str, branch: &str) -> Option<&'a str> {
    let rest = alert.key.strip_prefix(repository)?.strip_prefix(' ')?;
    let path = rest.strip_suffix(branch)?.strip_suffix(' ')?;
    let file = path.strip_prefix(".github/workflows/")?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (file.chars().all(allowed) && file.chars().any(|c| c != '.')).then_some(file)
}
