//! One round of the desk: everything decided on top of the saved state, and committed together or not at all.

mod alerts;
mod asked;
mod at_once;
mod backup;
mod became;
mod belongs;
mod board;
mod change;
mod clock;
mod declare;
mod drill;
mod effects;
mod expiries;
mod feature;
mod freeze;
mod hear;
mod incident_alerts;
mod journal;
mod kinds;
mod meaning;
mod merge;
mod parts;
mod pictures;
mod pin;
mod reach;
mod record;
mod release;
mod rota;
mod run;
mod savepoint;
#[cfg(test)]
mod tests;
mod vendors;
mod watch;
mod watched;
mod week;

use std::sync::Arc;

use jiff::Timestamp;
use tracing::info;

pub(super) use self::feature::alerts::{find as find_alert, find_group};
pub use self::feature::{course, read as read_feature, week_of_alerts, week_of_secrets};
use self::journal::Journal;
pub use self::parts::Parts;
pub use self::vendors::say as vendors_say;
use super::book::{Book, Meant};
use super::reads;
use super::state::State;
use ::watch::expiry::ExpiryRow;
use ::watch::history::{Row as ValuesOf, RowKey};
use ::watch::kept::Kept;
use ::watch::row::Row;
use ::watch::runs::Runs;
use ::watch::vendor::VendorRow;
use config::Config;
use domain::actor::Actor;
use domain::aggregate::Cause;
use domain::alert::asking::Asking;
use domain::alert::ear::{Ear, Known, MisreadBody};
use domain::alert::group::GroupId;
use domain::alert::rules::Channel;
use domain::alert::signal::Source;
use domain::alert::watch::Beat;
use domain::answer::{Answer, Private};
use domain::command::{Command, Line};
use domain::effect::{Aside, Effect, EffectKind, EffectState, Lane, Outcome, Receipt};
use domain::id::{DeliveryId, EffectId, IncidentId};
use domain::incident::merge::offered;
use domain::incident::{Asked, Decision, Incident, Intent, decide, delivered};
use domain::owner::Owner;
use domain::refusal::Refusal;
use domain::request::{Ask, Place, ReplyPath, Request};
use domain::run::audit::Ledger;
use domain::timer::{Outage, Timer};
use store::{Changes, HeardRows, Store, StoreError};

/// What a round works with.
pub struct Draft<'a> {
    state: &'a State,
    store: &'a Store,
    config: &'a Config,
    now: Timestamp,
    outage: Option<Outage>,
    /// Incidents, the rota, runs: what this round changes of each kind.
    parts: Parts,
    /// The audit, with what this round adds.
    ledger: Arc<Ledger>,
    /// Effects that are new, changed, or gone (`None`).
    effects: Journal<EffectId, Option<Effect>>,
    seen: Journal<DeliveryId, Answer>,
    /// Sources of alerts, and what their keys lead to.
    ears: Journal<Source, Ear>,
    known: Journal<(Source, String), Known>,
    misread: Vec<MisreadBody>,
    /// What should be heard of every so often; `None` where it is expected no longer.
    beats: Journal<String, Option<Beat>>,
    /// How what is watched stands; `None` where it is watched no longer.
    watched: Journal<String, Option<Row>>,
    /// What was read of it: rows that are written, and of each watch what its next value needs.
    values: Journal<(String, RowKey), Option<ValuesOf>>,
    kept: Journal<String, Kept>,
    /// What vendors said; `None` where they are read no longer.
    vendors: Journal<String, Option<VendorRow>>,
    /// When expiries run out; `None` where they are looked at no longer.
    expiries: Journal<String, Option<ExpiryRow>>,
    /// Finished runs of workflows, where this round counts one.
    finished: Journal<(), Runs>,
    /// What sources are asked, where this round changes it.
    asking: Journal<(), Asking>,
    /// The newest group of what has this in common in each channel, as far as this round made one.
    group_keys: Journal<(String, Channel), GroupId>,
    /// The newest incident that an alert of each group declared, as far as this round made one.
    declared: Journal<String, IncidentId>,
    /// How much more is open than is saved, by what this round opened and what became longer.
    grown: usize,
    changes: Changes,
    /// How many deliveries of this round had come before.
    pub repeated: u64,
}

