//! Being on call: who has it when, whom a page reaches, and how it changes hands.
//!
//! The schedule is arithmetic over an epoch, an order, pauses and overrides: no clock and no I/O, every function is given its
//! instants. The rota is what is under way: the hand-over that stands, swaps that wait, pages without an incident. A line is
//! decided into events ([`decide`]), a timer too ([`fire`]); messages follow from the events ([`announce`]).

mod aggregate;
pub mod announce;
pub mod answer;
pub mod call_name;
pub mod change;
pub mod confirm;
pub mod decide;
pub mod duty;
pub mod event;
pub mod fire;
pub mod holding;
pub mod line;
pub mod overriding;
pub mod path;
pub mod path_entry;
pub mod phone;
pub mod reach;
pub mod report;
pub mod rota;
pub mod said;
pub mod schedule;
pub mod segments;
mod still_true;
pub mod swap;
pub mod tell;
pub mod turns;
pub mod when;
pub mod zone;

pub use change::{ChangeProblem, Moved, diff};
pub use holding::{Gap, Holding, OnCall, OverrideKind, Segment, Why};
pub use overriding::Wanted;
pub use report::{Load, Overload};
pub use schedule::{Override, Pause, Plan, Schedule, SetBackup};
pub use still_true::still_true;
pub use swap::{Given, OtherHalf, Proposal, SwapProblem};
pub use turns::{Length, Turns};
pub use when::{RangeText, WhenProblem, WhenText};
pub use zone::{Local, Zone};

#[cfg(test)]
mod tests;
