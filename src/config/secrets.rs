//! Secrets and targets from the environment: never from the file, never in a log line.

mod hooks;

use domain::secret::Secret;
use url::Url;

pub use hooks::{HookSecrets, Rotating};

/// Slack's own base address.
pub const SLACK_API_URL: &str = "https://slack.com/api/";

/// GitHub's own base address.
pub const GITHUB_API_URL: &str = "https://api.github.com";

/// What `howler serve` takes from the environment.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub slack_bot_token: Secret,
    /// What Slack's requests over https are known by; `None` only in Socket Mode.
    pub slack_signing_secret: Option<Secret>,
    /// Turns Socket Mode on.
    pub slack_app_token: Option<Secret>,
    /// Ends in `/api/`.
    pub slack_api_url: String,
    /// Optional: without it no backup issue is opened.
    pub github_token: Option<Secret>,
    /// Without a slash at its end.
    pub github_api_url: String,
    /// What `/metrics` asks for; without it everybody who reaches the address may read them.
    pub metrics_secret: Option<Secret>,
    /// Lets other programs ask who is on call; without it they cannot.
    pub api_secret: Option<Secret>,
    pub phone: PhoneSecrets,
    pub vercel: VercelSecrets,
    pub audit: AuditSecrets,
    pub hooks: HookSecrets,
    /// The Prometheus server that watches with `promql` ask; without a slash at its end.
    pub prometheus_url: Option<String>,
    /// Goes to that server as a bearer, and to nobody else.
    pub prometheus_token: Option<Secret>,
}

/// What signs the audit of changes; without it rows are not signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSecrets {
    /// At least [`AUDIT_KEY_LEAST`] bytes.
    pub key: Option<Secret>,
    /// For one start: the key that is changed over from, or `lost:` and the first signs of its id.
    pub before: Option<Secret>,
}

/// Shortest key of the audit, in bytes.
const AUDIT_KEY_LEAST: usize = 32;

/// Vercel's own base address.
pub const VERCEL_API_URL: &str = "https://api.vercel.com";

/// How howler asks Vercel for what the runbook's checks look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VercelSecrets {
    /// Optional: without it checks of Vercel cannot tell.
    pub token: Option<Secret>,
    /// Without a slash at its end.
    pub api_url: String,
}

impl Default for VercelSecrets {
    fn default() -> Self {
        Self { token: None, api_url: VERCEL_API_URL.into() }
    }
}

/// Twilio's own base address.
pub const TWILIO_API_URL: &str = "https://api.twilio.com";

/// PagerDuty's own base address for events.
pub const PAGERDUTY_API_URL: &str = "https://events.pagerduty.com";

/// How howler is known to those who ring phones. What is needed depends on `[phone] provider`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneSecrets {
    /// `AC` and 32 hexadecimal digits; no secret, but shown to nobody.
    pub twilio_account_sid: Option<Secret>,
    /// Lets howler in at Twilio, and signs Twilio's callbacks.
    pub twilio_auth_token: Option<Secret>,
    /// Without a slash at its end.
    pub twilio_api_url: String,
    /// The integration key of a service's Events API v2 integration.
    pub pagerduty_routing_key: Option<Secret>,
    /// Without a slash at its end.
    pub pagerduty_api_url: String,
    /// Of a v3 webhook subscription. Without it an acknowledgement at PagerDuty is not heard of.
    pub pagerduty_webhook_secret: Option<Secret>,
}

impl Default for PhoneSecrets {
    fn default() -> Self {
        Self {
            twilio_account_sid: None,
            twilio_auth_token: None,
            twilio_api_url: TWILIO_API_URL.into(),
            pagerduty_routing_key: None,
            pagerduty_api_url: PAGERDUTY_API_URL.into(),
            pagerduty_webhook_secret: None,
        }
    }
}

