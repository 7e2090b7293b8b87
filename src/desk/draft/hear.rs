//! What sources of alerts say, decided: each signal goes to the alert of its key.

use std::borrow::Cow;
use std::sync::Arc;

use tracing::info;

use super::Draft;
use super::watch::is_beat;
use crate::book::newest;
use domain::Severity;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::bound::{self, PutOff};
use domain::alert::decide::{Brings, heard};
use domain::alert::ear::{Ear, Known};
use domain::alert::event::AlertEventKind;
use domain::alert::hear::{Checked, Delivery, NotHeard};
use domain::alert::rules::{Channel, judge};
use domain::alert::signal::{Change, Said, Signal, Source, Touched};
use domain::alert::{Alert, AlertId};
use domain::answer::Answer;
use domain::credential::plan::Lives;
use domain::effect::{EffectKind, Lane, To};
use domain::feature::{Notice, Room};
use domain::id::DeliveryId;
use domain::incident::Incident;
use domain::incident::event::EventKind;
use domain::owner::Owner;
use domain::text;
use store::StoreError;

/// Of one delivery so many changes are noted, and at so many open incidents.
const NOTED: usize = 10;

impl Draft<'_> {
    /// Takes in a source's delivery. One that was seen before changes nothing. One that would open more alerts than may be open is to
    /// come again: of what it says, only what ends something, and what is bad and has room, is taken in.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn hear(&mut self, delivery: &Delivery) -> Result<Result<(), NotHeard>, StoreError> {
        self.whole(|draft| {
            if let Some(known) = draft.named_before(delivery)? {
                return draft.beats(delivery).map(|()| Err(known));
            }
            if draft.has_room_for(delivery)? {
                return draft.hear_it(delivery).map(Ok);
            }
            draft.hear_what_fits(delivery)?;
            draft.put_off(delivery)?;
            Ok(Err(NotHeard::Full))
        })
    }

    /// Whether it was saved before under the name that it was given, or something else was.
    fn named_before(&self, delivery: &Delivery) -> Result<Option<NotHeard>, StoreError> {
        let Some(body) = delivery.body.as_deref() else { return Ok(None) };
        let seen = |id: &DeliveryId| -> Result<bool, StoreError> {
            Ok(self.seen.contains_key(id) || self.store.seen(id)?.is_some())
        };
        if !seen(&delivery.id)? {
            return Ok(None);
        }
        // An older howler noted no body.
        let same = seen(&with_body(delivery, body))? || !seen(&with_body(delivery, ""))?;
        Ok(Some(if same { NotHeard::Repeated } else { NotHeard::OtherBody }))
    }

    /// Whether what it would open may be open beside all that is.
    fn has_room_for(&self, delivery: &Delivery) -> Result<bool, StoreError> {
        let mut open = self.weight_of_open();
        let fires = delivery.heard.signals.iter().filter(|signal| signal.said == Said::Firing);
        let all: usize = fires.clone().map(Signal::weight).sum();
        if open + all <= bound::ROOMY {
            return Ok(true);
        }
        if self.seen.contains_key(&delivery.id) || self.store.seen(&delivery.id)?.is_some() {
            return Ok(true);
        }
        for signal in fires {
            if self.known_open(signal)? {
                continue;
            }
            let severity = judge(signal, &self.config.alerts, self.now).severity;
            if !bound::has_room(open, severity) {
                return Ok(false);
            }
            open += signal.weight();
        }
        Ok(true)
    }

    /// Counts what is put off. Once in a while people read it in the source's channel, who do not read logs.
    fn put_off(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let mut wants = 0;
        for signal in delivery.heard.signals.iter().filter(|signal| signal.said == Said::Firing) {
            wants += if self.known_open(signal)? { 0 } else { signal.weight() };
        }
        let source = delivery.source;
        let others = self.others_put_off(source);
        let mut ear = self.ear(source);
        let (put_off, tells) = PutOff::another(ear.put_off.as_ref(), wants, self.now);
        if tells {
            // Of the first source the on-call channel reads as well, once.
            let first = put_off.deliveries == 1 && !others;
            self.tell_of_room(source, &put_off, Room::None, first);
        }
        (ear.put_off, ear.last) = (Some(put_off), self.now);
        self.ears.insert(source, ear);
        Ok(())
    }

    /// Whether alerts of another source are put off as well.
    fn others_put_off(&self, source: Source) -> bool {
        let lately = |put_off: &PutOff| self.now.duration_since(put_off.last) <= bound::ONE_TIME;
        let is = |other: &Source| *other != source && self.ear(*other).put_off.as_ref().is_some_and(lately);
        Source::ALL.iter().any(is)
    }

    fn tell_of_room(&mut self, source: Source, put_off: &PutOff, room: Room, oncall: bool) {
        let own = Channel::of(source);
        let oncall = Some(Channel::OnCall).filter(|channel| oncall && *channel != own);
        for channel in [own].into_iter().chain(oncall) {
            let (to, notice) = (To::Source(channel), Notice::PutOff(source, Box::new(put_off.clone()), room));
            self.push_new(Owner::Howler, Lane::Notice(Owner::Howler), EffectKind::Notice { to, notice });
        }
    }

    fn known_open(&self, signal: &Signal) -> Result<bool, StoreError> {
        let known = self.known(signal.source, &signal.key)?;
        let alert = known.alert.map(|id| self.alert(id)).transpose()?.flatten();
        Ok(alert.is_some_and(|alert| alert.is_live()))
    }

    /// What ends something makes room, and what is bad has room of its own: neither waits for what stands beside it. Both come to the
    /// same when they are said again.
    fn hear_what_fits(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        self.beats(delivery)?;
        for signal in delivery.heard.signals.iter().filter(|signal| signal.said == Said::Resolved) {
            if self.known_open(signal)? {
                self.hear_signal(signal, delivery.checked)?;
            }
        }
        for signal in delivery.heard.signals.iter().filter(|signal| signal.said == Said::Firing) {
            let severity = judge(signal, &self.config.alerts, self.now).severity;
            let bad = severity <= Severity::P2 && bound::has_room(self.weight_of_open(), severity);
            if bad && !self.known_open(signal)? {
                self.hear_signal(signal, delivery.checked)?;
            }
        }
        Ok(())
    }

    /// How much is open, with what this round opened.
    fn weight_of_open(&self) -> usize {
        self.state.alerts.weight() + self.grown
    }

    pub(super) fn hear_it(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        // That it speaks at all counts, also where it says the same again, as Alertmanager does every four hours.
        self.beats(delivery)?;
        if self.seen_before(&delivery.id)?.is_some() {
            return self.said_again(delivery);
        }
        self.seen.insert(delivery.id.clone(), Answer::Nothing);
        for body in delivery.body.iter().flat_map(|body| [body.as_str(), ""]) {
            self.seen.insert(with_body(delivery, body), Answer::Nothing);
        }
        let mut ear = self.ear(delivery.source);
        let open = self.weight_of_open();
        if let Some(put_off) = ear.put_off.take_if(|put_off| !put_off.stands(open)) {
            let last = !self.others_put_off(delivery.source);
            self.tell_of_room(delivery.source, &put_off, Room::Again, last);
        }
        self.misread.extend(ear.count(delivery, self.now));
        self.count_runs(&delivery.heard.runs);
        for changed in &delivery.heard.variables {
            let on = changed.at.unwrap_or(self.now);
            self.credential_seen(&Lives::Vercel, on, |plan| plan.variable.as_ref() == Some(&changed.id))?;
        }
        for touched in &delivery.heard.touched {
            self.touched_on_github(touched)?;
        }
        for change in delivery.heard.changes.iter().take(NOTED) {
            self.note_change(change)?;
        }
        // A beat resolves its own silence, where that was told.
        for signal in delivery.heard.signals.iter().filter(|signal| !is_beat(signal)) {
            ear.late += u64::from(!self.hear_signal(signal, delivery.checked)?);
        }
        self.ears.insert(delivery.source, ear);
        Ok(())
    }

    /// Looks how something of howler's stands on GitHub, where it is what its name says.
    fn touched_on_github(&mut self, touched: &Touched) -> Result<(), StoreError> {
        let Some(incident) = self.book().incident(touched.incident)? else { return Ok(()) };
        if let Some(intent) = incident.looks_at(touched) {
            self.push(Owner::Incident(incident.id), intent);
        }
        Ok(())
    }

    fn ear(&self, source: Source) -> Ear {
        let known = self.ears.get(&source).or_else(|| self.state.alerts.ears.get(&source));
        known.cloned().unwrap_or_else(|| Ear::new(source, self.now))
    }

    /// A deploy or a promotion stands on the timelines of what is open: it may be why.
    fn note_change(&mut self, change: &Change) -> Result<(), StoreError> {
        let link = change.links.first().map(|link| format!(" {}", link.url)).unwrap_or_default();
        let text = text::clean_line(&format!("{}{link}", change.title));
        let open = self.book().open();
        for incident in newest(&open).take(NOTED) {
            let kind = EventKind::Noted { text: text::shorten(&text, text::TEXT_MOST) };
            self.record::<Incident>(incident.id, &Cause::howler(), kind)?;
        }
        Ok(())
    }

    /// What is known of a key: as this round has it, of those that are open, or as it is stored.
    fn known(&self, source: Source, key: &str) -> Result<Known, StoreError> {
        if let Some(known) = self.known.get(&(source, key.to_owned())) {
            return Ok(known.clone());
        }
        if let Some(alert) = self.state.alerts.open_of(source, key) {
            return Ok(Known { alert: Some(alert), ahead: Vec::new() });
        }
        Ok(self.store.known(source, key)?.unwrap_or_default())
    }

    /// The newest alert of a key, as far as one is known.
    pub(super) fn alert_of_key(&self, source: Source, key: &str) -> Result<Option<Arc<Alert>>, StoreError> {
        let known = self.known(source, key)?;
        Ok(known.alert.map(|id| self.alert(id)).transpose()?.flatten())
    }

    fn alert(&self, id: AlertId) -> Result<Option<Arc<Alert>>, StoreError> {
        super::feature::alerts::find(&self.book(), id)
    }

    /// Takes in one signal; false where it is about an alert that was over before the newest of its key.
    pub(super) fn hear_signal(
        &mut self,
        signal: &Signal,
        checked: Option<Checked>,
    ) -> Result<bool, StoreError> {
        let mut known = self.known(signal.source, &signal.key)?;
        let alert = known.alert.map(|id| self.alert(id)).transpose()?.flatten();
        let (rules, now) = (&self.config.alerts, self.now);
        let (signal, grows) = self.fitting(signal, alert.as_deref());
        let signal = signal.as_ref();
        self.grown += grows;
        match heard(signal, alert.as_deref(), &known, now, || judge(signal, rules, now)) {
            Brings::Late => return Ok(false),
            Brings::Ahead(point) => known.keep(point),
            Brings::Opens(mut kind) => {
                if let (AlertEventKind::Opened(opened), Some(before)) = (&mut kind, &alert) {
                    opened.out_of = self.stays_out_of(before)?;
                }
                known = Known { alert: self.open_alert(kind, checked)?, ahead: Vec::new() }
            }
            Brings::Events(events) => {
                let Some(alert) = alert else { return Ok(true) };
                for kind in events {
                    self.record::<Alert>(alert.id, &Cause::howler(), kind)?;
                }
                // What is open has nothing ahead of it.
                if signal.said != Said::Firing || known.ahead.is_empty() {
                    return Ok(true);
                }
                known.ahead.clear();
            }
        }
        self.known.insert((signal.source, signal.key.clone()), known);
        Ok(true)
    }

    /// What an open alert tells anew may be long, and is cut where there is no room for it. With how much more it counts.
    fn fitting<'s>(&self, signal: &'s Signal, alert: Option<&Alert>) -> (Cow<'s, Signal>, usize) {
        let open = alert.filter(|alert| alert.is_live() && signal.said == Said::Firing);
        let Some(alert) = open else { return (Cow::Borrowed(signal), 0) };
        let grows = signal.weight().saturating_sub(alert.weight());
        let severity = alert.verdict.severity;
        if grows == 0 || bound::has_room(self.weight_of_open() + grows, severity) {
            return (Cow::Borrowed(signal), grows);
        }
        (Cow::Owned(signal.within(alert.weight())), 0)
    }

    fn open_alert(
        &mut self,
        mut kind: AlertEventKind,
        checked: Option<Checked>,
    ) -> Result<Option<AlertId>, StoreError> {
        if let AlertEventKind::Opened(opened) = &mut kind {
            opened.checked = checked;
            opened.silence = self.silence_for(opened.source, &opened.key, &opened.told.facts);
        }
        let id = AlertId(self.changes.next.plain.alerts);
        let cause = Cause::howler();
        let event = Alert::event(1, self.now, &cause, kind);
        let Some(alert) = Alert::opened(id, &event) else { return Ok(None) };
        self.changes.next.plain.alerts += 1;
        self.grown += alert.weight();
        info!(alert = id.0, "opened");
        self.took_effect(None, alert, event, &cause)?;
        Ok(Some(id))
    }
}

/// The name of a delivery with its body; without one, that bodies are noted under it.
fn with_body(delivery: &Delivery, body: &str) -> DeliveryId {
    DeliveryId(format!("{}:body:{body}", delivery.id))
}
