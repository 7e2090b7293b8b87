//! What incidents hear of their alerts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Draft;
use super::feature::alerts::find;
use super::merge::COMPARED;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::event::AlertEventKind;
use domain::alert::group::event::GroupEventKind;
use domain::alert::group::{Group, GroupId};
use domain::alert::{Alert, AlertId};
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::alerts::{AlertNews, AlertWhat, Belongings, NAMED, Tally};
use domain::incident::event::EventKind;
use domain::timer::Timer;
use store::StoreError;

impl Draft<'_> {
    /// Tells its incident what became of an alert.
    pub(super) fn tell_incident(
        &mut self,
        before: Option<&Alert>,
        after: &Alert,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let now = find(&self.book(), after.id)?;
        if now.is_none_or(|now| now.incident != after.incident) {
            // It joined, or left, through what this event brought; that was told.
            return Ok(());
        }
        let shared = self.book().group_of(after)?.and_then(|group| group.incident);
        let was = before.and_then(|before| before.incident);
        if was == after.incident {
            return match (before, after.incident.or(shared)) {
                (_, None) => Ok(()),
                // What joins a group that belongs to an incident belongs to it as well.
                (Some(before), Some(incident)) if before.group != after.group => {
                    let is_open = self.book().whole(incident)?.is_some_and(|it| it.is_open());
                    let attaches = is_open && after.incident.is_none();
                    let kind = AlertEventKind::Attached { incident };
                    if attaches {
                        return self.record::<Alert>(after.id, cause, kind);
                    }
                    if is_open { self.shows(after, incident, shared, cause) } else { Ok(()) }
                }
                (before, Some(_)) => match (turn(before, after), self.whose_turn(before, after)?) {
                    (Some(what), Some(incident)) => self.incident_hears(incident, after, what, cause),
                    (None, Some(incident)) => self.taken_at_its_source(incident, before, after),
                    (_, None) => Ok(()),
                },
            };
        }
        let (alert, group, title) = (after.id, after.group, after.told.title.clone());
        if let Some(was) = was {
            let left = AlertWhat::Left { alert, title: title.clone(), group };
            self.incident_hears(was, after, left, cause)?;
        }
        let Some(incident) = after.incident else { return Ok(()) };
        let link = after.told.links.first().cloned();
        let joined = AlertWhat::Joined { alert, title, source: after.source, group, link, of: None };
        self.incident_hears(incident, after, joined, cause)
    }

    /// Whose an alert is that comes or goes: while it fires its message says so.
    fn whose_turn(&self, before: Option<&Alert>, after: &Alert) -> Result<Option<IncidentId>, StoreError> {
        let fires = before.filter(|before| before.is_live()).unwrap_or(after);
        self.book().owner(fires)
    }

    /// It is told of an alert that belonged to an incident by what shares its message that it does no more.
    pub(super) fn left(
        &mut self,
        alert: &Alert,
        incident: IncidentId,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let (id, group, title) = (alert.id, alert.group, alert.told.title.clone());
        self.incident_hears(incident, alert, AlertWhat::Left { alert: id, title, group }, cause)
    }

    /// The message that an alert has only now says whose it is, where its others are nobody's.
    fn shows(
        &mut self,
        alert: &Alert,
        incident: IncidentId,
        shared: Option<IncidentId>,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let Some(group) = alert.group.filter(|_| shared.is_none()) else { return Ok(()) };
        self.record::<Group>(group, cause, GroupEventKind::Attached { incident })?;
        let (title, link) = (alert.told.title.clone(), alert.told.links.first().cloned());
        let (group, source) = (Some(group), alert.source);
        let joined = AlertWhat::Joined { alert: alert.id, title, source, group, link, of: None };
        self.incident_hears(incident, alert, joined, cause)
    }

    /// Somebody said at its source that they have an alert: an incident that nobody touched is touched by that.
    fn taken_at_its_source(
        &mut self,
        whose: IncidentId,
        before: Option<&Alert>,
        after: &Alert,
    ) -> Result<(), StoreError> {
        let is_new = before.is_some_and(|before| before.acknowledged().is_none())
            && after.acknowledged().is_some_and(|acked| acked.by.is_howler());
        let Some(whole) = self.book().open_whole(Some(whose))?.filter(|_| is_new) else { return Ok(()) };
        if whole.alerts.touched || !whole.is_declared_by_an_alert() {
            return Ok(());
        }
        let Belongings { groups, alone, .. } = whole.belongings();
        let news = AlertNews::taken(after.id, self.tally(&groups, &alone)?);
        self.record::<Incident>(whole.id, &Cause::howler(), EventKind::Alerts(Box::new(news)))
    }

    /// Somebody did something about these alerts: their incidents read it, and are touched by it. `says` makes a line of the first of
    /// them and how many more there are.
    pub(super) fn note_of_alerts(
        &mut self,
        alerts: &[Arc<Alert>],
        cause: &Cause,
        says: impl Fn(AlertId, usize) -> String,
    ) -> Result<(), StoreError> {
        let mut of: BTreeMap<IncidentId, (AlertId, usize)> = BTreeMap::new();
        for alert in alerts.iter().filter(|_| cause.by.is_person()) {
            let whole = self.book().open_whole(self.book().owner(alert)?)?;
            let Some(whole) = whole else { continue };
            of.entry(whole.id).and_modify(|(_, more)| *more += 1).or_insert((alert.id, 0));
        }
        for (incident, (first, more)) in of {
            let text = says(first, more);
            self.record::<Incident>(incident, cause, EventKind::Noted { text })?;
        }
        Ok(())
    }

    /// A line of the timeline, or the count that stands for it. What is over hears nothing.
    fn incident_hears(
        &mut self,
        whose: IncidentId,
        alert: &Alert,
        mut what: AlertWhat,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let Some(incident) = self.book().whole(whose)?.filter(|incident| incident.is_open()) else {
            return Ok(());
        };
        let id = incident.id;
        if let AlertWhat::Joined { of, .. } = &mut what {
            *of = Some(whose).filter(|whose| *whose != id);
        }
        let Belongings { mut groups, mut alone, .. } = incident.belongings();
        let is_new = match (&what, alert.group) {
            (AlertWhat::Joined { .. }, Some(group)) => {
                alone.remove(&alert.id);
                groups.insert(group)
            }
            (AlertWhat::Joined { .. }, None) => alone.insert(alert.id),
            (AlertWhat::Left { .. }, Some(group)) => groups.remove(&group),
            (AlertWhat::Left { .. }, None) => alone.remove(&alert.id),
            _ => false,
        };
        let tally = self.tally(&groups, &alone)?;
        // Only what an incident is compared by makes it look like another.
        let compared = groups.iter().take(COMPARED).any(|group| Some(*group) == alert.group);
        let joins = is_new && matches!(what, AlertWhat::Joined { .. });
        let joins = joins && (compared || incident.alerts.named.len() < NAMED);
        let howler = Cause::howler();
        let cause = if cause.asked { cause } else { &howler };
        let Some(news) = incident.alerts.news_by(&cause.by, what, tally) else { return Ok(()) };
        let is_joined = matches!(news.what, AlertWhat::Joined { .. });
        self.record::<Incident>(id, cause, EventKind::Alerts(Box::new(news)))?;
        if is_joined {
            self.picture_joined(id, alert)?;
        }
        if joins { self.suggest(id) } else { Ok(()) }
    }

    /// Another minute of a storm is counted.
    pub(super) fn recount(&mut self, id: IncidentId, timer: Timer) -> Result<(), StoreError> {
        let incident = self.book().incident(id)?;
        let due = incident.as_ref().and_then(|incident| incident.recount_due());
        match incident.filter(|_| due.is_some_and(|due| due <= self.now)) {
            Some(incident) => {
                let Belongings { groups, alone, .. } = incident.belongings();
                let news = incident.alerts.recounted(self.tally(&groups, &alone)?);
                self.record::<Incident>(id, &Cause::howler(), EventKind::Alerts(Box::new(news)))
            }
            None => {
                if due != Some(timer.due) {
                    self.changes.timers_gone.push(timer);
                }
                Ok(())
            }
        }
    }

    pub(super) fn tally(
        &self,
        groups: &BTreeSet<GroupId>,
        alone: &BTreeSet<AlertId>,
    ) -> Result<Tally, StoreError> {
        let many = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        let mut tally = Tally { groups: many(groups.len()), ..Tally::default() };
        let mut over = None;
        for id in groups {
            let Some(group) = self.book().brief(*id)? else { continue };
            tally.alerts = tally.alerts.saturating_add(group.alerts);
            tally.firing = tally.firing.saturating_add(group.open);
            over = over.max(group.ended);
        }
        for id in alone {
            tally.alerts = tally.alerts.saturating_add(1);
            let Some(alone) = self.book().alone(*id)? else { continue };
            tally.firing = tally.firing.saturating_add(alone.ended.is_none().into());
            over = over.max(alone.ended);
        }
        if tally.firing == 0 {
            // A silence makes nothing right.
            tally.firing = many(self.held_back(groups));
        }
        // A source's clock may be ahead.
        tally.over = over.filter(|_| tally.firing == 0).map(|over: Timestamp| over.min(self.now));
        Ok(tally)
    }

    /// Alerts of these groups that fire, whether people are told of them or not.
    fn held_back(&self, groups: &BTreeSet<GroupId>) -> usize {
        let round = &self.parts.alerts.changed;
        let of_these = |alert: &&Arc<Alert>| alert.group.is_some_and(|group| groups.contains(&group));
        let changed = round.values().filter(of_these).filter(|alert| alert.is_live()).count();
        let saved = groups.iter().flat_map(|group| self.state.alerts.members(*group));
        changed + saved.filter(|id| !round.contains_key(id)).count()
    }
}

/// Whether an alert is over now, or fires again.
fn turn(before: Option<&Alert>, after: &Alert) -> Option<AlertWhat> {
    let (alert, title) = (after.id, after.told.title.clone());
    match (before?.is_live(), after.is_live()) {
        (true, false) => Some(AlertWhat::Cleared { alert, title }),
        (false, true) => Some(AlertWhat::Again { alert, title }),
        _ => None,
    }
}
