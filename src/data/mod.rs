//! `howler backup`, `howler restore`, `howler salvage` and `howler export`: state that is kept, moved and read elsewhere. The
//! folder of automatic backups is `backups`.

pub mod backups;
mod draft;
mod newest;
mod report;
mod salvage;
mod source;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::export::{self, ExportError};
use domain::alert::ear::Ear;
use domain::id::IncidentId;
use domain::oncall::rota::Rota;
use domain::procedure::drill::Drills;
use domain::run::audit::{Head, Ledger};
use domain::run::signed;
use draft::Draft;
use ground::clock::Clock;
use source::Source;
use store::archive::{ArchiveError, Head as BackupHead, Reader};
use store::record::Record;
use store::{BackupError, RestoreError, Store, StoreError};

pub use newest::restore_newest;
pub use report::report;
pub use salvage::{Report, salvage};
pub use source::{Copied, runs};

/// Why nothing was kept or moved. What stood in the file or folder named is as it was.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("there is no howler's data in {}: name the folder with --data", .0.display())]
    NoData(PathBuf),
    #[error(
        "a howler runs on {} (process {holder}), but its socket {} does not answer. If the folder is another user's, run this as \
         that user; otherwise stop that howler first", data.display(), socket.display()
    )]
    NoAnswer { data: PathBuf, socket: PathBuf, holder: String },
    #[error("the howler that runs on {} gave no backup: {reason}", data.display())]
    Refused { data: PathBuf, reason: String },
    #[error("{} is there already; add --force to write over it, or name another file", .0.display())]
    Exists(PathBuf),
    #[error("{} cannot be written: {source}. Nothing was left of it", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the backup broke off: {0}. Nothing was left of it; take it again")]
    BrokeOff(io::Error),
    #[error("the backup that was written cannot be used: {0}. Nothing was left of it")]
    BadBackup(ArchiveError),
    #[error("{} was not restored: {reason}. Nothing was changed", path.display())]
    BadFile { path: PathBuf, reason: ArchiveError },
    #[error("{} was not restored: {reason}", path.display())]
    NotRestored { path: PathBuf, reason: RestoreError },
    #[error("there is no backup of it in {} that can be used. {left_out} Another folder is named by [backups] folder in howler.toml (--config), another file by `howler restore FILE`. Nothing was changed", folder.display())]
    NoBackup { folder: PathBuf, left_out: String },
    #[error("{} holds backups of several howlers, and the data folder does not tell which was its own. Restore one of these by name, `howler restore FILE`, the newest of each: {files}. Nothing was changed", folder.display())]
    SeveralStores { folder: PathBuf, files: String },
    #[error("{} cannot be moved to {}: {source}. If it is a mount point, or another file system's, restore into another folder: `howler restore FILE --data NEW`. Nothing was deleted", from.display(), to.display())]
    NotMoved { from: PathBuf, to: PathBuf, source: io::Error },
    #[error("there is no howler's store in {}: name the folder with --data", .0.display())]
    NoStore(PathBuf),
    #[error("{} is there and not empty: name a new folder", .0.display())]
    NotNew(PathBuf),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("there is no {0} here")]
    NoIncident(IncidentId),
    #[error("{0}")]
    NoReport(String),
    #[error("the audit cannot be trusted: {0}")]
    Audit(String),
    #[error("{0}")]
    Aside(String),
    #[error("a part of howler ended by itself, which is a fault of howler's")]
    Fault,
}

