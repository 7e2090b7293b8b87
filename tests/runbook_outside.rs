//! A diagnosis that asks GitHub and Vercel, from the line that is typed to the card.

use config::secrets::VercelSecrets;
use domain::secret::Secret;
use fake::github::Run;
use fake::vercel::{Deployment, Fault, Setup, Variable, Vercel};
use howler::app;
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::harness::{EMERGENCIES, World, two_in_the_morning};

const TOKEN: &str = "opaque-vercel-token";
const FILE: &str = include_str!("../commands/deployment-failure.toml");

/// A world whose site is deployed by a Vercel.
struct Town {
    world: World,
    vercel: Vercel,
    /// Where the site takes connections, as long as it does.
    site: Option<TcpListener>,
    _folder: TempDir,
}

impl Town {
    /// The shipped procedure, but for the site: its address would lead out of the test.
    async fn start() -> Self {
        let site = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = site.local_addr().unwrap().to_string();
        let folder = tempfile::tempdir().unwrap();
        let (before, after) = FILE.split_once("http = \"https://monkeytown.ai/health\"\n").unwrap();
        let (_, after) = after.split_once("\"healthy\" }\n").unwrap();
        let file = format!("{before}tcp = {at:?}\n{after}");
        std::fs::write(folder.path().join("deployment-failure.toml"), file).unwrap();
        let vercel = Vercel::new(Setup {
            clock: ground::clock::Clock::standing_at(two_in_the_morning()),
            token: TOKEN.into(),
            project: "monkeytown-web".into(),
            team: Some(("team_1".into(), "monkeytown".into())),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(app::serve(listener, vercel.api(), std::future::pending()));
        let toml = format!(
            "[runbook]\nfolder = {:?}\nhosts = [{at:?}]\nprivate = [{at:?}]\nvercel_team = \"monkeytown\"\n",
            folder.path()
        );
        let world = World::with_secrets(&toml, |secrets| {
            secrets.vercel = VercelSecrets { token: Some(Secret::new(TOKEN)), api_url };
        });
        Self { world: world.await, vercel, site: Some(site), _folder: folder }
    }

    /// Deployments of production in these states, the newest first, of which `current` is in use.
    fn deployed(&self, states: &[&str], current: u64) {
        let count = u64::try_from(states.len()).unwrap();
        let deployment = |(state, n): (&&str, u64)| Deployment {
            uid: format!("dpl_{n}"),
            url: format!("monkeytown-{n}.vercel.app"),
            state: (*state).into(),
            target: Some("production".into()),
            error: (*state == "ERROR").then(|| "Command \"npm run build\" exited with 1".to_owned()),
            events: Vec::new(),
            ..Deployment::default()
        };
        let mut project = self.vercel.project();
        project.deployments = states.iter().zip((1..=count).rev()).map(deployment).collect();
        project.current = Some(format!("dpl_{current}"));
        let variable = |key: &str| Variable {
            key: key.into(),
            value: format!("planted-{key}"),
            targets: vec!["production".into()],
        };
        project.variables = vec![variable("REDIS_URL"), variable("DATABASE_URL")];
    }

    async fn diagnosed(&self) -> String {
        self.world.ian().types(EMERGENCIES, "/runbook diagnose deployment-failure").await;
        self.world.channel(EMERGENCIES).last("Deployment failure").everything()
    }
}

#[tokio::test]
async fn a_build_that_fails_leads_to_its_errors_and_to_no_rollback() {
    let town = Town::start().await;
    town.deployed(&["ERROR", "READY", "READY"], 2);
    town.vercel.project().deployments[0].events = vec![
        ("stdout".into(), "compiling".into()),
        ("stderr".into(), format!("Error: cannot reach redis://me:planted@redis with {TOKEN}")),
    ];
    let card = town.diagnosed().await;
    for part in [
        "4 passed, 2 failed",
        "json:/errors is 1 (expected 0)",
        "json:/0/state is ERROR (expected READY)",
        "Error: cannot reach redis://me:[secret]@redis with [secret]",
        "The build fails: fix it in the code",
    ] {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    for gone in ["planted", TOKEN, "vercel rollback"] {
        assert!(!card.contains(gone), "{gone} is in {card}");
    }
}

#[tokio::test]
async fn a_site_that_is_down_with_all_well_at_vercel_leads_to_the_deployment_before() {
    let mut town = Town::start().await;
    town.deployed(&["READY", "READY", "ERROR", "READY"], 3);
    town.site = None;
    let card = town.diagnosed().await;
    for part in [
        "5 passed, 1 failed",
        "Roll the site back to monkeytown-1.vercel.app",
        "vercel rollback monkeytown-1.vercel.app",
        "vercel promote monkeytown-3.vercel.app",
    ] {
        assert!(card.contains(part), "{part} is not in {card}");
    }
}

#[tokio::test]
async fn what_vercel_does_not_tell_leads_to_no_change() {
    let town = Town::start().await;
    town.deployed(&["READY", "READY"], 2);
    town.vercel.fault(Some(Fault::Forbidden));
    let card = town.diagnosed().await;
    for part in [
        "1 passed, 0 failed, 5 could not tell",
        "Vercel does not let VERCEL_TOKEN see the settings of the project monkeytown-web",
    ] {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    assert!(!card.contains("vercel rollback") && !card.contains("The build fails"), "{card}");
}

#[tokio::test]
async fn a_workflow_that_did_not_run_is_to_be_run_by_hand() {
    let world = World::with_github("").await;
    {
        let mut repository = world.github().repository();
        let file = "permissions: write-all\njobs: { draw: { runs-on: ubuntu-latest } }";
        repository.files.insert(".github/workflows/architect.yml".into(), file.into());
        repository.workflows_open_pull_requests = true;
        repository.runs = vec![Run {
            id: 7,
            file: "architect.yml".into(),
            status: "completed".into(),
            conclusion: Some("success".into()),
            started: two_in_the_morning() - SignedDuration::from_hours(30),
            number: 7,
            attempt: 1,
            updated: two_in_the_morning() - SignedDuration::from_hours(30),
            event: "schedule".into(),
            branch: "main".into(),
            jobs: Vec::new(),
        }];
    }
    world.ian().types(EMERGENCIES, "/runbook diagnose agent-workflow-failure").await;
    let card = world.channel(EMERGENCIES).last("Agent workflow failure").everything();
    for part in ["json:/runs_in_a_day is 0 (expected at least 1)", "gh workflow run architect.yml"] {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    world.github().faults().refuse_token(true);
    world.ian().clicks(EMERGENCIES, "again").await;
    let card = world.channel(EMERGENCIES).last("Agent workflow failure").everything();
    assert!(card.contains("does not accept GITHUB_TOKEN") && !card.contains("gh workflow run"), "{card}");
}
