//! What 100 watches cost of the disk: each is read once a minute, and each reading is saved by the desk before the next one comes.

use std::sync::Arc;
use std::time::Instant;

use super::Result;
use config::Config;
use desk::Desk;
use ground::clock::Clock;
use ground::telemetry::Metrics;
use jiff::{SignedDuration, Timestamp};
use store::Store;
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
        "| hours | readings saved | on the disk, MiB | written to it, MiB | rows of one watch | a reading, µs |"
    );
    println!("|---|---|---|---|---|---|");
    let (mut saved, before, mut last) = (0_u64, written()?, Instant::now());
    for minute in 0..hours * 60 {
        let from = began + SignedDuration::from_mins(minute);
        for place in 0..WATCHES {
            let at = from + SignedDuration::from_millis(i64::from(place) * 300);
            clock.advance(at.duration_since(clock.now()));
            // As long as a number that was measured, and never over the line.
            let number = f64::from((place + 1) * 7_919 % 9_973) / 10_007.0
                + f64::from(i32::try_from(minute)? % 977) / 1_013.0;
            let read = Read { name: format!("watch-{place}"), reading: Reading::Number(number), at };
            desk.watched(read).await.map_err(|fault| format!("{fault:?}"))?;
            saved += 1;
        }
        if (minute + 1) % (hours * 10).max(1) == 0 {
            let each = last.elapsed().as_micros() / (u128::from(WATCHES) * u128::try_from(hours * 10)?);
            let rows = store.values("watch-7")?.len();
            let (disk, wrote) = (store.bytes() >> 20, (written()? - before) >> 20);
            println!("| {} | {saved} | {disk} | {wrote} | {rows} | {each} |", (minute + 1) / 60);
            last = Instant::now();
        }
    }
    desk.close().await;
    task.await?;
    Ok(())
}

/// What this process gave to the disk so far, in bytes.
fn written() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/io")?;
    let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    Ok(line.ok_or("nobody can tell what is written")?.parse()?)
}