impl DataError {
    /// Whoever read the export went away in the middle, as `head` does.
    pub fn reader_gone(&self) -> bool {
        matches!(self, Self::Export(ExportError::Unwritable(error)) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Writes a backup of the howler on `data`, running or not, to `file`, and reads it through before it gets its name.
/// Gives a line that says what it holds.
///
/// # Errors
/// When there is no howler's data, the file is there already and not `force`d, or something cannot be read or written.
pub async fn backup(data: &Path, file: PathBuf, force: bool, clock: &Clock) -> Result<String, DataError> {
    let draft = Draft::of(file.clone(), force)?;
    let source = Source::of(data, clock).await?;
    let written = move || {
        let mut draft = draft;
        source.copy_to(&mut draft)?;
        let path = draft.path().to_owned();
        let read = File::open(&path).map_err(|source| DataError::Unreadable { path, source })?;
        let reader = Reader::open(BufReader::new(read)).map_err(DataError::BadBackup)?;
        let head = reader.head().clone();
        let rows = reader.verify().map_err(DataError::BadBackup)?;
        draft.finish()?;
        Ok((head, rows))
    };
    let (head, rows) = blocking(written).await?;
    Ok(format!("{} holds {}", file.display(), holds(&head, rows)))
}

/// Makes a store of the backup `file` in the empty or missing folder `data`. Gives lines that say what to do next.
///
/// # Errors
/// When the folder is not empty or cannot be written, or the file is no whole backup.
pub async fn restore(file: PathBuf, data: &Path, clock: &Clock) -> Result<String, DataError> {
    let (folder, now) = (data.to_owned(), clock.now());
    let restored = blocking(move || {
        let unreadable = |source| DataError::Unreadable { path: file.clone(), source };
        let mut from = BufReader::new(File::open(&file).map_err(unreadable)?);
        Store::restore(&folder, &mut from, now).map_err(|reason| match reason {
            RestoreError::Archive(reason) => DataError::BadFile { path: file.clone(), reason },
            reason => DataError::NotRestored { path: file.clone(), reason },
        })
    });
    let restored = restored.await?;
    let data = data.display();
    Ok(format!(
        "{data} holds {}\n\
         Its timers go on from there: what came due since is said at the start, with howler's absence.\n\
         Make sure that the howler it was taken from does not run any more: two of one name post everything twice.\n\
         Then: howler serve --data {data}",
        holds(&restored.head, restored.rows)
    ))
}

/// The rota of the howler on `data`, running or not; an empty one where none was begun.
///
/// # Errors
/// When there is no howler's data, or it cannot be read.
pub async fn rota(data: &Path, clock: &Clock) -> Result<Rota, DataError> {
    only(data, clock, |record| if let Record::Rota(rota) = record { Some(*rota) } else { None }).await
}

/// What the howler on `data` knows of drills, running or not.
///
/// # Errors
/// When there is no howler's data, or it cannot be read.
pub async fn drills(data: &Path, clock: &Clock) -> Result<Drills, DataError> {
    only(data, clock, |record| if let Record::Drills(drills) = record { Some(*drills) } else { None }).await
}

/// What stands in a row of its own, as it is where there is none yet.
async fn only<T: Default + Send + 'static>(
    data: &Path,
    clock: &Clock,
    is: fn(Record) -> Option<T>,
) -> Result<T, DataError> {
    let source = Source::of(data, clock).await?;
    blocking(move || {
        let mut reader = Reader::open(BufReader::new(source)).map_err(ExportError::from)?;
        while let Some((key, value)) = reader.next_row().map_err(ExportError::from)? {
            if let Some(found) = is(Record::of(&key, &value)?) {
                return Ok(found);
            }
        }
        Ok(T::default())
    })
    .await
}

/// What the howler on `data`, running or not, knows of each source of alerts.
///
/// # Errors
/// When there is no howler's data, or it cannot be read.
pub async fn ears(data: &Path, clock: &Clock) -> Result<Vec<Ear>, DataError> {
    let source = Source::of(data, clock).await?;
    blocking(move || {
        let mut reader = Reader::open(BufReader::new(source)).map_err(ExportError::from)?;
        let mut ears = Vec::new();
        while let Some((key, value)) = reader.next_row().map_err(ExportError::from)? {
            if let Record::Ear(ear) = Record::of(&key, &value)? {
                ears.push(*ear);
            }
        }
        Ok(ears)
    })
    .await
}

/// What the audit of the howler on `data` says, running or not, as far as it can be followed.
///
/// # Errors
/// When there is no howler's data, or it cannot be read.
pub async fn ledger(data: &Path, clock: &Clock) -> Result<Ledger, DataError> {
    let source = Source::of(data, clock).await?;
    blocking(move || {
        let mut reader = Reader::open(BufReader::new(source)).map_err(ExportError::from)?;
        let mut ledger = Ledger::default();
        while let Some((name, value)) = reader.next_row().map_err(ExportError::from)? {
            if let (Record::Audit(row), None) = (Record::of(&name, &value)?, &ledger.broken) {
                ledger.broken = ledger.take_stored(&row).err();
            }
        }
        Ok(ledger)
    })
    .await
}

/// Follows the audit's chain of the howler on a folder, running or not, or of a backup. Gives a line that says how far it
/// reaches, and whose signatures it has. `head` is a hash that was written down before, on an incident's timeline: it must be among the
/// rows. `key` is the id of the key that must have signed the last of them, or its first signs.
///
/// # Errors
/// As [`export`], and when a row is missing, was changed, or does not hold `head`.
pub async fn verify_audit(
    from: From,
    head: Option<String>,
    key: Option<String>,
    clock: &Clock,
) -> Result<String, DataError> {
    let source = match &from {
        From::Data(data) => Source::of(data, clock).await?,
        From::File(file) => Source::file(file)?,
    };
    blocking(move || {
        let mut reader = Reader::open(BufReader::new(source)).map_err(ExportError::from)?;
        let (mut ledger, mut found) = (Ledger::default(), head.is_none());
        while let Some((name, value)) = reader.next_row().map_err(ExportError::from)? {
            if let Record::Audit(row) = Record::of(&name, &value)? {
                ledger.take_stored(&row).map_err(DataError::Audit)?;
                found |= head.as_ref() == Some(&row.row.hash);
            }
        }
        if !found {
            let missing = "no row has the hash that was given: rows after it, or all of them, are gone";
            return Err(DataError::Audit(missing.to_owned()));
        }
        let signed = signed::told(&ledger, key.as_deref()).map_err(DataError::Audit)?;
        let Head { rows, hash } = ledger.head;
        Ok(match rows {
            0 => "the audit holds no row: nothing was ever changed".to_owned(),
            rows => format!("the audit is whole: {rows} rows, the last one is {hash}. {signed}"),
        })
    })
    .await
}

/// Where an export comes from.
pub enum From {
    /// The howler on this folder, running or not.
    Data(PathBuf),
    /// A backup.
    File(PathBuf),
}

/// Writes an export as JSON lines to `to`, or to the standard output. Gives a line that says what it holds, where it
/// went to a file.
///
/// # Errors
/// As [`backup`], and when a row cannot be read; what went to the standard output ends without its last line then.
pub async fn export(
    from: From,
    to: Option<PathBuf>,
    force: bool,
    clock: &Clock,
) -> Result<Option<String>, DataError> {
    let draft = to.clone().map(|file| Draft::of(file, force)).transpose()?;
    let source = match &from {
        From::Data(data) => Source::of(data, clock).await?,
        From::File(file) => Source::file(file)?,
    };
    let lines = blocking(move || {
        let reader = BufReader::new(source);
        match draft {
            Some(mut draft) => {
                let lines = export::write(reader, &mut draft)?;
                draft.finish()?;
                Ok(lines)
            }
            None => {
                let mut out = io::BufWriter::new(io::stdout().lock());
                let lines = export::write(reader, &mut out)?;
                out.flush().map_err(ExportError::Unwritable)?;
                Ok(lines)
            }
        }
    });
    let lines = lines.await?;
    Ok(to.map(|file| format!("{} holds {lines} lines", file.display())))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DataError> + Send + 'static,
) -> Result<T, DataError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| DataError::Fault)?
}

fn holds(head: &BackupHead, rows: u64) -> String {
    let incidents = match head.incidents {
        1 => "1 incident".to_owned(),
        many => format!("{many} incidents"),
    };
    format!("{incidents} in {rows} rows, as of {}", minute(head.alive))
}

/// An instant for people.
pub fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
