mod backups;
mod failing;
mod whole;

use std::fs;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use domain::Severity;
use domain::actor::Actor;
use domain::aggregate::Aggregate;
use domain::incident::event::EventKind;
use domain::incident::{Declaration, Place, declare};
use domain::severities::Severities;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_485_600 + second).unwrap()
}

fn declared(number: u64, title: &str) -> (Arc<Incident>, Event) {
    let declaration = Declaration {
        title: title.into(),
        severity: Severity::P1,
        impact: None,
        action: None,
        eta: None,
        began: None,
    };
    let place = Place { channel: "C1".into(), thread: None };
    let decision = declare(IncidentId(number), declaration, &place, &Severities::default());
    let kind = decision.events.into_iter().next().unwrap();
    let event = Event { seq: 1, at: at(0), by: "U1".into(), from_shell: false, call: None, kind };
    (Arc::new(Incident::declared(IncidentId(number), &event).unwrap()), event)
}

fn declaration(number: u64, title: &str) -> Changes {
    let (incident, event) = declared(number, title);
    Changes {
        timers_set: incident.timer_rows(),
        seen: vec![(DeliveryId(format!("d{number}")), Answer::Nothing)],
        ..of(vec![incident.clone()], vec![(incident.id, event)], number + 1)
    }
}

/// What becomes of incidents, and the number that the next one gets.
fn of(rows: Vec<Arc<Incident>>, events: Vec<(IncidentId, Event)>, next: u64) -> Changes {
    let kinds = Kinds { incidents: Of { rows, events }, ..Kinds::default() };
    Changes { kinds, next: Numbers { incident: next, ..Numbers::default() }, ..Changes::default() }
}

fn open(folder: &TempDir) -> Result<Store, StoreError> {
    Store::open(folder.path(), "one")
}

#[test]
fn what_was_committed_is_there_after_a_restart() {
    let folder = TempDir::new().unwrap();
    {
        let store = open(&folder).unwrap();
        store.commit(&declaration(1, "Event stream down"), at(1)).unwrap();
        store.commit(&declaration(2, "Queue stuck"), at(2)).unwrap();
    }
    let store = Store::open(folder.path(), "another").unwrap();
    assert_eq!(store.instance(), "one", "a store keeps its name");
    let loaded = store.load().unwrap();
    assert_eq!(loaded.open.len(), 2);
    assert_eq!(loaded.timers.len(), 4);
    assert_eq!(loaded.next.incident, 3);
    assert_eq!(store.seen(&"d1".into()).unwrap(), Some(Answer::Nothing));
    assert_eq!(store.outage(at(60)), Some(Outage { from: at(2), until: at(60) }));
    let (found, more) = store.find("queue STUCK", 5).unwrap();
    assert_eq!((found.len(), more), (1, 0));
}

#[test]
fn a_second_howler_is_refused_and_names_the_first() {
    let folder = TempDir::new().unwrap();
    let _first = open(&folder).unwrap();
    let refused = open(&folder).err().unwrap().to_string();
    assert!(refused.contains("in use by another howler"), "{refused}");
    assert!(refused.contains(&std::process::id().to_string()), "{refused}");
}

#[test]
fn deliveries_are_forgotten_in_time() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).unwrap();
    store.commit(&declaration(1, "x"), at(0)).unwrap();
    store.commit(&declaration(2, "x"), at(60)).unwrap();
    assert!(store.seen(&"d1".into()).unwrap().is_some());
    let later = at(30) + REMEMBER;
    store.commit(&declaration(3, "x"), later).unwrap();
    assert!(store.seen(&"d1".into()).unwrap().is_none());
    assert!(store.seen(&"d2".into()).unwrap().is_some());
}

