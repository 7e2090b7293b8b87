//! Watching, pure: numbers with units, thresholds, what a watch knows between two readings, how sources are read, and kept values.
//!
//! No await, no I/O, no clock, no lock. Numbers are in the base unit of what they measure ([`value`]); instants are UTC and the caller's
//! clock. Whatever is not known is *cannot tell*, with its reason: never a breach and never fine.

pub mod rate;
pub mod reading;
pub mod standing;
pub mod threshold;
pub mod value;

#[cfg(test)]
mod tests;
