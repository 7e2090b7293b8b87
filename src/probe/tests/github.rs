use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::services::{GITHUB_TOKEN, LIMIT, answer, clock, listen, prober_at, secrets, why};
use crate::Prober;
use crate::github::permissions;
use config::RunbookRules;
use domain::procedure::Question;
use fake::github::{GitHub, Hook, Job, Run, Setup, Step};
use ground::clock::Clock;

const ROOT: &str = "/repos/anomalyco/monkeytown";

struct Scene {
    clock: Clock,
    github: GitHub,
    prober: Prober,
}

impl Scene {
    async fn new() -> Self {
        let clock = clock();
        let github = GitHub::new(Setup {
            clock: clock.clone(),
            repository: "anomalyco/monkeytown".into(),
            token: GITHUB_TOKEN.into(),
            login: "howler-bot".into(),
        });
        let secrets = secrets(&listen(github.api()).await);
        let prober = prober_at(clock.clone(), &RunbookRules::default(), &secrets);
        Self { clock, github, prober }
    }

    async fn answer(&self, asked: &str) -> Value {
        answer(&self.prober, &Question::GitHub(asked.into())).await
    }

    async fn why(&self, asked: &str) -> String {
        why(&self.prober, &Question::GitHub(asked.into()), LIMIT).await
    }

    /// What was asked, without the repository before it.
    fn asked(&self) -> Vec<String> {
        let calls = self.github.calls();
        calls.iter().map(|call| call.target.trim_start_matches(ROOT).to_owned()).collect()
    }
}

fn at(seconds_ago: i64) -> Timestamp {
    clock().now() - SignedDuration::from_secs(seconds_ago)
}

fn run(id: u64, conclusion: Option<&str>, hours_ago: i64, jobs: Vec<Job>) -> Run {
    Run {
        id,
        file: "architect.yml".into(),
        status: if conclusion.is_some() { "completed" } else { "in_progress" }.into(),
        conclusion: conclusion.map(str::to_owned),
        started: at(hours_ago * 3_600),
        number: id,
        attempt: 1,
        updated: at(hours_ago * 3_600),
        jobs,
        event: "schedule".into(),
        branch: "main".into(),
    }
}

/// A job whose second step failed, and what each of its steps printed.
fn job() -> Job {
    let step = |name: &str, conclusion: &str, from: i64, to: i64| Step {
        name: name.into(),
        conclusion: conclusion.into(),
        started: at(from),
        completed: at(to),
    };
    let line =
        |ago: i64, words: &str| format!("{} {words}\n", at(ago).strftime("%Y-%m-%dT%H:%M:%S.1234567Z"));
    let log = [
        "\u{feff}".to_owned(),
        line(100, "##[group]Run actions/checkout"),
        line(95, "checked out"),
        line(80, "##[group]Run npm test"),
        line(80, "##[endgroup]"),
        line(75, "npm notice: token=planted-by-name"),
        line(74, &format!("curl -H 'Authorization: Bearer {GITHUB_TOKEN}'")),
        line(73, "-----BEGIN PRIVATE KEY-----"),
        line(73, "MIIplanted"),
        line(73, "-----END PRIVATE KEY-----"),
        "a line without its time\n".to_owned(),
        line(70, "1 test failed"),
        line(70, "##[error]Process completed with exit code 1."),
        line(70, "Post job cleanup."),
        line(60, "Cleaning up"),
    ];
    Job {
        id: 77,
        name: "build".into(),
        conclusion: "failure".into(),
        steps: vec![step("Checkout", "success", 100, 90), step("Run tests", "failure", 80, 70)],
        log: Some(log.concat()),
    }
}

#[tokio::test]
async fn runs_have_an_age_and_one_that_is_not_over_has_no_conclusion() {
    let scene = Scene::new().await;
    scene.github.repository().files.insert(".github/workflows/architect.yml".into(), "on: push".into());
    scene.github.repository().runs = vec![
        run(3, None, 0, vec![]),
        run(2, Some("success"), 26, vec![]),
        run(1, Some("failure"), 50, vec![]),
    ];
    let answer = scene.answer("workflow runs: architect.yml").await;
    let summary = |run: &Value| json!([run["workflow"], run["status"], run["conclusion"], run["age_hours"]]);
    let shown: Vec<Value> = answer.as_array().unwrap().iter().map(summary).collect();
    assert_eq!(
        Value::from(shown),
        json!([
            ["architect", "in_progress", null, 0.0],
            ["architect", "completed", "success", 26.0],
            ["architect", "completed", "failure", 50.0],
        ])
    );
    assert!(answer[0].get("conclusion").is_none(), "{answer}");
    scene.answer("workflow runs").await;
    assert_eq!(
        scene.asked(),
        ["/actions/workflows/architect.yml/runs?per_page=20", "/actions/runs?per_page=20"]
    );
    let unknown = scene.why("workflow runs: gone.yml").await;
    assert!(unknown.contains("shows the runs of gone.yml in anomalyco/monkeytown to nobody"), "{unknown}");
}

