//! One new connection: an address from Slack, a WebSocket to it, and Slack's `hello`.

use std::time::Duration;

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::envelope::{self, Frame, Goodbye};
use delivery::{Connections, NoConnection};
use domain::secret::Secret;
use ground::clock::Clock;

/// Longest message, in bytes, as over HTTP.
const MESSAGE_MOST: usize = 1024 * 1024;
/// How long the connection and its handshake may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How long Slack may take to greet.
const HELLO_WITHIN: SignedDuration = SignedDuration::from_secs(10);

pub type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a connection did not come about.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    #[error(transparent)]
    Refused(NoConnection),
    #[error("Slack's address for Socket Mode cannot be reached: {0}")]
    Unreached(String),
    #[error(
        "Socket Mode is off in your Slack app's settings: turn it on there (manifest: socket_mode_enabled), or unset \
         SLACK_APP_TOKEN and let Slack reach howler over https"
    )]
    LinkDisabled,
    #[error(
        "the Slack app has ten connections already, which is Slack's limit: does another howler run with its token?"
    )]
    TooMany,
    #[error("Slack opened a Socket Mode connection and did not greet")]
    NoHello,
}

impl NotOpened {
    /// One word for metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused(NoConnection { not_before: Some(_), .. }) => "limited",
            Self::Refused(_) => "refused",
            Self::Unreached(_) => "unreached",
            Self::LinkDisabled => "link_disabled",
            Self::TooMany => "too_many_websockets",
            Self::NoHello => "no_hello",
        }
    }

    /// Slack takes no attempt before then.
    pub fn not_before(&self) -> Option<Timestamp> {
        match self {
            Self::Refused(refused) => refused.not_before,
            _ => None,
        }
    }
}

/// Opens a connection and waits until Slack greets; gives how many the app has, as Slack says.
pub async fn open(connections: &Connections, clock: &Clock) -> Result<(Stream, Option<u64>), NotOpened> {
    let address = connections.address().await.map_err(NotOpened::Refused)?;
    let mut stream = connect(&address).await?;
    let late = clock.now().saturating_add(HELLO_WITHIN).unwrap_or(Timestamp::MAX);
    let greeted = tokio::select! {
        greeted = greeting(&mut stream) => greeted,
        () = clock.sleep_until(late) => Err(NotOpened::NoHello),
    };
    greeted.map(|connections| (stream, connections))
}

async fn connect(address: &Secret) -> Result<Stream, NotOpened> {
    let limits =
        WebSocketConfig::default().max_message_size(Some(MESSAGE_MOST)).max_frame_size(Some(MESSAGE_MOST));
    let connecting = connect_async_with_config(address.reveal(), Some(limits), true);
    match timeout(CONNECT_WITHIN, connecting).await {
        Ok(Ok((stream, _))) => Ok(stream),
        Ok(Err(error)) => Err(NotOpened::Unreached(words(&error))),
        Err(_) => Err(NotOpened::Unreached("it did not answer in time".to_owned())),
    }
}

/// The address holds a ticket, so no text of an error that may hold it is passed on.
fn words(error: &Error) -> String {
    match error {
        Error::Io(error) => error.to_string(),
        Error::Tls(error) => error.to_string(),
        Error::Http(response) => format!("HTTP status {}", response.status().as_u16()),
        _ => "it does not speak WebSocket as it should".to_owned(),
    }
}

async fn greeting(stream: &mut Stream) -> Result<Option<u64>, NotOpened> {
    while let Some(Ok(message)) = stream.next().await {
        let Message::Text(text) = message else { continue };
        match envelope::read(&text) {
            Frame::Hello { connections } => return Ok(connections),
            Frame::Disconnect(Goodbye::LinkDisabled) => return Err(NotOpened::LinkDisabled),
            Frame::Disconnect(Goodbye::TooMany) => return Err(NotOpened::TooMany),
            Frame::Disconnect(_) => break,
            // Nothing is acknowledged before the greeting, so nothing is lost: Slack sends it again.
            Frame::Envelope(_) | Frame::Unreadable => {}
        }
    }
    Err(NotOpened::NoHello)
}
