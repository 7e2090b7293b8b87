use std::io::Cursor;

use proptest::prelude::*;

use super::super::archive::{ArchiveError, Head, Reader, Row, Writer};
use super::super::backup::behind;
use super::*;

fn rows_of(store: &Store) -> Vec<Row> {
    store.with(|engine| engine.scan(b"").collect()).unwrap()
}

fn rows_in(file: &[u8]) -> Vec<Row> {
    let mut reader = Reader::open(Cursor::new(file)).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = reader.next_row().unwrap() {
        rows.push(row);
    }
    rows
}

/// Many incidents in one commit.
fn declarations(many: u64) -> Changes {
    let mut all =
        Changes { next: Numbers { incident: many + 1, ..Numbers::default() }, ..Changes::default() };
    for number in 1..=many {
        let one = declaration(number, "Event stream down");
        all.kinds.incidents.rows.extend(one.kinds.incidents.rows);
        all.kinds.incidents.events.extend(one.kinds.incidents.events);
        all.timers_set.extend(one.timers_set);
        all.seen.extend(one.seen);
    }
    all
}

fn a_backup(store: &Arc<Store>) -> Vec<u8> {
    let mut file = Vec::new();
    store.backup(at(100), true, &mut file).unwrap();
    file
}

/// The bytes of a small backup that is not from a store.
fn small(rows: &[Row]) -> Vec<u8> {
    let head = Head {
        // Format 1 had no totals, so any rows will do.
        store_format: 1,
        howler: "0.1.0".into(),
        instance: "one".into(),
        at: at(0),
        alive: at(0),
        commits: 1,
        incidents: 1,
        restored: None,
    };
    let (mut writer, mut bytes) = Writer::begin(&head).unwrap();
    bytes.extend(writer.rows(rows));
    bytes.extend(writer.end());
    bytes
}

#[test]
fn a_backup_holds_one_commit_boundary_while_commits_go_on() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(open(&folder).unwrap());
    store.commit(&declarations(300), at(1)).unwrap();
    let before = rows_of(&store);
    assert!(before.len() > 1_500, "more than a chunk or two: {}", before.len());
    let mut backup = store.begin_backup(at(100), true).unwrap();
    let (mut file, mut number) = (Vec::new(), 301);
    while let Some(bytes) = backup.next_bytes().unwrap() {
        file.extend(bytes);
        // New rows, changed rows and removed ones, before and behind the place where the backup is.
        let (gone, _) = declared(number - 300, "Event stream down");
        let mut changes = declaration(number, "Queue stuck");
        changes.timers_gone = gone.timer_rows();
        let (changed, event) = declared(600 - number, "Renamed");
        changes.kinds.incidents.rows.push(changed);
        changes.kinds.incidents.events.push((IncidentId(600 - number), event));
        store.commit(&changes, at(20 + REMEMBER.as_secs())).unwrap();
        number += 1;
    }
    assert!(number > 303, "commits came in between");
    assert_ne!(rows_of(&store), before);
    assert_eq!(rows_in(&file), before);
}

#[test]
fn a_new_backup_ends_the_one_before() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(open(&folder).unwrap());
    let mut first = store.begin_backup(at(0), true).unwrap();
    let mut second = store.begin_backup(at(1), true).unwrap();
    first.next_bytes().unwrap();
    assert!(matches!(first.next_bytes(), Err(BackupError::Overtaken)));
    drop(first);
    second.next_bytes().unwrap();
    assert!(second.next_bytes().is_ok(), "the end of the first is not the end of the second");
    drop(store);
    assert!(matches!(second.next_bytes(), Err(BackupError::Stopped)));
}

#[test]
fn a_restored_store_goes_on_under_its_name_with_marks_of_its_own() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = Arc::new(open(&folder).unwrap());
    store.commit(&declaration(1, "Event stream down"), at(1)).unwrap();
    let file = a_backup(&store);
    let data = elsewhere.path().join("data");
    let restored = Store::restore(&data, &mut Cursor::new(&file), at(600)).unwrap();
    assert_eq!((restored.rows, restored.head.incidents), (rows_of(&store).len() as u64, 1));
    let again = Store::open(&data, "another").unwrap();
    assert_eq!(again.instance(), "one");
    assert_eq!(again.outage(at(600)), Some(Outage { from: at(100), until: at(600) }));
    let loaded = again.load().unwrap();
    assert_eq!((loaded.open.len(), loaded.timers.len(), loaded.next.incident), (1, 2, 2));
    assert!(loaded.next.effect > 1_000_000, "no mark of the first howler's comes again");
    assert_eq!(again.seen(&"d1".into()).unwrap(), Some(Answer::Nothing));
    again.commit(&declaration(2, "Queue stuck"), at(601)).unwrap();
    drop(again);
    let refused = Store::restore(&data, &mut Cursor::new(&file), at(600)).unwrap_err().to_string();
    assert!(refused.contains("not empty"), "{refused}");
}

