//! A program, run without a shell: an argument vector, a cleared environment, a process group of its own, and an end to its
//! time, its means and its output (research 2b, rules 1 and 5 to 7).

use std::io::{self, PipeReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::io::{Errno, FdFlags};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

use super::GRACE;
use super::bounds::Bounds;
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

/// Where what it prints is heard.
pub struct Streams {
    pub out: Receiver,
    pub err: Receiver,
}

/// What is started, with what it gets.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    pub path: &'a Path,
    /// As it is called in a command.
    pub program: &'a str,
    pub arguments: &'a [String],
    pub environment: &'a [(String, Secret)],
    /// Where it is started; `/` where none is said.
    pub folder: Option<&'a Path>,
    pub bounds: &'a Bounds,
    /// It may go on when howler is gone: what it prints then does not end it, as it would with a pipe that nobody reads.
    pub may_go_on: bool,
}

/// Starts it, within its bounds. Whatever happens to the value, nothing of the program outlives it, unless it was asked to end
/// and [let go](Program::let_go).
///
/// # Errors
/// When it cannot be started, or not be bounded: nothing of it is left then.
pub fn start(start: Start<'_>) -> Result<(Program, Streams), CannotTell> {
    let Start { path, program, arguments, environment, folder, bounds, may_go_on } = start;
    let cannot = |error: io::Error| CannotTell(format!("{program} cannot be started: {error}"));
    let (out, to_out) = io::pipe().map_err(cannot)?;
    let (err, to_err) = io::pipe().map_err(cannot)?;
    // It holds the other ends itself, where nobody reads any more: what it prints waits there, as far as a pipe takes it.
    let held = if may_go_on {
        vec![inherited(&out).map_err(cannot)?, inherited(&err).map_err(cannot)?]
    } else {
        vec![]
    };
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
        .stdout(to_out)
        .stderr(to_err)
        .process_group(0);
    let child = bounds.spawn(&mut command).map_err(cannot)?;
    // The command has the pipes' ends to print to: they are the program's alone from here on.
    drop((command, held));
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    if let Some(id) = group.0 {
        // Where it fails the group goes with what holds it.
        let capped = bounds.cap(id);
        capped.map_err(|error| CannotTell(format!("{program} cannot be given its limits: {error}")))?;
    }
    let receiver = |pipe: PipeReader| Receiver::from_owned_fd(pipe.into()).map_err(cannot);
    let streams = Streams { out: receiver(out)?, err: receiver(err)? };
    Ok((Program { child, group, name: program.to_owned() }, streams))
}

/// One more end to read from, which what is started inherits.
fn inherited(pipe: &PipeReader) -> io::Result<PipeReader> {
    let held = pipe.try_clone()?;
    rustix::io::fcntl_setfd(&held, FdFlags::empty())?;
    Ok(held)
}

impl Program {
    pub fn group(&self) -> Option<Pid> {
        self.group.0
    }

    /// From here on it is not killed because howler goes: it was asked to end, and may take its time for it.
    pub fn let_go(&mut self) {
        self.group.0 = None;
    }

    /// Asks the group to end, and kills it where it does not. Whether nothing of it is left.
    pub async fn end(&mut self) -> bool {
        end(&self.group, &mut self.child).await
    }
}

/// Runs it and waits for its end.
///
/// # Errors
/// When it cannot be started, or its time is up: nothing of it is left then.
pub async fn run(what: Start<'_>, limit: Duration) -> Result<Heard, CannotTell> {
    let (mut started, mut streams) = start(what)?;
    let Ok(ended) = timeout(limit, heard(&mut started.child, &mut streams)).await else {
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
async fn heard(child: &mut Child, streams: &mut Streams) -> io::Result<Heard> {
    let Streams { out, err } = streams;
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

async fn kept(stream: &mut Receiver) -> io::Result<Kept> {
    let mut kept = Kept::default();
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
