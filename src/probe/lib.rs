//! The world beside Slack, asked: an address, a connection, a program, GitHub, Vercel. It only reads, and only where the
//! configuration allows (research 2b, rules 1, 4 to 8, 19 and 21). What cannot be found out is said with the reason, and never
//! taken for a failure.

mod act;
mod address;
mod adopted;
mod bounds;
mod certificate;
mod cgroup;
mod difference;
mod fetch;
mod findable;
mod github;
mod home;
mod http;
mod kept;
mod marked;
mod pause;
mod plain;
mod plan;
mod process;
mod rest;
mod shared;
mod tcp;
mod told;
mod tool;
mod trust;
mod user;
mod usual;
mod validity;
mod vercel;
mod version;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

pub use act::{Fingerprint, Order};
use address::Hosts;
use bounds::Bounds;
pub use bounds::unmark;
use config::RunbookRules;
use config::secrets::Secrets;
use domain::procedure::judge::{Since, judge_answer};
use domain::procedure::{Answer, CannotTell, Check, Finding, Heard, Question};
use domain::run::change::Ended;
use domain::secret::Secret;
use domain::text::clean;
pub use fetch::{Fetched, Fetcher, Port, Unfetched, Validators};
pub use findable::{Findable, findable, make_findable};
pub use github::GitHub;
use ground::clock::Clock;
pub use plain::Unasked;
pub use plan::Planned;
use process::Start;
use redact::{Redactor, without_escapes};
pub use shared::Look;
use shared::Shared;
pub use user::{User, is_root, runs_as};
pub use vercel::Vercel;
pub use version::Version;

/// Where programs are looked for that the configuration does not name. Never along `PATH`, which others may have written.
const FOLDERS: [&str; 2] = ["/usr/local/bin", "/usr/bin"];
/// How long a program that is asked to end may take, before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// Stands in for the world, in a rehearsal: nothing is asked outside, and nothing is run.
pub trait StandIn: std::fmt::Debug + Send + Sync {
    /// # Errors
    /// Why nothing can be said.
    fn ask(&self, question: &Question) -> Result<Heard, CannotTell>;
    fn fingerprint(&self, program: &str) -> Fingerprint;
    /// Carries an action out; how it ended, and what it printed.
    fn act(&self, argv: &[String]) -> (Ended, String);
}

/// Variables by program, with their values.
type Variables = BTreeMap<String, Vec<(String, Secret)>>;

/// Asks questions and carries actions out, within what the configuration allows.
#[derive(Debug)]
pub struct Prober {
    stand_in: Option<Arc<dyn StandIn>>,
    hosts: Hosts,
    tools: BTreeMap<String, PathBuf>,
    /// Where checks run a program, by its name.
    folders: BTreeMap<String, PathBuf>,
    /// Variables by program, with their values.
    environment: Variables,
    /// The same, that only actions get.
    for_actions: Variables,
    redactor: Redactor,
    bounds: Bounds,
    /// Where each program has a folder of its own, which is its `HOME`.
    homes: Option<PathBuf>,
    /// Or why they are not asked.
    github: Result<GitHub, String>,
    vercel: Result<Vercel, String>,
    shared: Shared,
}

impl Prober {
    /// `secrets` are values that must never be shown; `lookup` gives a variable of howler's own environment.
    pub fn new(rules: &RunbookRules, secrets: Vec<Secret>, lookup: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &String| Some((name.clone(), Secret::new(lookup(name)?)));
        let of = |named: &BTreeMap<String, Vec<String>>| -> Variables {
            named
                .iter()
                .map(|(program, names)| (program.clone(), names.iter().filter_map(value).collect()))
                .collect()
        };
        let (environment, for_actions) = (of(&rules.environment), of(&rules.action_environment));
        // A host, a user and a folder are passed on as well, and must be readable where something is wrong with them.
        let redactor = Redactor::new(secrets.into_iter().chain(secret([&environment, &for_actions])));
        let environment = usual::with_usual(environment, rules.repository.name());
        let hosts = Hosts::new(&rules.hosts, &rules.private);
        let bounds = Bounds { user: runs_as(rules.run_as.as_deref()), limits: rules.limits.clone() };
        let nobody = || "howler does not ask it here".to_owned();
        let (github, vercel) = (Err(nobody()), Err(nobody()));
        Self {
            stand_in: None,
            hosts,
            tools: rules.tools.clone(),
            folders: rules.folders.clone(),
            environment,
            for_actions,
            redactor,
            bounds,
            homes: None,
            github,
            vercel,
            shared: Shared::default(),
        }
    }

    /// With a folder of its own for each program, below `folder`: some must keep something between two runs, and fail where they
    /// cannot.
    #[must_use]
    pub fn with_homes(self, folder: PathBuf) -> Self {
        Self { homes: Some(folder), ..self }
    }

    /// The folder of a program, made where it is missing, for nobody else to read. Where it cannot be made the program has none.
    fn home_of(&self, program: &str) -> Option<PathBuf> {
        let home = self.homes.as_ref()?.join(program);
        let user = self.bounds.user.as_ref().ok()?.as_ref();
        match home::made(&home, user) {
            Ok(()) => Some(home),
            Err(error) => {
                tracing::warn!(%error, folder = %home.display(), "a program has no folder of its own");
                None
            }
        }
    }

    /// The secrets that programs are given, as their variables' names tell.
    pub fn secrets(&self) -> Vec<Secret> {
        secret([&self.environment, &self.for_actions])
    }

