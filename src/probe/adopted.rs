//! Where howler may make no control group it takes in orphans (`PR_SET_CHILD_SUBREAPER`, prctl(2)): whoever leaves a program of its in
//! whatever way becomes a child of howler's, and is no child that howler began itself. Which program's it was nobody can say while
//! several run; then it is told that a part may still run, and the last one to end takes it along.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{Pid, WaitOptions, getpid, set_child_subreaper, waitpid};

/// Whether howler takes in orphans.
static ADOPTS: AtomicBool = AtomicBool::new(false);
/// The programs that howler began and that have not ended.
static BEGUN: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// From now on orphans are taken in. Only for a process that begins programs by nobody else.
///
/// # Errors
/// When the kernel does not let it.
pub fn adopt() -> std::io::Result<()> {
    set_child_subreaper(Some(getpid()))?;
    ADOPTS.store(true, Ordering::Relaxed);
    Ok(())
}

pub fn adopts() -> bool {
    ADOPTS.load(Ordering::Relaxed)
}

fn begun() -> MutexGuard<'static, BTreeSet<i32>> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins a program, of which nobody takes for an orphan what is a child by that: `begin` gives its number.
pub fn beginning<T>(begin: impl FnOnce() -> T, number: impl FnOnce(&T) -> Option<i32>) -> T {
    let mut begun = begun();
    let program = begin();
    begun.extend(number(&program));
    program
}

/// The program `id` is let go: what is left of it is an orphan.
pub fn ended(id: Pid) {
    begun().remove(&id.as_raw_nonzero().get());
}

/// Those taken in that live; those that ended are let go.
pub fn orphans() -> Vec<Pid> {
    if !adopts() {
        return Vec::new();
    }
    let begun = begun();
    let own = getpid().as_raw_nonzero().get();
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok);
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let stat = |number: i32| Some((number, fs::read_to_string(format!("/proc/{number}/stat")).ok()?));
    let (mut living, mut dead) = (Vec::new(), Vec::new());
    for (number, lives) in
        numbers.filter_map(stat).filter_map(|(number, stat)| orphan(number, &stat, own, &begun))
    {
        if lives { &mut living } else { &mut dead }.extend(Pid::from_raw(number));
    }
    for id in dead {
        // Nobody else waits for it.
        let _ = waitpid(Some(id), WaitOptions::NOHANG);
    }
    living
}

/// Whether nobody's orphan can be taken for another program's.
pub fn only_one_runs() -> bool {
    begun().len() <= 1
}

/// Whether the process, by its line of proc(5), is a child that howler did not begin, and whether it lives.
fn orphan(number: i32, stat: &str, own: i32, begun: &BTreeSet<i32>) -> Option<(i32, bool)> {
    // Fields after the name, which may hold anything and ends with the last bracket: state, parent.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let (state, parent) = (fields.next()?, fields.next()?.parse::<i32>().ok()?);
    (parent == own && !begun.contains(&number)).then_some((number, !matches!(state, "Z" | "X")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_howler_did_not_begin_is_an_orphan() {
        let begun = BTreeSet::from([12]);
        for (number, stat, expected) in [
            (11, "11 (sleep) S 7 11 11 0", Some((11, true))),
            (11, "11 (a) b) S 7) R 7 1 1", Some((11, true))),
            (11, "11 (sleep) Z 7 11 11 0", Some((11, false))),
            (12, "12 (kubectl) S 7 12 12 0", None),
            (13, "13 (sleep) S 11 13 13 0", None),
            (14, "", None),
        ] {
            assert_eq!(orphan(number, stat, 7, &begun), expected, "{stat}");
        }
    }
}
