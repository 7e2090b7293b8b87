//! The rota: who is on call, who has it now, and what is under way about it. Its state, read off its events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::duty::{Duty, PhoneReach, Unreachable};
use super::event::{RotaEvent, RotaEventKind};
use super::holding::{OnCall, OverrideKind, Why};
use super::phone::PhoneNumber;
use super::reach::NoWay;
use super::schedule::{Override, Schedule};
use super::segments::by_person;
use super::swap::{Given, Proposal};
use crate::actor::Actor;
use crate::effect::{PostKey, To};
use crate::id::{ChannelId, UserId};
use crate::incident::Post;
use crate::timer::TimerKind;

/// The incoming person has this long to say "I have it" before the backup is told too.
pub const CONFIRM_WITHIN: SignedDuration = SignedDuration::from_mins(30);
/// A page that belongs to no incident comes again after this, and is given up after twice this.
pub const SUMMON_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How far ahead the next hand-over is looked for: longer than any override.
const LOOK: SignedDuration = SignedDuration::from_hours(24 * 732);
/// How often such a page calls.
pub const SUMMON_MOST: u32 = 3;

/// Who has it now, since the hand-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub since: Timestamp,
    pub from: Option<UserId>,
    pub to: Option<UserId>,
    pub why: Option<Why>,
    pub fallback: bool,
    /// When the incoming person said "I have it".
    pub confirmed: Option<Timestamp>,
    /// Nobody had said so in time, and the backup was told.
    pub backup_told: bool,
}

/// A swap that waits for the other person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    pub number: u64,
    pub asked_by: UserId,
    pub with: UserId,
    pub offer: Proposal,
    pub ended: Option<SwapOutcome>,
}

impl Swap {
    /// When the first of the two turns is over: until then it can be agreed to.
    pub fn lapses(&self) -> Timestamp {
        self.offer.named.until.min(self.offer.exchange.until)
    }

    /// Whether it is this person's request for a time that overlaps this one, and unanswered.
    pub fn waits_for(&self, by: &UserId, named: &Given) -> bool {
        let Given { from, until, .. } = self.offer.named;
        self.ended.is_none() && self.asked_by == *by && from < named.until && named.from < until
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SwapOutcome {
    Agreed,
    Ended(super::event::SwapEnd),
}

/// A page that belongs to no incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summons {
    pub number: u64,
    pub whom: UserId,
    pub by: Actor,
    pub reason: String,
    pub at: Timestamp,
    /// How often it has called.
    pub calls: u32,
    /// Its messages that still wait for an answer.
    pub open: Vec<(u32, To)>,
    pub answered: Option<(Actor, Timestamp)>,
    /// Whoever is called said that they cannot take it, or nothing reaches them.
    #[serde(default)]
    pub given_up: bool,
}

impl Summons {
    /// Whether it still calls.
    pub fn is_calling(&self) -> bool {
        self.answered.is_none() && !self.given_up
    }
}

/// The last time that somebody had their own phone rung.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestRing {
    pub number: u64,
    pub at: Timestamp,
    /// `None` while it rings.
    pub heard: Option<bool>,
}

/// An address at which a calendar can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Unguessable; a part of the address.
    pub key: String,
    /// Whose turns; `None` is everybody's.
    pub of: Option<UserId>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rota {
    pub schedule: Schedule,
    /// `None` until somebody is in the rotation for the first time.
    pub shift: Option<Shift>,
    pub swaps: Vec<Swap>,
    pub summons: Vec<Summons>,
    pub phones: BTreeMap<UserId, PhoneNumber>,
    /// Whom no message reaches, as the last try or look has it.
    #[serde(default)]
    pub no_way: BTreeMap<UserId, NoWay>,
    /// Whose number does not work, as the last call has it.
    #[serde(default)]
    pub no_call: BTreeMap<UserId, NoWay>,
    #[serde(default)]
    pub rings: BTreeMap<UserId, TestRing>,
    pub feeds: Vec<Feed>,
    /// Somebody changed the group by hand, and it is not read back yet.
    #[serde(default)]
    pub group_drifted: bool,
    pub posts: Vec<Post>,
    /// The ids of the configuration's channels, by the names that it has for them.
    #[serde(default)]
    pub channels: BTreeMap<String, ChannelId>,
    /// The next swap's and the next page's number.
    pub next_number: u64,
    /// Counts the changes to the schedule, so that one who confirms a change is known to have seen the last of them.
    pub version: u32,
    pub events: u32,
}

