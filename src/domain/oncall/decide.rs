//! What a person's line about being on call does: pure, over the rota and the instant.

use jiff::{SignedDuration, Timestamp};

use super::answer::OncallAnswer;
use super::change::{Moved, diff, diff_with_far};
use super::confirm::Change;
use super::duty::PhoneReach;
use super::event::{RotaEventKind, SwapEnd};
use super::line::Oncall;
use super::path::Called;
use super::rota::{Rota, Swap, SwapOutcome};
use super::schedule::Schedule;
use super::zone::Zone;
use crate::actor::Actor;
use crate::id::UserId;
use crate::refusal::Refusal;

/// How far ahead a change is shown.
const WEEKS: u16 = 12;
const A_YEAR: u16 = 52;
/// The longest time that somebody covers.
const COVER_MOST: SignedDuration = SignedDuration::from_hours(24 * 14);

/// What a line changes and what the person is told.
#[derive(Clone, Debug, PartialEq)]
pub struct RotaDecision {
    pub events: Vec<RotaEventKind>,
    pub answer: OncallAnswer,
}

/// Who asks, when, and whether where only they can read it.
pub struct Caller<'a> {
    pub by: &'a Actor,
    pub now: Timestamp,
    pub privately: bool,
    /// Unguessable: made of the delivery and the store's secret.
    pub key: &'a str,
    /// howler's own address, where it is configured.
    pub address: Option<&'a str>,
    /// Whom the phone provider can call.
    pub reach: PhoneReach,
    /// The event whose phone call it is said in.
    pub call: Option<u32>,
}

/// Decides a line that changes the rota.
///
/// # Errors
/// The reason why it changes nothing.
pub fn decide(rota: &Rota, line: &Oncall, caller: &Caller<'_>) -> Result<RotaDecision, Refusal> {
    let Caller { by, now, .. } = *caller;
    match line {
        Oncall::Confirm { change, seen } => confirm(rota, change, *seen, by, now),
        Oncall::Cover { long } => cover(rota, *long, by, now),
        Oncall::Handoff { to } => hand_off(rota, to.as_ref(), by, now),
        Oncall::Swap { with, week } => {
            let week = week.resolve(now, &zone(&rota.schedule, now));
            let week = week.map_err(|problem| Refusal::When { problem, after: line.word().into() })?.at;
            ask_swap(rota, with, week, by, now)
        }
        Oncall::AnswerSwap { number, yes } => answer_swap(rota, *number, *yes, by, now),
        Oncall::WithdrawSwap { number } => {
            let swap = open_swap(rota, *number)?;
            if *by != swap.asked_by {
                return Err(Refusal::NotYourSwap);
            }
            let ended = RotaEventKind::SwapEnded { swap: *number, how: SwapEnd::Withdrawn };
            done(ended, OncallAnswer::SwapWithdrawn)
        }
        Oncall::HaveIt { since } => have_it(rota, *since, by, now),
        Oncall::Page { whom, reason } => {
            let mut duty = rota.duty(now, caller.reach);
            duty.call_only(whom, caller.reach);
            let (calls, skipped) = duty.reach_all(&[Called::Primary, Called::PrimaryPhone]);
            let number = rota.free_number();
            let summoned = RotaEventKind::Summoned {
                summons: number,
                whom: whom.clone(),
                reason: reason.clone(),
                calls: calls.clone(),
                skipped: skipped.clone(),
            };
            done(summoned, OncallAnswer::Paging { number, whom: whom.clone(), calls, skipped })
        }
        Oncall::AnswerPage { number } => answer_page(rota, *number, caller.call),
        Oncall::PassPage { number } => pass_page(rota, *number),
        Oncall::RingMe => ring_me(rota, by, caller.reach),
        Oncall::RingHeard { number } => {
            done(RotaEventKind::RingHeard { number: *number }, OncallAnswer::RingHeard)
        }
        Oncall::Phone { number } => {
            if !caller.privately {
                return Err(Refusal::PhoneInPublic);
            }
            let set = RotaEventKind::PhoneSet { person: in_slack(by)?.clone(), number: number.clone() };
            done(set, OncallAnswer::PhoneSet { number: number.clone() })
        }
        Oncall::Calendar { mine, revoke } => {
            let of = mine.then(|| in_slack(by)).transpose()?;
            calendar(rota, of.cloned(), *revoke, caller)
        }
        _ => Ok(RotaDecision { events: Vec::new(), answer: OncallAnswer::Help }),
    }
}

