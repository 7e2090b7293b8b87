//! What a program began, whatever it does: its control group, where howler may make one (`cgroup`); its process group, those that carry
//! its mark in their environment, and those that carry it in their limits, in whatever group and session they are and whichever howler
//! began them.
//!
//! The limit on file locks means nothing since Linux 2.4 (getrlimit(2)). Limits pass to all that a process begins, and a hard one only
//! root may raise: so a number that nobody else has is a mark that a child does not lose by leaving its session and clearing its
//! environment. It is there before the program's first instruction; what lowers that very limit on purpose is not found.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use sha2::{Digest, Sha256};

use super::adopted;
use super::cgroup::Cgroup;
use tokio::time::{interval, timeout};

/// The variable that carries an action's mark.
pub const VARIABLE: &str = "HOWLER_ACT";
/// How often it is looked whether they are gone.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Looks for what was begun while others were killed.
const SCANS: usize = 5;
/// What is killed is gone within this, or cannot be killed.
const LAST: Duration = Duration::from_secs(2);

/// What belongs to one program.
#[derive(Clone, Debug)]
pub struct Marked {
    /// Known to the howler that began it.
    pub group: Option<Pid>,
    variable: Vec<u8>,
    number: u64,
    cgroup: Option<Cgroup>,
}

/// The number that stands in the limits of what carries `mark`: large, so that it is no limit that anybody sets.
pub fn number_of(mark: &str) -> u64 {
    let digest = Sha256::digest(mark.as_bytes());
    let bytes: [u8; 8] = std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default());
    u64::from_be_bytes(bytes) >> 2 | 1 << 61
}

/// A mark that nobody else has.
///
/// # Errors
/// When the machine gives no random bytes.
pub fn fresh() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut bytes)?;
    Ok(hex::encode(bytes))
}

impl Marked {
    pub fn new(mark: &str, group: Option<Pid>) -> Self {
        let number = number_of(mark);
        let variable = format!("{VARIABLE}={mark}").into_bytes();
        Self { group, variable, number, cgroup: Cgroup::of(number) }
    }

    /// Begins the program in a control group of its own. Where that cannot be, it is found by its marks.
    pub fn within<T>(&mut self, begin: impl FnOnce() -> T) -> T {
        self.cgroup.take_if(|cgroup| cgroup.enter().is_err());
        let begun = begin();
        if let Some(Err(error)) = self.cgroup.as_ref().map(Cgroup::leave) {
            tracing::error!(%error, "howler is left in the control group of a program that it began");
        }
        begun
    }

    /// Nobody of them lives: nothing is kept of their group.
    pub fn forget(&self) {
        if let Some(cgroup) = &self.cgroup {
            cgroup.end();
        }
    }

    /// Those that live. One that has ended and waits for its parent does not.
    fn alive(&self) -> Vec<Pid> {
        let mut all = self.carriers();
        let grouped = self.cgroup.iter().flat_map(Cgroup::members);
        all.extend(grouped.filter(|id| *id != rustix::process::getpid()).collect::<Vec<_>>());
        all.sort_unstable_by_key(|id| id.as_raw_nonzero());
        all.dedup();
        all
    }

    /// Those that carry the mark, or are of the process group.
    fn carriers(&self) -> Vec<Pid> {
        let Ok(all) = std::fs::read_dir("/proc") else { return Vec::new() };
        // howler itself has the mark for the moment in which the program is started.
        let own = Some(rustix::process::getpid());
        let numbers = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
        let numbers = numbers.filter(|number| Pid::from_raw(*number) != own);
        numbers.filter(|number| self.owns(*number)).filter_map(Pid::from_raw).collect()
    }

    fn owns(&self, number: i32) -> bool {
        // Fields after the name, which may hold anything and ends with the last bracket: state, parent, group (proc(5)).
        let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        let mut fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
        if matches!(fields.next(), None | Some("Z" | "X")) {
            return false;
        }
        let group = fields.nth(1).and_then(|group| group.parse().ok()).and_then(Pid::from_raw);
        (self.group.is_some() && group == self.group)
            || limits(number).contains(&Some(self.number))
            || self.is_in_environment(number)
    }

    fn is_in_environment(&self, number: i32) -> bool {
        let environment = std::fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == self.variable)
    }

    pub fn is_gone(&self) -> bool {
        !self.cgroup.as_ref().is_some_and(Cgroup::is_populated)
            && self.alive().is_empty()
            && (self.cgroup.is_some() || adopted::orphans().is_empty())
    }

    pub fn signal(&self, signal: Signal) {
        // A group takes it as a whole, also what is begun just now.
        if let Some(group) = self.group {
            let _ = kill_process_group(group, signal);
        }
        if let (Signal::KILL, Some(cgroup)) = (signal, &self.cgroup) {
            cgroup.kill();
        }
        // An orphan is this program's where no other one runs.
        let orphans =
            if self.cgroup.is_none() && adopted::only_one_runs() { adopted::orphans() } else { Vec::new() };
        for process in self.alive().into_iter().chain(orphans) {
            // One that has just ended needs no signal.
            let _ = kill_process(process, signal);
        }
    }

    /// Kills them, and what they began while they were looked for. It does not wait for their end.
    pub fn kill(&self) {
        for _ in 0..SCANS {
            self.signal(Signal::KILL);
            if self.is_gone() {
                return;
            }
        }
    }

    /// Returns when none of them lives.
    pub async fn gone(&self) {
        let mut looks = interval(LOOK_EVERY);
        while !self.is_gone() {
            looks.tick().await;
        }
    }

    /// Asks them to end, and kills those that have not after `grace`. Whether none of them lives.
    pub async fn end(&self, grace: Duration) -> bool {
        self.signal(Signal::TERM);
        if timeout(grace, self.gone()).await.is_ok() {
            return true;
        }
        let killed = async {
            let mut looks = interval(LOOK_EVERY);
            while !self.is_gone() {
                self.signal(Signal::KILL);
                looks.tick().await;
            }
        };
        timeout(LAST, killed).await.is_ok()
    }
}

/// The soft and the hard limit on file locks, as proc(5) tells them: name, soft limit, hard limit, unit.
fn limits(number: i32) -> [Option<u64>; 2] {
    let limits = std::fs::read_to_string(format!("/proc/{number}/limits")).unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max file locks")).unwrap_or_default();
    let mut both = line.split_whitespace().map(|limit| limit.parse().ok());
    [both.next().flatten(), both.next().flatten()]
}
