//! Automatic backups: the newest that can be used, how old it is, how many there are, and where.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::folder::{existing, try_writing};
use super::{Level, Line};
use crate::data;
use crate::data::backups::{BackupFolder, Kept};
use config::Backups;
use domain::duration::Spoken;
use store::{Outline, outline};

const WHAT: &str = "backups";
/// Older than so many intervals, something is wrong.
const STALE: i32 = 3;
/// A howler that was begun this short a time ago may not have come to it.
const AT_FIRST: SignedDuration = SignedDuration::from_mins(5);

pub async fn line(config: Backups, data: PathBuf, now: Timestamp) -> Line {
    let Some(every) = config.every.interval() else {
        return Line::note(
            WHAT,
            "off, even before an upgrade ([backups] every). Take your own: howler backup",
        );
    };
    let looked = tokio::task::spawn_blocking(move || look(&config.folder_of(&data), every, &data, now)).await;
    looked.unwrap_or_else(|_| Line::fail(WHAT, "this check crashed, which is a bug in howler"))
}

fn look(folder: &Path, every: SignedDuration, data: &Path, now: Timestamp) -> Line {
    if let Err(error) = try_writing(existing(folder)) {
        if folder.starts_with(data) && try_writing(existing(data)).is_err() {
            return Line::note(WHAT, "not checked: they are in the data folder, see the line above");
        }
        return Line::fail(
            WHAT,
            format!(
                "{} cannot be written: {error}. Give it to the user that runs howler, or name another folder in [backups] folder",
                folder.display()
            ),
        );
    }
    let store = match outline(data) {
        Ok(Some(store)) => store,
        Ok(None) => {
            let first = format!("howler takes the first one at its first start, into {}", folder.display());
            return on_what_disk(folder, data, first);
        }
        Err(_) => return Line::note(WHAT, "not checked: the data folder does not say whose it is"),
    };
    match BackupFolder::new(folder.to_owned()).of(&store.instance) {
        Err(error) => Line::fail(WHAT, format!("{error}. Give it to the user that runs howler")),
        Ok(own) => judge(folder, every, data, now, &store, &own),
    }
}

fn judge(
    folder: &Path,
    every: SignedDuration,
    data: &Path,
    now: Timestamp,
    store: &Outline,
    own: &[Kept],
) -> Line {
    if let Some(ahead) =
        own.iter().find(|kept| Some(kept.head.standing()) > store.standing() && store.mark.is_some())
    {
        return Line::fail(
            WHAT,
            format!(
                "the data folder went back in time: {} knows {} saved changes, the folder {}. It is an old copy; stop howler and \
                 run `howler restore --newest`, or move that backup away where the old copy is meant",
                ahead.path.display(),
                ahead.head.commits,
                store.mark.map_or(0, |(commits, _)| commits)
            ),
        );
    }
    let mut damaged = 0;
    let newest = own.iter().find(|kept| {
        let usable = kept.verify().is_ok();
        damaged += usize::from(!usable);
        usable
    });
    // A howler that is stopped takes none: then what counts is how old the newest was when it ended.
    let last = if data::runs(data) { now } else { store.alive().unwrap_or(now) };
    let Some(newest) = newest else {
        let none = format!("none in {} can be used ({} there)", folder.display(), own.len());
        if served_for(data, now).is_none_or(|time| time < AT_FIRST) {
            let soon =
                format!("{none}; the first one is taken at howler's start: check again in a few minutes");
            return on_what_disk(folder, data, soon);
        }
        let advice = "howler takes one at its start and retries; its log says what is wrong";
        return Line::fail(WHAT, format!("{none}. {advice}"));
    };
    let words = format!(
        "the newest of {} in {} is {} old ({}) and readable",
        own.len(),
        folder.display(),
        Spoken(now.duration_since(newest.at)),
        data::minute(newest.at)
    );
    if last.duration_since(newest.at) > every * STALE {
        let late =
            format!("{words}; one is due every {}. howler's log says what is in the way", Spoken(every));
        return Line::fail(WHAT, late);
    }
    match damaged {
        0 => on_what_disk(folder, data, words),
        some => Line::note(WHAT, format!("{words}; {some} newer cannot be used")),
    }
}

/// How long a version that takes backups has served the folder; `None` where none has.
fn served_for(data: &Path, now: Timestamp) -> Option<SignedDuration> {
    outline(data).ok()??.howler?;
    let noted = fs::metadata(data.join("howler.json")).ok()?.modified().ok()?;
    Some(now.duration_since(Timestamp::try_from(noted).ok()?))
}

/// A disk that dies takes both along.
fn on_what_disk(folder: &Path, data: &Path, words: String) -> Line {
    let device = |path: &Path| fs::metadata(existing(path)).map(|found| found.dev());
    match (device(folder), device(data)) {
        (Ok(one), Ok(other)) if one == other => Line::new(
            Level::Note,
            WHAT,
            format!(
                "{words}. They are on the same disk as the data: name a folder on another one in [backups] folder"
            ),
        ),
        _ => Line::ok(WHAT, words),
    }
}
