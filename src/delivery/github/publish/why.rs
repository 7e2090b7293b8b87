//! Why nothing was published: pure, so that every answer of GitHub's is a row of a test.

use crate::github::verdict::{Trouble, verdict};
use crate::retry::{Class, Verdict};
use domain::text::shorten;

/// The longest of GitHub's own words in a reason.
const MESSAGE_MOST: usize = 200;

/// What a publication or a follow-up's issue met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// GITHUB_TOKEN is not set.
    NoToken,
    /// No repository can have this name.
    NotAName,
    /// The token sees no such repository.
    Hidden,
    /// Its name now, where GitHub tells.
    Renamed(Option<String>),
    Archived,
    /// Nobody committed anything yet.
    Empty,
    /// The token lacks this permission.
    Permission(Permission),
    /// A rule of the repository keeps howler from this branch, in GitHub's words.
    Protected {
        branch: String,
        said: String,
    },
    /// Others moved the branch each time howler tried.
    Raced {
        branch: String,
    },
    /// People closed the pull request without merging it.
    Closed {
        number: u64,
        url: String,
    },
    /// Every branch of these names is somebody else's.
    BranchesTaken {
        branch: String,
    },
    /// Something else than a file stands there: `a folder`, `a symbolic link`.
    InTheWay {
        path: String,
        what: &'static str,
    },
    /// The file is not text in UTF-8.
    NotText {
        path: String,
    },
    /// GitHub takes no file of so many bytes.
    TooLarge {
        path: String,
        bytes: usize,
    },
    /// GitHub shows only a part of this folder.
    FolderTooLarge {
        path: String,
    },
    /// The issue or pull request was deleted.
    Gone,
    /// Issues are turned off.
    IssuesOff,
    /// Limits, the network, and what GitHub says to all callers alike.
    Call(Trouble),
}

/// Of a fine-grained token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Contents,
    PullRequests,
    Issues,
}

/// How an attempt ended that did not end well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    pub why: Why,
    /// Something of it stands, or may stand: the next attempt looks for it ([`super::Publication::unsure`]).
    pub unknown: bool,
}

/// What was asked when GitHub refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::github) enum Step<'a> {
    /// The repository itself.
    Look,
    Read(Permission),
    Write(Permission),
    /// A file of so many bytes.
    Blob {
        path: &'a str,
        bytes: usize,
    },
    /// A branch is made or moved.
    Move {
        branch: &'a str,
    },
}

impl Permission {
    fn word(self) -> &'static str {
        match self {
            Self::Contents => "Contents",
            Self::PullRequests => "Pull requests",
            Self::Issues => "Issues",
        }
    }
}

impl Step<'_> {
    fn needs(self) -> Permission {
        match self {
            Self::Read(permission) | Self::Write(permission) => permission,
            Self::Look | Self::Blob { .. } | Self::Move { .. } => Permission::Contents,
        }
    }
}

impl Why {
    pub(in crate::github) fn of(trouble: Trouble, step: Step<'_>) -> Self {
        let Trouble::Refused { status, message } = &trouble else { return Self::Call(trouble) };
        let says = |part: &str| message.to_ascii_lowercase().contains(part);
        match (*status, step) {
            (301 | 302 | 307 | 308, _) => Self::Renamed(None),
            (403, _) if says("archived") => Self::Archived,
            (409, _) if says("empty") => Self::Empty,
            (403 | 422, Step::Move { branch }) if is_rule(message) => {
                Self::Protected { branch: branch.to_owned(), said: shorten(&flat(message), MESSAGE_MOST) }
            }
            (422, Step::Blob { path, bytes }) if says("too large") => {
                Self::TooLarge { path: path.to_owned(), bytes }
            }
            (413, Step::Blob { path, bytes }) => Self::TooLarge { path: path.to_owned(), bytes },
            (404, Step::Look | Step::Read(_)) => Self::Hidden,
            (403, step) => Self::Permission(step.needs()),
            // Where the repository is seen: a token that may not write does not learn that there is something to write to.
            (404, Step::Write(permission)) => Self::Permission(permission),
            (404, Step::Blob { .. } | Step::Move { .. }) => Self::Permission(Permission::Contents),
            (410, _) if says("deleted") => Self::Gone,
            (410, _) => Self::IssuesOff,
            _ => Self::Call(trouble),
        }
    }

    /// Whether another attempt is of use, and when; with words for people.
    pub fn verdict(&self, repository: &str) -> Verdict {
        let never = |reason: String| Verdict { class: Class::Never, reason };
        let slow = |reason: String| Verdict { class: Class::Slow, reason };
        match self {
            Self::NoToken => slow("GITHUB_TOKEN is not set: set it and restart howler".into()),
            Self::NotAName => {
                never(format!("`{repository}` is no repository: write owner/name in [reports] repository"))
            }
            Self::Hidden => slow(format!(
                "GitHub shows {repository} to nobody with GITHUB_TOKEN: check [reports] repository, and that the token may \
                 see it"
            )),
            Self::Renamed(None) => slow(format!(
                "{repository} was renamed or moved on GitHub: set [reports] repository to its new name"
            )),
            Self::Renamed(Some(name)) => {
                slow(format!("{repository} is {name} on GitHub now: set [reports] repository to that"))
            }
            Self::Archived => slow(format!(
                "{repository} is archived on GitHub and takes no changes: unarchive it, or set [reports] repository to \
                 another"
            )),
            Self::Empty => {
                slow(format!("{repository} is empty: commit something to it first, a README for example"))
            }
            Self::Permission(permission) => slow(format!(
                "GitHub does not let GITHUB_TOKEN do this in {repository}: give it the permission {}, read and write",
                permission.word()
            )),
            Self::Protected { branch, said } => slow(format!(
                "the branch {branch} of {repository} is protected ({said}): let howler's account past that rule, or set \
                 [reports] mode to \"pull request\""
            )),
            Self::Raced { branch } => Verdict {
                class: Class::Again { lost: false },
                reason: format!("others committed to {branch} of {repository} each time howler tried"),
            },
            Self::Closed { number, .. } => never(format!(
                "pull request #{number} of {repository} was closed without being merged: reopen it, or publish anew"
            )),
            Self::BranchesTaken { branch } => slow(format!(
                "{branch} and the branches numbered after it are somebody else's in {repository}: delete one of them"
            )),
            Self::InTheWay { path, what } => slow(format!(
                "{path} in {repository} is {what}: move that away, so that a file can stand there"
            )),
            Self::NotText { path } => slow(format!(
                "{path} in {repository} is not text in UTF-8: howler leaves it as it is; save it as UTF-8"
            )),
            Self::TooLarge { path, bytes } => never(format!(
                "GitHub takes no file as large as {path} would be ({bytes} bytes): make it shorter"
            )),
            Self::FolderTooLarge { path } => {
                slow(format!("GitHub shows only a part of {path} in {repository}: it holds too many files"))
            }
            Self::Gone => never(format!("it was deleted in {repository} on GitHub")),
            Self::IssuesOff => slow(format!(
                "issues are turned off in {repository}: turn them on in the repository's settings on GitHub"
            )),
            Self::Call(trouble) => verdict(trouble, repository),
        }
    }
}

/// Whether GitHub speaks of a rule for a branch: its own protection, or a ruleset.
fn is_rule(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [
        "pull request",
        "status check",
        "rule violations",
        "protected",
        "not authorized",
        "review",
        "update failed",
        "signature",
        "linear history",
    ]
    .iter()
    .any(|part| message.contains(part))
}

/// GitHub parts its sentences by empty lines.
fn flat(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
