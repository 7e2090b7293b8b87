//! Requests that only read: they change nothing and commit nothing.

use jiff::{SignedDuration, Timestamp};
use tracing::error;

use super::after::{self, read_of as read_after};
use super::book::{Book, Meant};
use super::draft::{read_feature, vendors_say};
use super::oncall::{self, Look};
use config::Config;
use domain::answer::{Answer, FormFill, FormToOpen, HelpNow, Private, Summary};
use domain::command::{Command, Line};
use domain::effect::{Effect, EffectState, Undone};
use domain::fault::Saving;
use domain::id::{IncidentId, RunId};
use domain::incident::after::line::AfterLine;
use domain::incident::timeline::{PAGE, together};
use domain::incident::{Asked, Incident, decide, merge};
use domain::oncall::duty::Duty;
use domain::refusal::Refusal;
use domain::request::{FormContext, ReplyPath, Request};
use domain::run::approve::may_comment;
use domain::run::decide::RunRefusal;
use domain::runbook::{self, RunAsk, RunbookAnswer, RunbookLine};
use store::{Store, StoreError};

/// Open incidents shown by `list`.
const OPEN: usize = 20;
/// Resolved incidents shown by `list`.
const RESOLVED: usize = 5;
/// Incidents to choose from for a note; a list in a form of Slack's takes a hundred.
const CHOICES: usize = 100;
/// Incidents shown by `find`.
const FOUND: usize = 15;
/// An effect that waits longer than this is worth a line on the board.
const SLOW: SignedDuration = SignedDuration::from_secs(10);

/// What is wrong beside effects that are not delivered.
pub fn troubles(book: &Book<'_>) -> Vec<String> {
    let alerts = book.state.alerts.troubles(book.state.plain.groups.values());
    book.store.troubles().into_iter().chain(alerts).collect()
}

/// Answers a line that only reads. `find` blocks for as long as it takes to read every
/// incident's words.
pub fn answer(
    book: &Book<'_>,
    config: &Config,
    request: &Request,
    line: &Line,
) -> Result<Answer, StoreError> {
    match &line.command {
        Command::List => list(book),
        Command::Find { words } => find(book.store, words),
        Command::Doctor => {
            let undone = undone(book.state.outbox.iter(), book.now, None);
            let store = troubles(book);
            Ok(Answer::Private(Private::Doctor { undone, store, saving: Saving::Well }))
        }
        Command::DeclareForm { title } => {
            Ok(or_offer(request, line, None, declare_form(request, title.as_ref(), None)))
        }
        Command::DeclareFrom { title, note } => {
            Ok(or_offer(request, line, None, declare_form(request, title.as_ref(), Some(note))))
        }
        Command::NoteForm { note } => Ok(or_offer(request, line, None, note_form(book, request, note)?)),
        Command::After(after)
            if matches!(**after, AfterLine::Report | AfterLine::Retro | AfterLine::FollowUpsOf) =>
        {
            about(book, request, line, |incident| read_after(book, config, incident, after))
        }
        Command::After(after) if !after.opens_form() => after::read(book, request, after),
        Command::UpdateForm | Command::ResolveForm | Command::After(_) => {
            about(book, request, line, |incident| {
                let nobody = Duty::default();
                let asked = Asked { by: &request.by, place: &request.place, now: book.now, duty: &nobody };
                // Opening a form sets nothing, so the severities' rules do not matter.
                let answer = match decide(incident, &line.command, &asked, &Default::default()) {
                    Ok(decision) => decision.answer,
                    Err(refusal) => {
                        let offered = merge::offered(refusal, line, &request.delivery);
                        Answer::Private(Private::Refused(offered))
                    }
                };
                Ok(or_offer(request, line, Some(incident), answer))
            })
        }
        Command::Show => about(book, request, line, |incident| {
            let undone = undone(book.state.outbox.iter(), book.now, Some(incident.id));
            let whole = incident.merged().map(|_| book.whole(incident.id)).transpose()?.flatten();
            let whole = whole.map(|whole| Box::new(whole.summary()));
            let vendors = if incident.is_open() { vendors_say(book, config, None) } else { Vec::new() };
            Ok(Answer::Private(Private::Show {
                incident: Box::new(incident.clone()),
                undone,
                whole,
                vendors,
            }))
        }),
        Command::Timeline { page } => {
            about(book, request, line, |incident| show_timeline(book, incident, *page))
        }
        Command::Oncall(line) => {
            let look = Look { book, config, rota: &book.state.rota };
            oncall::answer(&look, request, line)
        }
        Command::Runbook(RunbookLine::Fitting) if line.incident.is_none() && book.open().is_empty() => {
            let answer = runbook::list(&config.procedures);
            Ok(Answer::Private(Private::Runbook(Box::new(answer))))
        }
        Command::Runbook(RunbookLine::Fitting) => about(book, request, line, |incident| {
            let answer = runbook::fitting(&config.procedures, incident.id, &incident.title);
            Ok(Answer::Private(Private::Runbook(Box::new(answer))))
        }),
        Command::Runbook(line) => {
            let answer = match line {
                RunbookLine::Show { name } => runbook::show(&config.procedures, name),
                RunbookLine::Status => RunbookAnswer::Status {
                    runs: book.runs().iter().map(|run| runbook::run_short(run)).collect(),
                    frozen: book.state.ledger.bars(book.now, config.runbook.approval.per_hour),
                    reviews: runbook::reviews(&book.state.ledger),
                    held: book.live_runs().iter().filter_map(|run| runbook::held(run)).collect(),
                },
                RunbookLine::Short { word, takes } => {
                    RunbookAnswer::Short { word: word.clone(), takes: takes.clone() }
                }
                RunbookLine::Doubtful { could } => RunbookAnswer::Doubtful { could: could.clone() },
                RunbookLine::Of { run: Some(run), ask: RunAsk::ApproveForm { key } } => {
                    return approve_form(book, config, request, line, *run, key);
                }
                _ => runbook::list(&config.procedures),
            };
            Ok(Answer::Private(Private::Runbook(Box::new(answer))))
        }
        Command::Feature(line) => read_feature(book, config, line),
        Command::Help => help_now(book, request),
        _ => Ok(Answer::Private(Private::Help)),
    }
}

