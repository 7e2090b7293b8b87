//! A program by its bare name to where it is.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use domain::procedure::CannotTell;
use domain::secret::Secret;

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

/// Programs that ask a database on this very machine where nobody tells them of another, and what tells them.
const AIMED: [(&str, [&str; 3]); 2] =
    [("pg_isready", ["PGHOST", "PGHOSTADDR", "PGSERVICE"]), ("psql", ["PGHOST", "PGHOSTADDR", "PGSERVICE"])];

/// That a program would ask the wrong one: a database that is not here must not be taken for one that is down.
///
/// # Errors
/// What to configure.
pub fn aim(
    program: &str,
    arguments: &[String],
    environment: &[(String, Secret)],
    folder: Option<&Path>,
) -> Result<(), CannotTell> {
    if program == "terraform" && folder.is_none() {
        return Err(CannotTell(
            "nothing says where Terraform's code is: name its folder in [runbook.folders] terraform".into(),
        ));
    }
    let Some((_, names)) = AIMED.iter().find(|(aimed, _)| *aimed == program) else { return Ok(()) };
    let given = environment.iter().any(|(name, _)| names.contains(&name.as_str()))
        || arguments.iter().any(|argument| argument.starts_with("--host="));
    match given {
        true => Ok(()),
        false => Err(CannotTell(format!(
            "nothing says which database {program} is to ask: set PGHOST where howler runs, and name it in \
             [runbook.environment] {program}"
        ))),
    }
}

fn can_run(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