/// A needed variable is missing or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("{name} is not set: {hint}")]
    Missing { name: &'static str, hint: &'static str },
    #[error(
        "SLACK_APP_TOKEN is not an app-level token: use the one that starts with xapp-, from your Slack app's page \
         Basic Information, App-Level Tokens"
    )]
    AppToken,
    #[error("SLACK_API_URL must be a full http or https address that ends in /api/, not `{0}`")]
    ApiUrl(String),
    #[error("GITHUB_API_URL must be a full http or https address, such as {GITHUB_API_URL}, not `{0}`")]
    GitHubUrl(String),
    #[error("{name} must be a full http or https address, such as {such}, not `{value}`")]
    Url { name: &'static str, such: &'static str, value: String },
    #[error(
        "TWILIO_ACCOUNT_SID is not an account's SID: it is AC and 32 digits and letters a to f, from the first page of \
         Twilio's console"
    )]
    AccountSid,
    #[error(
        "{name} is too short to sign the audit: it needs {AUDIT_KEY_LEAST} random bytes or more, such as \
         `openssl rand -hex 32` prints"
    )]
    AuditKey { name: &'static str },
    #[error(
        "{name} holds more than two secrets: a comma stands between the old one and the new one, and no secret may hold one"
    )]
    Rotation { name: &'static str },
}

impl Secrets {
    /// Every secret, so that none is shown when a program or an address prints it.
    pub fn all(&self) -> Vec<Secret> {
        let Self { slack_bot_token, slack_signing_secret, slack_app_token, github_token, .. } = self;
        let others = [
            slack_signing_secret,
            slack_app_token,
            github_token,
            &self.metrics_secret,
            &self.api_secret,
            &self.vercel.token,
            &self.audit.key,
            &self.audit.before,
            &self.prometheus_token,
        ];
        let PhoneSecrets { twilio_auth_token, pagerduty_routing_key, pagerduty_webhook_secret, .. } =
            &self.phone;
        let phone = [
            &self.phone.twilio_account_sid,
            twilio_auth_token,
            pagerduty_routing_key,
            pagerduty_webhook_secret,
        ];
        let hooks = self.hooks.all();
        others.into_iter().chain(phone).flatten().chain([slack_bot_token]).chain(hooks).cloned().collect()
    }

    /// Reads the environment through `lookup`, which gives a variable's value.
    ///
    /// # Errors
    /// When a needed variable is missing or the base address cannot be used.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SecretsError> {
        let given = |name| {
            lookup(name).filter(|value| !value.trim().is_empty()).map(|value| Secret::new(value.trim()))
        };
        let need = |name, hint| given(name).ok_or(SecretsError::Missing { name, hint });
        let slack_app_token = given("SLACK_APP_TOKEN");
        if slack_app_token.as_ref().is_some_and(|token| !token.reveal().starts_with("xapp-")) {
            return Err(SecretsError::AppToken);
        }
        let signing_secret = need(
            "SLACK_SIGNING_SECRET",
            "from your Slack app's page Basic Information, App Credentials; in Socket Mode SLACK_APP_TOKEN stands in \
             for it",
        );
        let slack_api_url = lookup("SLACK_API_URL").unwrap_or_else(|| SLACK_API_URL.into());
        let whole = slack_api_url.starts_with("https://") || slack_api_url.starts_with("http://");
        if !whole || !slack_api_url.ends_with("/api/") {
            return Err(SecretsError::ApiUrl(slack_api_url));
        }
        let github_api_url = lookup("GITHUB_API_URL").unwrap_or_else(|| GITHUB_API_URL.into());
        let github_api_url = github_api_url.trim().trim_end_matches('/').to_owned();
        if !github_api_url.starts_with("https://") && !github_api_url.starts_with("http://") {
            return Err(SecretsError::GitHubUrl(github_api_url));
        }
        Ok(Self {
            metrics_secret: given("HOWLER_METRICS_SECRET"),
            api_secret: given("HOWLER_API_TOKEN"),
            slack_bot_token: need(
                "SLACK_BOT_TOKEN",
                "the token that starts with xoxb-, from your Slack app's page OAuth & Permissions",
            )?,
            slack_signing_secret: match signing_secret {
                Err(_) if slack_app_token.is_some() => None,
                other => Some(other?),
            },
            slack_app_token,
            slack_api_url,
            github_token: given("GITHUB_TOKEN"),
            github_api_url,
            phone: PhoneSecrets::read(&given, &lookup)?,
            vercel: VercelSecrets::read(&given, &lookup)?,
            audit: AuditSecrets::read(&given)?,
            hooks: HookSecrets::read(&given)?,
            prometheus_url: prometheus(&lookup)?,
            prometheus_token: given("PROMETHEUS_TOKEN"),
        })
    }
}

