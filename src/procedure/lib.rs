//! The procedures' files: compiled in, or from a folder that overrides them by name. What is wrong with a file is said with its
//! line, and the other procedures still load.

mod lint;
mod may;
mod parsed;
mod reads;
mod safe;
pub mod shell;
mod waits;
mod whose;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use domain::procedure::{Here, Procedure, Runbook};
use redact::Redactor;
pub use safe::{GITHUB, PROGRAMS, VERCEL};

/// The files of `commands/`; a test compares the list with the folder.
const SHIPPED: [(&str, &str); 10] = [
    ("agent-workflow-failure", include_str!("../../commands/agent-workflow-failure.toml")),
    ("database-corruption", include_str!("../../commands/database-corruption.toml")),
    ("database-point-in-time-recovery", include_str!("../../commands/database-point-in-time-recovery.toml")),
    ("deployment-failure", include_str!("../../commands/deployment-failure.toml")),
    ("event-stream-failure", include_str!("../../commands/event-stream-failure.toml")),
    ("health", include_str!("../../commands/health.toml")),
    ("infrastructure-rollback", include_str!("../../commands/infrastructure-rollback.toml")),
    ("logs", include_str!("../../commands/logs.toml")),
    ("security-incident", include_str!("../../commands/security-incident.toml")),
    ("web-rollback", include_str!("../../commands/web-rollback.toml")),
];

/// Something wrong with a procedure's file, because of which it is not used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: String,
    /// From 1; 0 where the whole file is meant.
    pub line: usize,
    pub words: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.words),
            line => write!(f, "{}, line {line}: {}", self.file, self.words),
        }
    }
}

/// The procedures that can be used, and what is wrong with the others.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub runbook: Arc<Runbook>,
    pub faults: Vec<Fault>,
}

impl Loaded {
    /// The same, as the procedures run here.
    #[must_use]
    pub fn fitted(self, here: Here<'_>) -> Self {
        let procedures = self.runbook.all().cloned().map(|procedure| procedure.fitted(here));
        Self { runbook: Arc::new(Runbook::new(procedures)), faults: self.faults }
    }

    /// The same, without those whose commands hold a secret that `redactor` knows: commands are shown, and stand in lists of
    /// processes (research 2b, rules 5 and 8). Whoever asks for one that is left out is told why.
    #[must_use]
    pub fn without_secrets(self, redactor: &Redactor) -> Self {
        let Self { runbook, mut faults } = self;
        let holds = |procedure: &&Procedure| lint::secret(procedure, redactor).is_some();
        let (holding, well): (Vec<&Procedure>, Vec<&Procedure>) = runbook.all().partition(holds);
        let fault = |procedure: &Procedure| Fault {
            file: format!("{}.toml", procedure.name),
            line: 0,
            words: lint::secret(procedure, redactor).map_or(String::new(), |found| found.words),
        };
        faults.extend(holding.into_iter().map(fault));
        let told = faults.iter().filter_map(|fault| {
            // A folder that cannot be read is no procedure.
            let name = Path::new(&fault.file).file_name()?.to_str()?.strip_suffix(".toml")?;
            let line = if fault.line == 0 { String::new() } else { format!("line {}: ", fault.line) };
            Some((name.to_owned(), redactor.shown(&format!("{line}{}", fault.words))))
        });
        // Of several faults the first is told.
        let left_out: BTreeMap<String, String> = told.rev().collect();
        let runbook = Runbook::new(well.into_iter().cloned()).without(left_out);
        Self { runbook: Arc::new(runbook), faults }
    }
}

/// Those that howler ships with, and over them the files of `folder`, by name.
pub fn load(folder: Option<&Path>) -> Loaded {
    // They are the same for as long as the process lives; the tests start many howlers in one.
    static SHIPPED_ALONE: LazyLock<Loaded> = LazyLock::new(|| read_all(None));
    match folder {
        None => SHIPPED_ALONE.clone(),
        some => read_all(some),
    }
}

fn read_all(folder: Option<&Path>) -> Loaded {
    let mut texts: BTreeMap<String, (String, String)> = SHIPPED
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (format!("{name}.toml"), (*text).to_owned())))
        .collect();
    let mut faults = Vec::new();
    if let Some(folder) = folder {
        match files_in(folder) {
            Ok((files, unread)) => {
                texts.extend(files);
                // What would go over a shipped one does so even where it cannot be read.
                for (name, fault) in unread {
                    texts.remove(&name);
                    faults.push(fault);
                }
            }
            Err(error) => faults.push(Fault {
                file: folder.display().to_string(),
                line: 0,
                words: format!("the folder cannot be read: {error}"),
            }),
        }
    }
    let mut procedures = Vec::new();
    for (name, (file, text)) in texts {
        match read(&name, &file, &text) {
            Ok(procedure) => procedures.push(procedure),
            Err(found) => faults.extend(found),
        }
    }
    faults.sort();
    Loaded { runbook: Arc::new(Runbook::new(procedures)), faults }
}

/// A folder's files: by their names without the ending, their paths and their texts, and those that cannot be read.
type Files = (BTreeMap<String, (String, String)>, Vec<(String, Fault)>);

fn files_in(folder: &Path) -> std::io::Result<Files> {
    let (mut files, mut unread) = (BTreeMap::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        if path.extension().is_some_and(|ending| ending == "toml") {
            let file = path.display().to_string();
            match fs::read_to_string(&path) {
                Ok(text) => drop(files.insert(name.to_owned(), (file, text))),
                Err(error) => {
                    let words = format!("it cannot be read: {error}");
                    unread.push((name.to_owned(), Fault { file, line: 0, words }));
                }
            }
        }
    }
    Ok((files, unread))
}

/// One file as a procedure.
///
/// # Errors
/// Everything that is wrong with it.
fn read(name: &str, file: &str, text: &str) -> Result<Procedure, Vec<Fault>> {
    let fault = |line, words: String| Fault { file: file.to_owned(), line, words };
    let mut procedure: Procedure = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        vec![fault(line, error.message().split_whitespace().collect::<Vec<_>>().join(" "))]
    })?;
    name.clone_into(&mut procedure.name);
    let found = lint::lint(&procedure);
    if found.is_empty() {
        return Ok(procedure);
    }
    Err(found.into_iter().map(|found| fault(found.place.line_in(text), found.words)).collect())
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}
