//! Secrets and targets from the environment: never from the file, never in a log line.

use std::fmt;

/// A text that does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// Slack's own base address.
pub const SLACK_API_URL: &str = "https://slack.com/api/";

/// What `howler serve` takes from the environment.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub slack_bot_token: Secret,
    pub slack_signing_secret: Secret,
    /// Ends in `/api/`.
    pub slack_api_url: String,
    /// What `/metrics` asks for; without it everybody who reaches the address may read them.
    pub metrics_secret: Option<Secret>,
}

/// A needed variable is missing or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("{name} is not set: {hint}")]
    Missing { name: &'static str, hint: &'static str },
    #[error("SLACK_API_URL must be a full http or https address that ends in /api/, not `{0}`")]
    ApiUrl(String),
}

impl Secrets {
    /// Reads the environment through `lookup`, which gives a variable's value.
    ///
    /// # Errors
    /// When a needed variable is missing or the base address cannot be used.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SecretsError> {
        let need = |name, hint| {
            lookup(name)
                .filter(|value| !value.trim().is_empty())
                .map(|value| Secret::new(value.trim()))
                .ok_or(SecretsError::Missing { name, hint })
        };
        let slack_api_url = lookup("SLACK_API_URL").unwrap_or_else(|| SLACK_API_URL.into());
        let whole = slack_api_url.starts_with("https://") || slack_api_url.starts_with("http://");
        if !whole || !slack_api_url.ends_with("/api/") {
            return Err(SecretsError::ApiUrl(slack_api_url));
        }
        let optional = |name| {
            lookup(name).filter(|value| !value.trim().is_empty()).map(|value| Secret::new(value.trim()))
        };
        Ok(Self {
            metrics_secret: optional("HOWLER_METRICS_SECRET"),
            slack_bot_token: need(
                "SLACK_BOT_TOKEN",
                "the token that starts with xoxb-, from your Slack app's page OAuth & Permissions",
            )?,
            slack_signing_secret: need(
                "SLACK_SIGNING_SECRET",
                "from your Slack app's page Basic Information, App Credentials",
            )?,
            slack_api_url,
        })
    }
}