fn done(event: RotaEventKind, answer: OncallAnswer) -> Result<RotaDecision, Refusal> {
    Ok(RotaDecision { events: vec![event], answer })
}

/// Whoever can be on call, and have a phone and a calendar of their own.
fn in_slack(by: &Actor) -> Result<&UserId, Refusal> {
    by.in_slack().ok_or_else(|| Refusal::OutOfReach { person: by.clone() })
}

/// What a change would move, shown before it is confirmed. `again`: the schedule was another one when it was shown.
///
/// # Errors
/// The reason why it cannot hold.
pub fn propose(
    rota: &Rota,
    change: Change,
    by: &Actor,
    now: Timestamp,
    again: bool,
) -> Result<OncallAnswer, Refusal> {
    let after = applied(&rota.schedule, &change, by, now)?;
    let moved = moved(&rota.schedule, &after, now);
    let beaten = change.beats(&rota.schedule);
    let paused = change.paused(&rota.schedule, now);
    let other_half = match &change {
        Change::Cancel { number } => rota.schedule.goes_with(*number, now),
        _ => None,
    };
    Ok(OncallAnswer::Proposed { change, seen: rota.version, moved, beaten, again, paused, other_half })
}

fn applied(schedule: &Schedule, change: &Change, by: &Actor, now: Timestamp) -> Result<Schedule, Refusal> {
    if matches!(change, Change::Cover { .. }) {
        in_slack(by)?;
    }
    change.apply(schedule, by, now).map_err(|problem| Refusal::Change { problem })
}

/// What a change moves in the next twelve weeks, and in the times beyond them that it is about. Where that is nothing, what it
/// moves within a year: in a long rotation somebody new has it for the first time after more than twelve weeks.
pub fn moved(before: &Schedule, after: &Schedule, now: Timestamp) -> Vec<Moved> {
    if before == after {
        return Vec::new();
    }
    let moved = diff_with_far(before, after, now, WEEKS);
    if moved.is_empty() { diff(before, after, now, A_YEAR) } else { moved }
}

/// Carries a change out, unless the schedule is another one than the person saw: then it is shown again.
fn confirm(
    rota: &Rota,
    change: &Change,
    seen: u32,
    by: &Actor,
    now: Timestamp,
) -> Result<RotaDecision, Refusal> {
    let after = applied(&rota.schedule, change, by, now)?;
    let moves = moved(&rota.schedule, &after, now);
    if seen != rota.version {
        let answer = propose(rota, change.clone(), by, now, true)?;
        return Ok(RotaDecision { events: Vec::new(), answer });
    }
    let changed = RotaEventKind::Changed { change: change.clone() };
    match change {
        Change::HandOver { .. } => done(changed, handed_over(rota, &after, by, now)?),
        change => done(changed, OncallAnswer::Changed { change: change.clone(), moved: moves }),
    }
}

fn cover(rota: &Rota, long: SignedDuration, by: &Actor, now: Timestamp) -> Result<RotaDecision, Refusal> {
    if !long.is_positive() || long > COVER_MOST {
        return Err(Refusal::CoverTooLong { most: COVER_MOST });
    }
    let person = in_slack(by)?;
    let instead_of = rota.held(now).primary.map(|holding| holding.person);
    if instead_of.as_ref() == Some(person) {
        return Err(Refusal::HasItAlready { person: person.clone() });
    }
    let until = now.saturating_add(long).unwrap_or(Timestamp::MAX);
    let change = Change::Cover { long };
    applied(&rota.schedule, &change, by, now)?;
    done(RotaEventKind::Changed { change }, OncallAnswer::Covering { until, instead_of })
}

