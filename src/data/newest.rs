//! `howler restore --newest`: the newest backup that can be used takes the place of a data folder that cannot.
//!
//! The store is made beside the folder first. Only when it is whole does the folder move aside; nothing of it is deleted. A
//! mount point does not move: there what is in it moves into a folder inside.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::backups::{BackupFolder, Kept, name};
use super::{DataError, blocking, holds, minute};
use ground::clock::Clock;
use store::{Outline, RESTORING, Restored, Standing, Store, hold, outline};

/// Puts the newest usable backup of `backups` in the place of `data`. Gives lines that say what it holds, what is lost,
/// and what to do next.
///
/// # Errors
/// When a howler runs on `data`, no backup can be used, or something cannot be written; `data` is as it was then, or the
/// error says where it is.
pub async fn restore_newest(data: &Path, backups: PathBuf, clock: &Clock) -> Result<String, DataError> {
    let (data, now) = (data.to_owned(), clock.now());
    blocking(move || in_place(&data, backups, now)).await
}

fn in_place(named: &Path, backups: PathBuf, now: Timestamp) -> Result<String, DataError> {
    // A link's target is moved, and the link stays.
    let data = named.canonicalize().unwrap_or_else(|_| named.to_owned());
    let _held = hold(&data)?;
    let before = outline(&data).ok().flatten();
    let folder = BackupFolder::new(backups.canonicalize().unwrap_or(backups));
    let (chosen, mut lines) = choose(&folder, before.as_ref())?;
    let draft = beside(&data, ".restoring-", now);
    let restored = make(&chosen, &draft, now)?;
    let aside = match swap(&data, &draft, now) {
        Err(DataError::NotMoved { .. }) if data.is_dir() => Some(swap_inside(&data, &folder, &chosen, now)?),
        swapped => swapped?,
    };
    let mut file = chosen.path.clone();
    if let (Some(aside), Ok(inside)) = (&aside, folder.path().strip_prefix(&data))
        && aside.join(inside).exists()
    {
        match bring_along(&aside.join(inside), folder.path()) {
            Ok(()) => {}
            Err(error) => {
                file = aside.join(inside).join(file.file_name().unwrap_or_default());
                lines.push(format!(
                    "The backups stay in {}: they could not be moved back ({error}).",
                    aside.join(inside).display()
                ));
            }
        }
    }
    lines.splice(0..0, told(named, &file, &chosen, &restored));
    lines.extend(lost(&chosen, before.as_ref()));
    if let Some(aside) = aside {
        lines.push(format!(
            "The folder as it was is {}; nothing in it was changed. What can be read of it: howler salvage --data {} OUT",
            aside.display(),
            aside.display()
        ));
    }
    lines.push(
        "Its timers go on from there: what came due since is said at the start, with howler's absence. Make sure that no \
         other howler of this name runs: two of them post everything twice."
            .to_owned(),
    );
    lines.push(format!("Then: howler serve --data {}", named.display()));
    Ok(lines.join("\n"))
}

/// The backup that knows most of the folder's store, and a line for each that knows more and cannot be used.
fn choose(folder: &BackupFolder, before: Option<&Outline>) -> Result<(Kept, Vec<String>), DataError> {
    let (mut all, damaged) = folder.all()?;
    let mut lines: Vec<String> =
        damaged.iter().map(|(path, why)| format!("Left out: {}, since {why}.", path.display())).collect();
    match before {
        Some(before) => all.retain(|kept| kept.head.instance == before.instance),
        None => one_store_alone(folder, &all)?,
    }
    all.sort_by_key(|kept| (kept.head.standing(), kept.at));
    for kept in all.into_iter().rev() {
        match kept.verify() {
            Ok(_) => return Ok((kept, lines)),
            Err(why) => lines.push(format!("Left out: {}, since {why}.", kept.path.display())),
        }
    }
    Err(DataError::NoBackup { folder: folder.path().to_owned(), left_out: lines.join(" ") })
}

/// Whose folder it was cannot be told, so all the backups must be of one store.
fn one_store_alone(folder: &BackupFolder, all: &[Kept]) -> Result<(), DataError> {
    let mut newest: Vec<&Kept> = Vec::new();
    for kept in all {
        if !newest.iter().any(|other| other.head.instance == kept.head.instance) {
            newest.push(kept);
        }
    }
    if newest.len() < 2 {
        return Ok(());
    }
    let files = newest.iter().map(|kept| kept.path.display().to_string()).collect::<Vec<_>>().join(", ");
    Err(DataError::SeveralStores { folder: folder.path().to_owned(), files })
}

/// A path beside `data`, named after it.
fn beside(data: &Path, what: &str, now: Timestamp) -> PathBuf {
    let mut named = data.file_name().unwrap_or_default().to_owned();
    named.push(format!("{what}{}", name::stamp(now)));
    let path = data.with_file_name(&named);
    let taken = |path: &PathBuf| path.symlink_metadata().is_err();
    let others = (2..100).map(|count| {
        let mut named = named.clone();
        named.push(format!("-{count}"));
        data.with_file_name(named)
    });
    std::iter::once(path.clone()).chain(others).find(taken).unwrap_or(path)
}

fn make(chosen: &Kept, draft: &Path, now: Timestamp) -> Result<Restored, DataError> {
    let path = &chosen.path;
    let file = File::open(path).map_err(|source| DataError::Unreadable { path: path.clone(), source })?;
    Store::restore(draft, &mut BufReader::new(file), now).map_err(|reason| {
        // Made by us a moment ago; what is left of it is of no use.
        let _ = fs::remove_dir_all(draft);
        DataError::NotRestored { path: path.clone(), reason }
    })
}

