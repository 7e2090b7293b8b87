//! What only reads of alerts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{find, find_group, find_silence, live_silences};
use crate::book::Book;
use crate::oncall::week_before;
use config::Config;
use domain::Severity;
use domain::aggregate::Aggregate;
use domain::alert::digest::Digest;
use domain::alert::group::Group;
use domain::alert::line::{AlertsAnswer, AlertsLine, AlertsRefusal, Listed, Row, Why, fold};
use domain::alert::rules::judge;
use domain::alert::signal::{Said, Signal, Source, Trouble};
use domain::alert::{Alert, AlertId};
use domain::id::{IncidentId, UserId};
use domain::oncall::Why as Held;
use domain::oncall::duty::PhoneReach;
use jiff::Timestamp;
use store::StoreError;

/// Most rows of a list; the rest is counted.
const LISTED: usize = 15;
/// Most closed alerts that a digest reads.
const READ: usize = 2_000;

/// Answers a line that only reads.
pub(in crate::draft) fn read(
    book: &Book<'_>,
    config: &Config,
    line: &AlertsLine,
) -> Result<AlertsAnswer, StoreError> {
    let no_such = |alert: AlertId| AlertsAnswer::Refused(AlertsRefusal::NoSuch { alert });
    Ok(match line {
        AlertsLine::List => AlertsAnswer::List(Box::new(listed(book)?)),
        AlertsLine::Show { alert: id } => match find(book, *id)? {
            Some(alert) => {
                let group = alert.group.map(|id| find_group(book, id)).transpose()?.flatten();
                let incident = book.whole_number(incident_of(&alert, group.as_deref()))?;
                let silence = alert.silence.map(|(id, _)| find_silence(book, id)).transpose()?.flatten();
                AlertsAnswer::Show {
                    alert: Box::new(Alert { incident, ..Alert::clone(&alert) }),
                    group: group.map(|group| Box::new(Arc::unwrap_or_clone(group))),
                    silence: silence.map(|silence| Box::new(Arc::unwrap_or_clone(silence))),
                    now: book.now,
                }
            }
            None => no_such(*id),
        },
        AlertsLine::SilenceHow { alert: id } => match find(book, *id)? {
            Some(alert) => AlertsAnswer::SilenceHow { alert: *id, title: alert.told.title.clone() },
            None => no_such(*id),
        },
        AlertsLine::Why { alert: id } => match find(book, *id)? {
            Some(alert) => {
                let group = alert.group.map(|id| find_group(book, id)).transpose()?.flatten();
                let incident = book.whole_number(incident_of(&alert, group.as_deref()))?;
                let silence = alert.silence.map(|(id, _)| find_silence(book, id)).transpose()?.flatten();
                AlertsAnswer::Why(Box::new(Why {
                    alert: Alert { incident, ..Alert::clone(&alert) },
                    group: group.map(Arc::unwrap_or_clone),
                    silence: silence.map(Arc::unwrap_or_clone),
                    duty: duty(book, alert.heard),
                    on_call: on_call(book),
                    now: book.now,
                }))
            }
            None => no_such(*id),
        },
        AlertsLine::Sources => AlertsAnswer::Sources {
            ears: book.state.alerts.ears.values().cloned().collect(),
            asking: Box::new(book.state.alerts.asking.clone()),
            watches: crate::draft::watched::all(book, config),
            now: book.now,
        },
        AlertsLine::Test { severity, source } => AlertsAnswer::Test {
            severity: *severity,
            source: *source,
            verdict: Box::new(judge(&example(*source, *severity), &config.alerts, book.now)),
            on_call: on_call(book),
        },
        AlertsLine::Unclear(unclear) => AlertsAnswer::Unclear(unclear.clone()),
        AlertsLine::Help
        | AlertsLine::Ack { .. }
        | AlertsLine::Silence { .. }
        | AlertsLine::Unsilence { .. }
        | AlertsLine::Attach { .. }
        | AlertsLine::Detach { .. }
        | AlertsLine::Declare { .. } => AlertsAnswer::Help,
    })
}

/// Who was on call at an instant, and by what.
fn duty(book: &Book<'_>, at: Timestamp) -> Option<(UserId, Held)> {
    book.state.rota.schedule.holder(at).map(|(person, why)| (person.clone(), why))
}

