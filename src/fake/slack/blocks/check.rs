//! The running list of complaints, and the checks that every object shares.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// One JSON object.
pub(super) type Object = Map<String, Value>;

/// Where blocks are to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    Message,
    Modal,
    Home,
}

/// One complaint, where it is and what is wrong, in Slack's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub pointer: String,
    pub says: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} [json-pointer:{}]", self.says, self.pointer)
    }
}

/// Gathers complaints while a value is walked.
pub(super) struct Check {
    pub surface: Surface,
    /// Block ids seen so far.
    pub block_ids: BTreeSet<String>,
    /// Action ids seen so far in this block.
    pub action_ids: BTreeSet<String>,
    /// Whether an element has asked for the focus already.
    pub focused: bool,
    problems: Vec<Problem>,
}

impl Check {
    pub fn new(surface: Surface) -> Self {
        let (block_ids, action_ids) = (BTreeSet::new(), BTreeSet::new());
        Self { surface, block_ids, action_ids, focused: false, problems: Vec::new() }
    }

    pub fn problems(self) -> Vec<Problem> {
        self.problems
    }

    pub fn complain(&mut self, pointer: &str, says: impl Into<String>) {
        self.problems.push(Problem { pointer: pointer.to_owned(), says: says.into() });
    }

    /// The value as an object, or a complaint.
    pub fn object<'v>(&mut self, value: &'v Value, at: &str) -> Option<&'v Object> {
        let object = value.as_object();
        if object.is_none() {
            self.complain(at, "must provide an object");
        }
        object
    }

    /// An object's `type`; a missing or unusable one is a complaint.
    pub fn kind<'v>(&mut self, object: &'v Object, at: &str) -> Option<&'v str> {
        match object.get("type") {
            Some(Value::String(kind)) => Some(kind),
            Some(_) => {
                self.complain(&format!("{at}/type"), "must be a string");
                None
            }
            None => {
                self.complain(at, "missing required field: type");
                None
            }
        }
    }

    /// Fields that must be there, and fields that may be; all others are refused. `type` is always allowed.
    pub fn fields(&mut self, object: &Object, at: &str, required: &[&str], optional: &[&str]) {
        for name in required.iter().filter(|name| object.get(**name).is_none_or(Value::is_null)) {
            self.complain(at, format!("missing required field: {name}"));
        }
        for name in object.keys().map(String::as_str) {
            if name != "type" && !required.contains(&name) && !optional.contains(&name) {
                self.complain(at, format!("invalid additional property: {name}"));
            }
        }
    }

    /// A string field of at most `most` characters, if it is there.
    pub fn string(&mut self, object: &Object, name: &str, at: &str, most: usize) {
        match object.get(name) {
            None => {}
            Some(Value::String(text)) => self.length(text, &format!("{at}/{name}"), 0, most),
            Some(_) => self.complain(&format!("{at}/{name}"), "must be a string"),
        }
    }

    /// [`string`](Self::string) that may not be empty either.
    pub fn filled(&mut self, object: &Object, name: &str, at: &str, most: usize) {
        match object.get(name) {
            Some(Value::String(text)) => self.length(text, &format!("{at}/{name}"), 1, most),
            _ => self.string(object, name, at, most),
        }
    }

    pub fn length(&mut self, text: &str, at: &str, least: usize, most: usize) {
        let length = text.chars().count();
        if length < least {
            self.complain(at, format!("must be more than {} characters", least.saturating_sub(1)));
        }
        if length > most {
            self.complain(at, format!("must be less than {} characters", most + 1));
        }
    }

    /// An array of `least` to `most` items, or a complaint.
    pub fn array<'v>(
        &mut self,
        object: &'v Object,
        name: &str,
        at: &str,
        (least, most): (usize, usize),
    ) -> &'v [Value] {
        let at = format!("{at}/{name}");
        let items = match object.get(name) {
            None => return &[],
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.complain(&at, "must be an array");
                return &[];
            }
        };
        if items.len() < least {
            self.complain(&at, format!("no fewer than {least} items allowed"));
        }
        if items.len() > most {
            self.complain(&at, format!("no more than {most} items allowed"));
        }
        items
    }

    pub fn flag(&mut self, object: &Object, name: &str, at: &str) {
        if object.get(name).is_some_and(|value| !value.is_boolean()) {
            self.complain(&format!("{at}/{name}"), "must be a boolean");
        }
    }

    pub fn one_of(&mut self, object: &Object, name: &str, at: &str, words: &[&str]) {
        if object.get(name).is_some_and(|value| !value.as_str().is_some_and(|word| words.contains(&word))) {
            self.complain(
                &format!("{at}/{name}"),
                format!("must be a valid enum value: {}", words.join(", ")),
            );
        }
    }

    /// A whole number within the bounds, if it is there.
    pub fn number(&mut self, object: &Object, name: &str, at: &str, (least, most): (i64, i64)) {
        let Some(value) = object.get(name) else { return };
        match value.as_i64() {
            None => self.complain(&format!("{at}/{name}"), "must be an integer"),
            Some(n) if n < least => {
                self.complain(&format!("{at}/{name}"), format!("must be greater than or equal to {least}"));
            }
            Some(n) if n > most => {
                self.complain(&format!("{at}/{name}"), format!("must be less than or equal to {most}"));
            }
            Some(_) => {}
        }
    }

    /// A block's id: at most 255 characters, once per message or view.
    pub fn block_id(&mut self, block: &Object, at: &str) {
        self.filled(block, "block_id", at, 255);
        let Some(id) = block.get("block_id").and_then(Value::as_str) else { return };
        if !self.block_ids.insert(id.to_owned()) {
            self.complain(&format!("{at}/block_id"), format!("`block_id` \"{id}\" already exists"));
        }
    }

    /// An element's action id: at most 255 characters, once per block.
    pub fn action_id(&mut self, element: &Object, at: &str) {
        self.filled(element, "action_id", at, 255);
        let Some(id) = element.get("action_id").and_then(Value::as_str) else { return };
        if !self.action_ids.insert(id.to_owned()) {
            self.complain(&format!("{at}/action_id"), format!("`action_id` \"{id}\" already exists"));
        }
    }

    /// `focus_on_load`, which one element of a view may ask for.
    pub fn focus(&mut self, element: &Object, at: &str) {
        self.flag(element, "focus_on_load", at);
        if element.get("focus_on_load").and_then(Value::as_bool) == Some(true) {
            if self.focused {
                self.complain(&format!("{at}/focus_on_load"), "only one element can have focus_on_load");
            }
            self.focused = true;
        }
    }
}