fn help_now(book: &Book<'_>, request: &Request) -> Result<Answer, StoreError> {
    let open = book.open();
    let here = book.told_by(&request.place)?.map(|id| book.incident(id)).transpose()?.flatten();
    let numbered = here.is_none() && open.len() > 1;
    let of = here.or_else(|| open.first().filter(|_| open.len() == 1).cloned());
    let asks = of.as_ref().is_some_and(|incident| incident.is_open() && incident.acknowledged.is_none());
    let now = HelpNow { of: of.map(|incident| incident.summary()), asks, numbered, open: open.len() };
    Ok(Answer::Private(Private::HelpNow(Box::new(now))))
}

fn declare_form(request: &Request, title: Option<&String>, note: Option<&String>) -> Answer {
    let fill = FormFill::Declare { title: title.cloned(), note: note.cloned() };
    Answer::OpenForm(FormToOpen { context: context(request, note), fill })
}

/// The open incidents to whose timeline a message may go: its channel's first, then the worst.
fn note_form(book: &Book<'_>, request: &Request, note: &String) -> Result<Answer, StoreError> {
    let open = &book.state.open;
    let chosen = book.told_by(&request.place)?.and_then(|id| open.get(&id));
    let others = book.state.worst.iter().filter_map(|(_, id)| open.get(id));
    let others = others.filter(|incident| chosen.is_none_or(|chosen| chosen.id != incident.id));
    let choices: Vec<Summary> =
        chosen.into_iter().chain(others).take(CHOICES).map(|incident| incident.summary()).collect();
    if choices.is_empty() {
        return Ok(Answer::Private(Private::Refused(Refusal::NothingOpen)));
    }
    let chosen = chosen.map(|incident| incident.id);
    let fill = FormFill::Note { note: note.clone(), choices, chosen };
    Ok(Answer::OpenForm(FormToOpen { context: context(request, Some(note)), fill }))
}

fn context(request: &Request, note: Option<&String>) -> FormContext {
    let (place, note) = (request.place.clone(), note.cloned());
    FormContext { incident: None, place, approval: None, shown: None, note, section: None }
}

