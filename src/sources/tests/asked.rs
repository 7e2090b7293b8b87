//! What is asked is read as what is sent: the same alert, the same place in its order, the same name.

use serde_json::{Value, json};

use super::*;
use crate::asked;
use crate::github::{Rules, read};
use domain::alert::signal::Said;

const COMPLETED: &str = include_str!("../fixtures/github-run-completed.json");
const VERCEL: &str = r#"{
    "id": "e1", "type": "deployment.error", "createdAt": 1795485600000,
    "payload": {
        "deployment": { "id": "dpl_1", "name": "web", "url": "web-1.vercel.app", "meta": { "githubCommitRef": "fix" } },
        "project": { "id": "prj_7" }, "target": null, "plan": "pro", "regions": ["sfo1"]
    }
}"#;

/// The run of GitHub's own example as a list has it, and its repository.
fn listed() -> (Value, Value) {
    let hook: Value = serde_json::from_str(COMPLETED).unwrap();
    let mut run = hook["workflow_run"].clone();
    run["path"] = json!(format!("{}@refs/heads/master", hook["workflow"]["path"].as_str().unwrap()));
    run["name"] = hook["workflow"]["name"].clone();
    let of = &hook["repository"];
    let repository =
        json!({ "id": of["id"], "full_name": of["full_name"], "default_branch": of["default_branch"] });
    (run, repository)
}

fn run(run: &Value, repository: &Value) -> Option<asked::Asked> {
    asked::run(Reading { redactor: &redactor(), now: at(NOW) }, &Rules::default(), repository, run)
}

#[test]
fn a_run_that_was_asked_for_is_the_one_that_the_webhook_tells() {
    let (listed, repository) = listed();
    let told = json(|reading, body| read(reading, &Rules::default(), Some("workflow_run"), body), COMPLETED);
    let asked = run(&listed, &repository).unwrap();
    assert_eq!(Some(asked.id), told.id);
    let told = one(told);
    let signal = asked.signal;
    assert_eq!(
        (&signal.key, signal.said, signal.at, signal.order),
        (&told.key, told.said, told.at, told.order)
    );
    assert_eq!((&signal.title, &signal.facts), (&told.title, &told.facts));
    assert_eq!(asked.what, "run 163 succeeded");
    assert_eq!(asked::began(&listed).map(|(path, _)| path).as_deref(), Some(".github/workflows/test.yml"));
}

/// Whatever is missing or odd makes it no evidence, and never a success.
#[test]
fn a_run_that_is_not_over_or_lacks_what_tells_its_end_says_nothing() {
    let (listed, repository) = listed();
    let with = |field: &str, value: Value| {
        let mut run = listed.clone();
        run[field] = value;
        run
    };
    for (field, value) in [
        ("status", json!("in_progress")),
        ("status", json!("something_new")),
        ("status", Value::Null),
        ("conclusion", Value::Null),
        ("conclusion", json!("cancelled")),
        ("conclusion", json!("skipped")),
        ("conclusion", json!(["success"])),
        ("head_branch", json!("another")),
        ("event", json!("pull_request")),
        ("head_repository", json!({ "full_name": "somebody/fork" })),
    ] {
        let found = run(&with(field, value.clone()), &repository);
        assert_eq!(found.map(|asked| asked.signal.said), None, "{field} {value}");
    }
    assert_eq!(
        run(&with("conclusion", json!("something_new")), &repository).unwrap().signal.said,
        Said::Firing
    );
    for repository in
        [Value::Null, json!({}), json!({ "full_name": "o/r", "default_branch": null }), json!([])]
    {
        assert_eq!(run(&listed, &repository).map(|asked| asked.signal.said), None, "{repository}");
    }
    for odd in [Value::Null, json!([]), json!("run"), json!({}), json!({ "status": "completed" })] {
        assert_eq!(run(&odd, &repository).map(|asked| asked.signal.said), None, "{odd}");
        assert_eq!(asked::began(&odd), None);
    }
}

fn deployment(one: &Value) -> Option<asked::Asked> {
    asked::deployment(Reading { redactor: &redactor(), now: at(NOW) }, "prj_7", one)
}

#[test]
fn a_deployment_that_was_asked_for_is_of_the_alert_that_the_webhook_tells() {
    let told = one(json(crate::vercel::read, VERCEL));
    let listed = |state: &str| {
        json!({
            "uid": "dpl_2", "name": "web", "url": "web-2.vercel.app", "created": 1_795_485_000_000_i64, "createdAt": 1_795_485_000_000_i64,
            "ready": 1_795_485_090_000_i64, "state": state, "readyState": state, "target": null,
            "meta": { "githubCommitRef": "fix" }, "inspectorUrl": "https://vercel.com/town/web/2",
        })
    };
    let ready = deployment(&listed("READY")).unwrap();
    assert_eq!((&ready.signal.key, ready.signal.said), (&told.key, Said::Resolved));
    assert_eq!((ready.signal.trouble, ready.signal.at), (told.trouble, Some(at("2026-11-24T01:51:30Z"))));
    assert_eq!(
        (ready.id.as_str(), ready.what.as_str()),
        ("asked:vercel:dpl_2:READY", "deployment web-2.vercel.app is ready")
    );
    assert_eq!(deployment(&listed("ERROR")).unwrap().signal.said, Said::Firing);
    for state in ["BUILDING", "QUEUED", "CANCELED", "INITIALIZING", "DELETED", "", "ready"] {
        assert_eq!(deployment(&listed(state)).map(|asked| asked.signal.said), None, "{state}");
    }
    for field in ["uid", "readyState"] {
        let mut odd = listed("READY");
        odd.as_object_mut().unwrap().remove(field);
        odd.as_object_mut().unwrap().remove("state");
        assert_eq!(deployment(&odd).map(|asked| asked.signal.said), None, "{field}");
    }
    for odd in [Value::Null, json!([]), json!({}), json!({ "uid": "dpl_2", "readyState": "READY" })] {
        assert_eq!(deployment(&odd).map(|asked| asked.signal.said), None, "{odd}");
    }
}
