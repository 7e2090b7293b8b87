//! The rota's part of a round.

use std::sync::Arc;

use tracing::{debug, warn};

use super::{Draft, refused};
use crate::oncall::{self, Look};
use domain::aggregate::Cause;
use domain::answer::{Answer, Called, Private, StillCalling, Summary};
use domain::effect::{Effect, EffectKind, PostKey, Receipt, To};
use domain::id::{IncidentId, UserId};
use domain::incident::Incident;
use domain::incident::event::{Event, EventKind};
use domain::oncall::call_name::{About, CallName};
use domain::oncall::decide::{Caller, decide};
use domain::oncall::duty::{Call, Duty};
use domain::oncall::event::{PageRecord, RotaEvent, RotaEventKind};
use domain::oncall::line::Oncall;
use domain::oncall::rota::Rota;
use domain::oncall::said::Heard;
use domain::oncall::tell::Brief;
use domain::refusal::Refusal;
use domain::request::Request;
use domain::{Command, Line, Severity};
use store::StoreError;

impl Draft<'_> {
    pub(super) fn rota(&self) -> Arc<Rota> {
        Arc::clone(self.parts.rota.changed.get(&()).unwrap_or(&self.state.rota))
    }

    /// Who is on call now.
    pub(super) fn duty(&self) -> Duty {
        self.rota().duty(self.now, oncall::reach(self.config))
    }

    /// Begins the rota with the configuration's people, or takes over what the configuration says of its turns.
    pub fn tend_rota(&mut self) -> Result<(), StoreError> {
        let rota = self.rota();
        let Some(schedule) = self.config.rotation.set_up(&rota, self.now) else { return Ok(()) };
        let set = RotaEventKind::Set { schedule: Box::new(schedule) };
        self.whole(|draft| draft.record::<Rota>((), &Cause::howler(), set))
    }

    /// Decides a line about being on call.
    pub(super) fn oncall(&mut self, request: &Request, line: &Oncall) -> Result<Answer, StoreError> {
        if let Oncall::PageSeverity { severity, reason } = line {
            return self.page_severity(request, *severity, reason);
        }
        let rota = self.rota();
        let look = Look { book: &self.book(), config: self.config, rota: &rota };
        if line.reads() {
            return oncall::answer(&look, request, line);
        }
        let again = match line {
            Oncall::Again { line, seen } => match oncall::resolved(&look, line) {
                Ok(change) => change.map(|change| Oncall::Confirm { change, seen: *seen }),
                Err(refusal) => return Ok(refused(refusal)),
            },
            _ => None,
        };
        let line = again.as_ref().unwrap_or(line);
        let key = oncall::key(self.store.instance(), &request.delivery);
        let caller = Caller {
            by: &request.by,
            now: self.now,
            privately: request.place.is_private(),
            key: &key,
            address: self.config.phone.public_url.as_ref().map(|url| url.as_str()),
            reach: oncall::reach(self.config),
            call: request.place.in_call(),
        };
        let decision = match decide(&rota, line, &caller) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(refused(refusal)),
        };
        for kind in decision.events {
            self.record::<Rota>((), &Cause::request(request), kind)?;
        }
        Ok(Answer::Private(Private::Oncall(Box::new(decision.answer))))
    }

    /// Something said directly that is no line: it answers the page that waits for this person, the one whose thread it is
    /// in first.
    pub(super) fn said(
        &mut self,
        request: &Request,
        refusal: &Refusal,
        heard: &Heard,
    ) -> Result<Answer, StoreError> {
        let Some(person) = request.by.in_slack() else { return self.unclear(request, refusal) };
        let to = To::Person(person.clone());
        let told = self.book().told_by(&request.place)?;
        let waits = |incident: &Incident| incident.open_pages.iter().any(|page| page.to == to);
        let mut open = self.book().open();
        open.sort_by_key(|incident| (Some(incident.id) != told, std::cmp::Reverse(incident.id)));
        if let Some(incident) = open.iter().find(|incident| waits(incident)) {
            if *heard != Heard::Yes {
                return Ok(self.still_calling(incident, heard, refusal));
            }
            let line = Line { incident: Some(incident.id), command: Command::Ack };
            let answer = self.line(request, &line)?;
            return Ok(self.still_paged(&to, answer));
        }
        let rota = self.rota();
        let summons =
            rota.summons.iter().rev().find(|summons| summons.open.iter().any(|(_, open)| *open == to));
        match summons {
            Some(summons) if *heard != Heard::Yes => {
                let about = Called::Page(summons.number, summons.reason.clone());
                let refusal = told_beside(heard, refusal);
                let calling = StillCalling { heard: heard.clone(), about, next: None, refusal };
                Ok(Answer::Private(Private::StillCalling(Box::new(calling))))
            }
            Some(summons) => {
                let answer = self.oncall(request, &Oncall::AnswerPage { number: summons.number })?;
                Ok(self.still_paged(&to, answer))
            }
            None => self.unclear(request, refusal),
        }
    }

    /// The page goes on, and whoever said so is told what comes next.
    fn still_calling(&self, incident: &Incident, heard: &Heard, refusal: &Refusal) -> Answer {
        let next = incident.paging.as_ref().and_then(|paging| {
            let (index, due) = paging.next?;
            let step = paging.path.steps.get(index)?;
            Some((due, self.duty().reach_all(&step.calls).0))
        });
        let (about, heard) = (Called::Incident(Box::new(incident.summary())), heard.clone());
        let refusal = told_beside(&heard, refusal);
        Answer::Private(Private::StillCalling(Box::new(StillCalling { heard, about, next, refusal })))
    }

    /// One reply answers one page. Whoever is called by others is told which.
    fn still_paged(&self, to: &To, answer: Answer) -> Answer {
        let open = self.book().open();
        let called = open.iter().filter(|incident| incident.open_pages.iter().any(|page| page.to == *to));
        let incidents: Vec<Summary> = called.map(|incident| incident.summary()).collect();
        let rota = self.rota();
        let calling = rota.summons.iter().filter(|summons| summons.open.iter().any(|(_, open)| open == to));
        let pages: Vec<(u64, String)> =
            calling.map(|summons| (summons.number, summons.reason.clone())).collect();
        match answer {
            Answer::Private(answered) if !incidents.is_empty() || !pages.is_empty() => {
                Answer::Private(Private::StillPaged { answered: Box::new(answered), incidents, pages })
            }
            answer => answer,
        }
    }

    /// A call reached nobody: it is on the record, and a text follows, while the page still waits for an answer.
    pub(super) fn call_missed(
        &mut self,
        request: &Request,
        call: &CallName,
        texted: bool,
    ) -> Result<Answer, StoreError> {
        let CallName { about, seq, person } = call.clone();
        let to = To::Phone(person.clone());
        match about {
            About::Incident(id) => {
                let waits = self.book().incident(id)?.is_some_and(|incident| incident.offers(seq, &to));
                if waits {
                    let missed = EventKind::CallMissed { seq, person, texted };
                    self.record::<Incident>(id, &Cause::howler(), missed)?;
                }
            }
            About::Summons(summons) => {
                let waits =
                    self.rota().summons(summons).is_some_and(|summons| summons.open.contains(&(seq, to)));
                if waits {
                    let missed = RotaEventKind::CallMissed { summons, person, texted };
                    self.record::<Rota>((), &Cause::howler(), missed)?;
                }
            }
            About::Test(number) => {
                let rings =
                    self.rota().rings.values().any(|ring| ring.number == number && ring.heard.is_none());
                if rings {
                    self.record::<Rota>((), &Cause::howler(), RotaEventKind::RingMissed { number })?;
                }
            }
        }
        debug!(delivery = %request.delivery, "a call reached nobody");
        Ok(Answer::Nothing)
    }

    /// A page by a severity is an incident: it has a card, a timeline and an end.
    fn page_severity(
        &mut self,
        request: &Request,
        severity: Severity,
        reason: &str,
    ) -> Result<Answer, StoreError> {
        if !self.config.severity.rule(severity).pages().pages() {
            return Ok(refused(Refusal::NeverPages { severity, title: reason.to_owned() }));
        }
        let declare = Command::Declare { severity, title: reason.to_owned() };
        self.line(request, &Line { incident: None, command: declare })
    }

    /// A hand-over waits for no count: pages that cannot be read are said to be unknown.
    pub(super) fn brief(&self, rota: &Rota) -> Brief {
        let look = Look { book: &self.book(), config: self.config, rota };
        let pages = self.store.paged(oncall::week_before(self.now));
        let pages =
            pages.inspect_err(|error| warn!(%error, "a hand-over's brief goes without the week's pages"));
        oncall::brief(&look, pages.ok())
    }

    /// A message about being on call that stands now, where it is edited later.
    pub(super) fn told(&mut self, effect: &Effect, receipt: &Receipt) -> Result<(), StoreError> {
        let Receipt::Message { channel, message } = receipt else { return Ok(()) };
        let key = match &effect.kind {
            EffectKind::Tell { keep_as: Some(key), .. } => key,
            EffectKind::Group => &PostKey::OnCallNow,
            _ => return Ok(()),
        };
        let (key, channel, message) = (key.clone(), channel.clone(), message.clone());
        let posted = RotaEventKind::Posted { key, channel, message };
        self.record::<Rota>((), &Cause::howler(), posted)
    }

    /// Remembers where the configuration's channels are.
    pub(super) fn knows_channel(&mut self, effect: &Effect, receipt: &Receipt) -> Result<(), StoreError> {
        let Receipt::Message { channel, .. } = receipt else { return Ok(()) };
        let name = match (&effect.kind, effect.kind.place()) {
            (EffectKind::Say { .. }, Some(To::Emergencies)) => &self.config.channels.emergencies,
            (EffectKind::Say { .. } | EffectKind::Tell { .. }, Some(To::OnCall)) => {
                &self.config.channels.on_call
            }
            _ => return Ok(()),
        };
        if name == channel.as_str() || self.rota().channels.get(name) == Some(channel) {
            return Ok(());
        }
        let (name, channel) = (name.clone(), channel.clone());
        self.record::<Rota>((), &Cause::howler(), RotaEventKind::ChannelKnown { name, channel })
    }

    /// Repairs the group where `person` is still on call and nothing of the group waits.
    pub fn group_drifted(&mut self, person: &UserId) -> Result<(), StoreError> {
        let waits = self.state.outbox.iter().any(|effect| effect.kind == EffectKind::Group);
        if waits || self.duty().primary.as_ref() != Some(person) {
            return Ok(());
        }
        self.whole(|draft| draft.record::<Rota>((), &Cause::howler(), RotaEventKind::GroupRepaired))
    }

    /// Counts whom a page called, for reports.
    pub(super) fn count_pages(&mut self, incident: IncidentId, severity: Severity, event: &Event) {
        if let EventKind::Paged(paged) = &event.kind {
            self.count(Some(incident), Some(severity), &paged.calls);
        }
    }

    pub(super) fn paged_without_incident(&mut self, event: &RotaEvent) {
        if let RotaEventKind::Summoned { calls, .. } | RotaEventKind::SummonedAgain { calls, .. } =
            &event.kind
        {
            self.count(None, None, calls);
        }
    }

    fn count(&mut self, incident: Option<IncidentId>, severity: Option<Severity>, calls: &[Call]) {
        let records = calls.iter().filter_map(|call| {
            let (person, phone) = call.to.person()?;
            Some(PageRecord { at: self.now, person: person.clone(), incident, severity, phone })
        });
        self.changes.paged.extend(records);
    }
}

/// What was wrong with it as a command, where it looked like one: a sentence is none.
fn told_beside(heard: &Heard, refusal: &Refusal) -> Option<Refusal> {
    let sentence = matches!(
        refusal,
        Refusal::UnknownWord { .. } | Refusal::NoSuchPageCall { .. } | Refusal::When { .. }
    );
    Some(refusal.clone()).filter(|_| *heard == Heard::Unclear && !sentence)
}
