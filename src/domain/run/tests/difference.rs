//! What people approve is a difference to what there is, and it does not move unseen.

use super::approving::{PROCEDURE, around, asking_by, offered, policy, prepared};
use crate::effect::EffectKind;
use crate::run::announce::consequences;
use crate::run::approve::propose;
use crate::run::change::Prepared;
use crate::run::difference::{Compared, Difference, Line};
use crate::run::moved::moved;
use crate::run::{Run, RunEvent, RunEventKind, Stage};

const AGAINST: &str = r##"freeze = ["version"]
    plan = ["kubectl", "rollout", "history", "deployment/queue", "--revision=6"]
    against = { run = ["kubectl", "rollout", "history", "deployment/queue", "--revision={version.revision}"], given = "Pod Template:", ignore = ["#[0-9]+"] }"##;

fn compares() -> String {
    PROCEDURE.replace("freeze = [\"version\"]", AGAINST)
}

fn changes(sign: &str) -> Difference {
    Difference::Changes { lines: vec![Line::Comes("Image: web:1".into())], more: 0, sign: sign.into() }
}

#[test]
fn a_difference_that_moved_voids_and_one_that_nobody_was_shown_does_not() {
    let cannot = || Difference::CannotTell { why: "no answer".into() };
    for (shown, now, expected) in [
        (Some(changes("a")), Some(changes("a")), None),
        (Some(changes("a")), Some(changes("b")), Some("is not what was shown any more")),
        (Some(changes("a")), Some(Difference::Nothing), Some("is not what was shown any more")),
        (Some(changes("a")), Some(cannot()), Some("could not be told any more: no answer")),
        (Some(changes("a")), None, Some("is not what was shown any more")),
        (Some(Difference::Nothing), Some(Difference::Nothing), None),
        (Some(Difference::Ignored), Some(Difference::Nothing), None),
        (Some(Difference::Ignored), Some(changes("a")), Some("is not what was shown any more")),
        (Some(Difference::Nothing), Some(changes("a")), Some("is not what was shown any more")),
        (Some(cannot()), Some(changes("a")), None),
        (Some(cannot()), Some(cannot()), None),
        (None, None, None),
        // An earlier howler asked.
        (None, Some(changes("a")), None),
    ] {
        let mut run = asking_by(&compares());
        let Stage::Changing(change) = &mut run.stage else { panic!() };
        change.prepared.difference = shown.clone();
        let again = Prepared { difference: now.clone(), ..prepared() };
        let said = moved(&run, run.change().unwrap(), &again, &run.findings).join("; ");
        assert_eq!(expected.is_none(), said.is_empty(), "{shown:?} {now:?}: {said}");
        assert!(expected.is_none_or(|part| said.contains(part)), "{said}");
    }
}

#[test]
fn the_plan_that_is_compared_is_asked_again_before_it_begins() {
    let asked = |before: &Run, kind: RunEventKind| {
        let event = RunEvent { seq: before.events + 1, at: around(0).now, by: "U0IAN".into(), kind };
        let mut after = before.clone();
        after.apply(&event);
        let all =
            consequences(Some(before), &after, &event, &around(0)).into_iter().map(|intent| intent.kind);
        all.filter_map(|kind| match kind {
            EffectKind::Prepare { plan, against, again, .. } => Some((plan, against, again)),
            _ => None,
        })
        .collect::<Vec<_>>()
    };
    let command = |revision: &str| {
        let words = ["kubectl", "--context=prod", "rollout", "history", "deployment/queue", revision];
        words.map(str::to_owned).to_vec()
    };
    let run = offered(&compares());
    let proposed = propose(&run, &"U0IAN".into(), policy(), &around(0), None).unwrap();
    let against = Compared {
        argv: command("--revision=7"),
        given: "Pod Template:".into(),
        ignore: vec!["#[0-9]+".into()],
    };
    let plan = command("--revision=6");
    assert_eq!(asked(&run, proposed), [(Some(plan.clone()), Some(against.clone()), false)]);
    assert_eq!(asked(&asking_by(&compares()), RunEventKind::Rechecked), [(Some(plan), Some(against), true)]);
    // What else a plan prints moves by itself.
    let plain = PROCEDURE.replace("limit = ", "plan = [\"kubectl\", \"rollout\", \"status\"]\n    limit = ");
    assert_eq!(asked(&asking_by(&plain), RunEventKind::Rechecked), [(None, None, true)]);
}

#[test]
fn facts_say_in_words_what_would_change_and_the_approval_covers_it() {
    let words = |then: &str| {
        let words = format!(
            "freeze = [\"version\"]\n    difference = {{ now = \"revision: {{version.revision}}\", then = \"revision: {then}\" }}"
        );
        asking_by(&PROCEDURE.replace("freeze = [\"version\"]", &words))
    };
    let run = words("6");
    let expected = Difference::Changes {
        lines: vec![Line::Goes("revision: 7".into()), Line::Comes("revision: 6".into())],
        more: 0,
        sign: String::new(),
    };
    assert_eq!(run.change().unwrap().difference(), Some(&expected));
    assert_eq!(words("7").change().unwrap().difference(), Some(&Difference::Nothing));
    let mut other = run.clone();
    let Stage::Changing(change) = &mut other.stage else { panic!() };
    change.prepared.difference = Some(changes("a"));
    let covered = |of: &Run| of.change().unwrap().covered(of);
    assert_ne!(covered(&run), covered(&other));
}