impl<'a> Draft<'a> {
    pub fn new(
        state: &'a State,
        store: &'a Store,
        config: &'a Config,
        now: Timestamp,
        outage: Option<Outage>,
    ) -> Self {
        let changes = Changes { next: state.next, ..Changes::default() };
        Self {
            state,
            store,
            config,
            now,
            outage,
            parts: Parts::default(),
            ledger: Arc::new(state.ledger.clone()),
            effects: Journal::default(),
            seen: Journal::default(),
            ears: Journal::default(),
            known: Journal::default(),
            misread: Vec::new(),
            beats: Journal::default(),
            watched: Journal::default(),
            values: Journal::default(),
            kept: Journal::default(),
            vendors: Journal::default(),
            expiries: Journal::default(),
            finished: Journal::default(),
            asking: Journal::default(),
            group_keys: Journal::default(),
            declared: Journal::default(),
            grown: 0,
            changes,
            repeated: 0,
        }
    }

    /// What is to be committed; empty when nothing changed.
    pub fn finish(mut self) -> Changes {
        self.changes.kinds = self.parts.finish();
        for (id, effect) in self.effects.into_map() {
            match effect {
                Some(effect) => self.changes.effects.push(effect),
                None => self.changes.effects_gone.push(id),
            }
        }
        let known = self.known.into_map().into_iter();
        self.changes.heard = HeardRows {
            known: known.map(|((source, key), known)| (source, key, known)).collect(),
            ears: self.ears.into_map().into_values().collect(),
            misread: self.misread,
            beats: self.beats.into_map().into_iter().collect(),
            asking: self.asking.into_map().into_values().next(),
            watched: self.watched.into_map().into_iter().collect(),
            values: self.values.into_map().into_iter().collect(),
            vendors: self.vendors.into_map().into_iter().collect(),
            expiries: self.expiries.into_map().into_iter().collect(),
            runs: self.finished.into_map().into_values().next(),
        };
        self.changes.seen = self.seen.into_map().into_iter().collect();
        self.changes
    }

