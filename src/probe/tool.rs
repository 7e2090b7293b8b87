//! A program by its bare name to where it is.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::domain::procedure::CannotTell;

/// The program's file: as configured, or in the first of `folders` that holds it.
///
/// # Errors
/// When it is not there or cannot be run.
pub fn find(
    tools: &BTreeMap<String, PathBuf>,
    folders: &[&str],
    program: &str,
) -> Result<PathBuf, CannotTell> {
    if program.contains('/') {
        return Err(CannotTell(format!("{program} is no bare name of a program")));
    }
    if let Some(path) = tools.get(program) {
        return match can_run(path) {
            true => Ok(path.clone()),
            false => {
                Err(CannotTell(format!("{program} cannot be run where [runbook.tools] says that it is")))
            }
        };
    }
    let mut found = folders.iter().map(|folder| Path::new(folder).join(program));
    found.find(|path| can_run(path)).ok_or_else(|| {
        CannotTell(format!(
            "{program} is not on this machine; where it is elsewhere, say so in [runbook.tools]"
        ))
    })
}

fn can_run(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
