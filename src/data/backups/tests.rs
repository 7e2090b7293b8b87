use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use store::Store;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The bytes of a backup of an empty store of this name.
fn bytes(instance: &str) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(Store::open(folder.path(), instance).unwrap());
    let mut bytes = Vec::new();
    store.backup(at("2026-11-29T00:00:00Z"), true, &mut bytes).unwrap();
    bytes
}

fn write(folder: &BackupFolder, instance: &str, when: &str) -> Kept {
    let mut pieces = Some(bytes(instance)).into_iter();
    folder.write(at(when), || Ok(pieces.next())).unwrap()
}

fn names(folder: &BackupFolder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn a_backup_is_for_its_owner_and_the_newest_comes_first() {
    let parent = TempDir::new().unwrap();
    let folder = BackupFolder::new(parent.path().join("a/b"));
    assert_eq!(folder.all().unwrap().0, Vec::new(), "a folder that is not there holds nothing");
    let old = write(&folder, "one", "2026-11-29T01:00:00.5Z");
    let new = write(&folder, "one", "2026-11-29T02:00:00Z");
    let same = write(&folder, "two", "2026-11-29T02:00:00Z");
    assert_eq!((mode(folder.path()), mode(&old.path)), (0o700, 0o600));
    assert_eq!(same.path.file_name().unwrap(), "howler-2026-11-29T02-00-01Z.backup");
    assert_eq!(folder.of("one").unwrap(), vec![new.clone(), old]);
    assert_eq!(new.verify().unwrap(), 1);
}

#[test]
fn a_backup_that_breaks_off_leaves_nothing_and_one_that_was_killed_is_swept() {
    let parent = TempDir::new().unwrap();
    let folder = BackupFolder::new(parent.path().join("backups"));
    let whole = bytes("one");
    let mut pieces = vec![Ok(Some(whole[..40].to_vec())), Err(DataError::Fault)].into_iter();
    let broke = folder.write(at("2026-11-29T01:00:00Z"), || pieces.next().unwrap());
    assert!(broke.is_err() && names(&folder).is_empty());
    // A store that lies about its end is not believed either.
    let mut pieces = Some(whole[..whole.len() - 1].to_vec()).into_iter();
    let short = folder.write(at("2026-11-29T01:00:00Z"), || Ok(pieces.next()));
    assert!(matches!(short, Err(DataError::BadBackup(ArchiveError::CutShort))) && names(&folder).is_empty());

    let draft = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    draft(".howler-2026-11-29T01-00-00Z.backup.77.new", &whole[..whole.len() / 2 + 100]);
    draft(".howler-2026-11-29T01-00-00Z.backup.78.new", b"");
    draft(".howler-2026-11-29T01-00-00Z.backup.79.new", &bytes("two"));
    draft(".notes.new", b"");
    assert_eq!(folder.all().unwrap().0, Vec::new(), "no draft counts");
    folder.sweep("one");
    assert_eq!(names(&folder), [".howler-2026-11-29T01-00-00Z.backup.79.new", ".notes.new"]);
}

#[test]
fn only_the_stores_own_backups_are_removed() {
    let parent = TempDir::new().unwrap();
    let folder = BackupFolder::new(parent.path().join("backups"));
    for hour in ["01", "02", "03"] {
        write(&folder, "one", &format!("2026-01-05T{hour}:00:00Z"));
        write(&folder, "two", &format!("2026-01-05T{hour}:30:00Z"));
    }
    for foreign in ["notes.txt", "howler-2026-01-05T04-00-00Z.backup", "howler.backup"] {
        fs::write(folder.path().join(foreign), "mine").unwrap();
    }
    assert_eq!(folder.prune("one", at("2026-11-29T00:00:00Z")).unwrap(), 2);
    assert_eq!(
        names(&folder),
        [
            "howler-2026-01-05T01-30-00Z.backup",
            "howler-2026-01-05T02-30-00Z.backup",
            "howler-2026-01-05T03-00-00Z.backup",
            "howler-2026-01-05T03-30-00Z.backup",
            "howler-2026-01-05T04-00-00Z.backup",
            "howler.backup",
            "notes.txt",
        ]
    );
    let (_, damaged) = folder.all().unwrap();
    assert!(matches!(damaged.as_slice(), [(_, ArchiveError::NotABackup)]), "{damaged:?}");
}

#[test]
fn a_backup_of_what_has_not_changed_gets_a_later_name() {
    let parent = TempDir::new().unwrap();
    let folder = BackupFolder::new(parent.path().to_owned());
    let kept = write(&folder, "one", "2026-11-29T01:00:00Z");
    let renewed = folder.renew(&kept, at("2026-11-29T02:00:00Z")).unwrap();
    assert_eq!(names(&folder), ["howler-2026-11-29T02-00-00Z.backup"]);
    assert_eq!((renewed.at, &renewed.head), (at("2026-11-29T02:00:00Z"), &kept.head));
}
