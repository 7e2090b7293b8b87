use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::procedure::fill::{Filling, Given, Unfilled, given};
use crate::procedure::{Command, Finding, Kept, Procedure, Verdict};

fn procedure() -> Procedure {
    toml::from_str(
        r#"
        schema = 1
        title = "T"
        section = "2.1"
        target = { cluster = "prod", namespace = "town", object = "deployment/x" }
        [params]
        tail = { type = "int", min = 10, max = 1000, default = 100 }
        name = { type = "name" }
        colour = { type = "one_of", of = ["red", "blue"], default = "red" }
        revision = { type = "one_of", of = "history.revisions", default = "history.previous" }
        at = { type = "time" }
        [check.history]
        title = "h"
        run = ["kubectl", "get", "rs"]
        keep = { revisions = "revisions", previous = "previous revision" }
        "#,
    )
    .unwrap()
}

fn findings(previous: &str, revisions: &[&str]) -> BTreeMap<String, Finding> {
    let many = Kept::Many(revisions.iter().map(|one| (*one).to_owned()).collect());
    let kept = BTreeMap::from([("previous".into(), Kept::One(previous.into())), ("revisions".into(), many)]);
    let finding = Finding { verdict: Verdict::Pass, notes: Vec::new(), why: None, kept };
    BTreeMap::from([("history".to_owned(), finding)])
}

fn filled(
    arguments: &[&str],
    typed: &[(&str, &str)],
    facts: &BTreeMap<String, Finding>,
) -> Result<Vec<String>, Unfilled> {
    let procedure = procedure();
    let typed: Vec<_> = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let given = given(&procedure, &typed)?;
    let filling = Filling { procedure: &procedure, given: &given, findings: facts };
    filling.command(&Command(arguments.iter().map(|part| (*part).to_owned()).collect()))
}

