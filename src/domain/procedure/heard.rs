//! What a probe asks once its slots are filled, and what comes back.

use serde::{Deserialize, Serialize};

/// Exactly what is asked: a probe whose slots are filled.
#[derive(Clone, Debug, PartialEq, Hash, Eq, Serialize, Deserialize)]
pub enum Question {
    /// `GET` of an address.
    Http(String),
    /// A connection to `host:port`.
    Tcp(String),
    /// A program by its bare name, and its arguments.
    Run(Vec<String>),
    GitHub(String),
    Vercel(String),
}

/// What came back, twice: as it is judged, and as it may be shown and saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// As it came. It is judged and forgotten: a word that is masked would be judged as missing.
    pub raw: Heard,
    /// Without control characters, without secrets.
    pub shown: Heard,
}

impl From<Heard> for Answer {
    /// An answer in which nothing is to be masked.
    fn from(heard: Heard) -> Self {
        Self { raw: heard.clone(), shown: heard }
    }
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The HTTP status.
    pub status: Option<u16>,
    /// No connection was taken: nobody listens there.
    pub refused: bool,
    /// Nobody answered in time, and in words who. A check says whether that counts as failing.
    pub silent: Option<String>,
    /// The program's exit code; none where a signal ended it.
    pub exit: Option<i32>,
    /// The body, or standard output: what a check looks at.
    pub text: String,
    /// Standard error: warnings, and why a program failed. It is never taken for a part of the answer.
    pub aside: String,
    /// More came than is kept; the middle is missing.
    pub cut: bool,
    /// So many bytes came that are no text. They are not kept: nobody could say whether a secret is in them.
    pub bytes: Option<usize>,
}

impl Heard {
    /// That what came is no text, in words.
    pub fn no_text(&self) -> Option<String> {
        let did = if self.status.is_some() { "sent" } else { "printed" };
        self.bytes.map(|bytes| format!("it {did} {bytes} bytes that are no text"))
    }

    /// All that a program printed, its standard error last.
    pub fn all(&self) -> String {
        let Self { text, aside, .. } = self;
        let between = if text.is_empty() || text.ends_with('\n') || aside.is_empty() { "" } else { "\n" };
        format!("{text}{between}{aside}")
    }
}

/// Nothing can be said about the world, and why, in words: "kubectl is not on this machine".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{0}")]
pub struct CannotTell(pub String);
