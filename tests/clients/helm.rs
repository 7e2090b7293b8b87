//! `helm` itself, run as howler runs it: what it says of a release's revisions, and a rollback.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::procedure::judge::Verdict;
use domain::run::difference::Difference;
use ground::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::WELL;
use super::controller::Town;
use super::kubernetes::{Stand, differs, next, shipped, told};

/// What Helm made of the chart: another image and another password in each revision.
fn manifest(number: u64) -> String {
    let password = STANDARD.encode(format!("planted-{number}"));
    format!(
        "---\n# Source: town/templates/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: web\ndata:\n  password: {password}\n\
         ---\n# Source: town/templates/web.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: monkeytown-web\nspec:\n  \
         replicas: 4\n  template:\n    spec:\n      containers:\n        - name: web\n          image: web:{number}\n          env:\n            \
         - name: SALT\n              value: planted-{number}\n"
    )
}

/// The first three are months old, and the later ones of today.
fn deployed(number: u64) -> Timestamp {
    let hours = if number < 4 { 120 * 24 } else { 20 };
    Clock::system().now() - SignedDuration::from_hours(hours - i64::try_from(number).unwrap())
}

/// A revision of the release as Helm keeps it: a secret whose data is the release, twice in base64.
fn revision((number, status, description): Revision<'_>, manifest: &str) -> Value {
    let release = json!({
        "name": "monkeytown",
        "namespace": "monkeytown",
        "version": number,
        "info": {
            "first_deployed": "2026-11-01T08:00:00Z",
            "last_deployed": deployed(number),
            "deleted": "",
            "description": description,
            "status": status,
        },
        "chart": { "metadata": { "name": "town", "version": format!("1.{number}.0"), "apiVersion": "v2" }, "templates": [], "values": {} },
        "config": {},
        "manifest": manifest,
    });
    let once = STANDARD.encode(release.to_string());
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "helm.sh/release.v1",
        "metadata": {
            "name": format!("sh.helm.release.v1.monkeytown.v{number}"),
            "namespace": "monkeytown",
            "labels": { "name": "monkeytown", "owner": "helm", "status": status, "version": number.to_string() },
        },
        "data": { "release": STANDARD.encode(once) },
    })
}

/// Its number, its status, and how it came to be.
pub type Revision<'r> = (u64, &'r str, &'r str);

