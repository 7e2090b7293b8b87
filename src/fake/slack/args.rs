//! A method's arguments, from a query, a form or a JSON body, and the answer when they do not do.

use serde_json::{Map, Value, json};

use super::blocks::Problem;

/// Arguments by name. A form's are strings; JSON's keep their types.
#[derive(Clone, Debug, Default)]
pub struct Args(pub Map<String, Value>);

/// Why Slack says no: `{"ok": false, "error": ...}` and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub error: String,
    pub more: Map<String, Value>,
}

/// What a method answers; `ok` is added.
pub type Answer = Result<Map<String, Value>, Refusal>;

impl Refusal {
    pub fn new(error: &str) -> Self {
        Self { error: error.to_owned(), more: Map::new() }
    }

    /// With complaints, as Slack reports them: bare in `errors`, and marked in `response_metadata`.
    pub fn with(error: &str, says: &[String]) -> Self {
        let marked: Vec<String> = says.iter().map(|says| format!("[ERROR] {says}")).collect();
        let mut refusal = Self::new(error);
        refusal.more.insert("errors".to_owned(), json!(says));
        refusal.more.insert("response_metadata".to_owned(), json!({ "messages": marked }));
        refusal
    }

    /// Blocks or a view that do not pass.
    pub fn problems(error: &str, problems: &[Problem]) -> Self {
        Self::with(error, &problems.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    pub fn body(&self) -> Value {
        let mut body = self.more.clone();
        body.insert("ok".to_owned(), false.into());
        body.insert("error".to_owned(), self.error.clone().into());
        Value::Object(body)
    }
}

/// Shorthand for a refusal without more.
pub fn refuse<T>(error: &str) -> Result<T, Refusal> {
    Err(Refusal::new(error))
}

impl Args {
    /// A text; numbers and booleans count as they are written. Empty is none.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) if text.is_empty() => None,
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// # Errors
    /// `invalid_arguments`, naming the field.
    pub fn required(&self, name: &str) -> Result<String, Refusal> {
        let missing = || Refusal::with("invalid_arguments", &[format!("missing required field: {name}")]);
        self.text(name).ok_or_else(missing)
    }

    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|word| word == "true" || word == "1")
    }

    /// A page's size, within its bounds.
    ///
    /// # Errors
    /// `invalid_limit`.
    pub fn limit(&self, otherwise: usize, most: usize) -> Result<usize, Refusal> {
        let Some(text) = self.text("limit") else { return Ok(otherwise) };
        match text.parse::<usize>() {
            Ok(0) => Ok(otherwise),
            Ok(limit) if limit <= most => Ok(limit),
            _ => refuse("invalid_limit"),
        }
    }

    /// A structure: JSON in place, or JSON in a string. `Err` holds nothing but that it does not parse.
    pub fn json(&self, name: &str) -> Result<Option<Value>, ()> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| ()),
            Some(other) => Ok(Some(other.clone())),
        }
    }

    /// Ids, separated by commas as Slack documents it, or a JSON array as clients send it.
    pub fn list(&self, name: &str) -> Vec<String> {
        let clean = |id: &str| Some(id.trim().to_owned()).filter(|id| !id.is_empty());
        match self.0.get(name) {
            Some(Value::String(text)) => text.split(',').filter_map(clean).collect(),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).filter_map(clean).collect(),
            _ => Vec::new(),
        }
    }
}
