//! `kubectl` itself, run as howler runs it, with the commands of the shipped procedures, against a small Kubernetes.

use std::collections::BTreeMap;
use std::time::Duration;

use config::RunbookRules;
use domain::procedure::fill::{Filling, Given};
use domain::procedure::judge::{Finding, Since, Verdict};
use domain::procedure::{Command, Did, Kept, Probe, Procedure, Rung};
use domain::run::change::Ended;
use domain::run::difference::{Compared, Difference, Line};
use futures_util::future::join_all;
use ground::clock::Clock;
use probe::{Look, Order, Planned, Prober};
use serde_json::json;
use tempfile::TempDir;

use super::cluster::{Cluster, TOKEN};
use super::controller::{Fares, Town};
use super::{WELL, client};

const LIMIT: Duration = Duration::from_secs(30);

/// A cluster, and howler's hands in it.
pub struct Stand {
    pub cluster: Cluster,
    pub prober: Prober,
    _folder: TempDir,
}

impl Stand {
    /// With the real programs of these names; none where one is not installed.
    pub async fn start(town: Town, programs: &[&str]) -> Option<Self> {
        Self::with_token(town, programs, TOKEN).await
    }

    pub async fn with_token(town: Town, programs: &[&str], token: &str) -> Option<Self> {
        let tools: Option<BTreeMap<_, _>> =
            programs.iter().map(|name| Some(((*name).to_owned(), client(name)?))).collect();
        let cluster = Cluster::start(town).await;
        let folder = tempfile::tempdir().unwrap();
        let kubeconfig = folder.path().join("kubeconfig");
        std::fs::write(&kubeconfig, cluster.kubeconfig(token)).unwrap();
        let named = vec!["KUBECONFIG".to_owned()];
        let rules = RunbookRules {
            tools: tools?,
            environment: programs.iter().map(|name| ((*name).to_owned(), named.clone())).collect(),
            ..RunbookRules::default()
        };
        let prober = Prober::new(&rules, Vec::new(), |name| {
            (name == "KUBECONFIG").then(|| kubeconfig.display().to_string())
        });
        let prober = prober.with_homes(folder.path().join("homes"));
        Some(Self { cluster, prober, _folder: folder })
    }

    /// What every check finds that runs a program; `others` is what the rest find.
    pub async fn look(&self, procedure: &Procedure, others: &[(&str, Verdict)]) -> BTreeMap<String, Finding> {
        let (given, none) = (Given::new(), BTreeMap::new());
        let look = Look { run: fastrand::u64(..), asked: 1 };
        let found = procedure.checks.iter().map(async |(name, check)| {
            let found = match (&check.probe, others.iter().find(|(other, _)| other == name)) {
                (_, Some((_, verdict))) => Finding { verdict: *verdict, ..Finding::unknown("") },
                (Probe::Run(_), None) => {
                    let question =
                        Filling { procedure, given: &given, findings: &none }.question(check).unwrap();
                    self.prober.find(check, &question, Since::Trouble(Clock::system().now()), look, &[]).await
                }
                _ => panic!("{name} is asked of nobody here"),
            };
            (name.clone(), found)
        });
        join_all(found).await.into_iter().collect()
    }

    /// What an action's plan tells.
    pub async fn plan(
        &self,
        procedure: &Procedure,
        findings: &BTreeMap<String, Finding>,
        action: &str,
    ) -> Planned {
        let made = |command| filled(procedure, findings, command);
        let action = &procedure.actions[action];
        let against = action.against.as_ref();
        let against = against.map(|against| Compared {
            argv: made(&against.run),
            given: against.given.clone(),
            ignore: against.ignore.clone(),
        });
        self.prober.plan(&made(action.plan.as_ref().unwrap()), against.as_ref(), LIMIT).await.unwrap()
    }

    pub async fn act(
        &self,
        procedure: &Procedure,
        findings: &BTreeMap<String, Finding>,
        command: &Command,
    ) -> (Ended, String) {
        let (_, ended, output) = carried_out(&self.prober, procedure, findings, command).await;
        (ended, output)
    }
}

