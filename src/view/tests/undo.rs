//! The card of a run whose action is taken back.

use insta::assert_snapshot;

use super::runs::{at, begun, ended, found, moved, page, prepared, proposed, skips};
use crate::procedure::run_card;
use config::ApprovalRules;
use domain::id::{RunId, UserId};
use domain::procedure::{Finding, Kept, Risk, Verdict};
use domain::run::change::Ended;
use domain::run::difference::Difference;
use domain::run::undo::{Kind, Undone, propose_undo};
use domain::run::{Around, End, Run, RunEventKind};

/// The facts of the rollback as they are now.
fn facts(current: &str) -> [RunEventKind; 2] {
    let one = |text: &str| Kept::One(text.into());
    let finding = |kept: &[(&str, Kept)]| Finding {
        verdict: Verdict::Pass,
        notes: Vec::new(),
        why: None,
        kept: kept.iter().map(|(name, kept)| ((*name).to_owned(), kept.clone())).collect(),
    };
    [
        ("history", finding(&[("current", one(current)), ("previous", one("7"))])),
        (
            "owner",
            finding(&[
                ("replicas", one("4")),
                ("template", one(if current == "7" { "5d41402abc4b" } else { "7d793037a076" })),
            ]),
        ),
    ]
    .map(|(check, finding)| RunEventKind::Found { check: check.into(), finding })
}

fn undo(run: &Run) -> RunEventKind {
    let rules = ApprovalRules { people: ["U0MAYA".into(), "U0KOFI".into()].into(), ..Default::default() };
    propose_undo(
        run,
        &UserId::from("U0KOFI").into(),
        None,
        rules.policy(Risk::High),
        &Around::default(),
        None,
    )
    .unwrap()
}

#[test]
fn cards_of_an_undo() {
    use Verdict::{Fail, Pass};
    let offered = moved(begun(), found(Fail, Pass).into_iter().chain([skips("restart")]));
    let asking = moved(offered.clone(), [proposed(&offered), prepared()]);
    let approved = || RunEventKind::Approved { comment: None };
    let acting = moved(asking, [approved(), approved(), RunEventKind::Begun]);
    let proving = moved(acting, [ended(Ended::Exit { code: Some(0) })]);
    let helped = moved(proving.clone(), [RunEventKind::Over(End::Helped)]);
    let reading = moved(proving.clone(), [undo(&proving)]);
    let asked = moved(reading.clone(), facts("8").into_iter().chain([prepared()]));
    let needless = moved(reading.clone(), facts("7").into_iter().chain([prepared()]));
    let followed = {
        let RunEventKind::Proposed(mut proposed) = undo(&proving) else { panic!() };
        proposed.kind.follows(Some(RunId(9)));
        let words = Difference::of_words("serves *6*".into(), "serves 7".into());
        let reads = |proposed| moved(proving.clone(), [RunEventKind::Proposed(proposed)]);
        let asked = |run| moved(run, facts("8").into_iter().chain([prepared()]));
        let followed = asked(reads(proposed.clone()));
        let Kind::Undo { of, newer } = &mut proposed.kind else { panic!() };
        (of.difference, *newer) = (Some(words), None);
        (followed, asked(reads(proposed)))
    };
    let denied = moved(asked.clone(), [RunEventKind::Denied { why: Some("it *helps*".into()) }]);
    let begins = moved(asked.clone(), [RunEventKind::Rechecked, RunEventKind::Begun]);
    let proved = moved(begins, [ended(Ended::Exit { code: Some(0) })]);
    let otherwise = Undone::Otherwise { what: vec!["history: current was 7, and is 9".into()] };
    let told = |undone| moved(proved.clone(), [RunEventKind::Undone(undone)]);
    let cards = [
        ("it helped, and can be taken back", helped),
        ("the facts are read", reading),
        ("people are asked", asked),
        ("it would change nothing", needless),
        ("another run changed the target since", followed.0),
        ("in words", followed.1),
        ("denied", denied),
        ("the undo is proved", proved.clone()),
        ("as before", told(Undone::AsBefore)),
        ("otherwise", told(otherwise)),
        ("moved back", told(Undone::MovedBack { what: vec!["owner: replicas was 4, and is 6".into()] })),
        ("nobody can tell", told(Undone::CannotTell)),
    ];
    let cards = cards
        .iter()
        .map(|(name, run)| (*name, run_card(run, Some(at()), at() + jiff::SignedDuration::from_secs(100))));
    assert_snapshot!(page(cards.collect()));
}
