//! The part of a job's log that belongs to a step. GitHub gives the whole job's, each line with its time.

use jiff::{SignedDuration, Timestamp};

use super::answers::Step;

/// What a step ends with that failed.
const ERROR: &str = "##[error]";

/// The step's lines, without their times; the whole log where none is the step's.
pub fn of_step(log: &str, step: &Step) -> String {
    let lines: Vec<(Option<Timestamp>, &str)> =
        log.trim_start_matches('\u{feff}').lines().map(split).collect();
    let own = own(&lines, step);
    let own = if own.is_empty() { lines.iter().map(|(_, words)| *words).collect() } else { own };
    // What cleans up after it may share its last second.
    let end = own.iter().rposition(|words| words.starts_with(ERROR)).map_or(own.len(), |at| at + 1);
    let shown = own.iter().take(end).filter(|words| **words != "##[endgroup]").map(|words| plain(words));
    shown.collect::<Vec<_>>().join("\n")
}

fn own<'l>(lines: &[(Option<Timestamp>, &'l str)], step: &Step) -> Vec<&'l str> {
    let (Some(begun), Some(ended)) = (step.begun, step.ended) else { return Vec::new() };
    // GitHub gives a step's times in whole seconds.
    let ended = ended.saturating_add(SignedDuration::from_secs(1)).unwrap_or(ended);
    let mut inside = false;
    let mut own = Vec::new();
    for (time, words) in lines {
        // A line without a time belongs to the one before it.
        inside = time.map_or(inside, |time| (begun..ended).contains(&time));
        if inside {
            own.push(*words);
        }
    }
    own
}

fn split(line: &str) -> (Option<Timestamp>, &str) {
    match line.split_once(' ').map(|(time, words)| (time.parse().ok(), words)) {
        Some((Some(time), words)) => (Some(time), words),
        _ => match line.parse() {
            Ok(time) => (Some(time), ""),
            Err(_) => (None, line),
        },
    }
}

fn plain(words: &str) -> String {
    let signs = [(ERROR, "Error: "), ("##[warning]", "Warning: "), ("##[group]", ""), ("##[command]", "")];
    let found = signs.iter().find_map(|(sign, shown)| Some(format!("{shown}{}", words.strip_prefix(sign)?)));
    found.unwrap_or_else(|| words.to_owned())
}
