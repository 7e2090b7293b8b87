//! Whether sources of alerts are put off, for too many are open.

use std::path::Path;

use jiff::Timestamp;

use super::Line;
use crate::data::{self, DataError};
use domain::alert::bound::{ONE_TIME, PutOff};
use domain::alert::ear::Ear;
use domain::alert::signal::Source;
use ground::clock::Clock;

const WHAT: &str = "room for alerts";

/// Nothing where nobody was heard yet.
pub async fn line(data: &Path, clock: &Clock) -> Option<Line> {
    match data::ears(data, clock).await {
        Ok(ears) if ears.is_empty() => None,
        Ok(ears) => Some(told(&ears, clock.now())),
        Err(DataError::NoData(_)) => None,
        Err(error) => {
            Some(Line::note(WHAT, format!("not checked, because the store can't be read: {error}")))
        }
    }
}

/// Fails where a source was put off within the last half hour.
pub(super) fn told(ears: &[Ear], now: Timestamp) -> Line {
    let lately = |put_off: &PutOff| now.duration_since(put_off.last) <= ONE_TIME;
    let put_off: Vec<(Source, PutOff)> =
        ears.iter().filter_map(|ear| Some((ear.source, ear.put_off.clone().filter(lately)?))).collect();
    match view::put_off(&put_off) {
        Some(words) => Line::fail(
            WHAT,
            format!("{words} See /alerts list; say of what is over that it is: /alerts resolve A-12"),
        ),
        None => Line::ok(WHAT, "no source is put off"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::Level;
    use super::*;

    #[test]
    fn a_source_that_was_put_off_lately_fails() {
        let now: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
        let ago = |minutes| now - SignedDuration::from_mins(minutes);
        let ear = |last: Option<i64>| {
            let mut ear = Ear::new(Source::Grafana, ago(90));
            ear.put_off = last.map(|last| PutOff {
                since: ago(80),
                last: ago(last),
                deliveries: 12,
                wants: 3,
                told: ago(80),
            });
            ear
        };
        for (last, level) in [(None, Level::Ok), (Some(45), Level::Ok), (Some(29), Level::Fail)] {
            assert_eq!(told(&[ear(last)], now).level, level, "{last:?}");
        }
        let line = told(&[ear(Some(1))], now);
        assert!(line.words.contains("of Grafana (12 deliveries)"), "{line:?}");
    }
}
