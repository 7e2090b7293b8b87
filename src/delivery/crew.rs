//! The tasks of the lanes: one for each lane that has something to do. One that ends by a fault inside howler comes back.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tracing::{Instrument, error, info_span};

use super::heart::Heart;
use domain::effect::Lane;
use domain::id::EffectId;
use ground::clock::Clock;
use ground::logs::how_it_ended;

/// A lane that fell is begun again after this, so that a fault that comes back does not turn in circles.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// What a lane's task is given.
#[derive(Clone)]
pub(super) struct Post {
    pub lane: Lane,
    /// Rings when the desk names the lane again.
    pub notify: Arc<Notify>,
    hand: Arc<Mutex<Option<EffectId>>>,
}

impl Post {
    fn new(lane: Lane) -> Self {
        Self { lane, notify: Arc::new(Notify::new()), hand: Arc::default() }
    }

    /// Notes which effect the lane works on, for the case that it falls over it.
    pub fn holds(&self, effect: Option<EffectId>) {
        *self.hand.lock().unwrap_or_else(PoisonError::into_inner) = effect;
    }

    fn held(&self) -> Option<EffectId> {
        *self.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lane's task. A wake that comes while it runs is kept, for the task may just be ending.
struct Running {
    post: Post,
    woken: bool,
}

/// Runs `work` for each lane that is named, until nobody is left to name one or howler stops. Where `work` panics, `fell`
/// is told which lane it was and what it had in hand, and the lane begins again.
pub(super) async fn run<W, F>(
    mut wakes: mpsc::UnboundedReceiver<Lane>,
    mut stopping: watch::Receiver<bool>,
    clock: Clock,
    heart: Heart,
    work: impl Fn(Post) -> W,
    fell: impl Fn(Lane, Option<EffectId>) -> F,
) where
    W: Future<Output = ()> + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let mut crew = Crew { running: BTreeMap::new(), lanes: HashMap::new(), tasks: JoinSet::new() };
    loop {
        tokio::select! {
            biased;
            // An error means that the app is gone, which is a stop too.
            _ = stopping.wait_for(|stopping| *stopping) => break,
            () = heart.asked() => heart.beat(),
            lane = wakes.recv() => match lane {
                Some(lane) => crew.wake(lane, &work),
                None => break,
            },
            Some(ended) = crew.tasks.join_next_with_id() => match crew.ended(ended) {
                Ended::Well(lane) => crew.over(&lane, &work),
                Ended::Fell(post) => crew.pick_up(post, &clock, &fell),
                Ended::Unknown => {}
            },
        }
    }
    while crew.tasks.join_next().await.is_some() {}
}

struct Crew {
    running: BTreeMap<Lane, Running>,
    lanes: HashMap<Id, Lane>,
    tasks: JoinSet<()>,
}

enum Ended {
    Well(Lane),
    Fell(Post),
    /// A task that was not noted.
    Unknown,
}

impl Crew {
    fn wake<W>(&mut self, lane: Lane, work: &impl Fn(Post) -> W)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        if let Some(running) = self.running.get_mut(&lane) {
            running.woken = true;
            running.post.notify.notify_one();
            return;
        }
        let post = Post::new(lane.clone());
        self.running.insert(lane.clone(), Running { post: post.clone(), woken: false });
        let span = info_span!("lane", class = lane.class());
        self.spawn(lane, work(post).instrument(span));
    }

    fn spawn(&mut self, lane: Lane, task: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(task);
        self.lanes.insert(task.id(), lane);
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) -> Ended {
        let (id, fault) = match ended {
            Ok((id, ())) => (id, None),
            Err(error) => (error.id(), Some(error)),
        };
        let Some(lane) = self.lanes.remove(&id) else { return Ended::Unknown };
        match (fault, self.running.get(&lane)) {
            (Some(error), Some(running)) => {
                let (class, effect) = (lane.class(), running.post.held());
                error!(
                    how = how_it_ended(&error),
                    lane = class,
                    ?effect,
                    "a lane ended by a fault inside howler; it begins again"
                );
                Ended::Fell(running.post.clone())
            }
            _ => Ended::Well(lane),
        }
    }

    fn over<W>(&mut self, lane: &Lane, work: &impl Fn(Post) -> W)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        if self.running.remove(lane).is_some_and(|lane| lane.woken) {
            self.wake(lane.clone(), work);
        }
    }

    /// The lane counts as running until it has been told and a while has passed; then it is woken.
    fn pick_up<F>(&mut self, post: Post, clock: &Clock, fell: &impl Fn(Lane, Option<EffectId>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if let Some(running) = self.running.get_mut(&post.lane) {
            running.woken = true;
        }
        let effect = post.held();
        post.holds(None);
        let (told, clock) = (fell(post.lane.clone(), effect), clock.clone());
        self.spawn(post.lane, async move {
            told.await;
            let until = clock.now().saturating_add(AGAIN).unwrap_or(jiff::Timestamp::MAX);
            clock.sleep_until(until).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lane_that_fell_over_an_effect_says_which_and_comes_back() {
        let (wake, wakes) = mpsc::unbounded_channel();
        let (stop, stopping) = watch::channel(false);
        let (tell, mut told) = mpsc::unbounded_channel();
        let (done, mut worked) = mpsc::unbounded_channel();
        let turns = Arc::new(AtomicU32::new(0));
        let work = move |post: Post| {
            let (turns, done) = (Arc::clone(&turns), done.clone());
            async move {
                post.holds(Some(EffectId(7)));
                assert_ne!(turns.fetch_add(1, Ordering::Relaxed), 0, "the first turn falls");
                post.holds(None);
                done.send(post.lane).unwrap();
            }
        };
        let fell = move |lane, effect| {
            let tell = tell.clone();
            async move { drop(tell.send((lane, effect))) }
        };
        let clock = Clock::of_runtime(jiff::Timestamp::UNIX_EPOCH);
        let crew = tokio::spawn(run(wakes, stopping, clock, Heart::default(), work, fell));
        wake.send(Lane::OnCall).unwrap();
        assert_eq!(told.recv().await, Some((Lane::OnCall, Some(EffectId(7)))));
        assert_eq!(worked.recv().await, Some(Lane::OnCall), "it works again without another wake");
        wake.send(Lane::OnCall).unwrap();
        assert_eq!(worked.recv().await, Some(Lane::OnCall), "and whenever it is named");
        stop.send(true).unwrap();
        crew.await.unwrap();
    }
}
