//! Everything that is saved, looked through once after the start, beside the work.

use std::sync::Weak;

use jiff::SignedDuration;
use tracing::{error, info, warn};

use super::Shared;
use store::{AuditKnown, BackupError, Look, Store};

/// A look that broke off is begun again after so long.
pub(super) const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// Looks through everything. False when it must be begun again.
pub(super) async fn through(shared: &Weak<Shared>) -> bool {
    let Some(store) = shared.upgrade().map(|shared| shared.store.clone()) else { return true };
    let begun = tokio::task::spawn_blocking(move || store.begin_look()).await;
    let mut look = match begun {
        Ok(Ok(look)) => look,
        Ok(Err(error)) => {
            warn!(%error, "the store could not be looked through; it is tried again");
            return false;
        }
        Err(_) => return false,
    };
    loop {
        match step(look).await {
            Some((next, Ok(false))) => look = next,
            Some((_, Ok(true))) => break,
            Some((_, Err(BackupError::Stopped))) => return true,
            Some((_, Err(error))) => {
                warn!(%error, "the store was not looked through to its end; it is tried again");
                return false;
            }
            None => return false,
        }
        tokio::task::yield_now().await;
    }
    if let Some(shared) = shared.upgrade() {
        tell(&shared.store);
    }
    true
}

async fn step(mut look: Look) -> Option<(Look, Result<bool, BackupError>)> {
    tokio::task::spawn_blocking(move || {
        let stepped = look.step();
        (look, stepped)
    })
    .await
    .ok()
}

fn tell(store: &Store) {
    match store.damage() {
        Some(damage) => error!(
            damage,
            "the data folder is damaged; howler goes on with what is there. What is missing comes back from a backup alone"
        ),
        None => info!("every row of the store is as it was written"),
    }
    if let AuditKnown::Broken(why) = store.audit_known() {
        error!(why, "the audit cannot be trusted, so nothing is changed; everything else works");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::Desk;
    use config::Config;
    use domain::Severity;
    use domain::answer::{Answer, Private};
    use domain::command::{Command, Line};
    use domain::id::IncidentId;
    use domain::request::{Ask, Place, ReplyPath, Request};
    use ground::clock::Clock;
    use ground::telemetry::Metrics;
    use store::Store;

    fn typed(delivery: &str, command: Command) -> Request {
        let place = Place { channel: "C1".into(), thread: None };
        let ask = Ask::Line(Line { incident: None, command });
        Request { delivery: delivery.into(), by: "U0IAN".into(), place, reply: ReplyPath::Inline, ask }
    }

    #[tokio::test]
    async fn damage_that_no_start_reads_is_found_and_stands_on_the_board_while_howler_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let start = || {
            let store = Arc::new(Store::open(folder.path(), "one").unwrap());
            let (config, clock) = (Arc::new(Config::default()), Clock::system());
            let (desk, _lanes, task) =
                Desk::start(Arc::clone(&store), config, clock, Metrics::default()).unwrap();
            (store, desk, task)
        };
        let declare = Command::Declare { severity: Severity::P4, title: "Typo".into() };
        let (store, desk, task) = start();
        desk.submit(typed("1", declare.clone())).await.unwrap();
        desk.look_through().await;
        assert!(!desk.damaged());
        store.lose_words(IncidentId(1)).unwrap();
        desk.close().await;
        task.await.unwrap();
        drop(store);
        let (_store, desk, _task) = start();
        desk.look_through().await;
        assert!(desk.damaged());
        let Answer::Private(Private::Doctor { store, .. }) =
            desk.submit(typed("2", Command::Doctor)).await.unwrap()
        else {
            panic!("no board")
        };
        assert!(store[0].contains("the incident's words for the search is missing"), "{store:?}");
        let answer = desk.submit(typed("3", declare)).await.unwrap();
        assert!(matches!(answer, Answer::Private(_)), "howler goes on: {answer:?}");
    }
}
