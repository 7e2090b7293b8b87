//! Issues and comments, each looked for by its mark where an earlier attempt's fate is unknown.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use super::client::{Ask, Client};
use super::verdict::Trouble;
use super::{GitHub, Stop};
use crate::job::Job;
use domain::effect::{EffectKind, Issue, Receipt};
use domain::incident::Incident;
use domain::incident::timeline::Entry;
use view::IssueText;

/// GitHub's clock and howler's may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_mins(2);
/// The most that GitHub gives on one page.
pub(super) const PAGE: usize = 100;

/// What is read of an issue or a comment.
#[derive(Deserialize)]
pub(super) struct Written {
    /// Issues alone have one.
    #[serde(default)]
    pub number: u64,
    pub html_url: String,
    #[serde(default)]
    body: Option<String>,
    created_at: Timestamp,
    #[serde(default)]
    user: Option<User>,
    /// Issues alone have these.
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub state_reason: Option<String>,
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
    /// A pull request among the issues.
    #[serde(default)]
    pub pull_request: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct User {
    login: String,
}

impl GitHub {
    pub(super) async fn carry_out(&self, client: &Client, job: &Job) -> Result<Receipt, Stop> {
        let fault = |why: &str| Stop {
            trouble: Trouble::Refused { status: 422, message: why.to_owned() },
            repository: "the backup repository".to_owned(),
            sending: false,
        };
        let incident = job.incident.as_deref().ok_or_else(|| fault("the incident is not there"))?;
        let issue = incident.backup.issue().ok_or_else(|| fault("no issue was opened"));
        match &job.effect.kind {
            EffectKind::OpenIssue => self.open_issue(client, job, incident).await,
            EffectKind::Comment { entries } => self.comment(client, job, issue?, entries).await,
            EffectKind::IssueCard => edit(client, job, issue?, incident, json!({})).await,
            EffectKind::IssueState { open } => {
                let (state, reason) = if *open { ("open", "reopened") } else { ("closed", "completed") };
                edit(client, job, issue?, incident, json!({ "state": state, "state_reason": reason })).await
            }
            _ => Err(fault("this is none of GitHub's")),
        }
    }

    async fn open_issue(&self, client: &Client, job: &Job, incident: &Incident) -> Result<Receipt, Stop> {
        let repository = self.repository.clone().unwrap_or_default();
        let stop = |sending| {
            let repository = repository.clone();
            move |trouble| Stop { trouble, repository, sending }
        };
        let path = format!("/repos/{repository}/issues");
        let receipt = |written: Written| {
            let (number, url) = (written.number, written.html_url);
            Receipt::Issue(Issue { repository: repository.clone(), number, url })
        };
        if job.may_have_happened() {
            let since = since(job);
            let incident_mark = job.incident_mark();
            let carries = |written: &Written| {
                // One made since that was edited carries the incident's mark. (A howler restored from a backup of before the
                // opening's end finds it so; an older one may be of another incident that had the number.)
                let edited = written.created_at >= since
                    && incident_mark.as_ref().is_some_and(|mark| written.carries(mark));
                edited || written.carries(&job.mark)
            };
            let found = self.find_issue(client, &path, since, carries).await;
            if let Some(found) = found.map_err(stop(false))? {
                return Ok(receipt(found));
            }
        }
        let IssueText { title, body } = view::issue_text(incident, &job.mark);
        let opened = client.call(&Ask::Post(path, json!({ "title": title, "body": body }))).await;
        opened.map(receipt).map_err(stop(true))
    }

    async fn comment(
        &self,
        client: &Client,
        job: &Job,
        issue: &Issue,
        entries: &[Entry],
    ) -> Result<Receipt, Stop> {
        let stop = |sending| move |trouble| Stop { trouble, repository: issue.repository.clone(), sending };
        let path = format!("{}/comments", path_of(issue));
        if job.may_have_happened() {
            let page = format!("{path}?since={}", second(since(job)));
            let carries = |written: &Written| written.carries(&job.mark);
            if self.find_marked(client, &page, None, carries).await.map_err(stop(false))?.is_some() {
                return Ok(Receipt::Nothing);
            }
        }
        let body = view::comment_text(entries, &job.mark);
        let posted = client.call::<IgnoredAny>(&Ask::Post(path, json!({ "body": body }))).await;
        posted.map(|_| Receipt::Nothing).map_err(stop(true))
    }

