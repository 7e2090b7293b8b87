//! One call to GitHub through octocrab: limits first, then the wire, then what came of it. It never waits and never
//! tries again.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, Uri};
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::{debug, warn};

use super::GitHubError;
use super::verdict::{LimitHeaders, Trouble};
use crate::slack::client::{connector, root_of};
use crate::slack::is_allowed;
use domain::secret::Secret;
use ground::clock::Clock;

/// How long an answer may take; later it counts as lost.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// GitHub's REST API, by one token.
pub struct Client {
    octocrab: Octocrab,
    clock: Clock,
    /// GitHub limits a token, not a call: nothing is sent before this.
    held: Mutex<Option<Timestamp>>,
}

/// What is asked of GitHub, by path.
pub enum Ask {
    Get(String),
    Post(String, Value),
    Patch(String, Value),
}

impl Client {
    /// # Errors
    /// When the address or the token cannot be used.
    pub fn new(address: &str, token: &Secret, clock: Clock) -> Result<Self, GitHubError> {
        let wrong = || GitHubError::NotAnAddress(address.to_owned());
        let url = Url::parse(address).ok().filter(Url::has_host).ok_or_else(wrong)?;
        let base: Uri = address.parse().map_err(|_| wrong())?;
        if !is_allowed(&url) {
            return Err(GitHubError::PlainHttp(address.to_owned()));
        }
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", token.reveal())).map_err(|_| GitHubError::Token)?;
        bearer.set_sensitive(true);
        let headers = vec![
            (AUTHORIZATION, bearer),
            (ACCEPT, HeaderValue::from_static("application/vnd.github+json")),
            (USER_AGENT, HeaderValue::from_static(concat!("howler/", env!("CARGO_PKG_VERSION")))),
        ];
        // The connector of the Slack client: one trust, one set of time limits. Octocrab's own layers for retries,
        // redirects and logs are left out.
        let http =
            hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector(&url, None)?);
        let built = OctocrabBuilder::new_empty()
            .with_service(http)
            .with_layer(&BaseUriLayer::new(base))
            .with_layer(&ExtraHeadersLayer::new(Arc::new(headers)))
            .with_auth(AuthState::None)
            .build();
        let octocrab = match built {
            Ok(octocrab) => octocrab,
            Err(never) => match never {},
        };
        Ok(Self { octocrab, clock, held: Mutex::default() })
    }

    /// Calls GitHub once.
    ///
    /// # Errors
    /// What went wrong; inside a limit nothing is sent.
    pub async fn call<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T, Trouble> {
        let now = self.clock.now();
        let held = *self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = held.filter(|until| *until > now) {
            return Err(Trouble::Limited { until });
        }
        let answered = tokio::time::timeout(TIME_LIMIT, self.send(ask)).await;
        let answer = answered.unwrap_or_else(|_| {
            Err(Trouble::Lost(format!("GitHub did not answer within {} s", TIME_LIMIT.as_secs())))
        });
        if let Err(trouble) = &answer {
            debug!(?trouble, "a call to GitHub brought nothing");
            if let Trouble::Limited { until } = trouble {
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                // Of two limits the longer one counts.
                *held = (*held).max(Some(*until));
            }
        }
        let body = answer?;
        serde_json::from_str(&body).map_err(|error| {
            warn!(%error, "GitHub's answer could not be read");
            Trouble::Lost("GitHub's answer could not be read".into())
        })
    }

    /// The body of a success.
    async fn send(&self, ask: &Ask) -> Result<String, Trouble> {
        let sent = match ask {
            Ask::Get(path) => self.octocrab._get(path.as_str()).await,
            Ask::Post(path, body) => self.octocrab._post(path.as_str(), Some(body)).await,
            Ask::Patch(path, body) => self.octocrab._patch(path.as_str(), Some(body)).await,
        };
        let response = sent.map_err(|error| unsent(&error))?;
        let (status, headers) = (response.status(), limit_headers(response.headers()));
        let body = self.octocrab.body_to_string(response).await;
        if status.is_success() {
            return body.map_err(|_| broken());
        }
        let body = body.ok().and_then(|body| serde_json::from_str::<Value>(&body).ok());
        let message = body.as_ref().map(message).unwrap_or_default();
        Err(Trouble::of(status.as_u16(), message, &headers, self.clock.now()))
    }
}

/// GitHub's words about a refusal, its details included, and where it sends the caller to.
fn message(body: &Value) -> String {
    let said = body["message"].as_str().unwrap_or_default().to_owned();
    let details = body["errors"].as_array().into_iter().flatten().map(Value::to_string);
    let place = body["url"].as_str().map(str::to_owned);
    [said].into_iter().chain(details).chain(place).collect::<Vec<_>>().join(" ")
}

fn limit_headers(headers: &HeaderMap) -> LimitHeaders {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    LimitHeaders {
        retry_after: text("retry-after").and_then(|text| text.parse().ok()),
        remaining: text("x-ratelimit-remaining").and_then(|text| text.parse().ok()),
        reset: text("x-ratelimit-reset").and_then(|text| text.parse().ok()),
    }
}

fn broken() -> Trouble {
    Trouble::Lost("the connection to GitHub broke off".into())
}

/// Nothing was sent where no connection came about; a connection that broke later may have carried the request.
fn unsent(error: &octocrab::Error) -> Trouble {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(wire) = inner.downcast_ref::<hyper_util::client::legacy::Error>() {
            return if wire.is_connect() { Trouble::Unreached(root_of(wire)) } else { broken() };
        }
        cause = inner.source();
    }
    broken()
}
