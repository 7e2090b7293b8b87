//! The other end of the socket: `howler incident ...` at a shell, beside a howler that serves.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::cli::ShellLine;
use crate::clock::Clock;
use crate::intake::shell::{Question, Reply, WireError, path_in, read, write};
use crate::unix_socket::SocketError;

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
    match ask(&path, command, typed.line.join(" ")).await {
        Ok(Reply::Done(words)) => print(&words),
        Ok(Reply::Refused(words)) => {
            eprintln!("{words}");
            ExitCode::from(REFUSED)
        }
        Ok(Reply::Failed(words)) => {
            eprintln!("{words}");
            ExitCode::from(FAILED)
        }
        Err(trouble) => {
            eprintln!("howler: {trouble}");
            ExitCode::from(FAILED)
        }
    }
}

/// Whoever reads may stop reading (`| head`), which is no fault.
fn print(words: &str) -> ExitCode {
    match writeln!(io::stdout(), "{words}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("howler: it was done, but the answer could not be printed: {error}");
            ExitCode::from(FAILED)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// One line counts once: it is asked with one id, also when howler dies or restarts between question and answer.
async fn ask(path: &Path, command: &str, line: String) -> Result<Reply, Trouble> {
    let question = Question { id: new_id().map_err(Trouble::NoId)?, command: command.into(), line };
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
