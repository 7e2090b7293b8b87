//! What was said of an alert, in the order in which it happened at its source, whatever order it came in.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::signal::Said;

/// So many flips within [`FLAP_WINDOW`] are flapping.
pub const FLIPS: usize = 4;
pub const FLAP_WINDOW: SignedDuration = SignedDuration::from_mins(30);

/// Points in the middle of what says the same are let go of beyond this many.
const POINTS: usize = 16;
/// Most points of one that goes back and forth.
const POINTS_MOST: usize = 48;

/// Where something that was said stands: by the source's clock, then by its own order. What is equal stands in the order of its arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place(pub Timestamp, pub Option<(u64, u64)>);

impl Place {
    pub fn at(self) -> Timestamp {
        self.0
    }
}

/// One thing said, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point(pub Place, pub Said);

impl Point {
    pub fn at(self) -> Timestamp {
        self.0.at()
    }
}

/// The points, the oldest first. Of what says the same many times its ends are kept, and of acknowledgements the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Course(Vec<Point>);

impl Course {
    pub fn take(&mut self, point: Point) {
        let Point(place, said) = point;
        if said == Said::Acknowledged {
            if self.acknowledged().is_some_and(|known| known > place) {
                return;
            }
            self.0.retain(|Point(_, said)| *said != Said::Acknowledged);
        }
        let position = self.0.partition_point(|Point(known, _)| *known <= place);
        self.0.insert(position, point);
        self.trim();
    }

    /// Lets go of what tells least: first the middle of what says the same, then the oldest.
    fn trim(&mut self) {
        if self.0.len() <= POINTS {
            return;
        }
        let says = |at: usize| self.0.get(at).map(|Point(_, said)| *said);
        let middle = (1..self.0.len() - 1).find(|at| says(*at) == says(at - 1) && says(*at) == says(at + 1));
        match middle {
            Some(at) => drop(self.0.remove(at)),
            None if self.0.len() > POINTS_MOST => drop(self.0.remove(0)),
            None => {}
        }
    }

    /// Firing and resolved, from the first firing on: what came back before it began says nothing.
    fn turns(&self) -> impl Iterator<Item = &Point> {
        let turns = self.0.iter().filter(|Point(_, said)| *said != Said::Acknowledged);
        turns.skip_while(|Point(_, said)| *said == Said::Resolved)
    }

    /// Changes from firing to resolved and back, with their times.
    fn flips(&self) -> Vec<Timestamp> {
        let turns: Vec<&Point> = self.turns().collect();
        let changes =
            turns.windows(2).filter(|pair| pair.first().map(|at| at.1) != pair.last().map(|at| at.1));
        changes.filter_map(|pair| pair.last().map(|point| point.at())).collect()
    }

    /// Whether it is said to fire, by the newest that is known.
    pub fn fires(&self) -> bool {
        self.turns().last().is_some_and(|Point(_, said)| *said == Said::Firing)
    }

    /// When it was said to fire last.
    pub fn fired(&self) -> Option<Timestamp> {
        let fired = self.0.iter().rev().find(|Point(_, said)| *said == Said::Firing);
        fired.map(|point| point.at())
    }

    /// Since when it says what it says now.
    pub fn since(&self) -> Option<Timestamp> {
        let turns: Vec<&Point> = self.turns().collect();
        let now = turns.last()?.1;
        turns.iter().rev().take_while(|point| point.1 == now).last().map(|point| point.at())
    }

    /// What stands later than `end`; nothing where there is no end.
    pub fn after(&self, end: Option<Timestamp>) -> impl Iterator<Item = Point> {
        self.0.iter().copied().filter(move |point| end.is_some_and(|end| point.at() > end))
    }

    /// The newest that is known.
    pub fn newest(&self) -> Option<Place> {
        self.0.last().map(|Point(place, _)| *place)
    }

    /// Where the source's own acknowledgement stands.
    pub fn acknowledged(&self) -> Option<Place> {
        self.0.iter().find(|Point(_, said)| *said == Said::Acknowledged).map(|Point(place, _)| *place)
    }

    /// How long it fired at least once without a break, by the source's clock; up to `now` where it still does.
    pub fn longest(&self, now: Timestamp) -> SignedDuration {
        let mut longest = SignedDuration::ZERO;
        let mut since = None;
        for point in self.turns() {
            since = since.or((point.1 == Said::Firing).then(|| point.at()));
            if let Some(from) = since {
                longest = longest.max(point.at().duration_since(from));
            }
            if point.1 == Said::Resolved {
                since = None;
            }
        }
        since.map_or(longest, |from| longest.max(now.duration_since(from)))
    }

    /// How often it went back and forth, where that is flapping: the flips up to the newest that lie close together, and none before
    /// `calm`, when it was quiet long enough.
    pub fn flapping(&self, calm: Option<Timestamp>) -> Option<Flapping> {
        let flips = self.flips();
        let newest = *flips.last()?;
        let from = newest.saturating_sub(FLAP_WINDOW).unwrap_or(Timestamp::MIN);
        let near: Vec<Timestamp> =
            flips.into_iter().filter(|flip| *flip > from && calm.is_none_or(|calm| *flip > calm)).collect();
        let first = *near.first()?;
        (near.len() >= FLIPS).then_some(Flapping { flips: near.len(), first, newest })
    }
}

/// One that goes back and forth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    pub flips: usize,
    pub first: Timestamp,
    pub newest: Timestamp,
}