fn hand_off(rota: &Rota, to: Option<&UserId>, by: &Actor, now: Timestamp) -> Result<RotaDecision, Refusal> {
    let change = Change::HandOver { to: to.cloned() };
    let after = applied(&rota.schedule, &change, by, now)?;
    let answer = handed_over(rota, &after, by, now)?;
    // Whoever covers for two hours would hand over the rest of somebody else's week, and whoever is not on call all of it.
    if moved(&rota.schedule, &after, now).iter().any(|moved| moved.was.as_ref() != by.in_slack()) {
        let answer = propose(rota, change, by, now, false)?;
        return Ok(RotaDecision { events: Vec::new(), answer });
    }
    done(RotaEventKind::Changed { change }, answer)
}

/// Who has it by a hand-over before its time.
fn handed_over(rota: &Rota, after: &Schedule, by: &Actor, now: Timestamp) -> Result<OncallAnswer, Refusal> {
    let Some(holding) = after.told(now).primary else { return Err(Refusal::NobodyToHandTo) };
    let until = holding.until.unwrap_or(Timestamp::MAX);
    if *by == holding.person {
        let instead_of = rota.held(now).primary.map(|holding| holding.person);
        return Ok(OncallAnswer::Covering { until, instead_of });
    }
    // Whoever was told last that they have it is called as well, and that need not be who hands it over.
    let from = rota.shift.as_ref().and_then(|shift| shift.to.clone()).filter(|from| *from != holding.person);
    let paused = rota.schedule.paused_until(&holding.person, now, until);
    Ok(OncallAnswer::HandedOver { to: holding.person, until: holding.until, from, paused })
}

/// The rotation's zone: what people type is meant in it.
pub fn zone(schedule: &Schedule, now: Timestamp) -> Zone {
    schedule.turns(now).map_or_else(Zone::utc, |turns| turns.zone.clone())
}

fn calendar(
    rota: &Rota,
    of: Option<UserId>,
    revoke: bool,
    caller: &Caller<'_>,
) -> Result<RotaDecision, Refusal> {
    if revoke {
        let answer = OncallAnswer::Calendar { of: of.clone(), key: None, at: None, replaces: false };
        return done(RotaEventKind::FeedRevoked { of }, answer);
    }
    let key = caller.key.to_owned();
    let replaces = rota.feeds.iter().any(|feed| feed.of == of);
    let made = RotaEventKind::FeedMade { key: key.clone(), of: of.clone() };
    let at = caller.address.map(str::to_owned);
    done(made, OncallAnswer::Calendar { of, key: Some(key), at, replaces })
}

fn open_swap(rota: &Rota, number: u64) -> Result<&Swap, Refusal> {
    let swap = rota.swap(number).ok_or(Refusal::NoSuchSwap { number })?;
    match swap.ended {
        None => Ok(swap),
        Some(how) => Err(Refusal::SwapIsOver { how }),
    }
}

/// One turn is offered to one person at a time. A request that cannot hold any more makes room for a new one.
fn ask_swap(
    rota: &Rota,
    with: &UserId,
    week: Timestamp,
    by: &Actor,
    now: Timestamp,
) -> Result<RotaDecision, Refusal> {
    let by = in_slack(by)?;
    let offer = rota.schedule.propose_swap(by, with, week, now);
    let offer = offer.map_err(|problem| Refusal::Swap { problem })?;
    let mut events = Vec::new();
    for swap in rota.swaps.iter().filter(|swap| swap.waits_for(by, &offer.named) && swap.lapses() > now) {
        if rota.schedule.agree_swap(&swap.offer, &swap.with, now).is_ok() {
            return Err(Refusal::SwapWaits { number: swap.number, with: swap.with.clone() });
        }
        events.push(RotaEventKind::SwapEnded { swap: swap.number, how: SwapEnd::Overtaken });
    }
    let number = rota.free_number();
    let paused = offer.paused(&rota.schedule, now);
    events.push(RotaEventKind::SwapAsked { swap: number, with: with.clone(), offer: offer.clone() });
    let answer = OncallAnswer::SwapAsked { number, with: with.clone(), offer, paused };
    Ok(RotaDecision { events, answer })
}

