//! The file that a backup is: one line that names the format, one of JSON that says of what, rows, and a checksum.
//!
//! ```text
//! howler backup 1\n
//! {"store_format":1,"instance":"...","at":"...",...}\n
//! key length, value length (u32, big-endian), key, value   for each row, in key order
//! 0 (u32), number of rows (u64, big-endian), SHA-256 of everything before it
//! ```
//!
//! Rows are the store's own, as they stand: what a howler of this version wrote, one of a later version reads.

use std::io::{BufRead, Read};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::guard::FORMAT;
use super::outline::Standing;
use super::totals::Totals;
use super::{Meta, codec, damage, keys, verify};

/// What the first line begins with.
const NAME: &str = "howler backup ";
/// The layout that this version writes and reads.
const LAYOUT: u32 = 1;
/// No head line is longer, in bytes.
const LINE_MOST: u64 = 64 * 1024;
/// No key is longer, in bytes.
const KEY_MOST: u32 = 64 * 1024;
/// No value is longer, in bytes: an incident's row is a few kilobytes, and memory stays bounded whatever a file says.
const VALUE_MOST: u32 = 64 * 1024 * 1024;

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// What a backup is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The format of the rows.
    pub store_format: u32,
    /// The version of the howler that wrote it.
    pub howler: String,
    /// The store's name: a restored store has the same, so that the marks on its messages are its own.
    pub instance: String,
    /// The commit boundary at which it was taken (UTC).
    pub at: Timestamp,
    /// When the backed-up howler was last alive (UTC): a restored one was down from then.
    pub alive: Timestamp,
    pub commits: u64,
    /// Incidents ever declared.
    pub incidents: u64,
    /// When the backed-up store was itself made of a backup (UTC); numbers of commits are compared only after the same
    /// one. Older backups do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Timestamp>,
}

impl Head {
    /// How far the store had come.
    pub fn standing(&self) -> Standing {
        Standing { restored: self.restored, commits: self.commits }
    }

    /// Its rows are as this version writes them.
    pub fn is_current(&self) -> bool {
        self.store_format == FORMAT
    }
}

/// Why a file is no backup that can be used. Nothing was changed in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("it is not a backup of howler's")]
    NotABackup,
    #[error("it was written by a newer howler (layout {found}, this one knows {LAYOUT}); use that version")]
    Newer { found: u32 },
    #[error("its rows are of a newer howler (format {found}, this one knows {FORMAT}); use that version")]
    NewerRows { found: u32 },
    #[error(
        "the folder it was taken from was damaged then: {0}. Take an older backup, or what `howler salvage` can read"
    )]
    NotWhole(String),
    #[error("it is cut short: copy it again, or take another backup")]
    CutShort,
    #[error("it is damaged ({0}): copy it again, or take another backup")]
    Damaged(&'static str),
    #[error("it cannot be read: {0}")]
    Unreadable(std::io::Error),
}

impl From<std::io::Error> for ArchiveError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::CutShort,
            _ => Self::Unreadable(error),
        }
    }
}

/// Makes the file's bytes, piece by piece.
pub(super) struct Writer {
    hash: Sha256,
    rows: u64,
}

impl Writer {
    /// The first bytes.
    ///
    /// # Errors
    /// Never for a head that JSON can hold; kept typed all the same.
    pub fn begin(head: &Head) -> Result<(Self, Vec<u8>), serde_json::Error> {
        let bytes = format!("{NAME}{LAYOUT}\n{}\n", serde_json::to_string(head)?).into_bytes();
        Ok((Self { hash: Sha256::new_with_prefix(&bytes), rows: 0 }, bytes))
    }

    pub fn rows(&mut self, rows: &[Row]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(rows.iter().map(|(key, value)| 8 + key.len() + value.len()).sum());
        for (key, value) in rows {
            bytes.extend(length(key));
            bytes.extend(length(value));
            bytes.extend(key);
            bytes.extend(value);
        }
        self.rows += rows.len() as u64;
        self.hash.update(&bytes);
        bytes
    }

    /// The last bytes.
    pub fn end(mut self) -> Vec<u8> {
        let mut bytes = 0_u32.to_be_bytes().to_vec();
        bytes.extend(self.rows.to_be_bytes());
        self.hash.update(&bytes);
        bytes.extend(self.hash.finalize());
        bytes
    }
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}

/// Reads a backup. A row is given out before the checksum at the end is known: whoever must not act on a damaged file
/// reads it through first.
pub struct Reader<R> {
    head: Head,
    from: Hashed<R>,
    rows: u64,
    ended: bool,
    totals: Totals,
    /// The store's own row, which says what the totals must be.
    meta: Option<Vec<u8>>,
}