/// A release of nothing: this cluster takes none of a chart's parts.
pub fn town(history: &[Revision<'_>]) -> Town {
    town_of(history, |_| String::new())
}

fn town_of(history: &[Revision<'_>], manifest: impl Fn(u64) -> String) -> Town {
    let mut town = Town::of("monkeytown-web", &["web:1", "web:2"]);
    town.deployment["metadata"]["annotations"]["meta.helm.sh/release-name"] = "monkeytown".into();
    town.secrets = history.iter().map(|one| revision(*one, &manifest(one.0))).collect();
    town
}

const OTHERS: [(&str, Verdict); 2] = [("site", Verdict::Fail), ("drift", Verdict::Pass)];

#[tokio::test]
async fn what_helm_really_prints_names_the_revision_to_go_back_to() {
    type History<'h> = &'h [Revision<'h>];
    let table: [(History<'_>, &str); 6] = [
        // What ran well for months is not left first, also where somebody went back to it today.
        (&[(2, "superseded", "Upgrade complete"), (3, "deployed", "Upgrade complete")], "2"),
        (
            &[
                (2, "superseded", "Upgrade complete"),
                (3, "superseded", "Upgrade complete"),
                (4, "superseded", "Upgrade complete"),
                (5, "deployed", "Rollback to 3"),
            ],
            "2",
        ),
        (&[(4, "superseded", "Upgrade complete"), (5, "deployed", "Upgrade complete")], "4"),
        // What was tried last failed: what runs is what to go back to.
        (
            &[
                (4, "superseded", "Upgrade complete"),
                (5, "deployed", "Upgrade complete"),
                (6, "failed", "Upgrade \"monkeytown\" failed: timed out"),
            ],
            "5",
        ),
        (
            &[
                (4, "superseded", "Upgrade complete"),
                (5, "deployed", "Upgrade complete"),
                (6, "pending-upgrade", "Preparing upgrade"),
            ],
            "5",
        ),
        // 7 is 5 again, and 6 was left as bad.
        (
            &[
                (4, "superseded", "Upgrade complete"),
                (5, "superseded", "Upgrade complete"),
                (6, "superseded", "Upgrade complete"),
                (7, "deployed", "Rollback to 5"),
            ],
            "4",
        ),
    ];
    let procedure = shipped("infrastructure-rollback");
    let Some(stand) = Stand::start(town(&[]), &["kubectl", "helm"]).await else { return };
    for (history, previous) in table {
        *stand.cluster.town() = town(history);
        let findings = stand.look(&procedure, &OTHERS).await;
        let kept = findings["releases"].kept.get("previous").and_then(|kept| kept.short());
        assert_eq!(kept.as_deref(), Some(previous), "{history:?}\n{}", told(&findings));
        let first = if previous == "2" { "Helm did not release what runs" } else { "roll_back_release" };
        let step = next(&procedure, &findings);
        assert!(step.starts_with(first), "{step}\n{}", told(&findings));
    }
    *stand.cluster.town() = town(&[]);
    let findings = stand.look(&procedure, &OTHERS).await;
    let gone = &findings["releases"];
    let why = gone.why.clone().unwrap_or_default();
    assert!(gone.verdict == Verdict::Unknown && why.contains("release: not found"), "{gone:?}");
}

#[tokio::test]
async fn what_helm_would_send_is_a_difference_of_names_alone() {
    let history = [(4, "superseded", "Upgrade complete"), (5, "deployed", "Upgrade complete")];
    let Some(stand) = Stand::start(town_of(&history, manifest), &["kubectl", "helm"]).await else { return };
    let procedure = shipped("infrastructure-rollback");
    let before = stand.look(&procedure, &OTHERS).await;
    let plan = stand.plan(&procedure, &before, "roll_back_release").await;
    let expected = [
        "-  password: (not shown)",
        "+  password: (not shown)",
        "-          image: web:5",
        "+          image: web:4",
        "-              value: (not shown)",
        "+              value: (not shown)",
    ];
    assert_eq!(differs(&plan), expected);
    let all = format!("{plan:?}");
    assert!(all.contains("# Source: town/templates/web.yaml") && !all.contains("planted"), "{all}");
    assert_eq!(stand.cluster.town().secrets.len(), 2, "a plan changes nothing");
    // A chart of which nothing is known is not one that would change nothing.
    *stand.cluster.town() = town(&history);
    let plan = stand.plan(&procedure, &before, "roll_back_release").await;
    assert!(matches!(plan.difference, Some(Difference::CannotTell { .. })), "{plan:?}");
}

#[tokio::test]
async fn helm_rolls_a_release_back_and_says_so_in_its_history() {
    let history = [(4, "superseded", "Upgrade complete"), (5, "deployed", "Upgrade complete")];
    let Some(stand) = Stand::start(town(&history), &["kubectl", "helm"]).await else { return };
    let procedure = shipped("infrastructure-rollback");
    let before = stand.look(&procedure, &OTHERS).await;
    let (ended, output) = stand.act(&procedure, &before, &procedure.actions["roll_back_release"].run).await;
    assert!(ended == WELL && output.contains("Rollback was a success"), "{ended:?} {output}");
    let after = stand.look(&procedure, &OTHERS).await;
    let fact = |name: &str| after["releases"].kept.get(name).and_then(|kept| kept.short());
    assert_eq!((fact("current").as_deref(), fact("previous")), (Some("6"), None), "{}", told(&after));
}
