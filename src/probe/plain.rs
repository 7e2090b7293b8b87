//! A service asked for what it has, without howler's own words for it: whoever asks reads the answer.

use std::time::Duration;

use axum::BoxError;
use axum::body::Bytes;
use axum::body::HttpBody;
use axum::http::Response;
use serde_json::Value;
use tokio::time::timeout;

use super::pause::Pauses;
use super::rest::{Answer, Asked, Service};
use domain::procedure::CannotTell;

/// How long one answer may take.
pub const LIMIT: Duration = Duration::from_secs(20);

/// Why something could not be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unasked {
    /// With what is to be done about it.
    pub why: String,
    /// No answer will come before somebody changes something.
    pub lasting: bool,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
}

impl Unasked {
    /// The next try may bring an answer.
    pub fn passing(CannotTell(why): CannotTell) -> Self {
        Self::passing_words(why)
    }

    /// The same, in words.
    pub fn passing_words(why: impl Into<String>) -> Self {
        Self { why: why.into(), lasting: false, status: None }
    }

    /// None will before somebody changes something.
    pub fn lasting(why: impl Into<String>) -> Self {
        Self { why: why.into(), lasting: true, status: None }
    }
}

/// What is asked of a service: its limits, its words for a refusal, and what came.
pub(super) struct Plain<'s> {
    pub service: &'s Service,
    pub pauses: &'s Pauses,
    /// What the service limits by.
    pub limited: &'s str,
}

impl Plain<'_> {
    /// One answer that is a success.
    pub async fn answer<B, E>(
        &self,
        asked: &Asked,
        sent: impl Future<Output = Result<Response<B>, E>>,
    ) -> Result<Answer, Unasked>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
        E: std::error::Error + 'static,
    {
        if let Some(until) = self.pauses.held(self.limited) {
            return Err(Unasked::passing(self.service.paused(until)));
        }
        let read = async {
            let response = sent.await.map_err(|error| self.service.unheard(&error))?;
            self.service.read(response).await
        };
        let read = timeout(LIMIT, read).await.unwrap_or_else(|_| Err(self.service.late(LIMIT)));
        let answer = read.map_err(Unasked::passing)?;
        if let Some(until) = self.pauses.learn(self.limited, &answer) {
            return Err(Unasked::passing(self.service.paused(until)));
        }
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let CannotTell(why) = self.service.refusal(&answer, asked);
        Err(Unasked { why, lasting: (300..500).contains(&answer.status), status: Some(answer.status) })
    }

    /// Its JSON.
    pub fn json(&self, answer: &Answer, asked: &Asked) -> Result<Value, Unasked> {
        answer.json(self.service, asked).map_err(Unasked::passing)
    }
}
