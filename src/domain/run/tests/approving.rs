//! Who may have an action carried out, and what voids it, by tables.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::actor::Actor;
use crate::effect::{EffectKind, To};
use crate::id::{RunId, UserId};
use crate::procedure::{Finding, Kept, Procedure, Runbook, Verdict};
use crate::run::announce::consequences;
use crate::run::approve::{NotApproved, Vote, holder, propose, vote};
use crate::run::change::{Ended, Policy, Prepared};
use crate::run::decide::{RunRefusal, Start, start, step};
use crate::run::moved::moved;
use crate::run::{Around, Rules, Run, RunEvent, RunEventKind, Stage, settle, still_true};

pub(super) const PROCEDURE: &str = r#"
    schema = 1
    title = "Queue failure"
    section = "2.1"
    target = { cluster = "prod", object = "deployment/queue" }
    [check.health]
    title = "health"
    http = "https://a.b/health"
    expect = { status = 200 }
    [check.version]
    title = "version"
    run = ["kubectl", "get", "deployment/queue", "-o", "json"]
    keep = { revision = "json:/revision" }
    [[rung]]
    when = { fail = ["health"] }
    do = "restart"
    [[rung]]
    human = "raise it"
    [action.restart]
    title = "Restart it"
    risk = "high"
    freeze = ["version"]
    changes = ["version.revision"]
    run = ["kubectl", "rollout", "restart", "deployment/queue"]
    undo = { run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={version.revision}"], risk = "high", until = "24h" }
    limit = "1m"
    verify = { pass = ["health"], within = "2m", every = "5s", hold = "30s" }
"#;
pub(super) const KEY: &str = "3fa9c1d2e4f50617283940a1b2c3d4e5";

pub(super) fn now() -> Timestamp {
    "2026-11-24T02:00:00Z".parse().unwrap()
}

pub(super) fn around(after: i64) -> Around {
    let on_call = BTreeSet::from([UserId::from("U0ONCALL")]);
    Around { now: now() + SignedDuration::from_secs(after), on_call, ..Around::default() }
}

pub(super) fn policy() -> Policy {
    Policy {
        people: BTreeSet::from(["U0IAN".into(), "U0MAYA".into()]),
        group: Some("S0SRE".into()),
        on_call: true,
        rota: None,
        needed: 2,
        comment: true,
        stands: SignedDuration::from_mins(10),
        break_glass: true,
    }
}

pub(super) fn found(verdict: Verdict, kept: &[(&str, &str)]) -> Finding {
    let kept = kept.iter().map(|(name, one)| ((*name).to_owned(), Kept::One((*one).to_owned()))).collect();
    Finding { verdict, notes: Vec::new(), why: None, kept }
}

pub(super) fn on(run: &mut Run, by: &str, kind: RunEventKind) {
    run.apply(&RunEvent { seq: run.events + 1, at: now(), by: by.into(), kind });
    while let Some(next) = settle(run, &around(0)) {
        run.apply(&RunEvent { seq: run.events + 1, at: now(), by: Actor::Howler, kind: next });
    }
}

pub(super) fn offered(text: &str) -> Run {
    let procedure: Procedure = toml::from_str(text).unwrap();
    let runbook = Runbook::new([Procedure { name: "queue".into(), ..procedure }]);
    let line = Start { name: "queue".into(), typed: Vec::new(), only: None, proposes: false };
    let kind = start(&runbook, &line, None, To::Emergencies).unwrap();
    let event = RunEvent { seq: 1, at: now(), by: "U0IAN".into(), kind };
    let mut run = Run::asked(RunId(1), &event).unwrap();
    for (check, finding) in
        [("health", found(Verdict::Fail, &[])), ("version", found(Verdict::Pass, &[("revision", "7")]))]
    {
        on(&mut run, "U0IAN", RunEventKind::Found { check: check.into(), finding });
    }
    run
}

pub(super) fn prepared() -> Prepared {
    Prepared {
        key: KEY.into(),
        path: "/usr/bin/kubectl".into(),
        fingerprint: "ab".into(),
        members: BTreeSet::from(["U0GROUP".into()]),
        ..Prepared::default()
    }
}

pub(super) fn asking() -> Run {
    asking_by(PROCEDURE)
}

pub(super) fn asking_by(text: &str) -> Run {
    let mut run = offered(text);
    let proposed = propose(&run, &"U0IAN".into(), policy(), &around(0), None).unwrap();
    on(&mut run, "U0IAN", proposed);
    on(&mut run, "U0IAN", RunEventKind::Prepared(Box::new(prepared())));
    run
}

pub(super) fn why(refused: Result<RunEventKind, RunRefusal>) -> Option<NotApproved> {
    match refused {
        Err(RunRefusal::NotApproved { why, .. }) => Some(why),
        Err(other) => panic!("{other:?}"),
        Ok(_) => None,
    }
}

#[test]
fn who_may_say_what_of_a_request() {
    let approve = || Vote::Approve { comment: Some("the log".into()) };
    let no = || Some("no, do not do this, it is the release".to_owned());
    let deny = || Vote::Deny { why: None };
    let alone = || Vote::BreakGlass { why: "alone".into() };
    let run = asking();
    // Who, the key or code, what, after how many seconds, and the refusal.
    type Row<'r> = (&'r str, Option<&'r str>, Vote, i64, Option<NotApproved>);
    let table: Vec<Row<'_>> = vec![
        ("U0MAYA", Some(KEY), approve(), 0, None),
        ("U0GROUP", Some(KEY), approve(), 0, None),
        ("U0ONCALL", Some(KEY), approve(), 0, None),
        ("U0MAYA", Some("3FA9C1"), approve(), 0, None),
        ("U0IAN", Some(KEY), approve(), 0, Some(NotApproved::Own)),
        ("U0ZOE", Some(KEY), approve(), 0, Some(NotApproved::NotAllowed)),
        ("U0MAYA", Some("00000000000000000000000000000000"), approve(), 0, Some(NotApproved::OtherRequest)),
        ("U0MAYA", Some("3fa9c2"), approve(), 0, Some(NotApproved::OtherRequest)),
        ("U0MAYA", None, approve(), 0, Some(NotApproved::NoCode { code: "3fa9c1".into() })),
        ("U0MAYA", Some(KEY), Vote::Approve { comment: None }, 0, Some(NotApproved::NoComment)),
        ("U0MAYA", Some(KEY), approve(), 600, Some(NotApproved::TooLate)),
        ("U0MAYA", None, deny(), 0, None),
        ("U0IAN", None, deny(), 0, None),
        ("U0ZOE", None, deny(), 0, Some(NotApproved::NotAllowed)),
        ("U0MAYA", None, deny(), 900, None),
        ("U0IAN", Some(KEY), alone(), 0, None),
        ("U0MAYA", Some(KEY), alone(), 0, Some(NotApproved::OthersRequest)),
        ("U0IAN", Some(KEY), alone(), 545, Some(NotApproved::TooLate)),
        ("U0MAYA", Some(KEY), Vote::Approve { comment: no() }, 0, Some(NotApproved::SaysNo)),
        ("U0IAN", Some(KEY), Vote::BreakGlass { why: "wait".into() }, 0, Some(NotApproved::SaysNo)),
        ("U0MAYA", None, Vote::Deny { why: no() }, 0, None),
    ];
    for (by, key, said, after, expected) in table {
        let refused = why(vote(&run, &by.into(), key, &said, &around(after)));
        assert_eq!(refused, expected, "{by} {key:?} {said:?} after {after} s");
    }
    let barred = Around { barred: Some("changes are frozen".into()), ..around(0) };
    let frozen = why(vote(&run, &"U0MAYA".into(), Some(KEY), &approve(), &barred));
    assert_eq!(frozen, Some(NotApproved::Barred { why: "changes are frozen".into() }));
}

