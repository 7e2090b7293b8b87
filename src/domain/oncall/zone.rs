//! Civil time in a zone, and what daylight saving does to it.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A zone of the IANA database, known to exist. Written by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// No zone of the IANA database has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("`{name}` is not a time zone; write it like UTC or Europe/Berlin")]
pub struct UnknownZone {
    pub name: String,
}

/// What a clock on the wall makes of a date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    Once(Timestamp),
    /// The clock jumps over it, from one time to another; `next` is the first instant after the jump.
    Skipped {
        from: DateTime,
        to: DateTime,
        next: Timestamp,
    },
    /// The clock is set back and shows it twice.
    Twice {
        first: Timestamp,
        second: Timestamp,
    },
}

impl Zone {
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// A zone by its IANA name, in any case.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone { name: name.chars().take(40).collect() };
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let zone = TimeZone::get(name).map_err(|_| unknown())?;
        if zone.iana_name().is_none() || zone.is_unknown() { Err(unknown()) } else { Ok(Self(zone)) }
    }

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    pub fn time_zone(&self) -> &TimeZone {
        &self.0
    }

    /// What the wall clock shows at an instant.
    pub fn civil(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at)
    }

    /// The instants at which the wall clock shows `civil`. Saturates at the ends of time (years -9999 and 9999).
    pub fn local(&self, civil: DateTime) -> Local {
        match self.0.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Local::Once(instant(offset, civil)),
            AmbiguousOffset::Fold { before, after } => {
                Local::Twice { first: instant(before, civil), second: instant(after, civil) }
            }
            AmbiguousOffset::Gap { before, after } => {
                let next = self.jump(instant(after, civil), instant(before, civil));
                Local::Skipped { from: before.to_datetime(next), to: after.to_datetime(next), next }
            }
        }
    }

    /// The first instant at which the wall clock shows `civil` or, where it jumps over it, more than that.
    pub fn first_instant(&self, civil: DateTime) -> Timestamp {
        match self.local(civil) {
            Local::Once(at) | Local::Twice { first: at, .. } | Local::Skipped { next: at, .. } => at,
        }
    }

    /// The jump of the clock after `low` and not after `high`.
    fn jump(&self, low: Timestamp, high: Timestamp) -> Timestamp {
        let offset = self.0.to_offset(high);
        let jumps = self.0.following(low).map(|jump| (jump.timestamp(), jump.offset()));
        jumps.take_while(|(at, _)| *at <= high).find(|(_, to)| *to == offset).map_or(high, |(at, _)| at)
    }
}

fn instant(offset: Offset, civil: DateTime) -> Timestamp {
    let ends = if civil.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    offset.to_timestamp(civil).unwrap_or(ends)
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::named(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
