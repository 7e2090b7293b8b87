//! Automatic backups by the running howler: one at the start where the newest is too old, one every interval, and one before
//! an upgrade. The folder, its names and what is kept are in `src/data/backups`.
//!
//! Files are written and read on a thread of their own, which nothing waits for: a disk that hangs holds up backups alone.

use std::path::Path;
use std::sync::{Weak, mpsc};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{oneshot, watch};
use tracing::{error, info, warn};

use crate::data::DataError;
use crate::data::backups::{BackupFolder, Kept};
use config::Backups;
use domain::duration::Spoken;
use ground::chore::{self, Due};
use ground::clock::Clock;
use ground::telemetry::BackupMetrics;
use store::{AsItStands, BackupError, Standing, Store, StoreError, Upgrade, outline};

/// A failed backup is tried again after this, or after the interval where that is shorter.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// While somebody takes a backup by hand, which a new one would end, one is tried again after this.
const BUSY: SignedDuration = SignedDuration::from_mins(1);
/// So often: whoever took one by hand may have left it standing.
const BUSY_MOST: u32 = 10;
/// Before an upgrade the folder of backups must take each piece within this time.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// A backup older than so many intervals is said to be missing.
const STALE: i32 = 3;

/// Where backups go, and how often.
#[derive(Clone)]
pub(super) struct Plan {
    folder: BackupFolder,
    every: SignedDuration,
}

impl Plan {
    /// `None` where they are off.
    pub fn of(config: &Backups, data: &Path) -> Option<Self> {
        let every = config.every.interval()?;
        Some(Self { folder: BackupFolder::new(config.folder_of(data)), every })
    }
}

/// Takes backups of a store while it is open.
pub(super) struct Keeper {
    pub plan: Plan,
    pub store: Weak<Store>,
    /// How far the store had come when it was opened.
    pub opened: Standing,
    pub clock: Clock,
    pub metrics: BackupMetrics,
}

/// What a look at the folder came to.
struct Looked {
    found: Look,
    /// The data folder went back in time, in words.
    behind: Option<String>,
}

enum Look {
    /// The newest backup holds everything up to then, and is young enough.
    Newest(Timestamp),
    /// Somebody takes one by hand.
    Busy,
}

impl Keeper {
    /// Takes backups until howler stops.
    pub fn start(self, stopping: &watch::Receiver<bool>) -> (Due, tokio::task::JoinHandle<()>) {
        let clock = self.clock.clone();
        chore::start(&clock, stopping, |next| self.run(next))
    }

    async fn run(self, next: watch::Sender<Timestamp>) {
        let (mut first, mut busy) = (true, 0);
        loop {
            let due = *next.borrow();
            self.clock.sleep_until(due).await;
            let now = self.clock.now();
            let job = Job {
                plan: self.plan.clone(),
                store: self.store.clone(),
                opened: first.then_some(self.opened),
                now,
                ends_others: busy >= BUSY_MOST,
            };
            let looked = on_thread(move |left| job.look(left)).await;
            first &= looked.is_err();
            if let Some(behind) = looked.as_ref().ok().and_then(|looked| looked.behind.as_ref()) {
                error!("{behind}");
            }
            let after = match looked.map(|looked| looked.found) {
                Ok(Look::Newest(at)) => {
                    busy = 0;
                    self.metrics.newest(at);
                    plus(at, self.plan.every).max(plus(now, SignedDuration::from_secs(1)))
                }
                Ok(Look::Busy) => {
                    busy += 1;
                    plus(now, BUSY)
                }
                Err(DataError::Backup(BackupError::Stopped)) => return,
                Err(error) => {
                    self.failed(&error, now);
                    plus(now, AGAIN.min(self.plan.every))
                }
            };
            next.send_replace(after);
        }
    }

