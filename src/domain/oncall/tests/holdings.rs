//! What an instant's answer says.

use super::*;

#[test]
fn a_turn_says_since_when_until_when_and_who_stands_behind() {
    let on_call = abc().at(ts("2026-11-10"));
    let holding = Holding {
        person: user("bob"),
        since: ts("2026-11-08"),
        until: Some(ts("2026-11-15")),
        why: Why::Rotation,
    };
    assert_eq!(on_call, OnCall { primary: Some(holding), gap: None, backup: Some(user("cat")) });
}

#[test]
fn a_rotation_of_one_has_no_end_and_no_backup() {
    let alone = Schedule::new(Turns::runbook(), users("ann"), ts("2026-11-01"));
    let on_call = alone.at(ts("2026-11-10"));
    let holding = on_call.primary.unwrap();
    assert_eq!((holding.since, holding.until, on_call.backup), (ts("2026-11-01"), None, None));
    assert_eq!(alone.next_change(ts("2026-11-10")), None);
}

#[test]
fn nobody_is_said_and_the_declared_backup_named() {
    let mut schedule = abc();
    schedule.fallback = Some(user("zoe"));
    for person in ["ann", "bob", "cat"] {
        schedule =
            schedule.pause(&user(person), ts("2026-11-10"), ts("2026-11-12"), ts("2026-11-05")).unwrap();
    }
    let on_call = schedule.at(ts("2026-11-11"));
    let gap = Gap { since: ts("2026-11-10"), until: Some(ts("2026-11-12")), fallback: Some(user("zoe")) };
    assert_eq!((&on_call.primary, on_call.gap.as_ref()), (&None, Some(&gap)));
    let answering = on_call.answering().unwrap();
    assert_eq!((answering.person, answering.why), (user("zoe"), Why::DeclaredBackup));
    let people: Vec<_> = schedule
        .segments(ts("2026-11-09"), ts("2026-11-13"))
        .into_iter()
        .map(|segment| segment.person().cloned())
        .collect();
    assert_eq!(people, [Some(user("bob")), None, Some(user("bob"))]);
}

#[test]
fn overrides_of_one_person_that_touch_are_told_as_one_time() {
    let now = ts("2026-11-05");
    let mut schedule = abc();
    for (person, from, until) in [
        ("zoe", "2026-11-09", "2026-11-10"),
        ("zoe", "2026-11-10", "2026-11-12"),
        ("zoe", "2026-11-11", "2026-11-13"),
        ("cat", "2026-11-13", "2026-11-15"),
    ] {
        schedule = schedule.override_with(wanted(person, from, until), now).unwrap();
    }
    for day in ["2026-11-09", "2026-11-10", "2026-11-12"] {
        let holding = schedule.told(ts(day)).primary.unwrap();
        let time = (holding.since, holding.until);
        assert_eq!(time, (ts("2026-11-09"), Some(ts("2026-11-13"))), "{day}");
    }
    // An own turn that follows is another thing: it stays where the override is taken back.
    let cat = schedule.told(ts("2026-11-14")).primary.unwrap();
    assert_eq!((cat.since, cat.until), (ts("2026-11-13"), Some(ts("2026-11-15"))));
    assert_eq!(schedule.told(ts("2026-11-08")), schedule.at(ts("2026-11-08")));
}

#[test]
fn backups() {
    let now = ts("2026-11-05");
    let set = abc().set_backup(Some(&user("zoe")), now).unwrap();
    assert_eq!(set.backup(now), Some(&user("zoe")));
    // Set, and primary as well: the next in the order instead.
    let set = abc().set_backup(Some(&user("ann")), now).unwrap();
    assert_eq!(set.backup(now), Some(&user("bob")));
    assert_eq!(set.backup(ts("2026-11-10")), Some(&user("ann")));
    let paused = abc().pause(&user("bob"), now, ts("2026-11-07"), now).unwrap();
    assert_eq!(paused.backup(now), Some(&user("cat")));
    // The one whose turn it would be is the last choice.
    let two = Schedule::new(Turns::runbook(), users("ann bob"), ts("2026-11-01"));
    let two = two.override_with(wanted("bob", "2026-11-05", "2026-11-06"), now).unwrap();
    assert_eq!(two.backup(now), Some(&user("ann")));
    assert_eq!(set.set_backup(Some(&user("ann")), now), Err(ChangeProblem::NothingChanges));
}

#[test]
fn the_next_holders() {
    let with = abc().override_with(wanted("cat", "2026-11-12", "2026-11-15"), ts("2026-11-05")).unwrap();
    let next: Vec<_> = with.next_holders(ts("2026-11-05"), 4);
    let next: Vec<_> = next.iter().map(|s| (s.person().unwrap().as_str(), s.from)).collect();
    // Cat's override runs into her own turn: one time.
    let expected =
        [("bob", "2026-11-08"), ("cat", "2026-11-12"), ("ann", "2026-11-22"), ("bob", "2026-11-29")];
    assert_eq!(next, expected.map(|(name, from)| (name, ts(from))));
}