fn on_call(book: &Book<'_>) -> Option<UserId> {
    book.state.rota.duty(book.now, PhoneReach::Off).primary
}

/// Every alert that is open, as this round has it.
fn open<'a>(book: &Book<'a>) -> Vec<&'a Arc<Alert>> {
    let kept = book.state.plain.alerts.iter();
    let changed = book.round.into_iter().flat_map(|round| round.alerts.changed.iter());
    let mut open: BTreeMap<AlertId, &Arc<Alert>> =
        kept.chain(changed).map(|(id, alert)| (*id, alert)).collect();
    open.retain(|_, alert| alert.is_live());
    open.into_values().collect()
}

/// Its own incident, or that of all that share its message.
pub(super) fn incident_of(alert: &Alert, group: Option<&Group>) -> Option<IncidentId> {
    alert.incident.or_else(|| group.filter(|group| group.is_live())?.incident)
}

fn row(book: &Book<'_>, alert: &Alert) -> Result<Row, StoreError> {
    let group = alert.group.map(|id| find_group(book, id)).transpose()?.flatten();
    let incident = book.whole_number(incident_of(alert, group.as_deref()))?;
    Ok(Row { incident, ..Row::of(alert, group.as_deref()) })
}

/// What is open: the worst first, and of those the newest. Silenced ones stand behind the others of their severity. Where
/// there are many, those that share a message share a row.
fn listed(book: &Book<'_>) -> Result<Listed, StoreError> {
    let mut sorted = open(book);
    let groups: BTreeSet<_> = sorted.iter().filter_map(|alert| alert.group).collect();
    let (alerts, groups) = (sorted.len(), groups.len());
    sorted.sort_by_key(|alert| (alert.verdict.severity, alert.silence.is_some(), Reverse(alert.id)));
    let rows = sorted.into_iter().map(|alert| row(book, alert)).collect::<Result<Vec<_>, _>>()?;
    let mut rows = if rows.len() > LISTED { fold(rows) } else { rows };
    let more = rows.iter().skip(LISTED).map(|row| 1 + row.others).sum();
    rows.truncate(LISTED);
    let silences = live_silences(book).into_iter().map(Arc::unwrap_or_clone).collect();
    Ok(Listed { rows, more, alerts, groups, silences, now: book.now })
}

/// The week before now. Of the closed ones the newest are read, and it is said where those are not all.
pub fn week_of_alerts(book: &Book<'_>) -> Result<Digest, StoreError> {
    let since = week_before(book.now);
    let mut live = Vec::new();
    let open = open(book);
    for alert in open.iter().filter(|alert| alert.verdict.severity == Severity::P3) {
        live.push(row(book, alert)?);
    }
    let mut week: Vec<Arc<Alert>> =
        open.iter().filter(|alert| alert.last >= since).map(|&alert| Arc::clone(alert)).collect();
    let known: BTreeSet<AlertId> = open.iter().map(|alert| alert.id).collect();
    let mut cut = None;
    for (read, id) in
        (1..book.state.next.plain.alerts).rev().map(AlertId).filter(|id| !known.contains(id)).enumerate()
    {
        let Some(alert) = find(book, id)? else { continue };
        if alert.heard < since {
            break;
        }
        if read == READ {
            cut = Some(alert.heard);
            break;
        }
        week.push(alert);
    }
    Ok(Digest::of(live, week.iter().map(|alert| alert.as_ref()), cut))
}

/// What a source says first, as an example.
fn example(source: Source, severity: Option<Severity>) -> Signal {
    let trouble = match source {
        Source::GitHub => Trouble::WorkflowFailed,
        Source::Vercel => Trouble::ProductionDeployFailed,
        Source::UptimeRobot => Trouble::Down,
        Source::Heartbeat => Trouble::Silent,
        Source::Alertmanager | Source::Grafana | Source::PagerDuty | Source::Events | Source::Watch => {
            Trouble::Other
        }
    };
    Signal {
        source,
        key: "test".to_owned(),
        said: Said::Firing,
        trouble,
        severity,
        title: "Test".to_owned(),
        facts: BTreeMap::new(),
        links: Vec::new(),
        at: None,
        order: None,
    }
}
