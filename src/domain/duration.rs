//! Durations as people write them: `"30m"`, `"24h"`, `"2s"`, `"1w"`.

use std::fmt;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Reads `30m`, `1h 30m`, `2 hours`, `1w`; days have 24 hours.
///
/// # Errors
/// A sentence that says what a duration looks like.
pub fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let span: Span = text
        .trim()
        .parse()
        .map_err(|_| format!("`{text}` is not a duration; write it like 30m, 24h or 2s"))?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| format!("`{text}` has no fixed length; use weeks, days, hours, minutes or seconds"))?;
    if duration.is_positive() { Ok(duration) } else { Err(format!("`{text}` must be more than nothing")) }
}

/// A duration from `howler.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Humane(pub SignedDuration);

impl<'de> Deserialize<'de> for Humane {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_duration(&text).map(Self).map_err(de::Error::custom)
    }
}

/// An interval from `howler.toml`, or `"off"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    Off,
    Interval(SignedDuration),
}

impl Every {
    pub fn interval(self) -> Option<SignedDuration> {
        match self {
            Self::Off => None,
            Self::Interval(interval) => Some(interval),
        }
    }
}

impl<'de> Deserialize<'de> for Every {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().eq_ignore_ascii_case("off") {
            return Ok(Self::Off);
        }
        let interval = parse_duration(&text).map_err(de::Error::custom)?;
        if interval < SignedDuration::from_mins(1) {
            return Err(de::Error::custom(format!("`{text}` is too often; the shortest interval is 1m")));
        }
        Ok(Self::Interval(interval))
    }
}

/// Shows a duration as people say it: `45 s`, `12 min`, `1 h 05 min`, `2 d 3 h`.
pub struct Spoken(pub SignedDuration);

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs().max(0);
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(f, "{seconds} s"),
            (0, 0, _) => write!(f, "{minutes} min"),
            (0, _, 0) => write!(f, "{hours} h"),
            (0, _, _) => write!(f, "{hours} h {minutes:02} min"),
            (_, 0, _) => write!(f, "{days} d"),
            (_, _, _) => write!(f, "{days} d {hours} h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        for (text, seconds) in [
            ("30m", 1_800),
            ("24h", 86_400),
            ("2s", 2),
            ("1h 30m", 5_400),
            ("1w", 604_800),
            ("20 minutes", 1_200),
        ] {
            assert_eq!(parse_duration(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in ["", "soon", "0m", "-1h", "1 month", "30"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_as_people_say_them() {
        for (seconds, spoken) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_600, "1 h"),
            (3_900, "1 h 05 min"),
            (183_600, "2 d 3 h"),
        ] {
            assert_eq!(Spoken(SignedDuration::from_secs(seconds)).to_string(), spoken);
        }
    }
}
