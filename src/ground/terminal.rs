//! What commands print. Whoever reads it may stop (`| head`), which ends nothing; `println!` would panic.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Prints a line on the standard output. A reader that is gone is no fault.
///
/// # Errors
/// When it cannot be written for another reason, as on a full disk.
pub fn say(words: impl Display) -> io::Result<()> {
    write(format!("{words}\n"))
}

/// [`say`], without a line's end.
///
/// # Errors
/// As `say`.
pub fn write(text: String) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.or_else(|error| if error.kind() == ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

/// Prints a line on the standard error. Where that fails there is nowhere left to say so.
pub fn complain(words: impl Display) {
    drop(io::stderr().write_all(format!("{words}\n").as_bytes()));
}
