//! The data folder: whether it can be written, is whole, and has room. A howler that runs on it keeps it.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use super::Line;
use crate::data::{Copied, DataError};
use crate::export;
use store::{Store, StoreError, before_upgrade};

const WHAT: &str = "data folder";
const ROOM: &str = "disk space";
/// Below this, in MiB, an incident may fill it.
const TIGHT: u64 = 1024;
/// Below this, in MiB, it nearly is.
const FULL: u64 = 100;

pub async fn lines(data: PathBuf, now: Timestamp) -> Vec<Line> {
    let looked = tokio::task::spawn_blocking(move || vec![look(&data, now), room(&data)]).await;
    looked.unwrap_or_else(|_| vec![Line::fail(WHAT, "this check crashed, which is a bug in howler")])
}

fn look(data: &Path, now: Timestamp) -> Line {
    let holds = |name: &str| data.join(name).exists();
    if !holds("howler.json") && !holds("store") && !holds("restoring") {
        return begun_at_first_start(data);
    }
    match before_upgrade(data) {
        Ok(None) | Err(_) => {}
        Ok(Some((rows, faults))) if faults.is_empty() => {
            let words = format!(
                "{} is of an older howler, and its {rows} rows fit together. The first start of this version brings it to a \
                 new format, and no older howler opens it then: keep a `howler backup` of before",
                data.display()
            );
            return Line::note(WHAT, words);
        }
        Ok(Some((_, faults))) => {
            let words = format!(
                "{} is of an older howler and damaged, so this version does not start on it: {}. Take the newest backup into a \
                 new folder with `howler restore --newest`",
                data.display(),
                faults.join("; ")
            );
            return Line::fail(WHAT, words);
        }
    }
    match read_through(data, now) {
        Ok(words) => Line::ok(WHAT, words),
        Err(DataError::Store(StoreError::InUse { holder, .. })) => Line::ok(
            WHAT,
            format!(
                "{} is kept by the howler that runs as process {holder}; to have every row read, stop that one and \
                 check again",
                data.display()
            ),
        ),
        Err(DataError::Store(error @ StoreError::Unwritable { .. })) => {
            Line::fail(WHAT, format!("{error}. Give the folder to the user that runs howler"))
        }
        Err(error) => Line::fail(WHAT, error.to_string()),
    }
}

/// Opens the store and reads every row.
fn read_through(data: &Path, now: Timestamp) -> Result<String, DataError> {
    let store = Arc::new(Store::open(data, "")?);
    let loaded = store.load()?;
    if let Some(trouble) = store.troubles().first() {
        let more = store.troubles().len() - 1;
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        return Err(DataError::Aside(format!("{trouble}{more}")));
    }
    let rows = export::write(BufReader::new(Copied::of(store, now)?), &mut io::sink())?;
    Ok(format!(
        "{} is whole: {} open, {} ever declared, {} timers, {} waiting to be sent, {rows} rows read",
        data.display(),
        loaded.open.len(),
        loaded.next.incident.saturating_sub(1),
        loaded.timers.len(),
        loaded.outbox.len()
    ))
}

fn begun_at_first_start(data: &Path) -> Line {
    match try_writing(existing(data)) {
        Ok(()) => Line::ok(WHAT, format!("{} is made at the first start", data.display())),
        Err(error) => Line::fail(
            WHAT,
            format!(
                "{} cannot be made: {error}. Make it and give it to the user that runs howler, or name another with \
                 --data",
                data.display()
            ),
        ),
    }
}

/// The folder, or the nearest one above it that exists.
pub(super) fn existing(data: &Path) -> &Path {
    let above = data.ancestors().find(|folder| folder.exists());
    above.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

pub(super) fn try_writing(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".howler-check-{}", std::process::id()));
    File::options().write(true).create_new(true).open(&path)?;
    fs::remove_file(path)
}

fn room(data: &Path) -> Line {
    match rustix::fs::statvfs(existing(data)) {
        Ok(disk) => room_line(disk.f_bavail.saturating_mul(disk.f_frsize) / (1024 * 1024)),
        Err(error) => Line::note(ROOM, format!("unknown: {error}")),
    }
}

pub(super) fn room_line(mebibytes: u64) -> Line {
    let advice =
        "when the disk is full, howler refuses every change: make room, or use another folder with --data";
    match mebibytes {
        ..FULL => Line::fail(ROOM, format!("only {mebibytes} MiB are free; {advice}")),
        FULL..TIGHT => Line::note(ROOM, format!("{mebibytes} MiB are free; {advice}")),
        _ => Line::ok(ROOM, format!("{} GiB are free", mebibytes / 1024)),
    }
}
