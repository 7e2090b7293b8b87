//! Outside becomes one [`Request`](domain::request::Request): verified, parsed, with a name for the delivery.

mod answers;
mod bearer;
mod budget;
mod doubts;
mod front;
pub mod hooks;
mod http;
pub mod origin;
pub mod phone;
mod quoted;
mod reasons;
mod screen;
pub mod shell;
pub mod signature;
pub mod slack;
pub mod socket;

pub use doubts::Peer;
pub use front::Front;
pub use http::{Workers, router};
