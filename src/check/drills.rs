//! Whether the procedures were tried lately: one that was not says nothing about tonight.

use std::path::Path;

use jiff::Timestamp;

use super::Line;
use crate::data::{self, DataError};
use config::Config;
use domain::procedure::drill::{Drills, STALE};
use ground::clock::Clock;

const WHAT: &str = "drills";

pub async fn line(config: &Config, data: &Path, clock: &Clock) -> Line {
    let runbook = procedure::load(config.runbook.folder.as_deref()).runbook;
    let names: Vec<&str> = runbook.all().map(|procedure| procedure.name.as_str()).collect();
    match data::drills(data, clock).await {
        Ok(drills) => told(&drills, &names, clock.now()),
        Err(DataError::NoData(_)) => told(&Drills::default(), &names, clock.now()),
        Err(error) => Line::note(WHAT, format!("not checked, because the store can't be read: {error}")),
    }
}

/// Names those that were never tried, or longer ago than 90 days.
pub(super) fn told(drills: &Drills, names: &[&str], now: Timestamp) -> Line {
    let last = |name: &&&str| drills.last.get(**name);
    let is_old = |name: &&&str| last(name).is_none_or(|drilled| now.duration_since(drilled.at) >= STALE);
    let old: Vec<&str> = names.iter().filter(is_old).copied().collect();
    if old.is_empty() {
        return Line::ok(WHAT, format!("all of {} procedures were tried within 90 days", names.len()));
    }
    let words = format!(
        "not tried for 90 days, or never: {}. Try them by day: [runbook] drill = \"weekly\", or howler procedure drill NAME",
        old.join(", ")
    );
    Line::note(WHAT, words)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Level;
    use super::*;
    use domain::procedure::drill::Drilled;

    #[test]
    fn what_was_not_tried_for_90_days_is_named() {
        let now: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
        let drilled = |at: &str| Drilled {
            at: at.parse().unwrap(),
            checks: 2,
            could: 2,
            actions: 0,
            ready: 0,
            gaps: Vec::new(),
        };
        let drills = |all: &[(&str, &str)]| {
            let last: BTreeMap<_, _> =
                all.iter().map(|(name, at)| ((*name).to_owned(), drilled(at))).collect();
            Drills { last }
        };
        let (young, old) = ("2026-08-26T02:00:01Z", "2026-08-26T02:00:00Z");
        for (all, named) in [
            (&[("logs", young), ("web", young)][..], &[][..]),
            (&[("logs", young), ("web", old)], &["web"]),
            (&[("logs", young)], &["web"]),
            (&[], &["logs, web"]),
        ] {
            let line = told(&drills(all), &["logs", "web"], now);
            assert_eq!(line.level == Level::Ok, named.is_empty(), "{line:?}");
            assert!(named.iter().all(|name| line.words.contains(&format!("never: {name}."))), "{line:?}");
        }
    }
}
