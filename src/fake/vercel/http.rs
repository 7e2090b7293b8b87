//! The REST API: who asks, what goes wrong, what is answered.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Deployment, Fault, Refusal, Variable, Vercel, locked};

/// Entries of a list where no number is asked for, and the most.
const PAGE: usize = 20;
const PAGE_MOST: usize = 100;

type Answer = Result<Value, Refusal>;

pub(super) fn router(vercel: Vercel) -> Router {
    Router::new().fallback(call).with_state(vercel)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Asked {
    team_id: Option<String>,
    slug: Option<String>,
    project_id: Option<String>,
    target: Option<String>,
    limit: Option<i64>,
    until: Option<usize>,
    direction: Option<String>,
}

async fn call(State(vercel): State<Vercel>, Query(asked): Query<Asked>, request: Request) -> Response {
    let path: Vec<&str> = request.uri().path().trim_matches('/').split('/').collect();
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let fault = *locked(&vercel.0.fault);
    if fault == Some(Fault::Silent) {
        vercel.note(target, 0);
        return std::future::pending().await;
    }
    let answer = match fault {
        None | Some(Fault::LoseAnswer) => vercel.answer(request.method(), &path, request.headers(), &asked),
        Some(Fault::Forbidden) => Err(refusal(403, "forbidden", "You don't have permission to access this")),
        Some(Fault::Limited(_)) => Err(refusal(429, "rate_limited", "The rate limit of 500 exceeded")),
        Some(Fault::Http(status)) => Err((status, Value::Null)),
        Some(Fault::Silent) => Err((500, Value::Null)),
    };
    let (status, body) = answer.map_or_else(|refusal| refusal, |body| (200, body));
    vercel.note(target, if fault == Some(Fault::LoseAnswer) { 0 } else { status });
    vercel.respond(status, &body, fault)
}

fn refusal(status: u16, code: &str, message: &str) -> Refusal {
    (status, json!({ "error": { "code": code, "message": message } }))
}

fn not_found(what: &str) -> Refusal {
    refusal(404, "not_found", &format!("Could not find the {what}"))
}

impl Vercel {
    fn answer(&self, method: &Method, path: &[&str], headers: &HeaderMap, asked: &Asked) -> Answer {
        self.admit(headers, asked)?;
        if method != Method::GET {
            return Err(refusal(405, "method_unknown", "This endpoint only responds to GET"));
        }
        match path {
            ["v9", "projects", project] => {
                self.of_project(project)?;
                Ok(self.shown())
            }
            ["v6", "deployments"] => self.deployments(asked),
            ["v3", "deployments", deployment, "events"] => self.events(deployment, asked),
            ["v10", "projects", project, "env"] => {
                self.of_project(project)?;
                Ok(self.variables("envs", &self.project().variables, asked))
            }
            ["v1", "env"] if self.0.setup.team.is_some() => {
                Ok(self.variables("data", &self.project().shared, asked))
            }
            ["v2", "teams", team] => {
                let (id, slug) = self.0.setup.team.as_ref().ok_or_else(|| not_found("Team"))?;
                if team != id && team != slug {
                    return Err(not_found("Team"));
                }
                Ok(self.account(json!({ "id": id, "slug": slug, "name": slug })))
            }
            ["v2", "user"] => {
                Ok(json!({ "user": self.account(json!({ "id": "u1", "username": "howler" })) }))
            }
            _ => Err(not_found("endpoint")),
        }
    }

    fn admit(&self, headers: &HeaderMap, asked: &Asked) -> Result<(), Refusal> {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if given.and_then(|value| value.strip_prefix("Bearer ")) != Some(self.0.setup.token.as_str()) {
            let error = json!({ "code": "forbidden", "message": "Not authorized", "invalidToken": true });
            return Err((403, json!({ "error": error })));
        }
        let known = self.0.setup.team.as_ref();
        let is_other =
            |asked: &Option<String>, own: Option<&String>| asked.is_some() && asked.as_ref() != own;
        if is_other(&asked.team_id, known.map(|(id, _)| id))
            || is_other(&asked.slug, known.map(|(_, slug)| slug))
        {
            return Err(refusal(403, "forbidden", "Not authorized"));
        }
        // What belongs to a team is not seen without its name.
        let named = asked.team_id.is_some() || asked.slug.is_some();
        if known.is_some() && !named { Err(not_found("Project")) } else { Ok(()) }
    }

    fn of_project(&self, project: &str) -> Result<(), Refusal> {
        let is_it = project == self.0.setup.project || project == self.project_id();
        if is_it { Ok(()) } else { Err(not_found("Project")) }
    }

    fn shown(&self) -> Value {
        let project = self.project();
        let production = project.current.as_ref().map(|id| json!({ "id": id, "target": "production" }));
        json!({
            "id": self.project_id(),
            "name": self.0.setup.project,
            "accountId": "team_1",
            "targets": { "production": production },
        })
    }

    fn deployments(&self, asked: &Asked) -> Answer {
        self.of_project(asked.project_id.as_deref().unwrap_or_default())?;
        let now = self.0.setup.clock.now().as_millisecond();
        let project = self.project();
        let those =
            project.deployments.iter().filter(|one| asked.target.is_none() || one.target == asked.target);
        let shown: Vec<Value> = those.map(|one| deployment(one, now)).take(asked.count()).collect();
        let count = shown.len();
        Ok(json!({ "deployments": shown, "pagination": { "count": count, "next": null, "prev": null } }))
    }

    fn events(&self, deployment: &str, asked: &Asked) -> Answer {
        let project = self.project();
        let is_it = |one: &&Deployment| one.uid == deployment || one.url == deployment;
        let one = project.deployments.iter().find(is_it).ok_or_else(|| not_found("Deployment"))?;
        let event = |(kind, text): &(String, String)| {
            let at = self.0.setup.clock.now().as_millisecond();
            let payload = json!({ "deploymentId": one.uid, "id": "1", "text": text, "date": at });
            json!({ "type": kind, "created": at, "payload": payload })
        };
        let mut events: Vec<Value> = one.events.iter().map(event).collect();
        if asked.direction.as_deref() == Some("backward") {
            events.reverse();
        }
        if asked.limit != Some(-1) {
            events.truncate(asked.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(100));
        }
        Ok(events.into())
    }

    /// A page of ten, so that lists have several.
    fn variables(&self, within: &str, all: &[Variable], asked: &Asked) -> Value {
        const SIZE: usize = 10;
        let from = asked.until.unwrap_or(0);
        let shown = all.iter().skip(from).take(SIZE).map(|variable| {
            json!({
                "id": "env1",
                "key": variable.key,
                "value": variable.value,
                "type": "plain",
                "target": variable.targets,
            })
        });
        let shown: Vec<Value> = shown.collect();
        let next = (from + SIZE < all.len()).then_some(from + SIZE);
        json!({ within: shown, "pagination": { "count": shown.len(), "next": next, "prev": null } })
    }

    fn account(&self, mut shown: Value) -> Value {
        let project = self.project();
        if !project.is_limited {
            shown["softBlock"] = match &project.blocked {
                None => Value::Null,
                Some((reason, of)) => {
                    let at = self.0.setup.clock.now().as_millisecond();
                    json!({ "blockedAt": at, "reason": reason, "blockedDueToOverageType": of })
                }
            };
        }
        shown
    }

    fn respond(&self, status: u16, body: &Value, fault: Option<Fault>) -> Response {
        let kind = (CONTENT_TYPE, "application/json; charset=utf-8");
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if fault == Some(Fault::LoseAnswer) {
            let lost = futures_util::stream::once(async {
                Err::<Bytes, _>(std::io::Error::other("lost on purpose"))
            });
            return (status, [kind], Body::from_stream(lost)).into_response();
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut response = (status, [kind], body).into_response();
        if let Some(Fault::Limited(after)) = fault {
            let now = self.0.setup.clock.now();
            let reset = now.saturating_add(SignedDuration::from_secs(after)).unwrap_or(now).as_second();
            let head = response.headers_mut();
            head.insert("x-ratelimit-limit", 500.into());
            head.insert("x-ratelimit-remaining", 0.into());
            head.insert("x-ratelimit-reset", reset.into());
        }
        response
    }
}

impl Asked {
    fn count(&self) -> usize {
        self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(PAGE).min(PAGE_MOST)
    }
}

fn deployment(one: &Deployment, now: i64) -> Value {
    let created = one.created.map_or(now, jiff::Timestamp::as_millisecond);
    let mut shown = json!({
        "uid": one.uid,
        "name": "web",
        "url": one.url,
        "created": created,
        "createdAt": created,
        "inspectorUrl": format!("https://vercel.com/monkeytown/web/{}", one.uid),
        "meta": one.branch.as_ref().map_or_else(|| json!({}), |branch| json!({ "githubCommitRef": branch })),
        "state": one.state,
        "readyState": one.state,
        "target": one.target,
        "creator": { "uid": "u1", "email": "howler@example.com" },
    });
    if let Some(ready) = one.ready.filter(|_| one.state == "READY") {
        shown["ready"] = json!(ready.as_millisecond());
    }
    if let Some(error) = &one.error {
        shown["errorCode"] = json!("BUILD_FAILED");
        shown["errorMessage"] = json!(error);
    }
    shown
}
