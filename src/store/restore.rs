//! A store made of a backup, in a folder that holds nothing yet.
//!
//! The backup is read through before anything is written. The store is made in a folder of its own and moved into place
//! when it is whole, and `howler.json` comes last: a restore that was cut off is refused at the next start.

use std::fs;
use std::io::{self, BufRead, Seek};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::archive::{ArchiveError, Head, Reader};
use super::disk::{Disk, Engine};
use super::engine::Write;
use super::guard::{Guard, Identity, Mark, write_identity};
use super::{Meta, StoreError, codec, keys, rights};

/// Where a store is made before it is in place. While it is there, no howler starts.
pub const DRAFT: &str = "restoring";
/// One write holds about so many bytes.
const WRITE_BYTES: usize = 1024 * 1024;

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(
        "{} is not empty, and a restore never writes over anything. Name an empty or new folder with --data, or move \
         what is there away", path.display()
    )]
    NotEmpty { path: PathBuf },
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub head: Head,
    pub rows: u64,
}

impl super::Store {
    /// Makes a store of a backup in `folder`, which must be empty or missing. `now` sets the marks of what howler sends
    /// from then on apart from the marks of what it sent after the backup was taken. Blocks.
    ///
    /// # Errors
    /// When the folder holds something, the backup cannot be used, or the folder cannot be written; a folder that was
    /// refused is as it was.
    pub fn restore(
        folder: &Path,
        from: &mut (impl BufRead + Seek),
        now: Timestamp,
    ) -> Result<Restored, RestoreError> {
        require_empty(folder)?;
        let start = from.stream_position().map_err(ArchiveError::from)?;
        Reader::open(&mut *from)?.verify()?;
        from.seek(io::SeekFrom::Start(start)).map_err(ArchiveError::from)?;
        let mut reader = Reader::open(&mut *from)?;
        let guard = Guard::lock(folder)?;
        // A howler may have begun here while the file was read through.
        if folder.join("store").exists() || folder.join("howler.json").exists() {
            require_empty(folder)?;
        }
        let draft = folder.join(DRAFT);
        let unwritable = |source| StoreError::Unwritable { path: draft.clone(), source };
        // From here on the folder is no howler's to begin in, until it is whole.
        fs::create_dir_all(&draft).map_err(unwritable)?;
        let head = reader.head().clone();
        fill(&draft, &head, &mut reader, now)?;
        let synced = fs::File::open(draft.join("store")).and_then(|made| made.sync_all());
        synced.map_err(unwritable)?;
        guard.set_mark(Mark { commits: head.commits, alive: head.alive })?;
        fs::rename(draft.join("store"), folder.join("store")).map_err(unwritable)?;
        fs::remove_dir(&draft).map_err(unwritable)?;
        guard.sync_mark()?;
        rights::tighten(folder);
        rights::sync_all(folder)?;
        let identity = Identity {
            // Rows of an older format are brought to this one's at the first start.
            format: head.store_format,
            howler: Some(head.howler.clone()),
            restored: Some(after(head.restored, now)),
            ..Identity::new(&head.instance)
        };
        write_identity(folder, &identity)?;
        Ok(Restored { head, rows: reader.rows() })
    }
}

/// A restore counts as later than the one before, whatever the clock says.
fn after(before: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let next = before.and_then(|before| before.checked_add(SignedDuration::from_millis(1)).ok());
    next.map_or(now, |next| next.max(now))
}

/// A file system's own `lost+found` is nothing.
fn require_empty(folder: &Path) -> Result<(), RestoreError> {
    let unwritable = |source| StoreError::Unwritable { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(unwritable(source).into()),
        Ok(entries) => entries,
    };
    for entry in entries {
        if entry.map_err(unwritable)?.file_name() != "lost+found" {
            return Err(RestoreError::NotEmpty { path: folder.to_owned() });
        }
    }
    Ok(())
}

/// Writes every row, and the store's own one last.
fn fill<R: BufRead>(
    draft: &Path,
    head: &Head,
    reader: &mut Reader<R>,
    now: Timestamp,
) -> Result<(), RestoreError> {
    let engine = Engine::open(&Disk::Machine, &draft.join("store"))?;
    let (mut writes, mut bytes, mut meta): (Vec<Write>, usize, Option<Meta>) = (Vec::new(), 0, None);
    while let Some((key, value)) = reader.next_row()? {
        if key == keys::META {
            meta = Some(codec::decode(&value)?);
            continue;
        }
        bytes += key.len() + value.len();
        writes.push((key, Some(value)));
        if bytes >= WRITE_BYTES {
            engine.write(std::mem::take(&mut writes))?;
            bytes = 0;
        }
    }
    let meta = meta.filter(|meta| meta.commits == head.commits && meta.instance == head.instance);
    let mut meta = meta.ok_or(ArchiveError::Damaged("its rows are not those of its head"))?;
    meta.next.effect = apart(meta.next.effect, now);
    writes.push((keys::META.to_vec(), Some(codec::encode(&meta)?)));
    engine.write(writes)?;
    Ok(())
}

/// The number that the next effect gets. The howler that was backed up went on numbering, and what it sent after the
/// backup still stands in Slack with those marks: under the same ones new messages would be taken for sent. Milliseconds
/// since 1970 are ahead of any count of effects, and each restore's are ahead of the one before.
fn apart(next: u64, now: Timestamp) -> u64 {
    next.max(u64::try_from(now.as_millisecond()).unwrap_or(0))
}