/// Why an action is approved is asked in a form, of somebody who may approve it.
fn approve_form(
    book: &Book<'_>,
    config: &Config,
    request: &Request,
    line: &RunbookLine,
    id: RunId,
    key: &str,
) -> Result<Answer, StoreError> {
    let refused = |refusal| Answer::Private(Private::Runbook(Box::new(RunbookAnswer::Refused(refusal))));
    let Some(run) = book.run(id)? else { return Ok(refused(RunRefusal::NoSuchRun { run: id })) };
    if let Err(refusal) = may_comment(&run, &request.by, key, &book.around(config, &book.state.ledger)) {
        return Ok(refused(refusal));
    }
    let change = run.change();
    let step = change.map(|change| change.proposed.title.clone()).unwrap_or_default();
    let command = change.map(|change| view::quoted(&change.proposed.argv)).unwrap_or_default();
    let context = FormContext {
        incident: run.incident,
        place: request.place.clone(),
        approval: Some((id, key.to_owned())),
        shown: None,
        note: None,
        section: None,
    };
    let form = Answer::OpenForm(FormToOpen { context, fill: FormFill::Approve { step, command } });
    let line = Line { incident: None, command: Command::Runbook(line.clone()) };
    Ok(or_offer(request, &line, None, form))
}

fn about(
    book: &Book<'_>,
    request: &Request,
    line: &Line,
    read: impl FnOnce(&Incident) -> Result<Answer, StoreError>,
) -> Result<Answer, StoreError> {
    match book.meant(line, request)? {
        Meant::Answer(answer) => Ok(*answer),
        Meant::Incident(incident) => read(&incident),
    }
}

/// A form needs a trigger, which mentions do not have: they get a button that brings one.
fn or_offer(request: &Request, line: &Line, incident: Option<&Incident>, answer: Answer) -> Answer {
    match (&answer, &request.reply) {
        (Answer::OpenForm(_), ReplyPath::Ephemeral) => {
            let line =
                Line { incident: incident.map(|incident| incident.id).or(line.incident), ..line.clone() };
            Answer::Private(Private::OfferForm { incident: incident.map(Incident::summary), line })
        }
        _ => answer,
    }
}

fn list(book: &Book<'_>) -> Result<Answer, StoreError> {
    let worst = book.state.worst.iter().take(OPEN).filter_map(|(_, id)| book.state.open.get(id));
    let open: Vec<Summary> = worst.map(|incident| incident.summary()).collect();
    let more = book.state.open.len().saturating_sub(open.len());
    // What is open stands in memory, and must be told whatever the disk does.
    let resolved = book.store.resolved(RESOLVED);
    let resolved = resolved.inspect_err(|error| error!(%error, "the resolved incidents cannot be read"));
    let unread = resolved.is_err();
    let resolved = resolved.unwrap_or_default().iter().map(Incident::summary).collect();
    Ok(Answer::Private(Private::List { open, more, resolved, unread }))
}

/// Searches every incident ever; holds nothing of the desk's meanwhile.
pub fn find(store: &Store, words: &str) -> Result<Answer, StoreError> {
    let (found, more) = store.find(words, FOUND)?;
    let found = found.iter().map(Incident::summary).collect();
    Ok(Answer::Private(Private::Found { words: words.to_owned(), found, more }))
}

fn show_timeline(book: &Book<'_>, incident: &Incident, page: usize) -> Result<Answer, StoreError> {
    let parts = incident.parts.keys().map(|part| Ok((*part, book.store.events(*part)?)));
    let parts = parts.collect::<Result<Vec<_>, StoreError>>()?;
    let entries = together(incident.id, &book.store.events(incident.id)?, &parts);
    let pages = entries.len().div_ceil(PAGE).max(1);
    if page == 0 || page > pages {
        return Ok(Answer::Private(Private::Refused(Refusal::NoSuchPage { incident: incident.id, pages })));
    }
    let entries = entries.into_iter().skip((page - 1) * PAGE).take(PAGE).collect();
    Ok(Answer::Private(Private::Timeline { incident: incident.summary(), entries, page, pages }))
}

/// The delivery board: what failed, what is tried again, and what has waited too long.
pub fn undone<'e>(
    effects: impl Iterator<Item = &'e Effect>,
    now: Timestamp,
    of: Option<IncidentId>,
) -> Vec<Undone> {
    let slow = |effect: &Effect| now.duration_since(effect.created_at) > SLOW;
    effects
        .filter(|effect| of.is_none() || effect.incident == of)
        .filter(|effect| effect.state != EffectState::Waiting || slow(effect))
        .map(|effect| Undone {
            effect: effect.id,
            incident: effect.incident,
            what: view::effect_in_words(effect),
            state: effect.state.clone(),
            attempts: effect.attempts,
            since: effect.created_at,
        })
        .collect()
}