/// A command of a procedure, as an action is carried out: what ran, how it ended, and what it printed.
pub async fn carried_out(
    prober: &Prober,
    procedure: &Procedure,
    findings: &BTreeMap<String, Finding>,
    command: &Command,
) -> (Vec<String>, Ended, String) {
    let argv = filled(procedure, findings, command);
    let fingerprint = prober.fingerprint(&argv).await.unwrap();
    let order = Order {
        argv: argv.clone(),
        path: fingerprint.path,
        fingerprint: fingerprint.sha256,
        limit: LIMIT,
        grace: Duration::from_secs(1),
        mark: format!("test-{}", fastrand::u64(..)),
    };
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let (heard, _hears) = tokio::sync::mpsc::channel(1);
    let (ended, output) = prober.act(&order, stopped, &heard).await;
    (argv, ended, output)
}

/// A command of the procedure with its slots filled.
fn filled(procedure: &Procedure, findings: &BTreeMap<String, Finding>, command: &Command) -> Vec<String> {
    let given = Given::new();
    Filling { procedure, given: &given, findings }.command(command).unwrap()
}

pub fn shipped(name: &str) -> Procedure {
    procedure::load(None).runbook.get(name).unwrap().clone()
}

/// The step that findings lead to.
pub fn next(procedure: &Procedure, findings: &BTreeMap<String, Finding>) -> String {
    let verdicts = findings.iter().map(|(name, found)| (name.clone(), found.verdict)).collect();
    let says = |rung: &Rung| rung.action.clone().or_else(|| rung.human.clone()).unwrap();
    procedure.next_rung(&verdicts, &[], Did::default()).map_or_else(String::new, |(_, rung)| says(rung))
}

