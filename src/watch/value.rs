//! Numbers with units as people write them (`500ms`, `1.2 s`, `80 %`, `64 KB`, `2MiB`), to one base unit and back to words.
//!
//! The base units are those of Prometheus: seconds, a share of 1, bytes; a count has none.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// In seconds.
    Time,
    /// A share of 1: 80 % are 0.8.
    Share,
    /// In bytes.
    Bytes,
    /// A number without unit.
    Count,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "a time",
            Self::Share => "a share",
            Self::Bytes => "a size",
            Self::Count => "a number without unit",
        })
    }
}

/// A unit as it is written: what it measures, and how many of the base unit it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    pub kind: Kind,
    /// As it is shown: `ms`, `%`; empty for a plain number.
    name: &'static str,
    /// Times and divided by: two, so that 57 % are 0.57 and not a little more.
    times: f64,
    divided_by: f64,
}

const fn unit(kind: Kind, name: &'static str, times: f64, divided_by: f64) -> Unit {
    Unit { kind, name, times, divided_by }
}

/// Every unit with its names; the one that stands in [`Unit::name`] is shown. `KB` has 1,000 bytes, `KiB` 1,024.
const UNITS: [(Unit, &[&str]); 21] = [
    (unit(Kind::Count, "", 1.0, 1.0), &[""]),
    (unit(Kind::Count, "k", 1e3, 1.0), &["k", "K"]),
    (unit(Kind::Count, "M", 1e6, 1.0), &["M"]),
    (unit(Kind::Time, "ns", 1.0, 1e9), &["ns"]),
    (unit(Kind::Time, "µs", 1.0, 1e6), &["µs", "μs", "us"]),
    (unit(Kind::Time, "ms", 1.0, 1e3), &["ms", "msec", "millisecond", "milliseconds"]),
    (unit(Kind::Time, "s", 1.0, 1.0), &["s", "sec", "secs", "second", "seconds"]),
    (unit(Kind::Time, "min", 60.0, 1.0), &["min", "m", "mins", "minute", "minutes"]),
    (unit(Kind::Time, "h", 3_600.0, 1.0), &["h", "hour", "hours"]),
    (unit(Kind::Time, "d", 86_400.0, 1.0), &["d", "day", "days"]),
    (unit(Kind::Share, "%", 1.0, 100.0), &["%", "percent"]),
    (unit(Kind::Share, "of 1", 1.0, 1.0), &["of 1", "ratio"]),
    (unit(Kind::Bytes, "B", 1.0, 1.0), &["B", "byte", "bytes"]),
    (unit(Kind::Bytes, "KB", 1e3, 1.0), &["KB", "kB", "kb"]),
    (unit(Kind::Bytes, "MB", 1e6, 1.0), &["MB", "mb"]),
    (unit(Kind::Bytes, "GB", 1e9, 1.0), &["GB", "gb"]),
    (unit(Kind::Bytes, "TB", 1e12, 1.0), &["TB", "tb"]),
    (unit(Kind::Bytes, "KiB", 1_024.0, 1.0), &["KiB", "kib"]),
    (unit(Kind::Bytes, "MiB", 1_048_576.0, 1.0), &["MiB", "mib"]),
    (unit(Kind::Bytes, "GiB", 1_073_741_824.0, 1.0), &["GiB", "gib"]),
    (unit(Kind::Bytes, "TiB", 1_099_511_627_776.0, 1.0), &["TiB", "tib"]),
];

impl Unit {
    /// No unit.
    pub const PLAIN: Self = unit(Kind::Count, "", 1.0, 1.0);
    /// A share of 1.
    pub const SHARE: Self = unit(Kind::Share, "of 1", 1.0, 1.0);
    /// Seconds.
    pub const SECONDS: Self = unit(Kind::Time, "s", 1.0, 1.0);

    /// Reads `ms`, `%`, `KB`, `ratio`; nothing is a plain number.
    ///
    /// # Errors
    /// The units there are.
    pub fn parse(text: &str) -> Result<Self, ValueProblem> {
        let wanted = text.trim();
        let known = UNITS.iter().find(|(_, names)| names.contains(&wanted));
        known.map(|(unit, _)| *unit).ok_or_else(|| ValueProblem::Unit { unit: wanted.to_owned() })
    }

    /// So many of this unit, in the base unit.
    pub fn of(self, number: f64) -> Value {
        Value { number: number * self.times / self.divided_by, kind: self.kind }
    }

