//! The recorded answers of `tests/tools` have the shapes that the real clients print: a row that no client would print argues for nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::procedure::fill::{Filling, Given};
use domain::procedure::{Procedure, Question};
use serde_json::Value;

use super::controller::{Fares, Town};
use super::helm;
use super::kubernetes::{Stand, shipped};
use crate::tools::recorded;

const LIMIT: Duration = Duration::from_secs(30);
/// What Kubernetes leaves out of some objects.
const MAY_BE_MISSING: [&str; 5] = ["annotations", "labels", "managedFields", "ownerReferences", "spec"];

async fn printed(stand: &Stand, procedure: &Procedure, check: &str) -> String {
    let (given, findings) = (Given::new(), BTreeMap::new());
    let filling = Filling { procedure, given: &given, findings: &findings };
    let Ok(question @ Question::Run(_)) = filling.question(&procedure.checks[check]) else {
        panic!("{check} runs nothing")
    };
    let heard = stand.prober.ask(&question, LIMIT).await.unwrap();
    assert_eq!(heard.exit, Some(0), "{check}: {}", heard.all());
    heard.text
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// What of `real` must be in `row`, and is not: the words at the top, and those of each element of a list.
fn lacks(real: &Value, row: &Value) -> Vec<String> {
    let missing = |real: &Value, row: &Value, place: &str| -> Vec<String> {
        let missing =
            keys(real).difference(&keys(row)).map(|key| format!("{place}/{key}")).collect::<Vec<_>>();
        missing
            .into_iter()
            .filter(|key| !MAY_BE_MISSING.iter().any(|may| key.ends_with(&format!("metadata/{may}"))))
            .collect()
    };
    let mut lacks = missing(real, row, "");
    let list = |value: &Value| value.as_array().or_else(|| value["items"].as_array()).cloned();
    if let (Some(real), Some(row)) = (list(real), list(row)) {
        for (number, row) in row.iter().enumerate() {
            lacks.extend(real.first().into_iter().flat_map(|real| missing(real, row, &format!("/{number}"))));
        }
    }
    lacks
}

/// Each row of the checks that prints JSON beside what the client really prints.
async fn compare(stand: &Stand, procedure: &Procedure, checks: &[&str]) -> usize {
    let mut rows = 0;
    for check in checks {
        let text = printed(stand, procedure, check).await;
        let real: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{check}: {error}: {text}"));
        for (about, answer) in recorded(procedure, check) {
            if answer.exit.unwrap_or(0) != 0 || !answer.err.is_empty() {
                continue;
            }
            let row: Value =
                serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{about}, {check}: {error}"));
            assert_eq!(lacks(&real, &row), Vec::<String>::new(), "{about}, {check}: no client prints {row}");
            rows += 1;
        }
    }
    rows
}

#[tokio::test]
async fn recorded_answers_of_kubectl_and_helm_have_the_shapes_that_they_print() {
    let history = [(4, "superseded", "Upgrade complete"), (5, "deployed", "Upgrade complete")];
    let Some(stand) = Stand::start(Town::of("event-stream", &["e:1", "e:2"]), &["kubectl", "helm"]).await
    else {
        return;
    };
    stand.cluster.town().autoscalers.push(serde_json::json!({
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": { "name": "other", "namespace": "monkeytown" },
        "spec": { "maxReplicas": 6, "minReplicas": 3, "scaleTargetRef": { "kind": "Deployment", "name": "other" } },
        "status": { "currentReplicas": 3 },
    }));
    stand.cluster.town().fare(Fares::Crashes);
    let stream = shipped("event-stream-failure");
    let checks = ["memory", "crashes", "starts", "rollout", "owner", "paused", "autoscaler", "history"];
    let rows = compare(&stand, &stream, &checks).await;
    assert!(rows > 100, "{rows}");
    *stand.cluster.town() = helm::town(&history);
    let web = shipped("infrastructure-rollback");
    let rows =
        compare(&stand, &web, &["rollout", "made", "owner", "helm_owns_it", "history", "releases"]).await;
    assert!(rows > 50, "{rows}");
    // What is counted by lines stands in a line as the client prints it.
    let real = printed(&stand, &web, "helm_owns_it").await;
    assert!(
        real.lines().any(|line| line.trim() == "\"meta.helm.sh/release-name\": \"monkeytown\""),
        "{real}"
    );
}
