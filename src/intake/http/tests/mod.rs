mod admission;
mod alive;
mod answering;
mod bytes;
mod stand;

use reqwest::StatusCode;
use serde_json::{Value, json};

use stand::{Answered, Stand};
