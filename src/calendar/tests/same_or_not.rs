//! Two lists compared.

use proptest::prelude::*;

use super::*;

#[test]
fn moved_gaps_and_overlaps() {
    let day = |day: u32| format!("2026-12-{day:02}T00:00:00Z");
    let shift = |person: &str, from: u32, until: u32| shift(person, &day(from), &day(until));
    let was = [shift("ian", 1, 8), shift("maya", 8, 15)];
    let is = [shift("ian", 1, 4), shift("ian", 4, 7), shift("maya", 9, 20), shift("zoe", 12, 13)];
    let found = diff(&was, &is, (at(&day(2)), at(&day(18))));
    let moved: Vec<_> = found
        .moved
        .iter()
        .map(|one| {
            format!("{}-{} {:?} {:?}", one.from.strftime("%d"), one.until.strftime("%d"), one.was, one.is)
        })
        .collect();
    assert_eq!(
        moved,
        [
            r#"07-08 ["ian"] []"#,
            r#"08-09 ["maya"] []"#,
            r#"12-13 ["maya"] ["maya", "zoe"]"#,
            r#"15-18 [] ["maya"]"#,
        ]
    );
    assert_eq!(found.was.gaps, [Piece { from: at(&day(15)), until: at(&day(18)) }]);
    assert_eq!(found.is.gaps, [Piece { from: at(&day(7)), until: at(&day(9)) }]);
    let people = vec!["maya".to_owned(), "zoe".to_owned()];
    assert_eq!(found.is.overlaps, [Overlap { from: at(&day(12)), until: at(&day(13)), people }]);
    assert_eq!(found.was.overlaps, []);
}

fn some_shifts() -> impl Strategy<Value = Vec<Shift>> {
    let one = (0..4_usize, 0..100_i64, 0..30_i64).prop_map(|(person, from, hours)| Shift {
        person: ["ian", "maya", "kofi", "zoe"][person].to_owned(),
        from: Timestamp::from_second(from * 3600).unwrap(),
        until: Timestamp::from_second((from + hours) * 3600).unwrap(),
        why: None,
    });
    proptest::collection::vec(one, 0..12)
}

proptest! {
    /// Against asking both lists each hour.
    #[test]
    fn as_hour_by_hour(was in some_shifts(), is in some_shifts(), from in 0..100_i64, hours in 0..60_i64) {
        let hour = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        let holders = |shifts: &[Shift], at: Timestamp| {
            let mut all: Vec<_> =
                shifts.iter().filter(|one| one.from <= at && at < one.until).map(|one| one.person.clone()).collect();
            all.sort();
            all.dedup();
            all
        };
        let found = diff(&was, &is, (hour(from), hour(from + hours)));
        for at in (from..from + hours).map(hour) {
            let moved = found.moved.iter().find(|one| one.from <= at && at < one.until);
            let (old, new) = (holders(&was, at), holders(&is, at));
            prop_assert_eq!(moved.is_some(), old != new);
            if let Some(moved) = moved {
                prop_assert_eq!((&moved.was, &moved.is), (&old, &new));
            }
            prop_assert_eq!(found.is.gaps.iter().any(|one| one.from <= at && at < one.until), new.is_empty());
            let over = found.is.overlaps.iter().find(|one| one.from <= at && at < one.until);
            prop_assert_eq!(over.is_some(), new.len() > 1);
        }
        for pair in found.moved.windows(2) {
            prop_assert!(pair[0].until <= pair[1].from);
            prop_assert!(pair[0].until < pair[1].from || (&pair[0].was, &pair[0].is) != (&pair[1].was, &pair[1].is));
        }
    }
}