#[tokio::test]
async fn the_failing_step_is_shown_with_its_own_lines_and_without_secrets() {
    let scene = Scene::new().await;
    scene.github.repository().runs =
        vec![run(9, Some("success"), 0, vec![]), run(8, Some("failure"), 1, vec![job()])];
    let answer = scene.answer("failing step").await;
    assert_eq!(answer["name"], "Run tests");
    assert_eq!(answer["job"], "build");
    assert_eq!(answer["run"], "https://github.com/o/r/actions/runs/8");
    let log = "Run npm test\nnpm notice: token=[secret]\ncurl -H 'Authorization: Bearer [secret]'\n[secret]\n\
               a line without its time\n1 test failed\nError: Process completed with exit code 1.";
    assert_eq!(answer["log"].as_str().unwrap(), log);
    assert_eq!(
        scene.asked(),
        [
            "/actions/runs?per_page=20",
            "/actions/runs/8/jobs?filter=latest&per_page=100",
            "/actions/jobs/77/logs"
        ]
    );
}

#[tokio::test]
async fn a_step_that_failed_is_named_where_its_log_is_gone_and_none_where_none_failed() {
    let scene = Scene::new().await;
    let gone = Job { log: None, ..job() };
    scene.github.repository().runs = vec![run(8, Some("timed_out"), 1, vec![gone])];
    let answer = scene.answer("failing step").await;
    assert_eq!(
        (answer["name"].as_str(), answer["log"].as_str()),
        (Some("Run tests"), Some("Its log could not be read: GitHub keeps it no longer"))
    );
    scene.github.repository().runs = vec![run(8, Some("startup_failure"), 1, vec![])];
    assert_eq!(scene.answer("failing step").await["name"], "none");
    scene.github.repository().runs = vec![run(8, Some("success"), 1, vec![])];
    assert_eq!(scene.answer("failing step").await["log"], "None of the last 20 runs failed.");
}

#[tokio::test]
async fn of_a_long_log_the_end_is_shown() {
    let scene = Scene::new().await;
    let lines: String = (0..5_000).map(|line| format!("line {line}\n")).collect();
    let long = Job { steps: vec![], log: Some(lines), ..job() };
    scene.github.repository().runs = vec![run(8, Some("failure"), 1, vec![long])];
    let answer = scene.answer("failing step").await;
    assert_eq!(answer["name"], "build");
    let log = answer["log"].as_str().unwrap();
    assert!(log.starts_with("line 4960\n") && log.ends_with("line 4999"), "{log}");
}

#[tokio::test]
async fn what_is_left_of_the_limit_and_what_a_workflow_may_do() {
    let scene = Scene::new().await;
    scene.github.repository().used = 4_990;
    scene.github.repository().workflows_write = true;
    let limits = scene.answer("rate limit").await;
    assert_eq!(limits["core"], json!({ "limit": 5_000, "remaining": 10, "reset": "2026-11-24T03:00:00Z" }));
    assert_eq!(
        scene.answer("token permissions").await,
        json!({
            "contents": "write",
            "pull_requests": "write",
            "may_open_pull_requests": false,
            "default": "write",
            "decided_by": "the repository's default",
        })
    );
    assert_eq!(scene.asked(), ["/rate_limit", "/actions/permissions/workflow"]);
}

#[tokio::test]
async fn of_hooks_the_key_stays_away() {
    let scene = Scene::new().await;
    let hook = |url: &str| Hook { url: url.into(), events: vec!["push".into()] };
    scene.github.repository().hooks = vec![
        hook("https://hooks.slack.com/services/T0/B0/planted-key"),
        hook("https://ci.example.com:8443/github?token=planted"),
        hook("https://me:planted@ci.example.com/github"),
    ];
    let hooks = scene.answer("hooks").await;
    let urls: Vec<&Value> = hooks.as_array().unwrap().iter().map(|hook| &hook["config"]["url"]).collect();
    assert_eq!(
        urls,
        [
            "https://hooks.slack.com/services/…",
            "https://ci.example.com:8443/github/…",
            "https://ci.example.com/github"
        ]
    );
    assert!(!hooks.to_string().contains("planted"), "{hooks}");
    assert_eq!(scene.asked(), ["/hooks?per_page=100&page=1"]);
}

