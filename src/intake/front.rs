//! What HTTP and Socket Mode share: from a parsed delivery to the answer that Slack gets within its three seconds.
//!
//! Only how the bytes come in and how the answer goes out differs between the two.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};
use tracing::{Instrument, debug, info, info_span, warn};

use super::answers::{self, Failure};
use super::origin::{self, Standing};
use super::quoted::with_names;
use super::reasons::without_secrets;
use super::screen::{looked_up, screened};
use super::slack::{Incoming, Opened, Parsed};
use delivery::Deliverer;
use desk::Desk;
use domain::answer::{Answer, FormToOpen};
use domain::command::{Command, Line};
use domain::id::{ChannelId, DeliveryId};
use domain::refusal::Refusal;
use domain::request::{Ask, ReplyPath};
use ground::clock::Clock;
use ground::telemetry::Metrics;
use redact::Redactor;

/// Slack gives up after three seconds; by then a humane answer must be on its way.
pub const PATIENCE: Duration = Duration::from_millis(2_500);
/// How long Slack may take to say who howler is, before an approval is refused for it.
const WHO_AM_I: Duration = Duration::from_millis(1_200);
/// What is left after [`PATIENCE`] to say that a form could not be opened.
const LAST_WORD: Duration = Duration::from_millis(400);

/// What both doors work with.
#[derive(Clone)]
pub struct Front {
    pub desk: Desk,
    pub deliverer: Arc<Deliverer>,
    pub clock: Clock,
    pub metrics: Metrics,
    /// Takes secrets out of what people give as a reason.
    pub redactor: Arc<Redactor>,
}

/// Slack's three kinds of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Command,
    Interaction,
    Event,
}

impl Kind {
    /// Its name in metrics and log lines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Interaction => "interaction",
            Self::Event => "event",
        }
    }
}

/// What goes back to Slack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Saved, or nothing to save; nothing to say.
    Nothing,
    /// Saved, or nothing to save; Slack shows this JSON.
    Json(String),
    /// The text that Slack wants to see again.
    Echo(String),
    /// Not in Slack's form; it will not be better the next time.
    Malformed,
    /// Not saved, as far as howler knows. With the JSON that says so, where the person can be told in the answer;
    /// without it, Slack must not take this for done.
    NotSaved(Option<String>),
}

impl Front {
    /// Decides, saves and answers a delivery, before `deadline`.
    pub async fn take(&self, kind: Kind, parsed: Parsed, deadline: Instant) -> Reply {
        match self.counted(kind, parsed) {
            Parsed::Request(incoming) => {
                // It never holds a text, a trigger's use or a token.
                let span = info_span!("delivery", kind = kind.word(), id = %incoming.request.delivery);
                self.watched(kind, *incoming, deadline).instrument(span).await
            }
            Parsed::OtherCommand { command } => answers::other_command(&command),
            Parsed::FormErrors(errors) => answers::form_errors(&errors),
            Parsed::Challenge(text) => Reply::Echo(text),
            Parsed::Malformed => Reply::Malformed,
            Parsed::GroupChanged => {
                self.deliverer.group_changed.notify_one();
                Reply::Nothing
            }
            Parsed::HomeOpened(opened) => {
                self.opened(opened);
                Reply::Nothing
            }
            Parsed::SslCheck | Parsed::Ignored { .. } => Reply::Nothing,
        }
    }

    /// Somebody looks at the Home tab. It tells what goes on, so it is for howler's own workspace alone.
    fn opened(&self, opened: Opened) {
        let standing = opened.origin.standing(self.deliverer.known_me().as_ref());
        match standing {
            Standing::Ours | Standing::Unknown => {
                self.deliverer.homes.opened(&opened.by, opened.hash, self.clock.now());
            }
            Standing::OtherApp | Standing::OtherWorkspace | Standing::Visitor => {
                self.metrics.ignored(standing.word());
                warn!(
                    standing = standing.word(),
                    "a Home tab is not published: it was opened from elsewhere"
                );
            }
        }
    }

    /// Counts what howler does nothing about.
    fn counted(&self, kind: Kind, parsed: Parsed) -> Parsed {
        let why = match &parsed {
            Parsed::Ignored { why } => *why,
            Parsed::Malformed => "malformed",
            Parsed::OtherCommand { .. } => "other_command",
            _ => return parsed,
        };
        self.metrics.ignored(why);
        let kind = kind.word();
        match parsed {
            Parsed::Malformed => warn!(kind, "a delivery of Slack's is not in Slack's form"),
            _ => debug!(kind, why, "a delivery was ignored"),
        }
        parsed
    }

