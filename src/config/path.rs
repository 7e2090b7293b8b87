//! `path` of a severity: the runbook's words (1.1), or steps of one's own.

use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::Error;

use super::Humane;
use crate::domain::oncall::path::{Called, Path, Step};
use crate::id::UserId;

/// After this nobody has answered, and the phone rings again, the backup's too (runbook 1.1 has 15 minutes in all for a P1).
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// One entry of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathEntry {
    /// The on-call by direct message, and the on-call channel, at once.
    Alert,
    /// The on-call's phone at once; five minutes later again, and the backup.
    Phone,
    /// The on-call in Slack again, half of the response time later.
    Slack,
    /// Everybody in the emergencies channel, once the response time is over.
    EmergencyChannel,
    /// Nobody is paged: it is on the list of `/oncall review`.
    WeeklyReview,
    /// As the weekly review, without its urgency.
    Backlog,
    /// A step as it is written: `{ after = "10m", tell = ["backup"] }`.
    Own(Step),
}

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

/// The steps that the entries stand for, with the severity's response time. Where nobody answers within it they begin anew;
/// without one nobody is called for longer than the steps say.
pub(super) fn steps(entries: &[PathEntry], respond_within: Option<SignedDuration>) -> Path {
    let step = |after, calls: &[Called]| Step { after, calls: calls.to_vec() };
    let now = SignedDuration::ZERO;
    let mut path = Path::of(entries.iter().flat_map(|entry| match entry {
        PathEntry::Alert => vec![step(now, &[Called::Primary, Called::OnCallChannel])],
        PathEntry::Phone => vec![
            step(now, &[Called::PrimaryPhone]),
            step(
                AGAIN,
                &[
                    Called::Primary,
                    Called::PrimaryPhone,
                    Called::Backup,
                    Called::BackupPhone,
                    Called::OnCallChannel,
                ],
            ),
        ],
        PathEntry::Slack => {
            let half = respond_within.map(|within| within / 2);
            half.map(|half| step(half, &[Called::Primary, Called::OnCallChannel])).into_iter().collect()
        }
        PathEntry::EmergencyChannel | PathEntry::WeeklyReview | PathEntry::Backlog => Vec::new(),
        PathEntry::Own(step) => vec![step.clone()],
    }));
    // A step of one's own may be later than the response time: it is heard out first.
    let heard_out = path.steps.last().map(|step| step.after.saturating_add(AGAIN));
    path.again = heard_out.zip(respond_within).map(|(heard_out, within)| heard_out.max(within));
    path.everybody = entries.contains(&PathEntry::EmergencyChannel);
    path
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Word(String),
    Step(StepWritten),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepWritten {
    after: Humane,
    tell: Vec<String>,
}

impl<'de> Deserialize<'de> for PathEntry {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let quoted =
            |words: &[&str]| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        match Written::deserialize(from)? {
            Written::Word(word) => {
                let known = WORDS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(&word));
                known.map(|(_, entry)| entry).ok_or_else(|| {
                    let words = quoted(&WORDS.map(|(word, _)| word));
                    D::Error::custom(format!("`{word}` is no step of a path: known are {words}"))
                })
            }
            Written::Step(StepWritten { after, tell }) => {
                let calls = tell.iter().map(|word| called(word).ok_or(word));
                let calls = calls.collect::<Result<Vec<_>, _>>().map_err(|word| {
                    let words = quoted(&CALLED.map(|(word, _)| word));
                    D::Error::custom(format!("`{word}` cannot be told: known are {words}, and people's ids"))
                })?;
                Ok(Self::Own(Step { after: after.0, calls }))
            }
        }
    }
}

fn called(word: &str) -> Option<Called> {
    let known = CALLED.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    let known = known.map(|(_, called)| called);
    known.or_else(|| super::is_person(word).then(|| Called::Person(UserId::from(word))))
}
