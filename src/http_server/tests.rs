use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Patience, serve_with};

/// Long beside what a test waits for.
const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(60);
const WHOLE: &str = "GET /quick HTTP/1.1\r\nhost: howler\r\n\r\n";

struct House {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    /// Says when `/slow` is being answered, and lets it end.
    begun: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
}

impl House {
    async fn with(header_within: Duration, connections: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (tell, begun) = mpsc::unbounded_channel();
        let slow = move || {
            let tell = tell.clone();
            async move {
                let (end, ended) = oneshot::channel::<()>();
                tell.send(end).expect("the test runs");
                // A test that went away needs no answer.
                let _ = ended.await;
                "done"
            }
        };
        let router = Router::new()
            .route("/quick", get(|| async { "here" }))
            .route("/slow", get(slow.clone()))
            .route("/told", post(move |_: Bytes| slow()));
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move { drop(stopped.await) };
        let server =
            tokio::spawn(serve_with(listener, router, stopped, Patience { header_within, connections }));
        Self { address, stop: Some(stop), server, begun }
    }

    async fn says(&self, words: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(words.as_bytes()).await.expect("sent");
        stream
    }

    fn stop(&mut self) {
        self.stop.take().expect("once").send(()).expect("it runs");
    }
}

/// What comes until the other side ends the connection; it must end it within a time that is long beside its limit.
async fn rest(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(LONG / 3, stream.read_to_end(&mut bytes)).await;
    // Reset or closed: cut off both ways.
    let _ = read.expect("the connection is ended by howler");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 1_024];
    let read = tokio::time::timeout(LONG / 3, stream.read(&mut bytes)).await;
    let count = read.expect("an answer in time").expect("an answer");
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

#[tokio::test]
async fn a_half_header_and_a_silent_connection_are_cut_off() {
    let house = House::with(SHORT, 8).await;
    for words in ["", "GET /quick HTT", "GET /quick HTTP/1.1\r\nhost: howler\r\nx-"] {
        let told = rest(house.says(words).await).await;
        assert!(!told.contains("200 OK"), "{words:?}: {told}");
    }
    let mut kept = house.says(WHOLE).await;
    assert!(answer(&mut kept).await.ends_with("here"));
    // Kept for a next request, which does not come.
    assert_eq!(rest(kept).await, "");
}

#[tokio::test]
async fn a_header_that_comes_byte_by_byte_has_one_limit_for_all_of_it() {
    let house = House::with(SHORT, 8).await;
    let mut stream = house.says("GET /quick HTTP/1.1\r\nx: ").await;
    let drip = async { while stream.write_all(b"y").await.is_ok() {} };
    tokio::time::timeout(LONG / 3, drip).await.expect("cut off while it still sends");
}

#[tokio::test]
async fn a_header_without_end_is_refused() {
    let house = House::with(LONG, 8).await;
    let mut stream = house.says("GET /quick HTTP/1.1\r\nx: ").await;
    // It may be cut off before all of this is sent.
    let _ = stream.write_all(&vec![b'y'; 256 * 1024]).await;
    let told = rest(stream).await;
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 431"), "{told}");
}

#[tokio::test]
async fn for_one_connection_too_many_the_longest_waiting_gives_way_and_none_in_hand() {
    let mut house = House::with(LONG, 2).await;
    let mut busy = house.says("GET /slow HTTP/1.1\r\nhost: howler\r\n\r\n").await;
    let end = house.begun.recv().await.expect("begun");
    let silent = house.says("GET /quick").await;
    let mut third = house.says(WHOLE).await;
    assert!(answer(&mut third).await.ends_with("here"));
    assert_eq!(rest(silent).await, "");
    end.send(()).expect("still being answered");
    assert!(answer(&mut busy).await.ends_with("done"));
}

#[tokio::test]
async fn a_body_that_does_not_come_keeps_nobody_out() {
    let mut house = House::with(LONG, 2).await;
    let head = "POST /told HTTP/1.1\r\nhost: howler\r\ncontent-length: 4\r\n";
    let mut told = house.says(&format!("{head}\r\nword")).await;
    let end = house.begun.recv().await.expect("begun");
    for part in ["", "wor"] {
        // howler says so once it waits for the body.
        let mut half = house.says(&format!("{head}expect: 100-continue\r\n\r\n")).await;
        assert!(answer(&mut half).await.contains("100 Continue"));
        half.write_all(part.as_bytes()).await.expect("sent");
        let mut whole = house.says(WHOLE).await;
        assert!(answer(&mut whole).await.ends_with("here"), "after {part:?} of a body");
        assert_eq!(rest(half).await, "");
    }
    end.send(()).expect("still being answered");
    assert!(answer(&mut told).await.ends_with("done"));
}

#[tokio::test]
async fn where_all_are_being_answered_one_more_is_refused() {
    let mut house = House::with(LONG, 1).await;
    let mut busy = house.says("GET /slow HTTP/1.1\r\nhost: howler\r\n\r\n").await;
    let end = house.begun.recv().await.expect("begun");
    assert_eq!(rest(house.says(WHOLE).await).await, "");
    end.send(()).expect("still being answered");
    assert!(answer(&mut busy).await.ends_with("done"));
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_hand_and_takes_nothing_new() {
    let mut house = House::with(LONG, 8).await;
    let busy = house.says("GET /slow HTTP/1.1\r\nhost: howler\r\n\r\n").await;
    let end = house.begun.recv().await.expect("begun");
    house.stop();
    while TcpStream::connect(house.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    end.send(()).expect("still being answered");
    assert!(rest(busy).await.ends_with("done"));
    house.server.await.expect("it ends");
}