    /// With GitHub and Vercel, as far as there are tokens for them. Must be called inside a runtime.
    #[must_use]
    pub fn with_services(self, rules: &RunbookRules, secrets: &Secrets, clock: Clock) -> Self {
        let (github, vercel) =
            (GitHub::new(rules, secrets, clock.clone()), Vercel::new(rules, secrets, clock));
        Self { github, vercel, ..self }
    }

    /// Asks `stand_in` in place of the world.
    pub fn standing_in(stand_in: Arc<dyn StandIn>) -> Self {
        let nothing = RunbookRules { hosts: Vec::new(), ..RunbookRules::default() };
        Self { stand_in: Some(stand_in), ..Self::new(&nothing, Vec::new(), |_| None) }
    }

    /// What a check finds: its answer is judged as it came, and what is shown and kept of it is masked. Where silence counts as
    /// failing a second question, on a connection of its own, makes sure of it. `left` is what howler knows beside it: which of Vercel's
    /// deployments its own rollbacks left.
    pub async fn find(
        &self,
        check: &Check,
        question: &Question,
        since: Since,
        look: Look,
        left: &[String],
    ) -> Finding {
        let limit = check.within();
        let ask = async || self.answer(question, limit).await;
        let mut answer = self.shared.answer(look, question, limit, ask).await;
        if check.silence_fails && answer.as_ref().is_ok_and(|answer| answer.raw.silent.is_some()) {
            answer = self.answer(question, check.within()).await;
        }
        if matches!(question, Question::Vercel(_)) {
            answer = answer.map(|answer| told::with_left(answer, left));
        }
        judge_answer(check, &answer, since, |text| self.shown(text))
    }

    /// Asks once, for at most `limit`. What comes back holds no control characters and no secrets that are known or look like some.
    ///
    /// # Errors
    /// Why nothing can be said.
    pub async fn ask(&self, question: &Question, limit: Duration) -> Result<Heard, CannotTell> {
        let Answer { shown, .. } = self.answer(question, limit).await?;
        match shown.silent {
            Some(why) => Err(CannotTell(why)),
            None => Ok(shown),
        }
    }

    async fn answer(&self, question: &Question, limit: Duration) -> Result<Answer, CannotTell> {
        if let Some(stand_in) = &self.stand_in {
            return stand_in.ask(question).map(Answer::from);
        }
        let heard = match question {
            Question::Http(url) => http::get(&self.hosts, url, limit).await,
            Question::Tcp(address) => tcp::connect(&self.hosts, address, limit).await,
            Question::Run(command) => self.run(command, limit).await,
            Question::GitHub(asked) => return self.told(self.github(asked, limit).await),
            Question::Vercel(asked) => return self.told(self.vercel(asked, limit).await),
        };
        match heard {
            Ok(heard) => {
                let plain = |text: &str| clean(&without_escapes(text));
                let raw = Heard { text: plain(&heard.text), aside: plain(&heard.aside), ..heard };
                let (text, aside) = (self.shown(&raw.text), self.shown(&raw.aside));
                let silent = raw.silent.as_ref().map(|why| self.shown(why));
                Ok(Answer { shown: Heard { text, aside, silent, ..raw.clone() }, raw })
            }
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

    fn told(&self, answer: Result<Value, CannotTell>) -> Result<Answer, CannotTell> {
        match answer {
            Ok(answer) => Ok(Answer { raw: told::raw(&answer), shown: told::heard(answer, &self.redactor) }),
            Err(CannotTell(why)) => Err(CannotTell(self.shown(&why))),
        }
    }

    /// Without secrets and without signs that would steer a terminal.
    fn shown(&self, text: &str) -> String {
        self.redactor.shown(text)
    }

    /// That no argument holds a secret: whoever lists the machine's processes reads them, and they stand on cards.
    fn shows_no_secret(&self, command: &[String]) -> Result<(), CannotTell> {
        match command.iter().any(|part| self.redactor.redact(part) != *part) {
            true => Err(CannotTell(
                "an argument looks like a secret, and arguments are shown: give it by a variable that [runbook.environment] \
                 names"
                    .into(),
            )),
            false => Ok(()),
        }
    }

    async fn run(&self, command: &[String], limit: Duration) -> Result<Heard, CannotTell> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(CannotTell("there is no program to run".into()));
        };
        self.shows_no_secret(command)?;
        let environment = self.environment.get(program).map_or(&[][..], Vec::as_slice);
        tool::find(&self.tools, &FOLDERS, program)?;
        tool::aim(program, arguments, environment, self.folders.get(program).map(PathBuf::as_path))?;
        self.unaimed(command, limit).await
    }

    /// Runs it, whomever it may ask: that is for questions about the program itself.
    async fn unaimed(&self, command: &[String], limit: Duration) -> Result<Heard, CannotTell> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(CannotTell("there is no program to run".into()));
        };
        let path = tool::find(&self.tools, &FOLDERS, program)?;
        let environment = self.environment.get(program).map_or(&[][..], Vec::as_slice);
        let folder = self.folders.get(program).map(PathBuf::as_path);
        let (bounds, home) = (&self.bounds, self.home_of(program));
        let (home, may_go_on) = (home.as_deref(), false);
        let mark = marked::fresh().map_err(|error| CannotTell(format!("no mark can be made: {error}")))?;
        let mark = mark.as_str();
        let start =
            Start { path: &path, program, arguments, environment, folder, bounds, home, mark, may_go_on };
        process::run(start, limit).await
    }
}

fn secret(all: [&Variables; 2]) -> Vec<Secret> {
    let given = all.into_iter().flat_map(BTreeMap::values).flatten();
    let secret = given.filter(|(name, value)| redact::is_secret(name, value.reveal()));
    secret.map(|(_, value)| value.clone()).collect()
}

#[cfg(test)]
mod tests;
