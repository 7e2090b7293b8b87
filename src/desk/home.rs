//! One person's Home tab, read beside the desk from what is committed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::book::Book;
use super::oncall::{reach, who_at};
use super::{Desk, Pulse, Shared};
use config::Config;
use domain::home::{Home, MyPhone, OnCallNow, OpenIncident, Waits};
use domain::id::UserId;
use domain::incident::Incident;
use domain::oncall::duty::PhoneReach;
use domain::oncall::reach::NoWay;
use domain::oncall::rota::Rota;
use domain::oncall::segments::by_person;
use domain::procedure::Risk;
use domain::run::Run;
use domain::run::approve::may_comment;
use domain::run::release::Release;
use domain::runbook::reviews;

/// Open incidents that are shown.
const OPEN: usize = 10;
/// Things that wait for one person.
const WAITS: usize = 10;
/// The person's own turns.
const TURNS: usize = 3;
/// How far ahead these are looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 7 * 12);

impl Desk {
    /// What `person` is to see; `None` once the desk is gone.
    pub fn home(&self, person: &UserId) -> Option<Home> {
        let shared = self.shared.upgrade()?;
        Some(shared.home(person))
    }

    /// Tells of every round.
    pub fn pulses(&self) -> watch::Receiver<Pulse> {
        self.pulse.clone()
    }
}

impl Shared {
    fn home(&self, person: &UserId) -> Home {
        let state = self.state();
        let (store, now) = (&*self.store, self.clock.now());
        let book = Book { state: &state, ahead: None, round: None, store, now };
        read(&book, &self.config, person)
    }
}

fn read(book: &Book<'_>, config: &Config, person: &UserId) -> Home {
    let (state, now) = (book.state, book.now);
    let worst = state.worst.iter().take(OPEN).filter_map(|(_, id)| state.open.get(id));
    let open: Vec<OpenIncident> = worst.map(|incident| shown(incident)).collect();
    let mut waits = waits(book, config, person);
    let more_waits = waits.len().saturating_sub(WAITS);
    waits.truncate(WAITS);
    let bars = || state.ledger.bars(now, usize::MAX);
    Home {
        person: person.clone(),
        on_call: on_call(&state.rota, now),
        barred: bars(),
        waits,
        more_waits,
        more_open: state.open.len().saturating_sub(open.len()),
        open,
        turns: turns(&state.rota, person, now),
        phone: phone(&state.rota, config, person),
        no_way: state.rota.no_way.get(person).cloned(),
    }
}

fn on_call(rota: &Rota, now: Timestamp) -> OnCallNow {
    let who = who_at(rota, now, now, None);
    OnCallNow {
        unset: who.unset,
        until: who.primary.as_ref().and_then(|holding| holding.until),
        primary: who.primary.map(|holding| holding.person),
        backup: who.backup,
        fallback: who.fallback,
        outgoing: who.outgoing,
        next: who.next,
    }
}

fn shown(incident: &Incident) -> OpenIncident {
    OpenIncident {
        summary: incident.summary(),
        acknowledged: incident.acknowledged.as_ref().map(|acknowledged| acknowledged.by.clone()),
        response_due: incident.response_due(),
        response_missed: incident.missed_its_response(),
        room: incident.room.as_ref().map(|room| room.channel.clone()),
    }
}

/// The most pressing first.
fn waits(book: &Book<'_>, config: &Config, person: &UserId) -> Vec<Waits> {
    let state = book.state;
    let mut waits = Vec::new();
    let open = || state.worst.iter().filter_map(|(_, id)| state.open.get(id));
    waits.extend(
        open().filter(|incident| incident.calls(&person.into())).map(|incident| Waits::Page(shown(incident))),
    );
    let summons = state.rota.summons.iter().filter(|page| page.whom == *person && page.is_calling());
    waits.extend(summons.map(|page| Waits::Summons {
        number: page.number,
        by: page.by.clone(),
        reason: page.reason.clone(),
    }));
    waits.extend(asked(book, config, person));
    let unconfirmed = state.rota.shift.as_ref().filter(|shift| shift.confirmed.is_none());
    let mine = unconfirmed.filter(|shift| shift.to.as_ref() == Some(person));
    waits.extend(mine.map(|shift| Waits::Shift(shift.since)));
    let owed = |incident: &&Arc<Incident>| {
        incident.ladder.is_some()
            && !incident.calls(&person.into())
            && incident.person_to_ask() == Some(person)
    };
    waits.extend(open().filter(owed).map(|incident| Waits::Update(shown(incident))));
    let swaps = state.rota.swaps.iter().filter(|swap| swap.ended.is_none() && swap.with == *person);
    waits.extend(swaps.map(|swap| Waits::Swap {
        number: swap.number,
        by: (&swap.asked_by).into(),
        offer: swap.offer.clone(),
    }));
    if looks_after(book, config, person) {
        let others = reviews(&state.ledger).into_iter().filter(|review| review.by != *person);
        waits.extend(others.map(Waits::Review));
    }
    waits
}

/// Requests that this person may agree to.
fn asked(book: &Book<'_>, config: &Config, person: &UserId) -> Vec<Waits> {
    let around = book.around(config, &book.state.ledger);
    let may = |run: &Run| {
        let key = run.change().map(|change| change.prepared.key.as_str());
        key.is_some_and(|key| may_comment(run, &person.into(), key, &around).is_ok())
    };
    let may_release = |run: &Run| {
        let release: Option<&Release> = run.release.as_ref().filter(|release| release.asking().is_some());
        release.is_some_and(|release| release.approvers(&around.on_call).contains(person))
    };
    let wait = |run: &Arc<Run>| match () {
        // Its buttons stand alone on the card, and so here.
        () if may_release(run) => Some(Waits::Release(Arc::clone(run))),
        () if may(run) => Some(Waits::Approval(Arc::clone(run))),
        () => None,
    };
    book.state.runs.values().filter_map(wait).collect()
}

/// Whether what somebody did alone is this person's to look at: whoever may approve, as far as the configuration names them.
fn looks_after(book: &Book<'_>, config: &Config, person: &UserId) -> bool {
    let policy = config.runbook.approval.policy(Risk::High);
    let duty = book.state.rota.duty(book.now, PhoneReach::Off);
    let on_call = [duty.primary, duty.outgoing, duty.backup].into_iter().flatten().collect();
    policy.allows(&person.into(), &Default::default(), &on_call)
}

fn turns(rota: &Rota, person: &UserId, now: Timestamp) -> Vec<(Timestamp, Option<Timestamp>)> {
    let end = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let held = rota.held(now).primary.filter(|holding| holding.person == *person);
    let mut turns: Vec<_> = held.into_iter().map(|holding| (holding.since, holding.until)).collect();
    let later = by_person(rota.schedule.segments(now, end)).into_iter();
    let mine = later.filter(|segment| segment.person() == Some(person) && segment.from > now);
    turns.extend(mine.map(|segment| (segment.from, Some(segment.until).filter(|until| *until < end))));
    turns.truncate(TURNS);
    turns
}

fn phone(rota: &Rota, config: &Config, person: &UserId) -> MyPhone {
    match (reach(config), rota.phones.get(person)) {
        (PhoneReach::Off, _) => MyPhone::Off,
        (PhoneReach::Everybody, _) => MyPhone::Elsewhere,
        (PhoneReach::Numbers, None) => MyPhone::Missing,
        (PhoneReach::Numbers, Some(number)) => MyPhone::Set {
            number: number.clone(),
            heard: rota.rings.get(person).and_then(|ring| ring.heard),
            refused: rota.no_call.get(person) == Some(&NoWay::Number),
        },
    }
}
