//! What an incident knows of its alerts: how many there are, the first of them by name, and since when none fires any more.
//! However many come, its timeline and its row stay small.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Incident;
use super::decide::clocks;
use super::event::{Event, EventKind};
use super::merge::Back;
use crate::actor::Actor;
use crate::alert::group::GroupId;
use crate::alert::signal::{Link, Source};
use crate::alert::{Alert, AlertId};
use crate::answer::Done;
use crate::id::IncidentId;
use crate::severities::Severities;
use crate::timer::Outage;

/// So many lines name one alert each; from then on a line a minute counts them.
pub const LINES: u32 = 50;
const COUNTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// An incident that nobody has touched is resolved once its alerts were quiet for so long.
pub const QUIET: SignedDuration = SignedDuration::from_mins(15);
/// Most alerts that its card names.
pub const NAMED: usize = 3;
/// The root cause of an incident that nobody has touched.
const OVER_BY_ITSELF: &str =
    "Not known: all of its alerts were resolved, and nobody touched it in the 15 quiet minutes after that";

/// How many alerts it has, in how many groups, and how many of them fire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub alerts: u32,
    pub groups: u32,
    pub firing: u32,
    /// When the last of them was over, by its source's clock; `None` while one fires, or where an older howler counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Timestamp>,
}

/// What is new of its alerts, and how many there are with that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertNews {
    pub what: AlertWhat,
    pub tally: Tally,
    /// Somebody at its source said of this one that they have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acked: Option<AlertId>,
}

impl AlertNews {
    pub fn of(what: AlertWhat, tally: Tally) -> Self {
        Self { what, tally, acked: None }
    }

    /// That somebody at its source has an alert: nothing else is new.
    pub fn taken(alert: AlertId, tally: Tally) -> Self {
        Self { what: AlertWhat::Still, tally, acked: Some(alert) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertWhat {
    /// It belongs to the incident, and with it all of its group.
    Joined {
        alert: AlertId,
        title: String,
        source: Source,
        group: Option<GroupId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<Link>,
        /// The one merged into this whose it is, and with which it goes where that is split off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<IncidentId>,
    },
    /// One that was over fires again.
    Again { alert: AlertId, title: String },
    /// One is over.
    Cleared { alert: AlertId, title: String },
    /// It belongs to the incident no more, nor does its group.
    Left { alert: AlertId, title: String, group: Option<GroupId> },
    /// There are too many to name: so many came since the last line.
    Counted { more: u32 },
    /// Nothing came since they were counted, so they are counted no more until something does.
    Still,
    /// It was over, and heard of nothing meanwhile: what belongs to it now, and to what is merged into it.
    Reread {
        own: Belongings,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        lent: BTreeMap<IncidentId, Belongings>,
    },
    /// howler was down, and cannot tell whether it was quiet.
    Unheard { from: Timestamp, until: Timestamp },
}

/// One that the card names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub alert: AlertId,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    pub over: bool,
    /// The one merged into this whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<IncidentId>,
    /// With which it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
}

/// Which alerts are an incident's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belongings {
    /// Those of a group are counted by it.
    pub groups: BTreeSet<GroupId>,
    /// Those without a group.
    pub alone: BTreeSet<AlertId>,
    /// The first ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Named>,
}

impl Belongings {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An incident's alerts, read off its events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    pub tally: Tally,
    /// The first ones.
    pub named: Vec<Named>,
    /// Those of a group are counted by it.
    pub groups: BTreeSet<GroupId>,
    /// Those without a group.
    pub alone: BTreeSet<AlertId>,
    /// Lines of the timeline that name one.
    pub lines: u32,
    /// When they were counted last, while more may come.
    pub counted: Option<Timestamp>,
    /// Since when none fires any more.
    pub quiet: Option<Timestamp>,
    /// A person did something about an incident that an alert declared, or about one of its alerts.
    pub touched: bool,
    /// The event that asked whether it is over, as long as that question stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<u32>,
    /// Those of each incident that is merged into it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lent: BTreeMap<IncidentId, Belongings>,
}

impl Alerts {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What the timeline tells of `what`, after which there are as many as `tally` says; nothing where the next count tells it.
    pub fn news(&self, what: AlertWhat, tally: Tally) -> Option<AlertNews> {
        let names = match &what {
            AlertWhat::Joined { group, .. } => group.is_none_or(|group| !self.holds(group)),
            // It was taken away with all of its group.
            AlertWhat::Left { alert, group, .. } if !self.has(*alert, *group) => return None,
            AlertWhat::Left { .. } => true,
            _ => false,
        };
        if names || self.lines < LINES {
            return Some(AlertNews::of(what, tally));
        }
        let turns = (tally.firing == 0) != self.quiet.is_some();
        (turns || self.counted.is_none()).then(|| self.counted(tally))
    }

