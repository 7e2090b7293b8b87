//! Asks GitHub and Vercel what they did not tell: whether open alerts still stand, what could not be delivered while howler did not
//! listen, whether schedules are kept. What they answer is read by the sources' own readers and goes to the desk, which decides.
//!
//! One task, one question at a time. When something is asked is decided in `domain::alert::asking`.

mod check;
mod github;
mod secrets;
mod vercel;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{debug, warn};

pub use check::{Checked, check};
use config::Config;
use config::secrets::Secrets;
use desk::Desk;
use domain::alert::Alert;
use domain::alert::asking::agenda::{Agenda, Came, LONGEST};
use domain::alert::asking::missed::Found;
use domain::alert::asking::{Answer, Learned, Subject, is_old};
use domain::alert::signal::Source;
use ground::chore::{self, Due};
use ground::clock::Clock;
use probe::Unasked;
use redact::Redactor;

/// The first question comes this long after the start: what is asked for comes in by howler's own door.
const AT_FIRST: SignedDuration = SignedDuration::from_secs(15);

/// Asks until howler stops.
pub struct Asker {
    pub(crate) desk: Desk,
    pub(crate) clock: Clock,
    pub(crate) redactor: Arc<Redactor>,
    agenda: Agenda,
    github: Option<github::GitHub>,
    vercel: Option<vercel::Vercel>,
    secrets: Option<secrets::SecretDates>,
    /// What was learned last, so that the desk hears of news alone.
    known: Vec<Learned>,
}

/// One answer, and what it means for the next question.
pub(crate) struct Asked {
    pub learned: Learned,
    pub came: Came,
}

impl Asked {
    pub fn nothing(source: Source, subject: Subject) -> Self {
        Self { learned: Learned::of(source, subject), came: Came::Nothing }
    }

    /// What one repository or project answered.
    pub fn took(&mut self, told: Result<(Vec<Answer>, Vec<String>), Unasked>, redactor: &Redactor) {
        match told {
            Ok((answers, unknown)) => {
                self.learned.heard = true;
                self.learned.answers.extend(answers);
                self.learned.cannot.extend(unknown);
            }
            Err(unasked) => self.failed(&unasked, redactor),
        }
    }

    /// Something could not be had. What passes by itself is asked again sooner.
    pub fn failed(&mut self, unasked: &Unasked, redactor: &Redactor) {
        let why = redactor.shown(&unasked.why);
        if !self.learned.cannot.contains(&why) {
            self.learned.cannot.push(why);
        }
        self.came = match (unasked.lasting, self.came) {
            (false, _) | (_, Came::Passing) => Came::Passing,
            (true, _) => Came::Lasting,
        };
    }
}

/// That not all are asked at a time.
pub(crate) fn take_turns(what: &str, all: usize, most: usize) -> String {
    format!("there are open alerts of {all} {what}: I ask about {most} of them at a time, in turn")
}

impl Asker {
    /// What is asked by `config`; nothing where neither GitHub nor Vercel is a source. Must be called inside a runtime.
    pub fn new(
        config: &Config,
        secrets: &Secrets,
        redactor: Arc<Redactor>,
        desk: Desk,
        clock: Clock,
    ) -> Self {
        let github = github::GitHub::new(config, secrets, &clock);
        let vercel = vercel::Vercel::new(config, secrets, &clock);
        let dates = secrets::SecretDates::new(config, secrets, &clock);
        let schedules = github.as_ref().is_some_and(|github| github.grace.is_some());
        let all = [
            (Source::GitHub, Subject::Alerts, github.is_some()),
            // Where GitHub is no source an outage is told all the same.
            (Source::GitHub, Subject::Deliveries, true),
            (Source::GitHub, Subject::Schedules, schedules),
            (Source::Vercel, Subject::Alerts, vercel.is_some()),
            (Source::GitHub, Subject::Secrets, dates.is_some()),
        ];
        let on = all.into_iter().filter(|(.., is_on)| *is_on).map(|(source, subject, _)| (source, subject));
        let agenda = Agenda::new(on, clock.now().saturating_add(AT_FIRST).unwrap_or(Timestamp::MAX));
        Self { desk, clock, redactor, agenda, github, vercel, secrets: dates, known: Vec::new() }
    }

