//! What sources do not tell by themselves: howler asks whether open alerts still stand.

use config::secrets::{HookSecrets, VercelSecrets};
use domain::alert::signal::Source;
use domain::secret::Secret;
use fake::alerts::{self, Run as Ended};
use fake::github::{Hook, Run};
use fake::vercel::{self, Vercel};
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;

use crate::harness::World;
use crate::hooks::sends;

pub const ACTIONS: &str = "#github-actions";
pub const ON_CALL: &str = "#on-call";

pub fn secrets() -> HookSecrets {
    HookSecrets { github: Some("github-secret".into()), ..HookSecrets::default() }
}

/// A world with a GitHub whose webhook leads to howler.
pub async fn world(toml: &str) -> World {
    let world = World::with_hub(toml, |all| all.hooks = secrets()).await;
    world.github().repository().hooks = vec![Hook::to_howler()];
    world
}

pub fn hook() -> alerts::GitHub {
    alerts::GitHub {
        secret: "github-secret".into(),
        repository: "anomalyco/monkeytown".into(),
        default_branch: "main".into(),
    }
}

/// The run as GitHub's list has it.
pub fn listed(run: &Ended) -> Run {
    Run {
        id: run.id,
        file: run.workflow.clone(),
        status: if run.conclusion.is_some() { "completed" } else { "in_progress" }.into(),
        conclusion: run.conclusion.clone(),
        started: run.at - SignedDuration::from_secs(60),
        number: run.number,
        attempt: run.attempt,
        updated: run.at,
        jobs: Vec::new(),
        event: run.event.clone(),
        branch: run.branch.clone(),
    }
}

/// What was asked of GitHub so far, by the path.
pub fn asked(world: &World) -> Vec<String> {
    world.github().calls().into_iter().map(|call| call.target).collect()
}

/// The same, of open alerts alone.
fn about_alerts(world: &World) -> Vec<String> {
    asked(world).into_iter().filter(|target| !target.contains("/hooks")).collect()
}

pub async fn why(world: &World) -> String {
    world.ian().types(ON_CALL, "/alerts why A-1").await.replace('*', "")
}

pub async fn sources(world: &World) -> String {
    world.ian().types(ON_CALL, "/alerts sources").await.replace(['*', '\u{2060}'], "")
}

/// A failed run that the webhook told, and that GitHub lists.
async fn failed(world: &World) -> Ended {
    let run = Ended::new(1, "failure", world.clock.now());
    world.github().repository().runs = vec![listed(&run)];
    assert_eq!(world.github().delivers(1, hook().run(&run, "g1")).await, 200);
    world.settle().await;
    run
}

async fn goes_on(world: &World, minutes: i64) {
    world.forward(minutes).await;
    world.asked().await;
}

fn open(world: &World) -> usize {
    world.alerts().len()
}

#[tokio::test]
async fn an_alert_whose_end_was_lost_is_resolved_by_asking() {
    let world = world("").await;
    let run = failed(&world).await;
    goes_on(&world, 29).await;
    assert_eq!(about_alerts(&world), Vec::<String>::new(), "it is not old enough to be asked about");
    goes_on(&world, 1).await;
    assert_eq!(open(&world), 1, "the newest run is the failed one");
    let calls = about_alerts(&world);
    assert_eq!(calls.len(), 2, "the repository, and one list: {calls:?}");
    // The next one succeeds, and its webhook is lost.
    let next = Ended::new(2, "success", run.at + SignedDuration::from_mins(20));
    world.github().repository().runs.insert(0, listed(&next));
    goes_on(&world, 10).await;
    assert_eq!(open(&world), 0);
    let said = world.channel(ACTIONS).last("A-1").text.replace('*', "");
    assert!(said.contains("✅ Resolved") && said.contains("after 20 min"), "{said}");
    let why = why(&world).await;
    assert!(why.contains("Asked: I asked GitHub at") && why.contains("run 2 succeeded"), "{why}");
    // The webhook comes after all: the same delivery counts once.
    assert_eq!(world.github().delivers(1, hook().run(&next, "g2")).await, 200);
    world.settle().await;
    let calls = about_alerts(&world).len();
    goes_on(&world, 120).await;
    assert_eq!(about_alerts(&world).len(), calls, "nothing is open, so nothing is asked");
}

