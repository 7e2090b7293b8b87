//! `howler export`: what howler knows as JSON lines, for other programs. docs/export.md describes them, and a test
//! compares it with what comes out. The lines are made here, apart from how rows are stored: the one may change without
//! the other.

mod after;
mod event;
mod lines;
mod rota;
mod run;

use std::io::{self, BufRead, Write};

use serde::Serialize;

use lines::Line;
use store::StoreError;
use store::archive::{ArchiveError, Head, Reader};
use store::record::Record;

/// Counts changes that a reader must know of. A new kind of line or event, or a new field, is none: skip what you do not
/// know.
pub const SCHEMA: u32 = 1;

/// Why an export came to no end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("nothing can be exported from this backup: {0}")]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Row(#[from] StoreError),
    #[error("the export cannot be written: {0}")]
    Unwritable(#[from] io::Error),
}

/// Reads a backup and writes its lines. Gives how many there were. Without its last line, of the kind `end`, an export
/// is not whole.
///
/// # Errors
/// When the backup cannot be read to its end or `to` cannot be written.
pub fn write(from: impl BufRead, to: &mut impl Write) -> Result<u64, ExportError> {
    let mut reader = Reader::open(from)?;
    let mut lines = 1;
    begin(reader.head(), to)?;
    while let Some((key, value)) = reader.next_row()? {
        lines += u64::from(row(&key, &value, to)?);
    }
    lines += 1;
    put(to, &Line::End { lines })?;
    Ok(lines)
}

/// Writes the first line.
///
/// # Errors
/// When `to` cannot be written.
pub fn begin(head: &Head, to: &mut impl Write) -> Result<(), ExportError> {
    Ok(put(to, &lines::head(head))?)
}

/// Writes a row's line. False where it is none for others to read.
///
/// # Errors
/// When the row cannot be read or `to` cannot be written.
pub fn row(key: &[u8], value: &[u8], to: &mut impl Write) -> Result<bool, ExportError> {
    let record = Record::of(key, value)?;
    let line = match &record {
        Record::Incident(incident) => lines::incident(incident),
        Record::Event(incident, event) => lines::event(*incident, event),
        Record::Timer(timer) => lines::timer(timer),
        Record::Effect(effect) => lines::effect(effect),
        Record::Rota(rota) => rota::rota(rota),
        Record::RotaEvent(event) => rota::event(event),
        Record::Page(page) => rota::page(page),
        Record::Run(run) => run::run(run),
        Record::Audit(stored) => run::audit(&stored.row),
        Record::Plain(line) => {
            writeln!(to, "{line}")?;
            return Ok(true);
        }
        Record::Drills(_) | Record::Ear(_) | Record::Inner => return Ok(false),
    };
    put(to, &line)?;
    Ok(true)
}

/// Writes the last line of what was salvaged, which never claims to be whole: the kind `end` is missing.
///
/// # Errors
/// When `to` cannot be written.
pub fn end_salvaged(missing: usize, to: &mut impl Write) -> Result<(), ExportError> {
    Ok(put(to, &Line::Salvaged { missing })?)
}

fn put(to: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, line)?;
    to.write_all(b"\n")
}
