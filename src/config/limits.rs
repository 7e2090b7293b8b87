//! `[runbook.limits]`: what each process of a program may take of the machine.

use jiff::SignedDuration;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use domain::duration::Humane;

/// Most that a program of a check, a plan or an action takes; each process that it begins may take as much again (research 2b,
/// rule 6). The defaults are many times what kubectl, helm, terraform and psql take.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Time on a processor, in whole seconds; it is killed then.
    pub cpu: Humane,
    /// What it writes to of its own (RLIMIT_DATA); kubectl and terraform do not start with 40 MiB, and do with 64 MiB.
    pub memory: Size,
    pub open_files: u64,
    /// Processes and threads of the user as whom it runs, all that are on the machine together.
    pub processes: Option<u64>,
    /// Whether it may gain rights by what it runs, as `sudo` and the programs of snap do.
    pub new_privileges: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu: Humane(SignedDuration::from_mins(10)),
            memory: Size(4 << 30),
            open_files: 4_096,
            processes: None,
            new_privileges: false,
        }
    }
}

/// A size such as `4 GiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(u64);

impl Size {
    pub fn bytes(self) -> u64 {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = match text.get(digits.len()..)?.trim() {
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        digits.parse::<u64>().ok()?.checked_mul(unit).filter(|bytes| *bytes > 0).map(Self)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no size; write it like 512 MiB or 4 GiB")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_with_their_unit() {
        for (text, bytes) in
            [("4 GiB", Some(4 << 30)), ("512MiB", Some(512 << 20)), (" 64 KiB ", Some(64 << 10))]
        {
            assert_eq!(Size::parse(text).map(Size::bytes), bytes, "{text}");
        }
        for text in ["", "4", "4 GB", "GiB", "-1 GiB", "0 MiB", "1.5 GiB", "99999999999999 GiB", "4 Gi B"] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
    }
}
