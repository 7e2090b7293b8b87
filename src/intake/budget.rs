//! Bodies of requests that are in hand, bounded together: a crowd that nobody knows yet must not fill the memory, and those whom
//! howler knows must not wait behind it.
//!
//! What has arrived counts, not what is announced, so that whoever announces much and sends little takes little. Where there is no
//! room left, whoever has held the most for the longest without coming to an end makes room: a short body that comes at once is
//! always taken, however many stall.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use ground::telemetry::Metrics;

/// How long a body may take to arrive.
const WITHIN: Duration = Duration::from_secs(10);
/// When to send again what found no room, in seconds.
const SOON: u64 = 5;

/// Room for bodies; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    room: Arc<Mutex<Room>>,
    /// Longest single body, in bytes.
    longest: usize,
}

#[derive(Debug)]
struct Room {
    free: usize,
    /// Bodies that are not whole yet, by number.
    arriving: BTreeMap<u64, Arriving>,
    next: u64,
}

#[derive(Debug)]
struct Arriving {
    bytes: usize,
    since: Instant,
    /// Somebody else needs the room.
    gone: Arc<Notify>,
}

/// A body's part of the room, which it gives back once it is dropped.
#[derive(Debug)]
struct Place {
    room: Arc<Mutex<Room>>,
    number: u64,
    /// What it holds, once the body is whole.
    whole: usize,
}

/// A body that is in hand. Its room is given back once it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    pub bytes: Bytes,
    _place: Place,
}

/// Why a body is not in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoBody {
    TooLong,
    /// The others fill all the room, or needed what this one held.
    NoRoom,
    TooSlow,
    /// Its sender went away, or does not speak HTTP.
    Broken,
}

impl Budget {
    /// Room for `bytes` of bodies, each of them of `longest` at most.
    pub fn new(bytes: usize, longest: usize) -> Self {
        let room = Room { free: bytes, arriving: BTreeMap::new(), next: 0 };
        Self { room: Arc::new(Mutex::new(room)), longest }
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
        let mut whole = Vec::new();
        let (place, gone) = self.enter();
        loop {
            let part = tokio::select! {
                biased;
                () = gone.notified() => return Err(NoBody::NoRoom),
                part = parts.next() => part,
            };
            let Some(part) = part else { break };
            let part = part.map_err(|_| NoBody::Broken)?;
            if whole.len() + part.len() > self.longest {
                return Err(NoBody::TooLong);
            }
            place.take(part.len())?;
            whole.extend_from_slice(&part);
        }
        Ok(Held { bytes: whole.into(), _place: place.whole()? })
    }

    fn enter(&self) -> (Place, Arc<Notify>) {
        let mut room = locked(&self.room);
        let (number, gone) = (room.next, Arc::new(Notify::new()));
        room.next += 1;
        room.arriving.insert(number, Arriving { bytes: 0, since: Instant::now(), gone: Arc::clone(&gone) });
        (Place { room: Arc::clone(&self.room), number, whole: 0 }, gone)
    }
}

impl Room {
    /// Makes so much room at the expense of those who hold the most for the longest; false where `number` itself is the one.
    fn make(&mut self, bytes: usize, number: u64) -> bool {
        let now = Instant::now();
        while self.free < bytes {
            let held = |(number, one): (&u64, &Arriving)| {
                (one.bytes as u128 * now.duration_since(one.since).as_micros(), *number)
            };
            let most = self.arriving.iter().filter(|(_, one)| one.bytes > 0).map(held).max();
            let other = most.map(|(_, most)| most).filter(|most| *most != number);
            let Some(other) = other.and_then(|other| self.arriving.remove(&other)) else { return false };
            self.free += other.bytes;
            other.gone.notify_one();
        }
        true
    }
}

