//! What the rota does by itself: timers that came due, and hand-overs that a change brings at once.

use jiff::Timestamp;

use super::duty::PhoneReach;
use super::event::{RotaEventKind, SwapEnd};
use super::path::Called;
use super::rota::{CONFIRM_WITHIN, Rota, SUMMON_EVERY, SUMMON_MOST};
use crate::actor::Actor;
use crate::timer::{Lateness, Outage, TimerKind};

/// The events of a timer that came due; none when something overtook it.
pub fn fire(
    rota: &Rota,
    kind: TimerKind,
    now: Timestamp,
    outage: Option<Outage>,
    reach: PhoneReach,
) -> Vec<RotaEventKind> {
    match kind {
        TimerKind::HandOver => hand_over(rota, now, outage).into_iter().collect(),
        TimerKind::Unconfirmed => unconfirmed(rota, now, outage).into_iter().collect(),
        TimerKind::Swap(swap) => {
            let open = rota.swap(swap).is_some_and(|swap| swap.ended.is_none() && swap.lapses() <= now);
            open.then_some(RotaEventKind::SwapEnded { swap, how: SwapEnd::TooLate }).into_iter().collect()
        }
        TimerKind::Summons(number) => summon_again(rota, number, now, outage, reach).into_iter().collect(),
        // Another's.
        _ => Vec::new(),
    }
}

/// The last hand-over that is due. Several that were missed become one.
fn hand_over(rota: &Rota, now: Timestamp, outage: Option<Outage>) -> Option<RotaEventKind> {
    let shift = rota.shift.as_ref()?;
    let due = rota.next_handover(shift).filter(|due| *due <= now)?;
    let held = rota.held(now);
    let holding = held.primary;
    // The last of those missed: who has it now has had it since then.
    let since = holding.as_ref().map_or(due, |holding| holding.since.max(due));
    let to = holding.as_ref().map(|holding| holding.person.clone());
    let fallback = to.is_none() && rota.schedule.fallback.is_some();
    let same = to.is_some() && to == shift.to;
    Some(RotaEventKind::HandedOver {
        since,
        from: shift.to.clone(),
        to: to.or_else(|| rota.schedule.fallback.clone()),
        why: holding.map(|holding| holding.why),
        fallback,
        // Back with the same person, after others had it while howler was down: nobody hands over.
        taken: same,
        late: Lateness::of(since, now, outage),
    })
}

/// The hand-over that an event brought about at once, where somebody else has it now than was told. `by` is whoever did
/// it: taking it oneself needs no "I have it".
pub fn settle(rota: &Rota, by: &Actor, now: Timestamp) -> Option<RotaEventKind> {
    let held = rota.held(now);
    let holding = held.primary;
    let to = holding.as_ref().map(|holding| holding.person.clone());
    let fallback = to.is_none() && rota.schedule.fallback.is_some();
    let to = to.or_else(|| rota.schedule.fallback.clone());
    match &rota.shift {
        Some(shift) if shift.to == to && shift.fallback == fallback => return None,
        // Before anybody was ever in the rotation there is nobody to miss.
        None if to.is_none() || fallback => return None,
        Some(_) | None => {}
    }
    // Taking it oneself needs no word; neither does the first one of all, to whom nobody hands over.
    let taken = (to.is_some() && to.as_ref() == by.in_slack()) || rota.shift.is_none();
    let from = rota.shift.as_ref().and_then(|shift| shift.to.clone());
    let why = holding.map(|holding| holding.why);
    Some(RotaEventKind::HandedOver { since: now, from, to, why, fallback, taken, late: None })
}

fn unconfirmed(rota: &Rota, now: Timestamp, outage: Option<Outage>) -> Option<RotaEventKind> {
    let shift = rota.shift.as_ref()?;
    let due = shift.since.saturating_add(CONFIRM_WITHIN).unwrap_or(Timestamp::MAX);
    let waits = shift.confirmed.is_none() && !shift.backup_told && due <= now;
    waits.then(|| {
        let tell = rota.held(now).backup;
        RotaEventKind::Unconfirmed { due, tell, late: Lateness::of(due, now, outage) }
    })
}

fn summon_again(
    rota: &Rota,
    number: u64,
    now: Timestamp,
    outage: Option<Outage>,
    reach: PhoneReach,
) -> Option<RotaEventKind> {
    let summons = rota.summons(number).filter(|summons| summons.is_calling())?;
    let due = summons.at.saturating_add(SUMMON_EVERY * i32::try_from(summons.calls).ok()?).ok()?;
    if due > now || summons.calls > SUMMON_MOST {
        return None;
    }
    let mut duty = rota.duty(now, reach);
    duty.call_only(&summons.whom, reach);
    // After the last call it is told to whoever asked, and nobody is called any more.
    let called: &[Called] =
        if summons.calls < SUMMON_MOST { &[Called::Primary, Called::PrimaryPhone] } else { &[] };
    let (calls, skipped) = duty.reach_all(called);
    let late = Lateness::of(due, now, outage);
    Some(RotaEventKind::SummonedAgain { summons: number, due, calls, skipped, late })
}
