//! What follows from an event: the messages, edits and errands that make it visible.

mod alerts;
mod merge;
mod paging;

use super::backup;
use super::event::{Event, EventKind, UpdateFacts};
use super::figures::Figures;
use super::severity::Status;
use super::{Incident, OpenReminder};
use crate::actor::Actor;
use crate::command::Role;
use crate::effect::{Answered, CardPlace, EffectKind, Lane, PostKey, Say, Settled, To};
use crate::id::{IncidentId, UserId};

/// An effect that is not numbered yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    pub lane: Lane,
    pub kind: EffectKind,
}

/// The effects of `event`, which turned `before` into `after` (`None` before the declaration).
pub fn consequences(before: Option<&Incident>, after: &Incident, event: &Event) -> Vec<Intent> {
    let mut out = Consequences { incident: after, event, intents: Vec::new() };
    match &event.kind {
        EventKind::Declared { .. } => out.declared(),
        EventKind::RoomOpened { .. } => out.room_opened(),
        EventKind::Posted { key, .. } => out.posted(key),
        EventKind::Acknowledged => out.acknowledged(before),
        EventKind::Updated { facts, .. } => out.updated(before, facts),
        EventKind::StatusChanged { from, to } => out.status_changed(before, *from, *to),
        EventKind::SeverityChanged { .. } => out.severity_changed(before),
        EventKind::ImpactSet { .. } | EventKind::ActionSet { .. } | EventKind::EtaSet { .. } => out.cards(),
        EventKind::Secrets(_) => out.cards(),
        EventKind::Noted { text } => out.noted(text),
        EventKind::Renamed { title, from } => {
            out.noted(&format!("Renamed: {title} (was: {from})"));
            out.cards_and_topic(before);
        }
        EventKind::Invited { people } => out.invite(people.clone(), false),
        EventKind::RoleTaken { role, person, from } => out.role_taken(*role, person, from.as_ref()),
        EventKind::Snoozed { until, .. } => {
            out.cards();
            out.settle(before, Answered::Snoozed { until: *until });
        }
        EventKind::Reminded { .. } => out.reminded(),
        EventKind::ResponseMissed { .. } => out.response_missed(),
        EventKind::Paged(paged) => out.paged(paged),
        EventKind::Alerts(news) => out.alerted(before, news),
        EventKind::After(news) => out.after(before, news),
        EventKind::Merge(news) => out.merged(before, news),
        EventKind::Escalated { passes, why } => out.escalated(*passes, why.as_ref()),
        EventKind::NotReached { to, why, .. } => out.not_reached(to, why),
        EventKind::CallMissed { seq, person, texted: false } => out.text(*seq, person),
        EventKind::Resolved { .. } => out.resolved(before),
        EventKind::Reopened { .. } => out.reopened(before),
        EventKind::Retracted { seq, .. } => out.retracted(before, *seq),
        EventKind::Pinned { channel, message, .. }
            if before.is_none_or(|before| !before.is_pinned(channel, message)) =>
        {
            out.show(EffectKind::ReadMessage { channel: channel.clone(), message: message.clone() });
        }
        EventKind::BackupOpened { .. } | EventKind::ClockSetBack { .. } => out.cards(),
        EventKind::Pinned { .. }
        | EventKind::PinRead { .. }
        | EventKind::Unpinned { .. }
        | EventKind::CallMissed { .. }
        | EventKind::Runbook { .. }
        | EventKind::BackupDue { .. } => {}
    }
    out.close_pages(before);
    out.questions(before);
    out.intents.extend(backup::told(before, after, event));
    out.intents.extend(super::after::publishes(after, event));
    out.intents
}

/// A channel's name (without `#`): lower-case letters, digits and hyphens, at most 80 characters, as Slack allows.
pub fn room_name(id: IncidentId, title: &str) -> String {
    let mut name = format!("inc-{}", id.0);
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        if name.len() + 1 + word.len() > 76 {
            break;
        }
        name.push('-');
        name.push_str(&word.to_ascii_lowercase());
    }
    name
}

pub(super) struct Consequences<'a> {
    pub(super) incident: &'a Incident,
    pub(super) event: &'a Event,
    intents: Vec<Intent>,
}

