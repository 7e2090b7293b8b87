//! One answer of an address, whole, with its status and how long it took: for whoever reads numbers and not text.

use std::time::{Duration, Instant};

use axum::http::header::{
    AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED,
};
use futures_util::StreamExt;
use tokio::time::timeout;

use super::address::Hosts;
use super::http::{in_words, sent, targets};
use super::tcp::connect;
use config::RunbookRules;
use domain::procedure::CannotTell;
use domain::secret::Secret;

/// Fetches from the hosts that `[runbook]` names, and nobody else.
#[derive(Debug)]
pub struct Fetcher {
    hosts: Hosts,
}

/// An answer.
#[derive(Debug)]
pub struct Fetched {
    pub status: u16,
    pub content_type: Option<String>,
    pub body: Vec<u8>,
    /// From the question to the end of the answer.
    pub took: Duration,
    pub validators: Validators,
}

/// What a server says of the version that it sent, to be asked with the next time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    etag: Option<HeaderValue>,
    modified: Option<HeaderValue>,
}

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        Self { etag: headers.get(ETAG).cloned(), modified: headers.get(LAST_MODIFIED).cloned() }
    }

    fn headers(&self) -> HeaderMap {
        let etag = self.etag.clone().map(|etag| (IF_NONE_MATCH, etag));
        let modified = self.modified.clone().map(|modified| (IF_MODIFIED_SINCE, modified));
        etag.into_iter().chain(modified).collect()
    }
}

/// What a port does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    Open,
    Refused,
    /// Nothing came back in time.
    Silent,
}

/// Why there is none.
#[derive(Debug, PartialEq, Eq)]
pub enum Unfetched {
    /// It goes on after the most that is read.
    TooLong,
    Not(String),
}

impl Fetcher {
    pub fn new(rules: &RunbookRules) -> Self {
        Self { hosts: Hosts::new(&rules.hosts, &rules.private) }
    }

    pub(super) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Whether `host:port` takes a connection.
    ///
    /// # Errors
    /// Why nobody can tell.
    pub async fn port(&self, address: &str, limit: Duration) -> Result<Port, String> {
        let heard = connect(&self.hosts, address, limit).await.map_err(|CannotTell(why)| why)?;
        Ok(match heard.exit {
            Some(0) => Port::Open,
            Some(_) => Port::Refused,
            None => Port::Silent,
        })
    }

    /// Asks `address` once, for at most `limit`, and reads no more than `most` bytes of the answer.
    ///
    /// # Errors
    /// Why nothing came.
    pub async fn fetch(&self, address: &str, limit: Duration, most: usize) -> Result<Fetched, Unfetched> {
        self.fetch_if(address, HeaderMap::new(), limit, most).await
    }

    /// The same, of somebody who wants a token. It goes to `address` alone, for no redirect is followed.
    ///
    /// # Errors
    /// Why nothing came.
    pub async fn fetch_as(
        &self,
        address: &str,
        bearer: &Secret,
        limit: Duration,
        most: usize,
    ) -> Result<Fetched, Unfetched> {
        let mut token = HeaderValue::try_from(format!("Bearer {}", bearer.reveal()))
            .map_err(|_| Unfetched::Not(format!("{address} wants a token that can stand in a header")))?;
        token.set_sensitive(true);
        self.fetch_if(address, HeaderMap::from_iter([(AUTHORIZATION, token)]), limit, most).await
    }

    /// The same, where it is another version than the one of `known`; else the answer's status is 304.
    ///
    /// # Errors
    /// Why nothing came.
    pub async fn fetch_newer(
        &self,
        address: &str,
        known: &Validators,
        limit: Duration,
        most: usize,
    ) -> Result<Fetched, Unfetched> {
        self.fetch_if(address, known.headers(), limit, most).await
    }

    async fn fetch_if(
        &self,
        address: &str,
        headers: HeaderMap,
        limit: Duration,
        most: usize,
    ) -> Result<Fetched, Unfetched> {
        let late = || Unfetched::Not(format!("{address} did not answer within {} s", limit.as_secs()));
        timeout(limit, self.whole(address, headers, most)).await.unwrap_or_else(|_| Err(late()))
    }

    async fn whole(&self, address: &str, headers: HeaderMap, most: usize) -> Result<Fetched, Unfetched> {
        let not = |CannotTell(why)| Unfetched::Not(why);
        let targets = targets(&self.hosts, address).await.map_err(not)?;
        let began = Instant::now();
        let response = sent(address, targets, headers).await.map_err(not)?;
        let response = response.map_err(|error| Unfetched::Not(format!("{address} {}", in_words(&error))))?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let validators = Validators::of(response.headers());
        let mut body = Vec::new();
        let mut stream = response.into_body().into_data_stream();
        while let Some(chunk) = stream.next().await {
            let broke = |_| Unfetched::Not(format!("{address} broke off in the middle of its answer"));
            body.extend_from_slice(&chunk.map_err(broke)?);
            if body.len() > most {
                return Err(Unfetched::TooLong);
            }
        }
        Ok(Fetched { status, content_type, body, took: began.elapsed(), validators })
    }
}
