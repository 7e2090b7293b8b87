//! What an action would change, on its card: a difference, none, or that it is not known.

use insta::assert_snapshot;

use super::runs::{at, begun, found, moved, page, prepared, proposed, skips};
use crate::procedure::{dry_run, run_card};
use domain::procedure::Verdict;
use domain::run::change::Prepared;
use domain::run::difference::{Difference, Line};
use domain::run::{Run, RunEventKind};

fn offered() -> Run {
    use Verdict::{Fail, Pass};
    moved(begun(), found(Fail, Pass).into_iter().chain([skips("restart")]))
}

fn asking(difference: Difference, plan: Option<&str>) -> Run {
    let RunEventKind::Prepared(before) = prepared() else { panic!() };
    let prepared = Prepared { difference: Some(difference), plan: plan.map(str::to_owned), ..*before };
    let offered = offered();
    moved(offered.clone(), [proposed(&offered), RunEventKind::Prepared(Box::new(prepared))])
}

fn long() -> Difference {
    let lines = vec![
        Line::Goes("    Image:\tstream:7".into()),
        Line::Comes("    Image:\tstream:6 <!channel> *bold*".into()),
        Line::Gap,
        Line::Stays("    Environment:".into()),
        Line::Goes("      REDIS_URL: (not shown)".into()),
        Line::Comes("      REDIS_URL: (not shown)".into()),
    ];
    Difference::Changes { lines, more: 12, sign: "5a".into() }
}

fn cannot() -> Difference {
    Difference::CannotTell { why: "kubectl says of what runs now: error: *unable* to find revision 7".into() }
}

#[test]
fn what_an_action_would_change_stands_over_its_buttons() {
    let cards = [
        ("a long difference", asking(long(), None)),
        ("alike", asking(Difference::Nothing, None)),
        ("alike apart from what is ignored", asking(Difference::Ignored, None)),
        ("it cannot be told, and the plan stands in full", asking(cannot(), Some("Image:\tstream:6"))),
    ];
    let cards = cards.map(|(name, run)| (name, run_card(&run, Some(at()), at())));
    assert_snapshot!(page(cards.to_vec()));
}

#[test]
fn a_dry_run_says_what_would_change() {
    for (difference, expected) in [
        (long(), "and 12 more lines differ"),
        (Difference::Nothing, "What is compared here is alike. It does not show everything"),
        (Difference::Ignored, "alike apart from what is ignored"),
        (cannot(), "I cannot tell what would change"),
    ] {
        let told = dry_run(&offered(), None, Some(&difference));
        assert!(told.contains(expected), "{told}");
    }
}
