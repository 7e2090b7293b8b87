//! One request to a provider: limits first, then the wire, then what came of it. It never waits and never tries again.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use axum::http::{HeaderValue, Method, Request};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use reqwest::Url;
use serde_json::Value;
use tracing::debug;

use super::{PhoneError, PhoneTrouble};
use crate::retry::limit_ends;
use crate::slack::client::{connector, root_of};
use crate::slack::is_allowed;
use crate::slack::wire::Wire;
use ground::clock::Clock;
use ground::loopback::Loopback;

/// How long an answer may take; later it counts as lost.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Longest answer that is read, in bytes.
const ANSWER_MOST: usize = 1 << 20;

/// A provider's API.
pub(super) struct Client {
    http: legacy::Client<HttpsConnector<Wire>, Body>,
    base: String,
    /// The provider's name, in words to people.
    who: &'static str,
    authorization: Option<HeaderValue>,
    /// What a limit without an end is taken for.
    unspecified: Duration,
    clock: Clock,
    /// A limit is the account's, not a call's: nothing is sent before this.
    held: Mutex<Option<Timestamp>>,
}

/// Where a provider is, and who howler is there.
pub(super) struct Target<'t> {
    pub variable: &'static str,
    pub address: &'t str,
    pub who: &'static str,
    pub authorization: Option<HeaderValue>,
    pub unspecified: Duration,
}

/// An answer: its status, and its body if that is JSON.
pub(super) struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Client {
    pub fn new(target: Target<'_>, loopback: Option<Loopback>, clock: Clock) -> Result<Self, PhoneError> {
        let Target { variable: name, address, who, authorization, unspecified } = target;
        let wrong = || PhoneError::NotAnAddress { name, value: address.to_owned() };
        let url = Url::parse(address).ok().filter(Url::has_host).ok_or_else(wrong)?;
        if !is_allowed(&url) {
            return Err(PhoneError::PlainHttp { name, value: address.to_owned() });
        }
        let http = legacy::Client::builder(TokioExecutor::new()).build(connector(&url, loopback)?);
        let base = address.trim_end_matches('/').to_owned();
        Ok(Self { http, base, who, authorization, unspecified, clock, held: Mutex::default() })
    }

    /// Asks once. `body` is its content type and bytes.
    ///
    /// # Errors
    /// Inside a limit nothing is sent. An answer that is no success is an error only where its fate is not known or a
    /// limit is met.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, String)>,
    ) -> Result<Answer, PhoneTrouble> {
        let now = self.clock.now();
        let held = *self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = held.filter(|until| *until > now) {
            return Err(PhoneTrouble::Limited { until });
        }
        let request = self.request(method, path, body)?;
        let late =
            || PhoneTrouble::Lost(format!("{} did not answer within {} s", self.who, TIME_LIMIT.as_secs()));
        let answered =
            tokio::time::timeout(TIME_LIMIT, self.send(request)).await.unwrap_or_else(|_| Err(late()));
        if let Err(trouble) = &answered {
            debug!(?trouble, who = self.who, "a phone provider brought nothing");
            if let PhoneTrouble::Limited { until } = trouble {
                *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(*until);
            }
        }
        answered
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, String)>,
    ) -> Result<Request<Body>, PhoneTrouble> {
        let agent = concat!("howler/", env!("CARGO_PKG_VERSION"));
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        request = request.header(USER_AGENT, agent);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let body = match body {
            Some((kind, text)) => {
                request = request.header(CONTENT_TYPE, kind);
                Body::from(text)
            }
            None => Body::empty(),
        };
        request.body(body).map_err(|_| PhoneTrouble::Unreached("no request could be made".into()))
    }

    async fn send(&self, request: Request<Body>) -> Result<Answer, PhoneTrouble> {
        let broken = || PhoneTrouble::Lost(format!("the connection to {} broke off", self.who));
        let response = self.http.request(request).await.map_err(|error| {
            if error.is_connect() { PhoneTrouble::Unreached(root_of(&error)) } else { broken() }
        })?;
        let status = response.status().as_u16();
        if status >= 500 {
            return Err(PhoneTrouble::Lost(format!("{} answered with HTTP status {status}", self.who)));
        }
        if status == 429 {
            let after = response.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok());
            let after =
                after.and_then(|after| after.parse().ok()).map_or(self.unspecified, Duration::from_secs);
            return Err(PhoneTrouble::Limited { until: limit_ends(self.clock.now(), Some(after)) });
        }
        let body = axum::body::to_bytes(Body::new(response.into_body()), ANSWER_MOST).await;
        let body = body.map_err(|_| broken())?;
        Ok(Answer { status, body: serde_json::from_slice(&body).unwrap_or_default() })
    }
}
