//! What each change does to the weeks, and what is refused.

use jiff::SignedDuration;

use super::*;
use crate::oncall::confirm::Change;
use crate::oncall::decide::moved;

/// Thursday of Ann's week.
const NOW: &str = "2026-11-05 10:00";

fn now() -> Timestamp {
    ts(NOW)
}

#[test]
fn whoever_gets_a_time_in_which_they_are_paused_is_named() {
    let (from, until) = (ts("2026-11-10"), ts("2026-11-12"));
    let paused = abc().pause(&user("bob"), now(), until, now()).unwrap();
    let given = |person: &str, from, until| Change::Override { person: user(person), from, until };
    let expected = vec![(user("bob"), until)];
    assert_eq!(given("bob", from, ts("2026-11-20")).paused(&paused, now()), expected);
    assert_eq!(given("bob", until, ts("2026-11-20")).paused(&paused, now()), []);
    assert_eq!(given("cat", from, until).paused(&paused, now()), []);
    let backup = |person: &str| Change::Backup { person: Some(user(person)) };
    assert_eq!(backup("bob").paused(&paused, now()), expected);
    assert_eq!(backup("bob").paused(&paused, until), []);
}

#[test]
fn who_is_added_comes_last() {
    let after = abc().add(&user("dan"), ts("2026-11-12")).unwrap();
    // Bob holds it now; Cat and Ann come before Dan.
    assert_eq!(weeks(&after, "2026-11-01", 7), "ann bob cat ann dan bob cat");
    let first = Schedule::new(Turns::runbook(), Vec::new(), now()).add(&user("dan"), now()).unwrap();
    assert_eq!(holder(&first, NOW), "dan");
    assert_eq!(abc().add(&user("bob"), now()), Err(ChangeProblem::AlreadyIn { person: user("bob") }));
}

#[test]
fn who_is_removed_is_gone_at_once() {
    let busy = abc().override_with(wanted("ann", "2026-11-10", "2026-11-11"), now()).unwrap();
    let busy = busy.override_with(wanted("ann", "2026-11-12", "2026-11-13"), now()).unwrap();
    let busy = busy.set_backup(Some(&user("ann")), now()).unwrap();
    let after = busy.remove(&user("ann"), ts("2026-11-10 12:00")).unwrap();
    assert_eq!(holder(&after, "2026-11-10 11:59"), "ann");
    assert_eq!(holder(&after, "2026-11-10 12:00"), "bob");
    assert_eq!(holder(&after, "2026-11-12 12:00"), "bob");
    assert_eq!(after.backup(ts("2026-11-12")), Some(&user("cat")));
    assert_eq!(after.backup(ts("2026-11-09")), Some(&user("ann")));

    let held = abc().remove(&user("ann"), now()).unwrap();
    assert_eq!(holder(&held, "2026-11-05 09:59"), "ann");
    assert_eq!(holder(&held, NOW), "bob");
    assert_eq!(weeks(&held, "2026-11-08", 3), "cat bob cat");

    let alone = Schedule::new(Turns::runbook(), users("ann"), ts("2026-11-01"));
    assert_eq!(holder(&alone.remove(&user("ann"), now()).unwrap(), NOW), "nobody");
    assert_eq!(abc().remove(&user("dan"), now()), Err(ChangeProblem::NotIn { person: user("dan") }));
}

