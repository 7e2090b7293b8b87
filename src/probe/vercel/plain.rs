//! Vercel's own answers, for whoever looks after its alerts.

use super::{NEEDS, VERCEL, Vercel};
use crate::plain::{Plain, Unasked};
use crate::rest::{AGENT, Asked};
use axum::body::Body;
use axum::http::Request;
use axum::http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use serde_json::Value;

impl Vercel {
    /// The newest deployments of a project, by its id; at most `count`.
    ///
    /// # Errors
    /// Why they could not be had.
    pub async fn newest(&self, project: &str, count: u32) -> Result<Vec<Value>, Unasked> {
        let thing = format!("the deployments of the project {project}");
        let asked = Asked { thing, needs: NEEDS };
        let count = count.to_string();
        let request = self.request("/v6/deployments", &[("projectId", project), ("limit", &count)]);
        let request = request.ok_or_else(|| Unasked::lasting("there is no address for the deployments"))?;
        let limits = Plain { service: &VERCEL, pauses: &self.pauses, limited: "deployments" };
        let answer = limits.answer(&asked, self.wire.request(request)).await?;
        let found = limits.json(&answer, &asked)?;
        VERCEL.listed(&found["deployments"]).map(<[Value]>::to_vec).map_err(Unasked::passing)
    }

    /// A request for `path`, under the team's name where there is a team.
    pub(super) fn request(&self, path: &str, query: &[(&str, &str)]) -> Option<Request<Body>> {
        let mut query = query.to_vec();
        if let Some(team) = &self.team {
            query.push((if team.starts_with("team_") { "teamId" } else { "slug" }, team));
        }
        let words = serde_urlencoded::to_string(&query).ok()?;
        let sign = if words.is_empty() { "" } else { "?" };
        Request::get(format!("{}{path}{sign}{words}", self.base))
            .header(AUTHORIZATION, self.bearer.clone())
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, AGENT)
            .body(Body::empty())
            .ok()
    }
}
