use std::net::SocketAddr;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::github::{GitHub, Setup};
use ground::clock::Clock;

pub(in crate::github) struct Scene {
    pub(in crate::github) github: GitHub,
    address: SocketAddr,
    client: Client,
}

impl Scene {
    /// An empty repository.
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
        let redirects = reqwest::redirect::Policy::none();
        let client = Client::builder().no_proxy().user_agent("test").redirect(redirects).build().unwrap();
        Self { github, address, client }
    }

    /// With a first commit of a README.
    pub(in crate::github) async fn begun() -> (Self, String) {
        let scene = Self::new().await;
        let first = scene.github.somebody_commits("maya", "main", &[("README.md", Some(b"# R\n"))]);
        (scene, first.to_string())
    }

    pub(in crate::github) async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("http://{}{path}", self.address);
        let call = self.client.request(method.parse().unwrap(), url).bearer_auth("t");
        let call = if body.is_null() { call } else { call.json(&body) };
        let response = call.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    pub(in crate::github) async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, Value::Null).await
    }

    async fn sha(&self, path: &str, body: Value) -> String {
        let (status, made) = self.call("POST", path, body).await;
        assert_eq!(status, 201, "{path}: {made}");
        made["sha"].as_str().unwrap().to_owned()
    }

    /// A commit of one file on top of `parent`, as the guide to the git database has it.
    pub(in crate::github) async fn commit(&self, parent: &str, path: &str, text: &str) -> String {
        let tree = self.get(&format!("/repos/o/r/git/commits/{parent}")).await.1["tree"]["sha"].clone();
        let blob = self.sha("/repos/o/r/git/blobs", json!({ "content": text, "encoding": "utf-8" })).await;
        let entry = json!({ "path": path, "mode": "100644", "type": "blob", "sha": blob });
        let tree = self.sha("/repos/o/r/git/trees", json!({ "base_tree": tree, "tree": [entry] })).await;
        self.sha("/repos/o/r/git/commits", json!({ "message": "Add it", "tree": tree, "parents": [parent] }))
            .await
    }
}