    fn book(&self) -> Book<'_> {
        Book { state: self.state, ahead: None, round: Some(&self.parts), store: self.store, now: self.now }
    }

    /// Decides a request. One that was seen before changes nothing and gets the answer it got, refusals too.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is decided.
    pub fn handle(&mut self, request: &Request) -> Result<Answer, StoreError> {
        self.whole(|draft| draft.handle_it(request))
    }

    fn handle_it(&mut self, request: &Request) -> Result<Answer, StoreError> {
        if let Some(answer) = self.seen_before(&request.delivery)? {
            return Ok(answer);
        }
        let events_before = self.parts.events();
        let effects_before = self.effects.len();
        let answered = match self.edited(request)? {
            Some(refusal) => self.unclear(request, &refusal)?,
            None => self.answer(request)?,
        };
        self.carried_out(request, &answered);
        let answer = self.send_back(request, answered);
        let changed = self.parts.events() > events_before || self.effects.len() > effects_before;
        if changed || !may_be_asked_again(&request.ask, &answer) {
            self.seen.insert(request.delivery.clone(), answer.clone());
        }
        Ok(answer)
    }

    /// Sends back an answer that was read already.
    pub fn hand_back(&mut self, request: &Request, answer: Answer) -> Result<Answer, StoreError> {
        if let Some(answer) = self.seen_before(&request.delivery)? {
            return Ok(answer);
        }
        let answer = self.send_back(request, answer);
        self.seen.insert(request.delivery.clone(), answer.clone());
        Ok(answer)
    }

    fn seen_before(&mut self, delivery: &DeliveryId) -> Result<Option<Answer>, StoreError> {
        let before = match self.seen.get(delivery) {
            Some(answer) => Some(answer.clone()),
            None => self.store.seen(delivery)?,
        };
        self.repeated += u64::from(before.is_some());
        Ok(before)
    }

    fn answer(&mut self, request: &Request) -> Result<Answer, StoreError> {
        match &request.ask {
            Ask::Unclear(refusal) => self.unclear(request, refusal),
            Ask::Said { refusal, heard } => self.said(request, refusal, heard),
            Ask::CallMissed { call, texted } => self.call_missed(request, call, *texted),
            Ask::Line(line) => self.line(request, line),
            Ask::Form(form) => self.form(request, form),
            Ask::Reacted { message } => self.reacted(request, message),
            Ask::ChannelBack => self.channel_is_back(&request.place.channel),
            Ask::Pin { message, author, added } => {
                self.pin(request, &request.place.channel, message, author.as_ref(), *added)
            }
        }
    }

    fn line(&mut self, request: &Request, line: &Line) -> Result<Answer, StoreError> {
        match &line.command {
            Command::Declare { severity, title } => self.declare_line(request, *severity, title, None),
            Command::DeclareAnyway { severity, title, note } => {
                self.declare_anyway(request, *severity, title, note.as_deref())
            }
            Command::Cancel { of: Some(of), .. } if self.book().incident(*of)?.is_none() => {
                Ok(refused(Refusal::NoSuchIncident { incident: *of }))
            }
            Command::With { command, note } if !command.is_about_one() => match command.as_ref() {
                Command::Declare { severity, title } => {
                    self.declare_line(request, *severity, title, Some(note))
                }
                command => self.line(request, &Line { incident: None, command: command.clone() }),
            },
            Command::Either { number, here, named } => self.either(request, *number, here, named),
            Command::RetryNow { effect } => self.retry_now(*effect),
            Command::GiveUp { effect } => self.give_up(*effect, &request.by),
            Command::Oncall(line) => self.oncall(request, line),
            Command::Runbook(asked) if !asked.reads() => self.runbook(request, line.incident, asked),
            Command::Feature(asked) if !asked.reads() => self.feature(request, asked),
            command if command.reads() => reads::answer(&self.book(), self.config, request, line),
            command => match self.book().meant(line, request)? {
                Meant::Answer(answer) => Ok(*answer),
                Meant::Incident(incident) => {
                    if let Some(answer) = self.of_several(request, line, &incident)? {
                        return Ok(answer);
                    }
                    if let Some(doubt) = self.doubted(request, line, &incident)? {
                        return Ok(doubt);
                    }
                    if let Some(doubt) = self.no_double(request, line, &incident)? {
                        return Ok(doubt);
                    }
                    let duty = self.duty();
                    let asked = Asked { by: &request.by, place: &request.place, now: self.now, duty: &duty };
                    let decision = decide(&incident, command, &asked, &self.config.severity);
                    let decision = decision.map_err(|refusal| offered(refusal, line, &request.delivery));
                    self.carry_out(&incident, request, decision)
                }
            },
        }
    }

    fn carry_out(
        &mut self,
        incident: &Arc<Incident>,
        request: &Request,
        decision: Result<Decision, Refusal>,
    ) -> Result<Answer, StoreError> {
        match decision {
            Ok(decision) => {
                for kind in decision.events {
                    self.record::<Incident>(incident.id, &Cause::request(request), kind)?;
                }
                Ok(decision.answer)
            }
            Err(refusal) => Ok(refused(refusal)),
        }
    }

    /// A private answer that cannot travel in the HTTP answer goes through the outbox.
    fn send_back(&mut self, request: &Request, answer: Answer) -> Answer {
        let Answer::Private(private) = &answer else { return answer };
        if request.reply == ReplyPath::Inline {
            // A form that was taken closes; what became of it is told where it was opened.
            let taken = matches!(request.ask, Ask::Form(_)) && !matches!(private, Private::Refused(_));
            if taken {
                self.whisper(&request.by, &request.place, &ReplyPath::Ephemeral, private.clone());
            }
            return answer;
        }
        self.whisper(&request.by, &request.place, &request.reply, private.clone());
        Answer::Nothing
    }

    pub(super) fn whisper(&mut self, to: &Actor, place: &Place, reply: &ReplyPath, private: Private) {
        let Some(to) = to.in_slack() else { return };
        let kind = EffectKind::Whisper {
            to: to.clone(),
            place: place.clone(),
            reply: reply.clone(),
            private: Box::new(private),
        };
        self.push_new(Owner::Howler, Lane::Whisper(to.clone()), kind);
    }

    /// Fires a timer that came due. One that something overtook is gone already.
    ///
    /// # Errors
    /// When something could not be read; then the timer is as it was.
    pub fn fire(&mut self, timer: Timer) -> Result<(), StoreError> {
        self.whole(|draft| draft.fire_it(timer))
    }

    /// Takes in what became of an effect.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn report(&mut self, id: EffectId, outcome: Outcome) -> Result<(), StoreError> {
        self.whole(|draft| draft.report_it(id, outcome))
    }

    fn report_it(&mut self, id: EffectId, outcome: Outcome) -> Result<(), StoreError> {
        let Some(effect) = self.effect(id).cloned() else { return Ok(()) };
        match outcome {
            Outcome::Done(receipt) => self.settled(&effect, &receipt, Aside::default())?,
            Outcome::DoneBut(receipt, aside) => self.settled(&effect, &receipt, *aside)?,
            Outcome::Dropped { reason } => {
                info!(effect = id.0, reason, "an effect was dropped");
                self.effects.insert(id, None);
            }
            Outcome::Later { at, reason, unknown } => {
                let state = EffectState::Later { at, reason, unknown };
                self.effects.insert(id, Some(Effect { state, attempts: effect.attempts + 1, ..effect }));
            }
            // The lane keeps it in memory, with [`Desk::hold`](super::Desk::hold).
            Outcome::Held { .. } => {}
            Outcome::Failed { reason, .. } if effect.kind.is_by_hand() => {
                self.hand_failed(&effect, reason)?
            }
            Outcome::NotReached { why, again, reason, unknown } => {
                self.not_reached(effect, why, again, reason, unknown)?;
            }
            Outcome::Failed { reason, unknown } => self.failed(effect, reason, unknown)?,
        }
        Ok(())
    }
}

