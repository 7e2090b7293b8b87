//! The core: what is decided, over plain data. No await, no I/O, no clock, nothing of Slack's shapes.
//!
//! A request about an incident is decided into events ([`incident::decide`]); events change the incident
//! ([`incident::Incident::apply`]); effects and timers follow from the events and the incident
//! ([`incident::consequences`], [`incident::Incident::timers`]).

pub mod actor;
pub mod aggregate;
pub mod alert;
pub mod answer;
pub mod command;
pub mod credential;
pub mod duration;
pub mod effect;
pub mod fault;
pub mod feature;
pub mod home;
pub mod id;
pub mod incident;
pub mod maintenance;
pub mod metrics;
pub mod oncall;
pub mod owner;
pub mod picture;
pub mod procedure;
pub mod refusal;
pub mod request;
pub mod run;
pub mod runbook;
pub mod secret;
pub mod severities;
pub mod text;
pub mod timer;
pub mod vendor;

pub use command::{Command, Line};
pub use incident::severity::{Severity, Status};
