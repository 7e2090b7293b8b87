//! What the shipped checks make of an answer, and the step that their verdicts lead to.

use std::collections::BTreeMap;

use domain::procedure::judge::{Since, judge};
use domain::procedure::{Did, Heard, Verdict};

use super::load;

/// When the trouble began: 2026-11-24, 02:00 UTC.
const NIGHT: jiff::Timestamp = jiff::Timestamp::constant(1_795_485_600, 0);

/// What a shipped check makes of an answer.
fn verdict(procedure: &str, check: &str, exit: i32, text: &str) -> Verdict {
    let runbook = load(None).runbook;
    let heard = Heard { exit: Some(exit), text: text.into(), ..Heard::default() };
    judge(&runbook.get(procedure).unwrap().checks[check], &Ok(heard), Since::Trouble(NIGHT)).verdict
}

/// The shipped step that verdicts lead to: its action, or the beginning of what a person does.
fn step(procedure: &str, verdicts: &[(&str, Verdict)]) -> String {
    let runbook = load(None).runbook;
    let procedure = runbook.get(procedure).unwrap();
    let mut all: BTreeMap<String, Verdict> =
        procedure.checks.keys().map(|name| (name.clone(), Verdict::Pass)).collect();
    for (name, verdict) in verdicts {
        assert!(all.insert((*name).to_owned(), *verdict).is_some(), "there is no check {name}");
    }
    let (_, rung) = procedure.next_rung(&all, &[], Did::default()).unwrap();
    rung.action.clone().or(rung.human.clone()).unwrap()
}

#[test]
fn a_release_that_is_past_its_deadline_fails_and_leads_to_its_owners_rollback() {
    use Verdict::{Fail, Pass, Unknown};
    let deployment = |status: serde_json::Value, release: Option<&str>| {
        let annotations = serde_json::json!({ "meta.helm.sh/release-name": release });
        let annotations = if release.is_some() { annotations } else { serde_json::json!({}) };
        let all = serde_json::json!({ "metadata": { "annotations": annotations }, "status": status });
        serde_json::to_string_pretty(&all).unwrap()
    };
    let conditions = |all: &[(&str, &str)]| {
        let one = |(kind, reason): &(&str, &str)| serde_json::json!({ "type": kind, "reason": reason });
        serde_json::json!({ "replicas": 4, "unavailableReplicas": 1, "conditions": all.iter().map(one).collect::<Vec<_>>() })
    };
    let enough = ("Available", "MinimumReplicasAvailable");
    let well = conditions(&[enough, ("Progressing", "NewReplicaSetAvailable")]);
    let here = "infrastructure-rollback";
    for (all, expected) in [
        (conditions(&[enough, ("Progressing", "ProgressDeadlineExceeded")]), Fail),
        (conditions(&[("Available", "MinimumReplicasUnavailable")]), Fail),
        // One pod is missing in an ordinary rollout.
        (conditions(&[enough, ("Progressing", "ReplicaSetUpdated")]), Pass),
        (well.clone(), Pass),
        (serde_json::json!({}), Unknown),
    ] {
        assert_eq!(verdict(here, "rollout", 0, &deployment(all.clone(), None)), expected, "{all}");
    }
    assert_eq!(verdict(here, "rollout", 1, "Unable to connect to the server"), Unknown);
    assert_eq!(verdict(here, "helm_owns_it", 0, &deployment(well.clone(), Some("monkeytown"))), Pass);
    assert_eq!(verdict(here, "helm_owns_it", 0, &deployment(well, None)), Fail);
    assert_eq!(verdict(here, "helm_owns_it", 1, "Unable to connect to the server"), Unknown);
    assert_eq!(step(here, &[("rollout", Fail)]), "roll_back_release");
    assert_eq!(step(here, &[("site", Fail)]), "roll_back_release", "ready, and broken all the same");
    assert_eq!(step(here, &[("rollout", Fail), ("helm_owns_it", Fail)]), "roll_back_deployment");
}

#[test]
fn what_became_of_a_workflows_last_run_leads_to_its_own_step() {
    use Verdict::Fail;
    let here = "agent-workflow-failure";
    let none = r#"{"state":"active","runs_in_a_day":0,"last":null,"by_hand":null,"begun":[]}"#;
    assert_eq!(verdict(here, "ran", 0, none), Fail, "it is known not to have run");
    assert_eq!(verdict(here, "failed", 0, none), Verdict::Unknown, "and not known to have failed or not");
    for (check, outcome) in
        [("failed", "failed"), ("stopped", "stopped"), ("approved", "waits"), ("taken", "queued")]
    {
        let told = format!(r#"{{"state":"active","runs_in_a_day":1,"last":{{"outcome":"{outcome}"}}}}"#);
        assert_eq!(verdict(here, check, 0, &told), Fail, "{outcome}");
        let human = step(here, &[(check, Fail)]);
        assert!(human.contains(' '), "{outcome} is for people first: {human}");
    }
    let off = r#"{"state":"disabled_inactivity","runs_in_a_day":0}"#;
    assert_eq!(verdict(here, "on", 0, off), Fail);
    assert!(step(here, &[("on", Fail), ("ran", Fail)]).starts_with("The workflow is switched off"));
    assert_eq!(step(here, &[("ran", Fail)]), "run_it");
}

#[test]
fn an_invalid_index_is_told_where_checksums_are_off_and_what_could_not_tell_is_not_called_well() {
    use Verdict::{Fail, Unknown};
    let here = "database-corruption";
    assert!(step(here, &[("checksums", Unknown), ("invalid", Fail)]).contains("REINDEX"));
    assert!(step(here, &[("checksums", Fail), ("invalid", Fail)]).contains("Stop every writer"));
    for (procedure, check) in [
        (here, "checksums"),
        ("deployment-failure", "site"),
        ("web-rollback", "site"),
        ("infrastructure-rollback", "rollout"),
    ] {
        let said = step(procedure, &[(check, Unknown)]);
        assert!(said.contains("could not tell"), "{procedure}: {said}");
    }
}