#[test]
fn slots_are_filled_by_what_was_typed_by_facts_and_by_defaults() {
    let facts = findings("6", &["5", "6", "7"]);
    let ok = |arguments: &[&str], typed: &[(&str, &str)]| filled(arguments, typed, &facts).unwrap().join(" ");
    assert_eq!(ok(&["psql", "--x={tail}"], &[]), "psql --x=100");
    assert_eq!(ok(&["psql", "{tail}"], &[("tail", "200")]), "psql 200");
    assert_eq!(ok(&["psql", "{colour}", "{revision}"], &[]), "psql red 6");
    assert_eq!(ok(&["psql", "{revision}", "{history.previous}"], &[("revision", "5")]), "psql 5 6");
    assert_eq!(ok(&["psql", "{at}"], &[("at", "2026-11-25T03:00:00Z")]), "psql 2026-11-25T03:00:00Z");
    assert_eq!(ok(&["psql", r#"{"op": 1}"#, "{}"], &[]), r#"psql {"op": 1} {}"#);
}

#[test]
fn what_runs_is_aimed_at_the_target() {
    let facts = findings("6", &["6"]);
    assert_eq!(
        filled(&["kubectl", "get", "rs"], &[], &facts).unwrap(),
        ["kubectl", "--context=prod", "--namespace=town", "get", "rs"]
    );
    assert_eq!(filled(&["helm", "list"], &[], &facts).unwrap()[1], "--kube-context=prod");
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_asked() {
    let none = BTreeMap::new();
    let long = "1".repeat(10_000);
    let bad: &[(&str, &str)] = &[
        ("tail", "9"),
        ("tail", "1001"),
        ("tail", "-50"),
        ("tail", "+50"),
        ("tail", "ten"),
        ("tail", "1e2"),
        ("tail", ""),
        ("tail", "100\n"),
        ("tail", "$(id)"),
        ("tail", "`id`"),
        ("tail", "1 0"),
        ("tail", &long),
        ("tail", "١٠٠"),
        ("name", "--all"),
        ("name", "a b"),
        ("name", "a;b"),
        ("name", "*"),
        ("name", "a\u{0}b"),
        ("name", "Web"),
        ("name", "a-"),
        ("name", "{tail}"),
        ("name", "$HOME"),
        ("name", "a/../b"),
        ("colour", "green"),
        ("colour", "red "),
        ("revision", "--to=1"),
        ("revision", "1\n2"),
        ("at", "yesterday"),
        ("at", "2026-02-31T00:00:00Z"),
    ];
    for (name, value) in bad {
        let refused = filled(&["psql"], &[(name, value)], &none).unwrap_err();
        assert!(matches!(refused, Unfilled::Unfit { .. }), "{name}={value:?}: {refused:?}");
    }
    assert!(matches!(filled(&["psql"], &[("context", "x")], &none), Err(Unfilled::NoSuchParam { .. })));
    assert!(matches!(
        filled(&["psql"], &[("tail", "10"), ("tail", "11")], &none),
        Err(Unfilled::Twice { .. })
    ));
    assert!(matches!(filled(&["psql", "{name}"], &[], &none), Err(Unfilled::Missing { .. })));
}

#[test]
fn a_fact_is_trusted_no_more_than_a_person() {
    for fact in ["--help", "6 --force", "6;id", "$(id)", "", "6\n7", "{tail}"] {
        let facts = findings(fact, &[fact]);
        assert!(filled(&["psql", "{history.previous}"], &[], &facts).is_err(), "{fact:?}");
        assert!(filled(&["psql", "{revision}"], &[], &facts).is_err(), "{fact:?}");
    }
    let facts = findings("6", &["5", "6"]);
    // A revision that is not among those that were read.
    assert!(matches!(
        filled(&["psql", "{revision}"], &[("revision", "4")], &facts),
        Err(Unfilled::Unfit { .. })
    ));
    assert!(matches!(filled(&["psql", "{revision}"], &[], &BTreeMap::new()), Err(Unfilled::NoFact { .. })));
}

proptest! {
    /// Whatever is typed, a command keeps its number of arguments, and none that was filled begins with a hyphen.
    #[test]
    fn nothing_typed_becomes_a_flag_or_a_second_argument(value in ".{0,40}", name in "[a-z]{3,8}") {
        let procedure = procedure();
        let Ok(given): Result<Given, _> = given(&procedure, &[(name, value)]) else { return Ok(()) };
        let facts = findings("6", &["5", "6"]);
        let filling = Filling { procedure: &procedure, given: &given, findings: &facts };
        let parts = ["psql", "{tail}", "{name}", "{colour}", "{at}"].map(str::to_owned);
        if let Ok(filled) = filling.command(&Command(parts.to_vec())) {
            prop_assert_eq!(filled.len(), 5);
            prop_assert!(filled.iter().all(|part| !part.starts_with('-') && !part.contains(char::is_whitespace)));
        }
    }
}

#[test]
fn scaling_up_never_scales_down() {
    let procedure: Procedure = toml::from_str(
        r#"
        schema = 1
        title = "T"
        section = "2.1"
        [params]
        replicas = { type = "int", min = 2, max = 12, default = "owner.replicas + 2", above = "owner.replicas" }
        [check.owner]
        title = "o"
        run = ["kubectl", "get", "deployment/x"]
        keep = { replicas = "json:/spec/replicas" }
        "#,
    )
    .unwrap();
    let wrong = |value: &str, than: &str| {
        Err(Unfilled::WrongWay { name: "replicas".into(), value: value.into(), than: than.into() })
    };
    let unread = || Err(Unfilled::NoFact { fact: "owner.replicas".into() });
    for (runs, typed, expected) in [
        ("3", None, Ok("5")),
        ("8", None, Ok("10")),
        ("11", None, Ok("12")),
        ("12", None, wrong("12", "12")),
        ("0", None, Ok("2")),
        ("8", Some("9"), Ok("9")),
        ("8", Some("4"), wrong("4", "8")),
        ("8", Some("8"), wrong("8", "8")),
        ("many", None, unread()),
    ] {
        let kept = BTreeMap::from([("replicas".to_owned(), Kept::One(runs.into()))]);
        let finding = Finding { verdict: Verdict::Pass, notes: Vec::new(), why: None, kept };
        let findings = BTreeMap::from([("owner".to_owned(), finding)]);
        let typed: Vec<_> = typed.iter().map(|value| ("replicas".to_owned(), (*value).to_owned())).collect();
        let given = given(&procedure, &typed).unwrap();
        let filled = Filling { procedure: &procedure, given: &given, findings: &findings }.text("{replicas}");
        assert_eq!(filled, expected.map(str::to_owned), "{runs} run, {typed:?}");
    }
}

#[test]
fn an_instant_lies_within_what_can_be_restored() {
    let procedure: Procedure = toml::from_str(
        r#"
        schema = 1
        title = "T"
        section = "3.2"
        [params]
        at = { type = "time", after = "window.earliest", before = "window.latest" }
        [check.window]
        title = "w"
        run = ["aws", "rds", "describe-db-instances"]
        keep = { earliest = "json:/a", latest = "json:/b" }
        "#,
    )
    .unwrap();
    let window = |earliest: &str, latest: &str| {
        let kept = [("earliest", earliest), ("latest", latest)].into_iter().filter(|(_, at)| !at.is_empty());
        let kept = kept.map(|(name, at)| (name.to_owned(), Kept::One(at.to_owned()))).collect();
        let finding = Finding { verdict: Verdict::Pass, notes: Vec::new(), why: None, kept };
        BTreeMap::from([("window".to_owned(), finding)])
    };
    let week = window("2026-11-17T02:10:00Z", "2026-11-24T01:55:00Z");
    let command = Command(vec!["aws".into(), "{at}".into()]);
    for (at, findings, fits) in [
        ("2026-11-24T01:55:00Z", &week, true),
        ("2026-11-23T22:00:00-04:00", &week, false),
        ("2026-11-17T02:10:00Z", &week, true),
        ("2026-11-24T01:56:00Z", &week, false),
        ("2026-11-16T00:00:00Z", &week, false),
        // Nobody knows what can be restored.
        ("2026-11-20T00:00:00Z", &window("2026-11-17T02:10:00Z", ""), false),
        ("2026-11-20T00:00:00Z", &BTreeMap::new(), false),
    ] {
        let given = Given::from([("at".to_owned(), at.to_owned())]);
        let filled = Filling { procedure: &procedure, given: &given, findings }.command(&command);
        assert_eq!(filled.is_ok(), fits, "{at}: {filled:?}");
        if let (Err(why), true) = (&filled, findings.contains_key("window")) {
            let words = why.to_string();
            assert!(words.contains("from 2026-11-17") || words.contains("could not be read"), "{words}");
        }
    }
}
