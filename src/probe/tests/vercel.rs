use std::time::Duration;

use serde_json::{Value, json};

use super::services::{LIMIT, VERCEL_TOKEN, answer, clock, listen, prober, secrets, why};
use crate::Prober;
use config::RunbookRules;
use domain::procedure::Question;
use fake::vercel::{Deployment, Fault, Setup, Variable, Vercel};

struct Scene {
    vercel: Vercel,
    prober: Prober,
}

impl Scene {
    /// Of a team's project, or of a personal account's.
    async fn new(team: Option<&str>) -> Self {
        let vercel = Vercel::new(Setup {
            clock: clock(),
            token: VERCEL_TOKEN.into(),
            project: "monkeytown-web".into(),
            team: team.map(|_| ("team_1".to_owned(), "town".to_owned())),
        });
        let rules = RunbookRules { vercel_team: team.map(str::to_owned), ..RunbookRules::default() };
        let prober = prober(&rules, &secrets(&listen(vercel.api()).await));
        Self { vercel, prober }
    }

    async fn answer(&self, asked: &str) -> Value {
        answer(&self.prober, &Question::Vercel(asked.into())).await
    }

    async fn why(&self, asked: &str) -> String {
        why(&self.prober, &Question::Vercel(asked.into()), LIMIT).await
    }

    /// What was asked, with `ID` for the project's.
    fn asked(&self) -> Vec<String> {
        let id = self.vercel.project_id();
        self.vercel.calls().iter().map(|call| call.target.replace(&id, "ID")).collect()
    }
}

fn deployment(n: u64, state: &str, target: Option<&str>) -> Deployment {
    Deployment {
        uid: format!("dpl_{n}"),
        url: format!("monkeytown-{n}.vercel.app"),
        state: state.into(),
        target: target.map(str::to_owned),
        error: (state == "ERROR").then(|| "Command \"npm run build\" exited with 1".to_owned()),
        events: Vec::new(),
        ..Deployment::default()
    }
}

fn variable(key: &str, targets: &[&str]) -> Variable {
    Variable {
        key: key.into(),
        value: "planted-value".into(),
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
    }
}

#[tokio::test]
async fn deployments_of_production_are_listed_and_one_is_current() {
    let scene = Scene::new(Some("town")).await;
    {
        let mut project = scene.vercel.project();
        project.deployments = vec![
            deployment(5, "ERROR", Some("production")),
            deployment(4, "READY", None),
            deployment(3, "READY", Some("production")),
            deployment(2, "READY", Some("production")),
            deployment(1, "READY", Some("production")),
        ];
        project.current = Some("dpl_3".into());
    }
    let answer = scene.answer("deployments: 3").await;
    let summary = |one: &Value| json!([one["url"], one["state"], one["current"]]);
    let shown: Vec<Value> = answer.as_array().unwrap().iter().map(summary).collect();
    assert_eq!(
        Value::from(shown),
        json!([
            ["monkeytown-5.vercel.app", "ERROR", false],
            ["monkeytown-3.vercel.app", "READY", true],
            ["monkeytown-2.vercel.app", "READY", false],
        ])
    );
    assert_eq!(answer[0]["error"], "Command \"npm run build\" exited with 1");
    assert_eq!(
        scene.asked(),
        [
            "/v9/projects/monkeytown-web?rollbackInfo=true&slug=town",
            "/v6/deployments?projectId=ID&target=production&limit=3&slug=town"
        ]
    );
    for wrong in ["deployments: 0", "deployments: 101", "deployments: 5&x=1", "deployments: all"] {
        let why = scene.why(wrong).await;
        assert!(why.contains("is no number from 1 to 100"), "{why}");
    }
}

#[tokio::test]
async fn build_errors_are_those_of_the_newest_failed_deployment_without_secrets() {
    let scene = Scene::new(Some("team_1")).await;
    let event = |kind: &str, text: &str| (kind.to_owned(), text.to_owned());
    let failed = Deployment {
        events: vec![
            event("command", "npm run build"),
            event("stderr", "npm warn deprecated left-pad"),
            event("stdout", "compiling"),
            event("stderr", "Error: cannot connect with postgres://me:planted@db/x"),
            event("fatal", &format!("{VERCEL_TOKEN} is in the way")),
        ],
        ..deployment(2, "ERROR", Some("production"))
    };
    scene.vercel.project().deployments = vec![failed.clone(), deployment(1, "READY", Some("production"))];
    let answer = scene.answer("build errors").await;
    assert_eq!(
        answer,
        json!({
            "deployment": "monkeytown-2.vercel.app",
            "newest": true,
            "errors": 2,
            "log": "Error: cannot connect with postgres://me:[secret]@db/x\n[secret] is in the way\n\
                    Command \"npm run build\" exited with 1",
        })
    );
    assert_eq!(
        scene.asked()[2],
        "/v3/deployments/dpl_2/events?builds=1&direction=backward&follow=0&limit=500&teamId=team_1"
    );
    let silent = Deployment { events: vec![event("stdout", "compiling")], ..failed.clone() };
    scene.vercel.project().deployments = vec![silent];
    assert_eq!(scene.answer("build errors").await["errors"], 1, "Vercel says that it failed");
    scene.vercel.project().deployments = vec![deployment(3, "READY", Some("production")), failed];
    let answer = scene.answer("build errors").await;
    assert_eq!(
        (&answer["newest"], &answer["errors"]),
        (&json!(false), &json!(0)),
        "an older one's is to be read"
    );
    assert!(answer["log"].as_str().unwrap().starts_with("Error: cannot connect"));
    scene.vercel.project().deployments = vec![deployment(3, "READY", Some("production"))];
    let answer = scene.answer("build errors").await;
    assert_eq!(answer, json!({ "errors": 0, "log": "None of the last 20 deployments failed." }));
}