#[test]
fn an_order_begins_at_the_next_hand_over() {
    let order = |list: &str| abc().order(&users(list), now());
    assert_eq!(weeks(&order("cat bob ann").unwrap(), "2026-11-01", 5), "ann cat bob ann cat");
    // Ann has it already, so Cat follows.
    assert_eq!(weeks(&order("ann cat bob").unwrap(), "2026-11-01", 5), "ann cat bob ann cat");
    assert_eq!(order("ann bob cat"), Err(ChangeProblem::NothingChanges));
    assert_eq!(order("bob cat ann"), Err(ChangeProblem::NothingChanges));
    assert_eq!(order("ann bob ann"), Err(ChangeProblem::Twice { person: user("ann") }));
    assert_eq!(order("ann dan"), Err(ChangeProblem::NotIn { person: user("dan") }));
    assert_eq!(order("ann"), Err(ChangeProblem::Missing { people: users("bob cat") }));
    assert_eq!(order(""), Err(ChangeProblem::Missing { people: users("ann bob cat") }));

    // Who comes and goes before it begins comes and goes in it as well.
    let after = order("cat bob ann").unwrap().add(&user("dan"), now()).unwrap();
    assert_eq!(weeks(&after, "2026-11-01", 5), "ann cat bob ann dan");
    let after = after.remove(&user("bob"), now()).unwrap();
    assert_eq!(weeks(&after, "2026-11-01", 5), "ann cat ann dan cat");
}

#[test]
fn a_pause_moves_turns_and_not_the_rotation() {
    let paused = abc().pause(&user("bob"), ts("2026-11-10"), ts("2026-11-13"), now()).unwrap();
    assert_eq!(holder(&paused, "2026-11-09 23:59"), "bob");
    assert_eq!(holder(&paused, "2026-11-10"), "cat");
    assert_eq!(holder(&paused, "2026-11-13"), "bob");
    assert_eq!(weeks(&paused, "2026-11-15", 3), "cat ann bob");
    assert_eq!(paused.holder(ts("2026-11-11")).unwrap().1, Why::PausedFor(user("bob")));
    // Shorter, from now on, and not at all.
    let shorter =
        paused.pause(&user("bob"), ts("2026-11-10"), ts("2026-11-11"), ts("2026-11-10 06:00")).unwrap();
    assert_eq!(holder(&shorter, "2026-11-11"), "bob");
    assert_eq!(holder(&shorter, "2026-11-10 03:00"), "cat");
    let ended = paused.unpause(&user("bob"), ts("2026-11-11")).unwrap();
    assert_eq!(holder(&ended, "2026-11-10 12:00"), "cat");
    assert_eq!(holder(&ended, "2026-11-11"), "bob");
    assert_eq!(
        ended.unpause(&user("bob"), ts("2026-11-12")),
        Err(ChangeProblem::NotPaused { person: user("bob") })
    );
}

#[test]
fn turns_change_at_the_next_hand_over() {
    let daily = Turns::parse("09:00", "Europe/Berlin", "daily").unwrap();
    let after = abc().change_turns(&daily, now()).unwrap();
    let holders =
        ["2026-11-07 23:00", "2026-11-08", "2026-11-08 07:59", "2026-11-08 08:00", "2026-11-09 08:00"];
    assert_eq!(holders.map(|at| holder(&after, at)), ["ann", "bob", "bob", "cat", "ann"]);
    assert_eq!(after.next_handover(now()), ts("2026-11-08"));
    assert_eq!(after.next_handover(ts("2026-11-08")), ts("2026-11-08 08:00"));
    assert_eq!(abc().change_turns(&Turns::runbook(), now()), Err(ChangeProblem::NothingChanges));
    // The past has its own turns.
    let later = after.change_turns(&Turns::runbook(), ts("2026-12-10")).unwrap();
    assert_eq!(holder(&later, "2026-10-01"), "nobody");
    assert_eq!(holder(&later, "2026-11-05"), "ann");
    assert_eq!(holder(&later, "2026-11-09 12:00"), "ann");
}

