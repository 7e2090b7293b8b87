//! What only reads of alerts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{find, find_group, find_silence, live_silences};
use crate::book::Book;
use config::Config;
use domain::Severity;
use domain::aggregate::Aggregate;
use domain::alert::line::{AlertsAnswer, AlertsLine, AlertsRefusal, Listed, Row, State, Why};
use domain::alert::rules::judge;
use domain::alert::signal::{Said, Signal, Source, Trouble};
use domain::alert::{Alert, AlertId};
use domain::id::UserId;
use domain::oncall::duty::PhoneReach;
use store::StoreError;

/// Most rows of a list; the rest is counted.
const LISTED: usize = 15;

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
                let incident = book.whole_number(alert.incident)?;
                let group = alert.group.map(|id| find_group(book, id)).transpose()?.flatten();
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
                let incident = book.whole_number(alert.incident)?;
                let group = alert.group.map(|id| find_group(book, id)).transpose()?.flatten();
                let silence = alert.silence.map(|(id, _)| find_silence(book, id)).transpose()?.flatten();
                AlertsAnswer::Why(Box::new(Why {
                    alert: Alert { incident, ..Alert::clone(&alert) },
                    group: group.map(Arc::unwrap_or_clone),
                    silence: silence.map(Arc::unwrap_or_clone),
                    on_call: on_call(book),
                    now: book.now,
                }))
            }
            None => no_such(*id),
        },
        AlertsLine::Sources => {
            AlertsAnswer::Sources { ears: book.state.alerts.ears.values().cloned().collect(), now: book.now }
        }
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

fn on_call(book: &Book<'_>) -> Option<UserId> {
    book.state.rota.duty(book.now, PhoneReach::Off).primary
}

/// What is open: the worst first, and of those the newest. Silenced ones stand behind the others of their severity.
fn listed(book: &Book<'_>) -> Result<Listed, StoreError> {
    let kept = book.state.plain.alerts.iter();
    let changed = book.round.into_iter().flat_map(|round| round.alerts.changed.iter());
    let mut open: BTreeMap<AlertId, &Arc<Alert>> =
        kept.chain(changed).map(|(id, alert)| (*id, alert)).collect();
    open.retain(|_, alert| alert.is_live());
    let groups: BTreeSet<_> = open.values().filter_map(|alert| alert.group).collect();
    let (alerts, groups) = (open.len(), groups.len());
    let mut sorted: Vec<&Arc<Alert>> = open.into_values().collect();
    sorted.sort_by_key(|alert| (alert.verdict.severity, alert.silence.is_some(), Reverse(alert.id)));
    let mut rows = Vec::new();
    for alert in sorted.into_iter().take(LISTED) {
        let group = alert.group.map(|id| find_group(book, id)).transpose()?.flatten();
        rows.push(Row {
            alert: alert.id,
            title: alert.told.title.clone(),
            severity: alert.verdict.severity,
            source: alert.source,
            since: alert.first,
            count: alert.count,
            state: State::of(alert, group.as_deref()),
            incident: book.whole_number(alert.incident)?,
        });
    }
    let silences = live_silences(book).into_iter().map(Arc::unwrap_or_clone).collect();
    Ok(Listed { rows, alerts, groups, silences, now: book.now })
}

/// What a source says first, as an example.
fn example(source: Source, severity: Option<Severity>) -> Signal {
    let trouble = match source {
        Source::GitHub => Trouble::WorkflowFailed,
        Source::Vercel => Trouble::ProductionDeployFailed,
        Source::UptimeRobot => Trouble::Down,
        Source::Heartbeat => Trouble::Silent,
        Source::Alertmanager | Source::Grafana | Source::PagerDuty | Source::Events => Trouble::Other,
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
