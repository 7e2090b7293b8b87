//! howler's Home tab, for whoever opened it lately: published when it is opened, and again when it would show something else.
//!
//! It is drawn from what is committed, beside the desk and beside the lanes: nothing of it is saved, and nothing waits for it.

mod seen;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, error, warn};

use super::Deliverer;
use super::lenient::lenient;
use super::retry::{self, Class, Trouble};
use super::slack::client::Call;
use desk::Desk;
use domain::home::Home;
use domain::id::UserId;
use ground::clock::Clock;
use ground::logs::how_it_ended;
use seen::Due;
pub use seen::Homes;

/// What happens within this becomes one publication for each person.
const EVERY: SignedDuration = SignedDuration::from_secs(3);
/// Publications that nobody waits for keep this apart: Slack takes a hundred a minute of all together.
const PACE: SignedDuration = SignedDuration::from_millis(800);
/// A later answer is none.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// After a fault inside howler.
const REST: SignedDuration = SignedDuration::from_secs(10);

/// Keeps the Homes that are looked at as things are.
#[derive(Clone)]
pub struct HomeKeeper {
    pub desk: Desk,
    pub deliverer: Arc<Deliverer>,
    pub clock: Clock,
    pub stopping: watch::Receiver<bool>,
}

#[derive(Deserialize)]
struct Published {
    #[serde(default, deserialize_with = "lenient")]
    view: Stands,
}

#[derive(Default, Deserialize)]
struct Stands {
    #[serde(default, deserialize_with = "lenient")]
    hash: Option<String>,
}

/// What came of a look at one Home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looked {
    /// It shows what it should.
    Same,
    /// Slack was called.
    Called,
    /// Slack takes no such call for now.
    Limited,
    /// There is no desk any more.
    Gone,
}

impl HomeKeeper {
    /// Runs until howler stops. A fault inside howler ends no more than the look that it was met in.
    pub async fn run(mut self) {
        loop {
            // In a set of its own: it ends with this task.
            let mut looking = JoinSet::new();
            looking.spawn(self.clone().follow());
            let ended = tokio::select! {
                biased;
                // An error means that the app is gone, which is a stop too.
                _ = self.stopping.wait_for(|stopping| *stopping) => return,
                ended = looking.join_next() => ended,
            };
            let Some(Err(fault)) = ended else { return };
            error!(
                how = how_it_ended(&fault),
                "keeping the Home tabs ended by a fault inside howler; it begins again"
            );
            self.clock.sleep_until(after(self.clock.now(), REST)).await;
        }
    }

    async fn follow(self) {
        let homes = &self.deliverer.homes;
        let mut pulses = self.desk.pulses();
        let (mut looked, mut dirty) = (Timestamp::MIN, false);
        loop {
            let now = self.clock.now();
            if let Some(person) = homes.waiting(now) {
                if self.look(&person).await == Looked::Gone {
                    return;
                }
                continue;
            }
            if dirty && now >= after(looked, EVERY) {
                (looked, dirty) = (now, false);
                self.look_at_all().await;
                continue;
            }
            let next = if dirty { Some(after(looked, EVERY)) } else { homes.next(now) };
            tokio::select! {
                biased;
                () = homes.news.notified() => {}
                changed = pulses.changed() => match changed {
                    Ok(()) => dirty = !homes.followed(now).is_empty(),
                    Err(_) => return,
                },
                () = self.clock.sleep_until(next.unwrap_or(Timestamp::MAX)) => dirty = true,
            }
        }
    }

    /// Looks at every Home that is followed. Whoever opens theirs meanwhile does not wait for the others.
    async fn look_at_all(&self) {
        let homes = &self.deliverer.homes;
        for person in homes.followed(self.clock.now()) {
            match self.look(&person).await {
                Looked::Same => continue,
                // The limit is everybody's; at its end all are looked at again.
                Looked::Limited | Looked::Gone => return,
                Looked::Called => {}
            }
            let paced = after(self.clock.now(), PACE);
            while self.clock.now() < paced {
                tokio::select! {
                    biased;
                    () = homes.news.notified() => {}
                    () = self.clock.sleep_until(paced) => {}
                }
                while let Some(opened) = homes.waiting(self.clock.now()) {
                    self.look(&opened).await;
                }
            }
        }
    }

    /// Publishes one Home where it would show something else, or was opened.
    async fn look(&self, person: &UserId) -> Looked {
        let homes = &self.deliverer.homes;
        let now = self.clock.now();
        let Some(due) = homes.due(person, now) else { return Looked::Same };
        let Some(home) = self.desk.home(person) else { return Looked::Gone };
        if !due.opened && homes.stands(&home) {
            return Looked::Same;
        }
        let sent = match self.publish(&due, &home, due.hash.as_ref()).await {
            // Something was published that howler does not know: an answer that was lost, another howler. This is newer.
            Err(trouble) if trouble.is("hash_conflict") => self.publish(&due, &home, None).await,
            sent => sent,
        };
        match sent {
            Ok(Published { view }) => homes.published(&due, home, view.hash),
            Err(Trouble::Limited { until }) => {
                homes.hold(person, until);
                return Looked::Limited;
            }
            Err(trouble) => self.failed(person, &trouble),
        }
        Looked::Called
    }

    async fn publish(&self, due: &Due, home: &Home, hash: Option<&String>) -> Result<Published, Trouble> {
        let mut body = json!({ "user_id": due.person, "view": view::home(home, self.clock.now()) });
        if let (Some(hash), Some(fields)) = (hash, body.as_object_mut()) {
            fields.insert("hash".into(), hash.as_str().into());
        }
        let call = Call { within: TIME_LIMIT, ..Call::post("views.publish", None, body) };
        self.deliverer.slack.call(&call).await
    }

    /// It is counted with the calls.
    fn failed(&self, person: &UserId, trouble: &Trouble) {
        let homes = &self.deliverer.homes;
        let now = self.clock.now();
        let verdict = retry::verdict(trouble, "the Home tab", "");
        match verdict.class {
            Class::Ours => {
                error!(?trouble, "Slack does not take the Home tab that howler made");
                return homes.forget(person);
            }
            Class::Never => homes.forget(person),
            Class::Again { .. } | Class::Slow | Class::At(_) => {
                if homes.failed(person, now) {
                    return debug!(
                        reason = verdict.reason,
                        "a Home tab could not be published; it is tried again"
                    );
                }
            }
        }
        warn!(reason = verdict.reason, "a Home tab could not be published; it is once it is opened again");
    }
}

fn after(at: Timestamp, wait: SignedDuration) -> Timestamp {
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
