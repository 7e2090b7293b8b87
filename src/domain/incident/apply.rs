//! How events change an incident. Nothing is decided here: applying the same events gives the same incident.

use jiff::Timestamp;

use super::began::{counted_from, earlier};
use super::event::{Clocks, Event, EventKind, UpdateFacts};
use super::*;
use crate::command::Retractable;

impl Incident {
    /// The incident that a declaration starts; `None` for any other event.
    pub fn declared(id: IncidentId, event: &Event) -> Option<Self> {
        let EventKind::Declared { title, severity, clocks, impact, action, eta, place, began } = &event.kind
        else {
            return None;
        };
        Some(Self {
            id,
            title: title.clone(),
            severity: *severity,
            status: Status::Investigating,
            clocks: *clocks,
            declared_at: event.at,
            declared_by: event.by.clone(),
            began: earlier(*began, event.at),
            place: place.clone(),
            impact: impact.clone(),
            action: action.clone(),
            eta: eta.clone(),
            roles: BTreeMap::new(),
            acknowledged: None,
            answered: None,
            set_aside: None,
            response_from: counted_from(*began, event.at),
            response_missed: None,
            response_over: false,
            updates: Vec::new(),
            severity_changes: Vec::new(),
            resolutions: Vec::new(),
            ladder: clocks.update_every.map(|interval| Ladder::starting(event.at, interval)),
            promises_missed: 0,
            open_reminders: Vec::new(),
            paging: None,
            open_pages: Vec::new(),
            last_page: 0,
            passed: BTreeSet::new(),
            room: None,
            posts: Vec::new(),
            pinned: Vec::new(),
            backup_watch: clocks.backup_after.map(|_| BackupWatch { seq: event.seq, from: event.at }),
            backup: Backup::No,
            alerts: alerts::Alerts::default(),
            merges: Vec::new(),
            parts: BTreeMap::new(),
            alike: None,
            exposed: Vec::new(),
            after: after::After::default(),
            events: event.seq,
        })
    }

    /// The incident after its events in order; `None` when they do not begin with a declaration.
    pub fn replay(id: IncidentId, events: &[Event]) -> Option<Self> {
        let (first, rest) = events.split_first()?;
        let mut incident = Self::declared(id, first)?;
        rest.iter().for_each(|event| incident.apply(event));
        Some(incident)
    }

