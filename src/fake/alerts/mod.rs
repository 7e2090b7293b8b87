//! The sources of alerts as their documentation says that they send: paths, headers, bodies, signatures. Nothing here is shared with
//! howler's own reading of them.

mod alertmanager;
mod github;
mod pagerduty;
mod sign;
mod uptimerobot;
mod vercel;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use tower_service::Service;

pub use alertmanager::{Alert, Alertmanager, Grafana};
pub use github::{GitHub, Run};
pub use pagerduty::{Event, PagerDuty};
pub use uptimerobot::{Monitor, Style, UptimeRobot};
pub use vercel::{Deployment, Vercel};

/// One delivery, ready to go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub method: &'static str,
    /// With its query, from `/` on.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Post {
    fn json(path: &str, body: String) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { method: "POST", path: path.to_owned(), headers, body }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As a request of HTTP; nothing where a header or the path cannot be one.
    pub fn request(&self) -> Option<Request<Body>> {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(Body::from(self.body.clone())).ok()
    }

    /// Delivers it to a howler within the process; gives the status and the body of the answer.
    pub async fn deliver(&self, howler: &Router) -> (u16, Bytes) {
        let Some(request) = self.request() else { return (0, Bytes::new()) };
        let Ok(response) = howler.clone().call(request).await;
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await;
        (status, body.unwrap_or_default())
    }
}
