//! `howler salvage`: what can still be read of a folder that howler refuses, and what cannot.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::backups::{BackupFolder, Kept};
use super::{DataError, Draft, blocking, minute};
use crate::export::{self, ExportError};
use domain::id::IncidentId;
use ground::clock::Clock;
use store::archive::{ArchiveError, Head, Reader};
use store::record::Record;
use store::salvage::{self, Salvaged};
use store::{Outline, hold, outline};

/// What was read, as an export's lines.
pub const LINES: &str = "salvaged.jsonl";
/// What is missing, a line each.
pub const MISSING: &str = "missing.txt";
/// A backup, where nothing is missing.
pub const BACKUP: &str = "salvaged.backup";
/// The engine opens this, and not the folder itself.
const COPY: &str = "copy";

/// What came of it.
pub struct Report {
    /// For people.
    pub words: String,
    /// Nothing was found missing.
    pub nothing_missing: bool,
}

/// Reads what can be read of `data` into the new folder `out`. The newest usable backup in `backups` is named where it
/// knows something that is missing.
///
/// # Errors
/// When a howler runs on `data`, there is nothing to read, or `out` is not new or cannot be written.
pub async fn salvage(data: &Path, backups: PathBuf, out: &Path, clock: &Clock) -> Result<Report, DataError> {
    let (data, out, now) = (data.to_owned(), out.to_owned(), clock.now());
    blocking(move || from(&data, &BackupFolder::new(backups), &out, now)).await
}

fn from(data: &Path, backups: &BackupFolder, out: &Path, now: Timestamp) -> Result<Report, DataError> {
    let store = data.join("store");
    if !store.is_dir() {
        return Err(DataError::NoStore(data.to_owned()));
    }
    let _held = hold(data)?;
    make(out)?;
    let mut missing = Vec::new();
    let about = match outline(data) {
        Ok(None) => {
            missing.push("howler.json is missing: whose folder it is is not known from it".to_owned());
            None
        }
        Ok(about) => about,
        Err(error) => {
            missing.push(format!("howler.json does not read: {error}"));
            None
        }
    };
    let copy = out.join(COPY);
    copy_folder(&store, &copy, &mut missing)?;
    let read = salvage::read(&copy);
    // Ours, and made a moment ago.
    fs::remove_dir_all(&copy).map_err(|source| DataError::Unwritable { path: copy, source })?;
    let backup = Newest::of(backups, about.as_ref());
    match read {
        Err(error) => unopened(data, out, error.to_string(), missing, &backup),
        Ok(found) => {
            missing.extend(found.missing(about.as_ref()));
            opened(out, &found, about.as_ref(), missing, &backup, now)
        }
    }
}

fn opened(
    out: &Path,
    found: &Salvaged,
    about: Option<&Outline>,
    mut missing: Vec<String>,
    backup: &Newest,
    now: Timestamp,
) -> Result<Report, DataError> {
    let head = found.head(about, now);
    let bytes = if missing.is_empty() { found.backup(&head)? } else { Vec::new() };
    // A backup may know of more that must be there.
    if missing.is_empty()
        && let Err(reason) = Reader::open(bytes.as_slice()).and_then(Reader::verify)
    {
        missing.push(format!("what was read is not all: {reason}"));
    }
    let (written, incidents) = write_lines(out, found, &head, missing.len())?;
    let known = backup.lines(&incidents);
    list(out, &missing, &known)?;
    let mut words = format!(
        "{} holds {written} rows that could be read, {} incidents among them.\n",
        out.join(LINES).display(),
        incidents.len()
    );
    if !missing.is_empty() {
        words += &format!(
            "{} things are missing or cannot be read: {} lists them. No backup was made of it: a howler must not start on \
             half of what it knew.\n{}",
            missing.len(),
            out.join(MISSING).display(),
            known.join("\n")
        );
        return Ok(Report { words, nothing_missing: false });
    }
    let path = out.join(BACKUP);
    let mut draft = Draft::of(path.clone(), false)?;
    draft.write_all(&bytes).map_err(|source| DataError::Unwritable { path: path.clone(), source })?;
    draft.finish()?;
    let path = path.display();
    words += &format!(
        "Nothing was found missing, by what the rows say of each other; what nothing tells of would not be missed. {path} can \
         be restored: howler restore {path} --data NEW"
    );
    Ok(Report { words, nothing_missing: true })
}

/// Writes every row that reads, and gives how many, and the incidents among them.
fn write_lines(
    out: &Path,
    found: &Salvaged,
    head: &Head,
    missing: usize,
) -> Result<(u64, BTreeSet<IncidentId>), DataError> {
    let mut lines = Draft::of(out.join(LINES), false)?;
    export::begin(head, &mut lines)?;
    let (mut written, mut incidents) = (0, BTreeSet::new());
    for (key, value) in found.rows() {
        // One that does not read is among the missing.
        written += u64::from(export::row(key, value, &mut lines).or_else(unread)?);
        if let Ok(Record::Incident(incident)) = Record::of(key, value) {
            incidents.insert(incident.id);
        }
    }
    export::end_salvaged(missing, &mut lines)?;
    lines.finish()?;
    Ok((written, incidents))
}