    /// Changes the incident by its next event.
    pub fn apply(&mut self, event: &Event) {
        self.events = event.seq;
        self.touched(event);
        match &event.kind {
            EventKind::Declared { .. }
            | EventKind::Noted { .. }
            | EventKind::Invited { .. }
            | EventKind::PinRead { .. }
            | EventKind::Runbook { .. }
            | EventKind::CallMissed { .. } => {}
            EventKind::Acknowledged => self.acknowledge(event),
            EventKind::Paged(paged) => self.paged(event, paged),
            EventKind::Alerts(news) => self.alerted(event, news),
            EventKind::After(news) => self.after.news(event, news),
            EventKind::Merge(news) => self.merge_news(event, news),
            EventKind::Escalated { passes, .. } => {
                if *passes {
                    self.pass(&event.by);
                }
            }
            EventKind::NotReached { seq, to, .. } => self.not_reached(*seq, to),
            EventKind::ResponseMissed { everybody, .. } => {
                self.response_missed = Some(event.seq);
                if let Some(paging) = &mut self.paging {
                    paging.everybody_called |= everybody;
                }
            }
            EventKind::Updated { facts, in_time, missed } => {
                self.promises_missed += missed;
                self.updated(event, facts, *in_time);
            }
            EventKind::StatusChanged { to, .. } => self.status = *to,
            EventKind::SeverityChanged { .. } => self.severity_changed(event),
            EventKind::Secrets(news) => self.secrets_news(news, &event.by, event.at),
            EventKind::Renamed { title, .. } => self.title = title.clone(),
            EventKind::ImpactSet { text } => self.impact = Some(text.clone()),
            EventKind::ActionSet { text } => self.action = Some(text.clone()),
            EventKind::EtaSet { eta } => self.eta = Some(eta.clone()),
            EventKind::RoleTaken { role, person, .. } => {
                self.roles.insert(*role, person.clone());
            }
            EventKind::Snoozed { until, .. } => {
                self.ladder = self.ladder.as_ref().map(|ladder| ladder.snoozed_until(*until));
                self.open_reminders.clear();
                self.answer_silence();
            }
            EventKind::Reminded { due, rung, to, missed, next, .. } => {
                self.ladder = self.ladder.as_ref().map(|ladder| ladder.climbed(*missed, *next));
                self.promises_missed += missed;
                // One place, one reminder that can be answered: an older one there is left as it is.
                self.open_reminders.retain(|open| open.to != *to);
                self.open_reminders.push(OpenReminder {
                    seq: event.seq,
                    to: to.clone(),
                    rung: *rung,
                    due: *due,
                });
            }
            EventKind::ClockSetBack { by } => self.clocks_go_back(*by, event.at),
            EventKind::Resolved { .. } => self.resolved(event),
            EventKind::Reopened { to } => self.reopened(event, *to),
            EventKind::Retracted { seq, what } => self.retracted(event, *seq, *what),
            EventKind::Pinned { channel, message, .. } => self.pin(event, channel, message),
            EventKind::Unpinned { channel, message } => self.unpin(event, channel, message),
            EventKind::RoomOpened { room } => self.room = Some(room.clone()),
            EventKind::BackupDue { .. } => self.backup = Backup::Asked,
            EventKind::BackupOpened { issue } => self.backup = Backup::Issue(issue.clone()),
            EventKind::Posted { key, channel, message } => {
                if let PostKey::Page { seq, to } = key {
                    self.page_stands(*seq, to);
                }
                self.posts.retain(|post| post.key != *key && !post.key.is_replaced_by(key));
                self.posts.push(Post {
                    key: key.clone(),
                    channel: channel.clone(),
                    message: message.clone(),
                });
            }
        }
    }

    fn pin(&mut self, event: &Event, channel: &ChannelId, message: &MessageTs) {
        let by = event.by.in_slack().into_iter().cloned();
        match self.pinned.iter_mut().find(|pinned| pinned.is(channel, message)) {
            Some(pinned) => pinned.by.extend(by),
            None => self.pinned.push(PinnedMessage {
                channel: channel.clone(),
                message: message.clone(),
                by: by.collect(),
            }),
        }
    }

    fn unpin(&mut self, event: &Event, channel: &ChannelId, message: &MessageTs) {
        if let Some(pinned) = self.pinned.iter_mut().find(|pinned| pinned.is(channel, message)) {
            event.by.in_slack().into_iter().for_each(|by| {
                pinned.by.remove(by);
            });
        }
        self.pinned.retain(|pinned| !pinned.by.is_empty());
    }

    fn acknowledge(&mut self, event: &Event) {
        if !event.by.is_person() {
            return;
        }
        self.passed.clear();
        self.parts.values_mut().for_each(|part| part.has_it = None);
        let answer = Acknowledgement { by: event.by.clone(), at: event.at };
        match self.acknowledged {
            None => self.acknowledged = Some(answer),
            Some(_) => self.answered = Some(answer),
        }
        self.stop_paging();
    }

    fn updated(&mut self, event: &Event, facts: &UpdateFacts, in_time: bool) {
        let before = UpdateFacts {
            text: None,
            status: Some(self.status),
            impact: self.impact.clone(),
            action: self.action.clone(),
            eta: self.eta.clone(),
        };
        self.updates.push(Update {
            seq: event.seq,
            at: event.at,
            by: event.by.clone(),
            facts: facts.clone(),
            in_time,
            before,
            ladder_before: self.ladder.clone(),
            retracted: None,
        });
        self.status = facts.status.unwrap_or(self.status);
        for (value, new) in [(&mut self.impact, &facts.impact), (&mut self.action, &facts.action)] {
            if new.is_some() {
                value.clone_from(new);
            }
        }
        if facts.eta.is_some() {
            self.eta.clone_from(&facts.eta);
        }
        self.promise_from(event.at);
    }