fn answer_swap(
    rota: &Rota,
    number: u64,
    yes: bool,
    by: &Actor,
    now: Timestamp,
) -> Result<RotaDecision, Refusal> {
    let swap = open_swap(rota, number)?;
    if *by != swap.with {
        return Err(Refusal::NotYourSwap);
    }
    if !yes {
        return done(
            RotaEventKind::SwapEnded { swap: number, how: SwapEnd::Declined },
            OncallAnswer::SwapDeclined,
        );
    }
    if swap.lapses() <= now {
        return Err(Refusal::SwapIsOver { how: SwapOutcome::Ended(SwapEnd::TooLate) });
    }
    let agreed = rota.schedule.agree_swap(&swap.offer, &swap.with, now);
    agreed.map_err(|problem| Refusal::Swap { problem })?;
    let (offer, paused) = (swap.offer.clone(), swap.offer.paused(&rota.schedule, now));
    done(RotaEventKind::SwapAgreed { swap: number }, OncallAnswer::SwapAgreed { offer, paused })
}

fn have_it(rota: &Rota, since: Timestamp, by: &Actor, now: Timestamp) -> Result<RotaDecision, Refusal> {
    let holding = rota.held(now).primary;
    let shift = rota
        .shift
        .as_ref()
        .filter(|shift| shift.since == since && shift.to.as_ref().is_some_and(|to| by == to));
    let Some(shift) = shift else {
        let person = rota.shift.as_ref().and_then(|shift| shift.to.clone());
        return Err(Refusal::NotYourTurn { person });
    };
    let answer = OncallAnswer::Yours { until: holding.and_then(|holding| holding.until) };
    let events = if shift.confirmed.is_some() { Vec::new() } else { vec![RotaEventKind::Confirmed] };
    Ok(RotaDecision { events, answer })
}

/// One call to the asker's own phone.
fn ring_me(rota: &Rota, by: &Actor, reach: PhoneReach) -> Result<RotaDecision, Refusal> {
    match reach {
        PhoneReach::Numbers => {
            let person = by.in_slack().filter(|person| rota.phones.contains_key(*person));
            let person = person.ok_or(Refusal::NoNumberToRing)?.clone();
            done(RotaEventKind::RingTested { number: rota.free_number(), person }, OncallAnswer::Ringing)
        }
        PhoneReach::Off | PhoneReach::Everybody => {
            Err(Refusal::NobodyRings { elsewhere: reach != PhoneReach::Off })
        }
    }
}

fn pass_page(rota: &Rota, number: u64) -> Result<RotaDecision, Refusal> {
    let summons = rota.summons(number).ok_or(Refusal::NoSuchPageCall { number })?;
    match &summons.answered {
        Some((by, at)) => Err(Refusal::PageAnswered { by: by.clone(), at: *at }),
        None if summons.given_up => Err(Refusal::NoSuchPageCall { number }),
        None => {
            let told = OncallAnswer::PagePassed { by: summons.by.clone() };
            done(RotaEventKind::SummonsPassed { summons: number }, told)
        }
    }
}

fn answer_page(rota: &Rota, number: u64, call: Option<u32>) -> Result<RotaDecision, Refusal> {
    let summons = rota.summons(number).ok_or(Refusal::NoSuchPageCall { number })?;
    match &summons.answered {
        Some((by, at)) => Err(Refusal::PageAnswered { by: by.clone(), at: *at }),
        None => done(RotaEventKind::SummonsAnswered { summons: number, call }, OncallAnswer::PageAnswered),
    }
}
