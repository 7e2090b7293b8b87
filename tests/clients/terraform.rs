//! Terraform itself, with what it has built in: no drift, drift, and what it says where it cannot tell.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use config::RunbookRules;
use domain::procedure::judge::{Finding, Since, Verdict};
use domain::procedure::{Probe, Question};
use probe::{Look, Prober};

use super::client;
use super::kubernetes::shipped;

/// A resource that needs no provider from anywhere.
const CODE: &str = "resource \"terraform_data\" \"town\" {\n  input = \"three monkeys\"\n}\n";

async fn drift(terraform: &Path, folder: &Path) -> Finding {
    let rules = RunbookRules {
        tools: BTreeMap::from([("terraform".to_owned(), terraform.to_owned())]),
        folders: BTreeMap::from([("terraform".to_owned(), folder.to_owned())]),
        ..RunbookRules::default()
    };
    let procedure = shipped("infrastructure-rollback");
    let check = &procedure.checks["drift"];
    let Probe::Run(command) = &check.probe else { panic!("it runs nothing") };
    let prober = Prober::new(&rules, Vec::new(), |_| None);
    let look = Look { run: fastrand::u64(..), asked: 1 };
    let since = Since::Trouble(jiff::Timestamp::UNIX_EPOCH);
    prober.find(check, &Question::Run(command.0.clone()), since, look).await
}

#[tokio::test]
async fn terraform_tells_drift_from_none_and_from_what_it_cannot_tell() {
    let Some(terraform) = client("terraform") else { return };
    let folder = tempfile::tempdir().unwrap();
    // It sets the scene; on a busy machine it was seen to halt once.
    let by_hand = |arguments: &[&str]| {
        let run = || Command::new(&terraform).args(arguments).current_dir(folder.path()).output().unwrap();
        let ran = (0..3).map(|_| run()).find(|ran| ran.status.success());
        assert!(ran.is_some(), "{}", String::from_utf8_lossy(&run().stderr));
    };
    let empty = drift(&terraform, folder.path()).await;
    let why = empty.why.clone().unwrap_or_default();
    assert!(empty.verdict == Verdict::Unknown && why.ends_with("Error: No configuration files"), "{empty:?}");

    std::fs::write(folder.path().join("main.tf"), CODE).unwrap();
    by_hand(&["init", "-input=false"]);
    by_hand(&["apply", "-auto-approve", "-input=false"]);
    let none = drift(&terraform, folder.path()).await;
    assert_eq!((none.verdict, &none.why), (Verdict::Pass, &None), "{none:?}");

    std::fs::write(folder.path().join("main.tf"), CODE.replace("three", "four")).unwrap();
    let state = || std::fs::read_to_string(folder.path().join("terraform.tfstate")).unwrap();
    let before = state();
    let drifted = drift(&terraform, folder.path()).await;
    assert_eq!((drifted.verdict, drifted.notes[0].got.as_str()), (Verdict::Fail, "2"), "{drifted:?}");
    assert_eq!(state(), before, "a plan changes nothing");
    assert!(!folder.path().join(".terraform.tfstate.lock.info").exists());

    std::fs::write(folder.path().join("main.tf"), "resource {\n").unwrap();
    let broken = drift(&terraform, folder.path()).await;
    let why = broken.why.clone().unwrap_or_default();
    assert!(broken.verdict == Verdict::Unknown && why.contains("Error: "), "{broken:?}");
}
