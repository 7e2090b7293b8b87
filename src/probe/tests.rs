mod asking;
mod github;
mod keeping;
mod services;
mod vercel;