impl Draft<'_> {
    fn settled(&mut self, effect: &Effect, receipt: &Receipt, aside: Aside) -> Result<(), StoreError> {
        let incident = effect.incident.map(|incident| self.book().incident(incident)).transpose()?;
        self.effects.insert(effect.id, None);
        let event = incident.flatten().and_then(|incident| {
            let event = delivered(&incident, &effect.kind, receipt)?;
            Some((incident.id, event))
        });
        if let Some((incident, event)) = event {
            self.record::<Incident>(incident, &Cause::howler(), event)?;
        }
        if let Some(owed) = aside.owes {
            let kind = EffectKind::Mention(Box::new(owed));
            self.push_for(effect.owner, effect.incident, Intent { lane: Lane::Notice(effect.owner), kind });
        }
        self.told(effect, receipt)?;
        // Where it went instead is not where its channel is.
        if aside.elsewhere.is_none() {
            self.knows_channel(effect, receipt)?;
        }
        self.reached(effect, receipt)?;
        self.run_told(effect, receipt)?;
        self.alerts_told(effect, receipt, aside.elsewhere)
    }
}

/// What changed nothing and is decided anew when it comes again: what was not understood, and a form that stays open, which its
/// person mends and sends under the same name.
fn may_be_asked_again(ask: &Ask, answer: &Answer) -> bool {
    match ask {
        Ask::Unclear(_) | Ask::Said { .. } => true,
        // People react to everything: what is no page's message leaves no row.
        Ask::Reacted { .. } => true,
        Ask::Form(_) => matches!(answer, Answer::Private(Private::Refused(_))),
        _ => false,
    }
}

fn refused(refusal: Refusal) -> Answer {
    Answer::Private(Private::Refused(refusal))
}