/// What git itself prints of a bare repository; it must end well and complain of nothing.
fn git(folder: &std::path::Path, args: &[&str]) -> String {
    let mut git = std::process::Command::new("git");
    git.args(args).current_dir(folder).env("GIT_DIR", ".").env("GIT_CONFIG_GLOBAL", "/dev/null");
    let done = git.output().unwrap();
    assert!(
        done.status.success() && done.stderr.is_empty(),
        "{args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

#[tokio::test]
async fn what_is_pushed_is_what_git_itself_reads() {
    let (scene, first) = Scene::begun().await;
    // Git sorts `a` the folder behind `a.md`, and `a-b` before both.
    let changes: Vec<(&str, Option<&[u8]>)> = vec![
        ("a/one.md", Some(b"1\n")),
        ("a.md", Some(b"2")),
        ("a-b", Some(b"\xff\x00")),
        ("ü/é.md", Some(b"")),
    ];
    scene.github.somebody_commits("maya", "main", &changes);
    let head = scene.github.git().head("main").unwrap().to_string();
    let made = scene.commit(&head, "a/two.md", "two\r\n").await;
    let moved = scene.call("PATCH", "/repos/o/r/git/refs/heads/main", json!({ "sha": made })).await;
    assert_eq!(moved.0, 200, "{}", moved.1);
    let pull = scene.commit(&made, "b.md", "b\n").await;
    let made_ref = json!({ "ref": "refs/heads/howler/inc-7", "sha": pull });
    assert_eq!(scene.call("POST", "/repos/o/r/git/refs", made_ref).await.0, 201);
    let asked = json!({ "title": "INC-7", "head": "howler/inc-7", "base": "main", "body": "b" });
    assert_eq!(scene.call("POST", "/repos/o/r/pulls", asked).await.0, 201);
    scene.github.somebody_commits("maya", "main", &[("c.md", Some(b"c\n"))]);
    scene.github.somebody_merges("maya", 1, false).unwrap();

    let folder = tempfile::tempdir().unwrap();
    scene.github.git().write_to(folder.path()).unwrap();
    let git = |args: &[&str]| git(folder.path(), args);
    assert_eq!(git(&["fsck", "--strict", "--full", "--no-dangling"]), "");
    assert_eq!(git(&["rev-list", "--count", "main"]), "6\n");
    assert_eq!(git(&["log", "-1", "--format=%an %ae %aI %P", "main"]).split(' ').count(), 5, "two parents");
    assert_eq!(git(&["show", "main:a/two.md"]), "two\r\n");
    let listed = git(&["-c", "core.quotePath=off", "ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(listed, "README.md\na-b\na.md\na/one.md\na/two.md\nb.md\nc.md\nü/é.md\n");
    assert!(git(&["log", "--format=%H", "main"]).contains(&first));
}

#[tokio::test]
async fn an_empty_repository_has_no_git_database_until_a_file_is_put_there() {
    let scene = Scene::new().await;
    for (method, path) in
        [("GET", "ref/heads/main"), ("POST", "blobs"), ("POST", "refs"), ("GET", "trees/main")]
    {
        let body = if method == "GET" { Value::Null } else { json!({ "content": "x" }) };
        let (status, said) = scene.call(method, &format!("/repos/o/r/git/{path}"), body).await;
        assert_eq!((status, said["message"].as_str()), (409, Some("Git Repository is empty.")), "{path}");
    }
    let file = json!({ "message": "Begin", "content": "eA==" });
    assert_eq!(scene.call("PUT", "/repos/o/r/contents/x.md", file.clone()).await.0, 201);
    assert_eq!(scene.get("/repos/o/r/git/ref/heads/main").await.0, 200);
    assert_eq!(scene.get("/repos/o/r/contents/x.md").await.1["content"], "eA==\n");
    assert_eq!(scene.call("PUT", "/repos/o/r/contents/x.md", file.clone()).await.0, 422, "without its sha");
    let mut stale = file;
    stale["sha"] = "0".repeat(40).into();
    assert_eq!(scene.call("PUT", "/repos/o/r/contents/x.md", stale).await.0, 409);
}

#[tokio::test]
async fn refs_are_refused_as_github_refuses_them() {
    let (scene, first) = Scene::begun().await;
    let one = scene.commit(&first, "a.md", "1").await;
    let other = scene.commit(&first, "a.md", "2").await;
    let gone = "0".repeat(40);
    scene.github.git().protected.insert("main".into(), Protection::pull_request());
    let checks =
        Protection { checks: vec!["build".into(), "test".into()], by_ruleset: true, ..Default::default() };
    scene.github.git().protected.insert("release".into(), checks);
    scene.github.git().protected.insert("no/*".into(), Protection { creation: true, ..Default::default() });
    let refs = "/repos/o/r/git/refs";
    let new = |name: &str, sha: &str| json!({ "ref": name, "sha": sha });
    for (method, path, body, status, message) in [
        ("POST", "", new("refs/heads/release", &first), 201, ""),
        ("POST", "", new("refs/heads/release", &first), 422, "Reference already exists"),
        ("POST", "", new("heads/x", &first), 422, "Reference name must start"),
        ("POST", "", new("refs/heads/a..b", &first), 422, "is not a valid ref name"),
        ("POST", "", new("refs/heads/x", &gone), 422, "Object does not exist"),
        ("POST", "", new("refs/heads/main/x", &first), 422, "Reference update failed"),
        (
            "POST",
            "",
            new("refs/heads/no/x", &first),
            422,
            "Cannot create ref due to creations being restricted",
        ),
        ("POST", "", new("refs/heads/free", &one), 201, ""),
        ("PATCH", "/heads/free", json!({ "sha": other }), 422, "Update is not a fast forward"),
        ("PATCH", "/heads/free", json!({ "sha": other, "force": true }), 200, ""),
        ("PATCH", "/heads/gone", json!({ "sha": other }), 422, "Reference does not exist"),
        ("PATCH", "/heads/main", json!({ "sha": one }), 422, "Changes must be made through a pull request."),
        (
            "PATCH",
            "/heads/release",
            json!({ "sha": one }),
            422,
            "2 of 2 required status checks are expected.",
        ),
        ("DELETE", "/heads/free", Value::Null, 204, ""),
        ("DELETE", "/heads/free", Value::Null, 422, "Reference does not exist"),
    ] {
        let (answered, said) = scene.call(method, &format!("{refs}{path}"), body.clone()).await;
        assert_eq!(answered, status, "{method} {path} {body}: {said}");
        let words = said["message"].as_str().unwrap_or_default();
        assert!(words.contains(message), "{message} in {words}");
    }
    assert_eq!(scene.get("/repos/o/r/git/ref/heads/free").await.0, 404);
    assert_eq!(scene.get("/repos/o/r/branches/main").await.1["protected"], true);
    assert_eq!(scene.github.git().head("main").unwrap().to_string(), first, "nothing moved it");
}

#[tokio::test]
async fn objects_are_refused_as_github_refuses_them_and_read_as_they_were_written() {
    let (scene, first) = Scene::begun().await;
    let tree = scene.get(&format!("/repos/o/r/git/commits/{first}")).await.1["tree"]["sha"].clone();
    let gone = "0".repeat(40);
    scene.github.git().blob_most = 3_000_000;
    let entry = |path: &str, sha: &Value| json!({ "base_tree": tree, "tree": [{ "path": path, "mode": "100644", "type": "blob", "sha": sha }] });
    for (path, body, message) in [
        ("blobs", json!({ "content": "%", "encoding": "base64" }), "not valid Base64"),
        ("blobs", json!({ "content": "x".repeat(3_000_001) }), "your input was too large"),
        ("trees", entry("a/../b", &Value::Null), "malformed path component"),
        ("trees", entry("a.md", &json!(gone)), "is not a valid blob"),
        ("trees", entry("a.md", &Value::Null), "GitRPC::BadObjectState"),
        ("commits", json!({ "message": "m", "tree": gone, "parents": [] }), "Tree SHA does not exist"),
        ("commits", json!({ "message": "m", "tree": tree, "parents": [gone] }), "Parent SHA does not exist"),
    ] {
        let (status, said) = scene.call("POST", &format!("/repos/o/r/git/{path}"), body).await;
        let words = said["message"].as_str().unwrap_or_default();
        assert!(status == 422 && words.contains(message), "{path} {status}: {message} in {words}");
    }
    let large = "é".repeat(1_000_000);
    let commit = scene.commit(&first, "large.md", &large).await;
    scene.call("PATCH", "/repos/o/r/git/refs/heads/main", json!({ "sha": commit })).await;
    let shown = scene.get("/repos/o/r/contents/large.md").await.1;
    assert_eq!(
        (&shown["encoding"], &shown["content"]),
        (&json!("none"), &json!("")),
        "too large for contents"
    );
    let blob = scene.get(&format!("/repos/o/r/git/blobs/{}", shown["sha"].as_str().unwrap())).await.1;
    let content: String = blob["content"].as_str().unwrap().split_whitespace().collect();
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, content).unwrap();
    assert_eq!(bytes, large.into_bytes());
    let commits = scene.get("/repos/o/r/commits?sha=main&path=README.md").await.1;
    assert_eq!((commits.as_array().unwrap().len(), &commits[0]["sha"]), (1, &json!(first)));
    let compared = scene.get(&format!("/repos/o/r/compare/{first}...main")).await.1;
    assert_eq!(
        (&compared["status"], &compared["files"][0]["filename"]),
        (&json!("ahead"), &json!("large.md"))
    );
}

#[tokio::test]
async fn what_the_token_may_not_and_where_the_repository_is_shows() {
    let (scene, first) = Scene::begun().await;
    let blob = json!({ "content": "x" });
    let status = async |method: &str, path: &str| {
        let body = if method == "GET" { Value::Null } else { blob.clone() };
        scene.call(method, path, body).await.0
    };
    scene.github.faults().without("contents: write");
    assert_eq!(status("POST", "/repos/o/r/git/blobs").await, 403);
    assert_eq!(status("GET", "/repos/o/r/git/ref/heads/main").await, 200);
    scene.github.faults().without("push");
    assert_eq!(status("POST", "/repos/o/r/git/blobs").await, 404, "it is not even told");
    scene.github.git().archived = true;
    assert_eq!(status("POST", "/repos/o/r/issues").await, 403);
    assert_eq!(status("POST", "/repos/o/r/pulls").await, 403);
    assert_eq!(scene.get("/repos/o/r").await.1["archived"], true);
    scene.github.git().archived = false;
    scene.github.git().renamed = Some("o/new".into());
    let (moved, said) = scene.get("/repos/o/r/git/ref/heads/main").await;
    assert_eq!((moved, &said["message"]), (301, &json!("Moved Permanently")));
    assert!(said["url"].as_str().unwrap().ends_with("/repositories/300029405/git/ref/heads/main"));
    assert_eq!(status("POST", "/repos/o/r/git/blobs").await, 307);
    assert_eq!(scene.get("/repositories/300029405").await.1["full_name"], "o/new");
    let there = scene.get("/repos/o/new/git/ref/heads/main").await.1;
    assert_eq!(there["object"]["sha"], first.as_str());
}