fn unread(error: ExportError) -> Result<bool, ExportError> {
    match error {
        ExportError::Row(_) => Ok(false),
        error => Err(error),
    }
}

/// The engine reads nothing: only the newest backup tells.
fn unopened(
    data: &Path,
    out: &Path,
    error: String,
    mut missing: Vec<String>,
    backup: &Newest,
) -> Result<Report, DataError> {
    missing.push(format!(
        "everything: the engine cannot open a copy of {}: {error}",
        data.join("store").display()
    ));
    let known = backup.lines(&BTreeSet::new());
    list(out, &missing, &known)?;
    let words = format!(
        "Nothing of {} could be read: the engine cannot open a copy of it. {}\n{}",
        data.display(),
        error,
        known.join("\n")
    );
    Ok(Report { words, nothing_missing: false })
}

/// The newest backup that can be used, as far as it helps.
struct Newest {
    found: Option<(Kept, BTreeSet<IncidentId>)>,
    folder: PathBuf,
}

impl Newest {
    fn of(folder: &BackupFolder, about: Option<&Outline>) -> Self {
        // A folder that cannot be read has none that help.
        let mut all = folder.all().map(|(kept, _)| kept).unwrap_or_default();
        all.retain(|kept| about.is_none_or(|about| about.instance == kept.head.instance));
        all.sort_by_key(|kept| (kept.head.standing(), kept.at));
        let found = all.into_iter().rev().find_map(|kept| Some((incidents(&kept).ok()?, kept)));
        Self { found: found.map(|(incidents, kept)| (kept, incidents)), folder: folder.path().to_owned() }
    }

    fn lines(&self, read: &BTreeSet<IncidentId>) -> Vec<String> {
        let Some((kept, incidents)) = &self.found else {
            return vec![format!("There is no backup that can be used in {}.", self.folder.display())];
        };
        let path = kept.path.display();
        let up_to = minute(kept.at.max(kept.head.at));
        let mut lines = vec![format!(
            "The newest backup that can be used is {path}: everything up to {up_to}, {} incidents. To go back to it: howler \
             restore --newest",
            kept.head.incidents
        )];
        let helps: Vec<String> = incidents.difference(read).map(ToString::to_string).collect();
        if !helps.is_empty() {
            lines.push(format!("It has these, which could not be read: {}", helps.join(", ")));
        }
        lines
    }
}

/// The incidents in a backup that reads through.
fn incidents(kept: &Kept) -> Result<BTreeSet<IncidentId>, ArchiveError> {
    let mut reader = Reader::open(io::BufReader::new(File::open(&kept.path)?))?;
    let mut found = BTreeSet::new();
    while let Some((key, value)) = reader.next_row()? {
        if let Ok(Record::Incident(incident)) = Record::of(&key, &value) {
            found.insert(incident.id);
        }
    }
    Ok(found)
}

fn list(out: &Path, missing: &[String], backup: &[String]) -> Result<(), DataError> {
    let path = out.join(MISSING);
    let mut text = match missing.len() {
        0 => "Nothing was found missing.\n".to_owned(),
        many => format!("{many} things are missing or cannot be read:\n"),
    };
    for line in missing {
        // Words of a damaged row may hold anything.
        text.extend(line.chars().map(|c| if c.is_control() { ' ' } else { c }));
        text.push('\n');
    }
    text.push('\n');
    text += &backup.join("\n");
    text.push('\n');
    let mut draft = Draft::of(path.clone(), false)?;
    draft.write_all(text.as_bytes()).map_err(|source| DataError::Unwritable { path, source })?;
    draft.finish()
}

/// Makes the folder, for its owner's eyes only; one that is there and empty will do.
fn make(out: &Path) -> Result<(), DataError> {
    let unwritable = |source| DataError::Unwritable { path: out.to_owned(), source };
    match DirBuilder::new().mode(0o700).create(out) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let empty = fs::read_dir(out).map_err(unwritable)?.next().is_none();
            if empty { Ok(()) } else { Err(DataError::NotNew(out.to_owned())) }
        }
        made => made.map_err(unwritable),
    }
}

/// Copies the files of a folder. What a disk does not give is a line, and the copy goes on with the next file.
fn copy_folder(from: &Path, to: &Path, missing: &mut Vec<String>) -> Result<(), DataError> {
    let unreadable = |source| DataError::Unreadable { path: from.to_owned(), source };
    let unwritable = |source| DataError::Unwritable { path: to.to_owned(), source };
    DirBuilder::new().mode(0o700).create(to).map_err(unwritable)?;
    for entry in fs::read_dir(from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            copy_folder(&path, &target, missing)?;
        } else if kind.is_file() {
            let copied = File::open(&path).and_then(|mut file| {
                let mut copy = File::options().write(true).create_new(true).mode(0o600).open(&target)?;
                io::copy(&mut file, &mut copy)
            });
            if let Err(error) = copied {
                missing.push(format!("a part of {} cannot be read or copied: {error}", path.display()));
            }
        }
    }
    Ok(())
}
