//! What a week of alerts leaves for the weekly review (runbook 1.1): P3, which waits for it, and P4, which has no message.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Alert;
use super::line::Row;
use super::signal::Source;
use crate::Severity;
use crate::aggregate::Aggregate;

/// Most rows of each part; the rest is counted.
pub const ROWS: usize = 8;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// P3 that fire and belong to no incident, the oldest first. Where there are many, a row stands for all that share its message.
    pub waiting: Vec<Row>,
    pub more_waiting: usize,
    /// P3 that came and were over within the week.
    pub over: usize,
    /// P4 of the week, the most often heard first.
    pub minor: Vec<Minor>,
    pub more_minor: usize,
    /// There were so many alerts that those before then are not counted.
    pub cut: Option<Timestamp>,
}

/// What was said of one P4, however many alerts it made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minor {
    pub title: String,
    pub source: Source,
    pub times: u64,
    pub last: Timestamp,
    /// It still fires.
    pub open: bool,
}

impl Digest {
    /// `waiting` are the oldest rows of P3 that wait, and how many there are more; `alerts` are those of the week. `cut`: others are
    /// left out.
    pub fn of<'a>(
        (waiting, more_waiting): (Vec<Row>, usize),
        alerts: impl Iterator<Item = &'a Alert>,
        cut: Option<Timestamp>,
    ) -> Self {
        let mut over = 0;
        let mut minor: BTreeMap<(Source, &str), Heard<'_>> = BTreeMap::new();
        for alert in alerts.filter(|alert| alert.incident.is_none()) {
            match alert.verdict.severity {
                Severity::P3 if !alert.is_live() => over += 1,
                Severity::P4 => {
                    let entry = minor.entry((alert.source, alert.key.as_str()));
                    entry.and_modify(|heard| heard.add(alert)).or_insert_with(|| Heard::of(alert));
                }
                _ => {}
            }
        }
        let mut minor: Vec<Heard<'_>> = minor.into_values().collect();
        minor.sort_by_key(|heard| (Reverse(heard.times), Reverse(heard.newest.last)));
        let more_minor = minor.len().saturating_sub(ROWS);
        let minor = minor.into_iter().take(ROWS).map(Heard::told).collect();
        Self { waiting, more_waiting, over, minor, more_minor, cut }
    }

    /// Nothing waits, and nothing was.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.over == 0 && self.minor.is_empty()
    }
}

/// What was said of one P4 as far as it is counted: of most no more is told.
struct Heard<'a> {
    newest: &'a Alert,
    times: u64,
    open: bool,
}

impl<'a> Heard<'a> {
    fn of(alert: &'a Alert) -> Self {
        Self { newest: alert, times: alert.count, open: alert.is_live() }
    }

    fn add(&mut self, alert: &'a Alert) {
        self.times += alert.count;
        self.open |= alert.is_live();
        if alert.last >= self.newest.last {
            self.newest = alert;
        }
    }

    fn told(self) -> Minor {
        let Self { newest, times, open } = self;
        Minor { title: newest.told.title.clone(), source: newest.source, times, last: newest.last, open }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::AlertId;
    use crate::alert::group::GroupId;
    use crate::alert::line::{State, fold};
    use crate::id::IncidentId;

    fn row(id: u64, group: u64, incident: Option<u64>) -> Row {
        Row {
            alert: AlertId(id),
            title: format!("alert {id}"),
            severity: Severity::P3,
            source: Source::Events,
            since: Timestamp::from_second(i64::try_from(1_000 - id).unwrap()).unwrap(),
            count: 1,
            state: State::Open,
            incident: incident.map(IncidentId),
            group: Some(GroupId(group)),
            others: 0,
        }
    }

    #[test]
    fn a_row_stands_for_all_that_share_a_message() {
        let rows =
            vec![row(1, 1, None), row(2, 1, None), row(3, 2, None), row(4, 1, Some(7)), row(5, 1, None)];
        let folded: Vec<(u64, usize)> =
            fold(rows.clone()).iter().map(|row| (row.alert.0, row.others)).collect();
        assert_eq!(folded, [(1, 2), (3, 0), (4, 0)]);
        let silent = State::Silenced { silence: crate::alert::silence::SilenceId(1), until: Timestamp::MAX };
        let loud_and_silent = vec![row(1, 1, None), Row { state: silent, ..row(2, 1, None) }];
        assert_eq!(fold(loud_and_silent).len(), 2, "a silence hides nothing that is loud");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let digest = Digest::of((vec![row(1, 1, None)], 12), std::iter::empty(), None);
        assert_eq!((digest.waiting.len(), digest.more_waiting), (1, 12));
        assert!(Digest::default().is_empty() && !digest.is_empty());
    }
}
