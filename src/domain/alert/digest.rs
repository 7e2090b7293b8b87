//! What a week of alerts leaves for the weekly review (runbook 1.1): P3, which waits for it, and P4, which has no message.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Alert;
use super::line::{Row, fold};
use super::signal::Source;
use crate::Severity;
use crate::aggregate::Aggregate;

/// Most rows of each part; the rest is counted.
const ROWS: usize = 8;

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
    /// `live` are the rows of P3 that are open, one for each alert; `alerts` are those of the week. `cut`: others are left out.
    pub fn of<'a>(live: Vec<Row>, alerts: impl Iterator<Item = &'a Alert>, cut: Option<Timestamp>) -> Self {
        let live: Vec<Row> = live.into_iter().filter(|row| row.incident.is_none()).collect();
        let mut waiting = if live.len() > ROWS { fold(live) } else { live };
        waiting.sort_by_key(|row| row.since);
        let more_waiting = waiting.len().saturating_sub(ROWS);
        waiting.truncate(ROWS);
        let mut over = 0;
        let mut minor: BTreeMap<(Source, &str), Minor> = BTreeMap::new();
        for alert in alerts.filter(|alert| alert.incident.is_none()) {
            match alert.verdict.severity {
                Severity::P3 if !alert.is_live() => over += 1,
                Severity::P4 => {
                    let entry = minor.entry((alert.source, alert.key.as_str()));
                    entry.and_modify(|minor| minor.add(alert)).or_insert_with(|| Minor::of(alert));
                }
                _ => {}
            }
        }
        let mut minor: Vec<Minor> = minor.into_values().collect();
        minor.sort_by_key(|minor| (Reverse(minor.times), Reverse(minor.last)));
        let more_minor = minor.len().saturating_sub(ROWS);
        minor.truncate(ROWS);
        Self { waiting, more_waiting, over, minor, more_minor, cut }
    }

    /// Nothing waits, and nothing was.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.over == 0 && self.minor.is_empty()
    }
}

impl Minor {
    fn of(alert: &Alert) -> Self {
        Self {
            title: alert.told.title.clone(),
            source: alert.source,
            times: alert.count,
            last: alert.last,
            open: alert.is_live(),
        }
    }

    fn add(&mut self, alert: &Alert) {
        self.times += alert.count;
        self.open |= alert.is_live();
        if alert.last >= self.last {
            self.last = alert.last;
            self.title.clone_from(&alert.told.title);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::AlertId;
    use crate::alert::group::GroupId;
    use crate::alert::line::State;
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
        let many: Vec<Row> = rows.into_iter().chain((6..16).map(|id| row(id, 2, None))).collect();
        let digest = Digest::of(many, std::iter::empty(), None);
        let waiting: Vec<u64> = digest.waiting.iter().map(|row| row.alert.0).collect();
        assert_eq!(waiting, [3, 1], "the oldest first, and none that belongs to an incident");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let rows = (1..=20).map(|id| row(id, id, None)).collect();
        let digest = Digest::of(rows, std::iter::empty(), None);
        assert_eq!((digest.waiting.len(), digest.more_waiting), (8, 12));
        assert!(Digest::default().is_empty() && !digest.is_empty());
    }
}