    fn failed(&self, error: &DataError, now: Timestamp) {
        self.metrics.failed();
        let age = self.metrics.known().map(|newest| now.duration_since(newest));
        match age {
            Some(age) if age <= self.plan.every * STALE => {
                warn!(%error, "an automatic backup failed; it is tried again");
            }
            Some(age) => error!(%error, "no automatic backup for {}; it is tried again", Spoken(age)),
            None => error!(%error, "there is no automatic backup, and taking one failed; it is tried again"),
        }
    }
}

fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Runs `work` on a thread of its own; it is told when nobody waits for it any more.
async fn on_thread<T: Send + 'static>(
    work: impl FnOnce(&dyn Fn() -> bool) -> Result<T, DataError> + Send + 'static,
) -> Result<T, DataError> {
    let (tell, told) = oneshot::channel();
    let work = move || {
        let done = work(&|| tell.is_closed());
        // Nobody waits at a stop.
        drop(tell.send(done));
    };
    let begun = std::thread::Builder::new().name("howler-backups".to_owned()).spawn(work);
    begun.map_err(DataError::BrokeOff)?;
    told.await.map_err(|_| DataError::Fault)?
}

/// One look at the folder, and a backup where one is due. Blocks.
struct Job {
    plan: Plan,
    store: Weak<Store>,
    /// Set at the first look after the start.
    opened: Option<Standing>,
    now: Timestamp,
    ends_others: bool,
}

impl Job {
    fn store(&self) -> Result<std::sync::Arc<Store>, DataError> {
        Ok(self.store.upgrade().ok_or(BackupError::Stopped)?)
    }

    fn look(&self, left: &dyn Fn() -> bool) -> Result<Looked, DataError> {
        let (folder, instance) = (&self.plan.folder, self.store()?.instance().to_owned());
        let own = folder.of(&instance)?;
        let behind = self.opened.and_then(|opened| {
            folder.sweep(&instance);
            when_behind(opened, &own)
        });
        let found = self.newest_of(own, &instance, left)?;
        Ok(Looked { found, behind })
    }

    fn newest_of(&self, own: Vec<Kept>, instance: &str, left: &dyn Fn() -> bool) -> Result<Look, DataError> {
        // One from the future was named by a clock that was wrong.
        let newest = own.into_iter().filter(|kept| kept.at <= self.now).find(is_usable);
        if let Some(kept) = newest.as_ref().filter(|kept| plus(kept.at, self.plan.every) > self.now) {
            return Ok(Look::Newest(kept.at));
        }
        let kept = match self.take(newest, left) {
            Err(DataError::Backup(BackupError::Overtaken)) => return Ok(Look::Busy),
            taken => match taken? {
                Some(kept) => kept,
                None => return Ok(Look::Busy),
            },
        };
        if let Err(error) = self.plan.folder.prune(instance, self.now) {
            warn!(%error, "old backups could not be removed");
        }
        Ok(Look::Newest(kept.at))
    }

    /// `None` while somebody else takes one.
    fn take(&self, newest: Option<Kept>, left: &dyn Fn() -> bool) -> Result<Option<Kept>, DataError> {
        let store = self.store()?;
        let unchanged =
            newest.filter(|kept| kept.head.is_current() && kept.head.standing() == store.standing());
        if let Some(kept) = unchanged {
            return self.plan.folder.renew(&kept, self.now).map(Some);
        }
        if store.backing_up() && !self.ends_others {
            return Ok(None);
        }
        let mut backup = store.begin_backup(self.now, true)?;
        drop(store);
        let kept = self.plan.folder.write(self.now, || match left() {
            true => Err(BackupError::Stopped.into()),
            false => Ok(backup.next_bytes()?),
        })?;
        info!(path = %kept.path.display(), incidents = kept.head.incidents, "a backup was taken and read through");
        Ok(Some(kept))
    }
}

fn is_usable(kept: &Kept) -> bool {
    let read = kept.verify();
    if let Err(error) = &read {
        warn!(path = %kept.path.display(), %error, "a backup cannot be used");
    }
    read.is_ok()
}

