//! The Vercel CLI itself, run as howler runs it, against Vercel's REST API as it is documented.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use config::RunbookRules;
use config::secrets::{Secrets, VercelSecrets};
use domain::procedure::Here;
use domain::procedure::fill::{Filling, Given};
use domain::procedure::judge::{Finding, Since, Verdict};
use domain::run::change::Ended;
use domain::secret::Secret;
use ground::clock::Clock;
use howler::app;
use probe::{Look, Prober};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::kubernetes::{carried_out, told};
use super::{WELL, client};

const TOKEN: &str = "opaqueVercelCliToken";
const PROJECT: &str = "prj_1204";
const TEAM: &str = "team_1204";

/// Clones are the same one.
#[derive(Clone)]
struct Site(Arc<Mutex<Deployed>>);

struct Deployed {
    /// The newest first: an id, and whether it ever served.
    deployments: Vec<(&'static str, bool)>,
    current: &'static str,
    /// What the last rollback or promotion was.
    last: Value,
    changed: Vec<String>,
}

fn now() -> i64 {
    Clock::system().now().as_millisecond()
}

impl Deployed {
    fn shown(&self, (id, served): &(&str, bool)) -> Value {
        json!({
            "id": id,
            "uid": id,
            "url": format!("{id}.vercel.app"),
            "name": "monkeytown-web",
            "state": "READY",
            "readyState": "READY",
            "readySubstate": if *served { "PROMOTED" } else { "STAGED" },
            "target": "production",
            "projectId": PROJECT,
            "ownerId": TEAM,
            "team": { "id": TEAM, "slug": "monkeytown", "name": "Monkeytown" },
            "creator": { "uid": "u1", "username": "howler" },
            "created": now(),
            "createdAt": now(),
            "alias": [],
        })
    }

