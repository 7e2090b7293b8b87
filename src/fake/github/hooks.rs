//! A repository's webhooks: what GitHub delivers, its list of attempts, and an attempt made again when it is asked for (REST
//! "Repository webhooks"; "Handling failed webhook deliveries": it tries once by itself, and waits ten seconds).

use std::time::Duration;

use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::http::Listing;
use super::world::{Refusal, not_found};
use super::{GitHub, Hook};
use crate::alerts::Post;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long attempts are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 3);
/// Marks an answer that is a page of a list, and the next page's cursor.
pub(super) const PAGE: &str = "page";
pub(super) const NEXT: &str = "next";

/// The number of an organisation's first webhook.
const ORGANISATION: u64 = 101;

/// Whose webhooks they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Repository,
    Organisation,
}

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: u64,
    pub hook: u64,
    /// The same for all attempts.
    pub guid: String,
    pub event: String,
    pub action: Option<String>,
    pub at: Timestamp,
    /// 0 where nobody answered.
    pub status: u16,
    pub redelivery: bool,
    pub post: Post,
}

/// Attempts so far, and where they go.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    pub made: Vec<Delivery>,
    /// Where the hooks' addresses lead; nobody is there without it.
    target: Option<String>,
    /// Attempts under way.
    pending: usize,
}

impl GitHub {
    /// Where howler's HTTP front is, behind the addresses of all hooks.
    pub fn point_at(&self, howler: &str) {
        self.deliveries().target = Some(howler.trim_end_matches('/').to_owned());
    }

    /// Nobody is behind the hooks' addresses.
    pub fn point_nowhere(&self) {
        self.deliveries().target = None;
    }

    /// Delivers `post` by the hook of this number, and notes what came of it.
    pub async fn delivers(&self, hook: u64, post: Post) -> u16 {
        self.attempt(hook, post, false).await
    }

    /// Every attempt so far, the oldest first.
    pub fn attempts(&self) -> Vec<Delivery> {
        self.deliveries().made.clone()
    }

    /// Whether an attempt is under way that was asked for.
    pub fn is_delivering(&self) -> bool {
        self.deliveries().pending > 0
    }

    async fn attempt(&self, hook: u64, post: Post, redelivery: bool) -> u16 {
        let target = self.deliveries().target.clone();
        let status = match target {
            Some(target) => sent(&target, &post).await,
            None => 0,
        };
        let header = |name: &str| {
            let mut headers = post.headers.iter();
            headers.find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let body: Value = serde_json::from_str(&post.body).unwrap_or_default();
        let at = self.0.setup.clock.now();
        let mut deliveries = self.deliveries();
        let id = 10_000 + deliveries.made.len() as u64;
        let (guid, event) = (header("x-github-delivery"), header("x-github-event"));
        let action = body["action"].as_str().map(str::to_owned);
        deliveries.made.push(Delivery { id, hook, guid, event, action, at, status, redelivery, post });
        status
    }

    /// The answer where the path is one of these.
    pub(super) fn hooks_api(
        &self,
        method: &Method,
        of: Of,
        rest: &[&str],
        listing: &Listing,
    ) -> Option<Result<(u16, Value), Refusal>> {
        let ["hooks", rest @ ..] = rest else { return None };
        let (scope, permission) = match of {
            Of::Repository => ("admin:repo_hook", "repository_hooks"),
            Of::Organisation => ("admin:org_hook", "organization_hooks"),
        };
        // A classic token without the scope does not even learn that there is such a thing.
        if self.faults().lacks(scope) {
            return Some(Err(not_found()));
        }
        let write = method != Method::GET && self.faults().lacks(&format!("{permission}: write"));
        if self.faults().lacks(permission) || write {
            let message = "Resource not accessible by personal access token";
            return Some(Err((403, json!({ "message": message, "status": "403" }))));
        }
        let (first, count) = match of {
            Of::Repository => (1, self.repository().hooks.len()),
            Of::Organisation => (ORGANISATION, self.repository().organisation_hooks.len()),
        };
        let number = |hook: &str| -> Option<u64> {
            let number = hook.parse::<u64>().ok()?;
            (first..first + count as u64).contains(&number).then_some(number)
        };
        Some(match (method.as_str(), rest) {
            ("GET", []) => Ok((200, self.repository().hooks(of, first, listing))),
            ("GET", [hook, "deliveries"]) => {
                number(hook).ok_or_else(not_found).and_then(|hook| self.listed(hook, listing))
            }
            ("POST", [hook, "deliveries", id, "attempts"]) => {
                number(hook).ok_or_else(not_found).and_then(|hook| self.again(hook, id))
            }
            _ => Err(not_found()),
        })
    }

    fn listed(&self, hook: u64, listing: &Listing) -> Result<(u16, Value), Refusal> {
        let now = self.0.setup.clock.now();
        let below = match listing.cursor.as_deref() {
            Some(cursor) => match cursor.strip_prefix("v1_").and_then(|id| id.parse::<u64>().ok()) {
                Some(below) => below,
                None => return Err((422, json!({ "message": "Invalid cursor" }))),
            },
            None => u64::MAX,
        };
        let deliveries = self.deliveries();
        let kept = |one: &&Delivery| one.hook == hook && now.duration_since(one.at) <= KEPT && one.id < below;
        let shown: Vec<&Delivery> = deliveries.made.iter().rev().filter(kept).collect();
        let size = listing.size();
        let more = shown.len() > size;
        let page: Vec<&Delivery> = shown.into_iter().take(size).collect();
        let next = page.last().filter(|_| more).map(|last| format!("v1_{}", last.id));
        Ok((200, json!({ PAGE: page.into_iter().map(shown_as).collect::<Vec<_>>(), NEXT: next })))
    }

    /// GitHub answers that it will, and does it then.
    fn again(&self, hook: u64, id: &str) -> Result<(u16, Value), Refusal> {
        let now = self.0.setup.clock.now();
        let mut deliveries = self.deliveries();
        let known = deliveries
            .made
            .iter()
            .find(|one| one.hook == hook && one.id.to_string() == id && now.duration_since(one.at) <= KEPT);
        let post = known.map(|one| one.post.clone()).ok_or_else(not_found)?;
        deliveries.pending += 1;
        let github = self.clone();
        tokio::spawn(async move {
            github.attempt(hook, post, true).await;
            github.deliveries().pending -= 1;
        });
        Ok((202, json!({})))
    }
}

async fn sent(target: &str, post: &Post) -> u16 {
    let method = post.method.parse().unwrap_or_default();
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap_or_default();
    let mut request = client.request(method, format!("{target}{}", post.path));
    for (name, value) in &post.headers {
        request = request.header(*name, value);
    }
    request.body(post.body.clone()).send().await.map_or(0, |response| response.status().as_u16())
}

fn shown_as(one: &Delivery) -> Value {
    let status = match one.status {
        0 => "failed to connect to host".to_owned(),
        200..300 => "OK".to_owned(),
        status => format!("Invalid HTTP Response: {status}"),
    };
    json!({
        "id": one.id,
        "guid": one.guid,
        "delivered_at": one.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "redelivery": one.redelivery,
        "duration": 0.27,
        "status": status,
        // GitHub's list has a number also where there was no answer.
        "status_code": if one.status == 0 { 502 } else { one.status },
        "event": one.event,
        "action": one.action,
        "installation_id": null,
        "repository_id": 300_029_405,
        "throttled_at": null,
    })
}

/// A hook that leads to howler.
impl Hook {
    pub fn to_howler() -> Self {
        Self { url: "https://howler.example/hooks/github".into(), events: vec!["workflow_run".into()] }
    }
}
