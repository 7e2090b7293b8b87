//! The audit is signed with a key that is not in the data folder; without it nothing is changed (research 2b, rules 17 and 18).

use config::secrets::AuditSecrets;
use domain::secret::Secret;
use howler::data::{From, verify_audit};

use crate::harness::{EMERGENCIES, Town};
use crate::rollback::{began, broken};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "fedcba9876543210fedcba9876543210";

/// Starts howler anew with these keys.
async fn restart(town: &mut Town, key: Option<&str>, before: Option<&str>) {
    town.world.stop().await;
    let secret = |text: Option<&str>| text.map(Secret::new);
    let audit = AuditSecrets { key: secret(key), before: secret(before) };
    town.world.secure(|secrets| secrets.audit = audit);
    town.world.start_howler().await;
    town.world.settle().await;
}

async fn verify(town: &Town) -> String {
    let verified = verify_audit(From::Data(town.world.data()), None, None, &town.world.clock).await;
    verified.unwrap_or_else(|error| error.to_string())
}

/// What whoever asks for approval is told.
async fn proposes(town: &Town) -> String {
    town.world.ian().types(EMERGENCIES, "/runbook diagnose queue").await;
    town.world.forward_seconds(30).await;
    let runs = town.world.ian().types(EMERGENCIES, "/runbook status").await;
    let run = runs.rsplit("RUN-").next().unwrap().split(' ').next().unwrap().to_owned();
    town.world.ian().types(EMERGENCIES, &format!("/runbook propose RUN-{run}")).await
}

#[tokio::test]
async fn changes_are_signed_and_without_the_key_none_begins() {
    let mut town = broken().await;
    town.world.ian().types(EMERGENCIES, "/runbook freeze before the key").await;
    town.world.ian().types(EMERGENCIES, "/runbook unfreeze").await;
    restart(&mut town, Some(KEY), None).await;
    town.write("restart", "echo restarted");
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1);
    town.world.ian().types(EMERGENCIES, "/runbook abort RUN-1").await;
    town.world.stop().await;
    let whole = verify(&town).await;
    assert!(whole.contains("Rows from 3 on are signed; the 2 rows before are not signed."), "{whole}");
    town.world.start_howler().await;

    for (key, words) in [(None, "no key is set"), (Some(OTHER), "HOWLER_AUDIT_KEY is the key")] {
        restart(&mut town, key, None).await;
        let told = proposes(&town).await;
        assert!(told.contains("no change can start") && told.contains(words), "{told}");
        assert!(told.contains("set HOWLER_AUDIT_KEY to the key that signed it"), "what to do: {told}");
        let logs = began(&town, " logs ");
        town.world.ian().types(EMERGENCIES, "/runbook diagnose queue").await;
        assert!(began(&town, " logs ") > logs, "diagnosis works");
        let frozen = town.world.ian().types(EMERGENCIES, "/runbook freeze anyway").await;
        assert!(frozen.contains("The audit cannot be trusted"), "{frozen}");
    }
    assert_eq!(began(&town, "restart"), 1);

    restart(&mut town, Some(KEY), None).await;
    let told = proposes(&town).await;
    assert!(told.contains("then I'll ask for approval"), "with the key it goes on: {told}");
    town.world.stop().await;
    let whole = verify(&town).await;
    assert!(whole.starts_with("the audit is whole"), "nothing was written without the key: {whole}");
}

#[tokio::test]
async fn the_key_is_changed_over_at_one_start() {
    let mut town = broken().await;
    restart(&mut town, Some(KEY), None).await;
    restart(&mut town, Some(OTHER), Some(KEY)).await;
    restart(&mut town, Some(OTHER), None).await;
    let told = proposes(&town).await;
    assert!(told.contains("then I'll ask for approval"), "{told}");
    town.world.stop().await;
    let whole = verify(&town).await;
    assert!(whole.contains("At row 2 the key was changed, which the key before it signed."), "{whole}");
}
