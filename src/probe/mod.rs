//! The world beside Slack, asked: an address, a connection, a program, GitHub, Vercel. It only reads, and only where the
//! configuration allows (research 2b, rules 1, 4 to 8, 19 and 21). What cannot be found out is said with the reason, and never
//! taken for a failure.

mod address;
mod github;
mod http;
mod pause;
mod process;
mod redact;
mod rest;
mod tcp;
mod told;
mod tool;
mod vercel;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::clock::Clock;
use crate::config::RunbookRules;
use crate::config::secrets::{Secret, Secrets};
use crate::domain::procedure::{CannotTell, Heard, Question};
use crate::domain::text::clean;
use address::Hosts;
use github::GitHub;
use redact::Redactor;
use vercel::Vercel;

/// Where programs are looked for that the configuration does not name. Never along `PATH`, which others may have written.
const FOLDERS: [&str; 2] = ["/usr/local/bin", "/usr/bin"];
/// How long a program that is asked to end may take, before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// Asks questions, within what the configuration allows.
#[derive(Debug)]
pub struct Prober {
    hosts: Hosts,
    tools: BTreeMap<String, PathBuf>,
    /// Variables by program, with their values.
    environment: BTreeMap<String, Vec<(String, Secret)>>,
    redactor: Redactor,
    /// Or why they are not asked.
    github: Result<GitHub, String>,
    vercel: Result<Vercel, String>,
}

impl Prober {
    /// `secrets` are values that must never be shown; `lookup` gives a variable of howler's own environment.
    pub fn new(rules: &RunbookRules, secrets: Vec<Secret>, lookup: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &String| Some((name.clone(), Secret::new(lookup(name)?)));
        let environment: BTreeMap<String, Vec<(String, Secret)>> = rules
            .environment
            .iter()
            .map(|(program, names)| (program.clone(), names.iter().filter_map(value).collect()))
            .collect();
        let given = environment.values().flatten().map(|(_, value)| value.clone());
        let redactor = Redactor::new(secrets.into_iter().chain(given));
        let hosts = Hosts::new(&rules.hosts, &rules.private);
        let nobody = || "howler does not ask it here".to_owned();
        let (github, vercel) = (Err(nobody()), Err(nobody()));
        Self { hosts, tools: rules.tools.clone(), environment, redactor, github, vercel }
    }

    /// With GitHub and Vercel, as far as there are tokens for them. Must be called inside a runtime.
    #[must_use]
    pub fn with_services(self, rules: &RunbookRules, secrets: &Secrets, clock: Clock) -> Self {
        let (github, vercel) =
            (GitHub::new(rules, secrets, clock.clone()), Vercel::new(rules, secrets, clock));
        Self { github, vercel, ..self }
    }

    /// Asks once, for at most `limit`. The answer holds no control characters and no secrets that are known or look like some.
    ///
    /// # Errors
    /// Why nothing can be said.
    pub async fn ask(&self, question: &Question, limit: Duration) -> Result<Heard, CannotTell> {
        let heard = match question {
            Question::Http(url) => http::get(&self.hosts, url, limit).await,
            Question::Tcp(address) => tcp::connect(&self.hosts, address, limit).await,
            Question::Run(command) => self.run(command, limit).await,
            Question::GitHub(asked) => return self.told(self.github(asked, limit).await),
            Question::Vercel(asked) => return self.told(self.vercel(asked, limit).await),
        };
        match heard {
            Ok(heard) => Ok(Heard { text: self.shown(&heard.text), ..heard }),
            Err(CannotTell(why)) => Err(CannotTell(self.shown(&why))),
        }
    }

    async fn github(&self, asked: &str, limit: Duration) -> Result<Value, CannotTell> {
        let github = self.github.as_ref().map_err(|why| CannotTell(why.clone()))?;
        github.ask(asked, limit).await
    }

    async fn vercel(&self, asked: &str, limit: Duration) -> Result<Value, CannotTell> {
        let vercel = self.vercel.as_ref().map_err(|why| CannotTell(why.clone()))?;
        vercel.ask(asked, limit).await
    }

    fn told(&self, answer: Result<Value, CannotTell>) -> Result<Heard, CannotTell> {
        match answer {
            Ok(answer) => Ok(told::heard(answer, &self.redactor)),
            Err(CannotTell(why)) => Err(CannotTell(self.shown(&why))),
        }
    }

    fn shown(&self, text: &str) -> String {
        clean(&self.redactor.redact(&redact::without_escapes(text)))
    }

    async fn run(&self, command: &[String], limit: Duration) -> Result<Heard, CannotTell> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(CannotTell("there is no program to run".into()));
        };
        let path = tool::find(&self.tools, &FOLDERS, program)?;
        let environment = self.environment.get(program).map_or(&[][..], Vec::as_slice);
        tool::aim(program, arguments, environment)?;
        process::run(&path, program, arguments, environment, limit).await
    }
}

#[cfg(test)]
mod tests;
