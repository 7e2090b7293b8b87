use jiff::Timestamp;

use super::*;

const A: &str = "0123456789abcdef0123456789abcdef";
const B: &str = "fedcba9876543210fedcba9876543210";

fn keys(now: &str, before: &str) -> Keys {
    let secret = |text: &str| Some(Secret::new(text)).filter(|secret| !secret.reveal().is_empty());
    Keys::new(secret(now).as_ref(), secret(before).as_ref())
}

fn id(key: &str) -> String {
    keys(key, "").id().unwrap().to_owned()
}

/// Adds rows as howler does when it is started with `keys`.
fn write(ledger: &mut Ledger, keys: &Keys, whys: &[&str]) -> Vec<AuditRow> {
    let frozen = whys.iter().map(|why| Audited::Frozen { why: (*why).to_owned() });
    let whats: Vec<Audited> = keys.begins(ledger).into_iter().chain(frozen).collect();
    let next = |what| {
        let row = ledger.next(Timestamp::UNIX_EPOCH, "U0IAN".into(), what, keys);
        ledger.take(&row).unwrap();
        row
    };
    whats.into_iter().map(next).collect()
}

fn follow(rows: &[AuditRow]) -> Result<Ledger, String> {
    let mut ledger = Ledger::default();
    rows.iter().try_for_each(|row| ledger.take(row))?;
    Ok(ledger)
}

/// Old rows without a signature, and then signed ones.
fn begun() -> Vec<AuditRow> {
    let mut ledger = Ledger::default();
    let mut rows = write(&mut ledger, &keys("", ""), &["old"]);
    rows.extend(write(&mut ledger, &keys(A, ""), &["one", "two"]));
    rows
}

/// What somebody does who writes the folder and has no key: the chain of hashes fits again.
fn forged(rows: &[AuditRow], from: usize, change: impl Fn(&mut AuditRow)) -> Vec<AuditRow> {
    let mut rows = rows.to_vec();
    for at in from..rows.len() {
        let before = at.checked_sub(1).map(|before| rows[before].hash.clone()).unwrap_or_default();
        if at == from {
            change(&mut rows[at]);
        }
        rows[at].before = before;
        rows[at].hash = rows[at].digest();
    }
    rows
}

#[test]
fn rows_are_signed_from_the_row_on_that_says_so() {
    let rows = begun();
    let signed: Vec<bool> = rows.iter().map(|row| row.signature.is_some()).collect();
    assert_eq!(signed, [false, true, true, true]);
    let ledger = follow(&rows).unwrap();
    assert_eq!(ledger.signed, [SignedFrom { row: 2, key: id(A), lost: false }]);
    assert_eq!(keys(A, "").begins(&ledger), None, "it is said once");
    let told = told(&ledger, Some(&id(A))).unwrap();
    assert!(
        told.contains("from 2 on are signed; the 1 rows before") && told.ends_with("key that is given."),
        "{told}"
    );
}

#[test]
fn what_was_written_without_the_key_is_seen_though_its_hashes_fit() {
    let rows = begun();
    let changed = forged(&rows, 2, |row| row.by = "U0MAYA".into());
    assert!(follow(&changed).unwrap_err().starts_with("row 3 is not signed with the key"));
    let unsigned = forged(&rows, 3, |row| row.signature = None);
    assert_eq!(follow(&unsigned), Err("row 4 is not signed, though rows before it are".into()));
    let moved = forged(&rows, 3, |row| row.signature.clone_from(&rows[2].signature));
    assert!(follow(&moved).unwrap_err().starts_with("row 4 is not signed with the key"));
    let garbled = forged(&rows, 3, |row| row.signature = Some("no hex".into()));
    assert_eq!(follow(&garbled), Err("row 4 is not signed in howler's form".into()));
    let early = forged(&rows, 0, |row| row.signature = Some("00".into()));
    assert_eq!(follow(&early), Err("row 1 is signed, and no row says with which key".into()));
}

#[test]
fn a_whole_audit_written_anew_is_not_of_our_key() {
    let anew = follow(&write(&mut Ledger::default(), &keys(B, ""), &["one", "two"])).unwrap();
    assert!(told(&anew, Some(&id(A))).unwrap_err().contains("and not with"));
    assert!(keys(A, "").missing(&anew).unwrap().contains("HOWLER_AUDIT_KEY is the key"));
    let bare = follow(&write(&mut Ledger::default(), &keys("", ""), &["one"])).unwrap();
    assert!(told(&bare, Some(&id(A))).unwrap_err().starts_with("no row is signed"));
    assert_eq!(told(&bare, None), Ok("Its rows are not signed.".into()));
    let nobodys = told(&anew, None).unwrap();
    assert!(nobodys.contains("was not checked, for no key is given"), "{nobodys}");
}

#[test]
fn a_key_is_changed_over_by_the_key_before_it_or_said_to_be_lost() {
    let rows = begun();
    let ledger = follow(&rows).unwrap();
    let first = id(A);
    // The new key, what is said of the old one, and whether howler changes over: `Some(lost)`.
    for (now, before, over) in [
        (B, A.to_owned(), Some(false)),
        (B, format!("lost:{}", short(&first)), Some(true)),
        (B, format!("lost:{first}"), Some(true)),
        (B, String::new(), None),
        (B, B.to_owned(), None),
        (B, "lost:".to_owned(), None),
        (B, format!("lost:{}", &first[..4]), None),
        (B, format!("lost:{}", id(B)), None),
        ("", A.to_owned(), None),
    ] {
        let keys = keys(now, &before);
        let begins = keys.begins(&ledger);
        assert_eq!(begins, over.map(|lost| Audited::SignedFrom { key: id(B), lost }), "{before}");
        if let Some(lost) = over {
            let mut after = ledger.clone();
            let more = write(&mut after, &keys, &["three"]);
            let again = follow(&[rows.clone(), more].concat()).unwrap();
            assert_eq!((again.key(), again.signed[1].lost), (Some(id(B).as_str()), lost));
            let told = told(&again, Some(&id(B))).unwrap();
            assert_eq!(told.contains("SAID TO BE LOST"), lost, "{told}");
            assert_eq!(keys.missing(&again), None);
        } else {
            assert!(keys.missing(&ledger).unwrap().contains(short(&first)), "no row is added: {before}");
        }
    }
    // The new key alone cannot say that the old one agreed.
    let mut usurped = ledger.clone();
    let mut row = write(&mut usurped, &keys(B, A), &[]).remove(0);
    row.signature = Some(Key::new(&Secret::new(B)).unwrap().sign(&row.hash));
    assert!(ledger.clone().take(&row).unwrap_err().starts_with("row 5 is not signed with the key"));
}