    fn turn(&mut self, kind: &str, to: &str) -> Result<(), (u16, &'static str)> {
        let (id, served) =
            *self.deployments.iter().find(|(id, _)| *id == to).ok_or((404, "Deployment not found"))?;
        if kind == "rollback" && !served {
            return Err((422, "Deployment was never aliased to production and cannot be rolled back to"));
        }
        self.last = json!({
            "fromDeploymentId": self.current,
            "toDeploymentId": id,
            "jobStatus": "succeeded",
            "requestedAt": now(),
            "type": kind,
        });
        self.current = id;
        self.changed.push(format!("{kind} {id}"));
        Ok(())
    }
}

async fn call(Shared(site): Shared<Site>, request: Request) -> Response {
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given != Some(&format!("Bearer {TOKEN}")) {
        let error = json!({ "code": "forbidden", "message": "Not authorized", "invalidToken": true });
        return answer(403, &json!({ "error": error }));
    }
    let query: BTreeMap<String, String> =
        serde_urlencoded::from_str(request.uri().query().unwrap_or_default()).unwrap();
    let of_team = ["teamId", "slug"]
        .iter()
        .any(|name| query.get(*name).is_some_and(|value| value == TEAM || value == "monkeytown"));
    let path: Vec<&str> = request.uri().path().trim_matches('/').split('/').collect();
    let mut deployed = site.0.lock().unwrap();
    let team = json!({ "id": TEAM, "slug": "monkeytown", "name": "Monkeytown", "created": now() });
    let refused = |code: u16, message: &str| {
        answer(code, &json!({ "error": { "code": "refused", "message": message } }))
    };
    match (request.method(), path.as_slice()) {
        (&Method::GET, ["v2", "user"]) => answer(
            200,
            &json!({ "user": {
            "id": "u1", "uid": "u1", "username": "howler", "email": "howler@example.com", "version": "northstar",
        } }),
        ),
        (&Method::GET, ["v1" | "v2", "teams"]) => {
            answer(200, &json!({ "teams": [team], "pagination": { "count": 1, "next": null } }))
        }
        (&Method::GET, ["teams", id] | ["v2", "teams", id]) if *id == TEAM || *id == "monkeytown" => {
            answer(200, &team)
        }
        // What belongs to a team is not seen without its name.
        _ if !of_team && path.first() != Some(&"api") => refused(404, "Could not find it"),
        (&Method::GET, ["v13", "deployments", id]) => {
            let id = id.trim_end_matches(".vercel.app");
            match deployed.deployments.iter().find(|(known, _)| *known == id) {
                Some(found) => answer(200, &deployed.shown(found)),
                None => refused(404, "Deployment not found"),
            }
        }
        (&Method::GET, ["v6", "deployments"]) => {
            let all: Vec<Value> = deployed.deployments.iter().map(|one| deployed.shown(one)).collect();
            answer(200, &json!({ "deployments": all, "pagination": { "count": all.len(), "next": null } }))
        }
        (&Method::GET, ["v9", "projects", project])
            if *project == PROJECT || *project == "monkeytown-web" =>
        {
            answer(
                200,
                &json!({
                    "id": PROJECT,
                    "name": "monkeytown-web",
                    "accountId": TEAM,
                    "targets": { "production": { "id": deployed.current } },
                    "lastAliasRequest": deployed.last,
                }),
            )
        }
        (&Method::POST, ["v9" | "v10", "projects", PROJECT, kind @ ("rollback" | "promote"), to]) => {
            match deployed.turn(kind, to) {
                Ok(()) => answer(201, &json!({})),
                Err((code, message)) => refused(code, message),
            }
        }
        (&Method::GET, ["api", "logs", "request-logs"]) => {
            let asked = ["projectId", "ownerId", "level", "environment"]
                .map(|name| query.get(name).map(String::as_str));
            if asked != [Some(PROJECT), Some(TEAM), Some("error"), Some("production")] {
                return refused(400, "Invalid request");
            }
            let log = json!({ "level": "error", "message": "TypeError: ledger is undefined" });
            let row = json!({
                "requestId": "r1",
                "timestamp": Clock::system().now(),
                "deploymentId": deployed.current,
                "requestMethod": "GET",
                "requestPath": "/witness",
                "statusCode": 500,
                "domain": "monkeytown.ai",
                "logs": [log],
            });
            answer(200, &json!({ "rows": [row], "hasMoreRows": false }))
        }
        _ => refused(404, "Not Found"),
    }
}

fn answer(code: u16, body: &Value) -> Response {
    (StatusCode::from_u16(code).unwrap(), [(CONTENT_TYPE, "application/json")], body.to_string())
        .into_response()
}

struct Stand {
    site: Site,
    prober: Prober,
    rules: RunbookRules,
    _folder: TempDir,
}

impl Stand {
    /// The real CLI; none where it is not installed. `team` is what the configuration says.
    async fn start(team: Option<&str>, token: &str) -> Option<Self> {
        let path = client("vercel")?;
        let deployments = vec![("dpl_staged", false), ("dpl_5", true), ("dpl_4", true)];
        let site = Site(Arc::new(Mutex::new(Deployed {
            deployments,
            current: "dpl_5",
            last: Value::Null,
            changed: Vec::new(),
        })));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(app::serve(
            listener,
            Router::new().fallback(call).with_state(site.clone()),
            std::future::pending(),
        ));
        let folder = tempfile::tempdir().unwrap();
        // Where the CLI keeps its settings: in the home that howler gives to it.
        let settings = folder.path().join("homes/vercel/.local/share/com.vercel.cli");
        std::fs::create_dir_all(&settings).unwrap();
        std::fs::write(settings.join("config.json"), json!({ "api": api }).to_string()).unwrap();
        let rules = RunbookRules {
            tools: [("vercel".to_owned(), path)].into(),
            environment: [("vercel".to_owned(), vec!["VERCEL_TOKEN".to_owned()])].into(),
            vercel_team: team.map(str::to_owned),
            ..RunbookRules::default()
        };
        let given = ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"];
        let mut secrets =
            Secrets::read(|name| given.contains(&name).then(|| format!("xoxb-{name}"))).unwrap();
        secrets.vercel = VercelSecrets { token: Some(Secret::new(token)), api_url: api };
        let prober =
            Prober::new(&rules, Vec::new(), |name| (name == "VERCEL_TOKEN").then(|| token.to_owned()));
        let prober =
            prober.with_services(&rules, &secrets, Clock::system()).with_homes(folder.path().join("homes"));
        Some(Self { site, prober, rules, _folder: folder })
    }