/// A backup of the same store that knows more than the store: the data folder is an old copy.
fn when_behind(opened: Standing, own: &[Kept]) -> Option<String> {
    let kept = furthest_ahead(opened, own)?;
    Some(format!(
        "THE DATA FOLDER WENT BACK IN TIME: it holds {} saved changes, and the backup {} holds {}. It is an old copy, and \
         what happened after it is not known to this howler. Stop it and run `howler restore --newest`; where the old copy \
         is meant, move that backup away",
        opened.commits,
        kept.path.display(),
        kept.head.commits
    ))
}

/// The usable backup that came further than the store, the furthest one.
fn furthest_ahead(opened: Standing, own: &[Kept]) -> Option<&Kept> {
    let mut ahead: Vec<&Kept> = own.iter().filter(|kept| kept.head.standing() > opened).collect();
    ahead.sort_by_key(|kept| kept.head.standing());
    ahead.into_iter().rev().find(|kept| kept.verify().is_ok())
}

/// Takes a backup of a folder that this version is about to change, before it does. Where that fails howler says so, and
/// starts: the incident comes first.
pub(super) fn before_upgrade(plan: Option<&Plan>, data: &Path, clock: &Clock, metrics: &BackupMetrics) {
    // A folder that cannot be read is told of when it is opened.
    let Ok(Some(found)) = outline(data) else { return };
    let Some(upgrade) = found.upgrade() else { return };
    let before = upgrade.from.as_deref().unwrap_or("an older version").to_owned();
    let Some(plan) = plan else {
        warn!(
            before,
            "the data folder is taken over by this version without a backup: [backups] every is off"
        );
        return;
    };
    match copy_out(&plan.folder, data, clock.now()) {
        Ok(kept) => {
            let path = kept.path.display();
            info!(before, %path, "before this version takes the data folder over, a backup of it was taken");
        }
        // It is told when the folder is opened.
        Err(DataError::Store(StoreError::InUse { .. } | StoreError::Damaged { .. })) => {}
        Err(error) => {
            metrics.failed();
            say_no_backup(&upgrade, &before, &error);
        }
    }
}

fn say_no_backup(upgrade: &Upgrade, before: &str, error: &DataError) {
    let after = match upgrade.rows {
        true => "the older version cannot read the folder from now on",
        false => "the older version still reads the folder",
    };
    error!(before, %error, "NO BACKUP BEFORE THE UPGRADE; howler starts all the same, and {after}");
}

/// What the thread that writes says.
enum Said {
    More,
    Done(Result<Kept, DataError>),
}

/// Copies the stopped howler's rows out. They are read here and written on a thread, which is left behind where its disk
/// hangs.
fn copy_out(folder: &BackupFolder, data: &Path, now: Timestamp) -> Result<Kept, DataError> {
    let mut rows = AsItStands::of(data, now)?;
    let (say, said) = mpsc::channel();
    let (give, given) = mpsc::channel::<Result<Option<Vec<u8>>, StoreError>>();
    let (folder, head) = (folder.clone(), rows.head().clone());
    let write = move || {
        let same = |kept: &Kept| {
            kept.head.standing() == head.standing() && kept.head.store_format == head.store_format
        };
        // A start that failed has taken it already.
        let taken =
            folder.of(&head.instance).ok().and_then(|own| own.into_iter().filter(same).find(is_usable));
        let done = match taken {
            Some(kept) => Ok(kept),
            None => folder.write(now, || {
                say.send(Said::More).map_err(|_| DataError::Fault)?;
                Ok(given.recv().map_err(|_| DataError::Fault)??)
            }),
        };
        // Nobody waits for a disk that has hung.
        drop(say.send(Said::Done(done)));
    };
    let begun = std::thread::Builder::new().name("howler-upgrade".to_owned()).spawn(write);
    begun.map_err(DataError::BrokeOff)?;
    loop {
        match said.recv_timeout(ANSWERS_WITHIN) {
            Ok(Said::More) => drop(give.send(rows.next_bytes())),
            Ok(Said::Done(done)) => return done,
            Err(_) => return Err(DataError::BrokeOff(std::io::ErrorKind::TimedOut.into())),
        }
    }
}
