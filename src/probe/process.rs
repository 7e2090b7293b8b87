//! A program, run without a shell: an argument vector, a cleared environment, a process group of its own, and an end to its
//! time and output (research 2b, rules 1 and 5 to 7).

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

use super::GRACE;
use super::kept::{Kept, Printed};
use crate::config::secrets::Secret;
use crate::domain::procedure::{CannotTell, Heard};

/// How often it is looked whether the group is empty.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Ends the program's whole group when it is let go, by whatever way.
struct Group(Option<Pid>);

impl Group {
    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // A group that is gone needs no signal.
            let _ = kill_process_group(group, signal);
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_none_or(|group| test_kill_process_group(group) == Err(Errno::SRCH))
    }

    async fn emptied(&self) {
        let mut looks = interval(LOOK_EVERY);
        while !self.is_empty() {
            looks.tick().await;
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// A program that was started, in a process group of its own.
pub struct Program {
    pub child: Child,
    group: Group,
    name: String,
}

/// Starts `path` in `folder`, or in `/`. Whatever happens to the value, nothing of the program outlives it.
///
/// # Errors
/// When it cannot be started.
pub fn start(
    path: &Path,
    program: &str,
    arguments: &[String],
    environment: &[(String, Secret)],
    folder: Option<&Path>,
) -> Result<Program, CannotTell> {
    let mut command = Command::new(path);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .envs(environment.iter().map(|(name, value)| (name, value.reveal())))
        .current_dir(folder.unwrap_or(Path::new("/")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    let started = command.spawn();
    let child = started.map_err(|error| CannotTell(format!("{program} cannot be started: {error}")))?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    Ok(Program { child, group, name: program.to_owned() })
}

impl Program {
    pub fn group(&self) -> Option<Pid> {
        self.group.0
    }

    /// Asks the group to end, and kills it where it does not. Whether nothing of it is left.
    pub async fn end(&mut self) -> bool {
        end(&self.group, &mut self.child).await
    }
}

/// Waits for the program's end.
///
/// # Errors
/// When it cannot be heard, or its time is up: nothing of it is left then.
pub async fn run(mut started: Program, limit: Duration) -> Result<Heard, CannotTell> {
    let Ok(ended) = timeout(limit, heard(&mut started.child)).await else {
        let left = if started.end().await { "nothing of it is left" } else { "a part of it may still run" };
        return Err(CannotTell(format!(
            "{} did not end within {} s and was stopped; {left}",
            started.name,
            limit.as_secs()
        )));
    };
    ended.map_err(|error| CannotTell(format!("{} could not be heard: {error}", started.name)))
}

/// What it prints, and its exit code once it has ended.
async fn heard(child: &mut Child) -> std::io::Result<Heard> {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (out, err, status) = tokio::join!(kept(out), kept(err), child.wait());
    let (out, err) = (out?.printed(), err?.printed());
    let aside = match err {
        Printed::Text(text, _) => text,
        Printed::Bytes(bytes) => format!("{bytes} bytes that are no text"),
    };
    Ok(heard_of(out, Heard { exit: status?.code(), aside, ..Heard::default() }))
}

/// What a check looks at, beside what is known of the answer.
pub fn heard_of(printed: Printed, heard: Heard) -> Heard {
    match printed {
        Printed::Bytes(bytes) => Heard { bytes: Some(bytes), ..heard },
        Printed::Text(text, cut) => Heard { text, cut, ..heard },
    }
}

async fn kept(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<Kept> {
    let mut kept = Kept::default();
    let Some(mut stream) = stream else { return Ok(kept) };
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = stream.read(&mut buffer).await?;
        match buffer.get(..read) {
            None | Some([]) => return Ok(kept),
            Some(bytes) => kept.push(bytes),
        }
    }
}

/// Asks the group to end, and kills it where it does not. Whether nothing of it is left.
async fn end(group: &Group, child: &mut Child) -> bool {
    group.signal(Signal::TERM);
    let gently = async { tokio::join!(child.wait(), group.emptied()) };
    if timeout(GRACE, gently).await.is_ok() {
        return true;
    }
    group.signal(Signal::KILL);
    let gone = async { tokio::join!(child.wait(), group.emptied()) };
    timeout(GRACE, gone).await.is_ok()
}
