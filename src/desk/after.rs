//! What is owed after incidents, and the report of one: read off what is saved.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Desk;
use super::book::Book;
use config::Config;
use domain::actor::Actor;
use domain::answer::{Answer, Private};
use domain::fault::Fault;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::after::due::{Row, Whose, chosen, rows};
use domain::incident::after::event::Owed;
use domain::incident::after::line::{AfterAnswer, AfterLine, AfterProblem};
use domain::incident::after::{known, no_report};
use domain::incident::report::{Report, report};
use domain::owner::Owner;
use domain::request::Request;
use store::{Store, StoreError};
use tracing::error;

fn told(answer: AfterAnswer) -> Answer {
    Answer::Private(Private::After(Box::new(answer)))
}

/// Answers a line that reads and is about no one incident.
pub fn read(book: &Book<'_>, request: &Request, line: &AfterLine) -> Result<Answer, StoreError> {
    let now = book.now;
    Ok(told(match line {
        AfterLine::Due { whose } => {
            let (whose, rows, others) = chosen(owed(book)?, *whose, &request.by, now);
            AfterAnswer::Due { whose, rows, others, now }
        }
        AfterLine::FollowUps => {
            let mut all = owed(book)?;
            all.retain(|row| matches!(row.owed, Owed::FollowUp(_)));
            let (_, rows, _) = chosen(all, Whose::All, &request.by, now);
            AfterAnswer::FollowUps { of: None, rows, done: 0, now }
        }
        AfterLine::Unclear(problem) => AfterAnswer::Refused(problem.clone()),
        // The others are about one incident, or change something.
        _ => AfterAnswer::Refused(AfterProblem::NoText),
    }))
}

/// Answers a line that reads something of one incident.
pub fn read_of(
    book: &Book<'_>,
    config: &Config,
    incident: &Incident,
    line: &AfterLine,
) -> Result<Answer, StoreError> {
    let now = book.now;
    let answer = match line {
        AfterLine::Report => match no_report(incident) {
            Ok(()) => AfterAnswer::Report(Box::new(report_of(book, incident)?)),
            Err(problem) => AfterAnswer::Refused(problem),
        },
        AfterLine::FollowUpsOf => {
            let all = rows(incident).filter(|row| matches!(row.owed, Owed::FollowUp(_))).collect();
            let (_, rows, _) = chosen(all, Whose::All, &Actor::Howler, now);
            let done = incident.after.follow_ups.len() - rows.len();
            AfterAnswer::FollowUps { of: Some(incident.id), rows, done, now }
        }
        _ => match known(incident, Owed::Retro, &config.severity) {
            Ok(deadline) => AfterAnswer::Retro {
                incident: Box::new(incident.summary()),
                deadline: Box::new(deadline.clone()),
            },
            Err(problem) => AfterAnswer::Refused(problem),
        },
    };
    Ok(told(answer))
}

fn report_of(book: &Book<'_>, incident: &Incident) -> Result<Report, StoreError> {
    of_store(book.store, incident, book.now)
}

/// The report of an incident with the events of what is merged into it.
fn of_store(store: &Store, incident: &Incident, now: Timestamp) -> Result<Report, StoreError> {
    let parts = incident.parts.keys().map(|part| Ok((*part, store.events(*part)?)));
    let parts = parts.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(report(incident, &store.events(incident.id)?, &parts, now))
}

impl Desk {
    /// The report of an incident as it is now. Blocks for as long as it takes to read its events.
    ///
    /// # Errors
    /// When howler stops, or a row cannot be read.
    pub fn report_of(&self, incident: &Incident) -> Result<Report, Fault> {
        let shared = self.shared.upgrade().ok_or(Fault::Stopping)?;
        let (store, now) = (&*shared.store, shared.clock.now());
        store.read_again(|| of_store(store, incident, now)).map_err(|error| {
            error!(%error, "the events of a report could not be read");
            Fault::Unreadable
        })
    }
}

/// All that is owed. Whoever owes something is reminded of it, so the timers name every incident of which something is.
pub fn owed(book: &Book<'_>) -> Result<Vec<Row>, StoreError> {
    let mut all = Vec::new();
    for id in with_something_owed(book) {
        if let Some(incident) = book.incident(id)? {
            all.extend(rows(&incident));
        }
    }
    Ok(all)
}

/// The incidents of which something is owed, over or not.
pub fn with_something_owed(book: &Book<'_>) -> BTreeSet<IncidentId> {
    let timers = book.state.timers.iter().filter(|timer| timer.kind.owed().is_some());
    let saved = timers.filter_map(|timer| match timer.owner {
        Owner::Incident(id) => Some(id),
        _ => None,
    });
    let round = book.round.into_iter().flat_map(|round| round.incidents.changed.iter());
    let round = round.filter(|(_, incident)| incident.after.open().next().is_some());
    saved.chain(round.map(|(id, _)| *id)).collect()
}