impl AuditSecrets {
    /// # Errors
    /// When a key is too short.
    pub fn read(given: &impl Fn(&'static str) -> Option<Secret>) -> Result<Self, SecretsError> {
        let long = |key: &Secret| key.reveal().len() >= AUDIT_KEY_LEAST;
        let (name, earlier) = ("HOWLER_AUDIT_KEY", "HOWLER_AUDIT_KEY_BEFORE");
        let (key, before) = (given(name), given(earlier));
        if key.as_ref().is_some_and(|key| !long(key)) {
            return Err(SecretsError::AuditKey { name });
        }
        match before {
            Some(before) if !long(&before) && !before.reveal().starts_with("lost:") => {
                Err(SecretsError::AuditKey { name: earlier })
            }
            before => Ok(Self { key, before }),
        }
    }
}

impl VercelSecrets {
    fn read(
        given: &impl Fn(&'static str) -> Option<Secret>,
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SecretsError> {
        let api_url = address(lookup, "VERCEL_API_URL", VERCEL_API_URL)?;
        Ok(Self { token: given("VERCEL_TOKEN"), api_url })
    }
}

impl PhoneSecrets {
    fn read(
        given: &impl Fn(&'static str) -> Option<Secret>,
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, SecretsError> {
        let twilio_account_sid = given("TWILIO_ACCOUNT_SID");
        if twilio_account_sid.as_ref().is_some_and(|sid| !is_account_sid(sid.reveal())) {
            return Err(SecretsError::AccountSid);
        }
        Ok(Self {
            twilio_account_sid,
            twilio_auth_token: given("TWILIO_AUTH_TOKEN"),
            twilio_api_url: address(lookup, "TWILIO_API_URL", TWILIO_API_URL)?,
            pagerduty_routing_key: given("PAGERDUTY_ROUTING_KEY"),
            pagerduty_api_url: address(lookup, "PAGERDUTY_API_URL", PAGERDUTY_API_URL)?,
            pagerduty_webhook_secret: given("PAGERDUTY_WEBHOOK_SECRET"),
        })
    }
}

/// Where Prometheus is, as far as that is said.
fn prometheus(lookup: &impl Fn(&str) -> Option<String>) -> Result<Option<String>, SecretsError> {
    let name = "PROMETHEUS_URL";
    let is_said = lookup(name).is_some_and(|value| !value.trim().is_empty());
    is_said.then(|| address(lookup, name, "http://prometheus.example:9090")).transpose()
}

/// A base address without a slash at its end: the one that is set, or `such`.
fn address(
    lookup: &impl Fn(&str) -> Option<String>,
    name: &'static str,
    such: &'static str,
) -> Result<String, SecretsError> {
    let value = lookup(name).filter(|value| !value.trim().is_empty()).unwrap_or_else(|| such.into());
    let value = value.trim().trim_end_matches('/').to_owned();
    let whole = value.starts_with("https://") || value.starts_with("http://");
    if whole { Ok(value) } else { Err(SecretsError::Url { name, such, value }) }
}

fn is_account_sid(sid: &str) -> bool {
    sid.strip_prefix("AC").is_some_and(|rest| rest.len() == 32 && rest.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Whether a secret may be sent there: encrypted, or to this machine.
pub fn is_allowed(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.has_host(),
        "http" => url.host_str().is_some_and(is_loopback),
        _ => false,
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