    fn procedure(&self, name: &str) -> domain::procedure::Procedure {
        let here: Here<'_> = self.rules.here();
        procedure::load(None).fitted(here).runbook.get(name).unwrap().clone()
    }

    async fn find(&self, procedure: &str, check: &str) -> Finding {
        let procedure = self.procedure(procedure);
        let (given, none) = (Given::new(), BTreeMap::new());
        let check = &procedure.checks[check];
        let question =
            Filling { procedure: &procedure, given: &given, findings: &none }.question(check).unwrap();
        let look = Look { run: fastrand::u64(..), asked: 1 };
        self.prober.find(check, &question, Since::Trouble(Clock::system().now()), look, &[]).await
    }
}

fn kept(finding: &Finding, fact: &str) -> String {
    finding.kept.get(fact).and_then(|kept| kept.short()).unwrap_or_default()
}

#[tokio::test]
async fn the_vercel_cli_rolls_back_and_promotes_what_howler_read() {
    let Some(stand) = Stand::start(Some("monkeytown"), TOKEN).await else { return };
    let procedure = stand.procedure("web-rollback");
    let before = stand.find("web-rollback", "deployments").await;
    assert_eq!(
        (kept(&before, "current"), kept(&before, "previous")),
        ("dpl_5.vercel.app".into(), "dpl_4.vercel.app".into())
    );
    let findings = BTreeMap::from([("deployments".to_owned(), before)]);

    let action = &procedure.actions["roll_back"];
    let (argv, ended, output) = carried_out(&stand.prober, &procedure, &findings, &action.run).await;
    assert_eq!(argv, ["vercel", "rollback", "dpl_4.vercel.app", "--scope=monkeytown"]);
    assert!(ended == WELL && output.contains("Success!"), "{ended:?} {output}");
    assert_eq!(stand.site.0.lock().unwrap().changed, ["rollback dpl_4"]);
    let after = stand.find("web-rollback", "deployments").await;
    assert_eq!(kept(&after, "current"), "dpl_4.vercel.app", "the frozen fact moves");

    let undo = &action.undo.command().unwrap().run;
    let (_, ended, output) = carried_out(&stand.prober, &procedure, &findings, undo).await;
    assert!(ended == WELL && output.contains("Success!"), "{ended:?} {output}");
    assert_eq!(stand.site.0.lock().unwrap().changed, ["rollback dpl_4", "promote dpl_5"]);

    let web = stand.find("logs", "web").await;
    let log = web.kept["log"].clone();
    assert!(web.verdict == Verdict::Pass && format!("{log:?}").contains("ledger is undefined"), "{web:?}");
}

#[tokio::test]
async fn without_the_team_or_with_another_token_the_vercel_cli_says_why_and_changes_nothing() {
    for (team, token, why) in [
        (None, TOKEN, "find the deployment"),
        (Some("monkeytown"), "anotherTokenOfSomebody", "access to the specified account"),
    ] {
        let Some(stand) = Stand::start(team, token).await else { return };
        let procedure = stand.procedure("web-rollback");
        let facts = [("previous", "dpl_4.vercel.app"), ("current", "dpl_5.vercel.app")];
        let mut finding = Finding { verdict: Verdict::Pass, ..Finding::unknown("") };
        finding.kept =
            facts.map(|(name, value)| (name.to_owned(), domain::procedure::Kept::One(value.into()))).into();
        finding.kept.insert("ready".into(), domain::procedure::Kept::Many(vec!["dpl_4.vercel.app".into()]));
        let findings = BTreeMap::from([("deployments".to_owned(), finding)]);
        let run = &procedure.actions["roll_back"].run;
        let (_, ended, output) = carried_out(&stand.prober, &procedure, &findings, run).await;
        assert!(matches!(ended, Ended::Exit { code: Some(1) }), "{ended:?} {output}");
        assert!(output.contains(why) && !output.contains("EACCES"), "{output}");
        assert!(stand.site.0.lock().unwrap().changed.is_empty());
        let web = stand.find("logs", "web").await;
        assert!(web.verdict == Verdict::Unknown, "{}", told(&[("web".to_owned(), web)].into()));
    }
}
