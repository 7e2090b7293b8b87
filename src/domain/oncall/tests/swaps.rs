//! Swaps: what is proposed, agreed to, and refused.

use super::*;
use crate::oncall::answer::OncallAnswer;
use crate::oncall::confirm::Change;
use crate::oncall::decide::propose as show;
use crate::oncall::rota::Rota;

const NOW: &str = "2026-11-05 10:00";

fn propose(schedule: &Schedule, asker: &str, other: &str, within: &str) -> Result<Proposal, SwapProblem> {
    schedule.propose_swap(&user(asker), &user(other), ts(within), ts(NOW))
}

#[test]
fn a_turn_of_another_century_is_not_meant() {
    let near = ["2028-10-15", "2028-10-22", "2028-10-29"].map(|near| propose(&abc(), "ann", "bob", near));
    assert!(near.iter().filter(|proposal| proposal.is_ok()).count() == 2, "{near:?}");
    for far in ["2031-12-31", "2199-12-31"] {
        assert_eq!(propose(&abc(), "ann", "bob", far), Err(SwapProblem::TooFar { days: 732 }), "{far}");
    }
}

#[test]
fn what_is_exchanged() {
    // asker, other, within; then taker and date of the named turn, and of the one that goes back.
    let cases = [
        // Ann gives 11-22 to Bob, and takes his next turn after it.
        ("ann", "bob", "2026-11-24", "bob", "2026-11-22", "2026-11-29"),
        // Bob's turn is asked for by Ann: she takes it, and gives her next.
        ("ann", "bob", "2026-11-10", "ann", "2026-11-08", "2026-11-22"),
        ("cat", "ann", "2026-11-15", "ann", "2026-11-15", "2026-11-22"),
    ];
    for (asker, other, within, taker, named, exchange) in cases {
        let proposal = propose(&abc(), asker, other, within).unwrap();
        assert_eq!(proposal.named.taker, user(taker), "{within}");
        assert_eq!((proposal.named.from, proposal.exchange.from), (ts(named), ts(exchange)), "{within}");
        let after = abc().agree_swap(&proposal, &user(other), ts(NOW)).unwrap();
        assert_eq!(holder(&after, named), taker);
        assert_eq!(after.holder(ts(exchange)).unwrap().0, &proposal.named.giver);
        let moved = diff(&abc(), &after, ts(NOW), 26);
        assert_eq!(moved.len(), 2, "{moved:#?}");
    }
}

#[test]
fn a_turn_that_runs_is_swapped_from_now_on() {
    let proposal = propose(&abc(), "ann", "bob", "2026-11-06").unwrap();
    assert_eq!((proposal.named.from, proposal.named.until), (ts(NOW), ts("2026-11-08")));
}

#[test]
fn an_earlier_turn_goes_back_where_no_later_one_is() {
    // Bob leaves on pause after 11-15 for half a year and more.
    let paused = abc().pause(&user("bob"), ts("2026-11-15"), ts("2027-09-01"), ts(NOW)).unwrap();
    let proposal = propose(&paused, "ann", "bob", "2026-11-23").unwrap();
    assert_eq!((proposal.exchange.from, proposal.exchange.until), (ts("2026-11-08"), ts("2026-11-15")));
}

#[test]
fn what_cannot_be_swapped() {
    let (from, until) = (ts("2026-11-15"), ts("2026-11-22"));
    assert_eq!(propose(&abc(), "ann", "ann", "2026-11-24"), Err(SwapProblem::Yourself));
    let over = Err(SwapProblem::Over { until: ts("2026-11-01") });
    let older = Schedule::new(Turns::runbook(), users("ann bob cat"), ts("2026-10-04"));
    assert_eq!(propose(&older, "ann", "bob", "2026-10-28"), over);
    let elsewhere = SwapProblem::Elsewhere { holder: Some(user("cat")), from, until };
    assert_eq!(propose(&abc(), "ann", "bob", "2026-11-17"), Err(elsewhere));
    let none = SwapProblem::NoExchange { person: user("zoe") };
    assert_eq!(propose(&abc(), "ann", "zoe", "2026-11-24"), Err(none));
    let taken = abc().override_with(wanted("zoe", "2026-11-24", "2026-11-25"), ts(NOW)).unwrap();
    let overridden = SwapProblem::Overridden { id: 1, from: ts("2026-11-24"), until: ts("2026-11-25") };
    assert_eq!(propose(&taken, "ann", "bob", "2026-11-24"), Err(overridden));
    // Nobody's turn.
    let empty = Schedule::new(Turns::runbook(), Vec::new(), ts("2026-11-01"));
    let nobody = SwapProblem::Elsewhere { holder: None, from, until };
    let proposed = propose(&empty, "ann", "bob", "2026-11-17");
    assert_eq!(proposed, Err(nobody));
}

