//! One call to Slack: limits first, then the wire, then what came of it. It never waits and never tries
//! again.

use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use slack_morphism::errors::{SlackClientError, SlackClientHttpProtocolError};
use slack_morphism::prelude::{SlackClientHttpConnector, SlackClientHyperConnector};
use slack_morphism::{
    ClientResult, SlackApiToken, SlackApiTokenValue, SlackClient, SlackClientApiCallContext,
};
use tracing::{debug, warn};

use super::target::{DelivererError, SlackTarget, is_allowed};
use super::token::TokenRefused;
use super::wire::Wire;
use crate::limits::Limits;
use crate::retry::{self, Refusal, Trouble};
use ground::clock::Clock;
use ground::loopback::Loopback;
use ground::telemetry::Metrics;

/// How long an answer may take; later it counts as lost.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);
/// How long a connection may take; later nothing was sent.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Never held back: it is how one learns that the token works again.
const ASKS_ABOUT_THE_TOKEN: &str = "auth.test";
/// The limits of answers to a click are kept under this name.
const UPLOAD: &str = "upload";
const RESPONSE_URL: &str = "response_url";

/// Slack's Web API, by one bot's token.
pub struct Slack {
    client: SlackClient<SlackClientHyperConnector<HttpsConnector<Wire>>>,
    token: SlackApiToken,
    clock: Clock,
    limits: Limits,
    metrics: Metrics,
    token_refused: TokenRefused,
}

/// A method, with what it is called with.
pub struct Call {
    pub method: &'static str,
    /// The channel that it concerns, for which Slack limits it.
    pub channel: Option<String>,
    pub with: With,
    pub within: Duration,
}

