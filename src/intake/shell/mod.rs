//! Lines typed at a shell of howler's own machine come in through a local socket, so that an incident can be run while
//! Slack is down. The server stays the one writer: the socket is one more way to the same desk.

mod import;
mod line;
mod person;
mod wire;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout};
use tracing::{Instrument, debug, info, info_span, warn};

use self::person::Person;
pub use self::wire::{Question, Reply, WireError, read, write};
use super::answers::Failure;
use super::front::Front;
use super::reasons::without_secrets;
use super::screen::screened;
use desk::Fault;
use domain::answer::{Answer, Private};
use domain::command::{Command, Line};
use domain::id::DeliveryId;
use domain::oncall::answer::OncallAnswer;
use domain::refusal::Refusal;
use domain::request::{Ask, Place, ReplyPath, Request};
use domain::runbook::RunbookAnswer;
use domain::text;
use ground::logs::how_it_ended;
use ground::unix_socket::{self, SocketError};
use view::{Names, Via};

/// How long a question may take to arrive, and an answer to be taken.
const TALK_WITHIN: Duration = Duration::from_secs(5);
/// How long the desk may take; the client waits longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Whoever comes when so many are served waits for one of them to end.
const AT_ONCE: usize = 32;
/// How long talks in hand may take at a stop.
const FINISH_WITHIN: Duration = Duration::from_secs(2);
/// After a failed accept (out of file handles), so that it is not tried without a pause.
const PAUSE: Duration = Duration::from_millis(200);

/// The file's name in howler's folder.
const SOCKET: &str = "howler.sock";

/// The socket of the howler that runs on `folder`.
pub fn path_in(folder: &Path) -> PathBuf {
    folder.join(SOCKET)
}

/// The open socket. It is closed and taken away at [`ask_to_stop`](Self::ask_to_stop).
pub struct Shell {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Shell {
    /// Listens in `folder`, whose store is held by this howler: a socket that lies there is of one that died.
    ///
    /// # Errors
    /// When no socket can be made there. howler serves Slack all the same.
    pub fn open(front: Front, config: config::Shell, folder: &Path) -> Result<Self, SocketError> {
        let path = path_in(folder);
        let listener = unix_socket::bind(&path)?;
        info!(socket = %path.display(), "shells are heard");
        let (stop, stopping) = watch::channel(false);
        let talk = Arc::new(Talk { front, config });
        let task = tokio::spawn(async move {
            serve(&listener, talk, stopping, || unix_socket::remove(&path)).await;
        });
        Ok(Self { stop, task })
    }

    /// Takes the socket away; what was asked is still answered.
    pub fn ask_to_stop(&self) {
        // Without its task nobody is asked.
        let _ = self.stop.send(true);
    }

    /// Returns once what was asked is answered, or cut off after two seconds.
    pub async fn stopped(self) {
        self.ask_to_stop();
        if let Err(error) = self.task.await {
            warn!(how = how_it_ended(&error), "the shells' task ended badly");
        }
    }
}

async fn serve(
    listener: &UnixListener,
    talk: Arc<Talk>,
    mut stopping: watch::Receiver<bool>,
    close: impl FnOnce(),
) {
    let mut talks = JoinSet::new();
    loop {
        tokio::select! {
            () = told(&mut stopping) => break,
            Some(ended) = talks.join_next() => report(ended),
            accepted = listener.accept(), if talks.len() < AT_ONCE => match accepted {
                Ok((stream, _)) => {
                    talks.spawn(Arc::clone(&talk).answer(stream));
                }
                Err(error) => {
                    warn!(%error, "a shell could not be heard");
                    drop(timeout(PAUSE, std::future::pending::<()>()).await);
                }
            },
        }
    }
    close();
    let finish = async {
        while let Some(ended) = talks.join_next().await {
            report(ended);
        }
    };
    if timeout(FINISH_WITHIN, finish).await.is_err() {
        warn!("a shell was cut off; what it was told is saved");
    }
}

/// Returns when howler is to stop; whoever could say so and is gone has said it.
async fn told(stopping: &mut watch::Receiver<bool>) {
    drop(stopping.wait_for(|stop| *stop).await);
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        warn!(how = how_it_ended(&error), "a talk with a shell ended badly");
    }
}

/// What answers.
struct Talk {
    front: Front,
    config: config::Shell,
}

impl Talk {
    /// One question, one answer. Without an answer the client asks again with the same id.
    async fn answer(self: Arc<Self>, mut stream: UnixStream) {
        let started = Instant::now();
        let person = match stream.peer_cred() {
            Ok(peer) => Person::of(peer.uid(), &self.config),
            Err(error) => return warn!(%error, "who is at a shell could not be told"),
        };
        let reply = match timeout(TALK_WITHIN, read::<Question>(&mut stream)).await {
            Ok(Ok(question)) => self.reply(&person, question).await,
            Ok(Err(WireError::Gone)) => return debug!("a shell asked nothing"),
            Ok(Err(error)) => Some(Reply::Failed(format!("{error}. Nothing was done."))),
            Err(_) => return debug!("a shell was too slow"),
        };
        let Some(reply) = reply else { return };
        match timeout(TALK_WITHIN, write(&mut stream, &reply)).await {
            Ok(Ok(())) => self.front.metrics.acknowledged("shell", started.elapsed()),
            // It asks again and gets the same answer.
            Ok(Err(error)) => warn!(%error, "a shell did not take its answer"),
            Err(_) => warn!("a shell did not take its answer in time"),
        }
    }