#[test]
fn what_was_approved_by_rules_or_a_file_that_are_no_more_is_void() {
    let mut run = asking();
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    for (check, finding) in
        [("health", found(Verdict::Fail, &[])), ("version", found(Verdict::Pass, &[("revision", "7")]))]
    {
        on(&mut run, "U0IAN", RunEventKind::Found { check: check.into(), finding });
    }
    let again = RunEventKind::Prepared(Box::new(prepared()));
    run.apply(&RunEvent { seq: 99, at: now(), by: Actor::Howler, kind: again });
    // As it was asked for by a howler that froze who was on call.
    if let Stage::Changing(change) = &mut run.stage {
        change.proposed.policy.rota = Some(BTreeSet::new());
    }
    let same = || Runbook::new([Procedure::clone(&run.procedure)]);
    let other = Runbook::new([Procedure { title: "Another".into(), ..Procedure::clone(&run.procedure) }]);
    let rules = |runbook: Runbook, high: Policy| Rules { runbook: runbook.into(), medium: policy(), high };
    let without = |person: &str| {
        let mut policy = policy();
        policy.people.remove(&UserId::from(person));
        policy
    };
    for (rules, expected) in [
        (rules(same(), policy()), None),
        (rules(other, policy()), Some("the file of queue is another one now")),
        (rules(Runbook::default(), policy()), Some("there is no procedure queue any more")),
        (rules(same(), without("U0MAYA")), Some("by the rules of now U0MAYA may not approve it")),
        (
            rules(same(), Policy { group: None, ..policy() }),
            Some("by the rules of now U0GROUP may not approve it"),
        ),
        (rules(same(), Policy { needed: 3, ..policy() }), Some("by the rules of now 3 must approve it")),
    ] {
        let around = Around { rules: Some(rules), ..around(5) };
        match (settle(&run, &around), expected) {
            (Some(RunEventKind::Begun), None) => {}
            (Some(RunEventKind::Voided { moved }), Some(expected)) => assert_eq!(moved, [expected]),
            (next, expected) => panic!("{next:?}, and not {expected:?}"),
        }
    }
}