impl<R: BufRead> Reader<R> {
    /// Reads the head.
    ///
    /// # Errors
    /// When it is no backup, of a newer howler, cut short or unreadable.
    pub fn open(from: R) -> Result<Self, ArchiveError> {
        let mut from = Hashed { inner: from, hash: Sha256::new() };
        let name = from.line()?;
        let layout = name.strip_prefix(NAME.as_bytes()).ok_or(ArchiveError::NotABackup)?;
        let layout = std::str::from_utf8(layout).ok().and_then(|text| text.parse::<u32>().ok());
        match layout {
            Some(LAYOUT) => {}
            Some(found) if found > LAYOUT => return Err(ArchiveError::Newer { found }),
            _ => return Err(ArchiveError::Damaged("its first line")),
        }
        let line = from.line()?;
        /// What every version's head has.
        #[derive(Deserialize)]
        struct Format {
            store_format: u32,
        }
        let format: Format =
            serde_json::from_slice(&line).map_err(|_| ArchiveError::Damaged("its head does not parse"))?;
        if format.store_format > FORMAT {
            return Err(ArchiveError::NewerRows { found: format.store_format });
        }
        let head =
            serde_json::from_slice(&line).map_err(|_| ArchiveError::Damaged("its head does not parse"))?;
        let totals = Totals::default();
        Ok(Self { head, from, rows: 0, ended: false, totals, meta: None })
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The next row; `None` once the checksum was read and is right.
    ///
    /// # Errors
    /// When the file is cut short, damaged or unreadable.
    pub fn next_row(&mut self) -> Result<Option<Row>, ArchiveError> {
        if self.ended {
            return Ok(None);
        }
        let key = u32::from_be_bytes(self.from.array()?);
        if key == 0 {
            self.end()?;
            return Ok(None);
        }
        let value = u32::from_be_bytes(self.from.array()?);
        if key > KEY_MOST || value > VALUE_MOST {
            return Err(ArchiveError::Damaged("a row is longer than any of howler's"));
        }
        let row = (self.from.bytes(key)?, self.from.bytes(value)?);
        self.rows += 1;
        self.totals.add(&row.0, &row.1);
        if row.0 == keys::META {
            self.meta = Some(row.1.clone());
        }
        Ok(Some(row))
    }

    fn end(&mut self) -> Result<(), ArchiveError> {
        let rows = u64::from_be_bytes(self.from.array()?);
        let right = self.from.hash.clone().finalize();
        let found: [u8; 32] = self.from.array()?;
        if rows != self.rows || right[..] != found {
            return Err(ArchiveError::Damaged("its checksum is wrong"));
        }
        if !self.from.inner.fill_buf()?.is_empty() {
            return Err(ArchiveError::Damaged("something follows its end"));
        }
        self.whole()?;
        self.ended = true;
        Ok(())
    }

    /// What is in the file can be what was written, and still not be what there must be.
    fn whole(&self) -> Result<(), ArchiveError> {
        // Format 1 had no totals.
        if self.head.store_format < 2 {
            return Ok(());
        }
        let meta = self.meta.as_ref().and_then(|row| codec::decode::<Meta>(row).ok());
        let due = meta.and_then(|meta| meta.totals);
        let due = due.ok_or_else(|| ArchiveError::NotWhole("what must be there is not known".to_owned()))?;
        match due.differences(&self.totals).as_slice() {
            [] => Ok(()),
            faults => Err(ArchiveError::NotWhole(verify::several(faults.iter().map(damage::words)))),
        }
    }

    /// Reads the rest through, and gives how many rows there were.
    ///
    /// # Errors
    /// As [`next_row`](Self::next_row).
    pub fn verify(mut self) -> Result<u64, ArchiveError> {
        while self.next_row()?.is_some() {}
        Ok(self.rows)
    }
}

/// A reader that hashes what it hands out.
struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R: BufRead> Hashed<R> {
    /// A line, without its end.
    fn line(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let mut line = Vec::new();
        self.inner.by_ref().take(LINE_MOST).read_until(b'\n', &mut line)?;
        self.hash.update(&line);
        let ended = line.pop() == Some(b'\n');
        match (ended, line.starts_with(NAME.as_bytes()) || line.starts_with(b"{")) {
            (true, _) => Ok(line),
            (false, true) => Err(ArchiveError::CutShort),
            (false, false) => Err(ArchiveError::NotABackup),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ArchiveError> {
        let mut bytes = [0; N];
        self.inner.read_exact(&mut bytes)?;
        self.hash.update(bytes);
        Ok(bytes)
    }

    /// Grows with what is there, not with what the file claims.
    fn bytes(&mut self, many: u32) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = Vec::new();
        self.inner.by_ref().take(u64::from(many)).read_to_end(&mut bytes)?;
        if bytes.len() < many as usize {
            return Err(ArchiveError::CutShort);
        }
        self.hash.update(&bytes);
        Ok(bytes)
    }
}
