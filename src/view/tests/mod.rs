mod github;
mod late;
mod limits;
mod pieces;
mod rendering;
mod runs;
mod samples;
mod snapshots;
