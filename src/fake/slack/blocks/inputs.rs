//! What people fill in: text inputs and pickers.

use serde_json::Value;

use super::check::{Check, Object};
use super::objects::{dispatch_config, placeholder};

/// `plain_text_input` and its stricter relatives.
pub(super) fn text_input(check: &mut Check, input: &Object, at: &str, kind: &str) {
    let mut optional =
        vec!["action_id", "initial_value", "placeholder", "dispatch_action_config", "focus_on_load"];
    let mut required: Vec<&str> = Vec::new();
    match kind {
        "plain_text_input" => optional.extend(["multiline", "min_length", "max_length"]),
        "number_input" => {
            required.push("is_decimal_allowed");
            optional.extend(["min_value", "max_value"]);
        }
        _ => {}
    }
    check.fields(input, at, &required, &optional);
    check.flag(input, "multiline", at);
    check.flag(input, "is_decimal_allowed", at);
    check.number(input, "min_length", at, (0, 3000));
    check.number(input, "max_length", at, (1, 3000));
    check.string(input, "initial_value", at, most(input));
    let bound = |name: &str| input.get(name).and_then(Value::as_i64);
    if bound("min_length").zip(bound("max_length")).is_some_and(|(least, most)| least > most) {
        check.complain(&format!("{at}/min_length"), "must be less than or equal to max_length");
    }
    placeholder(check, input, at);
    dispatch_config(check, input, at);
}

fn most(input: &Object) -> usize {
    let asked = input.get("max_length").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
    asked.unwrap_or(3000).min(3000)
}

/// Dates and times.
pub(super) fn picker(check: &mut Check, picker: &Object, at: &str, kind: &str) {
    let initial = match kind {
        "datepicker" => "initial_date",
        "timepicker" => "initial_time",
        _ => "initial_date_time",
    };
    let mut optional = vec!["action_id", "confirm", "focus_on_load", initial];
    match kind {
        "datepicker" => optional.push("placeholder"),
        "timepicker" => optional.extend(["placeholder", "timezone"]),
        _ => {}
    }
    check.fields(picker, at, &[], &optional);
    placeholder(check, picker, at);
    let Some(value) = picker.get(initial) else { return };
    let (fits, says) = match kind {
        "datepicker" => {
            (value.as_str().is_some_and(|date| digits(date, "0000-00-00")), "must be in YYYY-MM-DD format")
        }
        "timepicker" => (value.as_str().is_some_and(|time| digits(time, "00:00")), "must be in HH:mm format"),
        _ => (
            value.as_u64().is_some_and(|seconds| seconds.to_string().len() == 10),
            "must be a UNIX timestamp of 10 digits",
        ),
    };
    if !fits {
        check.complain(&format!("{at}/{initial}"), says);
    }
}

/// Whether a text has digits where the pattern has, and the pattern's signs elsewhere.
fn digits(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(c, p)| if p == b'0' { c.is_ascii_digit() } else { c == p })
}
