//! What the REST API tells of a repository beside its issues, and what a token must be allowed for it.

use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::hooks::Of;
use super::http::{ALLOWANCE, Listing};
use super::world::{Refusal, not_found, second};
use super::{GitHub, Job, Repository, Run};

/// What a place of a log is signed with; without it nothing is given.
const SIGNED: &str = "sig=signed";
/// Marks an answer that is a place.
const PLACE: &str = "place";

type Answer = Result<(u16, Value), Refusal>;

impl GitHub {
    /// The answer where the path is one of these.
    pub(super) fn read(&self, method: &Method, rest: &[&str], listing: &Listing) -> Option<Answer> {
        if method != Method::GET {
            return None;
        }
        let needs = match rest {
            ["actions", "permissions", "workflow"] => "administration",
            ["actions", "secrets"] => "secrets",
            ["actions", ..] => "actions",
            ["contents", ..] | ["commits"] => "contents",
            _ => return None,
        };
        if self.faults().lacks(needs) {
            return Some(Err(not_accessible()));
        }
        let repository = self.repository();
        Some(match rest {
            ["actions", "runs"] => Ok(repository.shown(listing, |run| listing.picks(run))),
            ["actions", "workflows"] => Ok((200, repository.workflows(listing))),
            ["actions", "workflows", file] => repository.workflow(file),
            ["actions", "workflows", file, "runs"] => repository.of_workflow(file, listing),
            ["actions", "runs", run, "jobs"] => repository.jobs(run, listing),
            ["actions", "jobs", job, "logs"] => repository.log_of(job),
            ["actions", "permissions", "workflow"] => Ok((200, repository.permissions())),
            ["actions", "secrets"] => Ok((200, repository.secret_names(listing))),
            ["commits"] => Ok((200, repository.commits(listing))),
            ["contents", path @ ..] => repository.content(&path.join("/")),
            _ => Err(not_found()),
        })
    }

    pub(super) fn rate_limit(&self) -> (u16, Value) {
        let now = self.0.setup.clock.now();
        let reset = now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now).as_second();
        let of = |limit: u32, used: u32| json!({ "limit": limit, "used": used, "remaining": limit.saturating_sub(used), "reset": reset });
        let core = of(ALLOWANCE, self.repository().used);
        (
            200,
            json!({ "resources": { "core": core, "search": of(30, 0), "graphql": of(5_000, 0) }, "rate": core }),
        )
    }

    pub(super) fn audit_log(&self, organisation: &str, listing: &Listing) -> Answer {
        let owner = self.0.setup.repository.split('/').next().unwrap_or_default();
        let repository = self.repository();
        let Some(log) = repository.audit_log.as_ref().filter(|_| organisation == owner) else {
            return Err(not_found());
        };
        if self.faults().lacks("organization_administration") {
            return Err(not_accessible());
        }
        let now = self.0.setup.clock.now().as_millisecond();
        let shown = log.iter().map(|(actor, action)| {
            json!({
                "@timestamp": now,
                "_document_id": "xJJFlFOhQ6b-5vaAFy9Rjw",
                "action": action,
                "actor": actor,
                "actor_ip": "203.0.113.7",
                "actor_location": { "country_code": "NZ" },
                "org": owner,
                "repo": self.0.setup.repository,
            })
        });
        Ok((200, listing.page_of(shown.collect())))
    }

    /// Where an answer leads, on the host that was asked.
    pub(super) fn place(&self, status: u16, body: &Value, headers: &HeaderMap) -> Option<String> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let place = body[PLACE].as_str().filter(|_| status == 302)?;
        Some(format!("http://{host}{place}"))
    }

    /// The store that logs are kept in: it knows the signature and refuses a token.
    pub(super) fn stored_log(&self, job: &str, query: Option<&str>, headers: &HeaderMap) -> Response {
        if headers.contains_key(AUTHORIZATION) {
            return (StatusCode::BAD_REQUEST, "InvalidAuthenticationInfo").into_response();
        }
        let repository = self.repository();
        match repository.job(job).and_then(|job| job.log.clone()) {
            Some(log) if query == Some(SIGNED) => (StatusCode::OK, log).into_response(),
            Some(_) => (StatusCode::FORBIDDEN, "AuthenticationFailed").into_response(),
            None => (StatusCode::NOT_FOUND, "BlobNotFound").into_response(),
        }
    }
}

impl Repository {
    fn shown(&self, listing: &Listing, which: impl Fn(&Run) -> bool) -> (u16, Value) {
        let runs: Vec<Value> = self.runs.iter().filter(|run| which(run)).map(run).collect();
        let total = runs.len();
        (200, json!({ "total_count": total, "workflow_runs": listing.page_of(runs) }))
    }

    fn of_workflow(&self, file: &str, listing: &Listing) -> Answer {
        match self.files.contains_key(&format!(".github/workflows/{file}")) {
            true => Ok(self.shown(listing, |run| run.file == file && listing.picks(run))),
            false => Err(not_found()),
        }
    }

    fn workflow(&self, file: &str) -> Answer {
        let path = format!(".github/workflows/{file}");
        if !self.files.contains_key(&path) {
            return Err(not_found());
        }
        Ok((200, self.workflow_of(&path)))
    }

    fn workflow_of(&self, path: &str) -> Value {
        let file = path.rsplit('/').next().unwrap_or_default();
        let state = self.states.get(file).map_or("active", String::as_str);
        json!({ "id": 161_335, "name": file.trim_end_matches(".yml"), "path": path, "state": state })
    }

