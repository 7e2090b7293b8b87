//! `howler check`: what would go wrong at the first incident, line by line, with what to do about it.

use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::secrets::{Secrets, SecretsError};
use crate::config::{Config, ConfigError};
use crate::delivery::{Connections, Deliverer, SlackTarget};

/// Prints a line a check, and fails when one of them failed.
pub async fn run(config: Result<Config, ConfigError>, secrets: Result<Secrets, SecretsError>) -> ExitCode {
    let mut report = Report { failed: false };
    let config = report.line("configuration", config.map(|config| (config, "reads well".to_owned())));
    let secrets =
        report.line("environment", secrets.map(|secrets| (secrets, "the needed secrets are set".to_owned())));
    if let (Some(config), Some(secrets)) = (config, secrets) {
        report.slack(config, &secrets).await;
    }
    if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct Report {
    failed: bool,
}

impl Report {
    fn line<T>(&mut self, what: &str, result: Result<(T, String), impl Display>) -> Option<T> {
        match result {
            Ok((value, words)) => {
                println!("ok    {what}: {words}");
                Some(value)
            }
            Err(reason) => {
                self.failed = true;
                println!("FAIL  {what}: {reason}");
                None
            }
        }
    }

    async fn slack(&mut self, config: Config, secrets: &Secrets) {
        let config = Arc::new(config);
        let deliverer = Deliverer::new(secrets, Arc::clone(&config), Clock::system());
        let address = deliverer.map(|deliverer| (deliverer, secrets.slack_api_url.clone()));
        let Some(deliverer) = self.line("Slack's address", address) else { return };
        let me = deliverer.who_am_i().await;
        let me = me.map(|me| ((), format!("howler is {} in {}", me.user, me.team)));
        if self.line("token", me).is_none() {
            return;
        }
        if let Some(token) = &secrets.slack_app_token {
            let target = SlackTarget { api_url: secrets.slack_api_url.clone(), token: token.clone() };
            let connections = Connections::new(target, Clock::system()).map_err(|error| error.to_string());
            let opened = match connections {
                Ok(connections) => connections.address().await.map_err(|refused| refused.to_string()),
                Err(reason) => Err(reason),
            };
            self.line("Socket Mode", opened.map(|_| ((), "Slack takes the app-level token".to_owned())));
        }
        let emergencies = &config.channels.emergencies;
        let found = match deliverer.find_channel(emergencies).await {
            Ok(Some(channel)) => Ok(((), format!("{emergencies} is {channel}"))),
            Ok(None) => Err(format!(
                "{emergencies} does not exist or howler cannot see it: create it, or set [channels] emergencies in \
                 howler.toml"
            )),
            Err(reason) => Err(reason),
        };
        self.line("emergencies channel", found);
        for (what, mention) in
            [("on call", &config.mentions.oncall), ("engineering", &config.mentions.engineering)]
        {
            if mention.starts_with('@') {
                println!(
                    "note  mention of {what}: {mention} is plain text until [mentions] names its Slack id"
                );
            }
        }
    }
}
