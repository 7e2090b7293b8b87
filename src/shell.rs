//! The other end of the socket: `howler incident ...` at a shell, beside a howler that serves.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::cli::{DEFAULT_DATA, ShellLine};
use calendar::{MOST_BYTES, text};
use ground::clock::Clock;
use ground::terminal::{complain, say};
use ground::unix_socket::SocketError;
use intake::shell::{Question, Reply, WireError, path_in, read, write};

/// Nothing was changed: refused, or something is asked back.
const REFUSED: u8 = 1;
/// howler does not answer, or could not do it. (2 is for a command line that does not parse.)
const FAILED: u8 = 3;
/// Longer than howler itself takes at most.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// For this long a question whose answer was lost is asked again.
const AGAIN_FOR: SignedDuration = SignedDuration::from_secs(10);
const AGAIN_EVERY: SignedDuration = SignedDuration::from_millis(200);

/// Why a line typed at a shell has no answer.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("howler does not run on this folder (no socket at {}): start it, or pass --data", .0.display())]
    NoSocket(PathBuf),
    #[error(
        "howler does not run on this folder any more (nobody answers at {}): start it, or pass --data",
        .0.display()
    )]
    NobodyThere(PathBuf),
    #[error(
        "{} belongs to another user: type this as the user that howler runs as, or as root (sudo)",
        .0.display()
    )]
    NotAllowed(PathBuf),
    #[error(transparent)]
    NoSuchPath(SocketError),
    #[error("howler cannot be reached at {}: {source}", path.display())]
    Unreachable { path: PathBuf, source: io::Error },
    #[error(
        "the connection to howler was lost before it said whether this was done; it may have been. Look at `howler \
         incident list` before you type it again"
    )]
    Lost,
    #[error("howler was not understood: {0}")]
    Foreign(WireError),
    #[error("{file} cannot be read: {source}")]
    NoFile { file: String, source: io::Error },
    #[error("{0} has more than {MOST_BYTES} bytes, which is no schedule")]
    LongFile(String),
    #[error("{0} is not text (UTF-8), as calendars are")]
    NotText(String),
    #[error("this machine gives no random numbers, which a line needs to count once: {0}")]
    NoId(io::Error),
}

impl Trouble {
    /// Nothing was asked, or the answer was lost: the same question may be asked again.
    fn may_pass(&self) -> bool {
        matches!(self, Self::NoSocket(_) | Self::NobodyThere(_) | Self::Lost)
    }
}

/// Asks the howler that runs, and prints its answer: what was done to the standard output, anything else to the
/// standard error.
pub async fn run(command: &str, typed: ShellLine) -> ExitCode {
    let path = path_in(&typed.data);
    let asked = match question(command, typed.line.clone()) {
        Ok(question) => ask(&path, question).await,
        Err(trouble) => Err(trouble),
    };
    match asked {
        Ok(Reply::Done(words)) => print(&words),
        Ok(Reply::Proposed { words, seen }) => {
            complain(format!("{words}\nTo do it: {}", once_more(command, &typed, seen)));
            ExitCode::from(REFUSED)
        }
        Ok(Reply::Refused(words)) => {
            complain(words);
            ExitCode::from(REFUSED)
        }
        Ok(Reply::Failed(words)) => {
            complain(words);
            ExitCode::from(FAILED)
        }
        Err(trouble) => {
            complain(format!("howler: {trouble}"));
            ExitCode::from(FAILED)
        }
    }
}

fn print(words: &str) -> ExitCode {
    match say(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format!("howler: it was done, but the answer could not be printed: {error}"));
            ExitCode::from(FAILED)
        }
    }
}

/// A line that names a file carries what is in it.
fn question(command: &str, mut line: Vec<String>) -> Result<Question, Trouble> {
    let begun = if line.first().is_some_and(|word| word == "confirm") { 2 } else { 0 };
    let imports = command == "oncall" && line.get(begun).is_some_and(|word| word == "import");
    let file = match imports && line.len() > begun + 1 {
        true => Some(text_of(line.remove(begun + 1))?),
        false => None,
    };
    let id = new_id().map_err(Trouble::NoId)?;
    Ok(Question { id, command: command.into(), line: line.join(" "), file })
}

/// What a file holds; `-` is the standard input.
fn text_of(file: String) -> Result<String, Trouble> {
    let open = || -> io::Result<Box<dyn Read>> {
        if file == "-" { Ok(Box::new(io::stdin())) } else { Ok(Box::new(File::open(&file)?)) }
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    match open().and_then(|from| from.take(most.saturating_add(1)).read_to_end(&mut bytes)) {
        Err(source) => Err(Trouble::NoFile { file, source }),
        Ok(read) if read > MOST_BYTES => Err(Trouble::LongFile(file)),
        Ok(_) => text(bytes).ok_or(Trouble::NotText(file)),
    }
}

/// The line that carries out what was shown, to be copied.
fn once_more(command: &str, typed: &ShellLine, seen: u32) -> String {
    let skipped = if typed.line.first().is_some_and(|word| word == "confirm") { 2 } else { 0 };
    let words = typed.line.iter().skip(skipped).map(|word| quoted(word));
    let line = words.collect::<Vec<_>>().join(" ");
    let data = match typed.data == Path::new(DEFAULT_DATA) {
        true => String::new(),
        false => format!(" --data {}", quoted(&typed.data.to_string_lossy())),
    };
    format!("howler {command} confirm {seen} {line}{data}")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// One line counts once: it is asked with one id, also when howler dies or restarts between question and answer.
async fn ask(path: &Path, question: Question) -> Result<Reply, Trouble> {
    let clock = Clock::system();
    let until = clock.now().saturating_add(AGAIN_FOR).unwrap_or(jiff::Timestamp::MAX);
    let mut lost = false;
    loop {
        let trouble = match ask_once(path, &question).await {
            Err(trouble) if trouble.may_pass() => trouble,
            answered => return answered,
        };
        lost |= matches!(trouble, Trouble::Lost);
        // Where no howler was to be found from the start, waiting for one would only hide that.
        if !lost {
            return Err(trouble);
        }
        if clock.now() >= until {
            return Err(Trouble::Lost);
        }
        clock.sleep_until(clock.now().saturating_add(AGAIN_EVERY).unwrap_or(until)).await;
    }
}

async fn ask_once(path: &Path, question: &Question) -> Result<Reply, Trouble> {
    let mut stream = UnixStream::connect(path).await.map_err(|source| {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Trouble::NoSocket(path),
            io::ErrorKind::ConnectionRefused => Trouble::NobodyThere(path),
            io::ErrorKind::PermissionDenied => Trouble::NotAllowed(path),
            // The only wrong input that a path can be.
            io::ErrorKind::InvalidInput => Trouble::NoSuchPath(SocketError::TooLong { path }),
            _ => Trouble::Unreachable { path, source },
        }
    })?;
    let talk = async {
        write(&mut stream, question).await?;
        read(&mut stream).await
    };
    match timeout(ANSWER_WITHIN, talk).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(WireError::Gone | WireError::Broken(_))) | Err(_) => Err(Trouble::Lost),
        Ok(Err(error)) => Err(Trouble::Foreign(error)),
    }
}

fn new_id() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex::encode(bytes))
}
