//! howler, a Slack incident bot: what wires its parts together. ARCHITECTURE.md draws them all.

pub mod app;
pub mod check;
pub mod cli;
pub mod data;
pub mod demo;
pub mod dry_run;
pub mod export;
pub mod http_server;
pub mod local;
pub mod shell;
pub mod watch_once;
