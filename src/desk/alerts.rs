//! What the desk keeps in memory of alerts beside those that are open: what leads to them, and their sources.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::book::{Book, newest};
use super::order::Order;
use domain::aggregate::Aggregate;
use domain::alert::asking::Asking;
use domain::alert::bound::PutOff;
use domain::alert::ear::Ear;
use domain::alert::group::{Group, GroupId, LeftBy, NAMED, Shown};
use domain::alert::signal::Source;
use domain::alert::watch::Beat;
use domain::alert::{Alert, AlertId};
use domain::answer::Summary;
use domain::text::sounds_like;
use store::StoreError;
use watch::row::Row;

/// Most incidents that a message offers.
const OFFERED: usize = 2;

/// The open alerts by source and key and by group, the open groups, and the sources.
#[derive(Debug, Default)]
pub struct Alerts {
    open: BTreeMap<Source, HashMap<String, (AlertId, usize)>>,
    /// Of all that are open together; a long one counts as several.
    weight: usize,
    /// In the order of a list.
    pub order: Order,
    members: HashMap<GroupId, BTreeSet<AlertId>>,
    groups: HashMap<String, BTreeSet<GroupId>>,
    /// The same by what they have in common, whatever channel they are told in.
    alike: HashMap<String, BTreeSet<GroupId>>,
    pub ears: BTreeMap<Source, Ear>,
    /// What should be heard of every so often, by its key.
    pub beats: BTreeMap<String, Beat>,
    /// How what is watched stands, by its name.
    pub watched: BTreeMap<String, Row>,
    /// What sources are asked.
    pub asking: Asking,
}

impl Alerts {
    pub fn loaded(
        ears: Vec<Ear>,
        beats: Vec<Beat>,
        watched: Vec<Row>,
        asking: Asking,
        alerts: &[Alert],
        groups: &[Group],
    ) -> Self {
        let ears = ears.into_iter().map(|ear| (ear.source, ear)).collect();
        let beats = beats.into_iter().map(|beat| (beat.key.clone(), beat)).collect();
        let watched = watched.into_iter().map(|row| (row.name.clone(), row)).collect();
        let mut loaded = Self { ears, beats, watched, asking, ..Self::default() };
        alerts.iter().for_each(|alert| loaded.take(alert));
        groups.iter().for_each(|group| loaded.take_group(group));
        loaded
    }

    /// Takes over what became of a heartbeat, or that it is expected no longer.
    pub fn take_beat(&mut self, key: String, beat: Option<Beat>) {
        match beat {
            Some(beat) => drop(self.beats.insert(key, beat)),
            None => drop(self.beats.remove(&key)),
        }
    }

    /// Takes over how a watch stands, or that it is watched no longer.
    pub fn take_watched(&mut self, name: String, row: Option<Row>) {
        match row {
            Some(row) => drop(self.watched.insert(name, row)),
            None => drop(self.watched.remove(&name)),
        }
    }

    /// Takes over what became of an alert.
    pub fn take(&mut self, alert: &Alert) {
        self.order.take(alert);
        let open = self.open.entry(alert.source).or_default();
        let weight = alert.weight();
        let gone = match alert.is_live() {
            true => {
                self.weight += weight;
                open.insert(alert.key.clone(), (alert.id, weight))
            }
            false if open.get(&alert.key).is_some_and(|known| known.0 == alert.id) => open.remove(&alert.key),
            false => None,
        };
        self.weight -= gone.map_or(0, |(_, weight)| weight);
        let Some(group) = alert.group else { return };
        let members = self.members.entry(group).or_default();
        match alert.is_live() {
            true => drop(members.insert(alert.id)),
            false => drop(members.remove(&alert.id)),
        }
        if members.is_empty() {
            self.members.remove(&group);
        }
    }

    /// Takes over what became of a group.
    pub fn take_group(&mut self, group: &Group) {
        for (groups, key) in [(&mut self.groups, group.key.as_str()), (&mut self.alike, group.common())] {
            let open = groups.entry(key.to_owned()).or_default();
            match group.is_live() {
                true => open.insert(group.id),
                false => open.remove(&group.id),
            };
            if open.is_empty() {
                groups.remove(key);
            }
        }
    }

