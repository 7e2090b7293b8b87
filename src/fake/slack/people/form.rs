//! What Slack's client checks before it sends a modal off.

use std::collections::BTreeMap;

use serde_json::Value;

use super::PersonError;
use super::choose::{Found, elements, held, is_empty};

/// What is wrong with the answers, by block id.
pub(super) fn wrong(
    blocks: &[Value],
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, PersonError> {
    let all = elements(blocks);
    if let Some(unknown) = given.keys().find(|id| !all.iter().any(|found| found.action_id() == *id)) {
        return Err(PersonError::NoSuchAction(unknown.clone()));
    }
    let mut wrong = BTreeMap::new();
    for found in all.iter().filter(|found| found.is_input()) {
        let held = held(&found.element, given.get(found.action_id()).map(String::as_str))?;
        let optional = found.block.get("optional").and_then(Value::as_bool) == Some(true);
        let complaint = if is_empty(&held) {
            (!optional).then(|| "Please complete this required field.".to_owned())
        } else {
            held.get("value").and_then(Value::as_str).and_then(|text| wrong_text(found, text))
        };
        if let Some(complaint) = complaint {
            wrong.insert(found.block_id.clone(), complaint);
        }
    }
    Ok(wrong)
}

fn wrong_text(found: &Found, text: &str) -> Option<String> {
    let bound = |name: &str| {
        let bound = found.element.get(name).and_then(Value::as_u64);
        bound.and_then(|bound| usize::try_from(bound).ok())
    };
    let length = text.chars().count();
    let (least, most) = (bound("min_length").unwrap_or(0), bound("max_length").unwrap_or(3000));
    match found.kind() {
        _ if length > most => Some(format!("Please use at most {most} characters.")),
        _ if length < least => Some(format!("Please use at least {least} characters.")),
        "number_input" if text.parse::<f64>().is_err() => Some("Please enter a number.".to_owned()),
        "email_text_input" if !text.contains('@') => Some("Please enter a valid email address.".to_owned()),
        "url_text_input" if !text.contains("://") => Some("Please enter a valid URL.".to_owned()),
        _ => None,
    }
}
