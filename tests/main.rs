//! One test binary, so that it links once. The whole path runs through signed HTTP against the fake Slack, on a clock
//! that stands until a test moves it.

mod harness;

mod browser;
mod delivery;
mod demo;
mod incidents;
mod kill;
mod operations;
mod restart;
mod tidy;
mod updates;
mod watching;
