//! Steps that cannot be made of what was found: they are passed over, and say why.

use super::*;
use crate::procedure::Kept;

fn scaling() -> Runbook {
    let text = r#"
        schema = 1
        title = "Queue failure"
        section = "2.1"
        target = { object = "deployment/queue", namespace = "town", cluster = "town" }
        [params]
        replicas = { type = "int", min = 2, max = 12, default = "owner.replicas + 2", above = "owner.replicas" }
        [check.health]
        title = "health"
        http = "https://a.b/health"
        expect = { status = 200 }
        [check.owner]
        title = "owner"
        run = ["kubectl", "get", "deployment/queue", "-o", "json"]
        keep = { replicas = "json:/spec/replicas" }
        [[rung]]
        when = { fail = ["health"] }
        do = "scale_up"
        [[rung]]
        when = { fail = ["health"], tried = ["scale_up"] }
        human = "look at what it waits for"
        [[rung]]
        human = "raise it"
        [action.scale_up]
        title = "Scale to {replicas} pods"
        risk = "medium"
        freeze = ["owner.replicas"]
        changes = ["owner.replicas"]
        run = ["kubectl", "scale", "deployment/queue", "--replicas={replicas}"]
        undo = { run = ["kubectl", "scale", "deployment/queue", "--replicas={owner.replicas}"], risk = "medium", until = "24h" }
        limit = "60s"
        verify = { pass = ["health"], within = "3m", every = "10s", hold = "60s" }
    "#;
    let procedure: Procedure = toml::from_str(text).unwrap();
    Runbook::new([Procedure { name: "queue-failure".into(), ..procedure }])
}

/// A run in which so many run, as somebody typed what they want.
fn led(runs: Option<&str>, typed: Option<&str>) -> Moving {
    let typed = typed.iter().map(|value| ("replicas".to_owned(), (*value).to_owned())).collect();
    let line = Start { name: "queue".into(), typed, only: None, proposes: false };
    let kind = start(&scaling(), &line, None, To::Emergencies).unwrap();
    let event = RunEvent { seq: 1, at: Timestamp::UNIX_EPOCH, by: Actor::from("U0IAN"), kind };
    let mut run = Moving(Run::asked(RunId(1), &event).unwrap(), Vec::new());
    run.found("health", Verdict::Fail);
    owned(&mut run, runs);
    run
}

fn owned(run: &mut Moving, runs: Option<&str>) {
    let verdict = if runs.is_some() { Verdict::Pass } else { Verdict::Unknown };
    let kept = runs.map(|runs| ("replicas".to_owned(), Kept::One(runs.to_owned())));
    let finding = Finding { verdict, kept: kept.into_iter().collect(), ..Finding::unknown("") };
    run.on(RunEventKind::Found { check: "owner".into(), finding });
}

#[test]
fn a_step_that_cannot_be_made_is_passed_over_and_the_next_one_comes() {
    for (runs, typed, rung, why) in [
        (Some("3"), None, 0, None),
        // All that may run do.
        (Some("12"), None, 1, Some("replicas must be more than the 12 that there are, and is 12")),
        (None, None, 1, Some("owner.replicas could not be read")),
        // Whoever typed it can type something else.
        (Some("8"), Some("4"), 0, None),
    ] {
        let run = led(runs, typed);
        assert_eq!(run.0.stage, Stage::Offered { rung }, "{runs:?} {typed:?}");
        let over = run.0.passed_over.first().map(|(rung, why)| (*rung, why.as_str()));
        assert_eq!(over, why.map(|why| (0, why)), "{runs:?} {typed:?}");
        let told = run.1.iter().any(|note| matches!(note, RunNote::PassedOver { .. }));
        assert_eq!(told, why.is_some(), "{:?}", run.1);
        assert!(run.0.tried.is_empty(), "nothing was tried");
    }
}

#[test]
fn with_other_facts_it_is_offered_after_all() {
    let mut run = led(Some("12"), None);
    assert_eq!(run.0.stage, Stage::Offered { rung: 1 });
    run.on(look_again(&run.0).unwrap());
    run.found("health", Verdict::Fail);
    owned(&mut run, Some("10"));
    assert_eq!((&run.0.stage, run.0.passed_over.len()), (&Stage::Offered { rung: 0 }, 0));
    assert!(run.0.left_out.is_empty());
}
