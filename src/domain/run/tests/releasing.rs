//! Who frees a target that is held, and what a run is that was released, by tables.

use jiff::SignedDuration;

use super::approving::{KEY, PROCEDURE, around, asking, now, offered, on, policy, prepared, why};
use crate::actor::Actor;
use crate::effect::EffectKind;
use crate::id::RunId;
use crate::run::announce::consequences;
use crate::run::approve::{NotApproved, Vote, holder};
use crate::run::audit::{AuditRelease, Audited, audited};
use crate::run::change::{Aftermath, Ended, Policy};
use crate::run::decide::abort;
use crate::run::release::{ask, vote};
use crate::run::undo::propose_undo;
use crate::run::{End, Run, RunEvent, RunEventKind, Stage, fire, settle};

const RELEASE: &str = "7aaaaad2e4f50617283940a1b2c3d4e5";

fn acting() -> Run {
    let mut run = asking();
    for by in ["U0MAYA", "U0ONCALL"] {
        on(&mut run, by, RunEventKind::Approved { comment: None });
    }
    on(&mut run, "U0IAN", RunEventKind::Begun);
    run
}

fn proving() -> Run {
    let mut run = acting();
    on(
        &mut run,
        "U0IAN",
        RunEventKind::Ended { ended: Ended::Exit { code: Some(0) }, output: String::new() },
    );
    run
}

/// Its program could not be ended wholly, and then it was closed.
fn left_over() -> Run {
    let mut run = acting();
    let ended = Ended::Stopped { empty: false };
    on(&mut run, "U0IAN", RunEventKind::Ended { ended, output: String::new() });
    on(&mut run, "U0IAN", RunEventKind::Over(End::Aborted));
    run
}

fn wanted(mut run: Run) -> Run {
    let kind = ask(&run, &"U0IAN".into(), "I looked, it is gone", policy()).unwrap();
    on(&mut run, "U0IAN", kind);
    let members = ["U0GROUP".into()].into();
    on(&mut run, "U0IAN", RunEventKind::ReleasePrepared { key: RELEASE.into(), members });
    run
}

fn other() -> Run {
    Run { id: RunId(2), ..offered(PROCEDURE) }
}

#[test]
fn what_is_left_over_holds_the_target_until_it_is_released_whatever_becomes_of_the_run() {
    let mut run = left_over();
    let held = |run: &Run| holder(&other(), [run]) == Some(RunId(1));
    assert!(run.is_over() && held(&run) && !run.is_done());
    let mut again = acting();
    on(
        &mut again,
        "U0IAN",
        RunEventKind::Ended { ended: Ended::TimedOut { empty: false }, output: String::new() },
    );
    on(&mut again, "U0IAN", RunEventKind::Judged(Aftermath::CannotTell));
    on(&mut again, "U0IAN", RunEventKind::Stepped { rung: 0 });
    assert_eq!(again.last, None);
    assert!(held(&again), "to go on ends no hold");
    assert_eq!(holder(&again, [&again]), Some(RunId(1)), "it changes nothing more itself");
    // One that ended whole holds nothing once it is over.
    let mut clean = acting();
    on(
        &mut clean,
        "U0IAN",
        RunEventKind::Ended { ended: Ended::Exit { code: Some(3) }, output: String::new() },
    );
    assert!(held(&clean), "the world is being looked at");
    on(&mut clean, "U0IAN", RunEventKind::Over(End::Aborted));
    assert!(!held(&clean) && clean.is_done());
    run = wanted(run);
    assert!(held(&run), "a wish frees nothing");
    on(&mut run, "U0MAYA", RunEventKind::Released { comment: None });
    assert!(!held(&run) && run.is_done());
    assert!(matches!(run.stage, Stage::Over { end: End::Aborted, .. }), "it was over before");
}

#[test]
fn who_may_ask_for_what() {
    let asks = |run: &Run, by: &str, policy: Policy| why(ask(run, &by.into(), "it is gone", policy));
    let over = {
        let mut run = offered(PROCEDURE);
        on(&mut run, "U0IAN", RunEventKind::Over(End::Aborted));
        run
    };
    let shell = Actor::Shell("root".into());
    for (run, by, policy, wanted) in [
        (&left_over(), "U0ZOE", policy(), None),
        (&asking(), "U0ZOE", policy(), Some(NotApproved::NotBegun)),
        (&proving(), "U0ZOE", policy(), None),
        (&acting(), "U0ZOE", policy(), Some(NotApproved::StillRuns)),
        (&over, "U0ZOE", policy(), Some(NotApproved::NotHeld)),
        (&offered(PROCEDURE), "U0ZOE", policy(), Some(NotApproved::NotHeld)),
        (&left_over(), &shell.to_string(), policy(), Some(NotApproved::FromShell)),
        (&left_over(), "U0ZOE", Policy::default(), Some(NotApproved::Nobody)),
        (&wanted(left_over()), "U0ZOE", policy(), Some(NotApproved::ReleaseAsked)),
    ] {
        assert_eq!(asks(run, by, policy), wanted, "{by}: {:?}", run.stage);
    }
}