    /// The open alert of a key.
    pub fn open_of(&self, source: Source, key: &str) -> Option<AlertId> {
        self.open.get(&source)?.get(key).map(|(alert, _)| *alert)
    }

    /// How many alerts are open, a long one counted as several.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Sources whose new alerts are put off now.
    pub fn put_off(&self) -> Vec<(Source, PutOff)> {
        let stands = |ear: &Ear| ear.put_off.clone().filter(|put_off| put_off.stands(self.weight));
        self.ears.values().filter_map(|ear| Some((ear.source, stands(ear)?))).collect()
    }

    /// What is wrong with taking alerts in and telling them, for the delivery board.
    pub fn troubles<'g>(&self, groups: impl Iterator<Item = &'g Arc<Group>>) -> Vec<String> {
        let mut elsewhere: BTreeMap<&str, usize> = BTreeMap::new();
        for reason in groups.filter_map(|group| group.elsewhere.as_deref()) {
            *elsewhere.entry(reason).or_default() += 1;
        }
        let elsewhere = elsewhere.into_iter().map(|(reason, many)| view::told_elsewhere(many, reason));
        view::put_off(&self.put_off()).into_iter().chain(elsewhere).collect()
    }

    /// The newest open group of a key: an older one may be open beside it, where nothing came to that for too long.
    pub fn group_of(&self, key: &str) -> Option<GroupId> {
        self.groups.get(key)?.last().copied()
    }

    /// The open groups of what has this in common.
    pub fn groups_alike(&self, common: &str) -> impl Iterator<Item = GroupId> {
        self.alike.get(common).into_iter().flatten().copied()
    }

    /// How many groups have open alerts.
    pub fn groups_open(&self) -> usize {
        self.members.len()
    }

    /// The open alerts of a group.
    pub fn members(&self, group: GroupId) -> impl Iterator<Item = AlertId> {
        self.members.get(&group).into_iter().flatten().copied()
    }
}

/// What the message of a group shows, from what is committed.
pub(super) fn shown(book: &Book<'_>, id: GroupId) -> Result<Option<Shown>, StoreError> {
    let known = book.state.plain.groups.get(&id).cloned();
    let group = match known {
        Some(group) => group,
        None => match book.store.alert_group(id)? {
            Some(group) => Arc::new(group),
            None => return Ok(None),
        },
    };
    let members = book.state.alerts.members(id).filter_map(|id| book.state.plain.alerts.get(&id));
    let (mut signals, mut alerts) = (0, Vec::new());
    for alert in members {
        signals += alert.count;
        alerts.push(alert);
    }
    alerts.sort_by_key(|alert| (alert.verdict.severity, Reverse(alert.id)));
    let mut alerts: Vec<Arc<Alert>> = alerts.into_iter().take(NAMED).cloned().collect();
    if alerts.is_empty() {
        alerts.extend(book.store.alert(group.first)?.map(Arc::new));
        signals = alerts.iter().map(|alert| alert.count).sum();
    }
    let title = alerts.first().map_or("", |alert| alert.told.title.as_str());
    let incidents = offered(book, title);
    let whole = book.whole_of(group.incident)?;
    let left_by = whole.as_ref().filter(|whole| group.is_live() && !whole.is_open());
    let left_by = left_by.map(|whole| LeftBy { incident: whole.id, cancelled: whole.is_cancelled() });
    let incident = whole.map(|whole| whole.id).filter(|_| left_by.is_none());
    let group = Group { incident, ..Group::clone(&group) };
    Ok(Some(Shown { group, alerts, signals, incidents, left_by, at: book.now }))
}

/// The open incidents that an alert of this title may belong to: those that sound alike, then the newest.
pub(super) fn offered(book: &Book<'_>, title: &str) -> Vec<Summary> {
    let open = book.open();
    let mut open: Vec<_> = newest(&open).collect();
    open.sort_by_key(|incident| !sounds_like(&incident.title, title));
    open.into_iter().take(OFFERED).map(|incident| incident.summary()).collect()
}
