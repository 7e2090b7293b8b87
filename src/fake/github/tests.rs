use std::net::SocketAddr;

use jiff::SignedDuration;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;

struct Scene {
    github: GitHub,
    address: SocketAddr,
    client: Client,
}

impl Scene {
    async fn new() -> Self {
        let github = GitHub::new(Setup {
            clock: Clock::standing_at("2026-11-24T02:00:00Z".parse().unwrap()),
            repository: "o/r".into(),
            token: "t".into(),
            login: "howler".into(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let api = github.api();
        tokio::spawn(async move { axum::serve(listener, api).await });
        Self { github, address, client: Client::builder().no_proxy().user_agent("test").build().unwrap() }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.client.get(format!("http://{}{path}", self.address)).bearer_auth("t")).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.client.post(format!("http://{}{path}", self.address)).bearer_auth("t").json(&body)).await
    }

    async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        answer(self.client.patch(format!("http://{}{path}", self.address)).bearer_auth("t").json(&body)).await
    }
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn it_refuses_what_github_refuses() {
    let scene = Scene::new().await;
    let issues = "/repos/o/r/issues";
    for (body, status) in [
        (json!({ "body": "no title" }), 422),
        (json!({ "title": " " }), 422),
        (json!({ "title": "t".repeat(257) }), 422),
        (json!({ "title": 7 }), 422),
        (json!({ "title": "t", "body": "b".repeat(65_537) }), 422),
        (json!({ "title": "t".repeat(256), "body": "b".repeat(65_536) }), 201),
    ] {
        assert_eq!(scene.post(issues, body.clone()).await.0, status, "{}", body.to_string().len());
    }
    assert_eq!(scene.post("/repos/o/other/issues", json!({ "title": "t" })).await.0, 404);
    assert_eq!(scene.post("/repos/o/r/issues/9/comments", json!({ "body": "b" })).await.0, 404);
    assert_eq!(scene.post("/repos/o/r/issues/1/comments", json!({ "body": "" })).await.0, 422);
    assert_eq!(scene.patch("/repos/o/r/issues/1", json!({ "state": "gone" })).await.0, 422);
    let bad = scene.client.get(format!("http://{}/user", scene.address)).bearer_auth("wrong");
    assert_eq!(answer(bad).await.0, 401);
    let none = scene.client.get(format!("http://{}/user", scene.address));
    assert_eq!(answer(none).await.0, 401);
    let bare = Client::builder().no_proxy().build().unwrap().get(format!("http://{}/user", scene.address));
    assert_eq!(answer(bare.bearer_auth("t")).await.0, 403, "no user agent");
    scene.github.faults().read_only(true);
    assert_eq!(scene.post(issues, json!({ "title": "t" })).await.0, 403);
    assert_eq!(scene.get(issues).await.0, 200);
    scene.github.faults().issues_off(true);
    assert_eq!(scene.get(issues).await.0, 410);
}

#[tokio::test]
async fn issues_and_comments_stand_are_listed_page_by_page_and_close() {
    let scene = Scene::new().await;
    for number in 1..=5 {
        scene.post("/repos/o/r/issues", json!({ "title": format!("t{number}") })).await;
        scene.post("/repos/o/r/issues/1/comments", json!({ "body": format!("c{number}") })).await;
    }
    let numbers = |list: &Value| -> Vec<u64> {
        list.as_array().unwrap().iter().map(|issue| issue["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(&scene.get("/repos/o/r/issues?per_page=2&page=2").await.1), [3, 2]);
    assert_eq!(numbers(&scene.get("/repos/o/r/issues?direction=asc&per_page=2&page=3").await.1), [5]);
    let comments = scene.get("/repos/o/r/issues/1/comments?per_page=4&page=2").await.1;
    assert_eq!(comments[0]["body"], "c5");
    let closed =
        scene.patch("/repos/o/r/issues/2", json!({ "state": "closed", "state_reason": "completed" }));
    assert_eq!(closed.await.1["state"], "closed");
    assert_eq!(numbers(&scene.get("/repos/o/r/issues").await.1), [5, 4, 3, 1]);
    assert_eq!(numbers(&scene.get("/repos/o/r/issues?state=all").await.1), [5, 4, 3, 2, 1]);
    assert_eq!(scene.get("/repos/o/r/issues?since=2026-11-24T02:00:01Z").await.1, json!([]));
}

#[tokio::test]
async fn limits_and_lost_answers_look_like_githubs() {
    let scene = Scene::new().await;
    let route = "POST /repos/{}/issues";
    scene.github.faults().primary_limit(route, 1, 90);
    scene.github.faults().secondary_limit(route, 1, 30);
    scene.github.faults().lose_answer(route, 1);
    let post = || {
        let url = format!("http://{}/repos/o/r/issues", scene.address);
        scene.client.post(url).bearer_auth("t").json(&json!({ "title": "t" })).send()
    };
    let header = |response: &reqwest::Response, name: &str| {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    let primary = post().await.unwrap();
    assert_eq!(primary.status(), 403);
    assert_eq!(header(&primary, "x-ratelimit-remaining").as_deref(), Some("0"));
    assert_eq!(header(&primary, "x-ratelimit-reset").as_deref(), Some("1795485690"));
    let secondary = post().await.unwrap();
    assert_eq!(
        (secondary.status().as_u16(), header(&secondary, "retry-after").as_deref()),
        (403, Some("30"))
    );
    assert!(scene.github.issues().is_empty());
    let lost = match post().await {
        Ok(head) => head.text().await.is_err(),
        Err(_) => true,
    };
    assert!(lost, "the answer is lost");
    assert_eq!(scene.github.issues().len(), 1, "and the work is done");
    let statuses: Vec<u16> = scene.github.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [403, 403, 0]);
}

#[tokio::test]
async fn what_is_read_needs_its_permission_and_logs_are_kept_elsewhere() {
    let scene = Scene::new().await;
    let unread = [
        "/repos/o/r/actions/workflows/gone.yml/runs",
        "/repos/o/r/actions/runs/9/jobs",
        "/repos/o/r/actions/jobs/9/logs",
        "/repos/o/r/contents/README.md",
        "/orgs/o/audit-log",
    ];
    for path in unread {
        assert_eq!(scene.get(path).await.0, 404, "{path}");
    }
    let version = scene.client.get(format!("http://{}/rate_limit", scene.address)).bearer_auth("t");
    assert_eq!(answer(version.header("x-github-api-version", "2019-01-01")).await.0, 400);
    let readable = [
        ("/repos/o/r/actions/runs", "actions"),
        ("/repos/o/r/actions/permissions/workflow", "administration"),
        ("/repos/o/r/actions/secrets", "secrets"),
        ("/repos/o/r/hooks", "repository_hooks"),
    ];
    for (path, permission) in readable {
        assert_eq!(scene.get(path).await.0, 200, "{path}");
        scene.github.faults().without(permission);
        assert_eq!(scene.get(path).await.0, 403, "{path}");
    }
    let job = Job {
        id: 9,
        name: "build".into(),
        conclusion: "failure".into(),
        steps: Vec::new(),
        log: Some("words".into()),
    };
    let (file, status, started) = ("ci.yml".into(), "completed".into(), Timestamp::UNIX_EPOCH);
    scene.github.repository().runs = vec![Run {
        id: 1,
        file,
        status,
        conclusion: None,
        started,
        number: 1,
        attempt: 1,
        updated: started,
        jobs: vec![job],
        event: "schedule".into(),
        branch: "main".into(),
    }];
    let place = |query: &str| scene.client.get(format!("http://{}/_logs/9{query}", scene.address));
    for (request, status) in
        [(place("?sig=signed").bearer_auth("t"), 400), (place(""), 403), (place("?sig=signed"), 200)]
    {
        assert_eq!(answer(request).await.0, status);
    }
}

/// As "Repository webhooks" and "Handling failed webhook deliveries" say.
#[tokio::test]
async fn deliveries_are_listed_page_by_page_for_three_days_and_sent_again_under_the_same_guid() {
    let scene = Scene::new().await;
    let hook =
        crate::alerts::GitHub { secret: "s".into(), repository: "o/r".into(), default_branch: "main".into() };
    let now = scene.github.0.setup.clock.now();
    let run = |number| crate::alerts::Run::new(number, "failure", now);
    scene.github.repository().hooks = vec![Hook::to_howler()];
    for number in 1..=5 {
        let status = scene.github.delivers(1, hook.run(&run(number), &format!("g{number}"))).await;
        assert_eq!(status, 0, "nobody is there");
    }
    let base = "/repos/o/r/hooks/1/deliveries";
    let page = |query: &str| {
        let url = format!("http://{}{base}?per_page=2{query}", scene.address);
        scene.client.get(url).bearer_auth("t").send()
    };
    let first = page("").await.unwrap();
    let link = first.headers()["link"].to_str().unwrap().to_owned();
    assert!(link.contains("cursor=v1_10003") && link.contains("rel=\"next\""), "{link}");
    let list: Value = first.json().await.unwrap();
    let told = &list[0];
    assert_eq!(
        (&told["guid"], &told["redelivery"], &told["action"]),
        (&json!("g5"), &json!(false), &json!("completed"))
    );
    assert_ne!(told["status"], "OK");
    let last = page("&cursor=v1_10001").await.unwrap();
    assert!(!last.headers().contains_key("link"), "the last page names no other");
    assert_eq!(last.json::<Value>().await.unwrap()[0]["guid"], "g1");
    assert_eq!(scene.get(&format!("{base}?cursor=odd")).await.0, 422);
    assert_eq!(scene.get("/repos/o/r/hooks/2/deliveries").await.0, 404);
    assert_eq!(scene.post(&format!("{base}/9/attempts"), json!({})).await.0, 404);
    assert_eq!(scene.post(&format!("{base}/10002/attempts"), json!({})).await.0, 202);
    while scene.github.is_delivering() {
        tokio::task::yield_now().await;
    }
    let newest = scene.get(base).await.1[0].clone();
    assert_eq!((&newest["guid"], &newest["redelivery"]), (&json!("g3"), &json!(true)));
    scene.github.faults().without("repository_hooks: write");
    assert_eq!(scene.post(&format!("{base}/10002/attempts"), json!({})).await.0, 403);
    assert_eq!(scene.get(base).await.0, 200);
    scene.github.0.setup.clock.advance(SignedDuration::from_hours(73));
    assert_eq!(scene.get(base).await.1, json!([]), "they are kept for three days");
    scene.github.faults().without("admin:repo_hook");
    assert_eq!(scene.get(base).await.0, 404);
}