/// Swaps and pages that are over are kept for as long as their messages may be edited.
const KEPT: usize = 50;

impl Rota {
    /// The number of the next swap or page; they count from 1.
    pub fn free_number(&self) -> u64 {
        self.next_number.max(1)
    }

    /// Who is on call at `now`. A clock that was set back takes no hand-over back that was told.
    pub fn held(&self, now: Timestamp) -> OnCall {
        let told = self.shift.as_ref().map_or(now, |shift| shift.since);
        self.schedule.told(now.max(told))
    }

    /// The same rota without what people made of it since `bound` for which nobody consented who gave something away: whoever took
    /// it over, or was put in, has no rights by that. A swap has two people's word, a hand-over the word of who had it.
    pub fn settled(&self, bound: Timestamp) -> Self {
        let consented = |made: &Override| match &made.kind {
            OverrideKind::Swap { .. } => true,
            OverrideKind::HandedOver { from } => {
                from.as_ref().is_some_and(|from| made.by == *from) && made.by != made.person
            }
            OverrideKind::Asked | OverrideKind::Cover | OverrideKind::Imported => false,
        };
        let mut settled = self.clone();
        let Schedule { plans, pauses, overrides, backups, .. } = &mut settled.schedule;
        overrides.retain(|made| made.at < bound || consented(made));
        backups.retain(|set| set.from < bound);
        pauses.retain(|pause| pause.from < bound);
        if plans.iter().any(|plan| plan.from < bound) {
            plans.retain(|plan| plan.from < bound);
        }
        settled
    }

    /// Who is on call at `now`, and who has to be called.
    pub fn duty(&self, now: Timestamp, reach: PhoneReach) -> Duty {
        let held = self.held(now);
        let primary = held.answering().map(|holding| holding.person);
        let outgoing = self.shift.as_ref().filter(|shift| {
            // Where nobody took it over, nobody's word is waited for.
            shift.confirmed.is_none() && shift.to.is_some() && shift.to == primary
        });
        let outgoing =
            outgoing.and_then(|shift| shift.from.clone()).filter(|from| Some(from) != primary.as_ref());
        let phones: BTreeSet<UserId> = match reach {
            PhoneReach::Off => BTreeSet::new(),
            PhoneReach::Numbers => {
                let works = |person: &&UserId| self.no_call.get(*person) != Some(&NoWay::Number);
                self.phones.keys().filter(works).cloned().collect()
            }
            PhoneReach::Everybody => primary.iter().chain(&outgoing).chain(&held.backup).cloned().collect(),
        };
        let lasting = self.no_way.iter().filter(|(_, why)| why.lasts());
        let left_out =
            lasting.map(|(person, why)| (person.clone(), Unreachable::Gone(person.clone(), why.clone())));
        let (rings, left_out) = (reach != PhoneReach::Off, left_out.collect());
        Duty { primary, outgoing, backup: held.backup, phones, rings, left_out }
    }

