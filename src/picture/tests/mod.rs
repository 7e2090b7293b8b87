mod alt;
mod extremes;
mod look;
mod roster;
mod samples;
