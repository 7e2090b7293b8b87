//! A workflow's file, as far as it says when it runs.

use serde::Deserialize;
use serde_json::Value;

use domain::alert::asking::cron::Cron;
use domain::oncall::zone::Zone;

/// Schedules of one workflow.
const MOST: usize = 20;

#[derive(Deserialize)]
struct File {
    on: Option<Value>,
}

/// When it runs by a schedule: `on.schedule[].cron`, in the zone of its `timezone`, which is UTC where none is named. Empty where it runs
/// by none.
///
/// # Errors
/// What cannot be read, in words.
pub fn times(text: &str) -> Result<Vec<Cron>, String> {
    let file: File =
        serde_saphyr::from_str(text).map_err(|_| "it is no YAML that howler can read".to_owned())?;
    let on = file.on.ok_or("it does not say when it runs")?;
    let Some(schedule) = on.get("schedule") else { return Ok(Vec::new()) };
    let entries = schedule.as_array().ok_or("`schedule` is no list")?;
    entries.iter().take(MOST).map(time).collect()
}

fn time(entry: &Value) -> Result<Cron, String> {
    let cron = entry["cron"].as_str().ok_or("a schedule without `cron`")?;
    let zone = match &entry["timezone"] {
        Value::Null => Zone::utc(),
        Value::String(name) => Zone::named(name).map_err(|error| error.to_string())?,
        _ => return Err("`timezone` is no text".to_owned()),
    };
    Cron::parse(cron, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_workflow_runs() {
        let two = "name: Nightly\non:\n  push:\n  schedule:\n    # every night\n    - cron: '0 2 * * *'\n    - cron: \"30 5 * * 1-5\"\n      timezone: \"America/New_York\"\njobs: {}\n";
        let times = times(two).unwrap();
        let zone = Zone::named("America/New_York").unwrap();
        assert_eq!(
            times,
            [Cron::parse("0 2 * * *", Zone::utc()).unwrap(), Cron::parse("30 5 * * 1-5", zone).unwrap()]
        );
        for none in [
            "on: push\n",
            "on: [push, pull_request]\n",
            "on:\n  push:\n    branches: [main]\n",
            "'on': push\n",
        ] {
            assert_eq!(super::times(none), Ok(Vec::new()), "{none}");
        }
        for (wrong, part) in [
            ("jobs: {}\n", "does not say when"),
            ("on:\n  schedule:\n    - cron: '@daily'\n", "five fields"),
            ("on:\n  schedule:\n    - cron: '0 2 * * 7'\n", "day of the week"),
            ("on:\n  schedule:\n    - cron: '0 2 * * *'\n      timezone: Mars/Olympus\n", "not a time zone"),
            ("on:\n  schedule: '0 2 * * *'\n", "no list"),
            ("on:\n  schedule:\n    - {}\n", "without `cron`"),
            ("on: [", "no YAML"),
        ] {
            let error = super::times(wrong).unwrap_err();
            assert!(error.contains(part), "{wrong}: {error}");
        }
    }
}
