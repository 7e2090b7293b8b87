//! Asks GitHub and Vercel what they did not tell: whether open alerts still stand, what could not be delivered while howler did not
//! listen, whether schedules are kept. What they answer is read by the sources' own readers and goes to the desk, which decides.
//!
//! One task, one question at a time. When something is asked is decided in `domain::alert::asking`.

mod github;
mod vercel;

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{debug, warn};

use config::Config;
use config::secrets::Secrets;
use desk::Desk;
use domain::alert::Alert;
use domain::alert::asking::agenda::{Agenda, Came, LONGEST};
use domain::alert::asking::{Learned, Subject, is_old};
use domain::alert::signal::Source;
use ground::clock::Clock;
use probe::Unasked;
use redact::Redactor;

/// Asks until howler stops.
pub struct Asker {
    pub(crate) desk: Desk,
    pub(crate) clock: Clock,
    pub(crate) redactor: Arc<Redactor>,
    agenda: Agenda,
    github: Option<github::GitHub>,
    vercel: Option<vercel::Vercel>,
    /// What was learned last, so that the desk hears of news alone.
    known: Vec<Learned>,
}

/// Questions under way. Clones look at the same ones.
#[derive(Clone)]
pub struct Asking {
    clock: Clock,
    next: watch::Receiver<Timestamp>,
}

impl Asking {
    /// Returns once nothing is due or being asked.
    pub async fn settled(&self) {
        let (mut next, clock) = (self.next.clone(), &self.clock);
        // An asker that has ended asks nothing.
        let _ = next.wait_for(|next| *next > clock.now()).await;
    }
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

impl Asker {
    /// What is asked by `config`; nothing where neither GitHub nor Vercel is a source. Must be called inside a runtime.
    pub fn new(config: &Config, secrets: &Secrets, redactor: Arc<Redactor>, desk: Desk, clock: Clock) -> Self {
        let github = github::GitHub::new(config, secrets, &clock);
        let vercel = vercel::Vercel::new(config, secrets, &clock);
        let subjects = github.iter().map(|_| (Source::GitHub, Subject::Alerts));
        let subjects = subjects.chain(vercel.iter().map(|_| (Source::Vercel, Subject::Alerts)));
        let agenda = Agenda::new(subjects, clock.now());
        Self { desk, clock, redactor, agenda, github, vercel, known: Vec::new() }
    }

    /// Asks until howler stops.
    pub fn start(self, stopping: &watch::Receiver<bool>) -> (Asking, JoinHandle<()>) {
        let (tell, next) = watch::channel(Timestamp::MIN);
        let asking = Asking { clock: self.clock.clone(), next };
        let mut stopping = stopping.clone();
        let task = tokio::spawn(async move {
            tokio::select! {
                biased;
                // An error means that the app is gone, which is a stop too.
                _ = stopping.wait_for(|stop| *stop) => {}
                () = self.run(tell) => {}
            }
        });
        (asking, task)
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
            _ => None,
        };
        asked.unwrap_or_else(|| Asked::nothing(source, subject))
    }

    /// The open alerts of a source that are to be asked about.
    fn old(&self, source: Source) -> Vec<Arc<Alert>> {
        let old = self.desk.look(|state, now| {
            let all = state.plain.alerts.values();
            all.filter(|alert| alert.source == source && is_old(alert, now)).cloned().collect::<Vec<_>>()
        });
        old.unwrap_or_default()
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
