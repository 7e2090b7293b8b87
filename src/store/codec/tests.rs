use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::{VERSION, decode, encode};
use crate::{Meta, StoreError, keys};
use domain::Severity;
use domain::answer::Answer;
use domain::effect::Effect;
use domain::id::IncidentId;
use domain::incident::event::Event;
use domain::incident::{Declaration, Incident, Place, declare};
use domain::severities::Severities;
use domain::timer::Timer;

fn a_row() -> Vec<u8> {
    let declaration = Declaration {
        title: "x".into(),
        severity: Severity::P1,
        impact: None,
        action: None,
        eta: None,
        began: None,
    };
    let place = Place { channel: "C1".into(), thread: None };
    let decision = declare(IncidentId(1), declaration, &place, &Severities::default());
    let kind = decision.events.into_iter().next().unwrap();
    let event = Event {
        seq: 1,
        at: jiff::Timestamp::UNIX_EPOCH,
        by: "U1".into(),
        from_shell: false,
        call: None,
        kind,
    };
    encode(&Incident::declared(IncidentId(1), &event).unwrap()).unwrap()
}

/// A value, or a clean error of the row; what is a value is the same after another round.
fn is_clean<T: DeserializeOwned + serde::Serialize>(bytes: &[u8]) -> Result<(), TestCaseError> {
    match decode::<T>(bytes) {
        Ok(value) => {
            let again = encode(&value).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(decode::<T>(&again).is_ok());
        }
        Err(StoreError::Row(_)) => {}
        Err(other) => return Err(TestCaseError::fail(other.to_string())),
    }
    Ok(())
}

fn all_are_clean(bytes: &[u8]) -> Result<(), TestCaseError> {
    is_clean::<Incident>(bytes)?;
    is_clean::<Event>(bytes)?;
    is_clean::<Effect>(bytes)?;
    is_clean::<Timer>(bytes)?;
    is_clean::<Answer>(bytes)?;
    is_clean::<Meta>(bytes)?;
    is_clean::<IncidentId>(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_value_or_a_clean_error(mut bytes in vec(any::<u8>(), 0..300), versioned in any::<bool>()) {
        if versioned {
            bytes.insert(0, VERSION);
        }
        all_are_clean(&bytes)?;
        // Keys are read from the disk too.
        let _ = (keys::incident_in(&bytes), keys::seen_in(&bytes));
        let stamped = [keys::SEEN_AT, &bytes].concat();
        let _ = keys::seen_in(&stamped);
    }

    #[test]
    fn a_damaged_row_is_a_value_or_a_clean_error(
        at in any::<prop::sample::Index>(),
        gone in 0..30_usize,
        part in prop_oneof![vec(any::<u8>(), 0..20), "[0-9]{1,40}".prop_map(String::into_bytes)],
    ) {
        let mut row = a_row();
        let at = at.index(row.len());
        let end = row.len().min(at + gone);
        drop(row.splice(at..end, part));
        all_are_clean(&row)?;
    }
}

#[test]
fn a_row_without_bottom_overflows_nothing() {
    for open in ["[", "{\"a\":", "{\"Later\":"] {
        let mut row = vec![VERSION];
        row.extend(open.repeat(100_000).into_bytes());
        all_are_clean(&row).unwrap();
    }
}
