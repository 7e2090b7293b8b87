//! What a person sees in place of a check that could not tell, and a request that nobody answers.

use jiff::SignedDuration;

use super::approving::{KEY, PROCEDURE, around, asking, found, now, offered, on, policy, prepared, why};
use crate::actor::Actor;
use crate::id::RunId;
use crate::procedure::Verdict::{self, Fail, Pass, Unknown};
use crate::run::approve::{NotApproved, Vote, propose, vote};
use crate::run::change::Phase;
use crate::run::decide::{Doing, RunRefusal, look_again};
use crate::run::seen::see;
use crate::run::{Run, RunEvent, RunEventKind, Stage, fire};

fn finds(run: &mut Run, health: Verdict) {
    for (check, finding) in [("health", found(health, &[])), ("version", found(Pass, &[("revision", "7")]))] {
        on(run, "U0IAN", RunEventKind::Found { check: check.into(), finding });
    }
}

/// The site hangs, for all that howler can tell.
fn blind() -> Run {
    let mut run = offered(PROCEDURE);
    let again = look_again(&run).unwrap();
    on(&mut run, "U0IAN", again);
    finds(&mut run, Unknown);
    run
}

#[test]
fn a_person_sees_what_a_check_could_not_tell_and_the_ladder_goes_on() {
    let mut run = blind();
    assert_eq!((&run.stage, run.to_be_seen()), (&Stage::Offered { rung: 1 }, vec!["health".to_owned()]));
    let nobody = propose(&run, &"U0IAN".into(), policy(), &around(0), None);
    assert!(nobody.is_err(), "nothing is changed on a blind spot");

    let seen = see(&run, None, Some("502 at the gate".into())).unwrap();
    on(&mut run, "U0IAN", seen);
    assert_eq!((&run.stage, run.to_be_seen()), (&Stage::Offered { rung: 0 }, Vec::new()));
    let by = &run.seen["health"];
    assert_eq!(
        (by.by.to_string(), by.at, by.says.as_deref()),
        ("U0IAN".into(), now(), Some("502 at the gate"))
    );
    assert_eq!(run.findings["health"].verdict, Unknown, "what howler found stays what it is");

    // It is approved and read once more: it may stay unknown, and where it can be told that counts.
    for (health, begins) in [(Unknown, true), (Fail, true), (Pass, false)] {
        let mut run = run.clone();
        let proposed = propose(&run, &"U0IAN".into(), policy(), &around(0), None).unwrap();
        on(&mut run, "U0IAN", proposed);
        on(&mut run, "U0IAN", RunEventKind::Prepared(Box::new(prepared())));
        for by in ["U0MAYA", "U0GROUP"] {
            on(&mut run, by, RunEventKind::Approved { comment: Some("I see it too".into()) });
        }
        finds(&mut run, health);
        on(&mut run, "U0IAN", RunEventKind::Prepared(Box::new(prepared())));
        let acts = run.change().is_some_and(|change| matches!(change.phase, Phase::Acting { .. }));
        assert_eq!(acts, begins, "{health:?}: {:?}", run.last);
    }

    // Asked again, whoever saw it saw it then.
    let again = look_again(&run).unwrap();
    on(&mut run, "U0IAN", again);
    finds(&mut run, Unknown);
    assert_eq!((&run.stage, run.seen.len()), (&Stage::Offered { rung: 1 }, 0));
}

#[test]
fn who_sees_what_led_to_it_is_no_second_pair_of_eyes() {
    let mut run = blind();
    let fine = see(&run, None, Some("it is up again, all fine".into()));
    assert_eq!(fine, Err(RunRefusal::SeenWell { run: RunId(1) }));
    let seen = see(&run, None, Some("502 at the gate".into())).unwrap();
    on(&mut run, "U0MAYA", seen);
    let proposed = propose(&run, &"U0IAN".into(), policy(), &around(0), None).unwrap();
    on(&mut run, "U0IAN", proposed);
    on(&mut run, "U0IAN", RunEventKind::Prepared(Box::new(prepared())));
    let approve = Vote::Approve { comment: Some("the log".into()) };
    for (by, expected) in [("U0MAYA", Some(NotApproved::Witness)), ("U0GROUP", None), ("U0ONCALL", None)] {
        assert_eq!(why(vote(&run, &by.into(), Some(KEY), &approve, &around(0))), expected, "{by}");
    }
    let asked = run.change().unwrap().approvers(&around(0).on_call);
    assert!(!asked.contains(&"U0MAYA".into()) && asked.contains(&"U0GROUP".into()), "{asked:?}");
}

#[test]
fn nobodys_word_takes_the_place_of_what_could_be_told() {
    for health in [Pass, Fail] {
        let mut run = blind();
        let again = look_again(&run).unwrap();
        on(&mut run, "U0IAN", again);
        finds(&mut run, health);
        let refused = see(&run, Some("health"), None);
        let expected = match health {
            Pass => RunRefusal::NotNow { run: RunId(1), what: Doing::Over },
            _ => RunRefusal::NotToBeSeen { run: RunId(1), could: Vec::new() },
        };
        assert_eq!(refused, Err(expected), "{health:?}");
    }
    // Facts are no matter of opinion.
    let refused = see(&blind(), Some("version"), None);
    assert_eq!(refused, Err(RunRefusal::NotToBeSeen { run: RunId(1), could: vec!["health".into()] }));
}

#[test]
fn a_request_that_nobody_answers_is_asked_again_and_louder() {
    let mut run = asking();
    let after = |minutes: i64| now() + SignedDuration::from_mins(minutes);
    for (minutes, expected) in [(5, Some(1)), (5, None), (7, None), (8, Some(2)), (9, None)] {
        let fired = fire(&run, after(minutes));
        let asks = matches!(fired, Some(RunEventKind::AskedAgain));
        assert_eq!(asks, expected.is_some(), "after {minutes} min: {fired:?}");
        if let Some(kind) = fired.filter(|_| asks) {
            run.apply(&RunEvent { seq: run.events + 1, at: after(minutes), by: Actor::Howler, kind });
            assert_eq!(run.change().map(|change| change.asked_again), expected);
        }
    }
    assert!(matches!(fire(&run, after(10)), Some(RunEventKind::Expired)));
    // A first answer is one: who is missing is on the card.
    let mut run = asking();
    let approve = Vote::Approve { comment: Some("the log".into()) };
    assert_eq!(why(vote(&run, &"U0MAYA".into(), Some(KEY), &approve, &around(0))), None);
    on(&mut run, "U0MAYA", RunEventKind::Approved { comment: Some("the log".into()) });
    assert!(!matches!(fire(&run, after(6)), Some(RunEventKind::AskedAgain)));
}
