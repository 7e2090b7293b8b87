use serde_json::{Value, json};

use crate::github::git::tests::Scene;

async fn opened(scene: &Scene, first: &str) -> Value {
    let commit = scene.commit(first, "a.md", "a").await;
    let made = json!({ "ref": "refs/heads/howler/inc-7", "sha": commit });
    assert_eq!(scene.call("POST", "/repos/o/r/git/refs", made).await.0, 201);
    let (status, pull) = scene.call("POST", "/repos/o/r/pulls", asked("howler/inc-7")).await;
    assert_eq!(status, 201, "{pull}");
    pull
}

fn asked(head: &str) -> Value {
    json!({ "title": "INC-7", "head": head, "base": "main", "body": "b" })
}

#[tokio::test]
async fn pull_requests_are_refused_as_github_refuses_them() {
    let (scene, first) = Scene::begun().await;
    opened(&scene, &first).await;
    scene.call("POST", "/repos/o/r/git/refs", json!({ "ref": "refs/heads/same", "sha": first })).await;
    for (body, part) in [
        (json!({ "head": "same", "base": "main" }), r#""field":"title""#),
        (asked("gone"), r#""field":"head""#),
        (asked("same"), "No commits between main and same"),
        (asked("howler/inc-7"), "A pull request already exists for o:howler/inc-7."),
        (asked("o:howler/inc-7"), "A pull request already exists for o:howler/inc-7."),
    ] {
        let (status, said) = scene.call("POST", "/repos/o/r/pulls", body).await;
        assert!(status == 422 && said.to_string().contains(part), "{status} {part} in {said}");
    }
    scene.github.faults().without("pull_requests: write");
    assert_eq!(scene.call("POST", "/repos/o/r/pulls", asked("same")).await.0, 403);
}

#[tokio::test]
async fn pull_requests_are_counted_and_listed_with_issues_and_found_by_their_head() {
    let (scene, first) = Scene::begun().await;
    scene.github.somebody_opens("maya", "An issue", "");
    let pull = opened(&scene, &first).await;
    assert_eq!((&pull["number"], &pull["state"]), (&json!(2), &json!("open")));
    let issues = scene.get("/repos/o/r/issues").await.1;
    assert_eq!((&issues[0]["number"], issues[0]["pull_request"].is_object()), (&json!(2), true));
    assert!(issues[1]["pull_request"].is_null());
    let found = async |query: &str| {
        let list = scene.get(&format!("/repos/o/r/pulls?{query}")).await.1;
        list.as_array().unwrap().len()
    };
    assert_eq!(found("head=o:howler/inc-7").await, 1);
    assert_eq!(found("head=o:howler/inc-8").await, 0);
    assert_eq!(found("head=inc-8").await, 1, "a head without its owner filters nothing");
    scene.github.somebody_closes(2);
    assert_eq!(found("head=o:howler/inc-7").await, 0);
    assert_eq!(found("head=o:howler/inc-7&state=all").await, 1);
}

#[tokio::test]
async fn pull_requests_follow_their_branch_until_they_end() {
    let (scene, first) = Scene::begun().await;
    let pull = opened(&scene, &first).await;
    let head = pull["head"]["sha"].as_str().unwrap().to_owned();
    let second = scene.commit(&head, "b.md", "b").await;
    scene.call("PATCH", "/repos/o/r/git/refs/heads/howler/inc-7", json!({ "sha": second })).await;
    let shown = scene.get("/repos/o/r/pulls/1").await.1;
    assert_eq!((&shown["head"]["sha"], &shown["mergeable_state"]), (&json!(second), &json!("clean")));
    scene.github.somebody_commits("maya", "main", &[("a.md", Some(b"other"))]);
    assert_eq!(scene.get("/repos/o/r/pulls/1").await.1["mergeable_state"], "dirty");
    assert_eq!(scene.github.somebody_merges("maya", 1, true), Err("a.md".into()));
    scene.github.somebody_deletes_branch("howler/inc-7");
    let closed = scene.get("/repos/o/r/pulls/1").await.1;
    assert_eq!((&closed["state"], &closed["merged_at"]), (&json!("closed"), &Value::Null));
    assert_eq!(closed["head"]["sha"], second.as_str());
    let (status, said) = scene.call("PATCH", "/repos/o/r/pulls/1", json!({ "state": "open" })).await;
    assert!(
        status == 422 && said.to_string().contains("The howler/inc-7 branch has been deleted."),
        "{said}"
    );
}

#[tokio::test]
async fn issues_have_labels_and_reasons_and_may_be_deleted() {
    let (scene, _) = Scene::begun().await;
    let new = json!({ "title": "Add an alert", "labels": ["howler", "monitoring"] });
    let issue = scene.call("POST", "/repos/o/r/issues", new.clone()).await.1;
    assert_eq!(issue["labels"][1]["name"], "monitoring");
    scene.github.faults().without("push");
    assert_eq!(
        scene.call("POST", "/repos/o/r/issues", new).await.1["labels"],
        json!([]),
        "left out, and not told"
    );
    assert_eq!(scene.get("/repos/o/r/issues?labels=howler").await.1.as_array().unwrap().len(), 1);
    let closed = json!({ "state": "closed", "state_reason": "not_planned" });
    assert_eq!(scene.call("PATCH", "/repos/o/r/issues/1", closed).await.1["state_reason"], "not_planned");
    scene.github.somebody_reopens(1);
    assert_eq!(scene.get("/repos/o/r/issues/1").await.1["state_reason"], "reopened");
    scene.github.somebody_deletes_issue(1);
    assert_eq!(scene.get("/repos/o/r/issues/1").await.0, 410);
    assert_eq!(scene.get("/repos/o/r/issues?state=all").await.1.as_array().unwrap().len(), 1);
}
