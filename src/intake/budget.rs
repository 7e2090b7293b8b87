//! Bodies of requests that are in hand, bounded together: a crowd that nobody knows yet must not fill the memory, and those whom
//! howler knows must not wait behind it.
//!
//! What has arrived counts, not what is announced, so that whoever announces much and sends little takes little.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a body may take to arrive.
const WITHIN: Duration = Duration::from_secs(10);
/// When to send again what found no room, in seconds.
const SOON: u64 = 5;

/// Room for bodies; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    room: Arc<Semaphore>,
    /// Longest single body, in bytes.
    longest: usize,
}

/// A body that is in hand. Its room is given back once it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    pub bytes: Bytes,
    room: Option<OwnedSemaphorePermit>,
}

/// Why a body is not in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoBody {
    TooLong,
    /// The others fill all the room.
    NoRoom,
    TooSlow,
    /// Its sender went away, or does not speak HTTP.
    Broken,
}

impl Budget {
    /// Room for `bytes` of bodies, each of them of `longest` at most.
    pub fn new(bytes: usize, longest: usize) -> Self {
        Self { room: Arc::new(Semaphore::new(bytes)), longest }
    }

    /// Reads a body whole.
    ///
    /// # Errors
    /// It is too long or too slow, or there is no room for it.
    pub async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Held, NoBody> {
        let told = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if told.is_some_and(|told| told > self.longest) {
            return Err(NoBody::TooLong);
        }
        timeout(WITHIN, self.gather(body)).await.unwrap_or(Err(NoBody::TooSlow))
    }

    async fn gather(&self, body: Body) -> Result<Held, NoBody> {
        let mut parts = body.into_data_stream();
        let (mut whole, mut room) = (Vec::new(), None);
        while let Some(part) = parts.next().await {
            let part = part.map_err(|_| NoBody::Broken)?;
            if whole.len() + part.len() > self.longest {
                return Err(NoBody::TooLong);
            }
            self.take(part.len(), &mut room)?;
            whole.extend_from_slice(&part);
        }
        Ok(Held { bytes: whole.into(), room })
    }

    fn take(&self, bytes: usize, room: &mut Option<OwnedSemaphorePermit>) -> Result<(), NoBody> {
        let bytes = u32::try_from(bytes).map_err(|_| NoBody::TooLong)?;
        let more = Arc::clone(&self.room).try_acquire_many_owned(bytes).map_err(|_| NoBody::NoRoom)?;
        match room {
            Some(room) => room.merge(more),
            None => *room = Some(more),
        }
        Ok(())
    }
}

impl Held {
    /// Splits the body from its room, which is to be kept as long as anything of the body is.
    pub fn split(self) -> (Bytes, impl Drop) {
        (self.bytes, Room(self.room))
    }
}

struct Room(Option<OwnedSemaphorePermit>);

impl Drop for Room {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

impl IntoResponse for NoBody {
    fn into_response(self) -> Response {
        match self {
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            Self::NoRoom => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, SOON.to_string())]).into_response(),
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT.into_response(),
            Self::Broken => StatusCode::BAD_REQUEST.into_response(),
        }
    }
}
