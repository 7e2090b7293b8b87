//! Two lists of shifts, compared instant by instant.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Shift;

/// What differs in an interval, and where either list has nobody or more than one. All in order of time, and as long
/// as can be: neighbouring pieces with the same holders are one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    pub moved: Vec<Moved>,
    pub was: Holes,
    pub is: Holes,
}

/// Others hold it than before. Nobody is an empty list; people are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub from: Timestamp,
    pub until: Timestamp,
    pub was: Vec<String>,
    pub is: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holes {
    pub gaps: Vec<Piece>,
    pub overlaps: Vec<Overlap>,
}

/// From an instant (included) until another (excluded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Several people hold it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    pub from: Timestamp,
    pub until: Timestamp,
    pub people: Vec<String>,
}

/// Compares who holds it in `[from, until)`. Shifts that do not last are nothing.
pub fn diff(was: &[Shift], is: &[Shift], (from, until): (Timestamp, Timestamp)) -> Diff {
    let mut both = Diff::default();
    if from >= until {
        return both;
    }
    let (mut old, mut new) = (Hands::new(was, from, until), Hands::new(is, from, until));
    let mut edges: BTreeSet<Timestamp> = old.edges.keys().chain(new.edges.keys()).copied().collect();
    edges.extend([from, until]);
    let edges: Vec<Timestamp> = edges.into_iter().collect();
    for pair in edges.windows(2) {
        let [begin, end] = *pair else { continue };
        let (was, is) = (old.at(begin), new.at(begin));
        both.was.add(begin, end, &was);
        both.is.add(begin, end, &is);
        if was == is {
            continue;
        }
        match both.moved.last_mut() {
            Some(last) if last.until == begin && last.was == was && last.is == is => last.until = end,
            _ => both.moved.push(Moved { from: begin, until: end, was, is }),
        }
    }
    both
}

impl Holes {
    fn add(&mut self, from: Timestamp, until: Timestamp, people: &[String]) {
        match people {
            [] => match self.gaps.last_mut() {
                Some(last) if last.until == from => last.until = until,
                _ => self.gaps.push(Piece { from, until }),
            },
            [_] => {}
            _ => match self.overlaps.last_mut() {
                Some(last) if last.until == from && last.people == people => last.until = until,
                _ => self.overlaps.push(Overlap { from, until, people: people.to_vec() }),
            },
        }
    }
}

/// Who has it in hand, as time goes on.
struct Hands<'s> {
    edges: BTreeMap<Timestamp, Vec<(&'s str, i32)>>,
    now: BTreeMap<&'s str, i32>,
}

impl<'s> Hands<'s> {
    fn new(shifts: &'s [Shift], from: Timestamp, until: Timestamp) -> Self {
        let mut edges: BTreeMap<Timestamp, Vec<(&str, i32)>> = BTreeMap::new();
        for shift in shifts {
            let (begin, end) = (shift.from.max(from), shift.until.min(until));
            if begin < end {
                edges.entry(begin).or_default().push((&shift.person, 1));
                edges.entry(end).or_default().push((&shift.person, -1));
            }
        }
        Self { edges, now: BTreeMap::new() }
    }

    /// The holders from this edge on; edges are asked for in order.
    fn at(&mut self, edge: Timestamp) -> Vec<String> {
        for (person, change) in self.edges.get(&edge).into_iter().flatten() {
            *self.now.entry(person).or_default() += change;
        }
        self.now.retain(|_, shifts| *shifts != 0);
        self.now.keys().map(|person| (*person).to_owned()).collect()
    }
}
