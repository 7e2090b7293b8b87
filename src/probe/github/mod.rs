//! GitHub, asked through octocrab about one repository and its organisation. What comes back is a small JSON of howler's own
//! (`answers`), for GitHub's is large and changes.

mod answers;
mod log;
pub mod permissions;
mod plain;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, AUTHORIZATION, LOCATION, USER_AGENT};
use axum::http::{HeaderName, HeaderValue, Request, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::pause::Pauses;
use super::rest::{AGENT, Answer, Asked, Service, Wire, wire};
use config::RunbookRules;
use config::secrets::{Secrets, is_allowed};
use domain::procedure::CannotTell;
use domain::secret::Secret;
use ground::clock::Clock;

const GITHUB: Service = Service {
    name: "GitHub",
    token: "GITHUB_TOKEN",
    settings: "[runbook] repository",
    status_page: "githubstatus.com",
};
/// GitHub limits a token, whatever it asks for.
const TOKEN: &str = "token";
/// Where it says how much is left.
const LEFT: &str = "/rate_limit";
const VERSION: &str = "2022-11-28";
/// Runs that are looked at, the newest first.
const RUNS: usize = 20;
/// Entries on a page, the most that GitHub gives.
const PAGE: usize = 100;
/// Pages that are read of a list.
const PAGES: usize = 5;

/// One repository, by one token.
pub struct GitHub {
    octocrab: Octocrab,
    /// For logs, which are kept elsewhere and asked for without the token.
    elsewhere: Wire<Body>,
    repository: String,
    organisation: String,
    pauses: Pauses,
    clock: Clock,
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GitHub({})", self.repository)
    }
}

impl GitHub {
    /// Must be called inside a runtime.
    ///
    /// # Errors
    /// Why it is not asked.
    pub fn new(rules: &RunbookRules, secrets: &Secrets, clock: Clock) -> Result<Self, String> {
        let off = || "[runbook] repository is \"off\", so GitHub is not asked".to_owned();
        let repository = rules.repository.name().ok_or_else(off)?.to_owned();
        let organisation = rules.organisation().ok_or_else(off)?.to_owned();
        let token = secrets.github_token.as_ref().ok_or_else(|| GITHUB.without_token())?;
        let base = GITHUB.base(&secrets.github_api_url)?;
        let octocrab = octocrab(&base, &secrets.github_api_url, token)?;
        let pauses = Pauses::new(clock.clone());
        Ok(Self { octocrab, elsewhere: wire(&base)?, repository, organisation, pauses, clock })
    }

    /// Asks, for at most `limit`. What follows a colon is a workflow's file: `workflow runs: architect.yml`.
    pub async fn ask(&self, question: &str, limit: Duration) -> Result<Value, CannotTell> {
        let (asked, of) = question.split_once(':').unwrap_or((question, ""));
        let of = Some(of.trim()).filter(|of| !of.is_empty());
        if of.is_some_and(|of| !is_file(of)) {
            return Err(CannotTell(format!("`{}` is no workflow's file, such as ci.yml", of.unwrap_or(""))));
        }
        let answer = timeout(limit, self.answer(asked.trim(), of)).await;
        answer.unwrap_or_else(|_| Err(GITHUB.late(limit)))
    }

    async fn answer(&self, asked: &str, of: Option<&str>) -> Result<Value, CannotTell> {
        match asked {
            "workflow runs" => {
                let runs = self.runs(of).await?;
                Ok(answers::runs(GITHUB.listed(&runs["workflow_runs"])?, self.clock.now()))
            }
            "schedule" => self.schedule(of.unwrap_or_default()).await,
            "failing step" => self.failing_step(of).await,
            "rate limit" => {
                let needs = "give it no permission, for this needs none";
                let limits = self.get(LEFT, "the rate limit".into(), needs).await?;
                answers::limits(&limits).ok_or_else(|| GITHUB.unreadable())
            }
            "token permissions" => self.permissions(of).await,
            "hooks" => {
                let needs = "give it the permission Webhooks, read";
                let hooks = self.list("/hooks", "webhooks", "", needs).await?;
                Ok(answers::hooks(&hooks))
            }
            "secret names" => {
                let needs = "give it the permission Secrets, read";
                let secrets = self.list("/actions/secrets", "names of secrets", "secrets", needs).await?;
                Ok(answers::secret_names(&secrets))
            }
            "audit log" => {
                let path = format!("/orgs/{}/audit-log?per_page=50&order=desc", self.organisation);
                let needs = "give it the organisation's permission Administration, read, or set [runbook] \
                             organisation; only those on Enterprise Cloud have an audit log that can be asked for";
                let thing = format!("the audit log of {}", self.organisation);
                let log = self.get(&path, thing, needs).await?;
                Ok(answers::audit_log(GITHUB.listed(&log)?))
            }
            other => Err(CannotTell(format!("howler does not know how to ask GitHub about {other}"))),
        }
    }

