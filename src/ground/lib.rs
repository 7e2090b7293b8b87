//! What howler stands on: the clock, the log, the metrics, the sockets for one user's shell, and connections in memory.

pub mod chore;
pub mod clock;
pub mod logs;
pub mod loopback;
pub mod telemetry;
pub mod terminal;
pub mod unix_socket;
