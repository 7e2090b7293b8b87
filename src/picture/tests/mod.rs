mod alt;
mod extremes;
mod look;
mod samples;