    /// Who of `people` cannot be reached by message or by phone, and why; each once.
    pub fn unreachable<'p>(&self, people: impl IntoIterator<Item = &'p UserId>) -> Vec<(UserId, NoWay)> {
        let people: BTreeSet<&UserId> = people.into_iter().collect();
        let why = |person: &UserId| self.no_way.get(person).or_else(|| self.no_call.get(person)).cloned();
        people.into_iter().filter_map(|person| Some((person.clone(), why(person)?))).collect()
    }

    /// The timers that run: absolute due times, derived from the events alone.
    pub fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        let mut timers = Vec::new();
        if let Some(shift) = &self.shift {
            timers.extend(self.next_handover(shift).map(|due| (TimerKind::HandOver, due)));
            if shift.confirmed.is_none() && !shift.backup_told && shift.to.is_some() {
                timers.push((TimerKind::Unconfirmed, plus(shift.since, CONFIRM_WITHIN)));
            }
        }
        let open = self.swaps.iter().filter(|swap| swap.ended.is_none());
        timers.extend(open.map(|swap| (TimerKind::Swap(swap.number), swap.lapses())));
        let calling = self.summons.iter().filter(|summons| summons.is_calling());
        timers.extend(calling.filter(|summons| summons.calls <= SUMMON_MOST).map(|summons| {
            (TimerKind::Summons(summons.number), plus(summons.at, SUMMON_EVERY * summons.calls as i32))
        }));
        timers
    }

    /// The first instant after the last hand-over at which somebody else has it.
    pub fn next_handover(&self, shift: &Shift) -> Option<Timestamp> {
        let person = shift.to.as_ref().filter(|_| !shift.fallback);
        let until = plus(shift.since, LOOK);
        let segments = by_person(self.schedule.segments(shift.since, until));
        segments.into_iter().find(|segment| segment.person() != person).map(|segment| segment.from)
    }

    pub fn post(&self, key: &PostKey) -> Option<&Post> {
        self.posts.iter().find(|post| post.key == *key)
    }

    pub fn swap(&self, number: u64) -> Option<&Swap> {
        self.swaps.iter().find(|swap| swap.number == number)
    }

    pub fn summons(&self, number: u64) -> Option<&Summons> {
        self.summons.iter().find(|summons| summons.number == number)
    }

    /// Changes the rota by its next event. Nothing is decided here.
    pub fn apply(&mut self, event: &RotaEvent) {
        self.events = event.seq;
        match &event.kind {
            RotaEventKind::Set { schedule } => {
                self.schedule = Schedule::clone(schedule);
                self.version += 1;
            }
            RotaEventKind::Changed { change } => {
                if let Ok(schedule) = change.apply(&self.schedule, &event.by, event.at) {
                    self.schedule = schedule;
                    self.version += 1;
                }
            }
            RotaEventKind::HandedOver { since, from, to, why, fallback, taken, .. } => {
                self.shift = Some(Shift {
                    since: *since,
                    from: from.clone(),
                    to: to.clone(),
                    why: why.clone(),
                    fallback: *fallback,
                    confirmed: taken.then_some(event.at),
                    backup_told: false,
                });
            }
            RotaEventKind::Confirmed => {
                if let Some(shift) = &mut self.shift {
                    shift.confirmed = Some(event.at);
                }
            }
            RotaEventKind::Unconfirmed { .. } => {
                if let Some(shift) = &mut self.shift {
                    shift.backup_told = true;
                }
            }
            RotaEventKind::SwapAsked { swap, with, offer } => {
                let Some(asked_by) = event.by.in_slack().cloned() else { return };
                self.next_number = self.next_number.max(swap + 1);
                let swap =
                    Swap { number: *swap, asked_by, with: with.clone(), offer: offer.clone(), ended: None };
                self.swaps.push(swap);
                forget(&mut self.swaps, |swap| swap.ended.is_some());
            }
            RotaEventKind::SwapAgreed { swap } => self.end_swap(*swap, SwapOutcome::Agreed, event),
            RotaEventKind::SwapEnded { swap, how } => {
                self.end_swap(*swap, SwapOutcome::Ended(*how), event);
            }
            RotaEventKind::Summoned { .. }
            | RotaEventKind::SummonedAgain { .. }
            | RotaEventKind::SummonsPassed { .. }
            | RotaEventKind::SummonsNotReached { .. }
            | RotaEventKind::SummonsAnswered { .. } => self.summon(event),
            RotaEventKind::RingTested { number, person } => {
                self.next_number = self.next_number.max(number + 1);
                let ring = TestRing { number: *number, at: event.at, heard: None };
                self.rings.insert(person.clone(), ring);
            }
            RotaEventKind::RingHeard { number } => self.ring_ended(*number, true),
            RotaEventKind::RingMissed { number } => self.ring_ended(*number, false),
            RotaEventKind::PhoneSet { person, number } => {
                self.no_call.remove(person);
                match number {
                    Some(number) => drop(self.phones.insert(person.clone(), number.clone())),
                    None => drop(self.phones.remove(person)),
                }
            }
            RotaEventKind::Reach { person, phone, why } => {
                let known = if *phone { &mut self.no_call } else { &mut self.no_way };
                match why {
                    Some(why) => drop(known.insert(person.clone(), why.clone())),
                    None => drop(known.remove(person)),
                }
            }
            RotaEventKind::FeedMade { key, of } => {
                self.feeds.retain(|feed| feed.of != *of);
                self.feeds.push(Feed { key: key.clone(), of: of.clone() });
            }
            RotaEventKind::FeedRevoked { of } => self.feeds.retain(|feed| feed.of != *of),
            RotaEventKind::GroupRepaired => self.group_drifted = true,
            RotaEventKind::GroupHolds => self.group_drifted = false,
            RotaEventKind::CallMissed { .. } => {}
            RotaEventKind::ChannelKnown { name, channel } => {
                self.channels.insert(name.clone(), channel.clone());
            }
            RotaEventKind::Posted { key, channel, message } => {
                self.posts.retain(|post| post.key != *key);
                let (channel, message) = (channel.clone(), message.clone());
                self.posts.push(Post { key: key.clone(), channel, message });
                let surplus = self.posts.len().saturating_sub(4 * KEPT);
                self.posts.drain(..surplus);
            }
        }
    }

    fn ring_ended(&mut self, number: u64, heard: bool) {
        if let Some(ring) = self.rings.values_mut().find(|ring| ring.number == number) {
            // A key that was pressed is not taken back by the end of the call.
            ring.heard = Some(heard || ring.heard == Some(true));
        }
    }

    fn end_swap(&mut self, number: u64, how: SwapOutcome, event: &RotaEvent) {
        let Some(swap) = self.swaps.iter_mut().find(|swap| swap.number == number) else { return };
        swap.ended = Some(how);
        let agreed = event.by.in_slack().filter(|_| how == SwapOutcome::Agreed);
        let after = agreed.map(|by| self.schedule.agree_swap(&swap.offer, by, event.at));
        if let Some(Ok(schedule)) = after {
            self.schedule = schedule;
            self.version += 1;
        }
    }

    fn summon(&mut self, event: &RotaEvent) {
        match &event.kind {
            RotaEventKind::Summoned { summons, whom, reason, calls, .. } => {
                let by = event.by.clone();
                self.next_number = self.next_number.max(summons + 1);
                self.summons.push(Summons {
                    number: *summons,
                    whom: whom.clone(),
                    by,
                    reason: reason.clone(),
                    at: event.at,
                    calls: 1,
                    open: calls.iter().map(|call| (event.seq, call.to.clone())).collect(),
                    answered: None,
                    given_up: false,
                });
                forget(&mut self.summons, |summons| !summons.is_calling());
            }
            RotaEventKind::SummonedAgain { summons, calls, .. } => {
                if let Some(summons) = self.summons.iter_mut().find(|known| known.number == *summons) {
                    summons.calls += 1;
                    summons.open.extend(calls.iter().map(|call| (event.seq, call.to.clone())));
                }
            }
            RotaEventKind::SummonsPassed { summons } => {
                if let Some(summons) = self.summons.iter_mut().find(|known| known.number == *summons) {
                    summons.given_up = true;
                    summons.open.clear();
                }
            }
            RotaEventKind::SummonsNotReached { summons, seq, to, .. } => {
                if let Some(summons) = self.summons.iter_mut().find(|known| known.number == *summons) {
                    summons.open.retain(|open| *open != (*seq, to.clone()));
                    summons.given_up = summons.open.is_empty();
                }
            }
            RotaEventKind::SummonsAnswered { summons, .. } => {
                let by = event.by.clone();
                if let Some(summons) = self.summons.iter_mut().find(|known| known.number == *summons) {
                    summons.answered = Some((by, event.at));
                    summons.open.clear();
                }
            }
            _ => {}
        }
    }
}

/// Keeps what is under way, and the latest of what is over.
fn forget<T>(all: &mut Vec<T>, is_over: impl Fn(&T) -> bool) {
    let mut surplus = all.iter().filter(|one| is_over(one)).count().saturating_sub(KEPT);
    all.retain(|one| {
        let goes = surplus > 0 && is_over(one);
        surplus -= usize::from(goes);
        !goes
    });
}

fn plus(at: Timestamp, after: SignedDuration) -> Timestamp {
    at.saturating_add(after).unwrap_or(Timestamp::MAX)
}
