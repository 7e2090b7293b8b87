//! The mark of the last commit, and when howler was last alive. It is written after each commit, twice, in different
//! sectors, each copy with a checksum: one that is damaged is no reason to forget what the other says.
//!
//! The engine recovers from a torn log by forgetting its end. That is right after a crash in the middle of a write,
//! and wrong when the end had been acknowledged. The mark tells the two apart.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

/// The last commit that was acknowledged, and when howler was last seen alive (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub commits: u64,
    pub alive: Timestamp,
}

/// What the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// There was none, and what was committed last is told by nobody.
    Nothing,
    /// There is one, and neither copy can be read.
    Damaged,
    /// `whole`: both copies can be read.
    Mark { mark: Mark, whole: bool },
}

/// Where the copies stand.
const PLACES: [u64; 2] = [0, 4096];
/// A copy's length, with its line's end.
const BYTES: usize = 64;
/// Format 1 wrote one line of this length, without a checksum.
const OLD_BYTES: usize = 48;
/// Stands in a file that was made anew: no time at which a howler was alive.
const NONE: Mark = Mark { commits: 0, alive: Timestamp::UNIX_EPOCH };

/// The mark in an open file.
pub(super) fn read(file: &File) -> Found {
    let old = file.metadata().is_ok_and(|found| found.len() == OLD_BYTES as u64);
    let copies = PLACES.map(|place| copy(file, place));
    let latest = copies.iter().flatten().max_by_key(|mark| (mark.commits, mark.alive)).copied();
    match latest.or_else(|| old_line(file).filter(|_| old)) {
        None => Found::Damaged,
        Some(mark) if mark == NONE => Found::Nothing,
        Some(mark) => Found::Mark { mark, whole: old || copies.iter().all(Option::is_some) },
    }
}

/// The mark in an open file; `None` where there is none that reads.
pub(super) fn in_file(file: &File) -> Option<Mark> {
    match read(file) {
        Found::Mark { mark, .. } => Some(mark),
        Found::Nothing | Found::Damaged => None,
    }
}

fn text(file: &File, place: u64, bytes: usize) -> Option<String> {
    let mut found = vec![0; bytes];
    file.read_exact_at(&mut found, place).ok()?;
    String::from_utf8(found).ok()
}

fn parsed(commits: &str, alive: &str) -> Option<Mark> {
    let alive = Timestamp::from_millisecond(alive.parse().ok()?).ok()?;
    Some(Mark { commits: commits.parse().ok()?, alive })
}

fn copy(file: &File, place: u64) -> Option<Mark> {
    let text = text(file, place, BYTES)?;
    let (said, sum) = text.trim_end().rsplit_once(' ')?;
    let right = u64::from_str_radix(sum, 16).ok()? == xxh3_64(said.as_bytes());
    let (commits, alive) = said.split_once(' ').filter(|_| right)?;
    parsed(commits, alive)
}

fn old_line(file: &File) -> Option<Mark> {
    let text = text(file, 0, OLD_BYTES)?;
    let (commits, alive) = text.trim().split_once(' ')?;
    parsed(commits, alive.trim())
}

fn line(mark: Mark) -> String {
    let said = format!("{} {}", mark.commits, mark.alive.as_millisecond());
    let text = format!("{said} {:016x}", xxh3_64(said.as_bytes()));
    format!("{text:<width$}\n", width = BYTES - 1)
}

/// Writes both copies. Not synced: after a power cut an older mark is as good.
pub(super) fn write(file: &File, mark: Mark) -> std::io::Result<()> {
    let line = line(mark);
    PLACES.into_iter().try_for_each(|place| file.write_all_at(line.as_bytes(), place))
}

/// Opens the mark. Where there is none, one that says nothing appears, whole or not at all: an empty file is damage.
pub(super) fn open(path: &Path) -> std::io::Result<File> {
    let opened = || File::options().read(true).write(true).open(path);
    match opened() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let draft = path.with_extension("new");
            let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            write(&file, NONE)?;
            file.sync_all()?;
            fs::rename(&draft, path)?;
            opened()
        }
        opened => opened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(commits: u64) -> Mark {
        Mark { commits, alive: Timestamp::from_second(1_795_485_600).unwrap() }
    }

    fn written(commits: u64) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        write(&open(&path).unwrap(), at(commits)).unwrap();
        (folder, path)
    }

    fn found(bytes: &[u8]) -> Found {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        fs::write(&path, bytes).unwrap();
        read(&File::open(path).unwrap())
    }

    #[test]
    fn a_new_file_says_nothing_and_a_written_one_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mark");
        assert_eq!(read(&open(&path).unwrap()), Found::Nothing);
        let (_folder, path) = written(7);
        assert_eq!(read(&open(&path).unwrap()), Found::Mark { mark: at(7), whole: true });
    }

    #[test]
    fn any_flipped_bit_leaves_the_other_copy_and_no_file_reads_as_another_mark() {
        let (_folder, path) = written(70);
        let whole = fs::read(&path).unwrap();
        for byte in (0..BYTES - 1).chain(4096..4096 + BYTES - 1) {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[byte] ^= 1 << bit;
                let Found::Mark { mark, .. } = found(&bytes) else { panic!("byte {byte}, bit {bit}") };
                assert_eq!(mark, at(70), "byte {byte}, bit {bit}");
            }
        }
    }

    #[test]
    fn both_copies_gone_is_damage_and_no_mark_of_nothing() {
        let (_folder, path) = written(70);
        let whole = fs::read(&path).unwrap();
        assert_eq!(found(&vec![0; whole.len()]), Found::Damaged);
        assert_eq!(found(b""), Found::Damaged);
        assert_eq!(found(&whole[..20]), Found::Damaged);
        assert_eq!(found(&whole[..100]), Found::Mark { mark: at(70), whole: false });
        let swapped = [&whole[4096..], &whole[64..4096], &whole[..64]].concat();
        assert_eq!(found(&swapped), Found::Mark { mark: at(70), whole: true });
    }

    #[test]
    fn the_line_of_format_1_is_read() {
        let old = format!("{:<47}\n", "69 1795485600000");
        assert_eq!(found(old.as_bytes()), Found::Mark { mark: at(69), whole: true });
        let longer = format!("{:<63}\n", "69 1795485600000");
        assert_eq!(found(longer.as_bytes()), Found::Damaged, "nothing of this length is without a checksum");
    }
}
