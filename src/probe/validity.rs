//! The end of a certificate's time, read out of its DER (RFC 5280, 4.1): nothing else of it is read here, and rustls judges the rest.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// `[0] EXPLICIT Version`.
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// `notAfter` of a certificate; `None` where it cannot be read.
pub(super) fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (inner, _) = expect(certificate, SEQUENCE)?;
    let (mut fields, _) = expect(inner, SEQUENCE)?;
    if let Some((_, rest)) = expect(fields, VERSION) {
        fields = rest;
    }
    let (_, fields) = expect(fields, INTEGER)?;
    // Its signature's algorithm and its issuer.
    let (_, fields) = expect(fields, SEQUENCE)?;
    let (_, fields) = expect(fields, SEQUENCE)?;
    let (validity, _) = expect(fields, SEQUENCE)?;
    let (_, _, not_after) = element(validity)?;
    let (tag, time, _) = element(not_after)?;
    instant(tag, std::str::from_utf8(time).ok()?)
}

/// `YYMMDDHHMMSSZ` up to 2049, `YYYYMMDDHHMMSSZ` from 2050 on.
fn instant(tag: u8, text: &str) -> Option<Timestamp> {
    let text = match tag {
        UTC_TIME if text.len() == 13 => {
            let century = if text.get(..2)?.parse::<u8>().ok()? < 50 { "20" } else { "19" };
            format!("{century}{text}")
        }
        GENERALIZED_TIME if text.len() == 15 => text.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%S", text.strip_suffix('Z')?).ok()?;
    TimeZone::UTC.to_ambiguous_timestamp(civil).compatible().ok()
}

/// What an element with this tag holds, and what follows it.
fn expect(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(bytes).filter(|(found, ..)| *found == tag).map(|(_, inner, rest)| (inner, rest))
}

/// Tag, content and rest.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (long, rest) = match first {
        short @ 0..=0x7f => (usize::from(*short), rest),
        many @ 0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(many & 0x7f))?;
            (digits.iter().fold(0, |long, digit| long << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (inner, rest) = rest.split_at_checked(long)?;
    Some((*tag, inner, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_kinds_are_read() {
        for (tag, text, read) in [
            (UTC_TIME, "261221093000Z", Some("2026-12-21T09:30:00Z")),
            (UTC_TIME, "991221093000Z", Some("1999-12-21T09:30:00Z")),
            (GENERALIZED_TIME, "21261106080910Z", Some("2126-11-06T08:09:10Z")),
            (UTC_TIME, "21261106080910Z", None),
            (UTC_TIME, "261321093000Z", None),
            (GENERALIZED_TIME, "20261221093000+", None),
            (0x0c, "261221093000Z", None),
        ] {
            assert_eq!(instant(tag, text), read.map(|read| read.parse().unwrap()), "{text}");
        }
    }

    /// Whatever stands there, nothing is read beyond it.
    #[test]
    fn what_is_cut_off_or_no_certificate_says_nothing() {
        let whole = include_bytes!("fixtures/localhost.der");
        assert_eq!(not_after(whole), Some("2126-11-01T15:42:33Z".parse().unwrap()));
        for end in 0..whole.len() {
            assert_eq!(not_after(&whole[..end]), None, "{end}");
        }
        for bytes in [&b""[..], b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"hello", &[0x30; 64]] {
            assert_eq!(not_after(bytes), None);
        }
    }
}