#[test]
fn who_may_agree() {
    let run = wanted(left_over());
    let (agree, deny) = (Vote::Approve { comment: None }, Vote::Deny { why: None });
    let alone = Vote::BreakGlass { why: "alone".into() };
    let own_key = Some(RELEASE);
    for (by, key, word, after, refused) in [
        ("U0MAYA", own_key, &agree, 0, None),
        ("U0GROUP", Some("7AAAAA"), &agree, 0, None),
        ("U0ONCALL", own_key, &agree, 0, None),
        ("U0IAN", own_key, &agree, 0, Some(NotApproved::Own)),
        ("U0ZOE", own_key, &agree, 0, Some(NotApproved::NotAllowed)),
        ("U0MAYA", None, &agree, 0, Some(NotApproved::NoCode { code: "7aaaaa".into() })),
        ("U0MAYA", own_key, &agree, 600, Some(NotApproved::TooLate)),
        ("U0MAYA", own_key, &deny, 0, None),
        ("U0IAN", None, &deny, 0, None),
        ("U0ZOE", own_key, &deny, 0, Some(NotApproved::NotAllowed)),
        ("U0MAYA", own_key, &alone, 0, Some(NotApproved::NoGlass)),
    ] {
        let said = vote(&run, &by.into(), key, word, &around(after));
        assert_eq!(why(said), refused, "{by} {key:?} {word:?} after {after} s");
    }
    assert!(run.release_is_meant(own_key) && run.release_is_meant(None) && !run.release_is_meant(Some(KEY)));
    assert_eq!(run.timers().map(|(_, due)| due).next(), Some(now() + SignedDuration::from_mins(10)));
    assert_eq!(fire(&run, now() + SignedDuration::from_mins(9)), None);
    assert_eq!(fire(&run, now() + SignedDuration::from_mins(10)), Some(RunEventKind::ReleaseExpired));
}

#[test]
fn what_was_agreed_to_is_one_hold() {
    let agree =
        |run: &Run| vote(run, &"U0MAYA".into(), Some(RELEASE), &Vote::Approve { comment: None }, &around(0));
    assert_eq!(why(agree(&wanted(proving()))), None);
    let undone = propose_undo(&proving(), &"U0IAN".into(), None, policy(), &around(0), None).unwrap();
    for (ends, then) in [
        ("it helped", RunEventKind::Over(End::Helped)),
        ("it did not help", RunEventKind::DidNotHelp),
        ("it was closed", RunEventKind::Over(End::Aborted)),
        ("it is to be taken back", undone),
    ] {
        let mut run = wanted(proving());
        on(&mut run, "U0IAN", then);
        assert_eq!(run.release, None, "{ends}: nobody is asked about it any more");
        assert_eq!(why(agree(&run)), Some(NotApproved::NotAsked), "{ends}");
        assert!(run.timers().all(|(_, due)| fire(&run, due) != Some(RunEventKind::ReleaseExpired)), "{ends}");
    }
}

#[test]
fn what_was_released_is_not_held_again_by_an_undo_that_is_not_begun() {
    let mut run = acting();
    on(
        &mut run,
        "U0IAN",
        RunEventKind::Ended { ended: Ended::Stopped { empty: false }, output: String::new() },
    );
    on(&mut run, "U0IAN", RunEventKind::Judged(Aftermath::CannotTell));
    on(&mut run, "U0IAN", RunEventKind::Over(End::Aborted));
    let mut run = wanted(run);
    on(&mut run, "U0MAYA", RunEventKind::Released { comment: None });
    let proposed = propose_undo(&run, &"U0IAN".into(), None, policy(), &around(0), None).unwrap();
    on(&mut run, "U0IAN", proposed);
    assert!(run.holds(), "an undo is a change");
    let closed = abort(&run).unwrap();
    on(&mut run, "U0ZOE", closed);
    assert!(!run.holds() && run.is_done(), "{:?}", run.stage);
}

#[test]
fn a_card_shows_a_release_while_its_action_is_proved() {
    let before = proving();
    let kind = ask(&before, &"U0IAN".into(), "I looked", policy()).unwrap();
    let event = RunEvent { seq: before.events + 1, at: now(), by: "U0IAN".into(), kind };
    let mut after = before.clone();
    after.apply(&event);
    let effects = consequences(Some(&before), &after, &event, &around(0));
    assert!(effects.iter().any(|effect| matches!(effect.kind, EffectKind::RunCard { .. })), "{effects:?}");
}

#[test]
fn nothing_of_a_released_run_begins_or_counts_as_help() {
    let mut broke = acting();
    on(&mut broke, "U0IAN", RunEventKind::Ended { ended: Ended::Interrupted, output: String::new() });
    for run in [broke, proving()] {
        let mut run = wanted(run);
        on(&mut run, "U0MAYA", RunEventKind::Released { comment: None });
        assert!(matches!(run.stage, Stage::Over { end: End::Released, .. }), "{:?}", run.stage);
        let late = [
            RunEventKind::Prepared(Box::new(prepared())),
            RunEventKind::Begun,
            RunEventKind::Weighed { pass: true },
            RunEventKind::Ended { ended: Ended::Exit { code: Some(0) }, output: String::new() },
        ];
        for kind in late {
            run.apply(&RunEvent { seq: run.events + 1, at: now(), by: Actor::Howler, kind });
            assert_eq!(settle(&run, &around(900)), None);
            assert_eq!(fire(&run, now() + SignedDuration::from_hours(1)), None);
            assert!(run.change().is_none() && run.timers().next().is_none() && !run.holds());
        }
    }
}

#[test]
fn the_audit_has_who_asked_who_agreed_and_why() {
    let before = wanted(left_over());
    let kind = RunEventKind::Released { comment: Some("I looked too".into()) };
    let event = RunEvent { seq: before.events + 1, at: now(), by: "U0MAYA".into(), kind };
    let mut after = before.clone();
    after.apply(&event);
    let Some(Audited::Release { run, target, hold, what, .. }) = audited(&before, &after, &event) else {
        panic!()
    };
    assert_eq!((run, target.as_str(), hold), (RunId(1), "deployment/queue", before.hold));
    let (asked_by, why) = ("U0IAN".into(), "I looked, it is gone".into());
    assert_eq!(what, AuditRelease::Released { asked_by, why, comment: Some("I looked too".into()) });
}