    /// The same, where `by` did it: what a person does is told however many there are.
    pub fn news_by(&self, by: &Actor, what: AlertWhat, tally: Tally) -> Option<AlertNews> {
        let gone = matches!(&what, AlertWhat::Left { alert, group, .. } if !self.has(*alert, *group));
        match by.is_person() && !gone {
            true => Some(AlertNews::of(what, tally)),
            false => self.news(what, tally),
        }
    }

    fn counted(&self, tally: Tally) -> AlertNews {
        let more = tally.alerts.saturating_sub(self.tally.alerts);
        AlertNews::of(AlertWhat::Counted { more }, tally)
    }

    /// The count of another minute.
    pub fn recounted(&self, tally: Tally) -> AlertNews {
        match (Tally { over: self.tally.over, ..tally }) == self.tally {
            true => AlertNews::of(AlertWhat::Still, tally),
            false => self.counted(tally),
        }
    }

    fn take(&mut self, at: Timestamp, AlertNews { what, tally, acked }: &AlertNews) {
        match what {
            AlertWhat::Joined { alert, title, group, link, of, .. } => {
                let lent = of.and_then(|of| self.lent.get_mut(&of));
                let (groups, alone) = match lent {
                    Some(lent) => (&mut lent.groups, &mut lent.alone),
                    None => (&mut self.groups, &mut self.alone),
                };
                // One that was alone may share a message since.
                alone.remove(alert);
                match group {
                    Some(group) => groups.insert(*group),
                    None => alone.insert(*alert),
                };
                if self.named.len() < NAMED && self.named.iter().all(|named| named.alert != *alert) {
                    let (alert, title, link, of) = (*alert, title.clone(), link.clone(), *of);
                    self.named.push(Named { alert, title, link, over: false, of, group: *group });
                }
                self.lines += 1;
            }
            AlertWhat::Again { alert, .. } => self.turned(*alert, false),
            AlertWhat::Cleared { alert, .. } => self.turned(*alert, true),
            AlertWhat::Left { alert, group, .. } => {
                let lent = self.lent.values_mut().map(|lent| (&mut lent.groups, &mut lent.alone));
                for (groups, alone) in lent.chain([(&mut self.groups, &mut self.alone)]) {
                    if let Some(group) = group {
                        groups.remove(group);
                    }
                    alone.remove(alert);
                }
                let goes =
                    |named: &Named| named.alert == *alert || (group.is_some() && named.group == *group);
                self.named.retain(|named| !goes(named));
                self.lines += 1;
            }
            AlertWhat::Counted { .. } => self.counted = Some(at),
            AlertWhat::Still if acked.is_some() => {}
            AlertWhat::Still => self.counted = None,
            AlertWhat::Unheard { until, .. } => self.quiet = Some(*until),
            AlertWhat::Reread { own, lent } => {
                self.reread(own, lent);
                return self.reckon(at, *tally);
            }
        }
        self.recount(at, *tally);
    }

    /// Since when none of them fires any more: when the last of them was over, by its source's clock, as far as that is known.
    pub fn over_since(&self) -> Option<Timestamp> {
        let quiet = self.quiet?;
        Some(self.tally.over.unwrap_or(quiet))
    }

    /// The same, where alerts came or went with an incident, or were read anew: since when none fires is what they say themselves.
    fn reckon(&mut self, at: Timestamp, tally: Tally) {
        self.recount(at, tally);
        self.quiet = self.quiet.map(|quiet| tally.over.map_or(quiet, |over| over.min(at)));
    }

