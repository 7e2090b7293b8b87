//! The runbook's procedures: which of them cannot be used, and why.

use super::Line;
use crate::config::Config;
use crate::procedure;

const WHAT: &str = "procedures";

pub fn lines(config: &Config) -> Vec<Line> {
    let loaded = procedure::load(config.runbook.folder.as_deref());
    let mut lines: Vec<Line> =
        loaded.faults.iter().map(|fault| Line::fail(WHAT, fault.to_string())).collect();
    lines.push(Line::ok(WHAT, format!("{} can be shown", loaded.runbook.all().count())));
    lines
}
