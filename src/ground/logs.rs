//! The log: lines of `tracing`, panics, and why howler does not start, all on the standard error.
//!
//! Logging never ends or holds up anything. Lines go into a bounded queue; one thread writes them ([`writer`]). A reader that
//! stops, a full disk and a closed pipe cost lines, which are counted and told of.
//!
//! `tracing-appender` has such a writer, but it does not count a line whose writing failed, and where its queue is full at the
//! exit it prints on the standard output, which may be the very pipe that nobody reads.

mod line;
mod writer;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::panic::{self, PanicHookInfo};
use std::sync::OnceLock;
use std::time::Duration;

use clap::ValueEnum;
use tokio::task::JoinError;
use tracing::warn;
use tracing_subscriber::EnvFilter;

use writer::Writer;

/// How long the exit waits for the last lines to be read.
const FLUSH_WITHIN: Duration = Duration::from_secs(1);
/// A panic's words are told where they are a literal, or begin like this: the compiler's, with numbers alone. Others may hold
/// what people wrote.
const PLAIN_PANICS: [&str; 4] =
    ["index out of bounds: ", "range start index ", "range end index ", "slice index starts at "];

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

static LOG: OnceLock<Log> = OnceLock::new();

/// The process's log.
#[derive(Clone)]
struct Log {
    writer: Writer,
    format: LogFormat,
}

/// Writes what is left of the log when it is dropped, if somebody reads it in time.
#[must_use]
pub struct Flush(());

impl Drop for Flush {
    fn drop(&mut self) {
        if let Some(log) = LOG.get() {
            log.writer.flush(FLUSH_WITHIN);
        }
    }
}

/// Begins the log. `default` is what is logged where `RUST_LOG` does not say.
pub fn start(format: LogFormat, default: &str) -> Flush {
    // A handle of its own: a writer that hangs holds no lock of the standard error's.
    let to: Box<dyn Write + Send> = match io::stderr().as_fd().try_clone_to_owned() {
        Ok(handle) => Box::new(File::from(handle)),
        Err(_) => Box::new(io::stderr()),
    };
    let log = LOG.get_or_init(|| Log { writer: Writer::start(to, format), format });
    panic::set_hook(Box::new(log_panic));
    let (filter, wrong) = match EnvFilter::try_from_default_env() {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(default), std::env::var_os("RUST_LOG").map(|_| error.to_string())),
    };
    let writer = log.writer.clone();
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours())
        // They would be printed past the writer.
        .log_internal_errors(false)
        .with_writer(move || writer.clone());
    let begun = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    if let Err(error) = begun {
        say(&format!("howler: the log could not be begun: {error}"));
    }
    if let Some(error) = wrong {
        warn!(error, "RUST_LOG cannot be read, so it counts as {default}");
    }
    Flush(())
}

/// For a terminal, unless somebody asked for none (no-color.org).
fn colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Says a line that no level hides, such as why howler ends.
pub fn say(words: &str) {
    let Some(log) = LOG.get() else { return };
    log.writer.push(match log.format {
        LogFormat::Text => format!("{words}\n").into_bytes(),
        LogFormat::Json => line::made(log.format, "ERROR", words, &[]),
    });
}

/// Lines that were dropped since the start.
pub fn dropped() -> u64 {
    LOG.get().map_or(0, |log| log.writer.dropped())
}

/// How a task ended that did not end well. A panic's own words stay out: they may hold what people wrote. The panic has a
/// line of its own.
pub fn how_it_ended(error: &JoinError) -> &'static str {
    if error.is_panic() { "a panic; its own line says where" } else { "cut off" }
}

/// One line for a panic. Made without `tracing`, whose locks the panicking thread may hold.
fn log_panic(info: &PanicHookInfo<'_>) {
    let Some(log) = LOG.get() else { return };
    let payload = info.payload();
    let literal = payload.downcast_ref::<&'static str>().copied();
    let words = literal.or_else(|| payload.downcast_ref::<String>().and_then(|words| plain(words)));
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("without a name");
    let said = panic_words(&place, thread, words);
    log.writer.push(line::made(log.format, "ERROR", &said, &[]));
}

fn panic_words(place: &str, thread: &str, words: Option<&str>) -> String {
    let words = words.unwrap_or("its words are left out, for they may hold what people wrote");
    format!("a fault inside howler: panic at {place} in thread {thread}: {words}")
}

/// A made message, where it is one that holds numbers alone.
fn plain(words: &str) -> Option<&str> {
    PLAIN_PANICS.iter().any(|begins| words.starts_with(begins)).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_tells_its_place_and_nothing_that_people_wrote() {
        let index = "index out of bounds: the len is 3 but the index is 5";
        assert_eq!(plain(index), Some(index));
        let text =
            "byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2) of `éclair with alice`";
        assert_eq!(plain(text), None);
        assert_eq!(
            panic_words("src/desk/round.rs:3:7", "main", plain(text)),
            "a fault inside howler: panic at src/desk/round.rs:3:7 in thread main: its words are left out, for they \
             may hold what people wrote"
        );
    }

    #[tokio::test]
    async fn a_task_that_panicked_is_told_without_its_words() {
        let ended = tokio::spawn(async { panic!("{}", "xoxb-secret".to_owned()) }).await;
        let told = how_it_ended(&ended.expect_err("a panic"));
        assert_eq!(told, "a panic; its own line says where");
    }
}
