//! One test binary, so that it links once. The whole path runs through signed HTTP against the fake Slack, on a clock
//! that stands until a test moves it.

// Other processes have clocks of their own, and what a test measured is printed.
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

mod harness;

mod acts_as;
mod alerts;
mod approval;
mod asked;
mod backup;
mod backups;
mod browser;
mod channels;
mod check;
mod clients;
mod damage;
mod data;
mod database;
mod delivery;
mod demo;
mod drills;
mod export;
mod frozen;
mod hand_over;
mod home;
mod hooks;
mod import;
mod incident_alerts;
mod incidents;
mod kill;
mod logs;
mod maintenance;
mod merge;
mod missed;
mod named_people;
mod one_message;
mod operations;
mod other_programs;
mod pages;
mod paging;
mod phones;
mod planted;
mod printed;
mod release;
mod restart;
mod rollback;
mod run_cards;
mod runbook;
mod runbook_outside;
mod salvage;
mod schedules;
mod shell;
mod signed;
mod simulation;
mod skipping;
mod socket;
mod socket_tls;
mod tidy;
mod tools;
mod undo;
mod updates;
mod watching;
mod whose;
mod words;
mod year;