    /// There are as many as `tally` says from now on.
    pub(super) fn recount(&mut self, at: Timestamp, tally: Tally) {
        let is_quiet = tally.alerts > 0 && tally.firing == 0;
        self.quiet = is_quiet.then(|| self.quiet.unwrap_or(at));
        if is_quiet {
            self.named.iter_mut().for_each(|named| named.over = true);
        }
        self.tally = tally;
    }

    /// Whether a group is its own, or of an incident that is merged into it.
    fn holds(&self, group: GroupId) -> bool {
        self.groups.contains(&group) || self.lent.values().any(|lent| lent.groups.contains(&group))
    }

    /// Whether an alert is counted here, by its group or alone.
    fn has(&self, alert: AlertId, group: Option<GroupId>) -> bool {
        let alone = || self.alone.contains(&alert) || self.lent.values().any(|it| it.alone.contains(&alert));
        group.is_some_and(|group| self.holds(group)) || alone()
    }

    /// Those that are its own.
    pub fn own(&self) -> Belongings {
        let named = self.named.iter().filter(|named| named.of.is_none()).cloned().collect();
        Belongings { groups: self.groups.clone(), alone: self.alone.clone(), named }
    }

    /// An incident that is merged into it brings its own.
    pub(super) fn borrow(&mut self, of: IncidentId, alerts: Belongings) {
        let room = NAMED.saturating_sub(self.named.len());
        let named = alerts.named.iter().take(room).cloned();
        self.named.extend(named.map(|named| Named { of: Some(of), ..named }));
        self.lent.insert(of, alerts);
    }

    /// Those of incidents that are split off go with them.
    pub(super) fn give(&mut self, at: Timestamp, gone: impl Fn(&IncidentId) -> bool, tally: Tally) {
        self.lent.retain(|id, _| !gone(id));
        self.named.retain(|named| !named.of.as_ref().is_some_and(&gone));
        self.reckon(at, tally);
    }

    /// Those of another one have come with it.
    pub(super) fn come(&mut self, at: Timestamp, tally: Tally) {
        self.reckon(at, tally);
    }

    /// An incident that is split off has its own again.
    pub(super) fn take_back(&mut self, at: Timestamp, back: &Back) {
        self.reread(&back.own, &BTreeMap::new());
        self.asked = None;
        self.lent.clone_from(&back.lent);
        self.reckon(at, back.tally);
    }

    fn reread(&mut self, own: &Belongings, lent: &BTreeMap<IncidentId, Belongings>) {
        let Belongings { groups, alone, named } = own.clone();
        (self.groups, self.alone, self.named) = (groups, alone, named);
        self.lent.clear();
        for (of, alerts) in lent {
            self.borrow(*of, alerts.clone());
        }
        (self.quiet, self.counted) = (None, None);
    }

    /// Whether these are the ones that it knows of.
    pub fn knows(&self, own: &Belongings, lent: &BTreeMap<IncidentId, Belongings>, tally: Tally) -> bool {
        let same =
            |one: &Belongings, other: &Belongings| (&one.groups, &one.alone) == (&other.groups, &other.alone);
        let parts = self.lent.len() == lent.len()
            && lent.iter().all(|(id, alerts)| self.lent.get(id).is_some_and(|known| same(known, alerts)));
        parts && same(&self.own(), own) && self.tally == tally
    }

    fn turned(&mut self, alert: AlertId, over: bool) {
        self.named.iter_mut().filter(|named| named.alert == alert).for_each(|named| named.over = over);
        self.lines += 1;
    }
}

impl Incident {
    /// Whether an alert declared it, by its rule.
    pub fn is_declared_by_an_alert(&self) -> bool {
        matches!(self.declared_by, Actor::Alert(_))
    }

    /// Since when none of its alerts fires any more, and how many there were, where alerts are why it was declared.
    pub(super) fn quiet_since(&self) -> Option<(Timestamp, u32)> {
        let over = self.alerts.over_since().filter(|_| self.is_of_alerts())?;
        Some((over, self.alerts.tally.alerts))
    }

