//! Vercel's webhooks, after Vercel's page "Webhooks API Reference".

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Post, sign};

/// A webhook of an account.
#[derive(Clone, Debug)]
pub struct Vercel {
    pub secret: String,
}

/// A deployment and what happened to it.
#[derive(Clone, Debug)]
pub struct Deployment {
    pub project: String,
    /// `production`, `staging`, or none for a preview.
    pub target: Option<String>,
    pub branch: String,
    pub at: Timestamp,
}

impl Vercel {
    /// `kind` is an event's name, such as `deployment.error`; `id` names the delivery.
    pub fn deployment(&self, kind: &str, deployment: &Deployment, id: &str) -> Post {
        let Deployment { project, target, branch, at } = deployment;
        self.post(&json!({
            "id": id, "type": kind, "createdAt": at.as_millisecond(), "region": "sfo1",
            "payload": {
                "team": { "id": "team_nLlpyC6REAqxydlFKbrMDlud" }, "user": { "id": "mQSnU8JWoKFnLWlMHXBQfKXF" },
                "deployment": {
                    "id": "dpl_5NtMpb1Vf7Q1b7dWcPXUyhB6kMHS", "name": project, "url": format!("{project}-a1b2c3.vercel.app"),
                    "meta": { "githubCommitRef": branch, "githubCommitSha": "3484a3fb816e0859fd6e1cea078d76385ff50625" },
                },
                "links": {
                    "deployment": format!("https://vercel.com/monkeytown/{project}/5NtMpb1Vf7Q1b7dWcPXUyhB6kMHS"),
                    "project": format!("https://vercel.com/monkeytown/{project}"),
                },
                "target": target, "project": { "id": format!("prj_{project}") }, "plan": "pro", "regions": ["sfo1"],
            },
        }))
    }

    /// The old form: a name with a hyphen and a flat payload.
    pub fn legacy(&self, kind: &str, deployment: &Deployment, id: &str) -> Post {
        let Deployment { project, target, at, .. } = deployment;
        self.post(&json!({
            "id": id, "type": kind, "createdAt": at.as_millisecond(), "clientId": "oac_1", "ownerId": "team_1", "region": "now-sfo",
            "payload": {
                "deploymentId": "dpl_5NtMpb1Vf7Q1b7dWcPXUyhB6kMHS", "name": project, "project": project,
                "projectId": format!("prj_{project}"), "url": format!("{project}-a1b2c3.vercel.app"), "target": target, "plan": "pro",
                "deployment": { "id": "dpl_5NtMpb1Vf7Q1b7dWcPXUyhB6kMHS", "name": project, "url": format!("{project}-a1b2c3.vercel.app") },
            },
        }))
    }

    /// A variable of a project that was changed: the payload has its id, and neither its name nor its value.
    pub fn variable(&self, kind: &str, variable: &str, at: Timestamp, id: &str) -> Post {
        self.post(&json!({
            "id": id, "type": kind, "createdAt": at.as_millisecond(), "region": null,
            "payload": {
                "team": { "id": "team_nLlpyC6REAqxydlFKbrMDlud" }, "user": { "id": "mQSnU8JWoKFnLWlMHXBQfKXF" },
                "projectId": "prj_web", "envVarId": variable,
            },
        }))
    }

    /// An anomaly that the observability found.
    pub fn anomaly(&self, project: &str, at: Timestamp, id: &str) -> Post {
        self.post(&json!({
            "id": id, "type": "alerts.triggered", "createdAt": at.as_millisecond(), "region": null,
            "payload": {
                "teamId": "team_1", "projectId": format!("prj_{project}"), "projectSlug": project, "startedAt": at.as_millisecond(),
                "links": { "observability": format!("https://vercel.com/monkeytown/{project}/observability") },
                "alerts": [{
                    "alertId": "alr_1", "type": "error_anomaly", "metric": "edge_requests_5xx", "title": "5xx errors are unusually many",
                    "unit": "count", "count": 204, "average": 3.5, "stddev": 2.1, "zscore": 95.4, "zscoreThreshold": 4,
                    "startedAt": at.to_string(), "formattedValues": { "count": "204" },
                }],
            },
        }))
    }

    fn post(&self, body: &Value) -> Post {
        let body = body.to_string();
        let signature = sign::sha1(&self.secret, &body);
        Post::json("/hooks/vercel", body).with("x-vercel-signature", signature)
    }
}
