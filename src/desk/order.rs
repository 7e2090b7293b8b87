//! Open alerts in the order of a list, kept as they change: a list of fifteen reads fifteen, however many are open.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::Severity;
use domain::aggregate::Aggregate;
use domain::alert::group::GroupId;
use domain::alert::{Alert, AlertId};
use domain::id::IncidentId;

/// Those that may share a row: as bad, as loud, and of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shelf {
    pub severity: Severity,
    pub silenced: bool,
    pub with: With,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum With {
    /// With an incident of their own.
    Group(GroupId, Option<IncidentId>),
    /// It shares no message.
    Alone(AlertId, Option<IncidentId>),
}

/// Every open alert on its shelf.
#[derive(Debug, Default)]
pub struct Order {
    shelves: BTreeMap<Shelf, BTreeSet<AlertId>>,
    /// The worst first, and of those the newest.
    newest: BTreeSet<(Severity, bool, Reverse<AlertId>, With)>,
    of: HashMap<AlertId, Shelf>,
}

impl Order {
    /// Takes over what became of an alert.
    pub fn take(&mut self, alert: &Alert) {
        let shelf = alert.is_live().then(|| Shelf {
            severity: alert.verdict.severity,
            silenced: alert.silence.is_some(),
            with: match alert.group {
                Some(group) => With::Group(group, alert.incident),
                None => With::Alone(alert.id, alert.incident),
            },
        });
        let before = match shelf {
            Some(shelf) => self.of.insert(alert.id, shelf),
            None => self.of.remove(&alert.id),
        };
        if before == shelf {
            return;
        }
        if let Some(before) = before {
            self.change(before, |alerts| {
                alerts.remove(&alert.id);
            });
        }
        if let Some(shelf) = shelf {
            self.change(shelf, |alerts| {
                alerts.insert(alert.id);
            });
        }
    }

    fn change(&mut self, shelf: Shelf, change: impl FnOnce(&mut BTreeSet<AlertId>)) {
        let place = |newest: AlertId| (shelf.severity, shelf.silenced, Reverse(newest), shelf.with);
        let alerts = self.shelves.entry(shelf).or_default();
        let before = alerts.last().copied();
        change(alerts);
        let after = alerts.last().copied();
        if alerts.is_empty() {
            self.shelves.remove(&shelf);
        }
        if before != after {
            before.map(|before| self.newest.remove(&place(before)));
            after.map(|after| self.newest.insert(place(after)));
        }
    }

    /// How many are open.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Shelves in the order of a list, each with its newest alert and how many stand on it.
    pub fn newest(&self) -> impl Iterator<Item = (Shelf, AlertId, usize)> {
        self.newest.iter().map(|(severity, silenced, newest, with)| {
            let shelf = Shelf { severity: *severity, silenced: *silenced, with: *with };
            (shelf, newest.0, self.on(&shelf))
        })
    }

    /// Shelves of a severity, each with its alerts.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = (&Shelf, &BTreeSet<AlertId>)> {
        self.shelves.iter().filter(move |(shelf, _)| shelf.severity == severity)
    }

    /// All of them, in the order of a list.
    pub fn all(&self) -> Vec<AlertId> {
        let mut all: Vec<(Severity, bool, Reverse<AlertId>)> = Vec::with_capacity(self.len());
        for (shelf, alerts) in &self.shelves {
            all.extend(alerts.iter().map(|alert| (shelf.severity, shelf.silenced, Reverse(*alert))));
        }
        all.sort_unstable();
        all.into_iter().map(|(.., alert)| alert.0).collect()
    }

    fn on(&self, shelf: &Shelf) -> usize {
        self.shelves.get(shelf).map_or(0, BTreeSet::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::aggregate::Cause;
    use domain::alert::decide::{Brings, heard};
    use domain::alert::ear::Known;
    use domain::alert::rules::{Rules, judge};
    use domain::alert::signal::{Said, Signal, Source, Trouble};

    fn alert(id: u64, severity: Severity) -> Alert {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let signal = Signal {
            source: Source::Events,
            key: format!("key {id}"),
            said: Said::Firing,
            trouble: Trouble::Other,
            severity: Some(severity),
            title: "Disk".into(),
            facts: BTreeMap::new(),
            links: Vec::new(),
            at: Some(now),
            order: None,
        };
        let known = Known::default();
        let Brings::Opens(kind) =
            heard(&signal, None, &known, now, || judge(&signal, &Rules::default(), now))
        else {
            panic!("it opens nothing")
        };
        Alert::opened(AlertId(id), &Alert::event(1, now, &Cause::howler(), kind)).unwrap()
    }

    #[test]
    fn what_changes_moves_to_its_shelf_and_what_is_over_leaves_it() {
        let mut order = Order::default();
        for (id, group) in [(1, Some(1)), (2, Some(1)), (3, None), (4, Some(2))] {
            order.take(&Alert { group: group.map(GroupId), ..alert(id, Severity::P2) });
        }
        let newest = |order: &Order| -> Vec<(u64, usize)> {
            order.newest().map(|(_, newest, many)| (newest.0, many)).collect()
        };
        assert_eq!(newest(&order), [(4, 1), (3, 1), (2, 2)]);
        assert_eq!(order.all(), [4, 3, 2, 1].map(AlertId));
        // One becomes worse, one is silenced, one belongs to an incident, and one is over.
        order.take(&Alert { group: Some(GroupId(1)), ..alert(1, Severity::P1) });
        let silence = Some((domain::alert::silence::SilenceId(1), jiff::Timestamp::MAX));
        order.take(&Alert { silence, ..alert(3, Severity::P2) });
        order.take(&Alert {
            group: Some(GroupId(2)),
            incident: Some(IncidentId(7)),
            ..alert(4, Severity::P2)
        });
        assert_eq!(newest(&order), [(1, 1), (4, 1), (2, 1), (3, 1)]);
        order.take(&Alert {
            group: Some(GroupId(1)),
            ended: Some(jiff::Timestamp::MIN),
            ..alert(2, Severity::P2)
        });
        assert_eq!((newest(&order), order.len()), (vec![(1, 1), (4, 1), (3, 1)], 3));
        for (id, group) in [(1, Some(1)), (3, None), (4, Some(2))] {
            let ended = Some(jiff::Timestamp::MIN);
            order.take(&Alert { group: group.map(GroupId), ended, ..alert(id, Severity::P2) });
        }
        assert!(order.shelves.is_empty() && order.newest.is_empty() && order.of.is_empty());
    }
}
