//! How the values of a watch went over a span of time: the points, where nobody saw anything, and what they are held against.
//!
//! This is what `/runbook metrics NAME` tells and what a picture of it is drawn from. All numbers are in the base unit of the watch
//! (seconds, a share of 1, bytes, a count, each by the second where the watch is a rate); [`Course::shown`] writes one as people do.

use jiff::{SignedDuration, Timestamp};

use crate::history::{History, Point};
use crate::reading::Reading;
use crate::standing::Level;
use crate::threshold::{Side, Threshold};
use crate::value::{Kind, Value};
use crate::watched::Watch;

/// From one instant to another.
pub type Stretch = (Timestamp, Timestamp);

/// A threshold as a line in a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitLine {
    pub level: Level,
    /// On which side it is wrong.
    pub side: Side,
    pub number: f64,
    /// How long it must be wrong to count.
    pub lasting: SignedDuration,
    threshold: Threshold,
}

/// What was kept of a watch between two instants.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    pub from: Timestamp,
    pub until: Timestamp,
    /// Unbroken stretches of points in order, none of them empty. Points at the edges may reach beyond the span. A point is a minute, five
    /// minutes or an hour long, the finest that is kept of its time: what was missing within one cannot be seen.
    pub stretches: Vec<Vec<Point>>,
    /// Where nobody saw anything, in order: between the stretches, after the last, and before the first where something was seen before.
    pub gaps: Vec<Stretch>,
    /// When the first value ever came, where that is within the span: before it is no gap.
    pub begins: Option<Timestamp>,
    /// The mildest first; none where the watch is held against words.
    pub limits: Vec<LimitLine>,
    pub kind: Kind,
    pub per_second: bool,
}

/// A value and the beginning of the point that it is in.
pub type Extreme = (f64, Timestamp);

impl Course {
    /// Of all that is kept of `watch`, the points that reach beyond `from` and begin at `until` at the latest.
    pub fn of(watch: &Watch, history: &History, from: Timestamp, until: Timestamp) -> Self {
        let gap = watch.rules.gap;
        // What begins at the very end is the newest.
        let end = until.saturating_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
        let stretches = history.points(from, end, gap);
        let first = history.first();
        let begins = first.filter(|first| *first > from && *first <= until);
        let seen =
            stretches.iter().filter_map(|stretch| Some((stretch.first()?.from, stretch.last()?.until)));
        let mut gaps = Vec::new();
        let mut end = begins.or_else(|| first.filter(|first| *first <= from).map(|_| from));
        for (begin, over) in seen {
            gaps.extend(end.map(|end| (end, begin)).filter(|gap| is_long(*gap, watch.rules.gap)));
            end = Some(over);
        }
        gaps.extend(end.map(|end| (end, until)).filter(|rest| is_long(*rest, gap)));
        let limits = Level::ALL.into_iter().filter_map(|level| {
            let threshold = watch.rules.of(level)?.clone();
            let (number, side, lasting) = (threshold.limit()?, threshold.side, threshold.lasting);
            Some(LimitLine { level, side, number, lasting, threshold })
        });
        let (limits, kind, per_second) = (limits.collect(), watch.unit.kind, watch.per_second);
        Self { from, until, stretches, gaps, begins, limits, kind, per_second }
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.stretches.iter().flatten()
    }

    /// A number as people write it.
    pub fn shown(&self, number: f64) -> String {
        let value = Value { number, kind: self.kind };
        if self.per_second { format!("{value} a second") } else { value.to_string() }
    }

    pub fn lowest(&self) -> Option<Extreme> {
        let least = self.points().min_by(|one, other| one.min.total_cmp(&other.min))?;
        Some((least.min, least.from))
    }

    pub fn highest(&self) -> Option<Extreme> {
        // The first of several that are alike.
        let most = self.points().reduce(|most, point| if point.max > most.max { point } else { most })?;
        Some((most.max, most.from))
    }

    /// Half of the time that was seen it was at most this much, by the means of the points.
    pub fn middle(&self) -> Option<f64> {
        let mut means: Vec<(f64, i64)> = self
            .points()
            .map(|point| (point.mean, point.until.duration_since(point.from).as_secs()))
            .collect();
        means.sort_by(|one, other| one.0.total_cmp(&other.0));
        let half = means.iter().map(|(_, long)| long).sum::<i64>() / 2;
        let mut seen = 0;
        means.into_iter().find_map(|(mean, long)| {
            seen += long;
            (seen >= half).then_some(mean)
        })
    }

    /// When it was on the wrong side of a line, whether or not for long enough to count. Of a point with several values one is enough. The
    /// last point may not be over yet: nobody knows what comes after the end.
    pub fn over(&self, line: &LimitLine) -> Vec<Stretch> {
        let wrong = |number: f64| line.threshold.is_wrong(&Reading::Number(number)) == Ok(true);
        let mut over: Vec<Stretch> = Vec::new();
        for stretch in &self.stretches {
            let mut goes_on = false;
            for point in stretch {
                let is_wrong = wrong(point.min) || wrong(point.max);
                match over.last_mut().filter(|_| goes_on) {
                    Some(last) if is_wrong => last.1 = point.until.min(self.until),
                    _ if is_wrong => over.push((point.from, point.until.min(self.until))),
                    _ => {}
                }
                goes_on = is_wrong;
            }
        }
        over
    }
}

fn is_long((from, until): Stretch, gap: SignedDuration) -> bool {
    until.duration_since(from) > gap
}
