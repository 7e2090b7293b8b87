pub mod alerts;
pub mod github;
pub mod phone;
pub mod rehearsal;
pub mod slack;
pub mod vercel;