#[test]
fn who_left_the_restart_out_does_not_go_straight_for_the_rollback_alone() {
    let undo = r#"undo = { run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={version.revision}"], risk = "high", until = "24h" }"#;
    let restart = PROCEDURE.replace(undo, r#"undo = "nothing: a restart leaves nothing""#);
    let second = "    [[rung]]\n    when = { fail = [\"health\"], tried = [\"restart\"] }\n    do = \"roll_back\"\n    [[rung]]\n    human";
    let roll_back = PROCEDURE.split_once("[action.restart]").unwrap().1;
    let text = restart.replace("    [[rung]]\n    human", second) + "    [action.roll_back]" + roll_back;
    let alone = Vote::BreakGlass { why: "nobody is awake".into() };
    let mut run = asking_by(&text);
    assert_eq!(
        why(vote(&run, &"U0IAN".into(), Some(KEY), &alone, &around(0))),
        None,
        "a restart takes nothing"
    );
    on(&mut run, "U0MAYA", RunEventKind::Denied { why: None });
    let next = step(&run).unwrap();
    on(&mut run, "U0IAN", next);
    assert_eq!((&run.stage, run.tried.len()), (&Stage::Offered { rung: 1 }, 0), "left out is not tried");
    let proposed = propose(&run, &"U0IAN".into(), policy(), &around(0), None).unwrap();
    on(&mut run, "U0IAN", proposed);
    on(&mut run, "U0IAN", RunEventKind::Prepared(Box::new(prepared())));
    let refused = why(vote(&run, &"U0IAN".into(), Some(KEY), &alone, &around(0)));
    assert_eq!(refused, Some(NotApproved::NotTried { action: "Restart it".into() }));
    run.tried.push("restart".into());
    assert_eq!(why(vote(&run, &"U0IAN".into(), Some(KEY), &alone, &around(0))), None, "it ran");
}

#[test]
fn two_different_people_are_two_and_deny_wins_until_it_begins() {
    let mut run = asking();
    let approve = Vote::Approve { comment: Some("seen".into()) };
    let first = vote(&run, &"U0MAYA".into(), Some(KEY), &approve, &around(0)).unwrap();
    on(&mut run, "U0MAYA", first);
    let again = vote(&run, &"U0MAYA".into(), Some(KEY), &approve, &around(0));
    assert_eq!(why(again), Some(NotApproved::Already));
    let second = vote(&run, &"U0GROUP".into(), Some(KEY), &approve, &around(0)).unwrap();
    on(&mut run, "U0GROUP", second);
    assert_eq!(
        run.waiting,
        BTreeSet::from(["health".into(), "version".into()]),
        "all that led here is read again"
    );
    let late = vote(&run, &"U0ONCALL".into(), Some(KEY), &approve, &around(0));
    assert_eq!(why(late), Some(NotApproved::Used { by: Some("U0GROUP".into()) }));
    let deny = vote(&run, &"U0ONCALL".into(), None, &Vote::Deny { why: None }, &around(0)).unwrap();
    on(&mut run, "U0ONCALL", deny);
    assert_eq!(run.stage, Stage::Offered { rung: 0 });
}

#[test]
fn rights_are_read_again_before_it_begins() {
    let mut run = asking();
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    for (check, finding) in
        [("health", found(Verdict::Fail, &[])), ("version", found(Verdict::Pass, &[("revision", "7")]))]
    {
        on(&mut run, "U0IAN", RunEventKind::Found { check: check.into(), finding });
    }
    let left = Prepared { members: BTreeSet::new(), ..prepared() };
    run.apply(&RunEvent {
        seq: 99,
        at: now(),
        by: Actor::Howler,
        kind: RunEventKind::Prepared(Box::new(left)),
    });
    let Some(RunEventKind::Voided { moved }) = settle(&run, &around(5)) else { panic!("{:?}", run.stage) };
    assert_eq!(moved, ["U0GROUP may not approve it any more"]);
}

#[test]
fn whatever_differs_voids_it() {
    let run = asking();
    let change = run.change().unwrap();
    let same = run.findings.clone();
    let with = |check: &str, finding: Finding| {
        let mut found: BTreeMap<String, Finding> = same.clone();
        found.insert(check.to_owned(), finding);
        found
    };
    let table = [
        (prepared(), same.clone(), None),
        (Prepared { fingerprint: "cd".into(), ..prepared() }, same.clone(), Some("is another one now")),
        (Prepared { path: "/tmp/kubectl".into(), ..prepared() }, same.clone(), Some("is another one now")),
        (Prepared { environment: vec!["X".into()], ..prepared() }, same.clone(), Some("other variables")),
        (
            prepared(),
            with("version", found(Verdict::Pass, &[("revision", "8")])),
            Some("revision was 7, and is 8"),
        ),
        (prepared(), with("version", Finding::unknown("no answer")), Some("could not be told: no answer")),
        (prepared(), with("health", found(Verdict::Pass, &[])), Some("health failed before, and passes now")),
        (prepared(), with("health", found(Verdict::Fail, &[("log", "goes on")])), None),
    ];
    for (again, found, expected) in table {
        let said = moved(&run, change, &again, &found).join("; ");
        assert_eq!(expected.is_none(), said.is_empty(), "{said}");
        assert!(expected.is_none_or(|part| said.contains(part)), "{said}");
    }
}

#[test]
fn what_is_not_proposed() {
    let run = offered(PROCEDURE);
    let ian = Actor::from("U0IAN");
    let ask = |run: &Run, by: &Actor, policy: Policy, held: Option<RunId>| {
        why(propose(run, by, policy, &around(0), held))
    };
    assert_eq!(ask(&run, &ian, policy(), None), None);
    assert_eq!(ask(&run, &Actor::Shell("ian".into()), policy(), None), Some(NotApproved::FromShell));
    assert_eq!(ask(&run, &ian, Policy::default(), None), Some(NotApproved::Nobody));
    let held = Some(NotApproved::Held { by: RunId(2), target: "deployment/queue".into() });
    assert_eq!(ask(&run, &ian, policy(), Some(RunId(2))), held);
    let long = PROCEDURE
        .replace(r#""restart", "deployment/queue"]"#, &format!(r#""restart", "{}"]"#, "x".repeat(2_100)));
    assert_eq!(ask(&offered(&long), &ian, policy(), None), Some(NotApproved::TooLong));
}

#[test]
fn a_target_is_held_until_the_change_is_seen_to_be_over() {
    let other = Run { id: RunId(2), ..offered(&PROCEDURE.replace(r#"cluster = "prod", "#, "")) };
    let mut run = asking();
    assert_eq!(holder(&other, [&run]), Some(RunId(1)), "no cluster named may be this one");
    let elsewhere = Run { id: RunId(3), ..offered(&PROCEDURE.replace("prod", "test")) };
    assert_eq!(holder(&elsewhere, [&run]), None);
    for kind in [RunEventKind::Rechecked, RunEventKind::Begun] {
        run.apply(&RunEvent { seq: run.events + 1, at: now(), by: Actor::Howler, kind });
    }
    let ended = RunEventKind::Ended { ended: Ended::TimedOut { empty: false }, output: String::new() };
    run.apply(&RunEvent { seq: run.events + 1, at: now(), by: Actor::Howler, kind: ended });
    assert_eq!(holder(&other, [&run]), Some(RunId(1)), "the world is being looked at");
    for (check, finding) in
        [("health", found(Verdict::Fail, &[])), ("version", found(Verdict::Pass, &[("revision", "7")]))]
    {
        on(&mut run, "U0IAN", RunEventKind::Found { check: check.into(), finding });
    }
    assert_eq!(holder(&other, [&run]), Some(RunId(1)), "a part of it may still run");
}

#[test]
fn an_answer_to_an_earlier_asking_is_no_evidence_for_a_later_one() {
    let mut run = asking();
    let looks = |run: &Run| -> Vec<EffectKind> {
        let event = RunEvent { seq: run.events, at: now(), by: Actor::Howler, kind: RunEventKind::Rechecked };
        let all = consequences(None, run, &event, &around(0)).into_iter().map(|intent| intent.kind);
        all.filter(|kind| matches!(kind, EffectKind::Look { .. })).collect()
    };
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    let first = looks(&run);
    assert!(first.len() == 2 && first.iter().all(|look| still_true(&run, look).is_ok()));
    // Denied while they are on their way, asked for again, and approved again.
    on(&mut run, "U0ONCALL", RunEventKind::Denied { why: None });
    let again = propose(&run, &"U0IAN".into(), policy(), &around(0), None).unwrap();
    on(&mut run, "U0IAN", again);
    on(&mut run, "U0IAN", RunEventKind::Prepared(Box::new(prepared())));
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    assert!(first.iter().all(|look| still_true(&run, look).is_err()), "they were asked before");
    assert!(looks(&run).iter().all(|look| still_true(&run, look).is_ok()));
}

#[test]
fn the_order_carries_the_grace_and_the_approval_covers_it() {
    let patient = PROCEDURE.replace("limit = \"1m\"", "limit = \"1m\"\ngrace = \"30s\"");
    let procedure = |text: &str| toml::from_str::<Procedure>(text).unwrap();
    let grace = |text: &str| procedure(text).actions["restart"].grace().0;
    assert_eq!(
        (grace(PROCEDURE), grace(&patient)),
        (SignedDuration::from_secs(3), SignedDuration::from_secs(30))
    );
    let hashed = |text: &str| serde_json::to_string(&procedure(text)).unwrap();
    assert!(hashed(&patient).contains("grace"), "it is part of what is hashed");
    assert!(
        !hashed(PROCEDURE).contains("grace"),
        "what was approved before there was one is hashed as it was"
    );
    // An order of the last version.
    let old = r#"{"Act":{"run":1,"argv":["kubectl"],"path":"/k","fingerprint":"f","key":"k","limit":"60s"}}"#;
    let EffectKind::Act { grace, .. } = serde_json::from_str(old).unwrap() else { panic!("no action") };
    assert_eq!(grace.0, SignedDuration::from_secs(3));
}

#[test]
fn the_minute_of_somebody_alone_begins_with_the_word_about_this_request() {
    let mut run = asking();
    on(&mut run, "U0IAN", RunEventKind::GlassBroken { why: "alone".into() });
    let told =
        |run: &Run, seconds| run.change().unwrap().is_told_by(now() + SignedDuration::from_secs(seconds));
    assert!(!told(&run, -1), "that was said of an older request");
    assert!(told(&run, 0));
    on(&mut run, "U0IAN", RunEventKind::GlassTold);
    assert!(!told(&run, 0), "it began already");
}

#[test]
fn what_was_prepared_for_an_earlier_request_is_none_for_a_later_one() {
    let mut run = asking();
    let prepares = |run: &Run, kind: RunEventKind| {
        let event = RunEvent { seq: run.events, at: now(), by: Actor::Howler, kind };
        let all = consequences(None, run, &event, &around(0)).into_iter().map(|intent| intent.kind);
        all.filter(|kind| matches!(kind, EffectKind::Prepare { .. })).collect::<Vec<_>>()
    };
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    let last_look = prepares(&run, RunEventKind::Rechecked);
    assert!(last_look.len() == 1 && still_true(&run, &last_look[0]).is_ok());
    // Denied while it is on its way, which asked no plan, and asked for again.
    on(&mut run, "U0ONCALL", RunEventKind::Denied { why: None });
    let again = propose(&run, &"U0IAN".into(), policy(), &around(0), None).unwrap();
    let asked = again.clone();
    on(&mut run, "U0IAN", again);
    assert!(still_true(&run, &last_look[0]).is_err(), "it is for the earlier request");
    let first_look = prepares(&run, asked);
    assert!(first_look.len() == 1 && still_true(&run, &first_look[0]).is_ok());
}
