//! One connection: each envelope to the desk, its acknowledgement back once the commit is done, and an eye on silence.

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::{Bytes, Message, Utf8Bytes};
use tracing::{debug, warn};

use super::envelope::{self, Envelope, Frame, Goodbye};
use super::open::Stream;
use super::quiet::{Quiet, Step};
use crate::front::{Front, Kind, PATIENCE, Reply};
use ground::logs::how_it_ended;
use ground::telemetry::Connected;

/// How long a frame may take to go out before the connection counts as broken.
const SEND_WITHIN: Duration = Duration::from_secs(3);
/// How long Slack may take to say goodbye; it does not always close from its side.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// Why a line ends, or is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Slack said that it will end it; until then it is heard.
    Announced(Goodbye),
    /// Slack closed it.
    Closed,
    Broken,
    /// Neither a message nor an answer to a ping.
    Silent,
    /// howler let it go.
    Left,
}

impl End {
    pub fn is_announced(self) -> bool {
        matches!(self, Self::Announced(_))
    }

    /// One word for metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Announced(Goodbye::Warning) => "warning",
            Self::Announced(Goodbye::Refresh) => "refresh_requested",
            Self::Announced(Goodbye::LinkDisabled) => "link_disabled",
            Self::Announced(Goodbye::TooMany) => "too_many_websockets",
            Self::Announced(Goodbye::Other) => "other_disconnect",
            Self::Closed => "closed",
            Self::Broken => "broken",
            Self::Silent => "silence",
            Self::Left => "left",
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Announced(_) => "Slack asked for a new connection",
            Self::Closed => "Slack closed the connection",
            Self::Broken => "the connection broke",
            Self::Silent => "the connection went silent",
            Self::Left => "the connection was closed",
        })
    }
}

/// A greeted connection.
pub struct Line {
    pub stream: Stream,
    pub front: Front,
    pub stopping: watch::Receiver<bool>,
    pub connected: Connected,
}

/// The acknowledgements of envelopes in hand, as they come to be.
type InHand = JoinSet<Option<String>>;

impl Line {
    /// Hears until the connection ends, `leave` says to go (or is dropped), or howler stops; then finishes what is in
    /// hand. `ended` is told at once, before that.
    pub async fn run(mut self, mut leave: oneshot::Receiver<()>, ended: oneshot::Sender<End>) {
        let mut tell = Tell(Some(ended));
        let mut in_hand = InHand::new();
        let mut quiet = Quiet::since(self.front.clock.now());
        let mut stopped = pin!(super::stopped(self.stopping.clone()));
        let end = loop {
            let goes_on = tokio::select! {
                _ = &mut leave => Err(End::Left),
                () = &mut stopped => Err(End::Left),
                Some(done) = in_hand.join_next() => self.acknowledge(done).await,
                message = self.stream.next() => {
                    quiet.heard(self.front.clock.now());
                    self.hear(message, &mut in_hand, &mut tell)
                }
                () = self.front.clock.sleep_until(quiet.due()) => self.look(&mut quiet).await,
            };
            if let Err(end) = goes_on {
                break end;
            }
        };
        tell.ended(end);
        drop(self.connected);
        finish(self.stream, in_hand, end == End::Left).await;
    }

