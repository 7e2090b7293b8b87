//! A program and its arguments. There is no shell: each argument reaches the program as it stands, and what a person gives
//! fills one whole argument, or the end of one after `=`.

use serde::{Deserialize, Serialize};

/// A program by its bare name, and its arguments, tokenised when the file is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Command(pub Vec<String>);

/// A place in an argument that is filled: a parameter's name, or a check's name and what it keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot<'a> {
    pub name: &'a str,
    /// It fills the whole argument, or its end after `=`.
    pub whole: bool,
}

impl Command {
    pub fn program(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    pub fn arguments(&self) -> &[String] {
        self.0.get(1..).unwrap_or_default()
    }

    /// The slots of all arguments: `{tail}`, `--tail={tail}`, `{history.current}`.
    pub fn slots(&self) -> impl Iterator<Item = Slot<'_>> {
        self.0.iter().flat_map(|argument| slots_of(argument))
    }
}

fn slots_of(argument: &str) -> Vec<Slot<'_>> {
    let mut slots = Vec::new();
    let mut rest = argument;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, end)) = after.split_once('}') else { break };
        if is_name(name) {
            let starts = before.is_empty() || (before.starts_with("--") && before.ends_with('='));
            let whole = slots.is_empty() && rest.len() == argument.len() && starts && end.is_empty();
            slots.push(Slot { name, whole });
        }
        rest = end;
    }
    slots
}

/// Braces of other languages (JSON, templates) are no slots.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.')
}

/// How an action is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Undo {
    Command(Command),
    /// `none: why`.
    None(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_a_whole_argument_or_the_end_of_one() {
        for (argument, expected) in [
            ("{tail}", vec![("tail", true)]),
            ("--tail={tail}", vec![("tail", true)]),
            ("--to-revision={history.current}", vec![("history.current", true)]),
            ("deployment/{name}", vec![("name", false)]),
            ("{a}{b}", vec![("a", false), ("b", false)]),
            ("--x={a}-y", vec![("a", false)]),
            ("-x={a}", vec![("a", false)]),
            (r#"{"op": "remove"}"#, vec![]),
            ("{}", vec![]),
            ("{open", vec![]),
        ] {
            let found: Vec<_> = slots_of(argument).into_iter().map(|slot| (slot.name, slot.whole)).collect();
            assert_eq!(found, expected, "{argument}");
        }
    }
}
