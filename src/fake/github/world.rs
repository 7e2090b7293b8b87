//! The issues of one repository, and what GitHub takes as one.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::pulls::Pull;

/// Longest title, in characters.
pub(super) const TITLE_MOST: usize = 256;
/// Longest body, in characters.
pub(super) const BODY_MOST: usize = 65_536;
/// Longest name of a label, in characters.
const LABEL_MOST: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    pub number: u64,
    pub title: String,
    pub body: String,
    pub open: bool,
    pub by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub comments: Vec<Comment>,
    pub labels: Vec<String>,
    /// `completed`, `not_planned`, `duplicate` or `reopened`.
    pub reason: Option<String>,
    /// Whether it is gone: only its number is left.
    pub deleted: bool,
    /// Each time it was closed or reopened.
    pub states: Vec<(Timestamp, bool)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: u64,
    pub body: String,
    pub by: String,
    pub created_at: Timestamp,
}

/// A refusal: status and message.
pub type Refusal = (u16, Value);

#[derive(Debug, Default)]
pub struct World {
    pub issues: Vec<Issue>,
    pub pulls: Vec<Pull>,
    made: u64,
}

pub fn invalid(field: &str, code: &str) -> Refusal {
    let error = json!({ "resource": "Issue", "field": field, "code": code });
    (422, json!({ "message": "Validation Failed", "errors": [error] }))
}

pub fn not_found() -> Refusal {
    (404, json!({ "message": "Not Found" }))
}

/// The text of a field; `None` where it is left out or null.
pub(super) fn text<'v>(body: &'v Value, field: &str, most: usize) -> Result<Option<&'v str>, Refusal> {
    match &body[field] {
        Value::Null => Ok(None),
        Value::String(text) if text.chars().count() <= most => Ok(Some(text)),
        Value::String(_) => Err(invalid(field, "too_long")),
        _ => Err((422, json!({ "message": format!("Invalid request. {field} is not a string.") }))),
    }
}

/// A title that can stand.
fn title(body: &Value) -> Result<Option<&str>, Refusal> {
    match text(body, "title", TITLE_MOST)? {
        Some(title) if title.trim().is_empty() => Err(invalid("title", "missing_field")),
        title => Ok(title),
    }
}

/// Names of labels.
fn labels(asked: &Value) -> Result<Option<Vec<String>>, Refusal> {
    let Some(given) = asked["labels"].as_array() else { return Ok(None) };
    let name = |label: &Value| label.as_str().or_else(|| label["name"].as_str()).map(str::to_owned);
    let names: Vec<String> = given.iter().filter_map(name).collect();
    if names.iter().any(|name| name.trim().is_empty() || name.chars().count() > LABEL_MOST) {
        return Err(invalid("labels", "invalid"));
    }
    Ok(Some(names))
}

impl World {
    /// Issues and pull requests are counted together.
    pub(super) fn next_number(&self) -> u64 {
        u64::try_from(self.issues.len() + self.pulls.len()).unwrap_or(0) + 1
    }

    pub fn open(&mut self, by: &str, title: &str, body: &str, now: Timestamp) -> Issue {
        let number = self.next_number();
        let issue = Issue {
            number,
            title: title.to_owned(),
            body: body.to_owned(),
            open: true,
            by: by.to_owned(),
            created_at: now,
            updated_at: now,
            comments: Vec::new(),
            labels: Vec::new(),
            reason: None,
            deleted: false,
            states: Vec::new(),
        };
        self.issues.push(issue.clone());
        issue
    }

    /// Who may not push sets no labels: GitHub leaves them out and says nothing.
    pub fn create(
        &mut self,
        by: &str,
        asked: &Value,
        pushes: bool,
        now: Timestamp,
    ) -> Result<Issue, Refusal> {
        let title = title(asked)?.ok_or_else(|| invalid("title", "missing_field"))?;
        let body = text(asked, "body", BODY_MOST)?.unwrap_or_default();
        let labels = labels(asked)?.filter(|_| pushes).unwrap_or_default();
        let issue = self.open(by, title, body, now);
        if let Some(kept) = self.issues.last_mut() {
            kept.labels.clone_from(&labels);
        }
        Ok(Issue { labels, ..issue })
    }

    pub fn issue(&mut self, number: u64) -> Result<&mut Issue, Refusal> {
        let found = self.issues.iter_mut().find(|issue| issue.number == number).ok_or_else(not_found)?;
        if found.deleted {
            return Err((410, json!({ "message": "This issue was deleted", "status": "410" })));
        }
        Ok(found)
    }

    pub fn update(&mut self, number: u64, asked: &Value, now: Timestamp) -> Result<Issue, Refusal> {
        let labels = labels(asked)?;
        let issue = self.issue(number)?;
        let (title, body) = (title(asked)?, text(asked, "body", BODY_MOST)?);
        let open = match text(asked, "state", 16)? {
            None => issue.open,
            Some("open") => true,
            Some("closed") => false,
            Some(_) => return Err(invalid("state", "invalid")),
        };
        let reasons = [None, Some("completed"), Some("not_planned"), Some("duplicate"), Some("reopened")];
        let reason = text(asked, "state_reason", 16)?;
        if !reasons.contains(&reason) {
            return Err(invalid("state_reason", "invalid"));
        }
        if let Some(title) = title {
            title.clone_into(&mut issue.title);
        }
        if let Some(body) = body {
            body.clone_into(&mut issue.body);
        }
        if issue.open != open {
            issue.open = open;
            issue.states.push((now, open));
            let usual = if open { "reopened" } else { "completed" };
            issue.reason = Some(reason.unwrap_or(usual).to_owned());
        }
        if let Some(labels) = labels {
            issue.labels = labels;
        }
        issue.updated_at = now;
        Ok(issue.clone())
    }

    pub fn comment(
        &mut self,
        number: u64,
        by: &str,
        asked: &Value,
        now: Timestamp,
    ) -> Result<Comment, Refusal> {
        let body = text(asked, "body", BODY_MOST)?.unwrap_or_default();
        if body.trim().is_empty() {
            return Err(invalid("body", "missing_field"));
        }
        let id = self.made + 1;
        let issue = self.issue(number)?;
        let comment = Comment { id, body: body.to_owned(), by: by.to_owned(), created_at: now };
        issue.comments.push(comment.clone());
        issue.updated_at = now;
        self.made = id;
        Ok(comment)
    }
}

impl Issue {
    pub fn shown(&self, repository: &str) -> Value {
        json!({
            "id": 1_000_000 + self.number,
            "number": self.number,
            "html_url": format!("https://github.com/{repository}/issues/{}", self.number),
            "title": self.title,
            "body": self.body,
            "state": if self.open { "open" } else { "closed" },
            "state_reason": self.reason,
            "labels": self.labels.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
            "user": { "login": self.by },
            "comments": self.comments.len(),
            "created_at": second(self.created_at),
            "updated_at": second(self.updated_at),
        })
    }
}

impl Comment {
    pub fn shown(&self, repository: &str, issue: u64) -> Value {
        json!({
            "id": self.id,
            "html_url": format!("https://github.com/{repository}/issues/{issue}#issuecomment-{}", self.id),
            "body": self.body,
            "user": { "login": self.by },
            "created_at": second(self.created_at),
            "updated_at": second(self.created_at),
        })
    }
}

/// GitHub knows whole seconds only.
pub fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
