//! What only reads of alerts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{find, find_silence, live_silences};
use crate::book::Book;
use crate::draft::vendors_say;
use crate::oncall::week_before;
use crate::order::{Shelf, With};
use config::Config;
use domain::Severity;
use domain::aggregate::Aggregate;
use domain::alert::digest::{self, Digest};
use domain::alert::ear::Ear;
use domain::alert::group::{Group, GroupId};
use domain::alert::line::{AlertsAnswer, AlertsLine, AlertsRefusal, Listed, Row, Uncalled, Why, fold};
use domain::alert::rules::judge;
use domain::alert::signal::{Said, Signal, Source, Trouble};
use domain::alert::silence::Silence;
use domain::alert::{Acked, Alert, AlertId, source_word};
use domain::id::{IncidentId, UserId};
use domain::oncall::Why as Held;
use domain::oncall::duty::PhoneReach;
use domain::vendor::VendorSays;
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
                let group = book.group_of(&alert)?;
                let shown = with_its_incident(book, &alert, group.as_deref())?;
                let silence = alert.silence.map(|(id, _)| find_silence(book, id)).transpose()?.flatten();
                AlertsAnswer::Show {
                    alert: Box::new(shown),
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
                let group = book.group_of(&alert)?;
                let shown = with_its_incident(book, &alert, group.as_deref())?;
                let silence = alert.silence.map(|(id, _)| find_silence(book, id)).transpose()?.flatten();
                AlertsAnswer::Why(Box::new(Why {
                    alert: shown,
                    group: group.map(Arc::unwrap_or_clone),
                    silence: silence.map(Arc::unwrap_or_clone),
                    duty: duty(book, alert.heard),
                    on_call: on_call(book),
                    late: vendors_say(book, config, Some(alert.source)),
                    now: book.now,
                }))
            }
            None => no_such(*id),
        },
        AlertsLine::Sources => {
            let open = book.state.alerts.weight();
            let mut ears: Vec<Ear> = book.state.alerts.ears.values().cloned().collect();
            ears.iter_mut()
                .for_each(|ear| ear.put_off = ear.put_off.take().filter(|put_off| put_off.stands(open)));
            let asking = Box::new(book.state.alerts.asking.clone());
            AlertsAnswer::Sources {
                ears,
                asking,
                uncalled: uncalled(book, config)?,
                watches: crate::draft::watched::all(book, config),
                late: late(book, config),
                now: book.now,
            }
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
        | AlertsLine::Resolve { .. }
        | AlertsLine::Silence { .. }
        | AlertsLine::Unsilence { .. }
        | AlertsLine::Attach { .. }
        | AlertsLine::Detach { .. }
        | AlertsLine::Declare { .. } => AlertsAnswer::Help,
    })
}

/// What vendors say whose alerts may be late for it.
fn late(book: &Book<'_>, config: &Config) -> Vec<VendorSays> {
    vendors_say(book, config, None).into_iter().filter(|says| says.source.is_some()).collect()
}

/// Who was on call at an instant, and by what.
fn duty(book: &Book<'_>, at: Timestamp) -> Option<(UserId, Held)> {
    book.state.rota.schedule.holder(at).map(|(person, why)| (person.clone(), why))
}

fn on_call(book: &Book<'_>) -> Option<UserId> {
    book.state.rota.duty(book.now, PhoneReach::Off).primary
}

fn row(book: &Book<'_>, alert: &Alert) -> Result<Row, StoreError> {
    let group = book.group_of(alert)?;
    let shown = with_its_incident(book, alert, group.as_deref())?;
    Ok(Row::of(&shown, group.as_deref()))
}

/// The alert as people read of it: with the incident that counts for it, and where nobody has it itself, with whoever has that.
fn with_its_incident(book: &Book<'_>, alert: &Alert, group: Option<&Group>) -> Result<Alert, StoreError> {
    let incident = book.counts_for(alert, group)?;
    let mut shown = Alert { incident, ..alert.clone() };
    let free =
        alert.is_live() && alert.acknowledged().is_none() && group.is_none_or(|group| group.acked.is_none());
    if free && let Some(whole) = book.open_whole(incident)? {
        shown.acked = whole.acknowledged.as_ref().map(|by| Acked { by: by.by.clone(), at: by.at });
    }
    Ok(shown)
}

fn row_of(book: &Book<'_>, id: AlertId, others: usize) -> Result<Option<Row>, StoreError> {
    let row = find(book, id)?.map(|alert| row(book, &alert)).transpose()?;
    Ok(row.map(|row| Row { others, ..row }))
}

