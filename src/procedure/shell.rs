//! `howler procedure ...`: the runbook's files, looked at from a shell.

use std::path::PathBuf;
use std::process::ExitCode;

use super::load;
use ground::terminal::{complain, write};

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
    /// Ask a procedure's checks from here, and show which step they lead to with its exact commands. Nothing is changed.
    Run {
        /// The procedure's name, or a part of it.
        name: String,
        /// Values of its parameters: tail=200
        given: Vec<String>,
        /// Needed: what changes something is approved in Slack, with /runbook run.
        #[arg(long, required = true)]
        dry_run: bool,
        /// The configuration; `howler.toml` is read where it exists.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Ask all checks of a procedure and prepare all of its actions, by day: what could not be told at night, and why. Nothing is changed.
    Drill {
        /// The procedure's name, or a part of it.
        name: String,
        /// Values of its parameters: tail=200
        given: Vec<String>,
        /// The configuration; `howler.toml` is read where it exists.
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

/// Looks at the files; fails where a procedure cannot be used.
pub fn look(folder: Option<PathBuf>, renders: bool) -> ExitCode {
    let loaded = load(folder.as_deref());
    for fault in &loaded.faults {
        complain(fault);
    }
    let many = loaded.runbook.all().count();
    let text =
        if renders { view::markdown(&loaded.runbook) } else { format!("{many} procedures can be used.\n") };
    match write(text) {
        Err(error) => {
            complain(format!("howler: the text could not be written: {error}"));
            ExitCode::FAILURE
        }
        Ok(()) if loaded.faults.is_empty() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
    }
}
