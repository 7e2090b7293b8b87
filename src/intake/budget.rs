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

use ground::telemetry::Metrics;

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
    _room: Option<OwnedSemaphorePermit>,
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
        Ok(Held { bytes: whole.into(), _room: room })
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

impl NoBody {
    /// Counts it, where its sender is to come again.
    pub fn counted(self, metrics: &Metrics) -> Self {
        if self == Self::NoRoom {
            metrics.put_off("no_room");
        }
        self
    }
}

impl IntoResponse for NoBody {
    fn into_response(self) -> Response {
        match self {
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            Self::NoRoom => {
                (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, SOON.to_string())]).into_response()
            }
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT.into_response(),
            Self::Broken => StatusCode::BAD_REQUEST.into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use tokio::sync::mpsc;

    use super::*;

    /// A body that arrives as its sender wills.
    fn arriving() -> (mpsc::Sender<Bytes>, Body) {
        let (sender, receiver) = mpsc::channel::<Bytes>(8);
        let parts = stream::unfold(receiver, |mut receiver| async move {
            let part = receiver.recv().await?;
            Some((Ok::<_, std::io::Error>(part), receiver))
        });
        (sender, Body::from_stream(parts))
    }

    fn announced(length: usize) -> HeaderMap {
        [(CONTENT_LENGTH, length.into())].into_iter().collect()
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_arrived_fills_the_room_and_what_is_announced_does_not() {
        let budget = Budget::new(1_000, 600);
        let read = |body| {
            let budget = budget.clone();
            tokio::spawn(async move { budget.read(&announced(600), body).await })
        };
        // Hundreds who announce much and send nothing.
        let idle: Vec<_> = (0..300).map(|_| arriving()).map(|(sender, body)| (sender, read(body))).collect();
        let (sender, body) = arriving();
        let first = read(body);
        sender.send(Bytes::from(vec![1; 300])).await.unwrap();
        sender.send(Bytes::from(vec![2; 300])).await.unwrap();
        drop(sender);
        let first = first.await.unwrap().unwrap();
        assert_eq!((first.bytes.len(), first.bytes[299], first.bytes[300]), (600, 1, 2));
        let second = budget.read(&HeaderMap::new(), Body::from(vec![3; 401])).await;
        assert_eq!(second.unwrap_err(), NoBody::NoRoom);
        let second = budget.read(&HeaderMap::new(), Body::from(vec![3; 400])).await.unwrap();
        drop((first, second));
        assert_eq!(budget.read(&HeaderMap::new(), Body::from(vec![3; 600])).await.unwrap().bytes.len(), 600);
        // Those who send nothing are given up.
        for (sender, read) in idle {
            assert_eq!(read.await.unwrap().unwrap_err(), NoBody::TooSlow);
            drop(sender);
        }
        assert_eq!(budget.room.available_permits(), 1_000, "all the room is given back");
    }

    #[tokio::test]
    async fn what_is_too_long_is_not_read_to_its_end() {
        let budget = Budget::new(10_000, 600);
        let (_sender, body) = arriving();
        assert_eq!(budget.read(&announced(601), body).await.unwrap_err(), NoBody::TooLong);
        let (sender, body) = arriving();
        sender.send(Bytes::from(vec![1; 601])).await.unwrap();
        assert_eq!(budget.read(&HeaderMap::new(), body).await.unwrap_err(), NoBody::TooLong);
        let told = NoBody::NoRoom.into_response();
        assert_eq!((told.status().as_u16(), &told.headers()[RETRY_AFTER]), (503, &"5".parse().unwrap()));
    }
}
