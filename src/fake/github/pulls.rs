//! Pull requests ("REST API endpoints for pull requests"). They are counted together with issues, and listed among them.

use axum::http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::GitHub;
use super::git::{Git, Oid, Signature};
use super::http::{Listing, asked};
use super::world::{BODY_MOST, Refusal, TITLE_MOST, World, not_found, second, text};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    pub number: u64,
    pub title: String,
    pub body: String,
    /// Branches of the same repository.
    pub head: String,
    pub base: String,
    /// Where the head stood last; a closed one follows its branch no more.
    pub head_sha: Oid,
    pub open: bool,
    pub merged_at: Option<Timestamp>,
    pub merge_commit: Option<Oid>,
    pub by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

type Answer = Result<(u16, Value), Refusal>;

fn invalid(error: &Value) -> Refusal {
    (422, json!({ "message": "Validation Failed", "errors": [error], "status": "422" }))
}

fn field(field: &str, code: &str) -> Refusal {
    invalid(&json!({ "resource": "PullRequest", "field": field, "code": code }))
}

fn custom(message: &str) -> Refusal {
    invalid(&json!({ "resource": "PullRequest", "code": "custom", "message": message }))
}

impl Pull {
    pub(super) fn close(&mut self, now: Timestamp) {
        self.open = false;
        self.closed_at = Some(now);
        self.updated_at = now;
    }

    fn follow(&mut self, git: &Git) {
        if let Some(head) = git.head(&self.head).filter(|_| self.open) {
            self.head_sha = head;
        }
    }
}

impl GitHub {
    /// The pull requests as they stand, oldest first.
    pub fn pulls(&self) -> Vec<Pull> {
        let git = self.git();
        let mut world = self.world();
        world.pulls.iter_mut().for_each(|pull| pull.follow(&git));
        world.pulls.clone()
    }

    /// Somebody merges a pull request: with a commit of two parents, or squashed to one.
    ///
    /// # Errors
    /// Why it cannot be merged: the path of a file that both sides changed.
    pub fn somebody_merges(&self, login: &str, number: u64, squash: bool) -> Result<Oid, String> {
        let now = self.0.setup.clock.now();
        let mut git = self.git();
        let mut world = self.world();
        let pull = world.pulls.iter_mut().find(|pull| pull.number == number && pull.open);
        let pull = pull.ok_or("there is no such open pull request")?;
        pull.follow(&git);
        let message = match squash {
            true => format!("{} (#{number})", pull.title),
            false => format!("Merge pull request #{number} from {}\n\n{}", pull.head, pull.title),
        };
        let (base, head) = (pull.base.clone(), pull.head_sha);
        let oid = git.merge(&base, head, &Signature::of(login, now), &message, squash)?;
        pull.close(now);
        (pull.merged_at, pull.merge_commit) = (Some(now), Some(oid));
        Ok(oid)
    }

    /// A pull request as the REST API and the webhooks show it; null where there is none.
    pub fn pull_shown(&self, number: u64) -> Value {
        let pulls = self.pulls();
        let pull = pulls.iter().find(|pull| pull.number == number);
        pull.map(|pull| pull.shown(&self.0.setup.repository)).unwrap_or_default()
    }

    /// The same of an issue.
    pub fn issue_shown(&self, number: u64) -> Value {
        let issues = self.issues();
        let issue = issues.iter().find(|issue| issue.number == number);
        issue.map(|issue| issue.shown(&self.0.setup.repository)).unwrap_or_default()
    }

    /// Somebody opens a pull request.
    pub fn somebody_pulls(&self, login: &str, head: &str, base: &str, title: &str) {
        let now = self.0.setup.clock.now();
        let git = self.git();
        let asked = json!({ "title": title, "head": head, "base": base });
        let opened = self.world().pull(&self.0.setup.repository, &git, login, &asked, now);
        assert!(opened.is_ok(), "{opened:?}");
    }

    /// Somebody closes a pull request or an issue.
    pub fn somebody_closes(&self, number: u64) {
        self.turn(number, false);
    }

