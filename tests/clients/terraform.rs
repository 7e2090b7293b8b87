//! Terraform itself, with what it has built in: no drift, drift, and what it says where it cannot tell.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use config::RunbookRules;
use domain::procedure::judge::{Finding, Since, Verdict};
use domain::procedure::{Heard, Probe, Question};
use probe::{Look, Prober};

use super::client;
use super::kubernetes::shipped;
use crate::tools::{Answer, recorded};

/// A resource that needs no provider from anywhere.
const CODE: &str = "resource \"terraform_data\" \"town\" {\n  input = \"three monkeys\"\n}\n";

/// What it prints of the check, as it came.
async fn printed(terraform: &Path, folder: &Path) -> Heard {
    let check = &shipped("infrastructure-rollback").checks["drift"];
    let Probe::Run(command) = &check.probe else { panic!("it runs nothing") };
    prober(terraform, folder).ask(&Question::Run(command.0.clone()), check.within()).await.unwrap()
}

/// That a recorded answer says what it really prints, word for word but for the numbers.
fn is_recorded(heard: &Heard, line: &str) {
    let rows = recorded(&shipped("infrastructure-rollback"), "drift");
    assert!(heard.all().contains(line), "{heard:?}");
    let is_it = |row: &Answer| row.exit == heard.exit && format!("{}{}", row.out, row.err).contains(line);
    assert!(rows.iter().any(|(_, row)| is_it(row)), "no row says {line}");
}

fn prober(terraform: &Path, folder: &Path) -> Prober {
    let rules = RunbookRules {
        tools: BTreeMap::from([("terraform".to_owned(), terraform.to_owned())]),
        folders: BTreeMap::from([("terraform".to_owned(), folder.to_owned())]),
        ..RunbookRules::default()
    };
    Prober::new(&rules, Vec::new(), |_| None)
}

async fn drift(terraform: &Path, folder: &Path) -> Finding {
    let procedure = shipped("infrastructure-rollback");
    let check = &procedure.checks["drift"];
    let Probe::Run(command) = &check.probe else { panic!("it runs nothing") };
    let prober = prober(terraform, folder);
    let look = Look { run: fastrand::u64(..), asked: 1 };
    let since = Since::Trouble(jiff::Timestamp::UNIX_EPOCH);
    prober.find(check, &Question::Run(command.0.clone()), since, look, &[]).await
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
    is_recorded(
        &printed(&terraform, folder.path()).await,
        "No changes. Your infrastructure matches the configuration.",
    );

    std::fs::write(folder.path().join("main.tf"), CODE.replace("three", "four")).unwrap();
    let state = || std::fs::read_to_string(folder.path().join("terraform.tfstate")).unwrap();
    let before = state();
    let drifted = drift(&terraform, folder.path()).await;
    assert_eq!((drifted.verdict, drifted.notes[0].got.as_str()), (Verdict::Fail, "2"), "{drifted:?}");
    assert_eq!(state(), before, "a plan changes nothing");
    is_recorded(&printed(&terraform, folder.path()).await, "Plan: 0 to add, 1 to change, 0 to destroy.");
    assert!(!folder.path().join(".terraform.tfstate.lock.info").exists());

    std::fs::write(folder.path().join("main.tf"), "resource {\n").unwrap();
    let broken = drift(&terraform, folder.path()).await;
    let why = broken.why.clone().unwrap_or_default();
    assert!(broken.verdict == Verdict::Unknown && why.contains("Error: "), "{broken:?}");
    is_recorded(&printed(&terraform, folder.path()).await, "Error: ");
}
