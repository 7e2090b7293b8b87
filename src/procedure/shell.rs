//! `howler procedure ...`: the runbook's files, looked at from a shell. Nothing is run.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::load;
use crate::view;

/// What is asked of the files.
#[derive(Debug, clap::Subcommand)]
pub enum Asked {
    /// Say what is wrong with the procedures, with file and line; those that are compiled in, and over them a folder's.
    Lint {
        /// A folder of procedures.
        folder: Option<PathBuf>,
    },
    /// Write the runbook for people, in Markdown.
    Render {
        /// A folder of procedures.
        folder: Option<PathBuf>,
    },
}

/// Does it; fails where a procedure cannot be used.
pub fn run(asked: Asked) -> ExitCode {
    let (folder, renders) = match asked {
        Asked::Lint { folder } => (folder, false),
        Asked::Render { folder } => (folder, true),
    };
    let loaded = load(folder.as_deref());
    for fault in &loaded.faults {
        eprintln!("{fault}");
    }
    let many = loaded.runbook.all().count();
    let text =
        if renders { view::markdown(&loaded.runbook) } else { format!("{many} procedures can be used.\n") };
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("howler: the text could not be written: {error}");
            ExitCode::FAILURE
        }
        _ if loaded.faults.is_empty() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
