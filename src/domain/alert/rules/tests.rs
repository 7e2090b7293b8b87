use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::*;
use crate::alert::signal::{Said, Trouble};

fn now() -> Timestamp {
    "2026-11-29T03:00:00Z".parse().unwrap()
}

fn signal(source: Source, trouble: Trouble, facts: &[(&str, &str)]) -> Signal {
    let facts = facts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Signal {
        source,
        key: "disk/eu-west/3".into(),
        said: Said::Firing,
        trouble,
        severity: None,
        title: "x".into(),
        facts: facts.collect(),
        links: Vec::new(),
        at: None,
        order: None,
    }
}

/// The matrix as docs/alerts.md has it: each input, and its severity.
fn documented() -> BTreeSet<(String, String)> {
    let text = include_str!("../../../../docs/alerts.md");
    let table = text.split("| input | severity |").nth(1).expect("the table of the built-in rules");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.flat_map(|row| {
        let cells: Vec<String> =
            row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let inputs: Vec<String> = cells[0].split(", ").map(str::to_owned).collect();
        inputs.into_iter().map(move |input| (input, cells[1].clone()))
    })
    .collect()
}

#[test]
fn the_built_in_rules_are_the_documented_matrix() {
    let built_in: BTreeSet<(String, String)> =
        BUILT_IN.iter().map(|rule| (rule.input.to_owned(), rule.severity.to_string())).collect();
    assert_eq!(built_in, documented());
    assert_eq!(built_in.len(), BUILT_IN.len(), "each input once");
}

#[test]
fn each_input_of_the_matrix_is_recognised() {
    let metric = |name: &str, level: &str| {
        signal(Source::Events, Trouble::Other, &[("metric", name), ("level", level)])
    };
    let of = |source, trouble| signal(source, trouble, &[]);
    let watch =
        |name: &str, level| signal(Source::Watch, Trouble::Other, &[("metric", name), ("level", level)]);
    let inputs = [
        (watch("health", "absent"), "a watch cannot tell"),
        (watch("queue depth", "critical"), "another watch is critical"),
        (watch("queue depth", "warning"), "another watch warns"),
        (of(Source::UptimeRobot, Trouble::Down), "Uptime Robot down ≥ 5 min"),
        (metric("health", "critical"), "`/health` failing"),
        (metric("Error Rate", "critical"), "error rate > 5 %"),
        (metric("Active Witnesses", "critical"), "active witnesses < 1 for 1 h"),
        (metric("WebSocket Connections", "critical"), "websocket connections < 1"),
        (metric("Response Time p99", "critical"), "p99 > 1000 ms"),
        (metric("Error Rate", "warning"), "error rate > 1 %"),
        (of(Source::Vercel, Trouble::ProductionDeployFailed), "production deploy failed"),
        (metric("Agent Run Success", "critical"), "agent success < 80 %"),
        (metric("Active Witnesses", "warning"), "witnesses < 5 for 1 h"),
        (of(Source::GitHub, Trouble::WorkflowFailed), "single workflow failure on default branch"),
        (metric("Response Time p99", "warning"), "p99 > 500 ms"),
        (metric("Agent Run Success", "warning"), "agent success < 90 %"),
        (metric("Bundle Size", "critical"), "bundle > 300 KB"),
        (of(Source::Vercel, Trouble::PreviewDeployFailed), "preview deploy failed"),
        (
            signal(Source::Events, Trouble::Other, &[("status page", "GitHub")]),
            "dependency status page major/critical",
        ),
        (metric("Bundle Size", "warning"), "bundle > 200 KB"),
        (signal(Source::Events, Trouble::Other, &[("level", "cosmetic")]), "cosmetic"),
    ];
    assert_eq!(inputs.len(), BUILT_IN.len());
    for (signal, input) in inputs {
        let verdict = judge(&signal, &Rules::default(), now());
        assert_eq!(verdict.by, By::BuiltIn(input.to_owned()));
    }
}

#[test]
fn what_a_watch_says_of_its_severity_goes_before_the_matrix() {
    let facts = [("metric", "Response Time p99"), ("level", "critical")];
    let said = Signal { severity: Some(Severity::P4), ..signal(Source::Watch, Trouble::Other, &facts) };
    let verdict = judge(&said, &Rules::default(), now());
    assert_eq!((verdict.severity, verdict.by, verdict.channel), (Severity::P4, By::Source, Channel::Metrics));
    let unsaid = Signal { severity: None, ..said };
    assert_eq!(judge(&unsaid, &Rules::default(), now()).by, By::BuiltIn("p99 > 1000 ms".to_owned()));
}

