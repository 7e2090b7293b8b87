//! A backup's name is the instant (UTC) up to which it holds everything, so that names sort as instants do.

use std::path::Path;

use jiff::Timestamp;

const BEGIN: &str = "howler-";
const END: &str = ".backup";
/// As in `howler-2026-11-29T07-14-00Z.backup`: no colon, which some file systems do not take.
const INSTANT: &str = "%Y-%m-%dT%H-%M-%SZ";

/// The name of a backup that holds everything up to `at`; parts of a second are left out.
pub fn of(at: Timestamp) -> String {
    format!("{BEGIN}{}{END}", stamp(at))
}

/// An instant as a part of a name.
pub fn stamp(at: Timestamp) -> String {
    at.strftime(INSTANT).to_string()
}

/// The instant in a backup's name; `None` where it is not named as one.
pub fn instant(path: &Path) -> Option<Timestamp> {
    let name = path.file_name()?.to_str()?;
    let text = name.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let at = jiff::civil::DateTime::strptime(INSTANT, text).ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    let at = at.timestamp();
    (of(at) == name).then_some(at)
}

/// Whether it is named as a backup that was being written when howler was killed.
pub fn is_draft(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(".new"));
    let named = inner.and_then(|name| name.rsplit_once('.'));
    named.is_some_and(|(name, process)| {
        process.bytes().all(|byte| byte.is_ascii_digit()) && instant(Path::new(name)).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_instants_and_nothing_else_is_one() {
        let at: Timestamp = "2026-11-29T07:14:05Z".parse().unwrap();
        assert_eq!(of(at), "howler-2026-11-29T07-14-05Z.backup");
        assert_eq!(instant(Path::new("/x/howler-2026-11-29T07-14-05Z.backup")), Some(at));
        for other in [
            "howler.backup",
            "howler-2026-11-29T07-14-05Z.backup.old",
            "howler-2026-13-29T07-14-05Z.backup",
            "howler-2026-11-29T7-14-05Z.backup",
            ".howler-2026-11-29T07-14-05Z.backup.12.new",
        ] {
            assert_eq!(instant(Path::new(other)), None, "{other}");
        }
        assert!(is_draft(Path::new("/x/.howler-2026-11-29T07-14-05Z.backup.12.new")));
        for other in [".howler.backup.12.new", "howler-2026-11-29T07-14-05Z.backup", ".vimrc.new"] {
            assert!(!is_draft(Path::new(other)), "{other}");
        }
    }
}