#[tokio::test]
async fn secrets_are_named_and_the_audit_log_says_who_did_what() {
    let scene = Scene::new().await;
    scene.github.repository().secrets = vec!["NPM_TOKEN".into(), "VERCEL_TOKEN".into()];
    scene.github.repository().audit_log = Some(vec![("mallory".into(), "hook.create".into())]);
    let names = scene.answer("secret names").await;
    let name = |at: usize| names["secrets"][at]["name"].as_str();
    assert_eq!((name(0), name(1)), (Some("NPM_TOKEN"), Some("VERCEL_TOKEN")));
    assert_eq!(
        scene.answer("audit log").await,
        json!([{
            "at": "2026-11-24T02:00:00Z",
            "actor": "mallory",
            "action": "hook.create",
            "repository": "anomalyco/monkeytown",
            "user": null,
        }])
    );
    assert_eq!(
        scene.asked(),
        ["/actions/secrets?per_page=100&page=1", "/orgs/anomalyco/audit-log?per_page=50&order=desc"]
    );
}

#[tokio::test]
async fn a_workflows_own_permissions_go_over_the_default() {
    let scene = Scene::new().await;
    let file = "on:\n  schedule:\n    - cron: '0 2 * * *'\npermissions:\n  contents: write\n  pull-requests: write\n\
                jobs:\n  draw:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ secrets.X }}\n";
    scene.github.repository().files.insert(".github/workflows/architect.yml".into(), file.into());
    let answer = scene.answer("token permissions: architect.yml").await;
    assert_eq!(
        (&answer["contents"], &answer["pull_requests"], &answer["default"], &answer["decided_by"]),
        (&json!("write"), &json!("write"), &json!("read"), &json!("architect.yml"))
    );
    assert_eq!(scene.asked(), ["/actions/permissions/workflow", "/contents/.github/workflows/architect.yml"]);
}

#[test]
fn permissions_are_those_of_the_job_that_may_do_most() {
    let settings = |default: &str| json!({ "default_workflow_permissions": default, "can_approve_pull_request_reviews": true });
    for (default, file, contents, pulls) in [
        ("read", "jobs: { a: { runs-on: x } }", "read", "none"),
        ("write", "jobs: { a: { runs-on: x } }", "write", "write"),
        ("write", "permissions: read-all\njobs: { a: {} }", "read", "read"),
        ("read", "permissions: write-all\njobs: { a: {} }", "write", "write"),
        ("write", "permissions: {}\njobs: { a: {} }", "none", "none"),
        (
            "read",
            "permissions: { contents: read }\njobs: { a: {}, b: { permissions: { pull-requests: write } } }",
            "read",
            "write",
        ),
    ] {
        let answer = permissions::of_workflow(&settings(default), file, "ci.yml").unwrap();
        assert_eq!(
            (&answer["contents"], &answer["pull_requests"]),
            (&json!(contents), &json!(pulls)),
            "{file}"
        );
    }
    assert!(permissions::of_workflow(&settings("read"), "jobs: [", "ci.yml").is_err());
    assert!(permissions::by_default(&json!({})).is_err());
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let scene = Scene::new().await;
    let hook = |n: usize| Hook { url: format!("https://h{n}.example.com/"), events: vec![] };
    scene.github.repository().hooks = (0..230).map(hook).collect();
    assert_eq!(scene.answer("hooks").await.as_array().unwrap().len(), 230);
    assert_eq!(scene.asked().len(), 3);
    scene.github.repository().hooks = (0..501).map(hook).collect();
    assert_eq!(scene.why("hooks").await, "there are more than 500 webhooks");
}

/// Each question, and the permission that it needs.
const NEEDS: [(&str, &str, &str); 6] = [
    ("workflow runs", "actions", "Actions, read"),
    ("failing step: architect.yml", "actions", "Actions, read"),
    ("token permissions", "administration", "Administration, read"),
    ("hooks", "repository_hooks", "Webhooks, read"),
    ("secret names", "secrets", "Secrets, read"),
    ("audit log", "organization_administration", "Enterprise Cloud"),
];

#[tokio::test]
async fn what_the_token_may_not_see_is_not_known_and_the_reason_says_what_to_change() {
    for (question, permission, words) in NEEDS {
        let scene = Scene::new().await;
        scene.github.repository().audit_log = Some(vec![]);
        scene.github.faults().without(permission);
        let forbidden = scene.why(question).await;
        assert!(
            forbidden.contains("Resource not accessible by personal access token")
                && forbidden.contains(words),
            "{question}: {forbidden}"
        );
        scene.github.faults().hidden(true);
        let hidden = scene.why(question).await;
        assert!(
            hidden.contains("[runbook] repository") && hidden.contains(words) && hidden.contains("anomalyco"),
            "{question}: {hidden}"
        );
        scene.github.faults().refuse_token(true);
        let refused = scene.why(question).await;
        assert!(refused.contains("does not accept GITHUB_TOKEN"), "{question}: {refused}");
    }
}