/// Section 1.1 and 1.3 of the runbook: where it goes, who is called, and whether it is an incident.
#[test]
fn the_severity_says_who_is_called() {
    use Severity::{P1, P2, P3, P4};
    for (severity, mention, page, declare) in [
        (P1, true, true, Declare::AtOnce),
        (P2, true, false, Declare::Ask),
        (P3, false, false, Declare::Never),
        (P4, false, false, Declare::Never),
    ] {
        let said = Signal { severity: Some(severity), ..signal(Source::Alertmanager, Trouble::Other, &[]) };
        let verdict = judge(&said, &Rules::default(), now());
        assert_eq!((verdict.mention, verdict.page, verdict.declare), (mention, page, declare), "{severity}");
        assert_eq!((verdict.severity, verdict.by, verdict.channel), (severity, By::Source, Channel::Metrics));
    }
    for (source, channel) in [
        (Source::GitHub, Channel::GithubActions),
        (Source::Vercel, Channel::Deployments),
        (Source::UptimeRobot, Channel::OnCall),
    ] {
        let verdict = judge(&signal(source, Trouble::Other, &[]), &Rules::default(), now());
        assert_eq!((verdict.channel, verdict.severity, verdict.by), (channel, P3, By::Nobody));
    }
}

#[test]
fn the_first_rule_that_fits_goes_before_the_built_in_ones() {
    let zone = Zone::named("Europe/Berlin").unwrap();
    let night = Between { from: Time::constant(22, 0, 0, 0), until: Time::constant(6, 0, 0, 0), zone };
    let rules = Rules {
        rules: vec![
            Rule {
                key: Some(Pattern(Regex::new("^cpu/").unwrap())),
                severity: Some(Severity::P4),
                ..Rule::default()
            },
            Rule {
                sources: vec![Source::Events, Source::Grafana],
                labels: BTreeMap::from([("team".to_owned(), "stream".to_owned())]),
                between: Some(night),
                severity: Some(Severity::P2),
                channel: Some("#stream".to_owned()),
                mention: Some(false),
                declare: Some(Declare::AtOnce),
                group_by: Some(vec!["cluster".to_owned(), "zone".to_owned()]),
                ..Rule::default()
            },
            Rule { severity: Some(Severity::P1), ..Rule::default() },
        ],
        ..Rules::default()
    };
    let stream = signal(Source::Events, Trouble::Other, &[("team", "stream"), ("cluster", "eu-1")]);
    let verdict = judge(&stream, &rules, now());
    assert_eq!((verdict.rule, verdict.severity, verdict.by), (Some(2), Severity::P2, By::Rule));
    assert_eq!((verdict.channel, verdict.mention), (Channel::Named("#stream".into()), false));
    assert_eq!((verdict.page, verdict.declare), (true, Declare::AtOnce));
    assert_eq!((verdict.group.as_str(), verdict.group_stays), ("group_by cluster=\"eu-1\" zone=\"\"", true));
    let day = "2026-11-29T09:00:00Z".parse().unwrap();
    assert_eq!(judge(&stream, &rules, day).rule, Some(3), "in Berlin it is ten in the morning");
    let other = signal(Source::GitHub, Trouble::WorkflowFailed, &[("team", "stream")]);
    let verdict = judge(&other, &rules, now());
    assert_eq!((verdict.rule, verdict.severity, verdict.page), (Some(3), Severity::P1, true));
    assert_eq!((verdict.channel, verdict.group.as_str()), (Channel::GithubActions, "github P1"));
}

/// However bad, and whichever rule says so; what has none of the labels has nothing in common by them.
#[test]
fn what_belongs_together_by_group_by_is_one_group() {
    let rule = |level: &str, severity, by: &[&str]| Rule {
        labels: BTreeMap::from([("level".to_owned(), level.to_owned())]),
        severity: Some(severity),
        group_by: Some(by.iter().map(|name| (*name).to_owned()).collect()),
        ..Rule::default()
    };
    let rules = Rules {
        rules: vec![
            rule("down", Severity::P1, &["cluster", "zone"]),
            rule("slow", Severity::P2, &["zone", "cluster"]),
            rule("all", Severity::P3, &[]),
        ],
        ..Rules::default()
    };
    let group = |facts: &[(&str, &str)]| {
        let verdict = judge(&signal(Source::Events, Trouble::Other, facts), &rules, now());
        (verdict.group, verdict.group_stays)
    };
    let eu = group(&[("level", "down"), ("cluster", "eu"), ("zone", "1")]);
    assert_eq!(eu, group(&[("level", "slow"), ("cluster", "eu"), ("zone", "1")]));
    assert_ne!(eu, group(&[("level", "slow"), ("cluster", "eu"), ("zone", "2")]));
    assert_ne!(eu, group(&[("level", "slow"), ("cluster", "eu\" zone=\"1")]));
    assert_eq!(group(&[("level", "down")]), ("events P1".to_owned(), false));
    assert_eq!(group(&[("level", "down"), ("zone", "")]), ("events P1".to_owned(), false));
    assert_eq!(group(&[("level", "all")]), ("rule 3".to_owned(), true));
}