    /// `None` when howler is stopping: the next one answers.
    async fn reply(&self, person: &Person, question: Question) -> Option<Reply> {
        let Question { id, command, line, file } = question;
        if !wire::is_id(&id) {
            return Some(Reply::Failed("The question has no proper id. Nothing was done.".into()));
        }
        let ask = match (command.as_str(), file) {
            ("incident", _) => line::ask(&line),
            ("oncall", Some(file)) => return self.import(person, &id, &line, &file).await,
            ("oncall", None) => line::ask_oncall(&line),
            ("runbook", _) => line::ask_runbook(&line),
            (feature, _) => match line::ask_feature(feature, &line) {
                Some(ask) => ask,
                None => {
                    let command = format!("howler {}", text::shorten(&text::clean_line(&command), 40));
                    let message = view::other_command(&command, Via::Shell);
                    return Some(Reply::Refused(view::terminal(&message, &Names::default())));
                }
            },
        };
        let decided = self.decided(person, &id, ask).await?;
        Some(decided.map_or_else(|failed| failed, |answer| self.in_words(&answer, self.names())))
    }

    /// What the desk says to it; howler's own trouble is the error. `None` when howler is stopping.
    async fn decided(&self, person: &Person, id: &str, ask: Ask) -> Option<Result<Answer, Reply>> {
        let ask = screened(self.unless_me(ask), &self.front.deliverer).await;
        let request = Request {
            delivery: DeliveryId(format!("shell:{}:{id}", person.uid)),
            by: person.id.clone(),
            place: Place::shell(),
            reply: ReplyPath::Inline,
            ask: without_secrets(ask, &self.front.redactor),
        };
        let span = info_span!("delivery", kind = "shell", id = %request.delivery);
        let submitted = timeout(PATIENCE, self.front.desk.submit(request)).instrument(span).await;
        match submitted {
            Ok(Ok(answer)) => Some(Ok(answer)),
            Ok(Err(Fault::Stopping)) => None,
            Ok(Err(fault)) => Some(Err(failed(&Failure::Fault(fault)))),
            Err(_) => Some(Err(failed(&Failure::Slow))),
        }
    }

    /// howler itself takes no role.
    fn unless_me(&self, ask: Ask) -> Ask {
        match &ask {
            Ask::Line(Line { command, .. }) => match command.core() {
                Command::Role { person, .. } if self.front.deliverer.is_me(person) => {
                    Ask::Unclear(Refusal::NotAPerson { word: person.to_string() })
                }
                _ => ask,
            },
            _ => ask,
        }
    }

    fn in_words(&self, answer: &Answer, mut names: Names) -> Reply {
        match answer {
            Answer::Nothing => Reply::Done("Done.".into()),
            Answer::OpenForm(form) => {
                Reply::Refused(view::terminal(&view::type_instead(form), &Names::default()))
            }
            Answer::Private(private) => {
                names.add_channels_of(private);
                let words = view::terminal(&view::private(private, Via::Shell), &names);
                match private {
                    Private::Refused(_)
                    | Private::WhichIncident { .. }
                    | Private::OfferForm { .. }
                    | Private::Trouble(_)
                    | Private::Became { saved: false, .. } => Reply::Refused(words),
                    Private::Oncall(answer) => match **answer {
                        OncallAnswer::Proposed { seen, .. } => Reply::Proposed { words, seen },
                        _ => Reply::Done(words),
                    },
                    Private::Runbook(answer) => match **answer {
                        RunbookAnswer::Refused(_)
                        | RunbookAnswer::Short { .. }
                        | RunbookAnswer::Doubtful { .. } => Reply::Refused(words),
                        _ => Reply::Done(words),
                    },
                    Private::Feature(answer) if answer.refuses() => Reply::Refused(words),
                    Private::After(answer) if answer.refuses() => Reply::Refused(words),
                    _ => Reply::Done(words),
                }
            }
        }
    }

    /// People who are mapped are called by their names on this machine; `root` and a number are nobody's name.
    fn names(&self) -> Names {
        let mut names = Names::default();
        let is_name = |name: &str| name != "root" && name.parse::<u32>().is_err();
        for (name, id) in self.config.people.iter().filter(|(name, _)| is_name(name)) {
            names.add(id, name);
        }
        names
    }
}

fn failed(failure: &Failure) -> Reply {
    // These words are of the desk, which knows slash commands only.
    Reply::Failed(failure.to_string().replace("/incident", "howler incident").replace('`', "\""))
}
