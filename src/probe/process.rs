//! A program, run without a shell: an argument vector, a cleared environment, a process group of its own, and an end to its
//! time, its means and its output (research 2b, rules 1 and 5 to 7).

use std::io::{self, PipeReader};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::io::FdFlags;
use rustix::process::Pid;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::GRACE;
use super::adopted;
use super::bounds::Bounds;
use super::kept::{Kept, Printed};
use super::marked::{self, Marked};
use domain::procedure::{CannotTell, Heard};
use domain::secret::Secret;

/// What a program printed just before its end is waited for so long; what it left behind may hold its output open for ever.
pub const LAST_WORDS: Duration = Duration::from_millis(500);

/// Ends all that belongs to the program when it is let go, by whatever way.
struct Leash {
    all: Marked,
    holds: bool,
}

impl Drop for Leash {
    fn drop(&mut self) {
        if self.holds {
            self.all.kill();
        }
        self.all.forget();
        self.all.group.into_iter().for_each(adopted::ended);
    }
}

/// A program that was started, in a process group of its own.
pub struct Program {
    pub child: Child,
    leash: Leash,
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
    /// What `HOME` is for it; a folder that is nowhere where none is given.
    pub home: Option<&'a Path>,
    /// Nobody else's: all that the program begins carries it in its limits.
    pub mark: &'a str,
    /// It may go on when howler is gone: what it prints then does not end it, as it would with a pipe that nobody reads.
    pub may_go_on: bool,
}

/// Starts it, within its bounds. Whatever happens to the value, nothing of the program outlives it, unless it was asked to end
/// and [let go](Program::let_go).
///
/// # Errors
/// When it cannot be started, or not be bounded: nothing of it is left then.
pub fn start(start: Start<'_>) -> Result<(Program, Streams), CannotTell> {
    let Start { path, program, arguments, environment, folder, bounds, home, mark, may_go_on } = start;
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
        .env("HOME", home.unwrap_or(Path::new("/nonexistent")))
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .envs(environment.iter().map(|(name, value)| (name, value.reveal())))
        .current_dir(folder.unwrap_or(Path::new("/")))
        .stdin(Stdio::null())
        .stdout(to_out)
        .stderr(to_err)
        .process_group(0);
    let mut all = Marked::new(mark, None);
    let spawn = || all.within(|| bounds.spawn(&mut command, marked::number_of(mark)));
    let spawned = adopted::beginning(spawn, |spawned| number(spawned.as_ref().ok()?));
    let child = spawned.map_err(|error| {
        all.forget();
        cannot(error)
    })?;
    // The command has the pipes' ends to print to: they are the program's alone from here on.
    drop((command, held));
    let group = number(&child).and_then(Pid::from_raw);
    all.group = group;
    let leash = Leash { all, holds: true };
    if let Some(id) = group {
        // Where it fails the group goes with what holds it.
        let capped = bounds.cap(id, marked::number_of(mark));
        capped.map_err(|error| CannotTell(format!("{program} cannot be given its limits: {error}")))?;
    }
    let receiver = |pipe: PipeReader| Receiver::from_owned_fd(pipe.into()).map_err(cannot);
    let streams = Streams { out: receiver(out)?, err: receiver(err)? };
    Ok((Program { child, leash, name: program.to_owned() }, streams))
}

fn number(child: &Child) -> Option<i32> {
    i32::try_from(child.id()?).ok()
}

/// One more end to read from, which what is started inherits.
fn inherited(pipe: &PipeReader) -> io::Result<PipeReader> {
    let held = pipe.try_clone()?;
    rustix::io::fcntl_setfd(&held, FdFlags::empty())?;
    Ok(held)
}

impl Program {
    /// All that belongs to it.
    pub fn all(&self) -> &Marked {
        &self.leash.all
    }

    /// From here on it is not killed because howler goes: it was asked to end, and may take its time for it.
    pub fn let_go(&mut self) {
        self.leash.holds = false;
    }

    /// Asks all that belongs to it to end, and kills what does not. Whether nothing of it is left.
    async fn end(&mut self) -> bool {
        let reaped = async { drop(timeout(GRACE * 2, self.child.wait()).await) };
        let (gone, ()) = tokio::join!(self.leash.all.end(GRACE), reaped);
        self.leash.holds = !gone;
        gone
    }
}

/// Runs it and waits for its end.
///
/// # Errors
/// When it cannot be started, or its time is up: nothing of it is left then.
pub async fn run(what: Start<'_>, limit: Duration) -> Result<Heard, CannotTell> {
    let (mut started, mut streams) = start(what)?;
    let ended = timeout(limit, heard(&mut started.child, &mut streams)).await;
    // What it left behind is no part of the answer.
    let empty = started.all().is_gone() || started.end().await;
    let left = if empty { "nothing of it is left" } else { "a part of it may still run" };
    let Ok(ended) = ended else {
        let (name, limit) = (&started.name, limit.as_secs());
        return Err(CannotTell(format!("{name} did not end within {limit} s and was stopped; {left}")));
    };
    ended.map_err(|error| CannotTell(format!("{} could not be heard: {error}; {left}", started.name)))
}

/// What it prints, and its exit code once it has ended. A child of it that holds its output open holds up nothing.
async fn heard(child: &mut Child, streams: &mut Streams) -> io::Result<Heard> {
    let (kept_out, kept_err) = (Mutex::new(Kept::default()), Mutex::new(Kept::default()));
    let status = {
        let Streams { out, err } = streams;
        let printed = async { tokio::join!(keep(out, &kept_out), keep(err, &kept_err)) };
        tokio::pin!(printed);
        tokio::select! {
            status = child.wait() => {
                let _ = timeout(LAST_WORDS, &mut printed).await;
                status
            }
            _ = &mut printed => child.wait().await,
        }
    };
    let printed = |kept: Mutex<Kept>| kept.into_inner().unwrap_or_else(PoisonError::into_inner).printed();
    let aside = match printed(kept_err) {
        Printed::Text(text, _) => text,
        Printed::Bytes(bytes) => format!("{bytes} bytes that are no text"),
    };
    Ok(heard_of(printed(kept_out), Heard { exit: status?.code(), aside, ..Heard::default() }))
}

/// What a check looks at, beside what is known of the answer.
pub fn heard_of(printed: Printed, heard: Heard) -> Heard {
    match printed {
        Printed::Bytes(bytes) => Heard { bytes: Some(bytes), ..heard },
        Printed::Text(text, cut) => Heard { text, cut, ..heard },
    }
}

/// What cannot be read any more has ended, for what is looked at.
async fn keep(stream: &mut Receiver, kept: &Mutex<Kept>) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        kept.lock().unwrap_or_else(PoisonError::into_inner).push(buffer.get(..read).unwrap_or_default());
    }
}
