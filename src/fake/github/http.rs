//! The REST API: who asks, what goes wrong, what is answered.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, LINK, LOCATION, RETRY_AFTER, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::faults::Fault;
use super::hooks::{NEXT, Of, PAGE};
use super::world::{Refusal, World, not_found};
use super::{Call, GitHub};

/// A file comes as base64 in JSON.
const BODY_MOST: usize = 1 << 26;
/// Calls an hour, as GitHub gives a token.
pub(super) const ALLOWANCE: u32 = 5_000;
/// The number that a repository keeps under every name.
const REPOSITORY: &str = "300029405";
/// Versions of the API that are served.
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];

pub(super) fn router(github: GitHub) -> Router {
    Router::new().fallback(call).layer(DefaultBodyLimit::max(BODY_MOST)).with_state(github)
}

/// How lists are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Listing {
    per_page: Option<usize>,
    page: Option<usize>,
    pub(super) state: Option<String>,
    pub(super) direction: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    pub(super) event: Option<String>,
    pub(super) branch: Option<String>,
    pub(super) status: Option<String>,
    pub(super) path: Option<String>,
    pub(super) cursor: Option<String>,
    pub(super) sha: Option<String>,
    pub(super) r#ref: Option<String>,
    pub(super) recursive: Option<String>,
    pub(super) head: Option<String>,
    pub(super) base: Option<String>,
    /// Names, with commas between; an issue has all of them.
    labels: Option<String>,
    sort: Option<String>,
}

async fn call(State(github): State<GitHub>, Query(listing): Query<Listing>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_MOST).await.unwrap_or_default();
    let path: Vec<&str> = parts.uri.path().trim_matches('/').split('/').collect();
    let route = route(&parts.method, &path);
    if let ["_logs", job] = path.as_slice() {
        return github.stored_log(job, parts.uri.query(), &parts.headers);
    }
    github.meanwhile(&route);
    let fault = github.faults().strike(&route);
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let answer = match &fault {
        None | Some(Fault::LoseAnswer) => {
            github.carry_out(&parts.method, &path, &parts.headers, &body, &listing)
        }
        Some(fault) => Err(refusal(fault)),
    };
    let lost = fault == Some(Fault::LoseAnswer);
    let (status, body) = answer.unwrap_or_else(|refusal| refusal);
    github.note(route, target, if lost { 0 } else { status });
    let place = github.place(status, &body, &parts.headers);
    if let Some(place) = place {
        return (StatusCode::FOUND, [(LOCATION, place)]).into_response();
    }
    if lost { broken() } else { github.respond(status, &body, &parts, fault.as_ref()) }
}

/// `GET /repos/{}/issues/{}`.
fn route(method: &Method, path: &[&str]) -> String {
    // What follows is a name of several parts.
    let short = match path {
        ["repos", _, _, "git", kind, _, ..] => Some(format!("git/{kind}")),
        ["repos", _, _, kind @ ("contents" | "branches" | "compare"), _, ..] => Some((*kind).to_owned()),
        _ => None,
    };
    if let Some(short) = short {
        return format!("{method} /repos/{{}}/{short}/{{}}");
    }
    let words = path.iter().enumerate().filter(|(at, _)| *at != 2).map(|(at, word)| match at {
        1 => "{}",
        4 if path.get(3) != Some(&"git") => "{}",
        _ => word,
    });
    format!("{method} /{}", words.collect::<Vec<_>>().join("/"))
}

fn refusal(fault: &Fault) -> Refusal {
    match fault {
        Fault::Primary(_) => (403, json!({ "message": "API rate limit exceeded for user ID 1." })),
        Fault::Secondary(_) => (403, json!({ "message": "You have exceeded a secondary rate limit." })),
        Fault::Http(status) => (*status, Value::Null),
        Fault::LoseAnswer => (500, Value::Null),
    }
}

/// The head of a good answer, and then a broken connection.
fn broken() -> Response {
    let lost =
        futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost on purpose")) });
    (StatusCode::CREATED, [(CONTENT_TYPE, "application/json; charset=utf-8")], Body::from_stream(lost))
        .into_response()
}