#[tokio::test]
async fn variables_are_named_and_their_values_stay_away() {
    let scene = Scene::new(Some("town")).await;
    {
        let mut project = scene.vercel.project();
        project.variables = (0..14).map(|n| variable(&format!("V{n:02}"), &["preview"])).collect();
        project.variables.push(variable("REDIS_URL", &["production", "preview"]));
        project.shared = vec![variable("DATABASE_URL", &["production"])];
    }
    let heard = scene.prober.ask(&Question::Vercel("environment names".into()), LIMIT).await.unwrap();
    let answer: Value = serde_json::from_str(&heard.text).unwrap();
    assert_eq!(answer, json!({ "production": ["DATABASE_URL", "REDIS_URL"], "elsewhere": 14 }));
    assert_eq!(heard.text.lines().filter(|line| line.contains("\"REDIS_URL\"")).count(), 1);
    assert!(!heard.text.contains("planted"));
    assert_eq!(
        scene.asked()[1..],
        [
            "/v10/projects/ID/env?slug=town",
            "/v10/projects/ID/env?until=10&slug=town",
            "/v1/env?projectId=ID&slug=town"
        ]
    );
}

#[tokio::test]
async fn a_block_is_told_and_what_vercel_does_not_tell_is_not_known() {
    for (team, path) in [(None, "/v2/user"), (Some("town"), "/v2/teams/town?slug=town")] {
        let scene = Scene::new(team).await;
        assert_eq!(scene.answer("quota").await, json!({ "exceeded": false, "reason": "none" }));
        scene.vercel.project().blocked =
            Some(("FAIR_USE_LIMITS_EXCEEDED".into(), Some("fluidCpuDuration".into())));
        assert_eq!(
            scene.answer("quota").await,
            json!({
                "exceeded": true,
                "reason": "FAIR_USE_LIMITS_EXCEEDED fluidCpuDuration",
                "since": "2026-11-24T02:00:00Z",
            })
        );
        scene.vercel.project().is_limited = true;
        let why = scene.why("quota").await;
        assert!(why.contains("API does not tell") && why.contains("Usage"), "{why}");
        assert_eq!(scene.asked(), [path; 3]);
    }
}

#[tokio::test]
async fn refusals_limits_and_faults_are_not_known_whatever_is_asked() {
    let wrong_token = Scene::new(None).await;
    for question in ["deployments: 5", "build errors", "environment names", "quota"] {
        let scene = Scene::new(Some("town")).await;
        scene.vercel.fault(Some(Fault::Silent));
        let late = Question::Vercel(question.into());
        let late = why(&scene.prober, &late, Duration::from_millis(50)).await;
        assert!(late.contains("did not answer within"), "{late}");
        for (fault, expected) in [
            (Fault::Forbidden, "You don't have permission to access this): make one whose scope"),
            (Fault::Http(404), "check [runbook] vercel_project and vercel_team"),
            (Fault::Http(401), "does not accept VERCEL_TOKEN"),
            (Fault::Http(402), "HTTP status 402"),
            (Fault::Http(502), "look again later; vercel-status.com"),
            (Fault::LoseAnswer, "broke off"),
        ] {
            scene.vercel.fault(Some(fault));
            let why = scene.why(question).await;
            assert!(why.contains(expected), "{question}, {fault:?}: {why}");
        }
        // The last, for it lasts.
        scene.vercel.fault(Some(Fault::Limited(90)));
        let limited = "Vercel takes no more questions by VERCEL_TOKEN until 02:01:30 UTC; look again then";
        assert_eq!(scene.why(question).await, limited);
        let calls = scene.vercel.calls().len();
        assert_eq!((scene.why(question).await.as_str(), scene.vercel.calls().len()), (limited, calls));
        let other = RunbookRules { vercel_team: Some("elsewhere".into()), ..RunbookRules::default() };
        let base = listen(wrong_token.vercel.api()).await;
        let mut bad = secrets(&base);
        bad.vercel.token = Some(domain::secret::Secret::new("another-token"));
        let asked = Question::Vercel(question.into());
        let refused = why(&prober(&RunbookRules::default(), &bad), &asked, LIMIT).await;
        assert!(refused.contains("does not accept VERCEL_TOKEN"), "{refused}");
        let outside = why(&prober(&other, &secrets(&base)), &asked, LIMIT).await;
        assert!(outside.contains("does not let VERCEL_TOKEN see"), "{outside}");
    }
}
