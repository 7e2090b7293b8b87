//! Tells a P1 on GitHub where Slack does not take the news of it: an issue, comments, and its end; publishes reports there,
//! and keeps follow-ups as issues. All of it is marked, and looked up before it is sent again, as in Slack.

mod client;
mod follow_ups;
mod issues;
mod publish;
mod reports;
mod verdict;

use std::fmt;

use jiff::Timestamp;
use tokio::sync::OnceCell;
use tracing::error;

use super::job::Job;
use super::retry::{self, Class, Verdict};
use super::slack::DelivererError;
use client::Client;
use config::Backup;
use config::secrets::Secrets;
use domain::duration::Humane;
use domain::effect::Outcome;
use ground::clock::Clock;
use verdict::{Trouble, verdict};

pub use follow_ups::{FollowUp, IssueSeen};
pub use publish::{
    CanPublish, Mode, Permission, Publication, Published, PullRequest, PullSeen, PullState, Undone, Why,
};

/// The one way out to GitHub.
pub struct GitHub {
    client: Option<Client>,
    /// `owner/name`, where new issues go.
    repository: Option<String>,
    after: Humane,
    clock: Clock,
    /// The login of the token, once it is known; none where GitHub does not tell.
    me: OnceCell<Option<String>>,
}

/// Why no issue is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    NoToken,
    ByConfiguration,
}

impl fmt::Display for Off {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoToken => "GITHUB_TOKEN is not set",
            Self::ByConfiguration => "[backup] repository is \"off\"",
        })
    }
}

/// Why GitHub cannot be called at all.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    #[error("GITHUB_API_URL must be a full http or https address, not `{0}`")]
    NotAnAddress(String),
    #[error(
        "GITHUB_API_URL is `{0}`: plain http would show the token to the network, so it is allowed for this machine \
         only (localhost, 127.0.0.1, [::1]); use https"
    )]
    PlainHttp(String),
    #[error("GITHUB_TOKEN holds characters that no token has")]
    Token,
    #[error(transparent)]
    Connector(#[from] DelivererError),
}

/// Why an effect ended without a receipt. `sending`: it was the call that carries the effect out, so that its fate is
/// the effect's.
struct Stop {
    trouble: Trouble,
    repository: String,
    sending: bool,
}

impl GitHub {
    /// Must be called inside a runtime.
    ///
    /// # Errors
    /// When the address or the token cannot be used.
    pub fn new(secrets: &Secrets, config: &Backup, clock: Clock) -> Result<Self, GitHubError> {
        let token = secrets.github_token.as_ref();
        let client = token.map(|token| Client::new(&secrets.github_api_url, token, clock.clone()));
        Ok(Self {
            client: client.transpose()?,
            repository: config.repository.name().map(str::to_owned),
            after: config.after,
            clock,
            me: OnceCell::new(),
        })
    }

    /// The repository that issues go to, and how long Slack may take before one is opened.
    ///
    /// # Errors
    /// Why none is opened.
    pub fn on(&self) -> Result<(&str, Humane), Off> {
        let repository = self.repository.as_deref().ok_or(Off::ByConfiguration)?;
        self.client.as_ref().map(|_| (repository, self.after)).ok_or(Off::NoToken)
    }

    /// Carries out an effect once. What cannot be done now comes back with the time to try again.
    pub async fn perform(&self, job: &Job) -> Outcome {
        let Some(client) = &self.client else {
            let reason = format!("{}: set it and restart howler, or give this up", Off::NoToken);
            return Outcome::Later { at: self.slowly(job), reason, unknown: job.may_have_happened() };
        };
        match self.carry_out(client, job).await {
            Ok(receipt) => Outcome::Done(receipt),
            Err(stop) => self.outcome(job, stop),
        }
    }

    /// Asks GitHub whether issues can be opened there; the repository where it can tell.
    ///
    /// # Errors
    /// Why not, in words.
    pub async fn check(&self) -> Result<String, String> {
        let (repository, _) = self.on().map_err(|off| off.to_string())?;
        let client = self.client.as_ref().ok_or_else(|| Off::NoToken.to_string())?;
        match self.look_at(client, repository).await {
            Ok(true) => Ok(repository.to_owned()),
            Ok(false) => Err(format!("{repository} is archived or has its issues turned off")),
            Err(trouble) => Err(verdict(&trouble, repository).reason),
        }
    }

    fn slowly(&self, job: &Job) -> Timestamp {
        self.after_now(retry::slow(job.effect.id, job.effect.attempts))
    }

    fn after_now(&self, wait: jiff::SignedDuration) -> Timestamp {
        self.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX)
    }

    fn outcome(&self, job: &Job, stop: Stop) -> Outcome {
        let Stop { trouble, repository, sending } = stop;
        let verdict = verdict(&trouble, &repository);
        let lost = matches!(verdict.class, Class::Again { lost: true });
        let unknown = if sending { lost } else { job.may_have_happened() };
        self.judged(job, verdict, unknown)
    }

    /// What becomes of an effect by a verdict. `unknown`: something of it may stand.
    fn judged(&self, job: &Job, verdict: Verdict, unknown: bool) -> Outcome {
        let (id, attempts) = (job.effect.id, job.effect.attempts);
        let at = match verdict.class {
            Class::Never => return Outcome::Failed { reason: verdict.reason, unknown },
            Class::Ours => {
                error!(effect = id.0, reason = verdict.reason, "GitHub does not take what howler made");
                return Outcome::Failed { reason: verdict.reason, unknown };
            }
            Class::Again { .. } => self.after_now(retry::backoff(id, attempts)),
            Class::Slow => self.slowly(job),
            Class::At(at) => at,
        };
        Outcome::Later { at, reason: verdict.reason, unknown }
    }
}

#[cfg(test)]
mod tests;