#[test]
fn a_newer_store_is_left_alone() {
    let folder = TempDir::new().unwrap();
    drop(open(&folder).unwrap());
    fs::write(folder.path().join("howler.json"), r#"{"format":9,"instance":"one"}"#).unwrap();
    let before = snapshot(&folder);
    let refused = open(&folder).err().unwrap();
    assert!(matches!(refused, StoreError::Newer { found: 9, known: 7, .. }), "{refused}");
    assert_eq!(snapshot(&folder), before);
}

#[test]
fn damage_is_refused_and_nothing_is_begun_in_its_place() {
    type Wreck = fn(&TempDir);
    let wreck: [(&str, Wreck); 5] = [
        ("log emptied", |folder| fs::write(folder.path().join("store/db"), b"").unwrap()),
        ("log cut", |folder| {
            let file = fs::File::options().write(true).open(folder.path().join("store/db")).unwrap();
            file.set_len(600).unwrap();
        }),
        ("store gone", |folder| fs::remove_dir_all(folder.path().join("store")).unwrap()),
        ("identity gone", |folder| fs::remove_file(folder.path().join("howler.json")).unwrap()),
        ("log overwritten", |folder| {
            let path = folder.path().join("store/db");
            let mut bytes = fs::read(&path).unwrap();
            bytes.iter_mut().skip(16).for_each(|byte| *byte ^= 0x5a);
            fs::write(&path, bytes).unwrap();
        }),
    ];
    for (what, wreck) in wreck {
        let folder = TempDir::new().unwrap();
        {
            let store = open(&folder).unwrap();
            for number in 1..20 {
                store.commit(&declaration(number, "Event stream down"), at(1)).unwrap();
            }
        }
        wreck(&folder);
        match open(&folder).and_then(|store| store.load()) {
            Err(error) => assert!(error.to_string().contains("damaged"), "{what}: {error}"),
            Ok(loaded) => panic!("{what}: opened with {} incidents", loaded.open.len()),
        }
    }
}

#[test]
fn a_stop_in_the_middle_of_being_made_is_no_damage() {
    let folder = TempDir::new().unwrap();
    drop(open(&folder).unwrap());
    fs::remove_file(folder.path().join("howler.json")).unwrap();
    assert_eq!(open(&folder).unwrap().load().unwrap().next.incident, 1);
}

#[test]
fn a_folder_that_cannot_be_written_is_a_clear_error() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    let error = Store::open(&file.join("data"), "one").err().unwrap().to_string();
    assert!(error.contains("cannot be written"), "{error}");
}

#[test]
fn a_resolved_incident_leaves_the_open_ones() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).unwrap();
    let (incident, event) = declared(1, "x");
    let mut resolved = Incident::clone(&incident);
    let kind = EventKind::Resolved {
        root_cause: "credentials expired".into(),
        impact: None,
        data_loss: None,
        from: incident.status,
        missed: 0,
        cancelled: None,
    };
    let end = Event { seq: 2, at: at(60), by: "U1".into(), from_shell: false, call: None, kind };
    resolved.apply(&end);
    let changes = of(vec![Arc::new(resolved)], vec![(incident.id, event), (incident.id, end)], 2);
    store.commit(&changes, at(60)).unwrap();
    assert!(store.load().unwrap().open.is_empty());
    assert_eq!(store.resolved(5).unwrap().len(), 1);
    assert_eq!(store.events(incident.id).unwrap().len(), 2);
    assert_eq!(store.find("credentials", 5).unwrap().0.len(), 1);
}

#[test]
fn recovering_never_takes_a_store_that_lost_what_was_acknowledged() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("store/db");
    {
        let store = open(&folder).unwrap();
        store.commit(&declaration(1, "x"), at(1)).unwrap();
    }
    let early = fs::read(&log).unwrap();
    let store = open(&folder).unwrap();
    for number in 2..20 {
        store.commit(&declaration(number, "x"), at(1)).unwrap();
    }
    *store.engine.write().unwrap() = None;
    fs::write(&log, early).unwrap();
    let refused = store.recover().unwrap_err().to_string();
    assert!(refused.contains("missing"), "{refused}");
    assert!(store.commit(&declaration(20, "x"), at(2)).is_err(), "and it stays closed");
}

fn snapshot(folder: &TempDir) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for path in ["howler.json", "store/db", "mark"] {
        files.push((path.to_owned(), fs::read(folder.path().join(path)).unwrap()));
    }
    files
}

fn happened(incident: &Incident, kinds: Vec<EventKind>) -> Changes {
    let mut incident = incident.clone();
    let mut events = Vec::new();
    for kind in kinds {
        let event = Event {
            seq: incident.events + 1,
            at: at(9),
            by: "U1".into(),
            from_shell: false,
            call: None,
            kind,
        };
        incident.apply(&event);
        events.push((incident.id, event));
    }
    of(vec![Arc::new(incident)], events, 9)
}