    async fn runs(&self, of: Option<&str>) -> Result<Value, CannotTell> {
        let (which, thing) = match of {
            Some(file) => (format!("workflows/{file}/runs"), format!("the runs of {file}")),
            None => ("runs".to_owned(), "the workflow runs".to_owned()),
        };
        let path = format!("/repos/{}/actions/{which}?per_page={RUNS}", self.repository);
        self.get(&path, thing, "give it the permission Actions, read").await
    }

    /// Whether a workflow is switched on, and what became of its own runs: those of its schedule and those that somebody began by
    /// hand, on the default branch. A pull request that touches the workflow says nothing of either.
    async fn schedule(&self, file: &str) -> Result<Value, CannotTell> {
        let root = format!("/repos/{}", self.repository);
        let needs = "give it the permission Actions, read";
        let repository =
            self.get(&root, "the repository".into(), "give it the permission Metadata, read").await?;
        let branch = repository["default_branch"].as_str().ok_or_else(|| GITHUB.unreadable())?;
        let workflow = format!("{root}/actions/workflows/{file}");
        let state = self.get(&workflow, format!("the workflow {file}"), needs).await?;
        let state = state["state"].as_str().ok_or_else(|| GITHUB.unreadable())?.to_owned();
        let mut runs = Vec::new();
        for event in ["schedule", "workflow_dispatch"] {
            let count = RUNS.to_string();
            let query = [("event", event), ("branch", branch), ("per_page", &count)];
            let query = serde_urlencoded::to_string(query).map_err(|_| GITHUB.unreadable())?;
            let found =
                self.get(&format!("{workflow}/runs?{query}"), format!("the runs of {file}"), needs).await?;
            runs.push(GITHUB.listed(&found["workflow_runs"])?.to_vec());
        }
        let [of_schedule, by_hand] = runs.as_slice() else { return Err(GITHUB.unreadable()) };
        Ok(answers::schedule(&state, branch, of_schedule, by_hand, self.clock.now()))
    }

    /// The newest failed run's failing step, and its log.
    async fn failing_step(&self, of: Option<&str>) -> Result<Value, CannotTell> {
        let runs = self.runs(of).await?;
        let Some(run) = answers::newest_failed(GITHUB.listed(&runs["workflow_runs"])?) else {
            return Ok(json!({ "name": "none", "log": format!("None of the last {RUNS} runs failed.") }));
        };
        let path =
            format!("/repos/{}/actions/runs/{}/jobs?filter=latest&per_page={PAGE}", self.repository, run.id);
        let jobs = self.get(&path, "the run's jobs".into(), "give it the permission Actions, read").await?;
        let Some(step) = answers::failing_step(GITHUB.listed(&jobs["jobs"])?) else {
            if jobs["total_count"]
                .as_u64()
                .is_some_and(|all| usize::try_from(all).is_ok_and(|all| all > PAGE))
            {
                return Err(CannotTell(format!(
                    "it has more than {PAGE} jobs, and none of those that were read failed"
                )));
            }
            let log = "No step of it failed: the workflow's file may be wrong, or no runner took it.";
            return Ok(json!({ "name": "none", "run": run.url, "log": log }));
        };
        // That the step failed is known all the same.
        let log = match self.log(step.job).await {
            Ok(log) => log::of_step(&log, &step),
            Err(CannotTell(why)) => format!("Its log could not be read: {why}"),
        };
        Ok(json!({ "name": step.name, "job": step.of, "run": run.url, "log": log }))
    }

