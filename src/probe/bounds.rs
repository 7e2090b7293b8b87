//! What a program may do at most: as which user it runs, and how much of the machine it takes (research 2b, rule 6).
//!
//! No code of howler's runs between the fork and the program, so limits are set right after it began: for well under a
//! millisecond it has howler's own. What it forks in that time keeps them. The user and the flag that keeps it from gaining
//! rights hold from its first instruction on.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread;

use rustix::io::Errno;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit, setrlimit};
use tokio::process::{Child, Command};
use tokio::runtime::Handle;

use super::user::User;
use config::Limits;

/// As which user and within which limits programs run.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Or why there is none that may be used: nothing is run then.
    pub user: Result<Option<User>, String>,
    pub limits: Limits,
}

/// Limits pass to what is started, and are howler's own: one at a time is started under a mark.
static MARKING: Mutex<()> = Mutex::new(());

/// Does `start` while howler's own soft limit on file locks, which means nothing to the kernel, is `mark`: what is started then has it
/// before it runs.
fn marking<T>(mark: u64, start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let _alone = MARKING.lock().unwrap_or_else(PoisonError::into_inner);
    let own = getrlimit(Resource::Locks);
    setrlimit(Resource::Locks, Rlimit { current: Some(mark), ..own })?;
    let started = start();
    setrlimit(Resource::Locks, own)?;
    started
}

/// Takes a mark off this process that was meant for a program: whoever starts howler in the moment in which another thread of
/// theirs starts a program passes its mark on, and the program's end would be howler's. A hard limit stays: whoever has that was
/// begun by a program.
///
/// # Errors
/// When the limit cannot be set.
pub fn unmark() -> io::Result<()> {
    let own = getrlimit(Resource::Locks);
    Ok(setrlimit(Resource::Locks, Rlimit { current: own.maximum, ..own })?)
}

impl Bounds {
    /// Starts `command` as the configured user, with the number `mark` in its limits from its first instruction on; it can gain no
    /// rights by what it runs. Must be called inside a runtime.
    ///
    /// # Errors
    /// When it cannot be started like that.
    pub fn spawn(&self, command: &mut Command, mark: u64) -> io::Result<Child> {
        if let Some(user) = self.user.as_ref().map_err(|why| io::Error::other(why.clone()))? {
            // The standard library clears the other groups with it.
            command.uid(user.uid).gid(user.gid);
        }
        if self.limits.new_privileges {
            return marking(mark, || command.spawn());
        }
        let runtime = Handle::current();
        // The flag is its thread's alone, cannot be taken back, and passes to what the thread starts.
        thread::scope(|scope| {
            let spawn = || {
                let _inside = runtime.enter();
                rustix::thread::set_no_new_privs(true)?;
                marking(mark, || command.spawn())
            };
            let spawned = thread::Builder::new().spawn_scoped(scope, spawn)?.join();
            spawned.unwrap_or_else(|_| Err(io::Error::other("it could not be started")))
        })
    }

    /// Gives the process `id` its limits, and the number by which all that it begins is found; it may not raise them. One that has
    /// ended needs none.
    ///
    /// # Errors
    /// When one of them cannot be set.
    pub fn cap(&self, id: Pid, mark: u64) -> io::Result<()> {
        for (resource, most) in self.most().into_iter().chain([(Resource::Locks, mark)]) {
            // A hard limit can only be lowered.
            let most = getrlimit(resource).maximum.map_or(most, |own| own.min(most));
            match prlimit(Some(id), resource, Rlimit { current: Some(most), maximum: Some(most) }) {
                Ok(_) | Err(Errno::SRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn most(&self) -> Vec<(Resource, u64)> {
        let Limits { cpu, memory, open_files, processes, .. } = &self.limits;
        let seconds = u64::try_from(cpu.0.as_secs()).unwrap_or(u64::MAX);
        let always = [
            // Of what a program prints when it crashes nothing lies on a disk: its secrets would be in it.
            (Resource::Core, 0),
            (Resource::Cpu, seconds.max(1)),
            // Not the address space: programs in Go set aside far more of it than they use.
            (Resource::Data, memory.bytes()),
            (Resource::Nofile, *open_files),
        ];
        always.into_iter().chain(processes.map(|processes| (Resource::Nproc, processes))).collect()
    }
}
