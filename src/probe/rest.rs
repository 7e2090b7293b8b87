//! What a service that knows howler by a token says: one answer, no more of it than is needed, and why there is none, in words
//! that say what to change.

use std::error::Error;
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, Response};
use futures_util::StreamExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use reqwest::Url;
use serde_json::Value;

use super::kept::{Kept, Printed};
use config::secrets::is_allowed;
use domain::procedure::CannotTell;
use domain::text::{clean_line, shorten};

pub const AGENT: &str = concat!("howler/", env!("CARGO_PKG_VERSION"));
/// How long a connection may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Bytes that are read of an answer; more of them are not waited for.
const MOST: usize = 32 << 20;
/// The longest of the service's own words in a reason.
const MESSAGE_MOST: usize = 160;

pub type Wire<B> = Client<HttpsConnector<HttpConnector>, B>;

/// Who is asked, and what people know its parts by.
pub struct Service {
    pub name: &'static str,
    /// The variable with its token.
    pub token: &'static str,
    /// The settings that say what it is asked about.
    pub settings: &'static str,
    pub status_page: &'static str,
}

/// What is asked for, with its article, and what the token must have for it.
pub struct Asked {
    pub thing: String,
    pub needs: &'static str,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub cut: bool,
}

impl Answer {
    /// Its JSON, where it is a success.
    pub fn json(&self, service: &Service, asked: &Asked) -> Result<Value, CannotTell> {
        if !(200..300).contains(&self.status) {
            return Err(service.refusal(self, asked));
        }
        if self.cut {
            return Err(CannotTell(format!(
                "what {} says of {} is more than howler reads",
                service.name, asked.thing
            )));
        }
        serde_json::from_str(&self.text).map_err(|_| service.unreadable())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Service {
    /// The address that a token may be sent to.
    pub fn base(&self, address: &str) -> Result<Url, String> {
        let url = Url::parse(address).ok().filter(Url::has_host);
        match url {
            None => Err(format!("{}'s address `{address}` is none", self.name)),
            Some(url) if !is_allowed(&url) => Err(format!(
                "{}'s address `{address}` is plain http, which would show {} to the network; use https",
                self.name, self.token
            )),
            Some(url) => Ok(url),
        }
    }

    pub fn without_token(&self) -> String {
        format!("{} is not set: set it and restart howler, for {} to be asked", self.token, self.name)
    }

    pub fn late(&self, limit: Duration) -> CannotTell {
        CannotTell(format!("{} did not answer within {} s", self.name, limit.as_secs()))
    }

    pub fn unreadable(&self) -> CannotTell {
        CannotTell(format!("{}'s answer could not be read", self.name))
    }

    /// A list that must be there: none that is missing is taken for an empty one.
    pub fn listed<'v>(&self, list: &'v Value) -> Result<&'v [Value], CannotTell> {
        list.as_array().map(Vec::as_slice).ok_or_else(|| self.unreadable())
    }

    /// Why no answer came, by an error of the connection or of what wraps it.
    pub fn unheard(&self, error: &(dyn Error + 'static)) -> CannotTell {
        let (mut root, mut reached) = (error, true);
        loop {
            let wire = root.downcast_ref::<hyper_util::client::legacy::Error>();
            reached &= !wire.is_some_and(hyper_util::client::legacy::Error::is_connect);
            match root.source() {
                Some(source) => root = source,
                None => break,
            }
        }
        CannotTell(match reached {
            true => format!("the connection to {} broke off", self.name),
            false => format!("{} cannot be reached: {root}", self.name),
        })
    }

    /// The whole answer, as far as it is kept.
    pub async fn read<B>(&self, response: Response<B>) -> Result<Answer, CannotTell>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = response.into_parts();
        let mut stream = Body::new(body).into_data_stream();
        let (mut kept, mut room) = (Kept::default(), MOST);
        while let Some(chunk) = stream.next().await {
            let chunk = chunk
                .map_err(|_| CannotTell(format!("{} broke off in the middle of its answer", self.name)))?;
            kept.push(&chunk);
            room = room.saturating_sub(chunk.len());
            if room == 0 {
                break;
            }
        }
        let (text, cut) = match kept.printed() {
            Printed::Text(text, cut) => (text, cut),
            Printed::Bytes(bytes) if parts.status.is_success() => {
                return Err(CannotTell(format!("{} sent {bytes} bytes that are no text", self.name)));
            }
            // Its status and headers say enough.
            Printed::Bytes(_) => (String::new(), false),
        };
        let cut = cut || room == 0;
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, text, cut })
    }

    /// That nothing is asked before an instant.
    pub fn paused(&self, until: Timestamp) -> CannotTell {
        let Self { name, token, .. } = self;
        let until = until.strftime("%H:%M:%S UTC");
        CannotTell(format!("{name} takes no more questions by {token} until {until}; look again then"))
    }

    /// What an answer that is no success says, and what to do about it.
    pub fn refusal(&self, answer: &Answer, asked: &Asked) -> CannotTell {
        let Self { name, token, settings, status_page } = self;
        let Asked { thing, needs } = asked;
        let message = message(&answer.text);
        let said = if message.is_empty() { String::new() } else { format!(" ({message})") };
        let bad_token = || {
            format!(
                "{name} does not accept {token}, which is wrong, expired or revoked; set a valid one and restart howler"
            )
        };
        CannotTell(match answer.status {
            401 => bad_token(),
            403 if is_the_token(&answer.text) => bad_token(),
            403 => format!("{name} does not let {token} see {thing}{said}: {needs}"),
            404 => {
                format!(
                    "{name} shows {thing} to nobody with {token}; check {settings}, and where that is right, {needs}"
                )
            }
            301 | 302 | 307 | 308 => format!("{name} has moved {thing}: set {settings} to the new name"),
            500.. => format!(
                "{name} answered with HTTP status {}: look again later; {status_page} says how it is",
                answer.status
            ),
            status => format!("{name} answered with HTTP status {status}{said}"),
        })
    }
}

/// A client for `base`: one trust with everything else that howler asks, and no redirects.
pub fn wire<B>(base: &Url) -> Result<Wire<B>, String>
where
    B: HttpBody + Send,
    B::Data: Send,
{
    // Somebody else, a test say, may have installed one before; any will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(CONNECT_LIMIT));
    let roots = HttpsConnectorBuilder::new().with_native_roots();
    let roots = roots.map_err(|_| "this machine trusts no certificate authority".to_owned())?;
    let schemes = if base.scheme() == "http" { roots.https_or_http() } else { roots.https_only() };
    Ok(Client::builder(TokioExecutor::new()).build(schemes.enable_http1().wrap_connector(http)))
}

/// The service's own words: GitHub's `message`, Vercel's `error.message`.
pub fn message(text: &str) -> String {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let words = json["message"].as_str().or_else(|| json["error"]["message"].as_str()).unwrap_or_default();
    shorten(clean_line(words).trim_end_matches('.'), MESSAGE_MOST)
}

/// Vercel answers a token that it does not know with 403, and says so.
fn is_the_token(text: &str) -> bool {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    json["error"]["invalidToken"] == true
}
