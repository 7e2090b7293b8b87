//! `howler check`: what would go wrong at the first incident, line by line, with what to do about it.

mod asked;
mod audit;
mod backups;
mod drills;
mod environment;
mod file;
mod folder;
mod github;
mod oncall;
mod procedures;
mod programs;
mod reach;
mod room;
mod slack;
mod sources;
mod tools;
mod vendors;
mod watches;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::data;
use config::secrets::Secrets;
use ground::clock::Clock;
use ground::terminal::{complain, say};

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub level: Level,
    /// What was looked at.
    pub what: String,
    /// What was found; with `Fail` also what to do.
    pub words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Ok,
    /// Nothing is wrong; a part is off, or something is worth knowing.
    Note,
    /// An incident would suffer from it.
    Fail,
}

impl Line {
    fn new(level: Level, what: impl Into<String>, words: impl Into<String>) -> Self {
        Self { level, what: what.into(), words: words.into() }
    }

    fn ok(what: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(Level::Ok, what, words)
    }

    fn note(what: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(Level::Note, what, words)
    }

    fn fail(what: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(Level::Fail, what, words)
    }

    /// Whatever words came from elsewhere: one line, with nothing that a terminal would act on.
    fn print(&self) -> io::Result<()> {
        let level = match self.level {
            Level::Ok => "ok   ",
            Level::Note => "note ",
            Level::Fail => "FAIL ",
        };
        let words: String = self.words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        say(format!("{level} {}: {words}", self.what))
    }
}

/// Prints a line a check, and fails when one of them failed. `config` is the file that was named, or `howler.toml` where
/// that exists; `lookup` gives the environment's variables.
pub async fn run(config: Option<&Path>, data: PathBuf, lookup: impl Fn(&str) -> Option<String>) -> ExitCode {
    let mut report = Report { failures: 0, unsaid: None };
    let (config, lines) = file::lines(config);
    report.print(lines);
    report.print(procedures::lines(&config));
    report.print(vec![programs::line(&config), programs::found()]);
    report.print(tools::lines(&config, &data, &lookup).await);
    report.print(reach::lines(&config).await);
    report.print(environment::lines(&lookup));
    let clock = Clock::system();
    report.print(folder::lines(data.clone(), clock.now()).await);
    report.print(room::line(&data, &clock).await.into_iter().collect());
    report.print(vec![drills::line(&config, &data, &clock).await]);
    report.print(vec![backups::line(config.backups.clone(), data.clone(), clock.now()).await]);
    // Asking takes no signing secret; that one is missing is told above.
    let for_asking = |name: &str| match name {
        "SLACK_SIGNING_SECRET" => Some("not needed here".to_owned()),
        name => lookup(name),
    };
    match Secrets::read(for_asking) {
        Ok(secrets) => {
            report.print(sources::lines(&config, &secrets.hooks));
            // Without a store, or with one that is told of above, no channel is known.
            let known = data::rota(&data, &clock).await.map(|rota| rota.channels).unwrap_or_default();
            report.print(slack::lines(&config, &secrets, &known, clock.clone()).await);
            report.print(oncall::lines(&config, &secrets, &data, clock.clone()).await);
            report.print(vec![audit::line(&secrets.audit, &data, &clock).await]);
            report.print(asked::lines(&config, &secrets, &clock).await);
            report.print(watches::lines(&config, &secrets, &clock).await);
            report.print(vendors::lines(&config, clock.now()).await);
            report.print(vec![github::line(&config, &secrets, clock.clone()).await]);
            report.print(vec![github::reports(&config, &secrets, clock).await]);
        }
        Err(_) => report.print(vec![Line::note(
            "Slack",
            "not checked: needs SLACK_BOT_TOKEN and a valid SLACK_API_URL. The order of a first installation: make \
             the app from manifest.yml and install it; turn Socket Mode on and set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, which needs \
             no public address; start howler; invite it into the emergencies and the on-call channel; run `howler check`",
        )]),
    }
    report.end()
}

struct Report {
    failures: usize,
    /// Why a line could not be printed: then nobody knows what was found.
    unsaid: Option<io::Error>,
}

impl Report {
    fn print(&mut self, lines: Vec<Line>) {
        for line in lines {
            self.failures += usize::from(line.level == Level::Fail);
            self.unsaid = self.unsaid.take().or(line.print().err());
        }
    }

    fn end(self) -> ExitCode {
        let last = match self.failures {
            0 => "Ready for the first incident.".to_owned(),
            1 => "1 line says FAIL. Put it right, then run `howler check` again.".to_owned(),
            many => format!("{many} lines say FAIL. Put them right, then run `howler check` again."),
        };
        if let Some(error) = self.unsaid.or(say(last).err()) {
            complain(format!("howler: what was found could not be printed: {error}"));
            return ExitCode::FAILURE;
        }
        if self.failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[cfg(test)]
mod tests;
