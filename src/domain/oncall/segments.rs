//! The schedule as stretches of time, and what an instant's answer says of before and after.

use jiff::{SignedDuration, Timestamp};

use super::holding::{Gap, Holding, OnCall, Segment, Why};
use super::schedule::{Override, Pause, Plan, Schedule, why};
use crate::id::UserId;

/// How far `at` looks for the beginning and the end of what it found.
const SEARCH_MOST: SignedDuration = SignedDuration::from_hours(24 * 732);
/// How far it looks first: two turns of two weeks.
const SEARCH_FIRST: SignedDuration = SignedDuration::from_hours(24 * 28);

/// The part of a schedule that matters between two instants, so that each step costs little.
struct Window<'a> {
    plans: Vec<&'a Plan>,
    pauses: Vec<&'a Pause>,
    overrides: Vec<&'a Override>,
}

impl<'a> Window<'a> {
    fn new(schedule: &'a Schedule, from: Timestamp, until: Timestamp) -> Self {
        let touches = |begin: Timestamp, end: Timestamp| begin < until && from < end;
        let first = schedule.plans.partition_point(|plan| plan.from <= from).saturating_sub(1);
        Self {
            plans: schedule.plans.iter().skip(first).take_while(|plan| plan.from < until).collect(),
            pauses: schedule.pauses.iter().filter(|pause| touches(pause.from, pause.until)).collect(),
            overrides: schedule.overrides.iter().filter(|o| touches(o.from, o.until)).collect(),
        }
    }

    /// Every instant in between at which the answer may change, in order, and the two ends.
    fn edges(&self, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let mut edges = vec![from, until];
        edges.extend(self.overrides.iter().flat_map(|o| [o.from, o.until]));
        edges.extend(self.pauses.iter().flat_map(|pause| [pause.from, pause.until]));
        for (n, plan) in self.plans.iter().enumerate() {
            edges.push(plan.from);
            // A rotation of one has no hand-overs to look at, however far one looks.
            if plan.people.len() > 1 {
                let end = self.plans.get(n + 1).map_or(until, |next| next.from);
                let first = plan.turns.index(plan.from.max(from)) + 1;
                edges.extend((first..).map(|turn| plan.turns.start(turn)).take_while(|start| *start < end));
            }
        }
        edges.retain(|edge| from <= *edge && *edge <= until);
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn holder(&self, at: Timestamp) -> Option<(UserId, Why)> {
        let wins = self.overrides.iter().filter(|o| o.from <= at && at < o.until).max_by_key(|o| o.id);
        if let Some(wins) = wins {
            return Some((wins.person.clone(), why(wins)));
        }
        let plan = self.plans.iter().rfind(|plan| plan.from <= at)?;
        let is_paused = |person: &UserId| {
            self.pauses.iter().any(|pause| pause.from <= at && at < pause.until && pause.person == *person)
        };
        // Of a rotation of one the turn does not matter, and finding it costs the most.
        let turn = if plan.people.len() > 1 { plan.turns.index(at) } else { plan.anchor };
        let (person, why) = plan.rotation(turn, is_paused)?;
        Some((person.clone(), why))
    }
}

impl Schedule {
    /// Who is on call at an instant, since when and until when.
    ///
    /// The beginning and the end are looked for within two years: no end within them is no end in sight, and `since` is
    /// then the earliest instant looked at.
    pub fn at(&self, at: Timestamp) -> OnCall {
        let mut reach = SEARCH_FIRST;
        let (since, until, held) = loop {
            let from = at.saturating_sub(reach).unwrap_or(Timestamp::MIN);
            let to = at.saturating_add(reach).unwrap_or(Timestamp::MAX);
            let segments = self.segments(from, to);
            let found = segments.into_iter().find(|segment| segment.from <= at && at < segment.until);
            let Some(found) = found else { break (at, None, None) };
            let bounded = found.from > from && found.until < to;
            if bounded || reach >= SEARCH_MOST {
                break (found.from, Some(found.until).filter(|until| *until < to), found.held);
            }
            reach = reach.saturating_mul(4).min(SEARCH_MOST);
        };
        let gap = held.is_none().then(|| Gap { since, until, fallback: self.fallback.clone() });
        let primary = held.map(|(person, why)| Holding { person, since, until, why });
        OnCall { primary, gap, backup: self.backup(at).cloned() }
    }

    /// As [`Schedule::at`], for people: overrides of one person that follow on each other are one time.
    pub fn told(&self, at: Timestamp) -> OnCall {
        let mut on_call = self.at(at);
        let Some(holding) = &mut on_call.primary else { return on_call };
        if !matches!(holding.why, Why::Override { .. }) {
            return on_call;
        }
        let theirs = |at: Timestamp| {
            let next = self.at(at).primary.filter(|next| next.person == holding.person);
            next.filter(|next| matches!(next.why, Why::Override { .. }))
        };
        while let Some(next) = holding.until.and_then(theirs) {
            holding.until = next.until;
        }
        while let Some(before) =
            holding.since.checked_sub(SignedDuration::from_nanos(1)).ok().and_then(theirs)
        {
            holding.since = before.since;
        }
        on_call
    }

    /// The schedule from one instant to another, without holes: one segment for each holder and reason, gaps included.
    pub fn segments(&self, from: Timestamp, until: Timestamp) -> Vec<Segment> {
        let window = Window::new(self, from, until);
        let edges = window.edges(from, until);
        let mut segments: Vec<Segment> = Vec::new();
        for pair in edges.windows(2) {
            let held = window.holder(pair[0]);
            match segments.last_mut() {
                Some(last) if last.held == held => last.until = pair[1],
                _ => segments.push(Segment { from: pair[0], until: pair[1], held }),
            }
        }
        segments
    }

    /// The next instant after `after` at which the holder or the reason changes; `None` within two years: not in sight.
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        let now = self.at(after);
        now.primary.map_or_else(|| now.gap.and_then(|gap| gap.until), |holding| holding.until)
    }

    /// The next holders after the one at `after`, with their times: `count` of them at most, gaps left out. Neighbouring
    /// times of one person are one, whatever the reasons.
    pub fn next_holders(&self, after: Timestamp, count: usize) -> Vec<Segment> {
        let mut reach = SEARCH_FIRST;
        loop {
            let to = after.saturating_add(reach).unwrap_or(Timestamp::MAX);
            let mut by_person = by_person(self.segments(after, to));
            let is_last = reach >= SEARCH_MOST;
            if !is_last {
                // It goes on behind what was looked at, for all that is known.
                by_person.pop();
            }
            let later = by_person.into_iter().skip(1).filter(|segment| segment.held.is_some());
            let next: Vec<Segment> = later.take(count).collect();
            if is_last || next.len() == count {
                return next;
            }
            reach = reach.saturating_mul(4).min(SEARCH_MOST);
        }
    }
}

/// Neighbouring segments of one person as one, with the first's reason.
pub fn by_person(segments: Vec<Segment>) -> Vec<Segment> {
    let mut merged: Vec<Segment> = Vec::new();
    for segment in segments {
        match merged.last_mut() {
            Some(last) if last.person() == segment.person() => last.until = segment.until,
            _ => merged.push(segment),
        }
    }
    merged
}
