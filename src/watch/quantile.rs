//! A quantile of what happened between two scrapes of a histogram, as PromQL's `histogram_quantile(q, sum by (le) (rate(..._bucket)))` has it.
//!
//! <https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile>. Each series is compared with itself, so that one
//! instance that was restarted is seen as a reset and not taken for fewer requests. A series that is new or gone has no two readings
//! and is left out, as `rate` does.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::rate::is_less;
use crate::reading::Reason;
use crate::selector::Selector;
use crate::text_format::Page;
use crate::text_line::float;

/// Most series of one histogram that are kept.
const SERIES_MOST: usize = 64;
/// Most buckets of one series.
const BUCKETS_MOST: usize = 200;

/// The buckets of a histogram as they stood at one scrape. A part of the watch's row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Buckets {
    pub at: Timestamp,
    /// By the labels of a series, without `le`.
    series: BTreeMap<String, Series>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Series {
    /// Upper bounds without +Inf, ascending, in the source's unit.
    bounds: Vec<f64>,
    /// So many at most so large, for each bound.
    counts: Vec<f64>,
    /// So many in all: the bucket of +Inf.
    total: f64,
}

/// A quantile, and how good it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// In the source's unit.
    pub number: f64,
    /// So many happened between the two scrapes; of few, a high quantile says little.
    pub observations: f64,
    /// It lies above the highest bound, which is what is shown: it is more than that.
    pub at_least: bool,
}

impl Buckets {
    /// Reads them from a page. `wanted` names the buckets: `http_request_duration_seconds_bucket{route="/"}`.
    ///
    /// # Errors
    /// Why nobody can tell.
    pub fn read(page: &Page<'_>, wanted: &Selector) -> Result<Self, Reason> {
        let mut series: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
        for (mut labels, count) in page.find(wanted)? {
            let bound = labels.take("le").as_deref().and_then(float).ok_or(Reason::NotAHistogram)?;
            if bound.is_nan() || !count.is_finite() || count < 0.0 {
                return Err(Reason::NotANumber { what: format!("{count} at {bound}") });
            }
            let known = series.entry(labels.shown()).or_default();
            known.push((bound, count));
            if known.len() > BUCKETS_MOST {
                return Err(Reason::ManySeries { found: known.len() });
            }
        }
        if series.len() > SERIES_MOST {
            return Err(Reason::ManySeries { found: series.len() });
        }
        let series = series.into_iter().map(|(labels, buckets)| Ok((labels, Series::of(buckets)?)));
        Ok(Self { at: page.at, series: series.collect::<Result<_, Reason>>()? })
    }

    /// The quantile (0 to 1) of what happened since `before`.
    ///
    /// # Errors
    /// A reset, other buckets, nothing that happened, or too long a time between the two.
    pub fn quantile(&self, q: f64, before: &Self, gap: SignedDuration) -> Result<Quantile, Reason> {
        let passed = self.at.duration_since(before.at);
        if !passed.is_positive() {
            return Err(Reason::FirstOfTwo);
        }
        if passed > gap {
            return Err(Reason::TooFarApart);
        }
        let mut grown: Option<Series> = None;
        for (labels, now) in &self.series {
            let Some(then) = before.series.get(labels) else { continue };
            let more = now.since(then)?;
            match &mut grown {
                None => grown = Some(more),
                Some(all) => all.add(&more)?,
            }
        }
        grown.ok_or(Reason::FirstOfTwo)?.quantile(q)
    }
}

impl Series {
    fn of(mut buckets: Vec<(f64, f64)>) -> Result<Self, Reason> {
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        let twice = buckets.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other));
        match buckets.pop() {
            // The same bound in two spellings is one too many.
            Some((bound, total)) if bound == f64::INFINITY && !buckets.is_empty() && !twice => {
                let (bounds, counts) = buckets.into_iter().unzip();
                Ok(Self { bounds, counts, total })
            }
            _ => Err(Reason::NotAHistogram),
        }
    }

    fn since(&self, before: &Self) -> Result<Self, Reason> {
        if !self.has_bounds_of(before) {
            return Err(Reason::OtherBuckets);
        }
        let pairs = || self.counts.iter().zip(&before.counts).map(|(now, then)| (*now, *then));
        if is_less(self.total, before.total) || pairs().any(|(now, then)| is_less(now, then)) {
            return Err(Reason::Reset);
        }
        let counts = pairs().map(|(now, then)| (now - then).max(0.0)).collect();
        Ok(Self { bounds: self.bounds.clone(), counts, total: (self.total - before.total).max(0.0) })
    }

    /// The same bounds, but for what storing them as text changes.
    fn has_bounds_of(&self, other: &Self) -> bool {
        let same = |(one, other): (&f64, &f64)| !is_less(*one, *other) && !is_less(*other, *one);
        self.bounds.len() == other.bounds.len() && self.bounds.iter().zip(&other.bounds).all(same)
    }

    fn add(&mut self, other: &Self) -> Result<(), Reason> {
        if !self.has_bounds_of(other) {
            return Err(Reason::OtherBuckets);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
        Ok(())
    }

    /// Linear within a bucket; the lowest one begins at 0 where its bound is above 0.
    fn quantile(&self, q: f64) -> Result<Quantile, Reason> {
        let observations = self.total;
        if observations <= 0.0 || !(0.0..=1.0).contains(&q) {
            return Err(Reason::NoObservations);
        }
        let rank = q * observations;
        let (mut below, mut lower) = (0.0_f64, None::<f64>);
        for (bound, count) in self.bounds.iter().zip(&self.counts) {
            // A bucket holds all of the ones before it.
            let count = count.max(below);
            if count >= rank && count > 0.0 {
                let number = match lower {
                    None if *bound <= 0.0 => *bound,
                    lower => {
                        let lower = lower.unwrap_or(0.0);
                        let within = if count > below { (rank - below) / (count - below) } else { 0.0 };
                        lower + (bound - lower) * within
                    }
                };
                return Ok(Quantile { number, observations, at_least: false });
            }
            (below, lower) = (count, Some(*bound));
        }
        let number = lower.ok_or(Reason::NotAHistogram)?;
        Ok(Quantile { number, observations, at_least: true })
    }
}
