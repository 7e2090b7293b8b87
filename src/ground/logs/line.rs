//! Lines of the log as they are written: one each, and none without end.

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::logs::LogFormat;

/// The longest line, in bytes; of a longer one the beginning is kept.
pub(super) const MOST_BYTES: usize = 16 * 1024;
/// How much of a longer one is kept. In JSON a byte may become six.
const KEPT: usize = MOST_BYTES / 8;
const TARGET: &str = "howler::logs";

/// A line as `tracing` makes it, with `numbers` as fields.
pub(super) fn made(format: LogFormat, level: &str, words: &str, numbers: &[(&str, u64)]) -> Vec<u8> {
    let at = format!("{:.6}", Clock::system().now());
    let mut line = match format {
        LogFormat::Text => {
            let numbers = numbers.iter().map(|(name, number)| format!(" {name}={number}"));
            format!("{at} {level:>5} {TARGET}: {words}{}", numbers.collect::<String>())
        }
        LogFormat::Json => {
            let mut fields = json!({ "message": words });
            for (name, number) in numbers {
                fields[*name] = Value::from(*number);
            }
            json!({ "timestamp": at, "level": level, "fields": fields, "target": TARGET }).to_string()
        }
    };
    line.push('\n');
    one(line.into_bytes(), format)
}

/// One line: breaks within it are written as `\n`, and it is cut where it is too long.
pub(super) fn one(mut line: Vec<u8>, format: LogFormat) -> Vec<u8> {
    while line.last().is_some_and(|byte| *byte == b'\n') {
        line.pop();
    }
    if line.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        line = line.iter().flat_map(escaped).copied().collect();
    }
    if line.len() >= MOST_BYTES {
        line = cut(&line, format);
    }
    line.push(b'\n');
    line
}

fn escaped(byte: &u8) -> &[u8] {
    match byte {
        b'\n' => b"\\n",
        b'\r' => b"\\r",
        _ => std::slice::from_ref(byte),
    }
}

fn cut(line: &[u8], format: LogFormat) -> Vec<u8> {
    let bytes = line.len();
    let mut begins = String::from_utf8_lossy(line.get(..KEPT).unwrap_or(line)).into_owned();
    // The last sign may be half of one.
    begins.truncate(begins.trim_end_matches('\u{fffd}').len());
    let words = format!("a line of {bytes} bytes was cut");
    match format {
        LogFormat::Text => format!("{begins}... ({words})").into_bytes(),
        LogFormat::Json => {
            let fields = json!({ "message": words, "begins": begins });
            json!({ "level": "WARN", "fields": fields, "target": TARGET }).to_string().into_bytes()
        }
    }
}

/// 1,234
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: Vec<u8>) -> String {
        String::from_utf8(line).expect("text")
    }

    #[test]
    fn breaks_within_a_line_are_escaped_and_its_end_is_kept() {
        assert_eq!(text(one(b"a\nb\r\nc\n".to_vec(), LogFormat::Text)), "a\\nb\\r\\nc\n");
        assert_eq!(text(one(b"plain\n".to_vec(), LogFormat::Text)), "plain\n");
    }

    #[test]
    fn a_long_line_is_cut_and_says_so_and_json_stays_json() {
        let long = "é".repeat(MOST_BYTES);
        let cut = text(one(long.clone().into_bytes(), LogFormat::Text));
        assert!(cut.starts_with("éé") && cut.ends_with("... (a line of 32768 bytes was cut)\n"), "{cut}");
        assert!(cut.len() < MOST_BYTES && !cut.contains('\u{fffd}'));
        let quotes = format!("x{}", "\"é".repeat(MOST_BYTES));
        let cut = one(quotes.into_bytes(), LogFormat::Json);
        assert!(cut.len() < MOST_BYTES, "{}", cut.len());
        let read: Value = serde_json::from_slice(&cut).expect("JSON");
        assert!(read["fields"]["begins"].as_str().is_some_and(|begins| begins.starts_with("x\"é")), "{read}");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_234, 1_234_567].map(grouped), ["0", "999", "1,234", "1,234,567"]);
    }
}
