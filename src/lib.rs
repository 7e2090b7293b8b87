//! howler, a Slack incident bot. The modules stand in the order data flows: see ARCHITECTURE.md.

pub mod calendar;
pub mod clock;
pub mod config;
pub mod telemetry;

pub mod intake;
pub mod loopback;

pub mod desk;

pub mod store;

pub mod view;

pub mod delivery;

pub mod fake;

pub mod app;
pub mod check;
pub mod cli;
pub mod data;
pub mod demo;
pub mod dry_run;
pub mod export;
pub mod http_server;
pub mod local;
pub mod logs;
pub mod probe;
pub mod procedure;
pub mod redact;
pub mod shell;
pub mod terminal;
pub mod unix_socket;