#[test]
fn a_store_that_is_only_copied_was_last_alive_when_it_was() {
    let folder = TempDir::new().unwrap();
    open(&folder).unwrap().commit(&declaration(1, "x"), at(7)).unwrap();
    let store = Arc::new(open(&folder).unwrap());
    let mut file = Vec::new();
    store.backup(at(500), false, &mut file).unwrap();
    let head = Reader::open(Cursor::new(&file)).unwrap().head().clone();
    assert_eq!((head.at, head.alive), (at(500), at(7)));
}

#[test]
fn a_damaged_backup_leaves_the_folder_as_it_was() {
    let (folder, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = Arc::new(open(&folder).unwrap());
    let mut file = a_backup(&store);
    let last = file.len() - 1;
    file[last] ^= 1;
    let data = elsewhere.path().join("data");
    let refused = Store::restore(&data, &mut Cursor::new(&file), at(0)).unwrap_err().to_string();
    assert!(refused.contains("checksum"), "{refused}");
    assert!(!data.exists());
}

#[test]
fn a_restore_that_was_cut_off_is_not_begun_anew() {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("restoring/store")).unwrap();
    let refused = open(&folder).err().unwrap().to_string();
    assert!(refused.contains("a restore into it was cut off"), "{refused}");
}

#[test]
fn a_newer_backup_and_another_file_are_refused_by_name() {
    let good = small(&[]);
    let newer = [b"howler backup 2\n", &good[16..]].concat();
    assert!(matches!(Reader::open(&newer[..]), Err(ArchiveError::Newer { found: 2 })));
    let rows = String::from_utf8_lossy(&good).replace("\"store_format\":1", "\"store_format\":9");
    assert!(matches!(Reader::open(rows.as_bytes()), Err(ArchiveError::NewerRows { found: 9 })));
    for other in ["", "\n", "PK\u{3}\u{4} a zip", "{\"a\": 1}\n"] {
        let refused = Reader::open(other.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("not a backup"), "{other:?}: {refused}");
    }
}

fn some_rows() -> impl Strategy<Value = Vec<Row>> {
    let key = prop::collection::vec(any::<u8>(), 1..12);
    prop::collection::vec((key, prop::collection::vec(any::<u8>(), 0..40)), 0..8)
}

fn verified(file: &[u8]) -> Result<u64, ArchiveError> {
    Reader::open(file)?.verify()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_backup_cut_anywhere_is_refused(rows in some_rows()) {
        let file = small(&rows);
        prop_assert_eq!(verified(&file).unwrap(), rows.len() as u64);
        for end in 0..file.len() {
            prop_assert!(verified(&file[..end]).is_err(), "cut at {} of {}", end, file.len());
        }
    }

    #[test]
    fn a_backup_with_any_byte_changed_or_added_is_refused(rows in some_rows(), by in 1..=u8::MAX) {
        let mut file = small(&rows);
        for at in 0..file.len() {
            file[at] ^= by;
            prop_assert!(verified(&file).is_err(), "byte {} of {}", at, file.len());
            file[at] ^= by;
        }
        file.push(by);
        prop_assert!(verified(&file).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let begun = [b"howler backup 1\n", &bytes[..]].concat();
        prop_assert!(verified(&bytes).is_err());
        prop_assert!(verified(&begun).is_err());
    }

    #[test]
    fn the_prefixes_behind_a_key_hold_every_greater_key_once(
        mut keys in prop::collection::btree_set(prop::collection::vec(prop::sample::select(vec![0, 1, 7, 254, 255]), 1..5), 1..40),
        from in prop::collection::vec(prop::sample::select(vec![0, 1, 7, 254, 255]), 0..5),
    ) {
        let mut found = Vec::new();
        for prefix in behind(&from) {
            found.extend(keys.iter().filter(|key| key.starts_with(&prefix)).cloned());
        }
        keys.retain(|key| *key > from);
        prop_assert_eq!(found, keys.into_iter().collect::<Vec<_>>());
    }
}
