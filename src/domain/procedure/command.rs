//! A program and its arguments. There is no shell: each argument reaches the program as it stands, and what a person gives
//! fills one whole argument, or the end of one after `=`.

use serde::{Deserialize, Serialize};

use super::Risk;
use crate::duration::Humane;

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
#[serde(from = "Written", into = "Written")]
pub enum Undo {
    Command(TakesBack),
    /// `none: why`, or `nothing: why` where the action leaves nothing that could be taken back.
    None(String),
}

/// The command that takes an action back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakesBack {
    pub run: Command,
    /// It is a change of its own. Lint demands it; runs of an earlier howler have none.
    pub risk: Option<Risk>,
    /// It is offered for so long after the action ended. Where nothing is said, it ends once the action is proved.
    pub until: Option<Humane>,
}

/// As a file has it; a bare command is of an earlier howler.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "`undo` is `{ run = [...], risk = \"high\" }`, or \"none: why\"")]
enum Written {
    Bare(Command),
    Full(TakesBack),
    None(String),
}

impl From<Written> for Undo {
    fn from(written: Written) -> Self {
        match written {
            Written::Bare(run) => Self::Command(TakesBack { run, risk: None, until: None }),
            Written::Full(undo) => Self::Command(undo),
            Written::None(why) => Self::None(why),
        }
    }
}

impl From<Undo> for Written {
    fn from(undo: Undo) -> Self {
        match undo {
            Undo::Command(TakesBack { run, risk: None, until: None }) => Self::Bare(run),
            Undo::Command(undo) => Self::Full(undo),
            Undo::None(why) => Self::None(why),
        }
    }
}

impl Undo {
    pub fn command(&self) -> Option<&TakesBack> {
        match self {
            Self::Command(undo) => Some(undo),
            Self::None(_) => None,
        }
    }

    /// The action leaves nothing that could be taken back, such as a restart.
    pub fn is_needless(&self) -> bool {
        matches!(self, Self::None(why) if why.starts_with("nothing: "))
    }
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
