//! Watching, pure: numbers with units, thresholds, what a watch knows between two readings, how sources are read, and kept values.
//!
//! No await, no I/O, no clock, no lock. Numbers are in the base unit of what they measure ([`value`]); instants are UTC and the caller's
//! clock. Whatever is not known is *cannot tell*, with its reason: never a breach and never fine.

pub mod course;
pub mod domain_name;
pub mod expiry;
pub mod history;
pub mod json;
pub mod kept;
pub mod promql;
pub mod push;
pub mod rate;
pub mod reading;
pub mod row;
pub mod runs;
pub mod selector;
pub mod standing;
pub mod status_page;
pub mod text_format;
mod text_line;
pub mod threshold;
pub mod told;
pub mod value;
pub mod vendor;
pub mod watched;
pub mod window;

#[cfg(test)]
mod tests;
