//! The configuration: everything that is wrong with it.

use std::path::Path;

use super::Line;
use config::{Config, problems};

const WHAT: &str = "configuration";

/// What the file says, or the runbook's values where it cannot be used, so that the other checks go on.
pub fn lines(path: Option<&Path>) -> (Config, Vec<Line>) {
    let Some(path) = path else {
        let words = "no howler.toml: using the runbook's values";
        return (Config::default(), vec![Line::ok(WHAT, words)]);
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let words = format!("{} cannot be read: {error}. Name another with --config", path.display());
            return (Config::default(), vec![Line::fail(WHAT, words)]);
        }
    };
    let config = Config::parse(&text).unwrap_or_default();
    let wrong = problems(&text);
    let lines = match wrong.as_slice() {
        [] => vec![Line::ok(WHAT, format!("{} reads well", path.display()))],
        wrong => {
            wrong.iter().map(|problem| Line::fail(WHAT, format!("{}, {problem}", path.display()))).collect()
        }
    };
    (config, lines)
}