impl GitHub {
    fn carry_out(
        &self,
        method: &Method,
        path: &[&str],
        headers: &HeaderMap,
        body: &[u8],
        listing: &Listing,
    ) -> Result<(u16, Value), Refusal> {
        self.admit(headers)?;
        let setup = &self.0.setup;
        let hidden = self.faults().is_hidden();
        let owner = setup.repository.split('/').next().unwrap_or_default();
        let moved = self.git().renamed.clone();
        let ["repos", of, name, rest @ ..] = path else {
            return match path {
                ["repositories", REPOSITORY] if !hidden => Ok((200, self.shown_repository())),
                ["rate_limit"] => Ok(self.rate_limit()),
                ["orgs", organisation, "audit-log"] if !hidden => self.audit_log(organisation, listing),
                ["orgs", organisation, rest @ ..] if !hidden && *organisation == owner => self
                    .hooks_api(method, Of::Organisation, rest, listing)
                    .unwrap_or_else(|| Err(not_found())),
                ["user"] => Ok((200, json!({ "login": setup.login }))),
                _ => Err(not_found()),
            };
        };
        let asked_for = format!("{of}/{name}");
        let is_old = asked_for.eq_ignore_ascii_case(&setup.repository);
        let is_it = moved.as_ref().map_or(is_old, |moved| asked_for.eq_ignore_ascii_case(moved));
        if hidden || !(is_it || is_old) {
            return Err(not_found());
        }
        if !is_it {
            let rest: String = rest.iter().map(|part| format!("/{part}")).collect();
            let url = format!("https://api.github.com/repositories/{REPOSITORY}{rest}");
            let page =
                "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects";
            let status = if method == Method::GET { 301 } else { 307 };
            return Err((
                status,
                json!({ "message": "Moved Permanently", "url": url, "documentation_url": page }),
            ));
        }
        if let Some(hooks) = self.hooks_api(method, Of::Repository, rest, listing) {
            return hooks;
        }
        if let Some(told) = self.git_api(method, rest, body, listing) {
            return told;
        }
        if let Some(told) = self.pulls_api(method, rest, body, listing) {
            return told;
        }
        if let Some(read) = self.read(method, rest, listing) {
            return read;
        }
        if rest.is_empty() && method == Method::GET {
            return Ok((200, self.shown_repository()));
        }
        if method != Method::GET && self.git().archived {
            return Err((403, json!({ "message": "Repository was archived so is read-only." })));
        }
        if self.faults().are_issues_off() {
            return Err((410, json!({ "message": "Issues are disabled for this repo" })));
        }
        if method != Method::GET && self.faults().may_not_write() {
            return Err((403, json!({ "message": "Resource not accessible by personal access token" })));
        }
        self.issues_api(method, rest, body, listing)
    }

    fn shown_repository(&self) -> Value {
        let git = self.git();
        let pushes = !self.faults().lacks("push");
        json!({
            "id": REPOSITORY.parse::<u64>().unwrap_or_default(),
            "full_name": git.renamed.as_ref().unwrap_or(&self.0.setup.repository),
            "has_issues": !self.faults().are_issues_off(),
            "archived": git.archived,
            "default_branch": git.default_branch,
            "permissions": { "admin": false, "maintain": false, "push": pushes, "triage": pushes, "pull": true },
        })
    }

    fn issues_api(
        &self,
        method: &Method,
        rest: &[&str],
        body: &[u8],
        listing: &Listing,
    ) -> Result<(u16, Value), Refusal> {
        let (setup, now) = (&self.0.setup, self.0.setup.clock.now());
        let (repository, login) = (setup.repository.as_str(), setup.login.as_str());
        let asked = || asked(body);
        let pushes = !self.faults().lacks("push");
        let number = |text: &str| text.parse::<u64>().map_err(|_| not_found());
        let mut world = self.world();
        match (method.as_str(), rest) {
            ("GET", ["issues"]) => Ok((200, listing.page_of(world.listed(repository, listing)))),
            ("POST", ["issues"]) => Ok((201, world.create(login, &asked()?, pushes, now)?.shown(repository))),
            ("GET", ["issues", issue]) => {
                let number = number(issue)?;
                if let Some(pull) = world.pulls.iter().find(|pull| pull.number == number) {
                    return Ok((200, pull.shown_among_issues(repository)));
                }
                Ok((200, world.issue(number)?.shown(repository)))
            }
            ("PATCH", ["issues", issue]) => {
                Ok((200, world.update(number(issue)?, &asked()?, now)?.shown(repository)))
            }
            ("GET", ["issues", issue, "comments"]) => {
                let issue = world.issue(number(issue)?)?;
                let shown = issue.comments.iter().filter(|comment| listing.covers(comment.created_at));
                let shown = shown.map(|comment| comment.shown(repository, issue.number)).collect();
                Ok((200, listing.page_of(shown)))
            }
            ("POST", ["issues", issue, "comments"]) => {
                let issue = number(issue)?;
                Ok((201, world.comment(issue, login, &asked()?, now)?.shown(repository, issue)))
            }
            _ => Err(not_found()),
        }
    }

    fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let version = headers.get("x-github-api-version").map(|version| version.as_bytes());
        if version.is_some_and(|version| !VERSIONS.iter().any(|known| known.as_bytes() == version)) {
            return Err((400, json!({ "message": "The API version is not supported." })));
        }
        if !headers.contains_key(USER_AGENT) {
            return Err((403, json!({ "message": "Request forbidden by administrative rules." })));
        }
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match given.and_then(|value| value.strip_prefix("Bearer ")) {
            None => Err((401, json!({ "message": "Requires authentication" }))),
            Some(token) if token == self.0.setup.token && !self.faults().token_refused() => Ok(()),
            Some(_) => Err((401, json!({ "message": "Bad credentials" }))),
        }
    }

    fn note(&self, route: String, target: String, status: u16) {
        let call = Call { at: self.0.setup.clock.now(), route, target, status };
        self.0.calls.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(call);
    }

    fn respond(&self, status: u16, body: &Value, asked: &Parts, fault: Option<&Fault>) -> Response {
        let (page, next) = (&body[PAGE], body[NEXT].as_str());
        let body = if page.is_array() { page } else { body };
        let moved = body["url"].as_str().filter(|_| matches!(status, 301 | 307)).map(str::to_owned);
        let now = self.0.setup.clock.now();
        let (remaining, resets) = match fault {
            Some(Fault::Primary(after)) => (0, *after),
            _ => (ALLOWANCE, 3_600),
        };
        let reset = now.saturating_add(SignedDuration::from_secs(resets)).unwrap_or(now);
        let head = [
            (CONTENT_TYPE.as_str(), "application/json; charset=utf-8".to_owned()),
            ("x-ratelimit-limit", ALLOWANCE.to_string()),
            ("x-ratelimit-remaining", remaining.to_string()),
            ("x-ratelimit-reset", reset.as_second().to_string()),
        ];
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut response = (status, head, body).into_response();
        if let Some(next) = next.and_then(|next| link(asked, next).parse().ok()) {
            response.headers_mut().insert(LINK, next);
        }
        if let Some(moved) = moved.and_then(|url| url.parse().ok()) {
            response.headers_mut().insert(LOCATION, moved);
        }
        if let Some(Fault::Secondary(wait)) = fault {
            response.headers_mut().insert(RETRY_AFTER, (*wait).into());
        }
        response
    }
}

/// The `Link` to the next page.
fn link(asked: &Parts, next: &str) -> String {
    let host = asked.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("<http://{host}{}?per_page=100&cursor={next}>; rel=\"next\"", asked.uri.path())
}

/// The body as JSON.
pub(super) fn asked(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| (400, json!({ "message": "Problems parsing JSON" })))
}

impl World {
    /// A list of issues has the pull requests among them.
    fn listed(&self, repository: &str, listing: &Listing) -> Vec<Value> {
        let picks = |open: bool, updated: Timestamp| {
            let state = match listing.state.as_deref() {
                Some("all") => true,
                Some("closed") => !open,
                _ => open,
            };
            state && listing.covers(updated)
        };
        let wanted: Vec<&str> = listing.labels.iter().flat_map(|labels| labels.split(',')).collect();
        let labelled =
            |labels: &[String]| wanted.iter().all(|label| labels.iter().any(|known| known == label));
        let issues = self.issues.iter().filter(|issue| !issue.deleted && labelled(&issue.labels));
        let issues = issues.filter(|issue| picks(issue.open, issue.updated_at));
        let by_change = listing.sort.as_deref() == Some("updated");
        let key = |number: u64, updated: Timestamp| (by_change.then_some(updated), number);
        let issues = issues.map(|issue| (key(issue.number, issue.updated_at), issue.shown(repository)));
        let pulls = self.pulls.iter().filter(|pull| labelled(&[]) && picks(pull.open, pull.updated_at));
        let pulls =
            pulls.map(|pull| (key(pull.number, pull.updated_at), pull.shown_among_issues(repository)));
        let mut all: Vec<((Option<Timestamp>, u64), Value)> = issues.chain(pulls).collect();
        all.sort_by_key(|(key, _)| *key);
        if listing.direction.as_deref() != Some("asc") {
            all.reverse();
        }
        all.into_iter().map(|(_, shown)| shown).collect()
    }
}

impl Listing {
    pub(super) fn covers(&self, at: Timestamp) -> bool {
        // Whole seconds, as GitHub keeps them.
        self.since.is_none_or(|since| at.as_second() >= since.as_second())
            && self.until.is_none_or(|until| at.as_second() <= until.as_second())
    }

    pub(super) fn size(&self) -> usize {
        self.per_page.unwrap_or(30).clamp(1, 100)
    }

    pub(super) fn page_of(&self, all: Vec<Value>) -> Value {
        let size = self.size();
        let page = self.page.unwrap_or(1).max(1);
        all.into_iter().skip((page - 1) * size).take(size).collect()
    }
}