#[test]
fn an_agreement_is_to_what_was_proposed() {
    let proposal = propose(&abc(), "ann", "bob", "2026-11-24").unwrap();
    let ordered = abc().order(&users("cat bob ann"), ts(NOW)).unwrap();
    assert_eq!(ordered.agree_swap(&proposal, &user("bob"), ts(NOW)), Err(SwapProblem::Changed));
    let after = abc().agree_swap(&proposal, &user("bob"), ts(NOW)).unwrap();
    let again = after.agree_swap(&proposal, &user("bob"), ts(NOW)).unwrap_err();
    assert!(matches!(again, SwapProblem::Overridden { id: 1, .. }), "{again:?}");
    let late = abc().agree_swap(&proposal, &user("bob"), ts("2026-11-29"));
    assert_eq!(late, Err(SwapProblem::Over { until: ts("2026-11-29") }));
}

/// Ann's turn from 11-22 against Bob's from 11-29.
fn agreed() -> Schedule {
    let proposal = propose(&abc(), "ann", "bob", "2026-11-24").unwrap();
    abc().agree_swap(&proposal, &user("bob"), ts(NOW)).unwrap()
}

#[test]
fn a_half_takes_the_other_half_with_it() {
    for half in [1, 2] {
        let back = agreed().cancel_override(half, ts("2026-11-10")).unwrap();
        assert_eq!(back.overrides, [], "{half}");
        assert_eq!(weeks(&back, "2026-11-22", 2), "ann bob");
    }
    // In the middle of the first turn both end, and what has passed stays.
    let now = ts("2026-11-24");
    let back = agreed().cancel_override(2, now).unwrap();
    assert_eq!(back.overrides.iter().map(|o| (o.id, o.until)).collect::<Vec<_>>(), [(1, now)]);
    assert_eq!(weeks(&back, "2026-11-22", 2), "bob bob");
    assert_eq!(holder(&back, "2026-11-24 12:00"), "ann");
    // Another override of the same people is no half of it.
    let kind = OverrideKind::Swap { with: user("ann") };
    let other = Wanted { kind, ..wanted("bob", "2026-12-13", "2026-12-14") };
    let with = agreed().override_with(other, ts("2026-11-06")).unwrap();
    assert_eq!(with.cancel_override(3, ts("2026-11-10")).unwrap().overrides, agreed().overrides);
}

#[test]
fn what_remains_of_a_swap_is_said_before_a_half_is_taken_back() {
    let shown = |schedule: Schedule, number, now: &str| {
        let rota = Rota { schedule, ..Rota::default() };
        let shown = show(&rota, Change::Cancel { number }, &user("ann").into(), ts(now), false).unwrap();
        let OncallAnswer::Proposed { other_half, .. } = shown else { panic!("{shown:?}") };
        other_half.map(|other| (other.half.id, other.passed_until))
    };
    assert_eq!(shown(agreed(), 1, "2026-11-10"), Some((2, None)));
    assert_eq!(shown(agreed(), 2, "2026-11-10"), Some((1, None)));
    assert_eq!(shown(agreed(), 2, "2026-11-24"), Some((1, Some(ts("2026-11-24")))));
    // Bob had Ann's turn: taking back hers for his leaves him with both.
    assert_eq!(shown(agreed(), 2, "2026-11-30"), Some((1, Some(ts("2026-11-29")))));
    let alone = abc().override_with(wanted("cat", "2026-11-10", "2026-11-11"), ts(NOW)).unwrap();
    assert_eq!(shown(alone, 1, "2026-11-09"), None);
}

#[test]
fn a_swap_names_whom_it_gives_a_time_in_which_they_are_paused() {
    let until = ts("2026-11-25");
    let paused = abc().pause(&user("bob"), ts("2026-11-20"), until, ts(NOW)).unwrap();
    let proposal = propose(&paused, "ann", "bob", "2026-11-24").unwrap();
    assert_eq!(proposal.paused(&paused, ts(NOW)), [(user("bob"), until)]);
    assert_eq!(proposal.paused(&paused, until), []);
    assert_eq!(proposal.paused(&abc(), ts(NOW)), []);
}
