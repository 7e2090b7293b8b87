//! Vercel, asked by its REST API about one project. What comes back is a small JSON of howler's own (`answers`).

mod answers;
mod plain;

use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::pause::Pauses;
use super::rest::{Asked, Service, Wire, wire};
use config::RunbookRules;
use config::secrets::Secrets;
use domain::procedure::CannotTell;
use ground::clock::Clock;

const VERCEL: Service = Service {
    name: "Vercel",
    token: "VERCEL_TOKEN",
    settings: "[runbook] vercel_project and vercel_team",
    status_page: "vercel-status.com",
};
const NEEDS: &str = "make one whose scope is the project's team, at vercel.com/account/settings/tokens";
/// Deployments where no number is asked for, and the most that Vercel gives at once.
const DEPLOYMENTS: u32 = 20;
const DEPLOYMENTS_MOST: u32 = 100;
/// Lines of a build's log, from its end.
const EVENTS: u32 = 500;
/// Pages that are read of a list.
const PAGES: usize = 5;

/// One project, by one token.
pub struct Vercel {
    wire: Wire<Body>,
    /// Without a slash at its end.
    base: String,
    bearer: HeaderValue,
    project: String,
    team: Option<String>,
    pauses: Pauses,
}

impl fmt::Debug for Vercel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vercel({})", self.project)
    }
}

/// What is known of the project itself.
struct Project {
    id: String,
    /// The deployment that its addresses lead to.
    current: Option<String>,
    /// As Vercel tells it: what serves was last changed from what to what.
    told: Value,
}

impl Vercel {
    /// # Errors
    /// Why it is not asked.
    pub fn new(rules: &RunbookRules, secrets: &Secrets, clock: Clock) -> Result<Self, String> {
        let off = || "[runbook] vercel_project is \"off\", so Vercel is not asked".to_owned();
        let project = rules.vercel_project.clone().ok_or_else(off)?;
        let token = secrets.vercel.token.as_ref().ok_or_else(|| VERCEL.without_token())?;
        let base = VERCEL.base(&secrets.vercel.api_url)?;
        let bearer = HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
        let mut bearer = bearer.map_err(|_| "VERCEL_TOKEN holds characters that no token has".to_owned())?;
        bearer.set_sensitive(true);
        let (wire, team) = (wire(&base)?, rules.vercel_team.clone());
        Ok(Self {
            wire,
            base: secrets.vercel.api_url.clone(),
            bearer,
            project,
            team,
            pauses: Pauses::new(clock),
        })
    }

    /// Asks, for at most `limit`. What follows a colon is how many: `deployments: 10`.
    pub async fn ask(&self, question: &str, limit: Duration) -> Result<Value, CannotTell> {
        let (asked, of) = question.split_once(':').unwrap_or((question, ""));
        let answer = timeout(limit, self.answer(asked.trim(), of.trim())).await;
        answer.unwrap_or_else(|_| Err(VERCEL.late(limit)))
    }

    async fn answer(&self, asked: &str, of: &str) -> Result<Value, CannotTell> {
        match asked {
            "deployments" => {
                let count = match of {
                    "" => Some(DEPLOYMENTS),
                    of => of.parse().ok().filter(|count| (1..=DEPLOYMENTS_MOST).contains(count)),
                };
                let wrong = || CannotTell(format!("`{of}` is no number from 1 to {DEPLOYMENTS_MOST}"));
                let project = self.project().await?;
                let count = count.ok_or_else(wrong)?;
                let current = project.current.as_deref();
                let found = self.deployments(&project, count).await?;
                let listed = VERCEL.listed(&found["deployments"])?;
                let is_current = |one: &Value| current.is_some() && one["uid"].as_str() == current;
                let last = listed.last().is_some_and(is_current);
                // After many that failed the current one is further back.
                if current.is_none() || (listed.iter().any(is_current) && !last) {
                    return Ok(answers::deployments(listed, current, &project.told));
                }
                let more = self.deployments(&project, DEPLOYMENTS_MOST).await?;
                let count = usize::try_from(count).unwrap_or_default();
                let all = answers::up_to_the_current(VERCEL.listed(&more["deployments"])?, current, count);
                Ok(answers::deployments(all, current, &project.told))
            }
            "build errors" => self.build_errors().await,
            "environment names" => self.environment_names().await,
            "quota" => self.quota().await,
            other => Err(CannotTell(format!("howler does not know how to ask Vercel about {other}"))),
        }
    }

