//! Work at the edge that nobody waits for: backups, drills, questions to sources. Each looks again when it is due, until howler stops.

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;

/// When a chore is due next. Clones look at the same one.
#[derive(Clone)]
pub struct Due {
    clock: Clock,
    next: watch::Receiver<Timestamp>,
}

impl Due {
    /// Returns once nothing of it is due or under way.
    pub async fn settled(&self) {
        let (mut next, clock) = (self.next.clone(), &self.clock);
        // One that has ended does nothing any more.
        let _ = next.wait_for(|next| *next > clock.now()).await;
    }
}

/// Works until howler stops; `work` says when it is due next once it has done what was due. Must be called inside a runtime.
pub fn start<F>(
    clock: &Clock,
    stopping: &watch::Receiver<bool>,
    work: impl FnOnce(watch::Sender<Timestamp>) -> F,
) -> (Due, JoinHandle<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (tell, next) = watch::channel(Timestamp::MIN);
    let (mut stopping, work) = (stopping.clone(), work(tell));
    let task = tokio::spawn(async move {
        tokio::select! {
            biased;
            // An error means that the app is gone, which is a stop too.
            _ = stopping.wait_for(|stop| *stop) => {}
            () = work => {}
        }
    });
    (Due { clock: clock.clone(), next }, task)
}
