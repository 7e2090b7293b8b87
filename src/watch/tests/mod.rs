mod rate;
mod reckoning;
mod standing;
mod threshold;
mod value;
