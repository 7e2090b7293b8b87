//! `GET` of an address, at one of the very addresses that were looked at. No redirects, no cookies, no credentials; a status of 500 is an
//! answer.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, HeaderMap, USER_AGENT};
use axum::http::uri::Scheme;
use axum::http::{Request, Response};
use futures_util::StreamExt;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use reqwest::Url;
use tokio::time::timeout;
use tower_service::Service;

use super::address::Hosts;
use super::kept::Kept;
use super::process::heard_of;
use super::tcp;
use super::trust::trusted;
use domain::procedure::{CannotTell, Heard};

/// How long connecting may take, shared by a host's addresses.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Gives every name the addresses that were looked at; the next one is tried where one takes no connection.
#[derive(Clone, Debug)]
struct Pinned(Vec<SocketAddr>);

impl Service<Name> for Pinned {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}

/// Asks `address` once.
pub async fn get(hosts: &Hosts, address: &str, limit: Duration) -> Result<Heard, CannotTell> {
    let late = || format!("{address} did not answer within {} s", limit.as_secs());
    // A name that is looked up for ever says nothing of who is behind it.
    let targets =
        timeout(limit, targets(hosts, address)).await.unwrap_or_else(|_| Err(CannotTell(late())))?;
    match timeout(limit, fetch(address, targets)).await {
        Ok(heard) => heard,
        Err(_) => Ok(Heard { silent: Some(late()), ..Heard::default() }),
    }
}

/// Where `address` may be asked.
pub(super) async fn targets(hosts: &Hosts, address: &str) -> Result<Vec<SocketAddr>, CannotTell> {
    let cannot = |why: &str| CannotTell(format!("{address} {why}"));
    let url = Url::parse(address).map_err(|_| cannot("is no address"))?;
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err(cannot("names no host"));
    };
    let usual = match url.scheme() {
        "https" => Some(443),
        "http" => Some(80),
        _ => return Err(cannot("is neither https nor http")),
    };
    // What goes over the open network is encrypted.
    if url.scheme() == "http" && !hosts.is_private(host, port, usual) {
        return Err(cannot("is plain http, which only hosts of [runbook] private may be asked by"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(cannot("holds a password"));
    }
    hosts.resolve(host, port, usual).await
}

async fn fetch(address: &str, targets: Vec<SocketAddr>) -> Result<Heard, CannotTell> {
    let cannot = |why: &str| CannotTell(format!("{address} {why}"));
    let response = match sent(address, targets.clone(), HeaderMap::new()).await? {
        Ok(response) => response,
        // A connection that is refused is an answer, as of `tcp`: what is to answer there does not run.
        Err(error) if error.is_connect() && tcp::refuses(address, &targets).await => {
            return Ok(Heard { refused: true, ..Heard::default() });
        }
        Err(error) if error.is_connect() && is_silence(&error) => {
            let why = format!("{address} took no connection within {} s", CONNECT_LIMIT.as_secs());
            return Ok(Heard { silent: Some(why), ..Heard::default() });
        }
        Err(error) => return Err(cannot(&in_words(&error))),
    };
    let status = response.status().as_u16();
    let mut kept = Kept::default();
    let mut stream = response.into_body().into_data_stream();
    while let Some(chunk) = stream.next().await {
        kept.push(&chunk.map_err(|_| cannot("broke off in the middle of its answer"))?);
    }
    let heard = Heard { status: Some(status), ..Heard::default() };
    Ok(heard_of(kept.printed(), heard))
}

/// Sends the question with these headers beside the usual ones, on a connection of its own.
pub(super) async fn sent(
    address: &str,
    targets: Vec<SocketAddr>,
    headers: HeaderMap,
) -> Result<Result<Response<Body>, Error>, CannotTell> {
    let cannot = |why: &str| CannotTell(format!("{address} {why}"));
    let mut connector = HttpConnector::new_with_resolver(Pinned(targets));
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CONNECT_LIMIT));
    let agent = concat!("howler/", env!("CARGO_PKG_VERSION"));
    let request = Request::get(address).header(USER_AGENT, agent).header(ACCEPT, "*/*").body(Body::empty());
    let mut request = request.map_err(|_| cannot("is no address"))?;
    request.headers_mut().extend(headers);
    let client = Client::builder(TokioExecutor::new());
    let response = if request.uri().scheme() == Some(&Scheme::HTTP) {
        client.build(connector).request(request).await
    } else {
        let trusted =
            trusted().map_err(|_| cannot("cannot be asked: this machine trusts no certificate authority"))?;
        let https = HttpsConnectorBuilder::new().with_tls_config(trusted).https_only();
        client.build(https.enable_http1().wrap_connector(connector)).request(request).await
    };
    Ok(response.map(|response| response.map(Body::new)))
}

/// Whether nobody answered, and nothing on the way said why.
fn is_silence(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::TimedOut) {
            return true;
        }
        source = inner.source();
    }
    false
}

pub(super) fn in_words(error: &Error) -> String {
    let mut root: &dyn std::error::Error = error;
    while let Some(source) = root.source() {
        root = source;
    }
    let what = if error.is_connect() { "cannot be reached" } else { "gave no answer" };
    format!("{what}: {root}")
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn the_next_address_is_asked_where_one_takes_no_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.read_buf(&mut Vec::with_capacity(4_096)).await.unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        });
        // Nobody listens there at the same port.
        let refuses = SocketAddr::from(([127, 0, 0, 2], there.port()));
        let address = format!("http://town.test:{}/", there.port());
        let heard = fetch(&address, vec![refuses, there]).await.unwrap();
        assert_eq!((heard.status, heard.text.as_str()), (Some(200), "ok"));
    }
}
