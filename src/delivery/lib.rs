//! Effects out: lanes side by side, each in order; each result returns to the desk.

mod crew;
mod directory;
mod github;
mod group_keeper;
mod hands;
mod heart;
mod home;
mod job;
mod lane;
mod lenient;
mod limits;
mod modal;
mod people;
pub mod phone;
pub mod report;
mod retry;
mod slack;
mod survey;

pub use directory::BotIdentity;
pub use github::{
    CanPublish, FollowUp, GitHub, GitHubError, IssueSeen, Mode, Off, Permission, Publication, Published,
    PullRequest, PullSeen, PullState, Undone, Why,
};
pub use group_keeper::GroupKeeper;
pub use hands::Hands;
pub use heart::Heart;
pub use home::{HomeKeeper, Homes};
pub use job::Job;
pub use lane::Lanes;
pub use people::{Known, People};
pub use slack::{Connections, Deliverer, DelivererError, NoConnection, NoIdentity, SlackTarget};
pub use survey::{Greeting, Group, Seen, Survey};
