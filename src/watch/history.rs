//! Kept values in bounded space: one a minute for a day, five minutes in one for a week, an hour in one for 30 days.
//!
//! Every value goes into all three, so that what is dropped later needs no reckoning then, and the order of calls does not matter.
//! What was not seen is not there: gaps and the resets of counters stay gaps.
//!
//! It is stored in rows ([`RowKey`]) that are small and begin at fixed times, so that a value touches three of them. The two coarser
//! ones may be written when their bucket is over: [`History::load`] makes an open one again from what is finer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How far ahead of the clock a value may be; later ones were kept while the clock was wrong, and are dropped.
const AHEAD: i64 = 3_600;

/// How fine values are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Minute,
    FiveMinutes,
    Hour,
}

impl Tier {
    pub const ALL: [Self; 3] = [Self::Minute, Self::FiveMinutes, Self::Hour];

    /// How long one bucket is, in seconds.
    pub const fn width(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::FiveMinutes => 300,
            Self::Hour => 3_600,
        }
    }

    /// How long they are kept, in seconds.
    pub const fn kept(self) -> i64 {
        match self {
            Self::Minute => 86_400,
            Self::FiveMinutes => 7 * 86_400,
            Self::Hour => 30 * 86_400,
        }
    }

    /// How much of time is one row of the store, in seconds: half an hour, three hours, two days.
    pub const fn row(self) -> i64 {
        match self {
            Self::Minute => 1_800,
            Self::FiveMinutes => 10_800,
            Self::Hour => 172_800,
        }
    }

    /// The beginning of the bucket that `second` is in.
    const fn start(self, second: i64) -> i64 {
        second - second.rem_euclid(self.width())
    }
}

/// Which row: rows of one tier sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowKey {
    pub tier: Tier,
    /// Seconds since 1970, UTC.
    pub start: i64,
}

impl RowKey {
    fn of(tier: Tier, second: i64) -> Self {
        Self { tier, start: second - second.rem_euclid(tier.row()) }
    }

    /// Whether all that the row can hold is too old at `now`, or too far ahead of it.
    pub fn is_out(self, now: Timestamp) -> bool {
        let now = now.as_second();
        let over = self.start.saturating_add(self.tier.row()).saturating_add(self.tier.kept());
        over <= now || self.start > now.saturating_add(AHEAD)
    }

    /// The rows that say what a value of `at` adds to: of its hour the minutes, of which open coarser buckets are made again.
    pub fn around(at: Timestamp) -> [Self; 4] {
        let second = at.as_second();
        let hour = Tier::Hour.start(second);
        [
            Self::of(Tier::Minute, hour),
            Self::of(Tier::Minute, hour.saturating_add(Tier::Minute.row())),
            Self::of(Tier::FiveMinutes, second),
            Self::of(Tier::Hour, second),
        ]
    }

    /// The rows of minutes between two instants: at most those of a day.
    pub fn minutes(from: Timestamp, until: Timestamp) -> Vec<Self> {
        let (first, last) = (Self::of(Tier::Minute, from.as_second()), until.as_second());
        let most = usize::try_from(Tier::Minute.kept() / Tier::Minute.row()).unwrap_or(0) + 1;
        let starts = (0..).map(|place| first.start + place * Tier::Minute.row());
        let starts = starts.take_while(|start| *start <= last).take(most);
        starts.map(|start| Self { tier: Tier::Minute, start }).collect()
    }

    /// The three rows that a value of `at` is in.
    pub fn touched(at: Timestamp) -> [Self; 3] {
        Tier::ALL.map(|tier| Self::of(tier, at.as_second()))
    }

    /// Whether the bucket of its tier that `last` was in is over at `at`: then it is time to write the row.
    pub fn is_over(self, last: Timestamp, at: Timestamp) -> bool {
        self.tier.start(last.as_second()) != self.tier.start(at.as_second())
    }
}

/// What became of the values of one stretch of time, in the base unit of the watch. Stored as a list of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Bucket {
    /// Seconds since 1970, UTC.
    pub start: i64,
    pub min: f64,
    pub max: f64,
    pub sum: f64,
    pub count: u32,
    pub last: f64,
    /// When the last one was, seconds since 1970.
    pub last_at: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    /// Start, min, max, sum, count, last, and how many seconds after the start the last one was.
    Many(i64, f64, f64, f64, u32, f64, i64),
    /// Start, the only value, and how many seconds after the start it was.
    One(i64, f64, i64),
}