    /// A new promise, made now.
    pub(super) fn promise_from(&mut self, at: Timestamp) {
        self.ladder = self.clocks.update_every.map(|interval| Ladder::starting(at, interval));
        self.open_reminders.clear();
        self.answer_silence();
    }

    fn severity_changed(&mut self, event: &Event) {
        let EventKind::SeverityChanged { from, to, reason, clocks, merged, sets_aside } = &event.kind else {
            return;
        };
        if merged.is_none() {
            // Whoever sets it says how soon somebody must have it.
            self.parts.values_mut().for_each(|part| part.due = None);
        }
        self.severity_changes.push(SeverityChange {
            seq: event.seq,
            by: event.by.clone(),
            from: *from,
            to: *to,
            reason: reason.clone(),
            clocks_before: self.clocks,
            ladder_before: self.ladder.clone(),
            watch_before: self.backup_watch.clone(),
            merged: *merged,
            retracted: None,
        });
        let watched = self.backup_watch.take();
        let raised = || BackupWatch { seq: event.seq, from: event.at };
        self.backup_watch = clocks.backup_after.map(|_| watched.unwrap_or_else(raised));
        if *sets_aside {
            self.set_aside(event.seq, &event.by);
        }
        self.set_severity(*to, *clocks, event.at);
        if let Some(part) = merged {
            self.passed_before(*part);
        }
    }

    /// A running promise keeps its start where the new interval still lies ahead; otherwise a new one starts.
    fn set_severity(&mut self, severity: Severity, clocks: Clocks, at: Timestamp) {
        if severity != self.severity {
            self.answer_silence();
            if self.acknowledged.is_none() {
                // Paging begins anew, by the new severity's path.
                self.paging = None;
                self.passed.clear();
                if severity > self.severity {
                    self.stop_ringing();
                }
            }
        }
        let interval_changed = self.clocks.update_every != clocks.update_every;
        (self.severity, self.clocks) = (severity, clocks);
        // Raised late, a short response time starts with the raise: nobody can have kept it before.
        let from = self.counts_from();
        let ahead = |within| from.saturating_add(within).is_ok_and(|due| due > at);
        self.response_from = if clocks.respond_within.is_none_or(ahead) { from } else { at };
        if !interval_changed || !self.is_open() {
            return;
        }
        let kept = self.ladder.as_ref().zip(clocks.update_every);
        let kept = kept.map(|(ladder, interval)| Ladder::starting(ladder.since, interval));
        match kept {
            Some(ladder) if ladder.due > at => {
                self.ladder = Some(ladder);
                self.open_reminders.clear();
            }
            _ => self.promise_from(at),
        }
    }

    fn resolved(&mut self, event: &Event) {
        let EventKind::Resolved { root_cause, impact, data_loss, from, missed, cancelled } = &event.kind
        else {
            return;
        };
        self.promises_missed += missed;
        self.resolutions.push(Resolution {
            seq: event.seq,
            at: event.at,
            by: event.by.clone(),
            root_cause: root_cause.clone(),
            impact: impact.clone(),
            data_loss: data_loss.clone(),
            status_before: *from,
            undone: None,
            cancelled: cancelled.clone(),
        });
        self.status = Status::Resolved;
        self.ladder = None;
        self.alerts.asked = None;
        self.open_reminders.clear();
        self.stop_paging();
    }

    fn reopened(&mut self, event: &Event, to: Status) {
        if let Some(resolution) = self.resolutions.last_mut() {
            resolution.undone = Some(Retraction { by: event.by.clone(), at: event.at });
        }
        self.status = to;
        self.after.reopened();
        self.owed_anew(event.at);
        self.promise_from(event.at);
    }