pub enum With {
    /// A JSON body: methods that change something.
    Body(Value),
    /// A query: methods that read.
    Query(Vec<(&'static str, String)>),
    /// A form: methods that change something and take no JSON.
    Form(Vec<(&'static str, String)>),
}

impl Call {
    pub fn post(method: &'static str, channel: Option<&str>, body: Value) -> Self {
        let channel = channel.map(str::to_owned);
        Self { method, channel, with: With::Body(body), within: TIME_LIMIT }
    }

    pub fn get(method: &'static str, channel: Option<&str>, query: Vec<(&'static str, String)>) -> Self {
        let channel = channel.map(str::to_owned);
        Self { method, channel, with: With::Query(query), within: TIME_LIMIT }
    }
}

impl Call {
    pub fn form(method: &'static str, channel: Option<&str>, form: Vec<(&'static str, String)>) -> Self {
        let channel = channel.map(str::to_owned);
        Self { method, channel, with: With::Form(form), within: TIME_LIMIT }
    }
}

/// An answer of which nothing is needed.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// Only what howler needs of an answer is read: a block that nobody knows yet must not look like a lost
/// answer.
#[derive(Deserialize)]
struct Reply<T> {
    ok: bool,
    #[serde(flatten)]
    body: T,
}

impl Slack {
    /// # Errors
    /// When the address cannot be used, or nothing can be trusted over https.
    pub fn new(
        target: SlackTarget,
        loopback: Option<Loopback>,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<Self, DelivererError> {
        let base = target.checked()?;
        let connector = SlackClientHyperConnector::with_connector(connector(&base, loopback)?)
            .with_slack_api_url(base.as_str().trim_end_matches('/'));
        let token = SlackApiToken::new(SlackApiTokenValue(target.token.reveal().to_owned()));
        Ok(Self {
            client: SlackClient::new(connector),
            token,
            clock,
            limits: Limits::default(),
            metrics,
            token_refused: TokenRefused::default(),
        })
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Calls a method once.
    ///
    /// # Errors
    /// What went wrong; a method and channel inside its `Retry-After` is not called.
    pub async fn call<T: DeserializeOwned + Send>(&self, call: &Call) -> Result<T, Trouble> {
        self.may_call(call.method, call.channel.as_deref())?;
        if call.method != ASKS_ABOUT_THE_TOKEN {
            self.token_refused.held(self.clock.now())?;
        }
        let session = self.client.open_session(&self.token);
        let api = &session.http_session_api;
        let sent = async {
            match &call.with {
                With::Body(body) => api.http_post(call.method, body, None).await,
                With::Query(query) => {
                    let query: Vec<_> = query.iter().map(|(name, value)| (*name, Some(value))).collect();
                    api.http_get(call.method, &query, None).await
                }
                With::Form(form) => self.post_form(call.method, form).await,
            }
        };
        let answered = self.counted(call.method, call.channel.as_deref(), call.within, sent).await;
        self.token_refused.learn(answered.as_ref().err(), self.clock.now());
        let reply: Reply<T> = answered?;
        if reply.ok { Ok(reply.body) } else { Err(unreadable()) }
    }

    async fn post_form<T: DeserializeOwned + Send>(
        &self,
        method: &'static str,
        form: &[(&'static str, String)],
    ) -> ClientResult<Reply<T>> {
        let span = tracing::Span::current();
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: Some(&self.token),
            tracing_span: &span,
            is_sensitive_url: false,
        };
        let connector = &self.client.http_api.connector;
        let url = connector.create_method_uri_path(method)?;
        // Pairs of texts always encode.
        let body = serde_urlencoded::to_string(form).unwrap_or_default();
        let kind = "application/x-www-form-urlencoded".to_owned();
        connector.http_post_uri_binary(url, kind, body.as_bytes(), context).await
    }

    /// [`call`](Self::call); where howler is not in the channel it joins, once, and calls again.
    ///
    /// # Errors
    /// As `call`; where joining is refused too, that howler is not in the channel.
    pub async fn call_joining<T: DeserializeOwned + Send>(&self, call: &Call) -> Result<T, Trouble> {
        let outside = match self.call(call).await {
            Err(trouble) if trouble.is("not_in_channel") => trouble,
            other => return other,
        };
        let Some(channel) = call.channel.as_deref() else { return Err(outside) };
        let body = serde_json::json!({ "channel": channel });
        let join = Call::post("conversations.join", Some(channel), body);
        match self.call::<Nothing>(&join).await {
            Ok(Nothing {}) => self.call(call).await,
            Err(trouble) if trouble.is("missing_scope") => Err(trouble),
            Err(trouble) if retry::verdict(&trouble, "", "").class.is_final() => Err(outside),
            Err(trouble) => Err(trouble),
        }
    }

    /// Posts to the address that Slack sent with a click, without the token.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn answer_click(&self, address: &str, body: &Value) -> Result<(), Trouble> {
        let url = Url::parse(address).ok().filter(is_allowed);
        let Some(url) = url else {
            return Err(Trouble::Unreached("the address that came with the click is none of Slack's".into()));
        };
        let span = tracing::Span::current();
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: None,
            tracing_span: &span,
            is_sensitive_url: true,
        };
        self.may_call(RESPONSE_URL, Some(address))?;
        let sent = self.client.http_api.connector.http_post_uri(url, body, context);
        self.counted::<Nothing>(RESPONSE_URL, Some(address), TIME_LIMIT, sent).await.map(|Nothing {}| ())
    }

    /// Puts bytes of a `kind` (`image/png`) to the address that Slack gave for them, without the token.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn upload(&self, address: &str, kind: &str, bytes: &[u8]) -> Result<(), Trouble> {
        let url = Url::parse(address).ok().filter(is_allowed);
        let Some(url) = url else {
            return Err(Trouble::Unreached("the address for the file is none of Slack's".into()));
        };
        let span = tracing::Span::current();
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: None,
            tracing_span: &span,
            is_sensitive_url: true,
        };
        let connector = &self.client.http_api.connector;
        let sent = connector.http_post_uri_binary(url, kind.to_owned(), bytes, context);
        self.counted::<Nothing>(UPLOAD, None, TIME_LIMIT, sent).await.map(|Nothing {}| ())
    }

    fn may_call(&self, method: &'static str, channel: Option<&str>) -> Result<(), Trouble> {
        let entered = self.limits.enter(method, channel, self.clock.now());
        entered.map_err(|until| Trouble::Limited { until })
    }

    async fn counted<T>(
        &self,
        method: &'static str,
        channel: Option<&str>,
        within: Duration,
        sent: impl Future<Output = ClientResult<T>>,
    ) -> Result<T, Trouble> {
        let started = std::time::Instant::now();
        let answered = self.answered(method, channel, within, sent).await;
        let result = answered.as_ref().err().map_or("ok", Trouble::word);
        self.metrics.called(method, result, started.elapsed());
        answered
    }

    async fn answered<T>(
        &self,
        method: &'static str,
        channel: Option<&str>,
        within: Duration,
        sent: impl Future<Output = ClientResult<T>>,
    ) -> Result<T, Trouble> {
        let Ok(result) = tokio::time::timeout(within, sent).await else {
            return Err(Trouble::Lost(format!("Slack did not answer within {} s", within.as_secs())));
        };
        let trouble = match result {
            Ok(answer) => return Ok(answer),
            Err(SlackClientError::RateLimitError(limit)) => self.limited(method, channel, limit.retry_after),
            Err(SlackClientError::ApiError(error))
                if matches!(&*error.code, "ratelimited" | "rate_limited") =>
            {
                self.limited(method, channel, None)
            }
            Err(error) => trouble(method, error),
        };
        debug!(method, ?trouble, "a call brought nothing");
        Err(trouble)
    }

    fn limited(&self, method: &'static str, channel: Option<&str>, after: Option<Duration>) -> Trouble {
        let now = self.clock.now();
        let until = retry::limit_ends(now, after);
        self.limits.hold(method, channel, until, now);
        Trouble::Limited { until }
    }
}

/// The one way to make connections, to Slack and to GitHub: one TLS stack, plain only on this machine.
pub(crate) fn connector(
    base: &Url,
    loopback: Option<Loopback>,
) -> Result<HttpsConnector<Wire>, DelivererError> {
    // Somebody else, a test say, may have installed one before; any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_LIMIT));
    let wire = loopback.map_or(Wire::Tcp(http), Wire::Loopback);
    let plain = base.scheme() == "http";
    let builder = if plain {
        // A stand-in on this machine: nothing is encrypted, so nobody's certificate is needed.
        HttpsConnectorBuilder::new().with_tls_config(
            rustls::ClientConfig::builder()
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth(),
        )
    } else {
        HttpsConnectorBuilder::new().with_native_roots().map_err(DelivererError::NoRoots)?
    };
    let schemes = if plain { builder.https_or_http() } else { builder.https_only() };
    Ok(schemes.enable_http1().wrap_connector(wire))
}

fn unreadable() -> Trouble {
    Trouble::Lost("Slack's answer could not be read".into())
}

fn trouble(method: &'static str, error: SlackClientError) -> Trouble {
    match error {
        SlackClientError::ApiError(error) => {
            let body = error.http_response_body.as_deref().and_then(|body| serde_json::from_str(body).ok());
            Trouble::Refused(refusal(method, error.code, body.as_ref()))
        }
        SlackClientError::HttpError(error) if error.status_code.is_server_error() => {
            Trouble::Lost(format!("Slack answered with HTTP status {}", error.status_code.as_u16()))
        }
        SlackClientError::HttpError(error) => {
            let body =
                error.http_response_body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
            let name = body.as_ref().and_then(|body| body.get("error")?.as_str()).map(str::to_owned);
            Trouble::Status { status: error.status_code.as_u16(), error: name }
        }
        SlackClientError::HttpProtocolError(error) => unsent(&error),
        SlackClientError::ProtocolError(error) => {
            warn!(method, error = %error.json_error, "Slack's answer could not be read");
            unreadable()
        }
        SlackClientError::SystemError(_)
        | SlackClientError::EndOfStream(_)
        | SlackClientError::SocketModeProtocolError(_)
        | SlackClientError::RateLimitError(_) => Trouble::Lost("the connection to Slack broke off".into()),
    }
}

/// Nothing was sent where no connection came about; a connection that broke later may have carried the
/// request.
fn unsent(error: &SlackClientHttpProtocolError) -> Trouble {
    let cause = error.cause.as_deref();
    match cause.and_then(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>()) {
        Some(error) if error.is_connect() => Trouble::Unreached(root_of(error)),
        Some(_) => Trouble::Lost("the connection to Slack broke off".into()),
        None => Trouble::Unreached(cause.map_or_else(|| "no request could be made".into(), root_of)),
    }
}

/// The innermost cause says most: "Connection refused", "failed to lookup address".
pub(crate) fn root_of(error: &(impl std::error::Error + ?Sized)) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        words = inner.to_string();
        source = inner.source();
    }
    words
}

fn refusal(method: &'static str, error: String, body: Option<&Value>) -> Refusal {
    let texts = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.map(|entry| entry.as_str().map_or_else(|| entry.to_string(), str::to_owned)).collect()
    };
    let needed = body.and_then(|body| body.get("needed")?.as_str()).map(str::to_owned);
    let mut details = texts(body.and_then(|body| body.pointer("/response_metadata/messages")));
    details.extend(texts(body.and_then(|body| body.get("errors"))));
    Refusal { method, error, needed, details }
}