#[test]
fn notes_and_pinned_messages_are_found_for_as_long_as_they_stand() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).unwrap();
    store.commit(&declaration(1, "Queue stuck"), at(1)).unwrap();
    let found = |words: &str| store.find(words, 5).unwrap().0.len();
    let now = || store.incident(IncidentId(1)).unwrap().unwrap();
    let (channel, message) = (ChannelId::from("C1"), MessageTs::from("1.2"));
    let pinned = EventKind::Pinned { channel: channel.clone(), message: message.clone(), author: None };
    let text = "CPU at 100 \u{1e} percent".to_owned();
    let read = EventKind::PinRead { channel: channel.clone(), message: message.clone(), author: None, text };
    let noted = EventKind::Noted { text: "Since the FAILOVER".into() };
    store.commit(&happened(&now(), vec![noted]), at(2)).unwrap();
    store.commit(&happened(&now(), vec![pinned, read]), at(3)).unwrap();
    assert_eq!(
        (found("failover QUEUE"), found("cpu percent failover"), found("failover elsewhere")),
        (1, 1, 0)
    );
    store
        .commit(&happened(&now(), vec![EventKind::ImpactSet { text: "Nobody reads".into() }]), at(4))
        .unwrap();
    assert_eq!((found("nobody failover cpu"), found("inc-1 p1")), (1, 1), "what was noted before stays");
    store.commit(&happened(&now(), vec![EventKind::Unpinned { channel, message }]), at(5)).unwrap();
    assert_eq!((found("cpu"), found("failover")), (0, 1));
}

#[test]
fn a_store_of_an_older_version_is_found_in_too() {
    let folder = TempDir::new().unwrap();
    {
        let store = open(&folder).unwrap();
        for number in 1..=600 {
            store.commit(&declaration(number, "Queue stuck"), at(1)).unwrap();
        }
        let incident = store.incident(IncidentId(7)).unwrap().unwrap();
        let noted = EventKind::Noted { text: "Since the failover".into() };
        store.commit(&happened(&incident, vec![noted]), at(2)).unwrap();
        let engine = store.engine.read().unwrap();
        let engine = engine.as_ref().unwrap();
        let mut older: Vec<crate::engine::Write> =
            engine.scan(keys::WORDS).map(|row| (row.unwrap().0, None)).collect();
        let meta = read_meta(engine).unwrap().unwrap();
        let mut meta = serde_json::to_value(meta).unwrap();
        meta.as_object_mut().unwrap().remove("words");
        meta.as_object_mut().unwrap().remove("totals");
        older.push((keys::META.to_vec(), Some(codec::encode(&meta).unwrap())));
        engine.write(older).unwrap();
        assert_eq!(words::find(engine, "queue", 5).unwrap().0.len(), 0);
    }
    fs::write(folder.path().join("howler.json"), r#"{"format":1,"instance":"one"}"#).unwrap();
    let store = open(&folder).unwrap();
    assert_eq!(store.find("queue", 5).map(|(found, more)| (found.len(), more)).unwrap(), (5, 595));
    assert_eq!(store.find("failover", 5).unwrap().0.len(), 1);
}

#[test]
fn an_audit_that_lost_its_last_rows_is_not_trusted() {
    use domain::run::audit::{Audited, Ledger};
    use domain::run::signed::Keys;
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).unwrap();
    let mut ledger = Ledger::default();
    for why in ["one", "two", "three"] {
        let row = ledger.next(at(0), Actor::Howler, Audited::Frozen { why: why.into() }, &Keys::default());
        ledger.take(&row).unwrap();
        store.commit(&Changes { audit: vec![row], ..Changes::default() }, at(0)).unwrap();
    }
    assert_eq!(store.load().unwrap().ledger, ledger);
    store.with(|engine| engine.write(vec![(keys::audit(3), None)])).unwrap();
    assert_eq!(store.load().unwrap().ledger.broken.as_deref(), Some("1 rows at its end are missing"));
}

#[test]
fn a_run_that_cannot_be_read_bars_changes_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder).unwrap();
    store.commit(&declaration(1, "Event stream down"), at(1)).unwrap();
    let id = domain::id::RunId(7);
    let rows = vec![(keys::run(id), Some(b"nonsense".to_vec())), (keys::live_run(id), Some(Vec::new()))];
    store.with(|engine| engine.write(rows)).unwrap();
    let loaded = store.load().unwrap();
    assert_eq!(loaded.open.len(), 1, "incidents go on");
    assert!(loaded.ledger.broken.unwrap().starts_with("RUN-7 cannot be read"));
}
