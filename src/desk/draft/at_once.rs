//! Alerts that declare an incident, and those that join one: what belongs together is one incident.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Draft;
use super::alerts::title_of;
use super::feature::alerts::{find, find_group};
use crate::rested::Brief;
use domain::actor::Actor;
use domain::aggregate::Cause;
use domain::alert::Alert;
use domain::alert::event::AlertEventKind;
use domain::alert::group::event::GroupEventKind;
use domain::alert::group::{Group, GroupId};
use domain::alert::hear::Delivery;
use domain::alert::rules::{Channel, Declare};
use domain::alert::signal::{Said, Source};
use domain::answer::{Answer, Private};
use domain::id::IncidentId;
use domain::incident::alerts::raised;
use domain::incident::event::EventKind;
use domain::incident::{Declaration, Incident};
use domain::request::Place;
use store::StoreError;

impl Draft<'_> {
    /// An alert whose rule says so declares, or joins the incident of what it belongs to. What a person took out of an incident stays
    /// out of it, and declares nothing where it is the same alert.
    pub(super) fn declares_at_once(
        &mut self,
        id: GroupId,
        before: Option<&Alert>,
        after: &Alert,
    ) -> Result<(), StoreError> {
        let at_once = |alert: &Alert| {
            alert.group.is_some() && alert.is_told() && alert.verdict.declare == Declare::AtOnce
        };
        if !at_once(after) {
            return self.joins_by_its_labels(id, before, after);
        }
        let was = before.filter(|before| at_once(before));
        let worse = was.is_none_or(|was| after.verdict.severity < was.verdict.severity);
        let told_anew = before.is_some_and(|before| before.count < after.count);
        let left = told_anew && self.left_behind(after)?;
        if !(worse || left) {
            return Ok(());
        }
        let Some(group) = find_group(&self.book(), id)? else { return Ok(()) };
        let shared = self.book().open_whole(group.incident)?.and(group.incident);
        // It had an incident before it had a message.
        let alone = before.is_some_and(|before| before.group.is_none()) && group.incident.is_none();
        let own = after.incident.filter(|_| alone);
        let shared = shared.or(self.book().open_whole(own)?.and(own));
        if let Some(incident) = shared.filter(|incident| after.incident == Some(*incident)) {
            return self.raise(incident, after);
        }
        if before.is_some_and(|before| before.silence.is_some()) && self.ended_and_quiet_since(after)? {
            return Ok(());
        }
        // Its incident is over, and it became worse since.
        let worsened = worse && after.incident.is_some() && group.incident.is_some();
        if was.is_some() && !worsened && !left {
            return Ok(());
        }
        // Somebody took it out, and it fires again, or is silenced no more.
        let known = before.filter(|before| before.group.is_some());
        let as_before = |known: &Alert| {
            known.verdict.declare == Declare::AtOnce && known.verdict.severity <= after.verdict.severity
        };
        if group.apart && known.is_some_and(as_before) {
            return Ok(());
        }
        let incident = match shared.map_or_else(|| self.belongs_to(after, &group), |known| Ok(Some(known)))? {
            Some(incident) => incident,
            None => match self.declare_for(after)? {
                Some(incident) => incident,
                None => return Ok(()),
            },
        };
        let is_new = shared.is_none();
        let cause = Cause::earlier(Actor::Alert(after.id));
        if is_new {
            self.record::<Group>(id, &cause, GroupEventKind::Attached { incident })?;
        }
        let ended = self.book().whole_of(after.incident)?;
        self.record::<Alert>(after.id, &cause, AlertEventKind::Attached { incident })?;
        if let Some(ended) = ended.filter(|ended| ended.id != incident && !ended.is_open()) {
            let how = if ended.is_cancelled() { "cancelled" } else { "resolved" };
            let text = format!("{} was {how}, and {} still fires.", ended.id, after.id);
            self.record::<Incident>(incident, &Cause::howler(), EventKind::Noted { text })?;
        }
        self.raise(incident, after)?;
        if is_new { self.gathers(after, incident) } else { Ok(()) }
    }

    /// The incident of an alert, where a person ended that, and when.
    fn ended_by_a_person(&self, alert: &Alert) -> Result<Option<(Arc<Incident>, Timestamp)>, StoreError> {
        let whole = self.book().whole_of(self.book().owner(alert)?)?;
        Ok(whole.and_then(|whole| {
            let ended = whole.resolution().filter(|ended| ended.by.is_person())?.at;
            Some((whole, ended))
        }))
    }

    /// Whether its incident was ended by a person so long ago that what its source says of it now is no echo of that.
    fn left_behind(&self, alert: &Alert) -> Result<bool, StoreError> {
        let Some((_, ended)) = self.ended_by_a_person(alert)? else { return Ok(false) };
        let late = !repeats_its_beginning(alert.source) && alert.last <= ended;
        Ok(!late && self.now.duration_since(ended) > self.config.alerts.group_within)
    }

    /// Whether a person ended its incident, and its source said nothing of it since: the end of a silence is no news.
    fn ended_and_quiet_since(&self, alert: &Alert) -> Result<bool, StoreError> {
        let ended = self.ended_by_a_person(alert)?;
        Ok(ended.is_some_and(|(whole, ended)| {
            whole.severity <= alert.verdict.severity && !whole.is_open() && alert.last <= ended
        }))
    }

    /// A delivery that says the same again, though the incident of what fires is over.
    pub(super) fn said_again(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        for signal in delivery.heard.signals.iter().filter(|signal| signal.said == Said::Firing) {
            let alert = self.alert_of_key(signal.source, &signal.key)?;
            let Some(alert) =
                alert.filter(|alert| alert.is_told() && alert.verdict.declare == Declare::AtOnce)
            else {
                continue;
            };
            if repeats_its_beginning(alert.source)
                && let Some(group) = alert.group
                && self.left_behind(&alert)?
            {
                let before = Alert { group: None, ..Alert::clone(&alert) };
                self.declares_at_once(group, Some(&before), &alert)?;
            }
        }
        Ok(())
    }

    /// An incident is as bad as the worst alert that would have declared one.
    pub(super) fn raise(&mut self, incident: IncidentId, alert: &Alert) -> Result<(), StoreError> {
        let Some(incident) = self.book().whole(incident)? else { return Ok(()) };
        match raised(&incident, alert, &self.config.severity) {
            Some(kind) => self.record::<Incident>(incident.id, &Cause::earlier(Actor::Alert(alert.id)), kind),
            None => Ok(()),
        }
    }

    /// What has the same values of a rule's `group_by` joins the open incident of those, though it would declare none, and whatever
    /// channel its message is in.
    fn joins_by_its_labels(
        &mut self,
        id: GroupId,
        before: Option<&Alert>,
        after: &Alert,
    ) -> Result<(), StoreError> {
        let told = |alert: &Alert| alert.is_told() && alert.group.is_some();
        if !after.verdict.group_stays || !told(after) || before.is_some_and(told) {
            return Ok(());
        }
        let Some(group) = find_group(&self.book(), id)? else { return Ok(()) };
        if group.apart || !group.is_nobodys() {
            return Ok(());
        }
        let Some(incident) = self.belongs_to(after, &group)? else { return Ok(()) };
        let cause = Cause::earlier(Actor::Alert(after.id));
        self.attach(after, incident, AlertEventKind::Attached { incident }, &cause).map(drop)
    }

    /// What has the same values of a rule's `group_by`, and is nobody's so far, belongs to the incident that one of them declared.
    fn gathers(&mut self, alert: &Alert, incident: IncidentId) -> Result<(), StoreError> {
        if !alert.verdict.group_stays {
            return Ok(());
        }
        let cause = Cause::earlier(Actor::Alert(alert.id));
        for group in self.alike_by_labels(&alert.verdict.group) {
            let free = group.is_nobodys() && !group.apart;
            let first = group.first;
            let members = || self.state.alerts.members(group.id).chain([first]);
            let one = members().find_map(|id| self.book().live_alert(id));
            if let Some(one) = one.filter(|_| free) {
                self.attach(&one, incident, AlertEventKind::Attached { incident }, &cause)?;
            }
        }
        Ok(())
    }

    /// Open groups with these values of a rule's `group_by`, in any channel.
    fn alike_by_labels(&self, common: &str) -> Vec<Arc<Group>> {
        let book = self.book();
        let round = self.group_keys.range((common.to_owned(), Channel::GithubActions)..);
        let round = round.take_while(|((own, _), _)| own == common).map(|(_, id)| *id);
        let ids: BTreeSet<GroupId> = round.chain(self.state.alerts.groups_alike(common)).collect();
        ids.into_iter().filter_map(|id| book.live_group(id)).collect()
    }

    /// The open incident that an alert declared of the same source and severity, or of the same `group_by`, the last of which came
    /// within the configured time. The channel of their messages does not matter. None that a person took it out of.
    fn belongs_to(&self, alert: &Alert, group: &Group) -> Result<Option<IncidentId>, StoreError> {
        let within = self.config.alerts.group_within;
        let out_of = self.out_of(alert, group)?;
        let stays_out = |incident: IncidentId| -> Result<bool, StoreError> {
            let whole = self.book().whole_number(Some(incident))?;
            Ok(out_of.contains(&incident) || whole.is_some_and(|whole| out_of.contains(&whole)))
        };
        for incident in self.standing(&alert.verdict.group)?.iter().rev() {
            let Actor::Alert(by) = incident.declared_by else { continue };
            let first = find(&self.book(), by)?.filter(|first| first.verdict.group == alert.verdict.group);
            let Some(first) = first else { continue };
            if stays_out(incident.id)? {
                continue;
            }
            // What fires again long after it came belongs together by when it was declared.
            let mut near =
                alert.verdict.group_stays || self.now.duration_since(incident.declared_at) <= within;
            if !near {
                for group in self.groups_of(incident)?.into_iter().chain(first.group) {
                    let joined = self.book().brief(group)?.map(|Brief { joined, .. }| joined);
                    near |= joined.is_some_and(|joined| self.now.duration_since(joined) <= within);
                }
            }
            if near {
                return Ok(Some(incident.id));
            }
        }
        if !alert.verdict.group_stays {
            return Ok(None);
        }
        // One that a person declared out of one of them.
        for other in self.alike_by_labels(&alert.verdict.group).into_iter().rev() {
            if let Some(incident) = self.book().open_whole(other.incident)?.and(other.incident)
                && !stays_out(incident)?
            {
                return Ok(Some(incident));
            }
        }
        Ok(None)
    }

    /// What an alert was taken out of, by itself or with its message, each with what leads it now.
    fn out_of(&self, alert: &Alert, group: &Group) -> Result<BTreeSet<IncidentId>, StoreError> {
        let mut all: BTreeSet<IncidentId> = alert.out_of.union(&group.out_of).copied().collect();
        for id in all.clone() {
            all.extend(self.book().whole_number(Some(id))?);
        }
        Ok(all)
    }

    /// What of that still stands, for the alert that comes after this one with the same key.
    pub(super) fn stays_out_of(&self, alert: &Alert) -> Result<BTreeSet<IncidentId>, StoreError> {
        let mut stays = alert.out_of.clone();
        stays.extend(self.book().group_of(alert)?.into_iter().flat_map(|group| group.out_of.clone()));
        for id in stays.clone() {
            if self.book().open_whole(Some(id))?.is_none() {
                stays.remove(&id);
            }
        }
        Ok(stays)
    }

    /// An incident's groups: of one that is merged, those that the whole keeps for it.
    fn groups_of(&self, incident: &Incident) -> Result<BTreeSet<GroupId>, StoreError> {
        let Some(merged) = incident.merged() else { return Ok(incident.alerts.groups.clone()) };
        let whole = self.book().incident(merged.whole.incident)?;
        let lent = whole.as_ref().and_then(|whole| whole.alerts.lent.get(&incident.id));
        Ok(lent.map(|lent| lent.groups.clone()).unwrap_or_default())
    }

    /// Declares in the alert's own name; the clocks count from its own time, or from the end of a silence.
    fn declare_for(&mut self, alert: &Alert) -> Result<Option<IncidentId>, StoreError> {
        let title = title_of(alert);
        let (severity, began) = (alert.verdict.severity, Some(alert.asks_since()));
        let declaration = Declaration { title, severity, impact: None, action: None, eta: None, began };
        let cause = Cause::earlier(Actor::Alert(alert.id));
        match self.declare_by(&cause, &Place::howler(), declaration)? {
            Answer::Private(Private::Declared { incident, .. }) => {
                self.declared.insert(alert.verdict.group.clone(), incident);
                Ok(Some(incident))
            }
            _ => Ok(None),
        }
    }
}

/// Whether a source says again that something fires, with the time at which it began.
fn repeats_its_beginning(source: Source) -> bool {
    matches!(source, Source::Alertmanager | Source::Grafana)
}
