mod github;
mod late;
mod limits;
mod pieces;
mod rendering;
mod samples;
mod snapshots;
