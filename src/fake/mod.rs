pub mod github;
pub mod rehearsal;
pub mod slack;
