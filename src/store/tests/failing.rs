//! Writes that fail, and folders that are taken away.

use super::*;
use ground::clock::Clock;

fn memory(folder: &TempDir) -> (MemoryDisk, Store) {
    let disk = MemoryDisk::new(Clock::standing_at(at(0)));
    let store = Store::open_on(Disk::Memory(disk.clone()), folder.path(), "one").unwrap();
    (disk, store)
}

#[test]
fn after_a_failed_write_all_is_read_as_it_was_before() {
    for (trouble, certain, stands) in [
        (Trouble::Full, true, false),
        (Trouble::Doubtful, false, false),
        (Trouble::AfterWriting, false, true),
    ] {
        let folder = TempDir::new().unwrap();
        let (disk, store) = memory(&folder);
        store.commit(&declaration(1, "Event stream down"), at(1)).unwrap();
        disk.set_trouble(trouble);
        let failed = store.commit(&declaration(2, "Queue stuck"), at(2)).unwrap_err();
        assert_eq!(matches!(failed, CommitError::Nothing(_)), certain, "{trouble:?}");
        let found = |words: &str| store.find(words, 5).unwrap().0.len();
        assert_eq!((found("event"), found("queue")), (1, 0), "{trouble:?}");
        assert_eq!(store.seen(&"d2".into()).unwrap(), None);
        assert_eq!(store.load().unwrap().open.len(), 1);
        assert!(store.is_read_only() && store.recover().is_err(), "{trouble:?}");
        assert_eq!((found("event"), found("queue")), (1, 0), "and after it was tried again");
        disk.set_trouble(Trouble::None);
        store.recover().unwrap();
        assert_eq!(found("queue"), usize::from(stands), "{trouble:?}");
        assert_eq!(store.seen(&"d2".into()).unwrap().is_some(), stands);
        store.commit(&declaration(3, "Third"), at(3)).unwrap();
    }
}

/// sled shows what a failed write had put into its cache; nobody reads that.
#[test]
fn rows_that_a_write_would_have_replaced_are_read_instead() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    let row = |key: &str, value: Option<&str>| (key.into(), value.map(Into::into));
    let engine = Engine::open(&Disk::Machine, &path).unwrap();
    engine.write(vec![row("a1", Some("old")), row("a2", Some("old")), row("b1", Some("old"))]).unwrap();
    let writes = vec![row("a1", Some("new")), row("a2", None), row("a3", Some("new"))];
    let before = engine.before(&writes).unwrap();
    engine.write(writes).unwrap();
    let kept = engine.kept(before);
    let get = |key: &str| kept.get(key.as_bytes()).unwrap().map(|value| String::from_utf8(value).unwrap());
    assert_eq!((get("a1").as_deref(), get("a2").as_deref(), get("a3")), (Some("old"), Some("old"), None));
    let keys = |prefix: &str| -> Vec<String> {
        let rows = kept.scan(prefix.as_bytes());
        rows.map(|row| String::from_utf8(row.unwrap().0).unwrap()).collect()
    };
    assert_eq!((keys("a"), keys("b")), (vec!["a1".to_owned(), "a2".into()], vec!["b1".to_owned()]));
    let last = kept.scan(b"a").next_back().unwrap().unwrap();
    assert_eq!(last, (b"a2".to_vec(), b"old".to_vec()));
    assert!(kept.write(vec![row("a1", None)]).is_err(), "it is for reading alone");
}

#[test]
fn a_store_is_read_from_a_copy_that_goes_away_with_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("store");
    {
        let store = open(&folder).unwrap();
        store.commit(&declaration(1, "Event stream down"), at(1)).unwrap();
    }
    let before = fs::read(path.join("db")).unwrap();
    let copies = || {
        fs::read_dir("/dev/shm")
            .unwrap()
            .flatten()
            .filter(|entry| {
                entry
                    .file_name()
                    .to_string_lossy()
                    .starts_with(&format!("howler-reading-{}-", std::process::id()))
            })
            .count()
    };
    let Ok(copied) = Engine::copied(&path) else {
        println!("skipped: nothing but the store's own disk takes a copy here");
        return;
    };
    assert!(kinds::read::<Incident>(&copied, IncidentId(1)).unwrap().is_some());
    drop(copied);
    assert_eq!(copies(), 0);
    assert_eq!(fs::read(path.join("db")).unwrap(), before, "the store itself is as it was");
}

#[test]
fn a_folder_that_was_taken_away_takes_nothing_and_is_read_from_memory() {
    type Take = fn(&std::path::Path);
    let takes: [(&str, Take); 5] = [
        ("deleted", |data| fs::remove_dir_all(data).unwrap()),
        ("swapped", |data| {
            fs::rename(data, data.with_extension("away")).unwrap();
            fs::create_dir(data).unwrap();
        }),
        ("lock deleted", |data| fs::remove_file(data.join("howler.lock")).unwrap()),
        ("mark replaced", |data| {
            fs::write(data.join("mark.new"), "x").unwrap();
            fs::rename(data.join("mark.new"), data.join("mark")).unwrap();
        }),
        ("log deleted", |data| fs::remove_file(data.join("store/db")).unwrap()),
    ];
    for (what, take) in takes {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        let store = Store::open(&data, "one").unwrap();
        store.commit(&declaration(1, "Event stream down"), at(1)).unwrap();
        take(&data);
        let left = files(&data);
        let gone = |error: &StoreError| matches!(error, StoreError::Gone { .. });
        assert!(gone(&store.alive(at(2)).unwrap_err()), "{what}");
        let failed = store.commit(&declaration(2, "Queue stuck"), at(2)).unwrap_err();
        assert!(matches!(&failed, CommitError::Nothing(error) if gone(error)), "{what}: {failed}");
        assert!(gone(&store.recover().unwrap_err()), "{what}");
        assert_eq!(store.find("event", 5).unwrap().0.len(), 1, "{what}");
        assert_eq!(store.find("queue", 5).unwrap().0.len(), 0, "{what}");
        drop(store);
        assert_eq!(files(&data), left, "{what}: something was begun there");
    }
}

#[test]
fn a_folder_that_comes_back_is_taken_up_again() {
    let folder = TempDir::new().unwrap();
    let (data, away) = (folder.path().join("data"), folder.path().join("away"));
    let store = Store::open(&data, "one").unwrap();
    store.commit(&declaration(1, "Event stream down"), at(1)).unwrap();
    fs::rename(&data, &away).unwrap();
    let other = Store::open(&data, "two").unwrap();
    let gone = store.commit(&declaration(2, "Queue stuck"), at(2)).unwrap_err().to_string();
    assert!(gone.contains("another howler") && gone.contains("has begun there"), "{gone}");
    drop(other);
    fs::remove_dir_all(&data).unwrap();
    fs::rename(&away, &data).unwrap();
    store.recover().unwrap();
    store.commit(&declaration(2, "Queue stuck"), at(2)).unwrap();
    drop(store);
    assert_eq!(Store::open(&data, "").unwrap().load().unwrap().open.len(), 2);
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    files
}
