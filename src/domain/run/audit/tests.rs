use super::*;

fn rows() -> Vec<AuditRow> {
    let mut ledger = Ledger::default();
    let whats = [
        Audited::Frozen { why: "the auditors are here".into() },
        Audited::Unfrozen,
        Audited::Frozen { why: "again".into() },
    ];
    let next = |what| {
        let row = ledger.head.next(Timestamp::UNIX_EPOCH, "U0IAN".into(), what);
        ledger.take(&row).unwrap();
        row
    };
    whats.map(next).to_vec()
}

fn follow(rows: &[AuditRow]) -> Result<Ledger, String> {
    let mut ledger = Ledger::default();
    rows.iter().try_for_each(|row| ledger.take(row))?;
    Ok(ledger)
}

#[test]
fn a_stored_row_is_hashed_as_it_stands_and_a_field_that_is_not_known_breaks_nothing() {
    let first = rows().swap_remove(0);
    let json = serde_json::to_string(&first).unwrap();
    let stored = StoredRow::read(json.as_bytes()).unwrap();
    assert_eq!(
        (stored.digest.as_str(), &stored.row),
        (first.hash.as_str(), &first),
        "as rows were hashed before"
    );
    // A later version says more in `what`; its hash covers what it wrote.
    let later = json.replacen(
        r#"{"why":"the auditors are here"}"#,
        r#"{"why":"the auditors are here","until":null}"#,
        1,
    );
    assert_ne!(later, json);
    let digest = StoredRow::read(later.as_bytes()).unwrap().digest;
    let later = later.replace(&first.hash, &digest);
    let mut ledger = Ledger::default();
    ledger.take_stored(&StoredRow::read(later.as_bytes()).unwrap()).unwrap();
    assert_eq!(ledger.head.hash, digest);
    // Changed without its hash, or with a part that no hash covers.
    let changed = json.replace("auditors", "editors");
    let refused = Ledger::default().take_stored(&StoredRow::read(changed.as_bytes()).unwrap());
    assert_eq!(refused, Err("row 1 is not as it was written".into()));
    assert!(StoredRow::read(json.replacen('{', r#"{"note":1,"#, 1).as_bytes()).is_err());
}

#[test]
fn a_checkpoint_is_the_ledger_that_the_whole_chain_gives() {
    let mut ledger = follow(&rows()).unwrap();
    ledger.reviews.insert((RunId(7), Actor::Howler), ledger.frozen.clone().unwrap());
    let text = serde_json::to_string(&ledger).unwrap();
    assert_eq!(serde_json::from_str::<Ledger>(&text).unwrap(), ledger);
    ledger.unread = true;
    assert!(ledger.bars(Timestamp::UNIX_EPOCH, 9).unwrap().contains("still being read"));
}

#[test]
fn a_chain_is_followed_and_says_whether_changes_are_frozen() {
    let rows = rows();
    let whole = follow(&rows).unwrap();
    assert_eq!((whole.head.rows, whole.head.hash.as_str()), (3, rows[2].hash.as_str()));
    let now = Timestamp::UNIX_EPOCH;
    assert_eq!(whole.bars(now, 9), Some("changes are frozen: again".into()));
    assert_eq!(follow(&rows[..2]).unwrap().bars(now, 9), None);
}

#[test]
fn so_many_changes_begin_within_an_hour_and_what_was_done_alone_is_reviewed() {
    let change = |what| Audited::Change {
        run: RunId(7),
        incident: None,
        procedure: "queue".into(),
        step: "Restart it".into(),
        covered: String::new(),
        undo: false,
        what,
    };
    let mut ledger = Ledger::default();
    let mut take = |at: i64, what| {
        let at = Timestamp::from_second(at).unwrap();
        let row = ledger.head.next(at, "U0IAN".into(), what);
        ledger.take(&row).unwrap();
    };
    take(0, change(Audit::WentAheadAlone { why: "nobody is awake".into() }));
    take(60, change(Audit::Begun { command: Vec::new() }));
    take(1_800, change(Audit::Begun { command: Vec::new() }));
    let at = |second| Timestamp::from_second(second).unwrap();
    assert!(ledger.bars(at(1_900), 2).unwrap().contains("2 changes began"));
    assert_eq!(ledger.bars(at(1_900), 3), None);
    assert_eq!(ledger.bars(at(3_700), 2), None, "an hour is over for one of them");
    assert_eq!(ledger.reviews[&(RunId(7), "U0IAN".into())].why, "nobody is awake");
    let mut take = |by: &str, what| {
        let row = ledger.head.next(at(4_000), by.into(), what);
        ledger.take(&row).unwrap();
        ledger.reviews.keys().map(|(_, by)| by.clone()).collect::<Vec<Actor>>()
    };
    let alone = change(Audit::WentAheadAlone { why: "still nobody".into() });
    assert_eq!(take("U0MAYA", alone), ["U0IAN", "U0MAYA"].map(Actor::from), "of one run, by two people");
    let fine = || Audited::Reviewed { run: RunId(7), note: "fine".into() };
    assert_eq!(take("U0MAYA", fine()), ["U0MAYA"].map(Actor::from), "nobody reviews what is their own");
    assert!(take("U0IAN", fine()).is_empty());
}

#[test]
fn a_row_that_was_changed_taken_out_or_put_in_is_seen() {
    let rows = rows();
    let mut changed = rows.clone();
    changed[1].by = "U0MAYA".into();
    assert_eq!(follow(&changed), Err("row 2 is not as it was written".into()));
    let missing = [rows[0].clone(), rows[2].clone()];
    assert_eq!(follow(&missing), Err("row 2 is missing; row 3 stands in its place".into()));
    let mut forged = rows.clone();
    forged[1].what = Audited::Frozen { why: "forged".into() };
    forged[1].hash = forged[1].digest();
    assert_eq!(follow(&forged), Err("row 3 does not follow the row before it".into()));
}
