//! GitHub's `workflow_run`, after GitHub's page "Webhook events and payloads".

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Post, sign};

/// A webhook of a repository.
#[derive(Clone, Debug)]
pub struct GitHub {
    pub secret: String,
    pub repository: String,
    pub default_branch: String,
}

/// A run of a workflow.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: u64,
    pub number: u64,
    pub attempt: u64,
    /// Its file's name, such as `ci.yml`.
    pub workflow: String,
    pub branch: String,
    /// What began it: `push`, `schedule`, `pull_request`.
    pub event: String,
    /// `None` while it goes on.
    pub conclusion: Option<String>,
    pub at: Timestamp,
}

impl Run {
    /// A run of `ci.yml` on `main` after a push.
    pub fn new(number: u64, conclusion: &str, at: Timestamp) -> Self {
        let [workflow, branch, event] = ["ci.yml", "main", "push"].map(str::to_owned);
        Self {
            id: 9_000 + number,
            number,
            attempt: 1,
            workflow,
            branch,
            event,
            conclusion: Some(conclusion.into()),
            at,
        }
    }
}

impl GitHub {
    /// What GitHub sends once the run has ended, or has begun where it has no conclusion. `guid` names the delivery.
    pub fn run(&self, run: &Run, guid: &str) -> Post {
        self.post("workflow_run", guid, &self.body(run))
    }

    /// The same from a hook that is set to forms.
    pub fn run_as_form(&self, run: &Run, guid: &str) -> Post {
        let payload = [("payload", self.body(run).to_string())];
        let body = serde_urlencoded::to_string(payload).unwrap_or_default();
        let mut post = self.signed("workflow_run", guid, body);
        post.headers.retain(|(name, _)| *name != "content-type");
        post.with("content-type", "application/x-www-form-urlencoded")
    }

    /// What GitHub sends when a pull request is opened, merged, closed or reopened: as the REST API shows it, with what was done.
    pub fn pull_request(&self, action: &str, pull: &Value, guid: &str) -> Post {
        self.about("pull_request", "pull_request", action, pull, guid)
    }

    /// What GitHub sends when an issue is closed or reopened.
    pub fn issue(&self, action: &str, issue: &Value, guid: &str) -> Post {
        self.about("issues", "issue", action, issue, guid)
    }

    fn about(&self, event: &str, field: &str, action: &str, one: &Value, guid: &str) -> Post {
        let Self { repository, default_branch, .. } = self;
        let body = json!({
            "action": action, "number": one["number"], field: one,
            "repository": { "id": 300_029_405, "full_name": repository, "default_branch": default_branch },
            "sender": { "login": "maya", "id": 1, "type": "User" },
        });
        self.post(event, guid, &body)
    }

    /// What GitHub sends when the hook is made.
    pub fn ping(&self) -> Post {
        let hook = json!({ "type": "Repository", "id": 7, "name": "web", "active": true, "events": ["workflow_run"] });
        self.post(
            "ping",
            "ping-1",
            &json!({ "zen": "Keep it logically awesome.", "hook_id": 7, "hook": hook }),
        )
    }

    /// Any other event.
    pub fn other(&self, event: &str) -> Post {
        self.post(
            event,
            "other-1",
            &json!({ "ref": "refs/heads/main", "repository": { "full_name": self.repository } }),
        )
    }

    fn post(&self, event: &str, guid: &str, body: &Value) -> Post {
        self.signed(event, guid, body.to_string())
    }

    fn signed(&self, event: &str, guid: &str, body: String) -> Post {
        let signature = format!("sha256={}", sign::sha256(&self.secret, &body));
        Post::json("/hooks/github", body)
            .with("user-agent", "GitHub-Hookshot/044aadd")
            .with("x-github-event", event)
            .with("x-github-delivery", guid)
            .with("x-hub-signature-256", signature)
    }

    fn body(&self, run: &Run) -> Value {
        let Self { repository, default_branch, .. } = self;
        let web = format!("https://github.com/{repository}");
        let name = run.workflow.trim_end_matches(".yml");
        let path = format!(".github/workflows/{}", run.workflow);
        let login = json!({ "login": "maya", "id": 1, "type": "User" });
        let repo = json!({
            "id": 300_029_405, "name": repository.rsplit('/').next(), "full_name": repository, "private": false,
            "html_url": web, "fork": false, "default_branch": default_branch,
        });
        json!({
            "action": if run.conclusion.is_some() { "completed" } else { "in_progress" },
            "workflow_run": {
                "id": run.id, "name": name, "head_branch": run.branch, "head_sha": "3484a3fb816e0859fd6e1cea078d76385ff50625",
                "path": path, "display_title": "Pass the witness on", "run_number": run.number, "event": run.event,
                "status": if run.conclusion.is_some() { "completed" } else { "in_progress" },
                "conclusion": run.conclusion, "workflow_id": 2_823_525,
                "html_url": format!("{web}/actions/runs/{}", run.id), "pull_requests": [],
                "created_at": run.at.to_string(), "updated_at": run.at.to_string(), "run_attempt": run.attempt,
                "run_started_at": run.at.to_string(), "actor": login, "triggering_actor": login,
                "head_commit": { "id": "3484a3fb816e0859fd6e1cea078d76385ff50625", "message": "Pass the witness on" },
                "repository": repo, "head_repository": repo,
            },
            "workflow": {
                "id": 2_823_525, "name": name, "path": path, "state": "active",
                "html_url": format!("{web}/blob/{default_branch}/{path}"),
            },
            "repository": repo,
            "sender": login,
        })
    }
}