#[test]
fn turns_that_are_to_change_go_on_with_whoever_is_in_by_then() {
    let daily = Turns::parse("00:00", "UTC", "daily").unwrap();
    let to_change = abc().change_turns(&daily, now()).unwrap();
    // Ann's week is Bob's at once; then it is Cat's turn, and not Bob's once more.
    let removed = to_change.remove(&user("ann"), now()).unwrap();
    assert_eq!(holder(&removed, NOW), "bob");
    assert_eq!(holder(&removed, "2026-11-08 01:00"), "cat");
    assert_eq!(holder(&removed, "2026-11-09 01:00"), "bob");
    // Dan comes after Cat and before Ann, who has her turn now.
    let added = to_change.add(&user("dan"), now()).unwrap();
    let days = ["08", "09", "10", "11"].map(|day| holder(&added, &format!("2026-11-{day} 01:00")));
    assert_eq!(days, ["bob", "cat", "dan", "ann"]);
    // An order that was given stays.
    let ordered = to_change.order(&users("cat bob ann"), now()).unwrap();
    let removed = ordered.remove(&user("bob"), now()).unwrap();
    assert_eq!(holder(&removed, "2026-11-08 01:00"), "cat");
}

#[test]
fn overrides_are_cut_to_what_is_to_come() {
    let make = |from: &str, until: &str| abc().override_with(wanted("cat", from, until), now());
    assert_eq!(make("2026-11-04", "2026-11-06").unwrap().overrides[0].from, now());
    assert_eq!(make("2026-11-03", NOW), Err(ChangeProblem::Past { until: now() }));
    let (from, until) = (ts("2026-11-07"), ts("2026-11-06"));
    assert_eq!(make("2026-11-07", "2026-11-06"), Err(ChangeProblem::UntilBeforeFrom { from, until }));
    assert_eq!(make("2026-11-06", "2027-11-08"), Err(ChangeProblem::TooLong { days: 366 }));
    assert_eq!(make("2026-11-16", "2026-11-17"), Err(ChangeProblem::NothingChanges));
    assert!(make("2028-10-30", "2028-11-20").is_ok());
    assert_eq!(make("2199-12-01", "2199-12-05"), Err(ChangeProblem::TooFar { days: 732 }));
}

#[test]
fn of_two_overrides_the_later_wins() {
    let one = abc().override_with(wanted("cat", "2026-11-06", "2026-11-08"), now()).unwrap();
    let beaten: Vec<_> =
        one.beaten(ts("2026-11-07"), ts("2026-11-10")).into_iter().map(|b| (b.0.id, b.1, b.2)).collect();
    assert_eq!(beaten, [(1, ts("2026-11-07"), ts("2026-11-08"))]);
    assert_eq!(one.beaten(ts("2026-11-08"), ts("2026-11-10")), []);
    let two = one.override_with(wanted("bob", "2026-11-07", "2026-11-10"), now()).unwrap();
    assert_eq!(holder(&two, "2026-11-06 12:00"), "cat");
    assert_eq!(holder(&two, "2026-11-07"), "bob");
    let back = two.cancel_override(2, ts("2026-11-07 06:00")).unwrap();
    assert_eq!(holder(&back, "2026-11-07 05:00"), "bob");
    assert_eq!(holder(&back, "2026-11-07 06:00"), "cat");
    assert_eq!(two.cancel_override(9, now()), Err(ChangeProblem::NoSuchOverride { id: 9 }));
    let until = ts("2026-11-10");
    assert_eq!(two.cancel_override(2, until), Err(ChangeProblem::OverrideOver { id: 2, until }));
    // A new one never takes an old one's number.
    let none = two.cancel_override(2, now()).unwrap().cancel_override(1, now()).unwrap();
    assert_eq!(none.overrides, []);
    assert_eq!(
        none.override_with(wanted("bob", "2026-11-06", "2026-11-07"), now()).unwrap().overrides[0].id,
        3
    );
}