#[tokio::test]
async fn within_a_limit_nothing_is_asked_but_how_much_is_left() {
    let scene = Scene::new().await;
    let faults = scene.github.faults();
    faults.primary_limit(HOOKS, 1, 90);
    faults.secondary_limit(HOOKS, 1, 30);
    faults.http(HOOKS, 429, 1);
    let mut asked = 0;
    for (until, seconds) in [("02:01:30", 90), ("02:02:00", 30), ("02:03:00", 60)] {
        for question in ["hooks", "secret names", "workflow runs"] {
            let why = scene.why(question).await;
            assert_eq!(
                why,
                format!("GitHub takes no more questions by GITHUB_TOKEN until {until} UTC; look again then")
            );
        }
        asked += 1;
        assert_eq!(scene.asked().len(), asked);
        scene.answer("rate limit").await;
        asked += 1;
        scene.clock.advance(SignedDuration::from_secs(seconds));
    }
    scene.answer("hooks").await;
}

const HOOKS: &str = "GET /repos/{}/hooks";

#[tokio::test]
async fn faults_and_broken_connections_are_not_known() {
    let scene = Scene::new().await;
    let faults = scene.github.faults();
    for status in [503, 301, 418] {
        faults.http(HOOKS, status, 1);
    }
    faults.lose_answer(HOOKS, 1);
    for expected in [
        "HTTP status 503: look again later; githubstatus.com",
        "has moved the webhooks in anomalyco/monkeytown: set [runbook] repository",
        "HTTP status 418",
        "broke off",
    ] {
        let why = scene.why("hooks").await;
        assert!(why.contains(expected), "{expected}: {why}");
    }
}

#[tokio::test]
async fn what_is_no_workflows_file_changes_no_address() {
    let scene = Scene::new().await;
    for asked in [
        "workflow runs: ../../../user",
        "failing step: a/b.yml",
        "token permissions: ..",
        "workflow runs: x?per_page=1",
        "workflow runs: x%2fy",
        "workflow runs: a b",
    ] {
        let why = scene.why(asked).await;
        assert!(why.contains("is no workflow's file"), "{asked}: {why}");
    }
    assert!(scene.why("passwords").await.contains("does not know how"));
    assert!(scene.asked().is_empty());
}

#[tokio::test]
async fn only_the_schedules_own_runs_on_the_default_branch_count() {
    let scene = Scene::new().await;
    let of = |id, conclusion: Option<&str>, hours, event: &str, branch: &str| Run {
        event: event.into(),
        branch: branch.into(),
        ..run(id, conclusion, hours, Vec::new())
    };
    let set = |runs: Vec<Run>, state: &str| {
        let mut repository = scene.github.repository();
        repository.files.insert(".github/workflows/architect.yml".into(), String::new());
        repository.states.insert("architect.yml".into(), state.into());
        repository.runs = runs;
    };
    let pull_request = of(9, Some("failure"), 1, "pull_request", "a-branch");
    let on_a_branch = of(8, Some("failure"), 1, "schedule", "a-branch");
    for (conclusion, status, hours, outcome) in [
        (Some("success"), "completed", 2, "succeeded"),
        (Some("failure"), "completed", 2, "failed"),
        (Some("timed_out"), "completed", 2, "failed"),
        (Some("startup_failure"), "completed", 2, "failed"),
        (Some("cancelled"), "completed", 2, "stopped"),
        (Some("skipped"), "completed", 2, "stopped"),
        (Some("neutral"), "completed", 2, "stopped"),
        (Some("stale"), "completed", 2, "stopped"),
        (Some("action_required"), "completed", 2, "waits"),
        (None, "waiting", 2, "waits"),
        (None, "queued", 2, "queued"),
        (None, "queued", 0, "running"),
        (None, "in_progress", 5, "running"),
    ] {
        let last = Run { status: status.into(), ..of(7, conclusion, hours, "schedule", "main") };
        set(vec![pull_request.clone(), on_a_branch.clone(), last], "active");
        let told = scene.answer("schedule: architect.yml").await;
        assert_eq!(
            (&told["last"]["outcome"], &told["runs_in_a_day"]),
            (&json!(outcome), &json!(1)),
            "{conclusion:?} {status}"
        );
    }
    set(vec![pull_request, of(6, Some("success"), 3, "workflow_dispatch", "main")], "disabled_inactivity");
    let told = scene.answer("schedule: architect.yml").await;
    assert_eq!((&told["state"], &told["runs_in_a_day"]), (&json!("disabled_inactivity"), &json!(0)));
    assert_eq!((&told["last"], &told["by_hand"]["outcome"]), (&Value::Null, &json!("succeeded")));
}