    /// A job's log: GitHub answers with where it is, for a minute, and there the token is nobody's business.
    async fn log(&self, job: u64) -> Result<String, CannotTell> {
        let path = format!("/repos/{}/actions/jobs/{job}/logs", self.repository);
        let asked = Asked { thing: "the log".into(), needs: "give it the permission Actions, read" };
        let answer = self.send(&path).await?;
        let place = answer.headers.get(LOCATION).and_then(|place| place.to_str().ok());
        let url = place.and_then(|place| Url::parse(place).ok()).filter(is_allowed);
        let (302, Some(url)) = (answer.status, url) else {
            return Err(if answer.status == 410 {
                CannotTell("GitHub keeps it no longer".into())
            } else {
                GITHUB.refusal(&answer, &asked)
            });
        };
        let request = Request::get(url.as_str()).header(USER_AGENT, AGENT).body(Body::empty());
        let request = request.map_err(|_| CannotTell("GitHub names no place for it".into()))?;
        let response = self.elsewhere.request(request).await.map_err(|error| GITHUB.unheard(&error))?;
        match GITHUB.read(response).await? {
            Answer { status: 200, text, .. } => Ok(text),
            Answer { status, .. } => {
                Err(CannotTell(format!("where GitHub keeps it answered with HTTP status {status}")))
            }
        }
    }

    /// What the token that GitHub gives to a workflow may do.
    async fn permissions(&self, of: Option<&str>) -> Result<Value, CannotTell> {
        let path = format!("/repos/{}/actions/permissions/workflow", self.repository);
        let needs = "give it the permission Administration, read";
        let settings = self.get(&path, "the workflow permissions".into(), needs).await?;
        let Some(file) = of else { return permissions::by_default(&settings) };
        let path = format!("/repos/{}/contents/.github/workflows/{file}", self.repository);
        let content =
            self.get(&path, format!("the file {file}"), "give it the permission Contents, read").await?;
        let text: String =
            content["content"].as_str().unwrap_or_default().chars().filter(|c| !c.is_whitespace()).collect();
        let unreadable = || CannotTell(format!("{file} could not be read"));
        let text = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        permissions::of_workflow(&settings, &text.ok_or_else(unreadable)?, file)
    }

    /// All of a list of the repository's, at `within` of each page.
    async fn list(
        &self,
        of: &str,
        thing: &str,
        within: &str,
        needs: &'static str,
    ) -> Result<Vec<Value>, CannotTell> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let path = format!("/repos/{}{of}?per_page={PAGE}&page={page}", self.repository);
            let answer = self.get(&path, format!("the {thing}"), needs).await?;
            let found = if within.is_empty() { &answer } else { &answer[within] };
            let found = GITHUB.listed(found)?;
            let last = found.len() < PAGE;
            all.extend_from_slice(found);
            if last {
                return Ok(all);
            }
        }
        Err(CannotTell(format!("there are more than {} {thing}", PAGES * PAGE)))
    }

    async fn get(&self, path: &str, thing: String, needs: &'static str) -> Result<Value, CannotTell> {
        let of = if path.starts_with("/repos/") { format!(" in {}", self.repository) } else { String::new() };
        let asked = Asked { thing: format!("{thing}{of}"), needs };
        self.send(path).await?.json(&GITHUB, &asked)
    }

    async fn send(&self, path: &str) -> Result<Answer, CannotTell> {
        // How much is left is told at any time.
        let held = self.pauses.held(TOKEN).filter(|_| path != LEFT);
        if let Some(until) = held {
            return Err(GITHUB.paused(until));
        }
        let response = self.octocrab._get(path).await.map_err(|error| GITHUB.unheard(&error))?;
        let answer = GITHUB.read(response).await?;
        match self.pauses.learn(TOKEN, &answer) {
            Some(until) => Err(GITHUB.paused(until)),
            None => Ok(answer),
        }
    }
}

/// Octocrab's own layers for retries, redirects and logs are left out.
fn octocrab(base: &Url, address: &str, token: &Secret) -> Result<Octocrab, String> {
    let uri: Uri = address.parse().map_err(|_| format!("GitHub's address `{address}` is none"))?;
    let bearer = HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
    let mut bearer = bearer.map_err(|_| "GITHUB_TOKEN holds characters that no token has".to_owned())?;
    bearer.set_sensitive(true);
    let headers = vec![
        (AUTHORIZATION, bearer),
        (ACCEPT, HeaderValue::from_static("application/vnd.github+json")),
        (HeaderName::from_static("x-github-api-version"), HeaderValue::from_static(VERSION)),
        (USER_AGENT, HeaderValue::from_static(AGENT)),
    ];
    let built = OctocrabBuilder::new_empty()
        .with_service(wire(base)?)
        .with_layer(&BaseUriLayer::new(uri))
        .with_layer(&ExtraHeadersLayer::new(Arc::new(headers)))
        .with_auth(AuthState::None)
        .build();
    match built {
        Ok(octocrab) => Ok(octocrab),
        Err(never) => match never {},
    }
}

/// So that it changes no address.
fn is_file(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.chars().all(allowed) && text.chars().any(|c| c != '.')
}
