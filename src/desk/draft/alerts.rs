//! What follows from an alert elsewhere: the message that shows it with others of its group, and silences.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Draft;
use super::feature::alerts::{find, find_group, find_silence, live_silences};
use domain::Severity;
use domain::actor::Actor;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::Alert;
use domain::alert::event::AlertEventKind;
use domain::alert::group::event::{GroupEventKind, GroupOpened};
use domain::alert::group::{Group, GroupId};
use domain::alert::hear::Delivery;
use domain::alert::rules::{Declare, Verdict};
use domain::alert::signal::{Said, Source};
use domain::alert::silence::{Silence, SilenceEventKind, SilenceId};
use domain::answer::{Answer, Private};
use domain::effect::{Effect, EffectKind, Lane, Receipt};
use domain::id::IncidentId;
use domain::incident::alerts::raised;
use domain::incident::event::EventKind;
use domain::incident::{Declaration, Incident, Intent};
use domain::owner::Owner;
use domain::request::Place;
use domain::text;
use store::StoreError;

impl Draft<'_> {
    /// What a change of an alert brings to its group, and to what silences it.
    pub(super) fn alert_changed(
        &mut self,
        before: Option<&Alert>,
        after: &Alert,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let held = |alert: &Alert| alert.silence.map(|(silence, _)| silence);
        if let Some(silence) = held(after).filter(|held_now| before.and_then(held) != Some(*held_now)) {
            self.record::<Silence>(silence, &Cause::howler(), SilenceEventKind::Covered { alerts: 1 })?;
        }
        let opens_again = before.is_some_and(|before| !before.is_live() && after.is_live());
        if opens_again {
            // Silences came and went while it was over.
            let silence = self.silence_for(after.source, &after.key, &after.told.facts);
            if silence.map(|(silence, _)| silence) != held(after) {
                self.group_hears(before, after, cause)?;
                return self.record::<Alert>(after.id, cause, silenced(silence));
            }
        }
        match after.group {
            None if after.is_told() => self.group_up(after),
            None => Ok(()),
            Some(group) => {
                self.group_hears(before, after, cause)?;
                self.declares_at_once(group, before, after)
            }
        }
    }

    /// Puts an alert into the message of its group, or into a new one.
    fn group_up(&mut self, alert: &Alert) -> Result<(), StoreError> {
        let verdict = &alert.verdict;
        let key = key_of(verdict);
        let group = self.group_keys.get(&key).copied().or_else(|| self.state.alerts.group_of(&key));
        let group = group.map(|id| find_group(&self.book(), id)).transpose()?.flatten();
        let within = self.config.alerts.group_within;
        let joins = |group: &Arc<Group>| {
            // What a person took out of an incident is not taken back by what comes anew.
            group.is_live()
                && !group.apart
                && (verdict.group_stays || self.now.duration_since(group.joined) <= within)
        };
        let id = match group.filter(joins) {
            Some(group) => {
                let joined = GroupEventKind::Joined { alert: alert.id, severity: verdict.severity };
                self.record::<Group>(group.id, &Cause::howler(), joined)?;
                group.id
            }
            None => match self.open_group(alert, key)? {
                Some(id) => id,
                None => return Ok(()),
            },
        };
        self.record::<Alert>(alert.id, &Cause::howler(), AlertEventKind::Grouped { group: id })
    }

    fn open_group(&mut self, alert: &Alert, key: String) -> Result<Option<GroupId>, StoreError> {
        let id = GroupId(self.changes.next.plain.groups);
        let Verdict { severity, channel, mention, .. } = alert.verdict.as_ref().clone();
        // A P1's clocks are its incident's.
        let respond = self.config.severity.rule(severity).respond_within.filter(|_| severity == Severity::P2);
        let after = |time: SignedDuration| alert.asks_since().saturating_add(time).unwrap_or(Timestamp::MAX);
        // The message itself reminds of what came late, and nothing is said to be late for it.
        let remind = respond.map(|respond| after(respond / 2)).filter(|due| *due > self.now);
        let due = respond.map(after).map(|due| due.max(self.now));
        let opened = GroupOpened {
            key: key.clone(),
            channel,
            mention,
            severity,
            first: alert.id,
            since: alert.first,
            remind,
            due,
        };
        let cause = Cause::howler();
        let event = Group::event(1, self.now, &cause, GroupEventKind::Opened(Box::new(opened)));
        let Some(group) = Group::opened(id, &event) else { return Ok(None) };
        self.changes.next.plain.groups += 1;
        self.group_keys.insert(key, id);
        self.took_effect(None, group, event, &cause)?;
        Ok(Some(id))
    }

    /// An alert whose rule says so declares, or joins the incident of what it belongs to. What a person took out of an incident stays
    /// out of it.
    fn declares_at_once(
        &mut self,
        group: GroupId,
        before: Option<&Alert>,
        after: &Alert,
    ) -> Result<(), StoreError> {
        let at_once = |alert: &Alert| {
            alert.group.is_some() && alert.is_told() && alert.verdict.declare == Declare::AtOnce
        };
        let was = before.filter(|before| at_once(before));
        let worse = was.is_none_or(|was| after.verdict.severity < was.verdict.severity);
        let told_anew = before.is_some_and(|before| before.count < after.count);
        let left = told_anew && self.left_behind(after)?;
        if !at_once(after) || !(worse || left) {
            return Ok(());
        }
        let open = |draft: &Self, incident: Option<IncidentId>| -> Result<Option<IncidentId>, StoreError> {
            let Some(id) = incident else { return Ok(None) };
            Ok(draft.book().whole(id)?.filter(|incident| incident.is_open()).map(|_| id))
        };
        if let Some(incident) = open(self, after.incident)? {
            return self.raise(incident, after);
        }
        // Its incident is over, and it became worse since.
        let worsened = worse && after.incident.is_some();
        if was.is_some() && !worsened && !left {
            return Ok(());
        }
        let shared = find_group(&self.book(), group)?.and_then(|group| group.incident);
        let known = open(self, shared)?;
        let incident = match known.map_or_else(|| self.belongs_to(after), |known| Ok(Some(known)))? {
            Some(incident) => incident,
            None => match self.declare_for(after)? {
                Some(incident) => incident,
                None => return Ok(()),
            },
        };
        let cause = Cause::earlier(Actor::Alert(after.id));
        if known.is_none() {
            self.record::<Group>(group, &cause, GroupEventKind::Attached { incident })?;
        }
        let ended = after.incident.map(|id| self.book().whole(id)).transpose()?.flatten();
        self.record::<Alert>(after.id, &cause, AlertEventKind::Attached { incident })?;
        if let Some(ended) = ended.filter(|ended| ended.id != incident) {
            let how = if ended.is_cancelled() { "cancelled" } else { "resolved" };
            let text = format!("{} was {how}, and {} still fires.", ended.id, after.id);
            self.record::<Incident>(incident, &Cause::howler(), EventKind::Noted { text })?;
        }
        self.raise(incident, after)
    }

    /// Whether its incident was ended by a person so long ago that what its source says of it now is no echo of that.
    fn left_behind(&self, alert: &Alert) -> Result<bool, StoreError> {
        let whole = alert.incident.map(|id| self.book().whole(id)).transpose()?.flatten();
        let Some(whole) = whole else { return Ok(false) };
        let Some(ended) = whole.resolution().filter(|ended| ended.by.is_person()) else { return Ok(false) };
        // Such a source says again that it fires with the time at which it began.
        let says_again = matches!(alert.source, Source::Alertmanager | Source::Grafana);
        let late = !says_again && alert.last <= ended.at;
        Ok(!late && self.now.duration_since(ended.at) > self.config.alerts.group_within)
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
            let says_again = matches!(alert.source, Source::Alertmanager | Source::Grafana);
            if says_again
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

    /// The open incident that an alert declared of the same source and severity, or of the same `group_by`, the last of which came
    /// within the configured time. The channel of their messages does not matter.
    fn belongs_to(&self, alert: &Alert) -> Result<Option<IncidentId>, StoreError> {
        let within = self.config.alerts.group_within;
        for incident in self.standing(&alert.verdict.group)?.iter().rev() {
            let Actor::Alert(by) = incident.declared_by else { continue };
            let first = find(&self.book(), by)?.filter(|first| first.verdict.group == alert.verdict.group);
            let Some(first) = first else { continue };
            let mut near = alert.verdict.group_stays;
            for group in self.groups_of(incident)?.into_iter().chain(first.group) {
                let group = find_group(&self.book(), group)?;
                near |= group.is_some_and(|group| self.now.duration_since(group.joined) <= within);
            }
            if near {
                return Ok(Some(incident.id));
            }
        }
        Ok(None)
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

    /// Tells a group what became of one of its alerts; its message follows.
    fn group_hears(
        &mut self,
        before: Option<&Alert>,
        after: &Alert,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let before = before.filter(|before| before.group.is_some());
        let (Some(before), Some(group)) = (before, after.group) else { return Ok(()) };
        let worse = after.verdict.severity < before.verdict.severity;
        let taken = before.acknowledged().is_none() && after.acknowledged().is_some();
        // What is held back asks for nobody.
        let asks = |alert: &Alert| alert.is_live() && alert.silence.is_none();
        let moved = match (asks(before), asks(after)) {
            (true, false) => {
                Some(GroupEventKind::Over { alert: after.id, at: after.ended.unwrap_or(self.now) })
            }
            (false, true) => Some(GroupEventKind::Again { alert: after.id }),
            _ => None,
        };
        let worse = worse.then_some(GroupEventKind::Raised { severity: after.verdict.severity });
        let taken = taken.then_some(GroupEventKind::Acked);
        let mut told = false;
        for kind in moved.into_iter().chain(worse).chain(taken) {
            self.record::<Group>(group, cause, kind)?;
            told = true;
        }
        if !told {
            let kind = EffectKind::AlertCard { group };
            self.push(Owner::AlertGroup(group), Intent { lane: Lane::Alerts(group), kind });
        }
        Ok(())
    }

    /// What holds an alert back that has just come, and until when: the silence that lasts longest.
    pub(super) fn silence_for(
        &self,
        source: Source,
        key: &str,
        facts: &BTreeMap<String, String>,
    ) -> Option<(SilenceId, Timestamp)> {
        let silences = live_silences(&self.book());
        let fitting = silences.iter().filter(|silence| silence.until > self.now);
        let fitting = fitting.filter(|silence| silence.matcher.fits(source, key, facts));
        fitting.max_by_key(|silence| silence.until).map(|silence| (silence.id, silence.until))
    }

    /// A silence holds back what is open and fits.
    pub(super) fn silence_begins(&mut self, id: SilenceId, cause: &Cause) -> Result<(), StoreError> {
        let Some(silence) = find_silence(&self.book(), id)? else { return Ok(()) };
        let mut alerts = self.state.plain.alerts.clone();
        alerts.extend(self.parts.alerts.changed.iter().map(|(id, alert)| (*id, Arc::clone(alert))));
        let (until, matcher) = (silence.until, &silence.matcher);
        let fits = |alert: &Arc<Alert>| {
            let longer = alert.silence.is_none_or(|(_, held)| held < until);
            alert.is_live() && longer && matcher.fits(alert.source, &alert.key, &alert.told.facts)
        };
        for alert in alerts.into_values().filter(fits) {
            let kind = AlertEventKind::Silenced { silence: id, until };
            self.record::<Alert>(alert.id, cause, kind)?;
        }
        Ok(())
    }

    /// An alert, and all that the same message shows, belong to an incident. Gives how many.
    pub(super) fn attach(
        &mut self,
        alert: &Alert,
        incident: IncidentId,
        kind: AlertEventKind,
        cause: &Cause,
    ) -> Result<u32, StoreError> {
        self.record::<Alert>(alert.id, cause, kind)?;
        let Some(group) = alert.group else { return Ok(1) };
        self.record::<Group>(group, cause, GroupEventKind::Attached { incident })?;
        let group = find_group(&self.book(), group)?;
        Ok(group.map_or(1, |group| group.open.max(1)))
    }

    /// What a silence held back is told from its end on, as far as no other holds it back.
    pub(super) fn silence_ended(&mut self, silence: &Silence, cause: &Cause) -> Result<(), StoreError> {
        let mut alerts = self.state.plain.alerts.clone();
        alerts.extend(self.parts.alerts.changed.iter().map(|(id, alert)| (*id, Arc::clone(alert))));
        let held =
            |alert: &Arc<Alert>| alert.is_live() && alert.silence.is_some_and(|(id, _)| id == silence.id);
        for alert in alerts.into_values().filter(held) {
            let other = self.silence_for(alert.source, &alert.key, &alert.told.facts);
            self.record::<Alert>(alert.id, cause, silenced(other))?;
        }
        Ok(())
    }

    /// Takes in where the message of a group stands.
    pub(super) fn alerts_told(&mut self, effect: &Effect, receipt: &Receipt) -> Result<(), StoreError> {
        let (EffectKind::AlertCard { group }, Receipt::Message { channel, message }) =
            (&effect.kind, receipt)
        else {
            return Ok(());
        };
        let posted = GroupEventKind::Posted { channel: channel.clone(), message: message.clone() };
        self.record::<Group>(*group, &Cause::howler(), posted)
    }
}

/// What an incident out of an alert is called.
pub(super) fn title_of(alert: &Alert) -> String {
    let title = text::shorten(&text::clean_line(&alert.told.title), text::TITLE_MOST);
    if title.is_empty() { alert.id.to_string() } else { title }
}

/// Held back by this, or by nothing any more.
fn silenced(silence: Option<(SilenceId, Timestamp)>) -> AlertEventKind {
    silence.map_or(AlertEventKind::Unsilenced, |(silence, until)| AlertEventKind::Silenced { silence, until })
}

/// What alerts have in common that share a message: their rule's group, and the channel.
fn key_of(verdict: &Verdict) -> String {
    format!("{:?} {}", verdict.channel, verdict.group)
}