    /// Answers, and says how it went and how long it took.
    async fn watched(&self, kind: Kind, incoming: Incoming, deadline: Instant) -> Reply {
        let started = Instant::now();
        let reply = self.answer(kind, incoming, deadline).await;
        let saved = !matches!(reply, Reply::NotSaved(_));
        info!(saved, micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX), "answered");
        reply
    }

    async fn answer(&self, kind: Kind, incoming: Incoming, deadline: Instant) -> Reply {
        match kind {
            Kind::Command => self.answer_command(incoming, deadline).await,
            Kind::Interaction => self.answer_interaction(incoming, deadline).await,
            // Where it was not saved Slack sends it again, and again gets one answer.
            Kind::Event => {
                self.submit(&incoming, deadline).await.map_or(Reply::NotSaved(None), |_| Reply::Nothing)
            }
        }
    }

    async fn submit(&self, incoming: &Incoming, deadline: Instant) -> Result<Answer, Failure> {
        let mut request = incoming.request.clone();
        request.ask = self.in_channels(request.ask);
        request.ask = self.unless_me(request.ask);
        let standing = self.standing(incoming).await;
        let used = incoming.at_home && matches!(standing, Standing::Ours | Standing::Unknown);
        let by = request.by.clone();
        request.ask = match standing.refuses(&request.ask) {
            Some(refusal) => {
                self.metrics.ignored(standing.word());
                warn!(
                    standing = standing.word(),
                    "a delivery is refused: it is not known to be of howler's workspace"
                );
                Ask::Unclear(refusal)
            }
            None => {
                let ask = looked_up(request.ask, incoming.unnamed.as_ref(), &self.deliverer).await;
                let ask = self.unless_me(self.in_channels(ask));
                let screened = screened(ask, &self.deliverer).await;
                without_secrets(with_names(screened, &self.deliverer.people).await, &self.redactor)
            }
        };
        let submitted = self.desk.submit(request);
        let answer = match timeout_at(deadline, submitted).await {
            Ok(answer) => answer.map_err(Failure::Fault),
            Err(_) => Err(Failure::Slow),
        };
        if used {
            // Afterwards, so that it shows what came of the click.
            if let Some(person) = by.in_slack() {
                self.deliverer.homes.used(person, self.clock.now());
            }
        }
        if let Err(failure) = &answer {
            warn!(%failure, "a delivery could not be answered");
        }
        answer
    }

    /// howler itself takes no role.
    fn unless_me(&self, ask: Ask) -> Ask {
        match &ask {
            Ask::Line(Line { command, .. }) => match command.core() {
                Command::Role { person, .. } if self.deliverer.is_me(person) => {
                    Ask::Unclear(Refusal::NotAPerson { word: "@howler".into() })
                }
                _ => ask,
            },
            _ => ask,
        }
    }

    /// A line that names its incident by a channel, with the incident's number in its place.
    fn in_channels(&self, ask: Ask) -> Ask {
        let number = |channel: &ChannelId| self.desk.incident_of_channel(channel);
        match ask {
            Ask::Line(line) => line
                .numbered(&number)
                .map_or_else(|channel| Ask::Unclear(Refusal::NotAnIncidentsChannel { channel }), Ask::Line),
            Ask::Unclear(Refusal::Unsure { doubt, meanings, .. }) => {
                let lines = meanings.into_iter().filter_map(|meaning| meaning.line.numbered(&number).ok());
                Ask::Unclear(Refusal::unsure(doubt, lines))
            }
            ask => ask,
        }
    }

    /// Whose the delivery is. Where a change hangs on it and Slack has not told yet who howler is, it is asked.
    async fn standing(&self, incoming: &Incoming) -> Standing {
        let known = match self.deliverer.known_me() {
            None if origin::lets_change(&incoming.request.ask) => {
                timeout(WHO_AM_I, self.deliverer.who_am_i()).await.ok().and_then(Result::ok)
            }
            known => known,
        };
        match incoming.origin.standing(known.as_ref()) {
            Standing::Visitor => {
                let Some(by) = incoming.request.by.in_slack() else { return Standing::Visitor };
                let asked = timeout(WHO_AM_I, self.deliverer.is_of_the_organisation(by)).await;
                if asked == Ok(true) { Standing::Ours } else { Standing::Visitor }
            }
            standing => standing,
        }
    }

    async fn answer_command(&self, incoming: Incoming, deadline: Instant) -> Reply {
        match self.submit(&incoming, deadline).await {
            Ok(Answer::Nothing) => Reply::Nothing,
            Ok(Answer::Private(private)) => answers::private(&private),
            Ok(Answer::OpenForm(form)) => match self.open(&incoming, &form, deadline).await {
                Ok(()) => Reply::Nothing,
                Err(reason) => answers::form_failed(&form, &reason),
            },
            Err(failure) => answers::failed(&failure),
        }
    }

    /// A click's private answers go through the outbox, so its answer is empty; a form's are shown in the form.
    async fn answer_interaction(&self, incoming: Incoming, deadline: Instant) -> Reply {
        let form = match &incoming.request.ask {
            Ask::Form(form) => Some(form),
            _ => None,
        };
        match (self.submit(&incoming, deadline).await, form) {
            (Ok(Answer::OpenForm(to_open)), _) => match self.open(&incoming, &to_open, deadline).await {
                Ok(()) => Reply::Nothing,
                Err(_) => self.offer_instead(incoming).await,
            },
            (Ok(answer), Some(form)) => answers::submitted(form, &answer),
            (Ok(_), None) => Reply::Nothing,
            (Err(failure), Some(form)) => answers::form_not_saved(form, &failure),
            (Err(_), None) => Reply::NotSaved(None),
        }
    }

    /// Opens a form. The error is the reason, in words.
    async fn open(&self, incoming: &Incoming, form: &FormToOpen, deadline: Instant) -> Result<(), String> {
        let trigger = incoming.trigger.as_deref().unwrap_or("");
        match timeout_at(deadline, self.deliverer.open_form(trigger, form)).await {
            Ok(opened) => opened,
            Err(_) => {
                warn!("a form could not be opened in time");
                Err("Slack did not answer in time".to_owned())
            }
        }
    }

    /// After a click whose form did not open: asked as without a trigger, the desk offers the form by a private
    /// message.
    async fn offer_instead(&self, incoming: Incoming) -> Reply {
        let mut request = incoming.request;
        request.delivery = DeliveryId(format!("{}:offer", request.delivery));
        request.reply = ReplyPath::Ephemeral;
        match timeout(LAST_WORD, self.desk.submit(request)).await {
            Ok(Ok(_)) => Reply::Nothing,
            Ok(Err(_)) | Err(_) => Reply::NotSaved(None),
        }
    }
}