    pub fn somebody_reopens(&self, number: u64) {
        self.turn(number, true);
    }

    fn turn(&self, number: u64, open: bool) {
        let now = self.0.setup.clock.now();
        let mut world = self.world();
        if let Some(pull) = world.pulls.iter_mut().find(|pull| pull.number == number) {
            pull.close(now);
            pull.open = open;
            return;
        }
        let state = json!({ "state": if open { "open" } else { "closed" } });
        let turned = world.update(number, &state, now);
        assert!(turned.is_ok(), "{turned:?}");
    }

    /// The answer where the path is of pull requests.
    pub(super) fn pulls_api(
        &self,
        method: &Method,
        rest: &[&str],
        body: &[u8],
        listing: &Listing,
    ) -> Option<Answer> {
        let ["pulls", rest @ ..] = rest else { return None };
        let git = self.git();
        if let Err(refusal) = self.may(&git, method, "pull_requests") {
            return Some(Err(refusal));
        }
        let (setup, now) = (&self.0.setup, self.0.setup.clock.now());
        let repository = git.renamed.clone().unwrap_or_else(|| setup.repository.clone());
        let mut world = self.world();
        world.pulls.iter_mut().for_each(|pull| pull.follow(&git));
        let shown = |pull: &Pull| pull.shown(&repository);
        let number = |text: &str| text.parse::<u64>().map_err(|_| not_found());
        let found = match (method.as_str(), rest) {
            ("GET", []) => {
                let listed = world.listed_pulls(&repository, listing);
                Ok((200, listing.page_of(listed)))
            }
            ("POST", []) => asked(body)
                .and_then(|asked| world.pull(&repository, &git, &setup.login, &asked, now))
                .map(|pull| (201, shown(&pull))),
            ("GET", [one]) => number(one).and_then(|one| {
                let pull = world.pulls.iter().find(|pull| pull.number == one).ok_or_else(not_found)?;
                Ok((200, with_merge(shown(pull), pull, &git)))
            }),
            ("PATCH", [one]) => number(one)
                .and_then(|one| world.change_pull(&git, one, &asked(body)?, now))
                .map(|pull| (200, shown(&pull))),
            _ => Err(not_found()),
        };
        Some(found)
    }
}

/// What only one pull request by itself tells: whether it could be merged.
fn with_merge(mut shown: Value, pull: &Pull, git: &Git) -> Value {
    let tip = git.head(&pull.base).filter(|_| pull.open);
    let clean = tip.map(|tip| git.merged(tip, pull.head_sha).is_ok());
    shown["mergeable"] = json!(clean);
    shown["mergeable_state"] = match clean {
        Some(true) => "clean",
        Some(false) => "dirty",
        None => "unknown",
    }
    .into();
    shown
}

impl World {
    fn listed_pulls(&self, repository: &str, listing: &Listing) -> Vec<Value> {
        let owner = repository.split('/').next().unwrap_or_default();
        // A head without its owner filters nothing.
        let head = listing.head.as_deref().and_then(|head| head.split_once(':'));
        let picks = |pull: &&Pull| {
            let state = match listing.state.as_deref() {
                Some("all") => true,
                Some("closed") => !pull.open,
                _ => pull.open,
            };
            state
                && head.is_none_or(|(of, name)| of.eq_ignore_ascii_case(owner) && name == pull.head)
                && listing.base.as_ref().is_none_or(|base| *base == pull.base)
        };
        let mut listed: Vec<Value> =
            self.pulls.iter().filter(picks).map(|pull| pull.shown(repository)).collect();
        if listing.direction.as_deref() != Some("asc") {
            listed.reverse();
        }
        listed
    }