impl Consequences<'_> {
    pub(super) fn push(&mut self, lane: Lane, kind: EffectKind) {
        self.intents.push(Intent { lane, kind });
    }

    fn show(&mut self, kind: EffectKind) {
        self.push(Lane::Show(self.incident.id), kind);
    }

    fn has_room(&self) -> bool {
        self.incident.clocks.own_channel || self.incident.room.is_some()
    }

    fn by(&self) -> Actor {
        self.event.by.clone()
    }

    pub(super) fn say(&mut self, lane: Lane, to: To, say: Say, keep_as: Option<PostKey>) {
        self.push(lane, EffectKind::Say { to, say: Box::new(say), keep_as });
    }

    /// Says it to stakeholders, and to the people at work where they have a channel of their own; kept, so that it
    /// can be taken back in place.
    fn announce(&mut self, say: &Say) {
        let seq = self.event.seq;
        let key = |to: &To| Some(PostKey::Announcement { seq, to: to.clone() });
        self.say(Lane::Announce(self.incident.id), To::Emergencies, say.clone(), key(&To::Emergencies));
        if self.has_room() {
            self.say(Lane::Room(self.incident.id), To::Room, say.clone(), key(&To::Room));
        }
    }

    /// Says it to the people at work.
    fn say_inside(&mut self, say: Say) {
        if self.has_room() {
            self.say(Lane::Room(self.incident.id), To::Room, say, None);
        } else {
            self.say(Lane::Announce(self.incident.id), To::Emergencies, say, None);
        }
    }

    /// Edits the announcement of event `seq` wherever it stands.
    fn amend(&mut self, seq: u32) {
        let id = self.incident.id;
        self.push(Lane::Announce(id), EffectKind::Amend { seq, to: To::Emergencies });
        if self.has_room() {
            self.push(Lane::Room(id), EffectKind::Amend { seq, to: To::Room });
        }
    }

    fn cards(&mut self) {
        self.show(EffectKind::Card { place: CardPlace::Emergencies });
        if self.incident.room.is_some() {
            self.show(EffectKind::Card { place: CardPlace::Room });
        }
    }

    fn cards_and_topic(&mut self, before: Option<&Incident>) {
        self.cards();
        let leads = |incident: &Incident| incident.merged().map(|merged| merged.whole.incident);
        let shown = |incident: &Incident| {
            (incident.severity, incident.status, incident.title.clone(), leads(incident))
        };
        let moved = before.map(shown) != Some(shown(self.incident));
        if moved && self.incident.room.is_some() {
            self.show(EffectKind::Topic);
        }
    }

    fn open_room(&mut self) {
        let name = room_name(self.incident.id, &self.incident.title);
        self.push(Lane::Room(self.incident.id), EffectKind::OpenRoom { name });
    }

    fn invite(&mut self, people: Vec<UserId>, oncall: bool) {
        if self.incident.room.is_some() && (oncall || !people.is_empty()) {
            self.show(EffectKind::Invite { people, oncall });
        }
    }

    fn declared(&mut self) {
        let incident = self.incident;
        let say = Say::Declared {
            title: incident.title.clone(),
            severity: incident.severity,
            status: incident.status,
            impact: incident.impact.clone(),
            action: incident.action.clone(),
            eta: incident.eta.clone(),
            update_every: incident.clocks.update_every,
            by: incident.declared_by.clone(),
        };
        self.say(Lane::Announce(incident.id), To::Emergencies, say, Some(PostKey::DECLARATION));
        if incident.clocks.own_channel {
            self.open_room();
        }
    }

    /// What was overtaken while its message was on the way is put right now that the message stands.
    fn posted(&mut self, key: &PostKey) {
        let incident = self.incident;
        match key {
            PostKey::Card(CardPlace::Room) => self.show(EffectKind::PinCard),
            PostKey::Card(CardPlace::Emergencies) => {}
            key if key.asks_whether_it_is_over().is_some() => self.question_stands(key),
            PostKey::Announcement { seq, to }
                if incident.is_taken_back(*seq)
                    || (incident.response_missed == Some(*seq) && incident.acknowledged.is_some()) =>
            {
                let amend = EffectKind::Amend { seq: *seq, to: to.clone() };
                self.push(Lane::Announce(incident.id), amend);
            }
            // It is the card, as it was declared; nothing happened since where this is the second event.
            key if *key == PostKey::DECLARATION && self.event.seq > 2 => self.cards(),
            PostKey::Announcement { .. } => {}
            // The rota's.
            PostKey::Brief { .. } | PostKey::OnCallNow | PostKey::Swap { .. } | PostKey::Summons { .. } => {}
            PostKey::Page { seq, to } => {
                let open = incident.open_pages.iter().find(|page| page.seq == *seq && page.to == *to);
                // What was answered meanwhile is closed; what does not name the channel yet is shown anew, and no phone is hung up.
                let is_right = match open {
                    Some(page) => page.names_room || incident.room.is_none() || matches!(to, To::Phone(_)),
                    None => incident.offers(*seq, to),
                };
                if !is_right {
                    self.close(*seq, to);
                }
            }
            PostKey::Reminder { seq, to, rung, due } => {
                if !incident.open_reminders.iter().any(|open| open.seq == *seq) {
                    let (at, how) = (self.event.at, Answered::Overtaken);
                    let settled = Settled { by: Actor::Howler, at, how, rung: *rung, due: *due };
                    self.show(EffectKind::Settle { seq: *seq, to: to.clone(), settled });
                }
            }
        }
    }

    fn room_opened(&mut self) {
        let incident = self.incident;
        self.show(EffectKind::Topic);
        self.cards();
        self.name_room();
        let has_it = incident.acknowledged.iter().map(|acknowledged| &acknowledged.by);
        let people = [&incident.declared_by].into_iter().chain(incident.roles.values()).chain(has_it);
        let mut people: Vec<UserId> = people.filter_map(Actor::in_slack).cloned().collect();
        people.extend(incident.parts.values().flat_map(|part| part.people.iter().cloned()));
        people.sort();
        people.dedup();
        self.invite(people, true);
    }

    fn acknowledged(&mut self, before: Option<&Incident>) {
        let by = self.by();
        if before.is_some_and(|before| before.acknowledged.is_some()) {
            self.say_inside(Say::Answered { by: by.clone() });
            self.cards();
            return self.invite(by.in_slack().cloned().into_iter().collect(), false);
        }
        let after = self.incident.taken_after(self.event.at);
        self.say_inside(Say::Acknowledged { by: by.clone(), after });
        if let Some(seq) = self.incident.response_missed {
            self.push(Lane::Announce(self.incident.id), EffectKind::Amend { seq, to: To::Emergencies });
        }
        self.cards();
        self.invite(by.in_slack().cloned().into_iter().collect(), false);
    }

    fn updated(&mut self, before: Option<&Incident>, facts: &UpdateFacts) {
        let incident = self.incident;
        let say = Say::Updated {
            title: incident.title.clone(),
            facts: facts.clone(),
            by: self.by(),
            at: self.event.at,
            number: incident.updates.len(),
            next_due: incident.update_due(),
        };
        self.announce(&say);
        self.cards_and_topic(before);
        self.settle(before, Answered::Updated);
    }

    fn status_changed(&mut self, before: Option<&Incident>, from: Status, to: Status) {
        let title = self.incident.title.clone();
        let by = self.by();
        self.say_inside(Say::StatusChanged { title, from, to, by });
        self.cards_and_topic(before);
    }

    fn severity_changed(&mut self, before: Option<&Incident>) {
        let EventKind::SeverityChanged { from, to, reason, clocks, .. } = &self.event.kind else { return };
        let say = Say::SeverityChanged {
            title: self.incident.title.clone(),
            from: *from,
            to: *to,
            reason: reason.clone(),
            by: self.by(),
            update_every: clocks.update_every,
        };
        let room_asked_for = before.is_some_and(|before| before.clocks.own_channel || before.room.is_some());
        if clocks.own_channel && !room_asked_for {
            self.open_room();
        }
        self.announce(&say);
        self.settle_overtaken(before);
        self.cards_and_topic(before);
    }

    fn noted(&mut self, text: &str) {
        let by = self.by();
        self.say_inside(Say::Noted { text: text.to_owned(), by });
    }

    fn role_taken(&mut self, role: Role, person: &Actor, from: Option<&Actor>) {
        let incident = self.incident;
        let by = self.by();
        let person = person.clone();
        self.say_inside(Say::RoleTaken { role, person: person.clone(), from: from.cloned(), by });
        let brief = Say::Brief {
            role,
            title: incident.title.clone(),
            severity: incident.severity,
            status: incident.status,
            declared_at: incident.declared_at,
            impact: incident.impact.clone(),
            action: incident.action.clone(),
            eta: incident.eta.clone(),
            last_update: last_update(incident),
            next_due: incident.update_due(),
            roles: incident.roles.iter().map(|(role, person)| (*role, person.clone())).collect(),
            room: incident.room.clone(),
            from: from.cloned(),
        };
        if let Some(person) = person.in_slack() {
            self.say(Lane::Page(incident.id), To::Person(person.clone()), brief, None);
        }
        self.cards();
        self.invite(person.in_slack().cloned().into_iter().collect(), false);
    }

    fn reminded(&mut self) {
        let EventKind::Reminded { due: reminder, rung, to, late, quiet, .. } = &self.event.kind else {
            return;
        };
        let incident = self.incident;
        let say = Say::Reminder {
            title: incident.title.clone(),
            severity: incident.severity,
            status: incident.status,
            rung: *rung,
            due: incident.update_due().unwrap_or(*reminder),
            reminder: *reminder,
            last_update: last_update(incident),
            declared_at: incident.declared_at,
            impact: incident.impact.clone(),
            action: incident.action.clone(),
            commander: incident.commander().cloned(),
            asked: incident.person_to_ask().map_or_else(|| incident.person_in_charge().clone(), Actor::from),
            missed_in_all: incident.promises_missed,
            late: *late,
            quiet: *quiet,
        };
        let keep_as = PostKey::Reminder { seq: self.event.seq, to: to.clone(), rung: *rung, due: *reminder };
        self.say(Lane::Page(incident.id), to.clone(), say, Some(keep_as));
        self.cards();
    }

    fn response_missed(&mut self) {
        let EventKind::ResponseMissed { due, late, everybody, quiet } = &self.event.kind else { return };
        let say = Say::ResponseMissed {
            title: self.incident.title.clone(),
            severity: self.incident.severity,
            within: self.incident.response_time(*due),
            began: self.incident.began_before(self.incident.response_from),
            late: *late,
            everybody: *everybody,
            quiet: *quiet,
        };
        let keep_as = PostKey::Announcement { seq: self.event.seq, to: To::Emergencies };
        self.say(Lane::Page(self.incident.id), To::Emergencies, say, Some(keep_as));
        self.cards();
    }

    fn resolved(&mut self, before: Option<&Incident>) {
        let EventKind::Resolved { root_cause, impact, data_loss, cancelled, .. } = &self.event.kind else {
            return;
        };
        let incident = self.incident;
        let say = Say::Resolved {
            title: incident.title.clone(),
            since: incident.counts_from(),
            resolved_at: self.event.at,
            root_cause: root_cause.clone(),
            impact: impact.clone(),
            data_loss: data_loss.clone(),
            by: self.by(),
            figures: Figures::of(incident),
            cancelled: cancelled.clone(),
        };
        self.announce(&say);
        self.cards_and_topic(before);
        self.settle(before, Answered::Resolved);
    }

    fn reopened(&mut self, before: Option<&Incident>) {
        let incident = self.incident;
        if let Some(resolution) = incident.resolutions.last() {
            self.amend(resolution.seq);
        }
        let say = Say::Reopened {
            title: incident.title.clone(),
            by: self.by(),
            status: incident.status,
            update_every: incident.clocks.update_every,
        };
        self.announce(&say);
        self.cards_and_topic(before);
    }

    fn retracted(&mut self, before: Option<&Incident>, seq: u32) {
        self.amend(seq);
        self.settle_overtaken(before);
        self.cards_and_topic(before);
    }

    fn settle_overtaken(&mut self, before: Option<&Incident>) {
        if self.incident.open_reminders.is_empty() {
            self.settle(before, Answered::Overtaken);
        }
    }

    /// Every reminder that stood unanswered says how it was answered and loses its buttons. An edit, so not in the
    /// lane of pages: the next page must not wait for it.
    fn settle(&mut self, before: Option<&Incident>, how: Answered) {
        let open = before.map(|before| before.open_reminders.clone()).unwrap_or_default();
        for OpenReminder { seq, to, rung, due } in open {
            let settled = Settled { by: self.event.by.clone(), at: self.event.at, how, rung, due };
            self.show(EffectKind::Settle { seq, to, settled });
        }
    }
}

fn last_update(incident: &Incident) -> Option<(jiff::Timestamp, String)> {
    let update = incident.last_update()?;
    let facts = &update.facts;
    let text = facts.text.clone().or_else(|| facts.action.clone()).or_else(|| facts.impact.clone());
    Some((update.at, text.unwrap_or_else(|| format!("Status: {}", incident.status))))
}
