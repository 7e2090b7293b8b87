//! Follow-ups as issues: opened once, closed and reopened, and read back, so that what is closed on either side is closed on
//! the other.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::GitHub;
use super::client::{Ask, Client};
use super::issues::{PAGE, Written, before, get, path_of, second};
use super::publish::{Permission, Step, Undone, Why, is_name};
use super::verdict::Trouble;
use domain::effect::Issue;

/// The most pages that one look at a repository's issues reads; the next look goes on behind them.
const PAGES: usize = 10;

/// A follow-up whose issue is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// `owner/name`.
    pub repository: String,
    /// Of 256 characters at most.
    pub title: String,
    /// Of 65,000 characters at most; the mark comes behind it.
    pub body: String,
    /// GitHub makes those that it does not know, and leaves all of them out where the token may not push.
    pub labels: Vec<String>,
    /// The follow-up's, and nobody else's.
    pub mark: String,
    /// Since when an attempt may have been made.
    pub since: Timestamp,
    /// An earlier attempt may have been carried out.
    pub unsure: bool,
}

/// An issue as GitHub shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueSeen {
    pub issue: Issue,
    pub open: bool,
    /// `completed`, `not_planned`, `duplicate` or `reopened`, where GitHub tells.
    pub reason: Option<String>,
    pub updated_at: Option<Timestamp>,
}

impl GitHub {
    /// Opens the issue of a follow-up, and looks first for the one of an earlier attempt where that is unknown.
    ///
    /// # Errors
    /// Why not, and whether it may stand by now.
    pub async fn open_follow_up(&self, follow_up: &FollowUp) -> Result<IssueSeen, Undone> {
        let FollowUp { repository, mark, unsure, .. } = follow_up;
        let before_sending = |why| Undone { why, unknown: *unsure };
        let client = self.caller_for(repository).map_err(before_sending)?;
        let path = format!("/repos/{repository}/issues");
        if *unsure {
            let carries = |written: &Written| written.carries(mark);
            let found = self.find_issue(client, &path, before(follow_up.since), carries).await;
            if let Some(found) = found.map_err(|trouble| before_sending(of(trouble, reading())))? {
                return Ok(seen(repository, found));
            }
        }
        let body = format!("{}\n\n<!-- howler {mark} -->", follow_up.body.trim_end());
        let asked = json!({ "title": follow_up.title, "body": body, "labels": follow_up.labels });
        let opened: Result<Written, Trouble> = client.call(&Ask::Post(path, asked)).await;
        opened.map(|written| seen(repository, written)).map_err(|trouble| {
            let unknown = matches!(trouble, Trouble::Lost(_));
            Undone { why: of(trouble, writing()), unknown }
        })
    }

    /// Closes or reopens an issue. Twice is the same as once.
    ///
    /// # Errors
    /// Why not.
    pub async fn turn_issue(&self, issue: &Issue, open: bool) -> Result<IssueSeen, Undone> {
        let (state, reason) = if open { ("open", "reopened") } else { ("closed", "completed") };
        self.change_issue(issue, json!({ "state": state, "state_reason": reason })).await
    }

    /// Gives an issue this title and this text; the mark comes behind it.
    ///
    /// # Errors
    /// Why not.
    pub async fn rewrite_issue(
        &self,
        issue: &Issue,
        title: &str,
        body: &str,
        mark: &str,
    ) -> Result<IssueSeen, Undone> {
        let body = format!("{}\n\n<!-- howler {mark} -->", body.trim_end());
        self.change_issue(issue, json!({ "title": title, "body": body })).await
    }

    async fn change_issue(&self, issue: &Issue, asked: Value) -> Result<IssueSeen, Undone> {
        let change = async {
            let client = self.caller_for(&issue.repository)?;
            let changed: Result<Written, Trouble> = client.call(&Ask::Patch(path_of(issue), asked)).await;
            changed.map(|written| seen(&issue.repository, written)).map_err(|trouble| of(trouble, writing()))
        };
        change.await.map_err(|why| Undone { unknown: matches!(&why, Why::Call(Trouble::Lost(_))), why })
    }

    /// How an issue stands.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub async fn see_issue(&self, issue: &Issue) -> Result<IssueSeen, Undone> {
        let look = async {
            let client = self.caller_for(&issue.repository)?;
            let found: Result<Written, Trouble> = get(client, path_of(issue)).await;
            found.map(|written| seen(&issue.repository, written)).map_err(|trouble| of(trouble, reading()))
        };
        look.await.map_err(|why| Undone { why, unknown: false })
    }

    /// The issues with this label that changed since then, those that changed first in front: a thousand at most, so that
    /// the next look begins at the last one's instant. An issue that was deleted, or lost its label, is not among them.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub async fn see_issues(
        &self,
        repository: &str,
        label: &str,
        since: Timestamp,
    ) -> Result<Vec<IssueSeen>, Undone> {
        let look = async {
            let client = self.caller_for(repository)?;
            let label: String = form(label);
            let list = format!(
                "/repos/{repository}/issues?state=all&sort=updated&direction=asc&labels={label}&since={}&per_page={PAGE}",
                second(since)
            );
            let mut all = Vec::new();
            for page in 1..=PAGES {
                let listed: Result<Vec<Written>, Trouble> = get(client, format!("{list}&page={page}")).await;
                let listed = listed.map_err(|trouble| of(trouble, reading()))?;
                let is_last = listed.len() < PAGE;
                let issues = listed.into_iter().filter(|written| written.pull_request.is_none());
                all.extend(issues.map(|written| seen(repository, written)));
                if is_last {
                    break;
                }
            }
            Ok(all)
        };
        look.await.map_err(|why| Undone { why, unknown: false })
    }

    fn caller_for(&self, repository: &str) -> Result<&Client, Why> {
        if is_name(repository) { self.caller() } else { Err(Why::NotAName) }
    }
}

fn reading() -> Step<'static> {
    Step::Read(Permission::Issues)
}

fn writing() -> Step<'static> {
    Step::Write(Permission::Issues)
}

/// A missing repository and a missing issue look alike to who reads.
fn of(trouble: Trouble, step: Step<'_>) -> Why {
    match trouble {
        Trouble::Refused { status: 404, .. } => Why::Hidden,
        trouble => Why::of(trouble, step),
    }
}

fn seen(repository: &str, written: Written) -> IssueSeen {
    let Written { number, html_url: url, state, state_reason: reason, updated_at, .. } = written;
    let issue = Issue { repository: repository.to_owned(), number, url };
    IssueSeen { issue, open: state != "closed", reason, updated_at }
}

/// A value of a query.
fn form(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
