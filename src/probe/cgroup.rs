//! A control group of its own for each program (cgroups(7), version 2), where howler may make one below its own: all that the program
//! begins is in it, whatever it does to its session, its environment and its limits, and nobody but whoever may write there leaves it.
//!
//! No code of howler's runs between the fork and the program, and who is forked is where its parent is: so howler itself is in the group
//! for the moment in which it begins the program.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rustix::process::Pid;

/// The control group of one program.
#[derive(Clone, Debug)]
pub struct Cgroup {
    path: PathBuf,
}

static BASE: OnceLock<Option<PathBuf>> = OnceLock::new();

/// Whether programs are begun in groups.
static USED: AtomicBool = AtomicBool::new(false);

/// From now on programs are begun in groups. Only for a process that begins programs by nobody else: whoever else it began in the
/// moment in which it is in a program's group would end with that.
pub fn use_them() {
    USED.store(true, Ordering::Relaxed);
}

/// Longer than a howler takes from making one to entering it.
const MAKING: Duration = Duration::from_secs(60);

/// Those that somebody was still dying in when they were to end.
static ENDING: Mutex<Vec<Cgroup>> = Mutex::new(Vec::new());

fn ending() -> MutexGuard<'static, Vec<Cgroup>> {
    ENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// As if howler might make none.
#[cfg(test)]
pub fn forbid() {
    BASE.set(None).unwrap();
}

/// Where howler may make control groups: its own one; none where it may not. That does not change while howler runs.
pub fn base() -> Option<&'static Path> {
    BASE.get_or_init(|| {
        let read = |path| fs::read_to_string(path).ok();
        let own = folder(&read("/proc/self/mountinfo")?, &read("/proc/self/cgroup")?)?;
        may_make(&own).ok()?;
        sweep(&own);
        Some(own)
    })
    .as_deref()
}

/// The folder of howler's own control group, by what proc(5) says of its mounts and groups.
fn folder(mounts: &str, groups: &str) -> Option<PathBuf> {
    let own = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    mounts.lines().find_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(3);
        let (root, point) = (fields.next()?, fields.next()?);
        let below = Path::new(own).strip_prefix(root).ok().filter(|_| kind.starts_with("cgroup2 "))?;
        // A name with a space stands there as its number, and is no place for this.
        Some(Path::new(point).join(below)).filter(|path| !path.to_string_lossy().contains('\\'))
    })
}

/// One that a howler left which was killed is empty, and is no more. One that has just been made is about to be entered.
fn sweep(own: &Path) {
    let entries = fs::read_dir(own).into_iter().flatten().filter_map(Result::ok);
    let left = entries.filter(|entry| {
        let age = entry.metadata().and_then(|it| it.modified()).ok().and_then(|made| made.elapsed().ok());
        entry.file_name().to_string_lossy().starts_with("howler-") && age.is_some_and(|age| age > MAKING)
    });
    for entry in left {
        Cgroup { path: entry.path() }.removed();
    }
}

/// That a group can be made in `own`, and processes moved from there into it.
fn may_make(own: &Path) -> io::Result<()> {
    let tried = own.join(format!("howler-try-{}", std::process::id()));
    fs::create_dir(&tried)?;
    let moves = |folder: &Path| fs::OpenOptions::new().write(true).open(folder.join("cgroup.procs"));
    let may = moves(own).and_then(|_| moves(&tried)).map(drop);
    fs::remove_dir(&tried)?;
    may
}

impl Cgroup {
    /// The group of what carries the mark `number`, whichever howler made it; none where groups are not used.
    pub fn of(number: u64) -> Option<Self> {
        USED.load(Ordering::Relaxed).then_some(())?;
        Some(Self { path: base()?.join(format!("howler-{number:x}")) })
    }

    /// Makes it and goes in.
    ///
    /// # Errors
    /// When it cannot be made, or lets howler not in: it is no more then.
    pub fn enter(&self) -> io::Result<()> {
        ending().retain(|other| !other.removed());
        fs::create_dir(&self.path)?;
        goes_into(&self.path).inspect_err(|_| self.end())
    }

    /// Goes back to where howler belongs.
    ///
    /// # Errors
    /// When it cannot: it stays in the group, which is killed no more.
    pub fn leave(&self) -> io::Result<()> {
        base().map_or(Ok(()), goes_into)
    }

    /// Whether anybody lives in it or below it.
    pub fn is_populated(&self) -> bool {
        let events = fs::read_to_string(self.path.join("cgroup.events")).unwrap_or_default();
        events.lines().any(|line| line == "populated 1")
    }

    /// Who lives in it and below it.
    pub fn members(&self) -> Vec<Pid> {
        self.folders().iter().flat_map(|folder| members(folder)).collect()
    }

    /// Kills all of it at once, also what is begun just now; kernels before 5.14 cannot. One that howler is in it does not.
    pub fn kill(&self) {
        if !self.members().contains(&rustix::process::getpid()) {
            let _ = fs::write(self.path.join("cgroup.kill"), "1");
        }
    }

    /// Is no more, where nobody lives in it; what is just being killed makes way later.
    pub fn end(&self) {
        if !self.removed() {
            ending().push(self.clone());
        }
    }

    fn removed(&self) -> bool {
        let folders = self.folders();
        folders.iter().rev().all(|folder| !folder.exists() || fs::remove_dir(folder).is_ok())
    }

    /// Itself, then what the program made below it.
    fn folders(&self) -> Vec<PathBuf> {
        let mut all = vec![self.path.clone()];
        let mut at = 0;
        while let Some(folder) = all.get(at) {
            let below = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
            let below: Vec<PathBuf> = below.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
            all.extend(below);
            at += 1;
        }
        all
    }
}

/// `0` is whoever writes it.
fn goes_into(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("cgroup.procs"), "0")
}

fn members(folder: &Path) -> Vec<Pid> {
    let text = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    text.lines().filter_map(|line| Pid::from_raw(line.trim().parse().ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_own_folder_is_found_wherever_it_is_mounted() {
        let plain = "24 1 0:21 / /sys rw - sysfs sysfs rw\n29 24 0:26 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate";
        let both = "30 24 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";
        let bound = "29 24 0:26 /docker/7f /sys/fs/cgroup ro - cgroup2 cgroup rw";
        let unit = "0::/system.slice/howler.service\n";
        for (mounts, groups, expected) in [
            (plain, unit, Some("/sys/fs/cgroup/system.slice/howler.service")),
            (plain, "0::/\n", Some("/sys/fs/cgroup/")),
            (both, "9:name=systemd:/\n0::/a\n", Some("/sys/fs/cgroup/unified/a")),
            (both, "9:name=systemd:/\n4:memory:/a\n", None),
            (bound, "0::/docker/7f/x\n", Some("/sys/fs/cgroup/x")),
            (bound, "0::/elsewhere\n", None),
            ("30 24 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", unit, None),
            ("", "", None),
        ] {
            assert_eq!(folder(mounts, groups), expected.map(PathBuf::from), "{mounts} {groups}");
        }
    }
}