#[test]
fn covers_and_early_hand_overs() {
    let covered = abc().cover(&user("zoe"), SignedDuration::from_hours(2), now()).unwrap();
    assert_eq!(holder(&covered, "2026-11-05 11:59"), "zoe");
    assert_eq!(holder(&covered, "2026-11-05 12:00"), "ann");
    let own = abc().cover(&user("ann"), SignedDuration::from_hours(2), now());
    assert_eq!(own, Err(ChangeProblem::NothingChanges));

    let ann = user("ann");
    let early = abc().hand_over(None, &ann.clone().into(), now()).unwrap();
    assert_eq!(weeks(&early, "2026-11-01", 3), "ann bob cat");
    assert_eq!((holder(&early, NOW), holder(&early, "2026-11-07 23:59")), ("bob".into(), "bob".into()));
    let named = abc().hand_over(Some(&user("cat")), &ann.clone().into(), now()).unwrap();
    assert_eq!(holder(&named, "2026-11-07 23:59"), "cat");
    assert_eq!(abc().hand_over(Some(&ann), &ann.clone().into(), now()), Err(ChangeProblem::Yourself));
    let alone = Schedule::new(Turns::runbook(), users("ann"), ts("2026-11-01"));
    assert_eq!(alone.hand_over(None, &ann.clone().into(), now()), Err(ChangeProblem::NobodyElse));
}

#[test]
fn a_change_shows_what_it_moves() {
    let after = abc().pause(&user("bob"), ts("2026-11-06"), ts("2026-11-11"), now()).unwrap();
    let moved = Moved {
        from: ts("2026-11-08"),
        until: ts("2026-11-11"),
        was: Some(user("bob")),
        is: Some(user("cat")),
    };
    assert_eq!(diff(&abc(), &after, now(), 12), [moved]);
    assert_eq!(diff(&abc(), &abc(), now(), 12), []);
    let gone = Schedule::new(Turns::runbook(), Vec::new(), ts("2026-11-01"));
    let alone = gone.add(&user("ann"), now()).unwrap();
    let moved = diff(&gone, &alone, now(), 2);
    assert_eq!(moved.len(), 1);
    assert_eq!((&moved[0].was, moved[0].is.as_ref()), (&None, Some(&user("ann"))));
}

#[test]
fn what_a_change_moves_beyond_the_weeks_ahead_is_shown() {
    let moves = |before: &Schedule, after: &Schedule| {
        let moved = moved(before, after, now()).into_iter();
        moved.map(|one| (one.from, one.until, one.is.unwrap())).collect::<Vec<_>>()
    };
    // Twelve weeks from now end on 2027-01-28.
    for (from, until) in
        [("2027-06-01", "2027-06-02"), ("2027-01-27", "2027-01-30"), ("2028-06-01", "2028-06-02")]
    {
        let after = abc().override_with(wanted("zoe", from, until), now()).unwrap();
        assert_eq!(moves(&abc(), &after), [(ts(from), ts(until), user("zoe"))], "{from}");
        let back = after.cancel_override(1, now()).unwrap();
        assert!(!moves(&after, &back).is_empty(), "{from}");
    }
    let two = abc().override_with(wanted("zoe", "2027-08-01", "2027-08-02"), now()).unwrap();
    let two = two.override_with(wanted("zoe", "2027-06-01", "2027-06-02"), now()).unwrap();
    let starts: Vec<_> = moves(&abc(), &two).into_iter().map(|(from, ..)| from).collect();
    assert_eq!(starts, [ts("2027-06-01"), ts("2027-08-01")]);
    // In a rotation of fifteen whoever joins has it in the sixteenth week for the first time.
    let fifteen = Schedule::new(Turns::runbook(), users("a b c d e f g h i j k l m n o"), ts("2026-11-01"));
    let joined = fifteen.add(&user("zoe"), now()).unwrap();
    let first = moves(&fifteen, &joined).into_iter().next().unwrap();
    assert_eq!(first, (ts("2027-02-14"), ts("2027-02-21"), user("zoe")));
    // Bob's turns are those of a week in three.
    let paused = abc().pause(&user("bob"), ts("2027-03-01"), ts("2027-06-01"), now()).unwrap();
    assert_eq!(moves(&abc(), &paused).len(), 4);
}
