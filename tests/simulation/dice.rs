//! Chance, from one seed.

use jiff::SignedDuration;

pub struct Dice(fastrand::Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: u32) -> bool {
        self.0.u32(0..n) == 0
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0.usize(0..n)
    }

    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.i64(least..=most)
    }

    /// Short ones are as likely as long ones.
    pub fn millis(&mut self, least: i64, most: i64) -> SignedDuration {
        let (low, high) = (least.max(1).ilog2(), most.ilog2());
        let power = self.0.u32(low..=high);
        let most_here = most.min(2_i64.saturating_pow(power + 1) - 1);
        SignedDuration::from_millis(self.0.i64(2_i64.pow(power).max(least).min(most_here)..=most_here))
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.0.usize(0..from.len())) }
    }

    pub fn one<T: Clone>(&mut self, from: &[T]) -> T {
        self.pick(from).expect("something to choose from").clone()
    }
}