/// An organisation's webhook speaks of all of its repositories; those at the end of the alphabet are asked about too.
#[tokio::test]
async fn every_repository_has_its_turn() {
    let world = world("").await;
    for number in 1..=8 {
        let of = alerts::GitHub { repository: format!("anomalyco/town-{number}"), ..hook() };
        let workflow = format!("ci-{number}.yml");
        let run = Ended { workflow, ..Ended::new(number, "failure", world.clock.now()) };
        let run = of.run(&run, &format!("g{number}"));
        assert_eq!(sends(&world, &run).await, 200);
    }
    assert_eq!(open(&world), 8);
    goes_on(&world, 30).await;
    let about = |number: u64| {
        let part = format!("/repos/anomalyco/town-{number}");
        asked(&world).iter().filter(|target| target.starts_with(&part)).count()
    };
    assert_eq!((1..=8).filter(|number| about(*number) > 0).count(), 5, "five at a time: {:?}", asked(&world));
    let told = sources(&world).await;
    assert!(
        told.contains("open alerts of 8 repositories: I ask about 5 of them at a time, in turn"),
        "{told}"
    );
    for _ in 0..6 {
        goes_on(&world, 30).await;
    }
    assert!((1..=8).all(|number| about(number) > 0), "{:?}", asked(&world));
}

#[tokio::test]
async fn what_cannot_be_told_leaves_it_open_and_is_said() {
    let world = world("").await;
    let run = failed(&world).await;
    // An empty list is no evidence.
    world.github().repository().runs.clear();
    world.github().repository().files.insert(".github/workflows/ci.yml".into(), String::new());
    goes_on(&world, 31).await;
    assert_eq!(open(&world), 1);
    let told = sources(&world).await;
    assert!(told.contains("GitHub lists no finished run for A-1, so it stays open"), "{told}");
    // Nor is a workflow that was taken away.
    world.github().repository().files.clear();
    goes_on(&world, 10).await;
    let told = sources(&world).await;
    assert!(told.contains("GitHub lists no finished run for A-1, so it stays open"), "{told}");
    // Runs that are not over, and those that ended as neither, say nothing.
    let later = run.at + SignedDuration::from_mins(20);
    let runs = [Ended { conclusion: None, ..Ended::new(3, "x", later) }, Ended::new(2, "cancelled", later)];
    world.github().repository().runs = runs.iter().map(listed).chain([listed(&run)]).collect();
    goes_on(&world, 20).await;
    assert_eq!(open(&world), 1);
    let told = sources(&world).await;
    assert!(!told.contains("cannot tell") && told.contains("answered"), "{told}");
    // Neither does a token that may not, nor a GitHub that is down.
    world.github().repository().runs.insert(0, listed(&Ended::new(4, "success", later)));
    world.github().faults().without("actions");
    goes_on(&world, 20).await;
    let told = sources(&world).await;
    assert!(told.contains("give it the permission Actions, read"), "{told}");
    assert_eq!(open(&world), 1);
}

#[tokio::test]
async fn nobody_hammers_a_github_that_is_down() {
    let world = world("").await;
    failed(&world).await;
    world.github().faults().down(true);
    for _ in 0..240 {
        goes_on(&world, 1).await;
    }
    let calls = about_alerts(&world).len();
    assert!((6..=10).contains(&calls), "ever more seldom: {calls} in three and a half hours");
    let told = sources(&world).await;
    assert!(told.contains("GitHub answered with HTTP status 503"), "{told}");
    assert_eq!(open(&world), 1);
}

/// A limit that GitHub tells is kept.
#[tokio::test]
async fn a_limit_is_waited_for() {
    let world = world("").await;
    let run = failed(&world).await;
    let next = Ended::new(2, "success", run.at + SignedDuration::from_mins(20));
    world.github().repository().runs.insert(0, listed(&next));
    world.github().faults().primary_limit("GET /repos/{}", 1, 1_500);
    goes_on(&world, 31).await;
    for _ in 0..20 {
        goes_on(&world, 1).await;
    }
    assert_eq!(about_alerts(&world).len(), 1, "{:?}", about_alerts(&world));
    goes_on(&world, 20).await;
    assert_eq!(open(&world), 0);
}

/// A busy repository: the list does not reach back to the workflow, so it is asked for by itself.
#[tokio::test]
async fn a_workflow_beyond_the_list_is_asked_for_by_itself() {
    let world = world("").await;
    let run = failed(&world).await;
    let later = run.at + SignedDuration::from_mins(20);
    {
        let mut repository = world.github().repository();
        repository.files.insert(".github/workflows/ci.yml".into(), String::new());
        let other = |number| Ended { workflow: "busy.yml".into(), ..Ended::new(number, "success", later) };
        repository.runs = (1_000..1_150).map(|number| listed(&other(number))).collect();
        repository.runs.push(listed(&Ended::new(2, "success", later)));
    }
    goes_on(&world, 31).await;
    assert_eq!(open(&world), 0);
    let calls = about_alerts(&world);
    assert!(calls.last().unwrap().contains("/workflows/ci.yml/runs?branch=main"), "{calls:?}");
}

struct Scene {
    world: World,
    vercel: Vercel,
}

const VERCEL_TOKEN: &str = "vercel-token";

