//! Where Slack is: its own address, or a stand-in on this machine.

use std::io;

use reqwest::Url;

use config::secrets::Secrets;
pub(crate) use config::secrets::is_allowed;
use domain::secret::Secret;

/// Slack's base address and howler's token there.
#[derive(Clone, Debug)]
pub struct SlackTarget {
    /// Ends in `/api/`.
    pub api_url: String,
    pub token: Secret,
}

/// Why Slack cannot be called at all.
#[derive(Debug, thiserror::Error)]
pub enum DelivererError {
    #[error("SLACK_API_URL must be a full http or https address, not `{0}`")]
    NotAnAddress(String),
    #[error(
        "SLACK_API_URL is `{0}`: plain http would show the token to the network, so it is allowed for this machine \
         only (localhost, 127.0.0.1, [::1]); use https"
    )]
    PlainHttp(String),
    #[error("this machine has no certificates to trust, which https needs (on Debian: ca-certificates): {0}")]
    NoRoots(io::Error),
}

impl From<&Secrets> for SlackTarget {
    fn from(secrets: &Secrets) -> Self {
        Self { api_url: secrets.slack_api_url.clone(), token: secrets.slack_bot_token.clone() }
    }
}

impl SlackTarget {
    /// The address, if it may be called.
    pub(crate) fn checked(&self) -> Result<Url, DelivererError> {
        let url = Url::parse(&self.api_url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| DelivererError::NotAnAddress(self.api_url.clone()))?;
        if is_allowed(&url) { Ok(url) } else { Err(DelivererError::PlainHttp(self.api_url.clone())) }
    }
}
