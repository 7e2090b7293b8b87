//! Outside becomes one [`Request`](crate::domain::request::Request): verified, parsed, with a name for the delivery.

mod bearer;
pub mod grammar;
mod http;
pub mod signature;
pub mod slack;
pub mod slack_text;

pub use http::{Front, router};
