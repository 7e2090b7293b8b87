//! One answer of an address, whole, with its status and how long it took: for whoever reads numbers and not text.

use std::time::{Duration, Instant};

use axum::http::header::CONTENT_TYPE;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::address::Hosts;
use super::http::{in_words, sent, targets};
use config::RunbookRules;
use domain::procedure::CannotTell;

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

    /// Asks `address` once, for at most `limit`, and reads no more than `most` bytes of the answer.
    ///
    /// # Errors
    /// Why nothing came.
    pub async fn fetch(&self, address: &str, limit: Duration, most: usize) -> Result<Fetched, Unfetched> {
        let late = || Unfetched::Not(format!("{address} did not answer within {} s", limit.as_secs()));
        timeout(limit, self.whole(address, most)).await.unwrap_or_else(|_| Err(late()))
    }

    async fn whole(&self, address: &str, most: usize) -> Result<Fetched, Unfetched> {
        let not = |CannotTell(why)| Unfetched::Not(why);
        let targets = targets(&self.hosts, address).await.map_err(not)?;
        let began = Instant::now();
        let response = sent(address, targets).await.map_err(not)?;
        let response = response.map_err(|error| Unfetched::Not(format!("{address} {}", in_words(&error))))?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let mut body = Vec::new();
        let mut stream = response.into_body().into_data_stream();
        while let Some(chunk) = stream.next().await {
            let broke = |_| Unfetched::Not(format!("{address} broke off in the middle of its answer"));
            body.extend_from_slice(&chunk.map_err(broke)?);
            if body.len() > most {
                return Err(Unfetched::TooLong);
            }
        }
        Ok(Fetched { status, content_type, body, took: began.elapsed() })
    }
}
