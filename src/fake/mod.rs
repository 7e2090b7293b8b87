pub mod rehearsal;
pub mod slack;