    /// Takes what came; envelopes are answered beside, so that none waits for another.
    fn hear<E>(
        &self,
        message: Option<Result<Message, E>>,
        in_hand: &mut InHand,
        tell: &mut Tell,
    ) -> Result<(), End> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(_))) => return Err(End::Closed),
            Some(Err(_)) | None => return Err(End::Broken),
            Some(Ok(Message::Binary(_))) => {
                self.unreadable();
                return Ok(());
            }
            // The answer to a ping goes out by itself.
            Some(Ok(_)) => return Ok(()),
        };
        match envelope::read(&text) {
            Frame::Envelope(envelope) => drop(in_hand.spawn(take(self.front.clone(), *envelope))),
            Frame::Disconnect(goodbye) => tell.ended(End::Announced(goodbye)),
            Frame::Hello { .. } => {}
            Frame::Unreadable => self.unreadable(),
        }
        Ok(())
    }

    fn unreadable(&self) {
        self.front.metrics.socket().unparsed();
        warn!("a message over Socket Mode is not in Slack's form");
    }

    async fn acknowledge(&mut self, done: Result<Option<String>, tokio::task::JoinError>) -> Result<(), End> {
        match acknowledgement(done) {
            Some(text) => send(&mut self.stream, Message::Text(text)).await,
            None => Ok(()),
        }
    }

    /// The time has come to ask whether anybody is there, or to give up.
    async fn look(&mut self, quiet: &mut Quiet) -> Result<(), End> {
        match quiet.step(self.front.clock.now()) {
            Step::Wait => Ok(()),
            Step::Ask => send(&mut self.stream, Message::Ping(Bytes::new())).await,
            Step::GiveUp => Err(End::Silent),
        }
    }
}

/// Tells once.
struct Tell(Option<oneshot::Sender<End>>);

impl Tell {
    fn ended(&mut self, end: End) {
        if let Some(tell) = self.0.take() {
            // A keeper that is gone needs no telling.
            let _ = tell.send(end);
        }
    }
}

/// From the envelope to its acknowledgement, which is there only once the desk has saved it.
async fn take(front: Front, envelope: Envelope) -> Option<String> {
    let started = Instant::now();
    let Envelope { id, kind, parsed, takes_answer, retry } = envelope;
    let metrics = front.metrics.socket();
    metrics.envelope(kind.map_or("other", Kind::word));
    if let Some((attempt, reason)) = retry {
        debug!(attempt, reason, "Slack sends this again");
    }
    let Some(kind) = kind else {
        front.metrics.ignored("unknown_envelope");
        return envelope::acknowledgement(&id, takes_answer, &Reply::Nothing);
    };
    let reply = front.take(kind, parsed, started + PATIENCE).await;
    match &reply {
        Reply::Malformed => metrics.unparsed(),
        Reply::Json(_) if !takes_answer => {
            front.metrics.ignored("answer_not_taken");
            warn!(kind = kind.word(), "Slack takes no answer to this, so the person does not see it");
        }
        _ => {}
    }
    let acknowledgement = envelope::acknowledgement(&id, takes_answer, &reply);
    if acknowledgement.is_some() {
        front.metrics.acknowledged(kind.word(), started.elapsed());
    }
    acknowledgement
}

fn acknowledgement(done: Result<Option<String>, tokio::task::JoinError>) -> Option<Utf8Bytes> {
    match done {
        Ok(acknowledgement) => acknowledgement.map(Utf8Bytes::from),
        Err(error) => {
            warn!(how = how_it_ended(&error), "an envelope's task ended badly; it is not acknowledged");
            None
        }
    }
}

async fn send(stream: &mut Stream, message: Message) -> Result<(), End> {
    match timeout(SEND_WITHIN, stream.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Broken),
    }
}

/// Finishes what is in hand. Where the connection still `carries`, acknowledgements and a goodbye go out; where it does
/// not, Slack sends the envelopes again over another, and each counts once.
async fn finish(stream: Stream, mut in_hand: InHand, carries: bool) {
    let mut stream = Some(stream).filter(|_| carries);
    while let Some(done) = in_hand.join_next().await {
        let (Some(text), Some(open)) = (acknowledgement(done), stream.as_mut()) else { continue };
        if send(open, Message::Text(text)).await.is_err() {
            stream = None;
        }
    }
    let Some(mut stream) = stream else { return };
    let goodbye = async {
        stream.close(None).await?;
        while !matches!(stream.next().await.transpose()?, Some(Message::Close(_)) | None) {}
        Ok::<_, tokio_tungstenite::tungstenite::Error>(())
    };
    if !matches!(timeout(CLOSE_WITHIN, goodbye).await, Ok(Ok(()))) {
        debug!("a Socket Mode connection was closed without Slack's goodbye");
    }
}