impl From<Stored> for Bucket {
    fn from(stored: Stored) -> Self {
        let (start, min, max, sum, count, last, after) = match stored {
            Stored::Many(start, min, max, sum, count, last, after) => {
                (start, min, max, sum, count, last, after)
            }
            Stored::One(start, only, after) => (start, only, only, only, 1, only, after),
        };
        Self { start, min, max, sum, count, last, last_at: start.saturating_add(after) }
    }
}

impl From<Bucket> for Stored {
    fn from(bucket: Bucket) -> Self {
        let Bucket { start, min, max, sum, count, last, last_at } = bucket;
        match count {
            1 => Self::One(start, last, last_at - start),
            _ => Self::Many(start, min, max, sum, count, last, last_at - start),
        }
    }
}

impl Bucket {
    fn one(tier: Tier, second: i64, number: f64) -> Self {
        let start = tier.start(second);
        Self { start, min: number, max: number, sum: number, count: 1, last: number, last_at: second }
    }

    /// Two buckets of the same time, with different values in them, as one.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        // At the same second the larger one counts as the last, so that the order does not matter.
        let other_is_last = (other.last_at, other.last) > (self.last_at, self.last);
        let later = if other_is_last { other } else { self };
        Self {
            start: self.start.min(other.start),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            sum: self.sum + other.sum,
            count: self.count.saturating_add(other.count),
            last: later.last,
            last_at: later.last_at,
        }
    }

    /// The mean of its values.
    pub fn mean(&self) -> f64 {
        self.sum / f64::from(self.count.max(1))
    }
}

/// The rows of a watch's kept values, as they are stored.
pub type Row = Vec<Bucket>;

/// A bucket in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub from: Timestamp,
    pub until: Timestamp,
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    pub last: f64,
}

/// The values of one watch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    tiers: [BTreeMap<i64, Bucket>; 3],
}

impl History {
    /// Makes it of its stored rows, in any order. Coarser buckets that were not written in time are made of the finer ones.
    pub fn load(rows: impl IntoIterator<Item = (RowKey, Row)>) -> Self {
        let mut history = Self::default();
        rows.into_iter().for_each(|(key, row)| history.put_row(key, row));
        history.mend_all();
        history
    }

    /// Adds a stored row.
    pub(crate) fn add(&mut self, key: RowKey, row: Row) {
        self.put_row(key, row);
        self.mend_all();
    }

    /// Leaves nothing but what is in these rows.
    pub(crate) fn only(&mut self, rows: &BTreeSet<RowKey>) {
        for tier in Tier::ALL {
            self.tiers[tier as usize].retain(|start, _| rows.contains(&RowKey::of(tier, *start)));
        }
    }

    fn put_row(&mut self, key: RowKey, row: Row) {
        let sound = |bucket: &Bucket| bucket.count > 0 && bucket.min <= bucket.max && bucket.sum.is_finite();
        for bucket in row.into_iter().filter(sound) {
            self.tiers[key.tier as usize].insert(key.tier.start(bucket.start), bucket);
        }
    }

    fn mend_all(&mut self) {
        self.mend(Tier::Minute, Tier::FiveMinutes);
        self.mend(Tier::FiveMinutes, Tier::Hour);
    }

    /// Takes a value that arrived at `at`. One that cannot be compared is not kept; the same must not be given twice.
    pub fn keep(&mut self, at: Timestamp, number: f64) {
        // The sum of a month must stay a number too.
        if number.abs() > 1e300 || number.is_nan() {
            return;
        }
        for tier in Tier::ALL {
            self.put(tier, Bucket::one(tier, at.as_second(), number));
        }
    }

    /// Takes the values of another one, which has none of the same.
    pub fn merge(&mut self, other: &Self) {
        for tier in Tier::ALL {
            for bucket in other.tiers[tier as usize].values() {
                self.put(tier, *bucket);
            }
        }
    }

    /// Drops what is too old at `now`, and what is far ahead of it. Returns the rows in which nothing is left.
    pub fn prune(&mut self, now: Timestamp) -> BTreeSet<RowKey> {
        let mut touched = BTreeSet::new();
        for tier in Tier::ALL {
            let buckets = &mut self.tiers[tier as usize];
            // The youngest bucket that is over before the oldest second that is kept.
            let over = now.as_second().saturating_sub(tier.kept() + tier.width());
            let latest = now.as_second().saturating_add(AHEAD);
            let out: Vec<i64> =
                buckets.range(..=over).chain(buckets.range(latest + 1..)).map(|(start, _)| *start).collect();
            for start in out {
                buckets.remove(&start);
                touched.insert(RowKey::of(tier, start));
            }
        }
        touched.retain(|key| self.row(*key).is_empty());
        touched
    }