    /// As it is shown: `ms`, `%`; empty for a plain number.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// So many of the base unit, in this one.
    fn shown(self, base: f64) -> f64 {
        base * self.divided_by / self.times
    }
}

/// A number in the base unit of what it measures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// Seconds, a share of 1, bytes, or a plain number. Never infinite, never not-a-number.
    pub number: f64,
    pub kind: Kind,
}

/// Why a text is no number with a unit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueProblem {
    #[error("a number is missing; write it like 500ms, 80 % or 64 KB")]
    NoNumber,
    #[error("`{text}` is not a number; write it like 500ms, 80 % or 64 KB")]
    NotANumber { text: String },
    #[error("a comma can mean two things in `{text}`; write 1000 or 1.5")]
    Comma { text: String },
    #[error(
        "`{unit}` is not a unit howler knows; the units are ns, us, ms, s, min, h, d, %, B, KB, MB, GB, KiB, MiB, GiB, k and M"
    )]
    Unit { unit: String },
    #[error("`{text}` is not a number that can be compared")]
    NotFinite { text: String },
}

/// Reads the number and the unit behind it as they are written.
pub(crate) fn number_and_unit(text: &str) -> Result<(f64, Unit), ValueProblem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ValueProblem::NoNumber);
    }
    let (number, unit) = text.split_at(number_end(text));
    if number.is_empty() {
        return Err(ValueProblem::NotANumber { text: text.to_owned() });
    }
    if unit.starts_with(',') {
        return Err(ValueProblem::Comma { text: text.to_owned() });
    }
    let plain = number.replace('_', "");
    let number: f64 = plain.parse().map_err(|_| ValueProblem::NotANumber { text: text.to_owned() })?;
    let unit = Unit::parse(unit)?;
    if !unit.of(number).number.is_finite() {
        return Err(ValueProblem::NotFinite { text: text.to_owned() });
    }
    Ok((number, unit))
}

/// Where the number ends: a sign, digits, a point and digits, an exponent only where digits follow.
fn number_end(text: &str) -> usize {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(rest.len())
    };
    let mut at = digits(usize::from(text.starts_with(['+', '-'])));
    if text[at..].starts_with('.') {
        at = digits(at + 1);
    }
    if text[at..].starts_with(['e', 'E']) {
        let sign = usize::from(text[at + 1..].starts_with(['+', '-']));
        let end = digits(at + 1 + sign);
        if end > at + 1 + sign {
            at = end;
        }
    }
    at
}

impl Value {
    /// Reads `500ms`, `1.2 s`, `80 %`, `2MiB`, `1_000`, `1e3`.
    ///
    /// # Errors
    /// What was meant, with an example that works.
    pub fn parse(text: &str) -> Result<Self, ValueProblem> {
        number_and_unit(text).map(|(number, unit)| unit.of(number))
    }
}

/// Shows a number so that it can be said: whole where it is whole, else four digits that count.
pub(crate) fn short(number: f64) -> String {
    let whole = number.round();
    if (number - whole).abs() < 1e-9 * number.abs().max(1e-3) && whole.abs() < 1e15 {
        return format!("{}", whole + 0.0);
    }
    let size = number.abs();
    if !(1e-4..1e15).contains(&size) {
        return format!("{number:.3e}");
    }
    let decimals = match size {
        100.0.. => 1,
        10.0.. => 2,
        1.0.. => 3,
        0.1.. => 4,
        _ => 6,
    };
    let text = format!("{number:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.number.abs();
        let name = match self.kind {
            Kind::Count => return f.write_str(&short(self.number)),
            Kind::Share => "%",
            Kind::Bytes => match size {
                1e12.. => "TB",
                1e9.. => "GB",
                1e6.. => "MB",
                1e3.. => "KB",
                _ => "B",
            },
            Kind::Time => match size {
                0.0 => "s",
                172_800.0.. => "d",
                7_200.0.. => "h",
                120.0.. => "min",
                1.0.. => "s",
                1e-3.. => "ms",
                1e-6.. => "µs",
                _ => "ns",
            },
        };
        let unit =
            UNITS.iter().map(|(unit, _)| *unit).find(|unit| unit.kind == self.kind && unit.name == name);
        let shown = unit.map_or(self.number, |unit| unit.shown(self.number));
        write!(f, "{} {name}", short(shown))
    }
}
