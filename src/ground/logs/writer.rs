//! A bounded queue of lines, and the one thread that writes them. Whoever logs never waits for the reader.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::line;
use crate::logs::LogFormat;

/// What may wait to be written, in bytes. Beside it one line is in the thread's hands.
const MOST_WAITING: usize = 512 * 1024;
/// While lines cannot be written, howler tries to say so this often, also when nothing else is logged.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// Where somebody made the standard error non-blocking, a full pipe is tried again after this.
const NAP: Duration = Duration::from_millis(10);

/// The way to the queue. Clones lead to the same one.
#[derive(Clone)]
pub(super) struct Writer {
    shared: Arc<Shared>,
    format: LogFormat,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// The thread is writing a line.
    writing: bool,
    /// Lines that found no room. Until the queue is empty all lines count here, so that one line tells of one gap.
    missed: u64,
    /// All lines that were dropped.
    dropped: u64,
}

/// What the thread does next.
enum Work {
    Line(Vec<u8>),
    Missed(u64),
    /// Nothing is new, but what could not be written before may be told now.
    TryAgain,
}

impl Writer {
    /// Writes to `to` on a thread of its own.
    pub(super) fn start(to: Box<dyn Write + Send>, format: LogFormat) -> Self {
        let shared = Arc::new(Shared::default());
        let out = Out { to, format, shared: Arc::clone(&shared), torn: false, unwritten: 0, why: None };
        // Without a thread all lines are dropped, and counted.
        drop(thread::Builder::new().name("howler-log".to_owned()).spawn(move || out.run()));
        Self { shared, format }
    }

    /// Queues these bytes, or drops and counts them.
    pub(super) fn push(&self, bytes: Vec<u8>) {
        let mut queue = self.shared.queue();
        if queue.missed > 0 || queue.bytes + bytes.len() > MOST_WAITING {
            queue.missed += 1;
            queue.dropped += 1;
            return;
        }
        queue.bytes += bytes.len();
        queue.lines.push_back(bytes);
        drop(queue);
        self.shared.changed.notify_all();
    }

    /// Waits until all is written, but not longer than that. Says whether it is.
    pub(super) fn flush(&self, within: Duration) -> bool {
        let waits = |queue: &mut Queue| queue.writing || queue.missed > 0 || !queue.lines.is_empty();
        let waited = self.shared.changed.wait_timeout_while(self.shared.queue(), within, waits);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.shared.queue().dropped
    }
}

/// `tracing-subscriber` writes each line with one call.
impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(line::one(bytes.to_vec(), self.format));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that the work before is done, and waits for more. `untold`: lines could not be written.
    fn next(&self, untold: bool) -> Work {
        let mut queue = self.queue();
        queue.writing = false;
        self.changed.notify_all();
        loop {
            if let Some(line) = queue.lines.pop_front() {
                queue.bytes -= line.len();
                queue.writing = true;
                return Work::Line(line);
            }
            if queue.missed > 0 {
                queue.writing = true;
                return Work::Missed(std::mem::take(&mut queue.missed));
            }
            if !untold {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited = self.changed.wait_timeout(queue, TELL_EVERY).unwrap_or_else(PoisonError::into_inner);
            queue = waited.0;
            if waited.1.timed_out() && queue.lines.is_empty() && queue.missed == 0 {
                return Work::TryAgain;
            }
        }
    }
}

/// The thread's own.
struct Out {
    to: Box<dyn Write + Send>,
    format: LogFormat,
    shared: Arc<Shared>,
    /// The last line was written in part.
    torn: bool,
    /// Lines that could not be written since one could.
    unwritten: u64,
    why: Option<String>,
}

impl Out {
    fn run(mut self) {
        loop {
            match self.shared.next(self.unwritten > 0) {
                Work::Line(line) => {
                    if !self.tell_unwritten() || !self.write(&line) {
                        self.lose();
                    }
                }
                Work::Missed(lines) => {
                    let words = format!("{} while nobody read the log", dropped(lines));
                    let told = line::made(self.format, "WARN", &words, &[("dropped", lines)]);
                    if !self.tell_unwritten() || !self.write(&told) {
                        // They are counted already, and are told of with the next.
                        self.unwritten += lines;
                    }
                }
                Work::TryAgain => {
                    self.tell_unwritten();
                }
            }
        }
    }

    fn lose(&mut self) {
        self.unwritten += 1;
        self.shared.queue().dropped += 1;
    }

    /// Tells of lines that could not be written. False where that cannot be written either.
    fn tell_unwritten(&mut self) -> bool {
        if self.unwritten == 0 {
            return true;
        }
        let why = self.why.clone().unwrap_or_default();
        let words = format!("{} while the log could not be written: {why}", dropped(self.unwritten));
        let told = line::made(self.format, "WARN", &words, &[("dropped", self.unwritten)]);
        let well = self.write(&told);
        if well {
            self.unwritten = 0;
        }
        well
    }

    /// Writes a whole line. One that was broken off before is ended first.
    #[expect(
        clippy::disallowed_methods,
        reason = "this thread does nothing else, and a full pipe has no other sign"
    )]
    fn write(&mut self, line: &[u8]) -> bool {
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend(self.torn.then_some(b'\n'));
        bytes.extend(line);
        let mut left = bytes.as_slice();
        while !left.is_empty() {
            match self.to.write(left) {
                Ok(0) => return self.failed(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    left = left.get(written..).unwrap_or_default();
                    self.torn = true;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(NAP),
                Err(error) => return self.failed(error),
            }
        }
        self.torn = false;
        true
    }

    fn failed(&mut self, error: io::Error) -> bool {
        self.why = Some(error.to_string());
        false
    }
}

fn dropped(lines: u64) -> String {
    match lines {
        1 => "1 log line was dropped".to_owned(),
        _ => format!("{} log lines were dropped", line::grouped(lines)),
    }
}

#[cfg(test)]
mod tests;
