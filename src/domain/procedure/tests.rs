mod filling;
mod judging;