    async fn project(&self) -> Result<Project, CannotTell> {
        let found = self
            .get(&format!("/v9/projects/{}", self.project), &[("rollbackInfo", "true")], "settings")
            .await?;
        let id = found["id"].as_str().map(str::to_owned).ok_or_else(|| VERCEL.unreadable())?;
        let current = found["targets"]["production"]["id"].as_str().map(str::to_owned);
        Ok(Project { id, current, told: found })
    }

    /// Those of production: no other is rolled back to.
    async fn deployments(&self, project: &Project, count: u32) -> Result<Value, CannotTell> {
        let count = count.to_string();
        let query = [("projectId", project.id.as_str()), ("target", "production"), ("limit", &count)];
        self.get("/v6/deployments", &query, "deployments").await
    }

    async fn build_errors(&self) -> Result<Value, CannotTell> {
        let found = self.deployments(&self.project().await?, DEPLOYMENTS).await?;
        let Some(failed) = answers::newest_failed(VERCEL.listed(&found["deployments"])?) else {
            return Ok(
                json!({ "errors": 0, "log": format!("None of the last {DEPLOYMENTS} deployments failed.") }),
            );
        };
        let path = format!("/v3/deployments/{}/events", failed.id);
        let limit = EVENTS.to_string();
        let query = [("builds", "1"), ("direction", "backward"), ("follow", "0"), ("limit", &limit)];
        let events = self.get(&path, &query, "build's log").await?;
        Ok(answers::build_errors(&failed, VERCEL.listed(&events)?))
    }

    /// The project's own variables, and those that its team shares with it.
    async fn environment_names(&self) -> Result<Value, CannotTell> {
        let project = self.project().await?;
        let path = format!("/v10/projects/{}/env", project.id);
        let mut all = self.list(&path, &[], "envs", "environment variables").await?;
        if self.team.is_some() {
            let of = [("projectId", project.id.as_str())];
            all.extend(self.list("/v1/env", &of, "data", "shared environment variables").await?);
        }
        Ok(answers::environment_names(&all))
    }

    /// Vercel tells whether it blocks an account, and not how much of a quota is used.
    async fn quota(&self) -> Result<Value, CannotTell> {
        let found = match &self.team {
            Some(team) => self.get(&format!("/v2/teams/{team}"), &[], "team").await?,
            None => self.get("/v2/user", &[], "account").await?["user"].clone(),
        };
        answers::quota(&found).ok_or_else(|| {
            CannotTell(
                "Vercel's API does not tell whether this account is blocked, nor how much of its quota is used: look \
                 at Usage on its dashboard"
                    .into(),
            )
        })
    }

    /// All of a list, by Vercel's `until`.
    async fn list(
        &self,
        path: &str,
        query: &[(&str, &str)],
        within: &str,
        thing: &str,
    ) -> Result<Vec<Value>, CannotTell> {
        let (mut all, mut until) = (Vec::new(), None);
        for _ in 0..PAGES {
            let mut query = query.to_vec();
            query.extend(until.as_deref().map(|until| ("until", until)));
            let answer = self.get(path, &query, thing).await?;
            all.extend_from_slice(VERCEL.listed(&answer[within])?);
            match answer["pagination"]["next"].as_u64() {
                Some(next) => until = Some(next.to_string()),
                None => return Ok(all),
            }
        }
        Err(CannotTell(format!("there are more {thing} than howler reads")))
    }

    async fn get(&self, path: &str, query: &[(&str, &str)], thing: &str) -> Result<Value, CannotTell> {
        // Vercel limits each endpoint by itself.
        if let Some(until) = self.pauses.held(thing) {
            return Err(VERCEL.paused(until));
        }
        let unasked = || CannotTell(format!("there is no address for the {thing}"));
        let response = self.wire.request(self.request(path, query).ok_or_else(unasked)?).await;
        let response = response.map_err(|error| VERCEL.unheard(&error))?;
        let asked = Asked { thing: format!("the {thing} of the project {}", self.project), needs: NEEDS };
        let answer = VERCEL.read(response).await?;
        match self.pauses.learn(thing, &answer) {
            Some(until) => Err(VERCEL.paused(until)),
            None => answer.json(&VERCEL, &asked),
        }
    }
}
