//! Effects out: lanes side by side, each in order; each result returns to the desk.

mod directory;
mod github;
mod job;
mod lane;
mod limits;
mod modal;
mod retry;
mod slack;

pub use directory::BotIdentity;
pub use github::{GitHub, GitHubError, Off};
pub use job::Job;
pub use lane::Lanes;
pub use slack::{Deliverer, DelivererError, NoIdentity, SlackTarget};
