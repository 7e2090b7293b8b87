use super::*;
use crate::github::{Rules, is_ping, read};
use domain::alert::signal::{Said, Source, Touched, TouchedWhat, Trouble};
use domain::id::IncidentId;
use fake::alerts::{GitHub, Run};

const COMPLETED: &str = include_str!("../fixtures/github-run-completed.json");

fn run(body: &str) -> Read {
    json(|reading, body| read(reading, &Rules::default(), Some("workflow_run"), body), body)
}

/// GitHub's own example, ended otherwise.
fn ended(conclusion: &str) -> String {
    assert!(COMPLETED.contains(r#""conclusion": "success""#));
    COMPLETED.replace(r#""conclusion": "success""#, &format!(r#""conclusion": "{conclusion}""#))
}

#[test]
fn githubs_own_example_is_a_success_of_its_workflow_and_branch() {
    let read = run(COMPLETED);
    assert_eq!(read.id.as_deref(), Some("github:300029405:289782451:1:completed:success"));
    let signal = one(read);
    assert_eq!(
        (signal.source, signal.said, signal.trouble),
        (Source::GitHub, Said::Resolved, Trouble::WorkflowFailed)
    );
    assert_eq!(signal.key, "octo-org/octo-repo .github/workflows/test.yml master");
    assert_eq!(signal.title, "test succeeded on master (octo-org/octo-repo)");
    assert_eq!((signal.at, signal.order), (Some(at("2020-10-05T16:33:49Z")), Some((163, 1))));
    assert_eq!(links(&signal)[0], ("Run", "https://github.com/octo-org/octo-repo/actions/runs/289782451"));
    assert!(facts(&signal).contains(&("commit", "3484a3fb81")), "{:?}", signal.facts);
}

#[test]
fn what_did_not_succeed_fires_and_what_was_given_up_does_not() {
    for conclusion in ["failure", "timed_out", "startup_failure", "action_required", "something_new"] {
        let signal = one(run(&ended(conclusion)));
        assert_eq!((signal.said, signal.severity), (Said::Firing, None), "{conclusion}");
        assert_eq!(
            signal.key, "octo-org/octo-repo .github/workflows/test.yml master",
            "a success resolves it"
        );
    }
    for conclusion in ["cancelled", "skipped", "neutral", "stale"] {
        assert_eq!(reason(run(&ended(conclusion))), format!("a run that ended as {conclusion}"));
    }
    assert_eq!(one(run(&ended("timed_out"))).title, "test timed out on master (octo-org/octo-repo)");
    let unended = COMPLETED.replace(r#""conclusion": "success""#, r#""conclusion": null"#);
    assert_eq!(reason(run(&unended)), "a finished run without a conclusion");
}

#[test]
fn a_run_that_is_not_finished_is_none() {
    assert_eq!(
        reason(run(include_str!("../fixtures/github-run-requested.json"))),
        "a run that is not finished"
    );
}

#[test]
fn branches_pull_requests_and_forks_are_silent_unless_listed() {
    let of = |from: &str, to: &str| ended("failure").replace(from, to);
    let side = of(r#""head_branch": "master""#, r#""head_branch": "side""#);
    assert_eq!(reason(run(&side)), "a run of a branch that is not listed");
    let listed = Rules { branches: vec!["side".into()] };
    let signal = one(json(|reading, body| read(reading, &listed, None, body), &side));
    assert_eq!(signal.key, "octo-org/octo-repo .github/workflows/test.yml side");
    let pull = of(r#""event": "repository_dispatch""#, r#""event": "pull_request""#);
    assert_eq!(reason(run(&pull)), "a run of a pull request");
    let scheduled = side.replace(r#""event": "repository_dispatch""#, r#""event": "schedule""#);
    assert_eq!(one(run(&scheduled)).said, Said::Firing);
    let mut fork: serde_json::Value = serde_json::from_str(&ended("failure")).unwrap();
    fork["workflow_run"]["head_repository"]["full_name"] = "somebody/octo-repo".into();
    assert_eq!(reason(run(&fork.to_string())), "a run of a fork");
}

#[test]
fn a_rerun_has_the_same_key_and_a_higher_order() {
    let again = ended("success").replace(r#""run_attempt": 1"#, r#""run_attempt": "2""#);
    let (first, second) = (run(&ended("failure")), run(&again));
    assert_ne!(first.id, second.id);
    let (first, second) = (one(first), one(second));
    assert_eq!(first.key, second.key);
    assert!(first.order < second.order, "{:?} {:?}", first.order, second.order);
}

#[test]
fn the_body_has_the_last_word_on_what_it_is() {
    // The header is not signed.
    let body = ended("failure");
    let read_as = |event| json(|reading, body| read(reading, &Rules::default(), event, body), &body);
    assert_eq!(read_as(Some("ping")), read_as(Some("workflow_run")));
    assert!(!is_ping(Some("ping"), &Body::json(body.as_bytes())));
    let ping = include_str!("../fixtures/github-ping.json");
    assert!(is_ping(Some("ping"), &Body::json(ping.as_bytes())));
    assert_eq!(reason(run(ping)), "a `workflow_run` without its run");
    let push = json(|reading, body| read(reading, &Rules::default(), Some("push"), body), "{}");
    assert_eq!(reason(push), "push: no workflow run");
}

#[test]
fn the_senders_bodies_are_read_as_json_and_as_a_form() {
    let github = GitHub {
        secret: "s".into(),
        repository: "anomalyco/monkeytown".into(),
        default_branch: "main".into(),
    };
    let run = Run::new(12, "failure", at("2026-11-24T01:58:00Z"));
    let (json_post, form) = (github.run(&run, "g1"), github.run_as_form(&run, "g2"));
    let redactor = redactor();
    let reading = Reading { redactor: &redactor, now: at(NOW) };
    let as_json =
        read(reading, &Rules::default(), Some("workflow_run"), &Body::json(json_post.body.as_bytes()));
    let body = Body {
        content_type: Some("application/x-www-form-urlencoded"),
        query: None,
        bytes: form.body.as_bytes(),
    };
    assert_eq!(read(reading, &Rules::default(), Some("workflow_run"), &body), as_json);
    assert_eq!(one(as_json).key, "anomalyco/monkeytown .github/workflows/ci.yml main");
}

/// Only what has one of howler's names, and no fork's: how it stands is not read.
#[test]
fn what_may_be_howlers_own_is_told_by_its_name_alone() {
    let pull = |branch: &str, from: &str| {
        let one = serde_json::json!({
            "number": 12, "state": "closed", "merged": true, "updated_at": "2026-11-29T12:00:00Z",
            "head": { "ref": branch, "repo": { "full_name": from } },
        });
        (
            "pull_request",
            serde_json::json!({ "action": "closed", "pull_request": one, "repository": { "full_name": "o/r" } }),
        )
    };
    let issue = |body: &str| {
        let one = serde_json::json!({ "number": 14, "body": body, "updated_at": "2026-11-29T12:00:00Z" });
        (
            "issues",
            serde_json::json!({ "action": "closed", "issue": one, "repository": { "full_name": "o/r" } }),
        )
    };
    let of = |what| vec![Touched { repository: "o/r".into(), incident: IncidentId(7), what }];
    let request = || of(TouchedWhat::Pull(12));
    for ((event, body), expected) in [
        (pull("howler/inc-7", "o/r"), request()),
        (pull("howler/inc-7-2", "O/R"), request()),
        (pull("howler/inc-7", "kofi/r"), vec![]),
        (pull("howler/inc-", "o/r"), vec![]),
        (pull("howler/inc-7-fix", "o/r"), vec![]),
        (pull("howler/inc-+7", "o/r"), vec![]),
        (pull("howler/inc-99999999999999999999", "o/r"), vec![]),
        (pull("main", "o/r"), vec![]),
        (
            issue("Do it\n\n<!-- howler store-1-INC-7-2 -->"),
            of(TouchedWhat::Issue { number: 14, follow_up: 2 }),
        ),
        (issue("<!-- howler store-1-INC-7 -->"), vec![]),
        (issue("INC-7-2"), vec![]),
    ] {
        let told =
            json(|reading, body| read(reading, &Rules::default(), Some(event), body), &body.to_string());
        assert_eq!(told.heard.touched, expected, "{body}");
        assert_eq!(told.heard.passed_over.is_empty(), !expected.is_empty(), "{body}");
        assert!(told.id.is_some() && told.heard.signals.is_empty() && told.heard.not_understood.is_empty());
    }
}