impl Scene {
    async fn new() -> Self {
        let clock = ground::clock::Clock::standing_at(crate::harness::two_in_the_morning());
        let vercel = Vercel::new(vercel::Setup {
            clock,
            token: VERCEL_TOKEN.into(),
            project: "monkeytown-web".into(),
            team: None,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(howler::app::serve(listener, vercel.api(), std::future::pending()));
        let world = World::with_secrets("", |all| {
            all.hooks = HookSecrets { vercel: Some("vercel-secret".into()), ..HookSecrets::default() };
            all.vercel = VercelSecrets { token: Some(Secret::new(VERCEL_TOKEN)), api_url };
        });
        Self { world: world.await, vercel }
    }

    /// Deployments with their states, the newest first: a number, a state, a target, a branch, and when it was made and ready.
    fn lists(&self, all: &[(u64, &str, Option<&str>, &str, Timestamp)]) {
        let shown = |(number, state, target, branch, at): &(u64, &str, Option<&str>, &str, Timestamp)| {
            let (state, branch) = ((*state).to_owned(), Some((*branch).to_owned()));
            let ready = (state == "READY").then(|| *at + SignedDuration::from_secs(90));
            vercel::Deployment {
                uid: format!("dpl_{number}"),
                url: format!("monkeytown-{number}.vercel.app"),
                target: target.map(str::to_owned),
                created: Some(*at),
                state,
                ready,
                branch,
                ..vercel::Deployment::default()
            }
        };
        self.vercel.project().deployments = all.iter().map(shown).collect();
    }

    /// The project as the webhook names it: `prj_...`, as the list is asked for.
    async fn fails(&self, target: Option<&str>, branch: &str) {
        let hook = alerts::Vercel { secret: "vercel-secret".into() };
        let project = self.vercel.project_id().trim_start_matches("prj_").to_owned();
        let deployment = alerts::Deployment {
            project,
            target: target.map(str::to_owned),
            branch: branch.into(),
            at: self.world.clock.now(),
        };
        let post = hook.deployment("deployment.error", &deployment, &format!("e-{target:?}-{branch}"));
        assert_eq!(sends(&self.world, &post).await, 200);
        self.world.settle().await;
    }
}

#[tokio::test]
async fn a_deployment_that_is_ready_resolves_the_one_that_failed() {
    let scene = Scene::new().await;
    scene.fails(Some("production"), "main").await;
    scene.fails(None, "fix").await;
    let now = scene.world.clock.now();
    let before = now - SignedDuration::from_mins(5);
    let after = now + SignedDuration::from_mins(10);
    scene.lists(&[
        (3, "READY", None, "other", after),
        (2, "BUILDING", Some("production"), "main", after),
        (1, "ERROR", Some("production"), "main", before),
        (0, "READY", Some("production"), "main", before - SignedDuration::from_hours(1)),
    ]);
    goes_on(&scene.world, 31).await;
    let open: Vec<Source> = scene.world.alerts().iter().map(|alert| alert.source).collect();
    assert_eq!(open, [Source::Vercel; 2], "one builds, and another branch is none of its business");
    assert_eq!(scene.vercel.calls().len(), 1, "one list covers both");
    scene.lists(&[
        (4, "READY", None, "fix", after),
        (2, "READY", Some("production"), "main", after),
        (1, "ERROR", Some("production"), "main", before),
    ]);
    goes_on(&scene.world, 10).await;
    assert_eq!(scene.world.alerts().len(), 0);
    let why = why(&scene.world).await;
    assert!(why.contains("I asked Vercel at") && why.contains("deployment monkeytown-2"), "{why}");
}

#[tokio::test]
async fn a_vercel_that_does_not_tell_resolves_nothing() {
    let scene = Scene::new().await;
    scene.fails(Some("production"), "main").await;
    goes_on(&scene.world, 31).await;
    let told = sources(&scene.world).await;
    assert!(told.contains("Vercel lists no deployment for A-1, so it stays open"), "{told}");
    let after = scene.world.clock.now();
    scene.lists(&[(2, "READY", Some("production"), "main", after)]);
    for (fault, part) in [
        (vercel::Fault::Http(500), "HTTP status 500"),
        (vercel::Fault::Forbidden, "does not let VERCEL_TOKEN see the deployments"),
        (vercel::Fault::LoseAnswer, "broke off"),
    ] {
        scene.vercel.fault(Some(fault));
        goes_on(&scene.world, 61).await;
        let told = sources(&scene.world).await;
        assert!(told.contains(part) && scene.world.alerts().len() == 1, "{part}: {told}");
    }
    scene.vercel.fault(None);
    goes_on(&scene.world, 61).await;
    assert_eq!(scene.world.alerts().len(), 0);
}
