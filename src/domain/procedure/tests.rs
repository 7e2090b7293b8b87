mod evidence;
mod filling;
mod judging;