pub fn told(findings: &BTreeMap<String, Finding>) -> String {
    let line = |(name, found): (&String, &Finding)| {
        format!("  {name}: {:?} {:?} {:?} {:?}", found.verdict, found.why, found.notes, found.kept)
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The stream says that it is down, and Redis is there.
const DOWN: [(&str, Verdict); 2] = [("health", Verdict::Fail), ("redis", Verdict::Pass)];

fn town() -> Town {
    Town::of("event-stream", &["stream:1", "stream:2"])
}

fn kept(findings: &BTreeMap<String, Finding>, fact: &str) -> String {
    let (check, name) = fact.split_once('.').unwrap();
    findings[check].kept.get(name).and_then(|kept| kept.short()).unwrap_or_default()
}

#[tokio::test]
async fn what_kubectl_really_prints_leads_to_the_right_step() {
    type Change = fn(&mut Town);
    let owned: Change = |town| {
        town.fare(Fares::Crashes);
        town.deployment["metadata"]["managedFields"][0]["manager"] = "argocd-controller".into();
    };
    let table: [(&str, Change, &str); 16] = [
        ("its pods run", |_| {}, "restart"),
        ("no image", |town| town.fare(Fares::NoImage), "roll_back"),
        ("it crashes", |town| town.fare(Fares::Crashes), "roll_back"),
        (
            "it crashes, and is four months old",
            |town| {
                town.made_before(120);
                town.fare(Fares::Crashes);
            },
            "The pods crash again and again, and a restart is what Kubernetes tries",
        ),
        ("out of memory", |town| town.fare(Fares::OutOfMemory), "scale_up"),
        ("the first kill", |town| town.fare(Fares::FirstKill), "scale_up"),
        ("before it starts", |town| town.fare(Fares::HeldUp), "Pods are held up"),
        ("no room", |town| town.fare(Fares::Unschedulable), "Pods are held up"),
        ("not ready, in time", |town| town.fare(Fares::NotReady), "A rollout has just begun"),
        (
            "not ready, over its time",
            |town| {
                town.fare(Fares::NotReady);
                town.is_late = true;
            },
            "roll_back",
        ),
        ("paused", |town| town.deployment["spec"]["paused"] = true.into(), "The rollout is paused"),
        (
            "nothing wanted",
            |town| town.scale_to(&json!({ "spec": { "replicas": 0 } })).unwrap(),
            "It is scaled to nothing",
        ),
        ("Argo owns it", owned, "The pods crash again and again. A GitOps tool"),
        (
            "killed for its memory, under an autoscaler",
            |town| {
                town.fare(Fares::OutOfMemory);
                town.autoscalers.push(json!({
                    "metadata": { "name": "stream", "namespace": "monkeytown" },
                    "spec": { "maxReplicas": 6, "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "event-stream" } },
                }));
            },
            "Pods are killed for their memory, and an autoscaler",
        ),
        (
            "a canary's pod under the same label, killed just now",
            |town| {
                let killed = json!({ "terminated": { "reason": "OOMKilled", "exitCode": 137, "finishedAt": Clock::system().now() } });
                town.others.push(json!({
                    "metadata": {
                        "name": "event-stream-canary-7f-x",
                        "namespace": "monkeytown",
                        "labels": { "app": "event-stream", "pod-template-hash": "7f" },
                        "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "event-stream-canary-7f", "controller": true }],
                    },
                    "spec": { "containers": [{ "name": "app", "image": "stream:3" }] },
                    "status": { "phase": "Running", "containerStatuses": [{ "name": "app", "ready": true, "restartCount": 1, "lastState": killed, "state": { "running": {} } }] },
                }));
            },
            "restart",
        ),
        (
            "one that was evicted just now",
            |town| {
                let now = Clock::system().now();
                town.others.push(json!({
                    "metadata": {
                        "name": "event-stream-hash2-evicted",
                        "namespace": "monkeytown",
                        "labels": { "app": "event-stream", "pod-template-hash": "hash2" },
                        "ownerReferences": [{ "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "event-stream-hash2", "controller": true }],
                    },
                    "spec": { "containers": [{ "name": "app", "image": "stream:2" }] },
                    "status": { "phase": "Failed", "reason": "Evicted", "startTime": now },
                }));
            },
            "Pods are held up",
        ),
    ];
    let procedure = shipped("event-stream-failure");
    let Some(stand) = Stand::start(town(), &["kubectl"]).await else { return };
    for (about, change, right) in table {
        *stand.cluster.town() = town();
        change(&mut stand.cluster.town());
        let findings = stand.look(&procedure, &DOWN).await;
        let step = next(&procedure, &findings);
        assert!(step.starts_with(right), "{about}: `{step}`, and not `{right}`\n{}", told(&findings));
        let asked_all = findings.iter().filter(|(name, _)| !DOWN.iter().any(|(other, _)| other == name));
        for (name, found) in asked_all {
            let is_clear = found.verdict != Verdict::Unknown;
            // A log of pods that are not there says nothing.
            let may_be_dark = name == "errors" || about == "nothing wanted" || about == "no room";
            assert!(is_clear || may_be_dark, "{about}: {name} could not tell: {found:?}");
        }
    }
}

#[tokio::test]
async fn kubectl_rolls_back_scales_and_restarts_and_takes_it_back() {
    let Some(stand) = Stand::start(town(), &["kubectl"]).await else { return };
    let procedure = shipped("event-stream-failure");
    stand.cluster.town().fare(Fares::Crashes);
    let first = stand.look(&procedure, &DOWN).await;
    assert_eq!(kept(&first, "history.current"), "2");

    let plan = stand.plan(&procedure, &first, "restart").await;
    assert!(plan.text.as_ref().is_some_and(|text| text.contains("Waiting for deployment")), "{plan:?}");
    let (ended, output) = stand.act(&procedure, &first, &procedure.actions["restart"].run).await;
    assert_eq!((ended, output.trim()), (WELL, "deployment.apps/event-stream restarted"));
    let before = stand.look(&procedure, &DOWN).await;
    assert_ne!(kept(&first, "owner.template"), kept(&before, "owner.template"), "the frozen fact moves");
    // A restart makes a revision, and what it restarted is nothing to go back to.
    assert_eq!(
        (kept(&before, "history.current"), kept(&before, "history.previous")),
        ("3".into(), "1".into())
    );

    let plan = stand.plan(&procedure, &before, "roll_back").await;
    let differs = differs(&plan);
    assert!(differs[0].starts_with("-  Annotations:") && differs[0].contains("restartedAt"), "{differs:?}");
    assert_eq!(
        differs[1..],
        ["-    Image: stream:2", "+    Image: stream:1"],
        "and no revision, and no hash"
    );
    assert_eq!(stand.cluster.patches().len(), 1, "a plan changes nothing");
    let action = &procedure.actions["roll_back"];
    let (ended, output) = stand.act(&procedure, &before, &action.run).await;
    assert_eq!((ended, output.trim()), (WELL, "deployment.apps/event-stream rolled back"));
    assert_eq!(stand.cluster.town().image(), "stream:1");
    let after = stand.look(&procedure, &DOWN).await;
    assert_ne!(kept(&before, "owner.template"), kept(&after, "owner.template"));
    // Revision 4 is 1 again. Nobody goes back to what was left as bad.
    assert_eq!(
        (kept(&after, "history.current"), kept(&after, "history.previous")),
        ("4".into(), String::new())
    );
    // Once more, it says that it did nothing and ends well: the facts that did not move say so.
    let again = Command(
        ["kubectl", "rollout", "undo", "deployment/event-stream", "--to-revision=4"]
            .map(str::to_owned)
            .to_vec(),
    );
    let (ended, output) = stand.act(&procedure, &before, &again).await;
    assert!(
        ended == WELL && output.contains("skipped rollback (current template already matches revision 4)"),
        "{output}"
    );

    // What was gone back to has another number now, and the old one is nowhere.
    let (ended, output) = stand.act(&procedure, &before, &action.run).await;
    assert!(ended != WELL && output.contains("unable to find specified revision 1"), "{output}");

    let (ended, output) = stand.act(&procedure, &before, &action.undo.command().unwrap().run).await;
    assert_eq!(ended, WELL, "{output}");
    assert_eq!(stand.cluster.town().image(), "stream:2");

    let (ended, output) = stand.act(&procedure, &before, &procedure.actions["scale_up"].run).await;
    assert_eq!((ended, output.trim()), (WELL, "deployment.apps/event-stream scaled"));
    assert_eq!(stand.cluster.town().replicas(), 5);

    stand.cluster.town().deployment["spec"]["paused"] = true.into();
    let (ended, output) = stand.act(&procedure, &before, &again).await;
    assert!(
        matches!(ended, Ended::Exit { code: Some(1) }) && output.contains("paused"),
        "{ended:?} {output}"
    );
}

/// The lines of a difference that differ, with single blanks.
pub fn differs(plan: &Planned) -> Vec<String> {
    let Some(Difference::Changes { lines, more: 0, .. }) = &plan.difference else { panic!("{plan:?}") };
    let differs = lines.iter().filter_map(|line| match line {
        Line::Goes(text) => Some(format!("-{text}")),
        Line::Comes(text) => Some(format!("+{text}")),
        Line::Stays(_) | Line::Gap => None,
    });
    differs.map(|line| line.replace(['\t', '\u{a0}'], " ")).collect()
}

#[tokio::test]
async fn what_kubectl_says_of_two_revisions_is_a_difference_of_names_alone() {
    let Some(stand) = Stand::start(town(), &["kubectl"]).await else { return };
    let procedure = shipped("event-stream-failure");
    // The same image, and another password.
    let env = "/spec/template/spec/containers/0/env/0/value";
    let secret = json!([{ "op": "replace", "path": env, "value": "redis://:planted-another@redis:6379" }]);
    stand.cluster.town().json_patch(&secret).unwrap();
    let findings = stand.look(&procedure, &DOWN).await;
    let of = async |plan: &str, now: &str| {
        let mut findings = findings.clone();
        let facts = &mut findings.get_mut("history").unwrap().kept;
        facts.insert("previous".into(), Kept::One(plan.into()));
        facts.insert("current".into(), Kept::One(now.into()));
        facts.insert("revisions".into(), Kept::Many(["1", "2", "3"].map(str::to_owned).into()));
        stand.plan(&procedure, &findings, "roll_back").await
    };
    assert_eq!(
        differs(&of("2", "3").await),
        ["-      REDIS_URL: (not shown)", "+      REDIS_URL: (not shown)"]
    );
    let same = of("3", "3").await;
    assert_eq!((same.difference, same.text), (Some(Difference::Nothing), None));
    let gone = of("2", "9").await;
    let Some(Difference::CannotTell { why }) = &gone.difference else { panic!("{gone:?}") };
    assert!(why.contains("kubectl says of what runs now") && why.contains("unable to find"), "{why}");
    assert!(gone.text.is_some_and(|text| text.contains("stream:2") && !text.contains("planted")));
}

#[tokio::test]
async fn a_cluster_that_refuses_kubectl_says_nothing_of_the_stream() {
    let procedure = shipped("event-stream-failure");
    let Some(stand) = Stand::with_token(town(), &["kubectl"], "another").await else { return };
    let findings = stand.look(&procedure, &DOWN).await;
    for check in ["memory", "owner", "history", "autoscaler", "errors"] {
        let found = &findings[check];
        let why = found.why.clone().unwrap_or_default();
        assert!(
            found.verdict == Verdict::Unknown && why.contains("You must be logged in"),
            "{check}: {found:?}"
        );
    }
}
