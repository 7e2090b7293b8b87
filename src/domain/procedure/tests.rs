mod evidence;
mod filling;
mod judging;
mod released;
