//! What goes over the socket: one line of JSON each way.

use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// Longest line, in bytes: a calendar of a megabyte, every byte of it escaped.
const MOST: u64 = 2 * 1024 * 1024 + 64 * 1024;
/// Longest id.
const ID_MOST: usize = 64;

/// A line typed at a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Made once for each line typed: asked again with the same id, it counts once.
    pub id: String,
    /// `incident`, `oncall`, `runbook`, `alerts`: the slash command without its slash.
    pub command: String,
    /// What follows it.
    pub line: String,
    /// What the file holds that the line names: a calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// The answer, in words for a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Done(String),
    /// Nothing was changed yet: what would be. Typed once more after `confirm` and this number, it is carried out.
    Proposed {
        words: String,
        seen: u32,
    },
    /// Nothing was changed: why not, or what to type instead.
    Refused(String),
    /// howler's own trouble.
    Failed(String),
}

impl Reply {
    /// The same with words before its own.
    pub(super) fn after(self, before: &str) -> Self {
        let whole = |words: String| format!("{before}\n{words}");
        match self {
            Self::Done(words) => Self::Done(whole(words)),
            Self::Proposed { words, seen } => Self::Proposed { words: whole(words), seen },
            Self::Refused(words) => Self::Refused(whole(words)),
            Self::Failed(words) => Self::Failed(whole(words)),
        }
    }
}

/// Why nothing was understood.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    #[error("the connection ended without a word")]
    Gone,
    #[error("the connection broke: {0}")]
    Broken(#[from] io::Error),
    #[error("the line is longer than {MOST} bytes")]
    TooLong,
    #[error("this is not a line of howler's; is the other side another version?")]
    Foreign,
}

pub(super) fn is_id(id: &str) -> bool {
    (8..=ID_MOST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Reads one line.
///
/// # Errors
/// When none comes, or one that cannot be taken.
pub async fn read<T: DeserializeOwned>(stream: impl AsyncRead + Unpin) -> Result<T, WireError> {
    let mut line = Vec::new();
    let read = BufReader::new(stream.take(MOST)).read_until(b'\n', &mut line).await?;
    match line.last() {
        Some(b'\n') => serde_json::from_slice(&line).map_err(|_| WireError::Foreign),
        // A line that was cut off is not carried out.
        _ if u64::try_from(read).is_ok_and(|read| read < MOST) => Err(WireError::Gone),
        _ => Err(WireError::TooLong),
    }
}

/// Writes one line.
///
/// # Errors
/// When the other side does not take it.
pub async fn write(mut stream: impl AsyncWrite + Unpin, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    stream.flush().await
}
