use super::*;
use domain::procedure::judge::{Since, judge};
use domain::procedure::{Procedure, Verdict};
use ground::clock::Clock;

/// What the checks of a procedure find, by name.
fn found(production: &Production, procedure: &Procedure) -> Vec<(String, Verdict)> {
    let given = std::collections::BTreeMap::new();
    let findings = std::collections::BTreeMap::new();
    let filling = domain::procedure::fill::Filling { procedure, given: &given, findings: &findings };
    let asked = procedure.checks.iter().map(|(name, check)| {
        let heard = production.ask(&filling.question(check).unwrap());
        (name.clone(), judge(check, &heard, Since::Trouble(production.clock.now())).verdict)
    });
    asked.collect()
}

fn failing(production: &Production, name: &str) -> Vec<String> {
    let runbook = procedure::load(None).runbook;
    let found = found(production, runbook.get(name).unwrap());
    assert!(found.iter().all(|(_, verdict)| *verdict != Verdict::Unknown), "{found:?}");
    found.into_iter().filter(|(_, verdict)| *verdict == Verdict::Fail).map(|(name, _)| name).collect()
}

#[test]
fn what_is_broken_fails_and_nothing_else() {
    for (word, procedure, expected) in [
        ("mend", "event-stream-failure", vec![]),
        ("release", "event-stream-failure", vec!["errors", "health"]),
        ("hang", "event-stream-failure", vec!["errors", "health"]),
        ("memory", "event-stream-failure", vec!["health", "memory"]),
        ("redis", "event-stream-failure", vec!["health", "redis"]),
        ("site", "web-rollback", vec!["site"]),
        ("site", "deployment-failure", vec!["site"]),
        ("mend", "health", vec![]),
    ] {
        let production = Production::new(Clock::system());
        production.breaks(word).unwrap();
        assert_eq!(failing(&production, procedure), expected, "{word}");
    }
    assert!(Production::new(Clock::system()).breaks("everything").is_err());
}

#[test]
fn what_helps_is_what_the_runbook_says() {
    let act = |production: &Production, line: &str| {
        let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
        production.act(&argv).0
    };
    for (broken, tried, helps) in [
        ("release", "kubectl rollout restart deployment/event-stream", false),
        ("release", "kubectl --context=prod rollout undo deployment/event-stream --to-revision=7", true),
        ("release", "kubectl rollout undo deployment/event-stream --to-revision=8", false),
        ("release", "kubectl rollout undo deployment/event-stream --to-revision=7 --dry-run=client", false),
        ("hang", "kubectl rollout restart deployment/event-stream", true),
        ("memory", "kubectl scale deployment/event-stream --replicas=4", true),
        ("memory", "kubectl scale deployment/event-stream --replicas=3", false),
        ("redis", "kubectl rollout restart deployment/event-stream", false),
        ("site", "vercel rollback monkeytown-4.vercel.app", true),
    ] {
        let production = Production::new(Clock::system());
        production.breaks(broken).unwrap();
        assert_eq!(act(&production, tried), Ended::Exit { code: Some(0) }, "{tried}");
        let world = production.world();
        assert_eq!(world.stream_is_well() && world.site_is_well(), helps, "{broken}: {tried}");
    }
    for (broken, helps, undo) in [
        (
            "release",
            "kubectl rollout undo deployment/event-stream --to-revision=7",
            "kubectl rollout undo deployment/event-stream --to-revision=8",
        ),
        (
            "memory",
            "kubectl scale deployment/event-stream --replicas=4",
            "kubectl scale deployment/event-stream --replicas=3",
        ),
        ("site", "vercel rollback monkeytown-4.vercel.app", "vercel promote monkeytown-5.vercel.app"),
    ] {
        let production = Production::new(Clock::system());
        production.breaks(broken).unwrap();
        let well = |line: &str| {
            assert_eq!(act(&production, line), Ended::Exit { code: Some(0) }, "{line}");
            let world = production.world();
            world.stream_is_well() && world.site_is_well()
        };
        assert_eq!((well(helps), well(undo)), (true, false), "{broken}: it is as broken as it was");
    }
    let production = Production::new(Clock::system());
    let unknown = act(&production, "kubectl rollout undo deployment/event-stream --to-revision=99");
    assert_eq!(unknown, Ended::Exit { code: Some(1) });
    assert!(matches!(act(&production, "rm -rf /"), Ended::NotBegun { .. }));
}

#[test]
fn after_a_restart_the_step_back_is_still_to_the_version_before() {
    let production = Production::new(Clock::system());
    production.breaks("release").unwrap();
    let restart = ["kubectl", "rollout", "restart", "deployment/event-stream"].map(str::to_owned);
    assert_eq!(production.act(&restart).0, Ended::Exit { code: Some(0) });
    let runbook = procedure::load(None).runbook;
    let history = &runbook.get("event-stream-failure").unwrap().checks["history"];
    let question = Question::Run(vec![
        "kubectl".into(),
        "get".into(),
        "rs,pods".into(),
        "-l".into(),
        "app=event-stream".into(),
    ]);
    let kept = judge(history, &production.ask(&question), Since::Trouble(production.clock.now())).kept;
    assert_eq!(kept["current"].short().as_deref(), Some("9"), "a restart makes a revision");
    assert_eq!(kept["previous"].short().as_deref(), Some("7"), "8 is what was restarted");
}

#[test]
fn the_site_does_not_go_back_to_a_deployment_that_a_rollback_left() {
    let production = Production::new(Clock::system());
    let runbook = procedure::load(None).runbook;
    let deployments = &runbook.get("web-rollback").unwrap().checks["deployments"];
    let previous = || {
        let heard = production.ask(&Question::Vercel("deployments: 10".into()));
        judge(deployments, &heard, Since::Trouble(production.clock.now())).kept["previous"].short().unwrap()
    };
    production.breaks("site").unwrap();
    let good = previous();
    let rollback = ["vercel", "rollback", &good].map(str::to_owned);
    assert_eq!(production.act(&rollback).0, Ended::Exit { code: Some(0) });
    production.breaks("site").unwrap();
    assert_eq!(previous(), good, "what was left in between is no target");
}