    /// One row as it is to be stored; empty where it is to be deleted.
    pub fn row(&self, key: RowKey) -> Row {
        let range = key.start..key.start.saturating_add(key.tier.row());
        self.tiers[key.tier as usize].range(range).map(|(_, bucket)| *bucket).collect()
    }

    /// The rows there are.
    pub fn keys(&self) -> BTreeSet<RowKey> {
        let keys = |tier: Tier| self.tiers[tier as usize].keys().map(move |start| RowKey::of(tier, *start));
        Tier::ALL.into_iter().flat_map(keys).collect()
    }

    /// How many buckets there are.
    pub fn len(&self) -> usize {
        self.tiers.iter().map(BTreeMap::len).sum()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The beginning of the first bucket, of the finest that tell of its time.
    pub fn first(&self) -> Option<Timestamp> {
        self.finest().next().map(|(_, bucket)| second(bucket.start))
    }

    /// What is kept between two instants, the finest there is at each time, in unbroken stretches: where the next bucket begins more than
    /// `gap` after the end of the one before, nobody saw what was between.
    pub fn points(&self, from: Timestamp, until: Timestamp, gap: SignedDuration) -> Vec<Vec<Point>> {
        let (from, until) = (from.as_second(), until.as_second());
        let mut stretches: Vec<Vec<Point>> = Vec::new();
        let mut end: Option<i64> = None;
        for (tier, bucket) in self.finest() {
            let (start, over) = (bucket.start, bucket.start + tier.width());
            if over <= from || start >= until {
                continue;
            }
            let point = Point {
                from: second(start),
                until: second(over),
                min: bucket.min,
                max: bucket.max,
                mean: bucket.mean(),
                last: bucket.last,
            };
            match stretches.last_mut() {
                Some(stretch) if end.is_some_and(|end| start - end <= gap.as_secs()) => stretch.push(point),
                _ => stretches.push(vec![point]),
            }
            end = Some(over);
        }
        stretches
    }

    /// Each time once: hours up to where five minutes begin, those up to where minutes begin.
    fn finest(&self) -> impl Iterator<Item = (Tier, &Bucket)> {
        let fives = self.reaches(Tier::FiveMinutes, Tier::Hour);
        let minutes = self.reaches(Tier::Minute, Tier::FiveMinutes).max(fives);
        let of = |tier: Tier, from: i64, until: i64| {
            self.tiers[tier as usize].range(from..until).map(move |(_, bucket)| (tier, bucket))
        };
        of(Tier::Hour, i64::MIN, fives).chain(of(Tier::FiveMinutes, fives, minutes)).chain(of(
            Tier::Minute,
            minutes,
            i64::MAX,
        ))
    }

    /// From where on the finer buckets tell all that the coarser ones do.
    fn reaches(&self, fine: Tier, coarse: Tier) -> i64 {
        let Some(first) = self.tiers[fine as usize].keys().next() else { return i64::MAX };
        let start = coarse.start(*first);
        let within = self.tiers[fine as usize].range(start..start + coarse.width());
        let finer: u32 = within.map(|(_, bucket)| bucket.count).sum();
        let has_more = self.tiers[coarse as usize].get(&start).is_some_and(|bucket| bucket.count > finer);
        if has_more { start + coarse.width() } else { start }
    }

    fn put(&mut self, tier: Tier, bucket: Bucket) {
        self.tiers[tier as usize]
            .entry(bucket.start)
            .and_modify(|known| *known = known.merged(bucket))
            .or_insert(bucket);
    }

    /// Makes coarser buckets again in which there are fewer values than in the finer ones.
    fn mend(&mut self, fine: Tier, coarse: Tier) {
        let mut made: BTreeMap<i64, Bucket> = BTreeMap::new();
        for bucket in self.tiers[fine as usize].values() {
            let start = coarse.start(bucket.start);
            let alone = Bucket { start, ..*bucket };
            made.entry(start).and_modify(|known| *known = known.merged(alone)).or_insert(alone);
        }
        for (start, bucket) in made {
            let known = self.tiers[coarse as usize].get(&start);
            if known.is_none_or(|known| known.count < bucket.count) {
                self.tiers[coarse as usize].insert(start, bucket);
            }
        }
    }
}

fn second(second: i64) -> Timestamp {
    let end = if second < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(second).unwrap_or(end)
}
