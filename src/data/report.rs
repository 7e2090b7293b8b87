//! `howler report N`: the report of one incident as Markdown, of a howler that runs or not, or of a backup.

use std::collections::BTreeMap;
use std::io::BufReader;

use jiff::Timestamp;

use super::{DataError, From, Source, blocking};
use crate::export::ExportError;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::after::no_report;
use domain::incident::event::Event;
use ground::clock::Clock;
use store::archive::Reader;
use store::record::Record;
use view::Names;

/// Incidents and their events, by number.
type Rows = (BTreeMap<IncidentId, Incident>, BTreeMap<IncidentId, Vec<Event>>);

/// The report of incident `id`, or why it has none. People are named by their ids in Slack.
///
/// # Errors
/// As [`super::export`], and where there is no such incident, or it has no report.
pub async fn report(from: From, id: IncidentId, clock: &Clock) -> Result<String, DataError> {
    let (mut incidents, mut events) = rows(&from, vec![id], clock).await?;
    let incident = incidents.remove(&id).ok_or(DataError::NoIncident(id))?;
    if let Err(problem) = no_report(&incident) {
        return Err(DataError::NoReport(view::problem_in_words(&problem)));
    }
    let own = events.remove(&id).unwrap_or_default();
    let parts: Vec<IncidentId> = incident.parts.keys().copied().collect();
    let theirs = if parts.is_empty() { BTreeMap::new() } else { rows(&from, parts, clock).await?.1 };
    let theirs: Vec<(IncidentId, Vec<Event>)> = theirs.into_iter().collect();
    let now: Timestamp = clock.now();
    let report = domain::incident::report::report(&incident, &own, &theirs, now);
    Ok(view::report_file(&report, &Names::default()))
}

/// The rows of these incidents.
async fn rows(from: &From, of: Vec<IncidentId>, clock: &Clock) -> Result<Rows, DataError> {
    let source = match from {
        From::Data(data) => Source::of(data, clock).await?,
        From::File(file) => Source::file(file)?,
    };
    blocking(move || {
        let mut reader = Reader::open(BufReader::new(source)).map_err(ExportError::from)?;
        let (mut incidents, mut events) = Rows::default();
        while let Some((key, value)) = reader.next_row().map_err(ExportError::from)? {
            match Record::of(&key, &value)? {
                Record::Incident(incident) if of.contains(&incident.id) => {
                    incidents.insert(incident.id, *incident);
                }
                Record::Event(id, event) if of.contains(&id) => events.entry(id).or_default().push(*event),
                _ => {}
            }
        }
        events.values_mut().for_each(|events| events.sort_by_key(|event| event.seq));
        Ok((incidents, events))
    })
    .await
}