/// Moves what is at `data` aside, and `draft` to its place. Gives where it went; `None` where nothing was there.
fn swap(data: &Path, draft: &Path, now: Timestamp) -> Result<Option<PathBuf>, DataError> {
    let not_moved = |from: &Path, to: &Path, source: io::Error| DataError::NotMoved {
        from: from.to_owned(),
        to: to.to_owned(),
        source,
    };
    let there = data.symlink_metadata().is_ok();
    let aside = beside(data, ".before-restore-", now);
    if there && let Err(source) = fs::rename(data, &aside) {
        // Nothing has happened yet but for this folder of ours.
        let _ = fs::remove_dir_all(draft);
        return Err(not_moved(data, &aside, source));
    }
    fs::rename(draft, data).map_err(|source| not_moved(draft, data, source))?;
    let parent = data.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = File::open(parent).and_then(|parent| parent.sync_all());
    synced.map_err(|source| DataError::Unwritable { path: parent.to_owned(), source })?;
    Ok(there.then_some(aside))
}

/// Does the same within a folder that cannot be moved. From the first step to the last `restoring` is there, so that no
/// howler starts on a part of it. The backups stay where they are.
fn swap_inside(
    data: &Path,
    backups: &BackupFolder,
    chosen: &Kept,
    now: Timestamp,
) -> Result<PathBuf, DataError> {
    let (marker, aside) = (data.join(RESTORING), data.join(format!("before-restore-{}", name::stamp(now))));
    let unwritable = |source| DataError::Unwritable { path: data.to_owned(), source };
    fs::create_dir(&marker).map_err(unwritable)?;
    let draft = marker.join("new");
    if let Err(error) = make(chosen, &draft, now) {
        // Empty, and ours.
        let _ = fs::remove_dir(&marker);
        return Err(error);
    }
    let stays = |path: &Path| {
        path == marker || path == aside || path.ends_with("lost+found") || backups.path().starts_with(path)
    };
    fs::create_dir(&aside).map_err(unwritable)?;
    for path in entries(data).map_err(unwritable)?.iter().filter(|path| !stays(path)) {
        move_into(&aside, path)?;
    }
    for path in entries(&draft).map_err(unwritable)? {
        move_into(data, &path)?;
    }
    let ended = fs::remove_dir(&draft).and_then(|()| fs::remove_dir(&marker));
    ended.and_then(|()| File::open(data)?.sync_all()).map_err(unwritable)?;
    Ok(aside)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn move_into(folder: &Path, path: &Path) -> Result<(), DataError> {
    let to = folder.join(path.file_name().unwrap_or_default());
    fs::rename(path, &to).map_err(|source| DataError::NotMoved { from: path.to_owned(), to, source })
}

/// The backups go on in the new folder.
fn bring_along(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::rename(from, to)
}

fn told(data: &Path, file: &Path, chosen: &Kept, restored: &Restored) -> Vec<String> {
    let data = data.display();
    let up_to = minute(chosen.at.max(chosen.head.at));
    vec![
        format!("{data} holds {}.", holds(&restored.head, restored.rows)),
        format!("It was made of {}, which holds everything up to {up_to}.", file.display()),
    ]
}

/// What the folder had known beyond the backup.
fn lost(chosen: &Kept, before: Option<&Outline>) -> Option<String> {
    let up_to = minute(chosen.at.max(chosen.head.at));
    let known = before.and_then(|before| Some((before.standing()?, before.alive()?)));
    let Some((Standing { restored, commits }, alive)) = known else {
        return Some(format!(
            "Lost: whatever was saved after {up_to}; the folder does not tell how much that was."
        ));
    };
    if restored != chosen.head.restored {
        return Some(format!("Lost: whatever was saved after {up_to}, since the restore before this one."));
    }
    let after = commits.saturating_sub(chosen.head.commits);
    if after == 0 {
        return Some("Lost: nothing, by the folder's own count of its changes.".to_owned());
    }
    Some(format!(
        "Lost: the last {after} saved changes, between {up_to} and {}. Numbers of incidents declared in that time are given \
         again.",
        minute(alive)
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_mount_point_keeps_its_place_its_backups_and_all_that_was_in_it() {
        let parent = TempDir::new().unwrap();
        let data = parent.path().join("data");
        let now: Timestamp = "2026-11-29T07:14:00Z".parse().unwrap();
        let store = Arc::new(Store::open(&data, "one").unwrap());
        let folder = BackupFolder::new(data.join("backups"));
        let mut backup = store.begin_backup(now, true).unwrap();
        let kept = folder.write(now, || Ok(backup.next_bytes()?)).unwrap();
        drop((backup, store));
        fs::write(data.join("notes"), "mine").unwrap();
        let aside = swap_inside(&data, &folder, &kept, now).unwrap();
        assert_eq!(aside, data.join("before-restore-2026-11-29T07-14-00Z"));
        assert!(aside.join("store/db").exists() && aside.join("howler.json").exists());
        assert_eq!(fs::read_to_string(aside.join("notes")).unwrap(), "mine");
        assert!(kept.path.exists() && !data.join(RESTORING).exists());
        assert_eq!(Store::open(&data, "another").unwrap().instance(), "one");
    }
}