    /// Asks until howler stops.
    pub fn start(self, stopping: &watch::Receiver<bool>) -> (Due, JoinHandle<()>) {
        let clock = self.clock.clone();
        chore::start(&clock, stopping, |next| self.run(next))
    }

    async fn run(mut self, next: watch::Sender<Timestamp>) {
        loop {
            for (source, subject) in self.agenda.due(self.clock.now()) {
                let Asked { learned, came } = self.ask(source, subject).await;
                let came = if self.tell(learned).await { came } else { Came::Passing };
                self.agenda.came((source, subject), came, self.clock.now());
            }
            let due = self.agenda.next().unwrap_or(Timestamp::MAX);
            next.send_replace(due);
            self.clock.sleep_until(due).await;
            let latest = self.clock.now().saturating_add(LONGEST).unwrap_or(Timestamp::MAX);
            self.agenda.not_after(latest);
        }
    }

    async fn ask(&mut self, source: Source, subject: Subject) -> Asked {
        let redactor = Arc::clone(&self.redactor);
        let asked = match (source, subject) {
            (Source::GitHub, Subject::Alerts) => {
                let old = self.old(source);
                match &mut self.github {
                    Some(github) => Some(github.alerts(&old, self.clock.now(), &redactor).await),
                    None => None,
                }
            }
            (Source::Vercel, Subject::Alerts) => {
                let old = self.old(source);
                match &mut self.vercel {
                    Some(vercel) => Some(vercel.alerts(&old, self.clock.now(), &redactor).await),
                    None => None,
                }
            }
            (Source::GitHub, Subject::Deliveries) => Some(self.deliveries().await),
            (Source::GitHub, Subject::Schedules) => {
                let open = self.open(source);
                match &mut self.github {
                    Some(github) => Some(github.schedules(&open, self.clock.now(), &redactor).await),
                    None => None,
                }
            }
            (Source::GitHub, Subject::Secrets) => match &self.secrets {
                Some(secrets) => Some(secrets.ask(&redactor).await),
                None => None,
            },
            _ => None,
        };
        asked.unwrap_or_else(|| Asked::nothing(source, subject))
    }

    async fn deliveries(&mut self) -> Asked {
        let known = self.desk.look(|state, _| state.alerts.asking.clone()).unwrap_or_default();
        match self.github.as_mut().filter(|github| github.is_heard) {
            Some(github) => github.deliveries(&known, self.clock.now(), &self.redactor).await,
            None => {
                let mut asked = Asked::nothing(Source::GitHub, Subject::Deliveries);
                asked.learned.found = (!known.down.is_empty()).then_some(Found::NoSource);
                asked
            }
        }
    }

    fn open(&self, source: Source) -> Vec<Arc<Alert>> {
        let open = self.desk.look(|state, _| {
            let all = state.plain.alerts.values();
            all.filter(|alert| alert.source == source).cloned().collect::<Vec<_>>()
        });
        open.unwrap_or_default()
    }

    /// The open alerts of a source that are to be asked about.
    fn old(&self, source: Source) -> Vec<Arc<Alert>> {
        let now = self.clock.now();
        self.open(source).into_iter().filter(|alert| is_old(alert, now)).collect()
    }

    /// Tells the desk what is new; false where that could not be saved.
    async fn tell(&mut self, learned: Learned) -> bool {
        let (source, subject) = (learned.source, learned.subject);
        let before = self.known.iter().position(|known| known.source == source && known.subject == subject);
        let same = before.and_then(|at| self.known.get(at)) == Some(&learned);
        // Where nothing was asked there is nothing to tell, but that what could not be had is wanted no more.
        if same && learned.found.is_none() && !learned.heard {
            return true;
        }
        if let Err(fault) = self.desk.learn(learned.clone()).await {
            warn!(?fault, "what a source answered could not be saved; it is asked again");
            return false;
        }
        debug!(?source, ?subject, answers = learned.answers.len(), cannot = learned.cannot.len(), "asked");
        if let Some(before) = before {
            self.known.remove(before);
        }
        self.known.push(learned);
        true
    }
}