impl Place {
    fn take(&self, bytes: usize) -> Result<(), NoBody> {
        let mut room = locked(&self.room);
        if !room.arriving.contains_key(&self.number) || !room.make(bytes, self.number) {
            return Err(NoBody::NoRoom);
        }
        room.free -= bytes;
        if let Some(own) = room.arriving.get_mut(&self.number) {
            own.bytes += bytes;
        }
        Ok(())
    }

    /// The body is here: nobody takes its room any more.
    fn whole(mut self) -> Result<Self, NoBody> {
        let own = locked(&self.room).arriving.remove(&self.number);
        self.whole = own.ok_or(NoBody::NoRoom)?.bytes;
        Ok(self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut room = locked(&self.room);
        let arriving = room.arriving.remove(&self.number).map_or(0, |own| own.bytes);
        room.free += arriving + self.whole;
    }
}

fn locked(room: &Mutex<Room>) -> MutexGuard<'_, Room> {
    room.lock().unwrap_or_else(PoisonError::into_inner)
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
        assert_eq!(locked(&budget.room).free, 1_000, "all the room is given back");
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_stall_make_room_for_whoever_comes_and_the_greatest_first() {
        let budget = Budget::new(1_600, 100);
        let read = |body| {
            let budget = budget.clone();
            tokio::spawn(async move { budget.read(&HeaderMap::new(), body).await })
        };
        let turn = || async {
            for _ in 0..8 {
                tokio::task::yield_now().await;
            }
            tokio::time::advance(Duration::from_millis(10)).await;
        };
        // They fill all of it, and never end.
        let mut stalled = Vec::new();
        for bytes in std::iter::repeat_n(99, 15).chain([60, 40, 15]) {
            let (sender, body) = arriving();
            let reading = read(body);
            sender.send(Bytes::from(vec![1; bytes])).await.unwrap();
            turn().await;
            stalled.push((sender, reading));
        }
        assert_eq!(locked(&budget.room).free, 0);
        // Short ones come in, one after the other and in two parts.
        for _ in 0..50 {
            let (sender, body) = arriving();
            let reading = read(body);
            sender.send(Bytes::from(vec![2; 20])).await.unwrap();
            turn().await;
            sender.send(Bytes::from(vec![3; 20])).await.unwrap();
            drop(sender);
            assert_eq!(reading.await.unwrap().map(|held| held.bytes.len()), Ok(40));
        }
        turn().await;
        let gone: Vec<bool> = stalled.iter().map(|(_, reading)| reading.is_finished()).collect();
        assert_eq!(gone.iter().filter(|gone| **gone).count(), 1, "no more of them than it takes");
        assert!(gone[0], "the one that held the most for the longest");
        let (_, first) = stalled.remove(0);
        assert_eq!(first.await.unwrap().unwrap_err(), NoBody::NoRoom);
        // Whoever holds the most itself goes first, and nobody else in its stead.
        let (last, body) = arriving();
        let filler = read(body);
        last.send(Bytes::from(vec![4; 99])).await.unwrap();
        turn().await;
        let (greedy, reading) = stalled.remove(0);
        greedy.send(Bytes::from(vec![5; 1])).await.unwrap();
        assert_eq!(reading.await.unwrap().unwrap_err(), NoBody::NoRoom);
        assert!(stalled.iter().all(|(_, reading)| !reading.is_finished()) && !filler.is_finished());
        stalled.push((last, filler));
        for (sender, reading) in stalled {
            drop(sender);
            assert!(reading.await.unwrap().is_ok(), "nobody else had to go");
        }
        assert_eq!(locked(&budget.room).free, 1_600);
    }

    #[tokio::test]
    async fn what_is_whole_is_nobodys_to_take() {
        let budget = Budget::new(100, 100);
        let held = budget.read(&HeaderMap::new(), Body::from(vec![1; 80])).await.unwrap();
        let second = budget.read(&HeaderMap::new(), Body::from(vec![2; 30])).await;
        assert_eq!((second.unwrap_err(), held.bytes.len()), (NoBody::NoRoom, 80));
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
