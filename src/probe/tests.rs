mod asking;
mod github;
mod redacting;
mod services;
mod vercel;
