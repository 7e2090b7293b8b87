//! What must be there is there, or is missed.

use std::io::Cursor;
use std::path::Path;

use super::super::archive::{ArchiveError, Reader};
use super::super::engine::Write;
use super::super::look::AuditKnown;
use super::super::totals::Totals;
use super::*;
use domain::actor::Actor;
use watch::history::{Row, RowKey, Tier};

fn a_few(folder: &TempDir, many: u64) -> Store {
    let store = open(folder).unwrap();
    for number in 1..=many {
        store.commit(&declaration(number, "Event stream down"), at(1)).unwrap();
    }
    store
}

/// Takes rows away or changes them behind the store's back.
fn wreck(store: &Store, writes: Vec<Write>) {
    store.with(|engine| engine.write(writes)).unwrap();
}

fn refused(folder: &TempDir) -> String {
    open(folder).err().expect("it opens").to_string()
}

fn look(store: Store) -> Arc<Store> {
    let store = Arc::new(store);
    let mut look = store.begin_look().unwrap();
    while !look.step().unwrap() {}
    store
}

#[test]
fn the_totals_are_those_of_the_rows_whatever_was_committed() {
    let folder = TempDir::new().unwrap();
    let store = a_few(&folder, 9);
    let mut twice = declaration(3, "Renamed");
    // One key twice in one commit: the last counts.
    twice.effects_gone = vec![domain::id::EffectId(1)];
    twice.kinds.incidents.rows.push(declared(3, "Renamed again").0);
    store.commit(&twice, at(30) + REMEMBER).unwrap();
    let mut found = Totals::default();
    store
        .with(|engine| {
            for row in engine.scan(b"") {
                let (key, value) = row?;
                found.add(&key, &value);
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(store.totals.lock().unwrap().differences(&found), []);
    assert_eq!(look(store).troubles(), Vec::<String>::new());
    assert_eq!(open(&folder).unwrap().load().unwrap().open.len(), 9);
}

#[test]
fn a_lost_open_incident_is_missed_at_the_start_by_name() {
    let folder = TempDir::new().unwrap();
    let store = a_few(&folder, 9);
    for number in [4, 7] {
        let id = IncidentId(number);
        wreck(&store, vec![(keys::open(id), None), (keys::incident(id), None)]);
    }
    drop(store);
    let words = refused(&folder);
    assert!(words.contains("2 of 9 open incidents are missing: INC-4, INC-7"), "{words}");
    assert!(words.contains("2 of 9 incidents are missing: INC-4, INC-7"), "{words}");
    for way in ["howler restore --newest", "howler salvage", "Nothing was begun anew"] {
        assert!(words.contains(way), "{way} in {words}");
    }
    assert_eq!(words, refused(&folder), "and again");
}

#[test]
fn whatever_a_start_reads_is_held_against_what_was_written() {
    type Wreck = fn(&Store) -> Vec<Write>;
    let wrecks: [(&str, Wreck); 5] = [
        ("1 of 10 timers is missing", |store| {
            vec![(store.with(|engine| engine.scan(keys::TIMER).next().unwrap()).unwrap().0, None)]
        }),
        ("INC-2 is missing", |_| vec![(keys::incident(IncidentId(2)), None)]),
        ("INC-2 is not as it was written last", |_| {
            vec![(keys::incident(IncidentId(2)), Some(codec::encode(declared(2, "Old").0.as_ref()).unwrap()))]
        }),
        ("INC-2 has 0 of its 1 events", |_| vec![(keys::event(IncidentId(2), 1), None)]),
        ("1 of 5 open incidents is missing: INC-2", |_| vec![(keys::open(IncidentId(2)), None)]),
    ];
    for (words, wreck_of) in wrecks {
        let folder = TempDir::new().unwrap();
        let store = a_few(&folder, 5);
        let writes = wreck_of(&store);
        wreck(&store, writes);
        drop(store);
        let found = refused(&folder);
        assert!(found.contains(words), "{words} in {found}");
    }
}

#[test]
fn what_a_start_does_not_read_is_missed_by_the_look_and_no_backup_of_it_is_whole() {
    let folder = TempDir::new().unwrap();
    let store = a_few(&folder, 3);
    wreck(&store, vec![(keys::words(IncidentId(1)), None)]);
    drop(store);
    let store = look(open(&folder).unwrap());
    let [trouble] = store.troubles().try_into().unwrap();
    assert!(trouble.contains("1 of 3 incidents' words for the search is missing"), "{trouble}");
    let mut file = Vec::new();
    store.backup(at(9), true, &mut file).unwrap();
    let refused = Reader::open(Cursor::new(&file)).unwrap().verify().unwrap_err();
    assert!(matches!(refused, ArchiveError::NotWhole(_)), "{refused}");
    // Written over, it is as wrong as before.
    store.commit(&declaration(1, "Event stream down"), at(2)).unwrap();
    let store = look(Arc::into_inner(store).unwrap());
    assert!(store.damage().unwrap().contains("words for the search"));
}

#[test]
fn a_look_sees_one_commit_boundary_while_commits_and_a_backup_go_on() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(a_few(&folder, 300));
    let mut look = store.begin_look().unwrap();
    let mut backup = store.begin_backup(at(100), true).unwrap();
    let (mut file, mut number) = (Vec::new(), 301);
    while !look.step().unwrap() {
        file.extend(backup.next_bytes().unwrap().unwrap_or_default());
        store.commit(&declaration(number, "Queue stuck"), at(20 + REMEMBER.as_secs())).unwrap();
        store.commit(&declaration(number - 290, "Renamed"), at(20 + REMEMBER.as_secs())).unwrap();
        number += 1;
    }
    while let Some(bytes) = backup.next_bytes().unwrap() {
        file.extend(bytes);
    }
    assert!(number > 303, "commits came in between");
    assert_eq!(store.damage(), None);
    Reader::open(Cursor::new(&file)).unwrap().verify().unwrap();
}

#[test]
fn a_row_that_this_version_cannot_read_keeps_nobody_from_starting() {
    let folder = TempDir::new().unwrap();
    let store = a_few(&folder, 3);
    let strange = |store: &Store, key: Vec<u8>| {
        // As a later version might have written it, in a commit of its own.
        let mut totals = store.totals.lock().unwrap();
        let row = b"\x01{\"later\":1}".to_vec();
        let mut writes = vec![(key.clone(), Some(row.clone()))];
        if let Some(id) = keys::incident_in(&key).filter(|_| key.starts_with(keys::INCIDENT)) {
            let mark = super::super::totals::hash(&key, &row).to_be_bytes().to_vec();
            writes.push((keys::open(id), Some(mark)));
        }
        *totals = totals.after(&store.with(|engine| engine.before(&writes)).unwrap(), &writes);
        let meta = store.with(read_meta).unwrap().unwrap();
        let meta = Meta { totals: Some(totals.clone()), ..meta };
        writes.push((keys::META.to_vec(), Some(codec::encode(&meta).unwrap())));
        wreck(store, writes);
    };
    let timer = store.with(|engine| engine.scan(keys::TIMER).next().unwrap()).unwrap().0;
    strange(&store, keys::incident(IncidentId(2)));
    strange(&store, keys::effect(domain::id::EffectId(5)));
    strange(&store, timer.clone());
    drop(store);
    let store = open(&folder).unwrap();
    let loaded = store.load().unwrap();
    let open: Vec<u64> = loaded.open.iter().map(|incident| incident.id.0).collect();
    assert_eq!(open, [1, 3]);
    assert_eq!(loaded.timers.len(), 6, "a timer follows from its incident");
    let troubles = store.troubles().join("\n");
    for part in [
        "INC-2 is open and this version of howler cannot read it",
        "a timer",
        "a message that waits to be sent",
    ] {
        assert!(troubles.contains(part), "{part} in {troubles}");
    }
    assert!(store.with(|engine| engine.get(&timer)).unwrap().is_some(), "it stays where it is");
    assert!(store.incident(IncidentId(2)).is_err(), "which is not: there is no such incident");
    assert_eq!(look(store).damage(), None, "and is no damage");
}

#[test]
fn the_mark_is_refused_where_nobody_can_tell_and_begun_anew_where_it_is_missing() {
    let folder = TempDir::new().unwrap();
    drop(a_few(&folder, 3));
    let path = folder.path().join("mark");
    let good = fs::read(&path).unwrap();
    let mut one = good.clone();
    one[3] ^= 1;
    fs::write(&path, &one).unwrap();
    drop(open(&folder).unwrap());
    assert_eq!(fs::read(&path).unwrap(), good, "the other copy mends it");
    for damaged in [vec![], vec![0; good.len()], good[..30].to_vec()] {
        fs::write(&path, damaged).unwrap();
        let words = refused(&folder);
        assert!(words.contains("both copies in the file mark are damaged"), "{words}");
    }
    fs::remove_file(&path).unwrap();
    let store = open(&folder).unwrap();
    assert_eq!(store.outage(at(60)), None);
    assert!(
        store.troubles()[0].contains("nobody can tell whether the last changes"),
        "{:?}",
        store.troubles()
    );
    drop(store);
    assert!(open(&folder).is_ok(), "and it is there again");
}

#[test]
fn the_identity_is_told_in_words() {
    let folder = TempDir::new().unwrap();
    drop(a_few(&folder, 1));
    let path = folder.path().join("howler.json");
    for damaged in [&b"\xff\xfe{"[..], b"", b"{\"format\":2}", b"{\"format\":0,\"instance\":\"one\"}"] {
        fs::write(&path, damaged).unwrap();
        let words = refused(&folder);
        assert!(words.contains("howler.json") && words.contains("is damaged"), "{words}");
        assert!(!words.contains("UTF-8"), "{words}");
    }
}

#[test]
fn a_store_of_format_1_that_misses_an_incident_is_not_called_whole() {
    let folder = TempDir::new().unwrap();
    let store = a_few(&folder, 3);
    let meta = store.with(read_meta).unwrap().unwrap();
    let older = Meta { totals: None, ..meta };
    let id = IncidentId(2);
    wreck(
        &store,
        vec![
            (keys::META.to_vec(), Some(codec::encode(&older).unwrap())),
            (keys::incident(id), None),
            (keys::open(id), None),
        ],
    );
    drop(store);
    fs::write(folder.path().join("howler.json"), r#"{"format":1,"instance":"one"}"#).unwrap();
    let words = refused(&folder);
    assert!(words.contains("incidents are missing: INC-2"), "{words}");
    assert!(fs::read_to_string(folder.path().join("howler.json")).unwrap().contains("\"format\":1"));
}

#[test]
fn an_upgrade_that_was_cut_off_anywhere_goes_on() {
    let folder = TempDir::new().unwrap();
    let store = a_few(&folder, 3);
    let meta = store.with(read_meta).unwrap().unwrap();
    let older = Meta { totals: None, ..meta };
    let mut writes = vec![(keys::META.to_vec(), Some(codec::encode(&older).unwrap()))];
    writes.extend((1..=3).map(|number| (keys::open(IncidentId(number)), Some(Vec::new()))));
    wreck(&store, writes);
    drop(store);
    let (identity, mark) = (folder.path().join("howler.json"), folder.path().join("mark"));
    let as_it_was = || {
        fs::write(&identity, r#"{"format":1,"instance":"one"}"#).unwrap();
        fs::write(&mark, format!("{:<47}\n", "3 1795485601000")).unwrap();
    };
    as_it_was();
    let upgraded = |store: Store| {
        assert_eq!(store.outage(at(60)), Some(Outage { from: at(1), until: at(60) }));
        assert_eq!((store.load().unwrap().open.len(), look(store).troubles()), (3, Vec::new()));
        assert!(fs::read_to_string(&identity).unwrap().contains("\"format\":7"));
        assert!(fs::metadata(&mark).unwrap().len() > 4_000);
    };
    upgraded(open(&folder).unwrap());
    // The rows were brought over, and then howler was killed.
    as_it_was();
    upgraded(open(&folder).unwrap());
    // Once more than that, an older howler had it: it knows no totals, and writes no marks.
    as_it_was();
    let store = Store::open(folder.path(), "one").unwrap();
    let meta = store.with(read_meta).unwrap().unwrap();
    let older = Meta { totals: None, ..meta };
    wreck(
        &store,
        vec![
            (keys::META.to_vec(), Some(codec::encode(&older).unwrap())),
            (keys::open(IncidentId(1)), Some(Vec::new())),
        ],
    );
    drop(store);
    as_it_was();
    upgraded(open(&folder).unwrap());
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn the_folder_is_its_owners_alone_also_one_that_was_open_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let above = TempDir::new().unwrap();
    let folder = above.path().join("above/data");
    let looked = |folder: &Path| {
        for path in ["", "store"] {
            assert_eq!(mode(&folder.join(path)), 0o700, "{path}");
        }
        for path in ["howler.json", "howler.lock", "mark", "store/db", "store/conf"] {
            assert_eq!(mode(&folder.join(path)), 0o600, "{path}");
        }
    };
    drop(Store::open(&folder, "one").unwrap());
    looked(&folder);
    for path in ["store", "store/db", "howler.json", ""] {
        fs::set_permissions(folder.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let other = folder.join("howler.toml");
    fs::write(&other, b"").unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o644)).unwrap();
    drop(Store::open(&folder, "one").unwrap());
    looked(&folder);
    assert_eq!(mode(&other), 0o644, "what is not the store's is left alone");
}

#[test]
fn a_long_audit_is_taken_from_its_checkpoint_and_bars_changes_until_it_was_followed() {
    use domain::run::audit::{Audited, Ledger};
    use domain::run::signed::Keys;
    let folder = TempDir::new().unwrap();
    let store = open(&folder).unwrap();
    let mut ledger = Ledger::default();
    let add = |store: &Store, ledger: &mut Ledger, many: u64| {
        let rows = (0..many).map(|_| {
            let what = if ledger.head.rows.is_multiple_of(2) {
                Audited::Frozen { why: "so".into() }
            } else {
                Audited::Unfrozen
            };
            let row = ledger.next(at(0), Actor::Howler, what, &Keys::default());
            ledger.take(&row).unwrap();
            row
        });
        let changes = Changes { audit: rows.collect(), ..Changes::default() };
        store.commit(&changes, at(0)).unwrap();
    };
    add(&store, &mut ledger, 1_500);
    add(&store, &mut ledger, 2);
    drop(store);
    let store = open(&folder).unwrap();
    let loaded = store.load().unwrap().ledger;
    assert!(loaded.unread && loaded.bars(at(0), 9).is_some());
    assert_eq!(Ledger { unread: false, ..loaded }, ledger);
    let store = look(store);
    assert_eq!(store.audit_known(), AuditKnown::Whole);
    assert_eq!(store.load().unwrap().ledger, ledger);
    // A row in the middle is changed.
    let key = keys::audit(700);
    let row = store.with(|engine| engine.get(&key)).unwrap().unwrap();
    let forged = String::from_utf8(row).unwrap().replace("Unfrozen", "Frozen!!");
    wreck(&store, vec![(key, Some(forged.into_bytes()))]);
    drop(store);
    let store = open(&folder).unwrap();
    assert!(store.load().unwrap().ledger.bars(at(0), 9).is_some(), "not followed yet");
    let store = look(store);
    assert!(matches!(store.audit_known(), AuditKnown::Broken(_)));
    assert!(store.damage().unwrap().contains("rows of the audit"));
    assert!(store.load().unwrap().ledger.bars(at(0), 9).unwrap().contains("cannot be trusted"));
}

#[test]
fn a_stretch_of_a_watchs_values_that_is_missing_is_told() {
    let folder = TempDir::new().unwrap();
    let store = a_few(&folder, 1);
    let mut changes = declaration(2, "Event stream down");
    let stretch = |start| (("p99".to_owned(), RowKey { tier: Tier::Minute, start }), Some(Row::new()));
    changes.heard.values = [0, 1_800, 3_600].map(stretch).to_vec();
    store.commit(&changes, at(2)).unwrap();
    assert_eq!(store.values_of("p99").unwrap().len(), 3);
    assert!(store.values_of("p9").unwrap().is_empty(), "a name that begins like it is another one");
    let key = store.with(|engine| Ok(engine.scan(b"V/").next().unwrap()?.0)).unwrap();
    wreck(&store, vec![(key, None)]);
    let told = look(store).troubles().concat();
    assert!(told.contains("1 of 3 stretches of watches' values is missing"), "{told}");
}
