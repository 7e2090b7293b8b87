//! Which alerts are whose now: read where an incident is split off or opened again, for what is over hears nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Draft;
use super::feature::alerts::find;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::event::AlertEventKind;
use domain::alert::group::event::GroupEventKind;
use domain::alert::group::{Group, GroupId};
use domain::alert::{Alert, AlertId};
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::alerts::{AlertNews, AlertWhat, Belongings, NAMED, Named, Tally};
use domain::incident::event::EventKind;
use domain::incident::merge::Back;
use store::StoreError;

impl Draft<'_> {
    /// The alerts that go with an incident when it leaves the whole, and how many are left there.
    pub(super) fn apart(&self, it: &Incident, whole: &Incident) -> Result<(Back, Tally), StoreError> {
        let mut own = self.lent(it.id, whole)?;
        own.named.truncate(NAMED);
        let mut back = Back { own, lent: self.lent_to(it, whole)?, tally: Tally::default() };
        back.tally = self.tally_of(back.lent.values().chain([&back.own]))?;
        let mut left = vec![self.still_of(whole.id, &whole.alerts.own(), [])?];
        for part in whole.parts.keys().filter(|part| **part != it.id && !it.parts.contains_key(part)) {
            left.push(self.lent(*part, whole)?);
        }
        Ok((back, self.tally_of(left.iter())?))
    }

    /// An incident that was over is open again: what was taken elsewhere meanwhile, or ended, counts no more.
    pub(super) fn reread(&mut self, before: Option<&Incident>, after: &Incident) -> Result<(), StoreError> {
        if !after.is_open() || before.is_none_or(|before| before.resolution().is_none()) {
            return Ok(());
        }
        let (mut own, lent) =
            (self.still_of(after.id, &after.alerts.own(), [])?, self.lent_to(after, after)?);
        own.named.truncate(NAMED);
        let tally = self.tally_of(lent.values().chain([&own]))?;
        if after.alerts.knows(&own, &lent, tally) {
            return Ok(());
        }
        let news = AlertNews::of(AlertWhat::Reread { own, lent }, tally);
        self.record::<Incident>(after.id, &Cause::howler(), EventKind::Alerts(Box::new(news)))
    }

    /// Its messages say that it is over, or open again: what still fires is nobody's meanwhile. Those of a double go to what it is the
    /// same as, and come back with a reopening.
    pub(super) fn end_of_alerts(
        &mut self,
        before: Option<&Incident>,
        after: &Incident,
    ) -> Result<(), StoreError> {
        let Some(before) = before.filter(|before| before.is_open() != after.is_open()) else { return Ok(()) };
        let Some(ended) = before.resolution().or(after.resolution()) else { return Ok(()) };
        if let Some(of) = ended.cancelled.as_ref().and_then(|cancelled| cancelled.of) {
            match after.is_open() {
                true => self.come_back(after, of)?,
                false if self.book().open_whole(Some(of))?.is_some() => self.go_along(after, of)?,
                false => {}
            }
        }
        let belongings = after.belongings();
        for group in belongings.groups.iter().copied() {
            if self.book().live_group(group).is_some() {
                self.follows_its_incident(group)?;
            }
        }
        if !after.is_open() {
            self.are_untaken(after, &belongings)?;
        }
        self.redraw(&belongings.groups)
    }

    /// Whoever has one of the alerts of an incident that is over had a part of that.
    fn are_untaken(&mut self, over: &Incident, belongings: &Belongings) -> Result<(), StoreError> {
        let members = belongings.groups.iter().flat_map(|group| self.members(*group));
        let all: Vec<AlertId> = members.chain(belongings.alone.iter().copied()).collect();
        for id in all {
            let taken = self.book().live_alert(id).filter(|alert| alert.acked.is_some());
            let Some(alert) = taken else { continue };
            if self.book().whole_number(self.book().owner(&alert)?)? == Some(over.id) {
                self.record::<Alert>(id, &Cause::howler(), AlertEventKind::Untaken)?;
            }
        }
        Ok(())
    }

    /// The open alerts of a group, with those of this round.
    fn members(&self, group: GroupId) -> BTreeSet<AlertId> {
        let changed = self.parts.alerts.changed.values().filter(|alert| alert.group == Some(group));
        self.state.alerts.members(group).chain(changed.map(|alert| alert.id)).collect()
    }

    /// What a double has, and what is merged into it, belongs to what it is the same as.
    fn go_along(&mut self, double: &Incident, of: IncidentId) -> Result<(), StoreError> {
        let own = [(double.id, double.alerts.own())];
        let lent = double.alerts.lent.iter().map(|(part, lent)| (*part, lent.clone()));
        for (whose, belongings) in own.into_iter().chain(lent) {
            self.move_alerts(&belongings, &[whose].into(), of)?;
        }
        Ok(())
    }

    /// What went along with a double comes back, unless a person moved it elsewhere since. That one may be a double itself by now.
    fn come_back(&mut self, double: &Incident, of: IncidentId) -> Result<(), StoreError> {
        let mut from = BTreeSet::new();
        let mut next = Some(of);
        while let Some(id) = next.filter(|id| from.insert(*id)) {
            let incident = self.book().incident(id)?;
            let ended = incident.as_ref().and_then(|incident| incident.resolution());
            next = ended.and_then(|ended| ended.cancelled.as_ref()?.of);
        }
        let own = [(double.id, double.alerts.own())];
        let lent = double.alerts.lent.iter().map(|(part, lent)| (*part, lent.clone()));
        for (whose, belongings) in own.into_iter().chain(lent) {
            self.move_alerts(&belongings, &from, whose)?;
        }
        Ok(())
    }

    /// What of these is one of `from`'s belongs `to` another one now.
    fn move_alerts(
        &mut self,
        belongings: &Belongings,
        from: &BTreeSet<IncidentId>,
        to: IncidentId,
    ) -> Result<(), StoreError> {
        let theirs = |incident: Option<IncidentId>| incident.is_some_and(|incident| from.contains(&incident));
        let mut moved = belongings.alone.clone();
        for group in belongings.groups.iter().copied() {
            if self.book().brief(group)?.is_some_and(|group| theirs(group.incident)) {
                self.record::<Group>(group, &Cause::howler(), GroupEventKind::Attached { incident: to })?;
                moved.extend(self.members(group));
            }
        }
        for id in moved {
            if let Some(alert) = find(&self.book(), id)?.filter(|alert| theirs(alert.incident)) {
                self.record::<Alert>(id, &Cause::howler(), AlertEventKind::Attached { incident: to })?;
                self.raise(to, &alert)?;
            }
        }
        Ok(())
    }

    fn tally_of<'b>(&self, all: impl Iterator<Item = &'b Belongings>) -> Result<Tally, StoreError> {
        let mut together = Belongings::default();
        for part in all {
            together.groups.extend(&part.groups);
            together.alone.extend(&part.alone);
        }
        self.tally(&together.groups, &together.alone)
    }

    /// What of the whole's alerts is of each incident that was merged into `it`.
    fn lent_to(
        &self,
        it: &Incident,
        whole: &Incident,
    ) -> Result<BTreeMap<IncidentId, Belongings>, StoreError> {
        it.parts.keys().map(|part| Ok((*part, self.lent(*part, whole)?))).collect()
    }

    /// What of the whole's alerts is `part`'s.
    fn lent(&self, part: IncidentId, whole: &Incident) -> Result<Belongings, StoreError> {
        let lent = whole.alerts.lent.get(&part).cloned().unwrap_or_default();
        let new = whole.alerts.named.iter().filter(|named| named.of == Some(part));
        self.still_of(part, &lent, new)
    }

    /// What is `whose` still, of what was known, and of `more` by name.
    fn still_of<'n>(
        &self,
        whose: IncidentId,
        known: &'n Belongings,
        more: impl IntoIterator<Item = &'n Named>,
    ) -> Result<Belongings, StoreError> {
        let mut now = known.clone();
        for group in known.groups.iter().copied() {
            if self.book().brief(group)?.is_none_or(|group| group.incident != Some(whose)) {
                now.groups.remove(&group);
            }
        }
        for alert in known.alone.iter().copied() {
            if self.book().alone(alert)?.is_none_or(|alone| alone.incident != Some(whose)) {
                now.alone.remove(&alert);
            }
        }
        let mut named: Vec<Named> = Vec::new();
        for known in known.named.iter().chain(more) {
            let Some(alert) = find(&self.book(), known.alert)? else { continue };
            let theirs = self.book().owner(&alert)? == Some(whose);
            let is_known = named.iter().any(|named| named.alert == known.alert);
            if theirs && !is_known {
                named.push(Named { over: !alert.is_live(), of: None, ..known.clone() });
            }
        }
        Ok(Belongings { named, ..now })
    }
}