    /// While it was not open nobody owed an acknowledgement.
    pub(super) fn owed_anew(&mut self, at: Timestamp) {
        self.parts.values_mut().for_each(|part| part.due = None);
        if self.acknowledged.is_none() && !self.missed_its_response() {
            self.response_from = at;
        }
        self.called_anew();
    }

    /// While it did not lead nobody was called for it by its own path.
    pub(super) fn called_anew(&mut self) {
        if self.acknowledged.is_none() {
            self.paging = None;
            self.passed.clear();
        }
    }

    fn retracted(&mut self, event: &Event, seq: u32, what: Retractable) {
        let retraction = Some(Retraction { by: event.by.clone(), at: event.at });
        match what {
            Retractable::Update => {
                let Some(update) = self.updates.iter_mut().find(|update| update.seq == seq) else { return };
                update.retracted = retraction;
                let update = update.clone();
                self.put_back(&update, event.at);
            }
            Retractable::Severity => {
                let Some(change) = self.severity_changes.iter_mut().find(|change| change.seq == seq) else {
                    return;
                };
                change.retracted = retraction;
                let change = change.clone();
                self.take_back_severity(&change, event.at);
            }
            // A resolution is taken back by `Reopened`, a merge by a split.
            Retractable::Resolution | Retractable::Merge => {}
        }
    }

    /// The promise that the change had ended runs again, unless stakeholders were told something since. Where the
    /// interval stayed the same, the promise never stopped.
    fn take_back_severity(&mut self, change: &SeverityChange, at: Timestamp) {
        let ended_it = self.clocks.update_every != change.clocks_before.update_every;
        let void = self.ladder.as_ref().map_or(0, |ladder| ladder.missed);
        self.has_it_again(change.seq);
        self.set_severity(change.from, change.clocks_before, at);
        self.backup_watch.clone_from(&change.watch_before);
        let told_since = self.last_update().is_some_and(|update| update.seq > change.seq)
            || self.resolutions.iter().any(|resolution| resolution.seq > change.seq);
        let counts = self.is_open() && ended_it && !told_since;
        if let Some(ladder) = change.ladder_before.as_ref().filter(|_| counts) {
            self.promises_missed = self.promises_missed.saturating_sub(void);
            self.go_on(ladder, at);
        }
    }

    /// Puts back what a retracted update replaced, where nobody has changed it since, and lets the promise that
    /// the update had answered run again.
    fn put_back(&mut self, update: &Update, at: Timestamp) {
        let Update { facts, before, .. } = update;
        if facts.status == Some(self.status) {
            self.status = before.status.unwrap_or(self.status);
        }
        if facts.impact.is_some() && facts.impact == self.impact {
            self.impact.clone_from(&before.impact);
        }
        if facts.action.is_some() && facts.action == self.action {
            self.action.clone_from(&before.action);
        }
        if facts.eta.is_some() && facts.eta == self.eta {
            self.eta.clone_from(&before.eta);
        }
        let answered_by_it = self.ladder.as_ref().is_some_and(|ladder| ladder.since == update.at);
        if !answered_by_it {
            return;
        }
        // What was promised with it is void with it.
        let void = self.ladder.as_ref().map_or(0, |ladder| ladder.missed);
        self.promises_missed = self.promises_missed.saturating_sub(void);
        match (&update.ladder_before, self.clocks.update_every) {
            (Some(ladder), Some(interval)) if ladder.interval == interval => self.go_on(ladder, at),
            _ => self.promise_from(at),
        }
    }

    /// An earlier promise runs again; what it would have said meanwhile is said now, and nobody is late for it.
    fn go_on(&mut self, ladder: &Ladder, at: Timestamp) {
        let (rung, due) = ladder.next;
        self.ladder = Some(Ladder { next: (rung, due.max(at)), ..ladder.clone() });
        self.open_reminders.clear();
    }
}
