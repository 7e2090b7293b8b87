//! Two incidents that are one, and two again: each merge and each split is one decision over several rows, in one commit.

use std::collections::BTreeSet;
use std::sync::Arc;

use tracing::info;

use super::feature::alerts::{find, find_group};
use super::{Draft, refused};
use crate::book::newest;
use domain::aggregate::Cause;
use domain::alert::group::GroupId;
use domain::alert::{Alert, source_word};
use domain::answer::Answer;
use domain::command::{Command, Line};
use domain::effect::{EffectKind, Lane, PostKey};
use domain::id::{ChannelId, IncidentId, MessageTs};
use domain::incident::alerts::Tally;
use domain::incident::event::EventKind;
use domain::incident::merge::{
    Alike, Apart, Back, Face, Likeness, MergeNews, Merging, Whole, alike, calls_again, counts_for_the_whole,
    merge, split, undone_by_retract,
};
use domain::incident::{Asked, Incident, Intent};
use domain::owner::Owner;
use domain::refusal::Refusal;
use domain::request::Request;
use store::StoreError;

/// Of an incident so many groups and named alerts are compared with another's.
pub(super) const COMPARED: usize = 10;
/// A new one is compared with so many open ones, the newest first.
const LOOKED_AT: usize = 100;

impl Draft<'_> {
    /// Answers a line about `incident` that another one has a part in; `None` where it is about this one alone.
    pub(super) fn of_several(
        &mut self,
        request: &Request,
        line: &Line,
        incident: &Arc<Incident>,
    ) -> Result<Option<Answer>, StoreError> {
        let note = match &line.command {
            Command::With { note, .. } => Some(note.as_str()),
            _ => None,
        };
        match line.command.core() {
            Command::Merge { into } => self.merge(request, incident, *into, note).map(Some),
            Command::Split => self.split(request, incident, note).map(Some),
            Command::Retract { what } => match undone_by_retract(incident, *what) {
                Some(part) => match self.book().incident(part)? {
                    Some(part) => self.split(request, &part, note).map(Some),
                    None => Ok(None),
                },
                None => Ok(None),
            },
            command if incident.merged().is_some() && counts_for_the_whole(command) => {
                let Some(whole) = self.book().whole(incident.id)? else { return Ok(None) };
                // The call in which it was said is the part's, and ends with the merge.
                let place = if request.place.in_call().is_some() {
                    domain::request::Place::phone()
                } else {
                    request.place.clone()
                };
                let request = Request { place, ..request.clone() };
                let line = Line { incident: Some(whole.id), command: line.command.clone() };
                self.line(&request, &line).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn merge(
        &mut self,
        request: &Request,
        it: &Incident,
        into: IncidentId,
        note: Option<&str>,
    ) -> Result<Answer, StoreError> {
        let Some(other) = self.book().incident(into)? else {
            return Ok(refused(Refusal::NoSuchIncident { incident: into }));
        };
        let (mut all, more) = (other.belongings(), it.belongings());
        all.groups.extend(more.groups);
        all.alone.extend(more.alone);
        let tally = self.tally(&all.groups, &all.alone)?;
        let duty = self.duty();
        let asked = Asked { by: &request.by, place: &request.place, now: self.now, duty: &duty };
        match merge(it, &other, tally, &asked, &self.config.severity) {
            Ok(merging) => {
                info!(incident = it.id.0, into = into.0, "merged");
                let answer = self.carry_out_all(request, merging, note.map(|note| (into, note)))?;
                self.redraw(&it.belongings().groups)?;
                Ok(answer)
            }
            Err(refusal) => Ok(refused(refusal)),
        }
    }

    fn split(
        &mut self,
        request: &Request,
        it: &Arc<Incident>,
        note: Option<&str>,
    ) -> Result<Answer, StoreError> {
        let above = self.above(it)?;
        if let Some(asks) = self.asks_before_it_calls(request, it, above.last())? {
            return Ok(asks);
        }
        let (back, left) = match above.last() {
            Some(whole) => self.apart(it, whole)?,
            None => (Back::default(), Tally::default()),
        };
        let groups: BTreeSet<GroupId> =
            back.lent.values().chain([&back.own]).flat_map(|part| part.groups.clone()).collect();
        let above: Vec<&Incident> = above.iter().map(Arc::as_ref).collect();
        match split(it, Apart { above: &above, back, left, now: self.now }) {
            Ok(merging) => {
                info!(incident = it.id.0, "split off");
                let answer = self.carry_out_all(request, merging, note.map(|note| (it.id, note)))?;
                self.redraw(&groups)?;
                Ok(answer)
            }
            Err(refusal) => Ok(refused(refusal)),
        }
    }

    /// A line that would call people for what was over is asked about; a button has said so before it was pressed. A shell has none: there
    /// what leads is opened first.
    fn asks_before_it_calls(
        &self,
        request: &Request,
        it: &Incident,
        whole: Option<&Arc<Incident>>,
    ) -> Result<Option<Answer>, StoreError> {
        let doubt = whole.and_then(|whole| calls_again(it, whole, &self.config.severity));
        let doubt = doubt.filter(|_| !request.delivery.is_press());
        let (Some(doubt), Some(whole)) = (doubt, whole) else { return Ok(None) };
        let split = (!request.place.is_shell()).then_some((it.id, Command::Split));
        let lines = split.into_iter().chain([(whole.id, Command::Reopen)]);
        let lines = lines.map(|(id, command)| Line { incident: Some(id), command });
        self.unclear(request, &Refusal::unsure(doubt, lines)).map(Some)
    }

    /// The messages of open alerts say to which incident they belong.
    pub(super) fn redraw(&mut self, groups: &BTreeSet<GroupId>) -> Result<(), StoreError> {
        for group in groups.iter().copied() {
            if self.book().live_group(group).is_some() {
                let kind = EffectKind::AlertCard { group };
                self.push(Owner::AlertGroup(group), Intent { lane: Lane::Alerts(group), kind });
            }
        }
        Ok(())
    }

    fn carry_out_all(
        &mut self,
        request: &Request,
        merging: Merging,
        note: Option<(IncidentId, &str)>,
    ) -> Result<Answer, StoreError> {
        let cause = Cause::request(request);
        for (id, kinds) in merging.events {
            for kind in kinds {
                self.record::<Incident>(id, &cause, kind)?;
            }
        }
        if let Some((id, text)) = note {
            self.record::<Incident>(id, &cause, EventKind::Noted { text: text.to_owned() })?;
        }
        Ok(merging.answer)
    }

    /// What an incident is merged into, the nearest first: the last one leads.
    fn above(&self, it: &Arc<Incident>) -> Result<Vec<Arc<Incident>>, StoreError> {
        let mut above: Vec<Arc<Incident>> = Vec::new();
        let mut next = it.merged().map(|merged| merged.into);
        while let Some(id) = next {
            let Some(found) = self.book().incident(id)? else { break };
            next = found.merged().map(|merged| merged.into);
            above.push(found);
        }
        Ok(above)
    }

    /// What is merged into an incident hears of its channel, of its title, that somebody has it, and how it ends; what looked the same as one that is over looks like it no more.
    pub(super) fn parts_follow(
        &mut self,
        before: Option<&Incident>,
        after: &Incident,
    ) -> Result<(), StoreError> {
        let Some(before) = before else { return Ok(()) };
        let told = |incident: &Incident| Whole::of(incident);
        if !after.parts.is_empty() && told(before) != told(after) {
            let whole = told(after);
            for part in after.parts.keys().filter(|_| after.merged().is_none()) {
                // What is just being merged hears it with that.
                let part = self.book().incident(*part)?;
                let led = |part: &Arc<Incident>| {
                    part.merged().is_some_and(|merged| merged.whole.incident == after.id)
                };
                if let Some(part) = part.filter(led) {
                    let news = MergeNews::Led { whole: whole.clone() };
                    self.record::<Incident>(part.id, &Cause::howler(), EventKind::Merge(Box::new(news)))?;
                }
            }
        }
        if before.is_open() && !after.is_open() {
            let looks = |incident: &Arc<Incident>| {
                incident.alike.as_ref().is_some_and(|alike| alike.incident == after.id)
            };
            for incident in self.book().open().into_iter().filter(looks) {
                let news = EventKind::Merge(Box::new(MergeNews::Alike(None)));
                self.record::<Incident>(incident.id, &Cause::howler(), news)?;
            }
        }
        Ok(())
    }

    /// Incidents that an alert of this group may belong to: those that such alerts declared and that are open, or merged into what is;
    /// the oldest first.
    pub(super) fn standing(&self, group: &str) -> Result<Vec<Arc<Incident>>, StoreError> {
        let new = self.declared.get(group).copied();
        let may_be: BTreeSet<IncidentId> = self.state.declared.like(group).chain(new).collect();
        let mut all = Vec::new();
        for id in may_be {
            let whole = self.book().whole(id)?.is_some_and(|whole| whole.is_open());
            all.extend(self.book().incident(id)?.filter(|_| whole));
        }
        Ok(all)
    }

    /// The one that leads now, where a message is a page of an incident that was merged.
    pub(super) fn whole_of_page(
        &self,
        channel: &ChannelId,
        message: &MessageTs,
    ) -> Result<Option<Arc<Incident>>, StoreError> {
        if self.state.merged.is_empty() {
            return Ok(None);
        }
        let Some(id) = self.store.incident_of_message(channel, message)? else { return Ok(None) };
        let Some(part) = self.book().incident(id)?.filter(|incident| incident.merged().is_some()) else {
            return Ok(None);
        };
        let is_it = |post: &&domain::incident::Post| post.channel == *channel && post.message == *message;
        let post = part.posts.iter().find(is_it);
        let is_page = matches!(post.map(|post| &post.key), Some(PostKey::Page { .. }));
        let whole = self.book().whole(id)?.filter(|whole| is_page && whole.is_open());
        Ok(whole)
    }

    /// Looks for an older open incident that is most likely the same, and puts the question on the younger one's card.
    pub(super) fn suggest(&mut self, id: IncidentId) -> Result<(), StoreError> {
        let Some(it) = self.book().incident(id)?.filter(|it| it.is_open() && it.alike.is_none()) else {
            return Ok(());
        };
        let open = self.book().open();
        let older: Vec<_> = newest(&open).filter(|other| other.id < id).take(LOOKED_AT).collect();
        // Who was split off is another one, whatever it looks like.
        let parted = |other: &Incident| it.merges.iter().any(|merged| merged.into == other.id);
        let mut best: Option<(Likeness, &Arc<Incident>)> = None;
        if older.is_empty() {
            return Ok(());
        }
        let own = self.face(&it)?;
        for other in older.into_iter().filter(|other| !parted(other)) {
            let alerts = if own.alerts.is_empty() { BTreeSet::new() } else { self.known_by(other)? };
            let face = Face { title: &other.title, declared_at: other.declared_at, alerts };
            let Some(likeness) = alike(&own, &face) else { continue };
            if best.as_ref().is_none_or(|(known, _)| likeness < *known) {
                best = Some((likeness, other));
            }
        }
        let Some((why, other)) = best else { return Ok(()) };
        let alike = Alike { incident: other.id, title: other.title.clone(), why };
        let news = EventKind::Merge(Box::new(MergeNews::Alike(Some(alike))));
        self.record::<Incident>(id, &Cause::howler(), news)
    }

    fn face<'i>(&self, it: &'i Incident) -> Result<Face<'i>, StoreError> {
        Ok(Face { title: &it.title, declared_at: it.declared_at, alerts: self.known_by(it)? })
    }

    /// What an incident's alerts are known by: source and key of the first ones, and the groups that a rule makes.
    fn known_by(&self, it: &Incident) -> Result<BTreeSet<String>, StoreError> {
        let mut known = BTreeSet::new();
        let mut takes = |alert: &Alert| {
            known.insert(format!("{} {}", source_word(alert.source), alert.key));
            if alert.verdict.group_stays {
                known.insert(format!("group {}", alert.verdict.group));
            }
        };
        let belongings = it.belongings();
        for named in &it.alerts.named {
            if let Some(alert) = find(&self.book(), named.alert)? {
                takes(&alert);
            }
        }
        for group in belongings.groups.iter().take(COMPARED) {
            let first = find_group(&self.book(), *group)?.map(|group| group.first);
            if let Some(alert) = first.map(|first| find(&self.book(), first)).transpose()?.flatten() {
                takes(&alert);
            }
        }
        Ok(known)
    }
}
