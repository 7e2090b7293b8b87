//! `path` of a severity: the runbook's words (1.1), or steps of one's own.

use domain::duration::Humane;
use domain::id::UserId;
use domain::oncall::path::{Called, Step};
use domain::oncall::path_entry::PathEntry;
use serde::Deserialize;
use serde::de::Error;

const WORDS: [(&str, PathEntry); 6] = [
    ("alert", PathEntry::Alert),
    ("phone", PathEntry::Phone),
    ("slack", PathEntry::Slack),
    ("emergency channel", PathEntry::EmergencyChannel),
    ("weekly review", PathEntry::WeeklyReview),
    ("backlog", PathEntry::Backlog),
];

const CALLED: [(&str, Called); 6] = [
    ("primary", Called::Primary),
    ("primary phone", Called::PrimaryPhone),
    ("backup", Called::Backup),
    ("backup phone", Called::BackupPhone),
    ("on-call channel", Called::OnCallChannel),
    ("everybody", Called::Everybody),
];

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Word(String),
    Step(StepWritten),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepWritten {
    after: Humane,
    tell: Vec<String>,
}

/// An entry as a file has it.
pub(super) struct Written(pub(super) PathEntry);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let quoted =
            |words: &[&str]| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        match Form::deserialize(from)? {
            Form::Word(word) => {
                let known = WORDS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(&word));
                known.map(|(_, entry)| Self(entry)).ok_or_else(|| {
                    let words = quoted(&WORDS.map(|(word, _)| word));
                    D::Error::custom(format!("`{word}` is no step of a path: known are {words}"))
                })
            }
            Form::Step(StepWritten { after, tell }) => {
                let calls = tell.iter().map(|word| called(word).ok_or(word));
                let calls = calls.collect::<Result<Vec<_>, _>>().map_err(|word| {
                    let words = quoted(&CALLED.map(|(word, _)| word));
                    D::Error::custom(format!("`{word}` cannot be told: known are {words}, and people's ids"))
                })?;
                Ok(Self(PathEntry::Own(Step { after: after.0, calls })))
            }
        }
    }
}

fn called(word: &str) -> Option<Called> {
    let known = CALLED.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    let known = known.map(|(_, called)| called);
    known.or_else(|| super::is_person(word).then(|| Called::Person(UserId::from(word))))
}
