//! Backups as `aws s3 ls` lists them: by name, which is not always by age. What counts is the newest from before the trouble, for a later
//! one may hold what is wrong.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::Value;

use super::Heard;

/// What may be expected of them: `backup:age_hours`.
pub const PARTS: [&str; 3] = ["age_hours", "size", "share"];

/// How a dump's name ends, before what packs or encrypts it.
const DUMPS: [&str; 10] =
    ["dump", "dmp", "pgdump", "sql", "bak", "backup", "tar", "tgz", "snapshot", "basebackup"];
/// What packs or encrypts one.
const PACKED: [&str; 10] = ["gz", "bz2", "xz", "zst", "lz4", "zip", "7z", "gpg", "age", "enc"];

/// What came, with the lines alone that name backups, and the names of the other files: checksums and logs lie beside them, and are
/// fresh where the backup failed.
///
/// # Errors
/// When files came, and none of them is named like a backup.
pub(super) fn named(heard: &Heard, names: Option<&str>) -> Result<(Heard, Vec<String>), String> {
    // A file whose pattern is none was refused when it was read.
    let pattern = names.and_then(|names| Regex::new(names).ok());
    let is_one = |name: &str| pattern.as_ref().map_or_else(|| is_dump(name), |names| names.is_match(name));
    let (mut kept, mut passed) = (Vec::new(), Vec::new());
    for text in heard.text.lines() {
        match line(text) {
            Some(file) if !is_one(&file.name) => passed.push(file.name),
            _ => kept.push(text),
        }
    }
    if !passed.is_empty() && !kept.iter().any(|text| line(text).is_some()) {
        return Err(format!("no file is named like a backup: there are {}", passed.join(", ")));
    }
    Ok((Heard { text: kept.join("\n"), ..heard.clone() }, passed))
}

/// `town-2026-11-23.sql.gz`
fn is_dump(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut ends = lower.rsplit('.').skip_while(|end| PACKED.contains(end));
    ends.next().is_some_and(|end| DUMPS.contains(&end))
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Backup {
    at: Timestamp,
    size: u64,
    name: String,
}

/// Those from before an instant, the newest first.
pub struct Backups(Vec<Backup>);

impl Backups {
    pub fn before(text: &str, until: Timestamp) -> Self {
        let mut all: Vec<Backup> = text.lines().filter_map(line).filter(|one| one.at <= until).collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.at));
        Self(all)
    }

    /// A part of what is known of the newest.
    pub fn part(&self, part: &str, until: Timestamp) -> Option<Value> {
        let newest = self.0.first()?;
        match part {
            // Whole hours, and the one that has begun.
            "age_hours" => {
                Some((until.duration_since(newest.at).as_mins().max(0) + 59).div_euclid(60).into())
            }
            "size" => Some(newest.size.into()),
            // In hundredths of the one before. Of the only one nothing can be said.
            "share" => Some(newest.size.saturating_mul(100).checked_div(self.0.get(1)?.size)?.into()),
            _ => None,
        }
    }

    /// Names, instants and sizes, the newest first.
    pub fn told(&self, most: usize) -> Vec<String> {
        let told = |one: &Backup| format!("{} of {}, {} bytes", one.name, one.at, one.size);
        self.0.iter().take(most).map(told).collect()
    }
}

/// `2026-11-23 02:00:11  912341234 town-2026-11-23.dump`, in UTC, for programs run there. What is a folder has no time.
fn line(line: &str) -> Option<Backup> {
    let mut words = line.split_whitespace();
    let (day, time, size) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
    let name = words.collect::<Vec<_>>().join(" ");
    let at: DateTime = format!("{day}T{time}").parse().ok()?;
    let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp();
    (!name.is_empty()).then_some(Backup { at, size, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_from_before_the_trouble_counts_whatever_the_list_is_sorted_by() {
        let night: Timestamp = "2026-11-24T02:00:00Z".parse().unwrap();
        let list = "                           PRE old/\n\
                    2026-11-21 02:00:11  900000000 a.dump\n\
                    2026-11-24 02:30:00  912341234 b-of-tonight.dump\n\
                    2026-11-23 02:00:00  450000000 c town.dump\n\
                    2026-11-22 02:00:11  900000000 d.dump\n";
        let backups = Backups::before(list, night);
        assert_eq!(
            backups.told(2),
            [
                "c town.dump of 2026-11-23T02:00:00Z, 450000000 bytes",
                "d.dump of 2026-11-22T02:00:11Z, 900000000 bytes"
            ]
        );
        let part = |part| backups.part(part, night);
        assert_eq!(PARTS.map(part), [Some(24.into()), Some(450_000_000.into()), Some(50.into())]);
        let (one, none) = (Backups::before("2026-11-23 02:00:00 5 a", night), Backups::before("", night));
        assert_eq!((one.part("size", night), one.part("share", night)), (Some(5.into()), None));
        assert_eq!(PARTS.map(|part| none.part(part, night)), [None, None, None]);
        let empty = Backups::before("2026-11-23 02:00:00 5 a\n2026-11-22 02:00:00 0 b", night);
        assert_eq!(empty.part("share", night), None);
    }

    #[test]
    fn checksums_and_logs_are_no_backups() {
        for (name, expected) in [
            ("a.dump", true),
            ("town-2026-11-23.sql.gz", true),
            ("town.tar.zst.gpg", true),
            ("A.DUMP", true),
            ("a.dump.md5", false),
            ("a.dump.sha256", false),
            ("failure.log", false),
            ("failure.log.gz", false),
            ("a.dump.partial", false),
            ("README", false),
            ("dump", true),
        ] {
            assert_eq!(is_dump(name), expected, "{name}");
        }
        let list = "2026-11-22 02:00:09 9 a.dump\n2026-11-22 02:00:10 33 a.dump.md5\n   PRE old/\n";
        let heard = |text: &str| Heard { text: text.into(), ..Heard::default() };
        let (kept, passed) = named(&heard(list), None).unwrap();
        assert_eq!(
            (kept.text.as_str(), passed),
            ("2026-11-22 02:00:09 9 a.dump\n   PRE old/", vec!["a.dump.md5".to_owned()])
        );
        let (kept, passed) = named(&heard(list), Some("md5$")).unwrap();
        assert_eq!((kept.text.lines().count(), passed), (2, vec!["a.dump".to_owned()]));
        let none = named(&heard("2026-11-24 01:00:00 9 failure.log"), None).unwrap_err();
        assert!(none.contains("failure.log"), "{none}");
    }
}
