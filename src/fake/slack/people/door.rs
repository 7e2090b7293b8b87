//! Howler's front door: over the network, or within the process.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use reqwest::header::CONTENT_TYPE;
use tower_service::Service;

/// Where deliveries go.
#[derive(Clone)]
pub(in crate::slack) enum Door {
    Network {
        client: reqwest::Client,
        base: String,
    },
    Inside(Router),
    /// Nobody is there.
    Closed,
}

/// Status, whether it calls itself JSON, and body; or Slack's word for what went wrong.
pub(super) type Answered = Result<(u16, bool, String), &'static str>;

const FAILED: &str = "dispatch_failed";
/// Longer than any answer of howler's, in bytes.
const BODY_MOST: usize = 4 << 20;

impl Door {
    pub(super) async fn asked(self, request: Request<String>) -> Answered {
        match self {
            Self::Network { client, base } => over_network(&client, &base, request).await,
            Self::Inside(router) => within(router, request).await,
            Self::Closed => Err(FAILED),
        }
    }
}

async fn over_network(client: &reqwest::Client, base: &str, request: Request<String>) -> Answered {
    let (head, body) = request.into_parts();
    let address = format!("{base}{}", head.uri.path());
    let sent = client.post(address).headers(head.headers).body(body).send().await;
    let response = sent.map_err(|_| FAILED)?;
    let (status, json) = (response.status().as_u16(), is_json(response.headers()));
    Ok((status, json, response.text().await.map_err(|_| FAILED)?))
}

async fn within(mut router: Router, request: Request<String>) -> Answered {
    let Ok(response) = router.call(request.map(Body::from)).await;
    let (status, json) = (response.status().as_u16(), is_json(response.headers()));
    let body = axum::body::to_bytes(response.into_body(), BODY_MOST).await.map_err(|_| FAILED)?;
    Ok((status, json, String::from_utf8_lossy(&body).into_owned()))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("application/json")
}