    /// The issue that `carries` finds among those made since then.
    pub(super) async fn find_issue(
        &self,
        client: &Client,
        issues: &str,
        since: Timestamp,
        carries: impl Fn(&Written) -> bool,
    ) -> Result<Option<Written>, Trouble> {
        let query = format!("state=all&sort=created&direction=desc&since={}", second(since));
        self.find_marked(client, &format!("{issues}?{query}"), Some(since), carries).await
    }

    /// The issue or comment that `carries` finds and that is howler's own. A list of issues runs from new to old and ends
    /// at `until`.
    async fn find_marked(
        &self,
        client: &Client,
        list: &str,
        until: Option<Timestamp>,
        carries: impl Fn(&Written) -> bool,
    ) -> Result<Option<Written>, Trouble> {
        let me = self.me(client).await?;
        let own = |written: &Written| {
            let login = written.user.as_ref().map(|user| user.login.as_str());
            me.is_none() || login == me
        };
        for page in 1.. {
            let written: Vec<Written> = get(client, format!("{list}&per_page={PAGE}&page={page}")).await?;
            let last = written.len() < PAGE
                || written.last().zip(until).is_some_and(|(oldest, until)| oldest.created_at < until);
            if let Some(found) = written.into_iter().find(|written| carries(written) && own(written)) {
                return Ok(Some(found));
            }
            if last {
                break;
            }
        }
        Ok(None)
    }

    /// The token's login; `None` where it is no person's, as with an app's installation.
    async fn me(&self, client: &Client) -> Result<Option<&str>, Trouble> {
        let ask = async || match get::<User>(client, "/user".to_owned()).await {
            Ok(user) => Ok(Some(user.login)),
            Err(Trouble::Refused { status: 403 | 404, .. }) => Ok(None),
            Err(trouble) => Err(trouble),
        };
        self.me.get_or_try_init(ask).await.map(Option::as_deref)
    }

    /// Whether issues can be opened in `repository`, as far as reading tells.
    pub(super) async fn look_at(&self, client: &Client, repository: &str) -> Result<bool, Trouble> {
        #[derive(Deserialize)]
        struct Repository {
            has_issues: bool,
            archived: bool,
        }
        let found: Repository = get(client, format!("/repos/{repository}")).await?;
        Ok(found.has_issues && !found.archived)
    }
}

impl Written {
    pub(super) fn carries(&self, mark: &str) -> bool {
        view::carries(self.body.as_deref().unwrap_or_default(), mark)
    }
}

pub(super) async fn get<T: DeserializeOwned>(client: &Client, path: String) -> Result<T, Trouble> {
    client.call(&Ask::Get(path)).await
}

/// Shows the card as it is now, with what `more` sets. Twice is the same as once, so there is nothing to look up.
async fn edit(
    client: &Client,
    job: &Job,
    issue: &Issue,
    incident: &Incident,
    mut more: Value,
) -> Result<Receipt, Stop> {
    let mark = job.incident_mark();
    let IssueText { title, body } = view::issue_text(incident, mark.as_ref().unwrap_or(&job.mark));
    if let Value::Object(fields) = &mut more {
        fields.insert("title".into(), title.into());
        fields.insert("body".into(), body.into());
    }
    let edited = client.call::<IgnoredAny>(&Ask::Patch(path_of(issue), more)).await;
    edited.map(|_| Receipt::Nothing).map_err(|trouble| Stop {
        trouble,
        repository: issue.repository.clone(),
        sending: true,
    })
}

pub(super) fn path_of(issue: &Issue) -> String {
    format!("/repos/{}/issues/{}", issue.repository, issue.number)
}

/// From when on an earlier attempt can have been carried out.
fn since(job: &Job) -> Timestamp {
    before(job.effect.created_at)
}

/// An instant of howler's, so that GitHub's clock was not past it.
pub(super) fn before(at: Timestamp) -> Timestamp {
    at.saturating_sub(SKEW).unwrap_or(at)
}

/// `2026-11-24T02:00:00Z`, as GitHub reads it.
pub(super) fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
