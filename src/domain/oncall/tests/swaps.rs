//! Swaps: what is proposed, agreed to, and refused.

use super::*;

const NOW: &str = "2026-11-05 10:00";

fn propose(schedule: &Schedule, asker: &str, other: &str, within: &str) -> Result<Proposal, SwapProblem> {
    schedule.propose_swap(&user(asker), &user(other), ts(within), ts(NOW))
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
