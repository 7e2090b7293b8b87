//! An alert: what a machine says is wrong. One row for each key while it is open, whatever comes how often and in which order.

pub mod signal;
