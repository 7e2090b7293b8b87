//! A body as it came, and the ways in which senders write one.

use serde_json::{Map, Value};

/// What was sent.
#[derive(Clone, Copy, Debug)]
pub struct Body<'b> {
    /// As its header says, where it says something.
    pub content_type: Option<&'b str>,
    /// What stands behind the `?` of the address, still encoded.
    pub query: Option<&'b str>,
    pub bytes: &'b [u8],
}

impl<'b> Body<'b> {
    /// A body of JSON, for tests and senders.
    pub fn json(bytes: &'b [u8]) -> Self {
        Self { content_type: Some("application/json"), query: None, bytes }
    }

    pub(super) fn is_form(&self) -> bool {
        self.content_type.is_some_and(|kind| {
            kind.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
        })
    }

    /// The body as JSON, whatever its type claims. A key that stands twice counts as the last one says.
    pub(super) fn value(&self) -> Result<Value, String> {
        let text = self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.bytes);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err("the body is empty".into());
        }
        serde_json::from_slice(text).map_err(|error| format!("the body is not JSON ({})", reason(&error)))
    }

    /// Its names and values: those of the address, then those of the body, be it a form or JSON of one level.
    pub(super) fn fields(&self) -> Result<Map<String, Value>, String> {
        let mut fields = Map::new();
        fields.extend(pairs(self.query.unwrap_or_default().as_bytes()));
        let trimmed = self.bytes.trim_ascii();
        if trimmed.is_empty() {
            return Ok(fields);
        }
        match (self.value(), trimmed.starts_with(b"{")) {
            (Ok(Value::Object(object)), _) => fields.extend(object),
            (_, false) if trimmed.contains(&b'=') => fields.extend(pairs(trimmed)),
            (Ok(_), _) => return Err("the body is JSON, but no object".into()),
            (Err(why), _) if fields.is_empty() => return Err(why),
            // The address says it all.
            (Err(_), _) => {}
        }
        Ok(fields)
    }
}

/// What is wrong with the JSON, without a word of it.
fn reason(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends early",
        serde_json::error::Category::Io | serde_json::error::Category::Data => "a value does not fit",
        serde_json::error::Category::Syntax => "wrong",
    };
    format!("{what} at line {}, column {}", error.line(), error.column())
}

fn pairs(form: &[u8]) -> Vec<(String, Value)> {
    // A form is read leniently by this crate: there is no text that is none.
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(form).unwrap_or_default();
    pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}

/// The value of one name of a form.
pub(super) fn form_value(form: &[u8], name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(form).ok()?;
    pairs.into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}
