//! `[backups]`: the backups that a running howler takes by itself.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde::Deserialize;

use domain::duration::Every;

/// Where they are, and how often one is taken. How long they are kept is fixed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backups {
    /// Inside the data folder, where it does not begin with a slash.
    pub folder: PathBuf,
    /// Off: none is taken by itself, before an upgrade neither.
    pub every: Every,
}

impl Default for Backups {
    fn default() -> Self {
        Self { folder: "backups".into(), every: Every::Interval(SignedDuration::from_hours(1)) }
    }
}

impl Backups {
    /// The folder, for the howler on `data`.
    pub fn folder_of(&self, data: &Path) -> PathBuf {
        data.join(&self.folder)
    }
}
