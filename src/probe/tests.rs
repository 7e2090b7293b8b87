mod asking;
mod bounding;
mod github;
mod keeping;
mod services;
mod sharing;
mod vercel;
