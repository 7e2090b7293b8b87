//! `howler check`: what would go wrong at the first incident, line by line, with what to do about it.

use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::secrets::{Secrets, SecretsError};
use crate::config::{Config, ConfigError, Spoken};
use crate::delivery::{Deliverer, GitHub};

/// Prints a line a check, and fails when one of them failed.
pub async fn run(config: Result<Config, ConfigError>, secrets: Result<Secrets, SecretsError>) -> ExitCode {
    let mut report = Report { failed: false };
    let config = report.line("configuration", config.map(|config| (config, "reads well".to_owned())));
    let secrets =
        report.line("environment", secrets.map(|secrets| (secrets, "the needed secrets are set".to_owned())));
    if let (Some(config), Some(secrets)) = (config, secrets) {
        report.backup(&config, &secrets).await;
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

    async fn backup(&mut self, config: &Config, secrets: &Secrets) {
        let what = "backup issues";
        let github = match GitHub::new(secrets, &config.backup, Clock::system()) {
            Ok(github) => github,
            Err(error) => {
                self.line::<()>(what, Err(error));
                return;
            }
        };
        match github.on() {
            Ok((_, after)) => {
                let after = Spoken(after.0);
                let found = github.check().await;
                let words =
                    |name| ((), format!("a P1 that Slack does not take within {after} is told in {name}"));
                self.line(what, found.map(words));
            }
            Err(off) => println!("note  {what}: off, for {off}"),
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
