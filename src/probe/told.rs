//! A service's answer as it is heard: without secrets in any of its texts, of a log its end, as JSON with a line for each part.

use serde_json::Value;

use domain::procedure::Heard;
use domain::text::clean;
use redact::{Redactor, without_escapes};

/// Lines of a longer text, from its end: that is where it says what went wrong.
const LINES: usize = 40;
/// Characters of one, likewise.
const LONGEST: usize = 8_000;

/// Secrets are taken out of each text by itself and before it is cut: once it is JSON, escapes hide them, and half of one is not
/// known for one.
pub fn heard(answer: Value, redactor: &Redactor) -> Heard {
    let text = serde_json::to_string_pretty(&told("", answer, redactor)).unwrap_or_default();
    Heard { text, ..Heard::default() }
}

/// The same as it came, to be judged.
pub fn raw(answer: &Value) -> Heard {
    Heard { text: serde_json::to_string_pretty(answer).unwrap_or_default(), ..Heard::default() }
}

fn told(name: &str, value: Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) => end(&redactor.redact_named(&clean(&without_escapes(&text)), name)).into(),
        Value::Array(list) => list.into_iter().map(|one| told(name, one, redactor)).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, one)| {
                let one = told(&name, one, redactor);
                (name, one)
            })
            .collect(),
        plain => plain,
    }
}

fn end(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let kept = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n");
    let over = kept.chars().count().saturating_sub(LONGEST);
    kept.chars().skip(over).collect()
}