    fn workflows(&self, listing: &Listing) -> Value {
        let is_one = |path: &&String| path.starts_with(".github/workflows/");
        let all: Vec<Value> = self.files.keys().filter(is_one).map(|path| self.workflow_of(path)).collect();
        json!({ "total_count": all.len(), "workflows": listing.page_of(all) })
    }

    /// The newest commit that changed the file.
    fn commits(&self, listing: &Listing) -> Value {
        let path = listing.path.as_deref().unwrap_or_default();
        let changed = self.changed.get(path).filter(|at| listing.covers(**at));
        let shown = changed.map(|at| {
            json!({ "sha": "3484a3fb816e0859fd6e1cea078d76385ff50625", "commit": { "committer": { "date": at } } })
        });
        listing.page_of(shown.into_iter().collect())
    }

    fn jobs(&self, id: &str, listing: &Listing) -> Answer {
        let run = self.runs.iter().find(|run| run.id.to_string() == id).ok_or_else(not_found)?;
        let jobs = run.jobs.iter().map(|one| job(one, run.id)).collect();
        Ok((200, json!({ "total_count": run.jobs.len(), "jobs": listing.page_of(jobs) })))
    }

    fn job(&self, id: &str) -> Option<&Job> {
        self.runs.iter().flat_map(|run| &run.jobs).find(|job| job.id.to_string() == id)
    }

    fn log_of(&self, id: &str) -> Answer {
        match &self.job(id).ok_or_else(not_found)?.log {
            Some(_) => Ok((302, json!({ PLACE: format!("/_logs/{id}?{SIGNED}") }))),
            None => Err((410, json!({ "message": "Server Error: Sorry, this log has expired." }))),
        }
    }

    fn permissions(&self) -> Value {
        json!({
            "default_workflow_permissions": if self.workflows_write { "write" } else { "read" },
            "can_approve_pull_request_reviews": self.workflows_open_pull_requests,
        })
    }

    fn secret_names(&self, listing: &Listing) -> Value {
        let shown = |name: &String| {
            let changed = self.secrets_changed.get(name);
            let changed = changed.map_or_else(|| "2026-02-03T04:05:06Z".to_owned(), ToString::to_string);
            json!({ "name": name, "created_at": "2026-01-02T03:04:05Z", "updated_at": changed })
        };
        json!({ "total_count": self.secrets.len(), "secrets": listing.page_of(self.secrets.iter().map(shown).collect()) })
    }

    /// The first one has the number `first`.
    pub(super) fn hooks(&self, of: Of, first: u64, listing: &Listing) -> Value {
        let (hooks, kind) = match of {
            Of::Repository => (&self.hooks, "Repository"),
            Of::Organisation => (&self.organisation_hooks, "Organization"),
        };
        let shown = hooks.iter().zip(first..).map(|(hook, id): (_, u64)| {
            json!({
                "type": kind,
                "id": id,
                "name": "web",
                "active": true,
                "events": hook.events,
                "config": { "url": hook.url, "content_type": "json", "insecure_ssl": "0", "secret": "********" },
                "created_at": "2026-01-02T03:04:05Z",
                "updated_at": "2026-02-03T04:05:06Z",
                "last_response": { "code": 200, "status": "active", "message": "OK" },
            })
        });
        listing.page_of(shown.collect())
    }

    fn content(&self, path: &str) -> Answer {
        let text = self.files.get(path).ok_or_else(not_found)?;
        // Sixty characters a line, as GitHub sends it.
        let encoded: Vec<char> = STANDARD.encode(text).chars().collect();
        let lines: Vec<String> = encoded.chunks(60).map(|line| line.iter().collect()).collect();
        let content =
            json!({ "type": "file", "encoding": "base64", "path": path, "content": lines.join("\n") });
        Ok((200, content))
    }
}

impl Listing {
    /// Whether a run is one of those that are asked for.
    fn picks(&self, run: &Run) -> bool {
        let is = |wanted: &Option<String>, it: &str| wanted.as_ref().is_none_or(|wanted| wanted == it);
        let status = is(&self.status, &run.status)
            || run.conclusion.as_ref().is_some_and(|ended| self.status.as_ref() == Some(ended));
        is(&self.event, &run.event) && is(&self.branch, &run.branch) && status
    }
}

fn run(run: &Run) -> Value {
    json!({
        "id": run.id,
        "name": run.file.trim_end_matches(".yml"),
        "path": format!(".github/workflows/{}", run.file),
        "event": run.event,
        "head_branch": run.branch,
        "run_number": run.number,
        "run_attempt": run.attempt,
        "display_title": "Pass the witness on",
        "head_sha": "3484a3fb816e0859fd6e1cea078d76385ff50625",
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": 161_335,
        "pull_requests": [],
        "created_at": second(run.started),
        "updated_at": second(run.updated),
        "run_started_at": second(run.started),
        "actor": { "login": "maya", "id": 1, "type": "User" },
        "triggering_actor": { "login": "maya", "id": 1, "type": "User" },
        "html_url": format!("https://github.com/o/r/actions/runs/{}", run.id),
    })
}

fn job(job: &Job, run: u64) -> Value {
    let steps = job.steps.iter().zip(1..).map(|(step, number): (_, u64)| {
        json!({
            "number": number,
            "name": step.name,
            "status": "completed",
            "conclusion": step.conclusion,
            "started_at": step.started,
            "completed_at": step.completed,
        })
    });
    json!({
        "id": job.id,
        "run_id": run,
        "name": job.name,
        "status": "completed",
        "conclusion": job.conclusion,
        "steps": steps.collect::<Vec<_>>(),
    })
}

fn not_accessible() -> Refusal {
    (403, json!({ "message": "Resource not accessible by personal access token", "status": "403" }))
}
