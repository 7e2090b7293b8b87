mod limits;
mod pieces;
mod rendering;
mod samples;
mod snapshots;