    fn pull(
        &mut self,
        repository: &str,
        git: &Git,
        login: &str,
        asked: &Value,
        now: Timestamp,
    ) -> Result<Pull, Refusal> {
        let owner = repository.split('/').next().unwrap_or_default();
        let title = text(asked, "title", TITLE_MOST)?.filter(|title| !title.trim().is_empty());
        let title = title.ok_or_else(|| field("title", "missing_field"))?;
        let body = text(asked, "body", BODY_MOST)?.unwrap_or_default();
        let named = |name: &str| -> Result<(String, Oid), Refusal> {
            let given = asked[name].as_str().ok_or_else(|| field(name, "missing_field"))?;
            let branch = given.strip_prefix(&format!("{owner}:")).unwrap_or(given);
            let oid = git.head(branch).ok_or_else(|| field(name, "invalid"))?;
            Ok((branch.to_owned(), oid))
        };
        let (head, head_sha) = named("head")?;
        let (base, base_sha) = named("base")?;
        if git.ahead(base_sha, head_sha) == 0 {
            return Err(custom(&format!("No commits between {base} and {head}")));
        }
        if self.pulls.iter().any(|pull| pull.open && pull.head == head && pull.base == base) {
            return Err(custom(&format!("A pull request already exists for {owner}:{head}.")));
        }
        let pull = Pull {
            number: self.next_number(),
            title: title.to_owned(),
            body: body.to_owned(),
            head,
            base,
            head_sha,
            open: true,
            merged_at: None,
            merge_commit: None,
            by: login.to_owned(),
            created_at: now,
            updated_at: now,
            closed_at: None,
        };
        self.pulls.push(pull.clone());
        Ok(pull)
    }

    fn change_pull(
        &mut self,
        git: &Git,
        number: u64,
        asked: &Value,
        now: Timestamp,
    ) -> Result<Pull, Refusal> {
        let pull = self.pulls.iter_mut().find(|pull| pull.number == number).ok_or_else(not_found)?;
        let (title, body) = (text(asked, "title", TITLE_MOST)?, text(asked, "body", BODY_MOST)?);
        let state = text(asked, "state", 16)?;
        let stuck = |why: String| {
            let message = format!("state cannot be changed. {why}");
            invalid(
                &json!({ "resource": "PullRequest", "code": "custom", "field": "state", "message": message }),
            )
        };
        match state {
            Some("open") if pull.merged_at.is_some() => {
                return Err(stuck(format!("Pull request #{number} is merged.")));
            }
            Some("open") if !pull.open && git.head(&pull.head).is_none() => {
                return Err(stuck(format!("The {} branch has been deleted.", pull.head)));
            }
            Some("open") => pull.open = true,
            Some("closed") if pull.open => pull.close(now),
            Some("closed") | None => {}
            Some(_) => return Err(field("state", "invalid")),
        }
        if let Some(title) = title {
            title.clone_into(&mut pull.title);
        }
        if let Some(body) = body {
            body.clone_into(&mut pull.body);
        }
        pull.updated_at = now;
        Ok(pull.clone())
    }
}

impl Pull {
    pub(super) fn shown(&self, repository: &str) -> Value {
        let owner = repository.split('/').next().unwrap_or_default();
        let end = |name: &str, sha: Option<Oid>| {
            json!({
                "ref": name, "label": format!("{owner}:{name}"), "sha": sha.map(|sha| sha.to_string()),
                "repo": { "full_name": repository },
            })
        };
        json!({
            "id": 2_000_000 + self.number,
            "number": self.number,
            "html_url": format!("https://github.com/{repository}/pull/{}", self.number),
            "state": if self.open { "open" } else { "closed" },
            "draft": false,
            "title": self.title,
            "body": self.body,
            "user": { "login": self.by },
            "head": end(&self.head, Some(self.head_sha)),
            "base": end(&self.base, None),
            "merged_at": self.merged_at.map(second),
            "merge_commit_sha": self.merge_commit.map(|oid| oid.to_string()),
            "created_at": second(self.created_at),
            "updated_at": second(self.updated_at),
            "closed_at": self.closed_at.filter(|_| !self.open).map(second),
        })
    }

    /// As a list of issues has it.
    pub(super) fn shown_among_issues(&self, repository: &str) -> Value {
        let mut shown = self.shown(repository);
        shown["pull_request"] = json!({ "merged_at": self.merged_at.map(second) });
        shown["labels"] = json!([]);
        shown
    }
}

#[cfg(test)]
mod tests;
