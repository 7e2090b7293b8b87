//! What 100 watches cost: each is read once a minute, and each reading is saved by the desk before the next one comes. And what their
//! values of 30 days take on the disk.

use std::sync::Arc;
use std::time::Instant;

use super::Result;
use config::Config;
use desk::Desk;
use ground::clock::Clock;
use ground::telemetry::Metrics;
use jiff::{SignedDuration, Timestamp};
use store::{Changes, HeardRows, Store};
use watch::history::History;
use watch::reading::Reading;
use watch::row::Read;

const WATCHES: u32 = 100;

/// `hours` of readings, with a row of figures for each sixth of them.
pub async fn day(hours: i64) -> Result<()> {
    let one = |at: u32| {
        format!(
            "[[watch]]\nname = \"watch-{at}\"\njson = \"https://api.example/{at}\"\npointer = \"\"\nunit = \"ms\"\nwarning = \"> 5s for 5m\"\n"
        )
    };
    let config = Arc::new(Config::parse(&(0..WATCHES).map(one).collect::<String>())?);
    let folder = tempfile::tempdir()?;
    let store = Arc::new(Store::open(folder.path(), "bench")?);
    let began: Timestamp = "2026-11-30T00:00:00Z".parse()?;
    let clock = Clock::standing_at(began);
    let (desk, _lanes, task) = Desk::start(Arc::clone(&store), config, clock.clone(), Metrics::default())?;
    println!(
        "| hours | readings saved | on the disk, MiB | written to it, MiB | rows of one watch | a reading, µs | CPU so far, s |"
    );
    println!("|---|---|---|---|---|---|---|");
    let (mut saved, before, mut last) = (0_u64, (written()?, cpu()?), Instant::now());
    for minute in 0..hours * 60 {
        let from = began + SignedDuration::from_mins(minute);
        for place in 0..WATCHES {
            let at = from + SignedDuration::from_millis(i64::from(place) * 300);
            clock.advance(at.duration_since(clock.now()));
            // As long as a number that was measured, and never over the line.
            let number = f64::from((place + 1) * 7_919 % 9_973) / 10_007.0
                + f64::from(i32::try_from(minute)? % 977) / 1_013.0;
            let read = Read::new(&format!("watch-{place}"), Reading::Number(number), at);
            desk.watched(read).await.map_err(|fault| format!("{fault:?}"))?;
            saved += 1;
        }
        if (minute + 1) % (hours * 10).max(1) == 0 {
            let each = last.elapsed().as_micros() / (u128::from(WATCHES) * u128::try_from(hours * 10)?);
            let rows = store.values("watch-7")?.len();
            let (disk, wrote) = (store.bytes() >> 20, (written()? - before.0) >> 20);
            let spent = cpu()? - before.1;
            let hours = (minute + 1) / 60;
            println!("| {hours} | {saved} | {disk} | {wrote} | {rows} | {each} | {spent:.0} |");
            last = Instant::now();
        }
    }
    desk.close().await;
    task.await?;
    Ok(())
}

/// The rows of 30 days of values, one a minute of each watch, as they stand at the end of them: written once, into an empty store.
pub fn month() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path(), "bench")?;
    let began: Timestamp = "2026-11-01T00:00:00Z".parse()?;
    let until = began + SignedDuration::from_hours(30 * 24);
    let (empty, mut rows, mut values) = (store.bytes(), 0, 0_u64);
    for place in 0..WATCHES {
        let mut history = History::default();
        for minute in 0..30 * 24 * 60_i32 {
            let number =
                f64::from((place + 1) * 7_919 % 9_973) / 10_007.0 + f64::from(minute % 977) / 1_013.0;
            history.keep(began + SignedDuration::from_mins(i64::from(minute)), number);
            values += 1;
        }
        history.prune(until);
        let name = format!("watch-{place}");
        let kept = history.keys().into_iter().map(|key| ((name.clone(), key), Some(history.row(key))));
        let heard = HeardRows { values: kept.collect(), ..HeardRows::default() };
        rows += heard.values.len();
        store.commit(&Changes { heard, ..Changes::default() }, until)?;
    }
    let disk = (store.bytes() - empty) >> 20;
    println!("\n| 30 days of 100 watches: values | rows | on the disk, MiB |");
    println!("|---|---|---|");
    println!("| {values} | {rows} | {disk} |");
    Ok(())
}

/// The time that this process had on a processor so far, in seconds.
fn cpu() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which may hold anything: the 12th and the 13th of what follows, in hundredths of a second (proc(5)).
    let (_, rest) = text.rsplit_once(") ").ok_or("nobody can tell the time on a processor")?;
    let ticks: Vec<f64> = rest.split(' ').skip(11).take(2).filter_map(|word| word.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

/// What this process gave to the disk so far, in bytes.
fn written() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/io")?;
    let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    Ok(line.ok_or("nobody can tell what is written")?.parse()?)
}