/// What is open: the worst first, and of those the newest. Silenced ones stand behind the others of their severity. Where
/// there are many, those that share a message share a row. No more is read than is shown.
fn listed(book: &Book<'_>) -> Result<Listed, StoreError> {
    let order = &book.state.alerts.order;
    let (alerts, groups) = (order.len(), book.state.alerts.groups_open());
    let mut rows = Vec::new();
    if alerts <= LISTED {
        for id in order.all() {
            rows.extend(row_of(book, id, 0)?);
        }
    } else {
        for (_, newest, many) in order.newest() {
            rows.extend(row_of(book, newest, many - 1)?);
            if rows.len() >= LISTED {
                rows = fold(rows);
            }
            if rows.len() >= LISTED {
                break;
            }
        }
        rows = fold(rows);
    }
    let shown: usize = rows.iter().map(|row| 1 + row.others).sum();
    let silences = live_silences(book).into_iter().map(Arc::unwrap_or_clone).collect();
    let put_off = book.state.alerts.put_off();
    let more = alerts.saturating_sub(shown);
    Ok(Listed { rows, more, alerts, groups, silences, put_off, now: book.now })
}

/// P3 that fire and belong to no incident, the oldest first, and how many more rows there are.
fn waiting(book: &Book<'_>) -> Result<(Vec<Row>, usize), StoreError> {
    // What is an incident's that is over is nobody's.
    let belongs =
        |group: &GroupId| book.state.plain.groups.get(group).is_some_and(|group| !group.is_nobodys());
    let open = |incident: &IncidentId| {
        book.state.open.contains_key(incident) || book.state.merged.contains_key(incident)
    };
    let free = |shelf: &Shelf| match shelf.with {
        With::Group(group, _) => !belongs(&group),
        With::Alone(_, incident) => !incident.is_some_and(|incident| open(&incident)),
    };
    let shelves = || book.state.alerts.order.of(Severity::P3).filter(|(shelf, _)| free(shelf));
    let all: usize = shelves().map(|(_, alerts)| alerts.len()).sum();
    let mut oldest: Vec<(AlertId, usize)> = if all <= digest::ROWS {
        shelves().flat_map(|(_, alerts)| alerts.iter().map(|alert| (*alert, 0))).collect()
    } else {
        shelves().filter_map(|(_, alerts)| Some((*alerts.first()?, alerts.len() - 1))).collect()
    };
    oldest.sort_unstable();
    let more = oldest.len().saturating_sub(digest::ROWS);
    let mut rows = Vec::new();
    for (id, others) in oldest.into_iter().take(digest::ROWS) {
        rows.extend(row_of(book, id, others)?);
    }
    rows.sort_by_key(|row| row.since);
    Ok((rows, more))
}

/// The week before now. Of the closed ones the newest are read, and it is said where those are not all.
pub fn week_of_alerts(book: &Book<'_>) -> Result<Digest, StoreError> {
    let since = week_before(book.now);
    let open = &book.state.plain.alerts;
    let mut closed: Vec<Arc<Alert>> = Vec::new();
    let mut cut = None;
    let ids = (1..book.state.next.plain.alerts).rev().map(AlertId);
    for (read, id) in ids.filter(|id| !open.contains_key(id)).enumerate() {
        let Some(alert) = find(book, id)? else { continue };
        if alert.heard < since {
            break;
        }
        if read == READ {
            cut = Some(alert.heard);
            break;
        }
        closed.push(alert);
    }
    let week = open.values().filter(|alert| alert.last >= since).chain(&closed);
    Ok(Digest::of(waiting(book)?, week.map(|alert| alert.as_ref()), cut))
}

/// Whether a P1 that a source says would page.
fn may_page(source: Source, facts: &BTreeMap<String, String>, config: &Config, now: Timestamp) -> bool {
    let signal = Signal { facts: facts.clone(), ..example(source, Some(Severity::P1)) };
    judge(&signal, &config.alerts, now).page
}

/// Whether among what a silence fits is what would page: what it holds back now, or what a source may say any time.
pub(super) fn calls(book: &Book<'_>, config: &Config, silence: &Silence) -> Result<bool, StoreError> {
    let matcher = &silence.matcher;
    if let (Some(source), Some(key)) = (matcher.source, &matcher.key) {
        let alert = book.state.alerts.open_of(source, key).map(|id| find(book, id)).transpose()?.flatten();
        let known = alert.map(|alert| alert.verdict.page);
        return Ok(known.unwrap_or_else(|| may_page(source, &matcher.labels, config, book.now)));
    }
    let fits = |source: &Source| matcher.source.is_none_or(|own| own == *source);
    Ok(Source::ALL.into_iter().filter(fits).any(|source| may_page(source, &matcher.labels, config, book.now)))
}

/// Of what nobody would be called, though it may be bad.
fn uncalled(book: &Book<'_>, config: &Config) -> Result<Vec<Uncalled>, StoreError> {
    let mut all = Vec::new();
    for silence in live_silences(book) {
        if calls(book, config, &silence)? {
            all.push(Uncalled::Silenced(Box::new(Arc::unwrap_or_clone(silence))));
        }
    }
    let expected = config.sources.expected();
    for source in
        Source::ALL.into_iter().filter(|source| may_page(*source, &BTreeMap::new(), config, book.now))
    {
        let key = format!("source:{}", source_word(source));
        let own = expected.iter().find(|one| one.key == key);
        let verdict = own.map(|one| judge(&one.silent(book.now), &config.alerts, book.now));
        if let Some(verdict) = verdict.filter(|verdict| !verdict.page) {
            all.push(Uncalled::Silent { source, severity: verdict.severity });
        }
    }
    Ok(all)
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
