//! What follows from an alert elsewhere: the message that shows it with others of its group, and silences.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Draft;
use super::feature::alerts::{find_group, find_silence, live_silences};
use domain::Severity;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::Alert;
use domain::alert::event::AlertEventKind;
use domain::alert::group::event::{Clock, GroupEventKind, GroupOpened};
use domain::alert::group::{Group, GroupId};
use domain::alert::rules::Verdict;
use domain::alert::signal::Source;
use domain::alert::silence::{Silence, SilenceEventKind, SilenceId};
use domain::effect::{Effect, EffectKind, Lane, Receipt};
use domain::id::IncidentId;
use domain::incident::Intent;
use domain::owner::Owner;
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
        let round = self.group_keys.get(&(verdict.group.clone(), verdict.channel.clone())).copied();
        let group = round.or_else(|| self.state.alerts.group_of(&key_of(verdict)));
        let group = group.map(|id| find_group(&self.book(), id)).transpose()?.flatten();
        let id = match group {
            Some(group) if self.joins(alert, &group)? => {
                let (severity, clock) = (verdict.severity, self.clock_of(alert));
                let joined = GroupEventKind::Joined { alert: alert.id, severity, clock };
                self.record::<Group>(group.id, &Cause::howler(), joined)?;
                group.id
            }
            _ => match self.open_group(alert)? {
                Some(id) => id,
                None => return Ok(()),
            },
        };
        self.record::<Alert>(alert.id, &Cause::howler(), AlertEventKind::Grouped { group: id })
    }

    /// Whether an alert may stand in the message of a group. What a person took out of an incident is not taken back by what comes
    /// anew, nor taken along with what belongs there; and what belongs to one incident has no message of another's.
    fn joins(&self, alert: &Alert, group: &Group) -> Result<bool, StoreError> {
        let within = self.config.alerts.group_within;
        let near = alert.verdict.group_stays || self.now.duration_since(group.joined) <= within;
        if !group.is_live() || group.apart || !near {
            return Ok(false);
        }
        let theirs = self.book().open_whole(group.incident)?.map(|whole| whole.id);
        let own = self.book().open_whole(alert.incident)?.map(|whole| whole.id);
        let out_of = alert.out_of.iter().map(|id| self.book().whole_number(Some(*id)));
        let out_of: Vec<Option<IncidentId>> = out_of.collect::<Result<_, _>>()?;
        let goes = theirs.is_none() || !out_of.contains(&theirs);
        Ok(goes && (own.is_none() || theirs.is_none() || own == theirs))
    }

    /// Since when somebody is to take an alert, and within how long. A P1's clocks are its incident's.
    fn clock_of(&self, alert: &Alert) -> Option<Clock> {
        let severity = alert.verdict.severity;
        let respond = self.config.severity.rule(severity).respond_within;
        let within = respond.filter(|_| severity == Severity::P2)?;
        Some(Clock { from: alert.asks_since(), within })
    }

    fn open_group(&mut self, alert: &Alert) -> Result<Option<GroupId>, StoreError> {
        let id = GroupId(self.changes.next.plain.groups);
        let Verdict { severity, channel, mention, group, .. } = alert.verdict.as_ref().clone();
        let clock = self.clock_of(alert);
        let after =
            |clock: Clock, time: SignedDuration| clock.from.saturating_add(time).unwrap_or(Timestamp::MAX);
        // The message itself reminds of what came late, and nothing is said to be late for it.
        let remind = clock.map(|clock| after(clock, clock.within / 2)).filter(|due| *due > self.now);
        let due = clock.map(|clock| after(clock, clock.within)).map(|due| due.max(self.now));
        let opened = GroupOpened {
            key: key_of(&alert.verdict),
            channel: channel.clone(),
            mention,
            severity,
            first: alert.id,
            since: alert.first,
            remind,
            due,
            respond: clock.map(|clock| clock.within),
            out_of: alert.out_of.clone(),
        };
        let cause = Cause::howler();
        let event = Group::event(1, self.now, &cause, GroupEventKind::Opened(Box::new(opened)));
        let Some(opened) = Group::opened(id, &event) else { return Ok(None) };
        self.changes.next.plain.groups += 1;
        self.group_keys.insert((group, channel), id);
        self.took_effect(None, opened, event, &cause)?;
        Ok(Some(id))
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
        let (severity, clock) = (after.verdict.severity, self.clock_of(after));
        let worse = worse.then_some(GroupEventKind::Raised { severity, clock });
        let taken = taken.then_some(GroupEventKind::Acked);
        let mut told = false;
        if matches!(moved, Some(GroupEventKind::Again { .. })) {
            self.follows_its_incident(group)?;
        }
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

    /// A group that fires is nobody's again where its incident is over, and its incident's again where that is open. One that was over
    /// itself heard of neither.
    pub(super) fn follows_its_incident(&mut self, id: GroupId) -> Result<(), StoreError> {
        let Some(group) = find_group(&self.book(), id)? else { return Ok(()) };
        let over = group.incident.is_some() && self.book().open_whole(group.incident)?.is_none();
        let kind = match (group.left, over) {
            (false, true) => GroupEventKind::IncidentOver,
            (true, false) => GroupEventKind::IncidentBack,
            _ => return Ok(()),
        };
        self.record::<Group>(id, &Cause::howler(), kind)
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
        let held: Vec<Arc<Alert>> = alerts.into_values().filter(fits).collect();
        for alert in &held {
            let kind = AlertEventKind::Silenced { silence: id, until };
            self.record::<Alert>(alert.id, cause, kind)?;
        }
        self.note_of_alerts(&held, cause, |first, more| view::silenced_note(&silence, first, more))
    }

    /// An alert, and all that the same message shows, belong to an incident. Gives how many.
    pub(super) fn attach(
        &mut self,
        alert: &Alert,
        incident: IncidentId,
        kind: AlertEventKind,
        cause: &Cause,
    ) -> Result<u32, StoreError> {
        if alert.incident.is_some() && self.book().owner(alert)? != alert.incident {
            // It was taken away with all that its message shows.
            self.record::<Alert>(alert.id, &Cause::howler(), AlertEventKind::Detached)?;
        }
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
        let free: Vec<Arc<Alert>> = alerts.into_values().filter(held).collect();
        for alert in &free {
            let other = self.silence_for(alert.source, &alert.key, &alert.told.facts);
            self.record::<Alert>(alert.id, cause, silenced(other))?;
        }
        self.note_of_alerts(&free, cause, |first, more| view::unsilenced_note(silence, first, more))
    }

    /// Takes in where the message of a group stands.
    pub(super) fn alerts_told(
        &mut self,
        effect: &Effect,
        receipt: &Receipt,
        elsewhere: Option<String>,
    ) -> Result<(), StoreError> {
        let (EffectKind::AlertCard { group }, Receipt::Message { channel, message }) =
            (&effect.kind, receipt)
        else {
            return Ok(());
        };
        let (channel, message) = (channel.clone(), message.clone());
        let posted = GroupEventKind::Posted { channel, message, elsewhere };
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