    /// The alerts that it knows to fire, as far as they are named, and how many more; `None` where none does. What is over knows of
    /// its end.
    pub fn firing(&self) -> Option<(Vec<AlertId>, u32)> {
        let known = &self.alerts;
        let named = known.named.iter().filter(|named| !named.over).map(|named| named.alert);
        let firing: Vec<AlertId> = named.take(known.tally.firing as usize).collect();
        let more = known.tally.firing.saturating_sub(u32::try_from(firing.len()).unwrap_or(u32::MAX));
        (known.tally.firing > 0).then_some((firing, more))
    }

    pub(super) fn alerted(&mut self, event: &Event, news: &AlertNews) {
        let was_quiet = self.alerts.quiet.is_some();
        self.alerts.take(event.at, news);
        // Somebody has just opened it again.
        let asks = !matches!(news.what, AlertWhat::Reread { .. });
        self.asks_from(event, was_quiet, asks);
        self.alerts.touched |= self.is_declared_by_an_alert() && news.acked.is_some();
    }

    /// The question whether it is over stands from the event on with which the last alert ends, until one fires again.
    pub(super) fn asks_from(&mut self, event: &Event, was_quiet: bool, asks: bool) {
        let is_quiet = self.alerts.quiet.is_some();
        self.alerts.asked = match (was_quiet, is_quiet) {
            (_, false) => None,
            (true, true) => self.alerts.asked,
            (false, true) => Some(event.seq).filter(|_| asks && self.is_open() && self.is_of_alerts()),
        };
    }

    /// Whoever does anything about it has seen it.
    pub(super) fn touched(&mut self, event: &Event) {
        self.alerts.touched |= self.is_declared_by_an_alert() && event.by.is_person();
    }

    /// When it is resolved by itself: an alert declared it, all of its alerts are over, and nobody has touched it.
    pub fn over_due(&self) -> Option<Timestamp> {
        let quiet = self.alerts.quiet.filter(|_| self.is_open() && !self.alerts.touched)?;
        self.is_declared_by_an_alert().then(|| quiet.saturating_add(QUIET).unwrap_or(Timestamp::MAX))
    }

    /// When its alerts are counted next.
    pub fn recount_due(&self) -> Option<Timestamp> {
        let counted = self.alerts.counted.filter(|_| self.is_open())?;
        Some(counted.saturating_add(COUNTED_EVERY).unwrap_or(Timestamp::MAX))
    }
}

/// What an alert that declares at once makes of an incident that is taken for less bad, and calls for as it would on its own. Whoever
/// lowered it knew better.
pub fn raised(incident: &Incident, alert: &Alert, rules: &Severities) -> Option<EventKind> {
    let to = alert.verdict.severity;
    let mut changes = incident.severity_changes.iter();
    let last = changes.rfind(|change| change.retracted.is_none());
    let lowered = last.is_some_and(|change| change.by.is_person() && change.to > change.from);
    let raises = incident.is_open() && to < incident.severity && !lowered;
    raises.then(|| EventKind::SeverityChanged {
        from: incident.severity,
        to,
        reason: Some(format!("{} is {to}", alert.id)),
        merged: None,
        clocks: clocks(to, rules),
        sets_aside: incident.acknowledged.is_some() && rules.rule(to).pages().pages(),
    })
}

/// What a person is told who ends it while some of its alerts fire.
pub(super) fn ended_firing(incident: &Incident, cancelled: bool) -> Option<Done> {
    let (firing, more) = incident.firing()?;
    Some(Done::EndedFiring { cancelled, firing, more })
}

/// Resolves what nobody has touched. Time in which howler heard nothing is no quiet time.
pub(super) fn over(incident: &Incident, now: Timestamp, outage: Option<Outage>) -> Option<EventKind> {
    incident.over_due().filter(|due| *due <= now)?;
    let since = incident.alerts.quiet?;
    if let Some(Outage { from, until }) = outage.filter(|outage| outage.until > since) {
        let news = AlertNews::of(AlertWhat::Unheard { from, until }, incident.alerts.tally);
        return Some(EventKind::Alerts(Box::new(news)));
    }
    Some(EventKind::Resolved {
        root_cause: OVER_BY_ITSELF.into(),
        impact: incident.impact.clone(),
        data_loss: None,
        from: incident.status,
        missed: incident.uncounted(now),
        cancelled: None,
    })
}
