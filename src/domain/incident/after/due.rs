//! The one list of what is owed after incidents.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::deadline::Deadline;
use super::event::Owed;
use super::follow_up::Tag;
use crate::actor::Actor;
use crate::id::IncidentId;
use crate::incident::Incident;

/// Whose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The asking person's; everybody's where they owe nothing.
    #[default]
    Usual,
    Mine,
    All,
    Overdue,
}

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub incident: IncidentId,
    pub title: String,
    pub owed: Owed,
    /// A follow-up's kind and words.
    pub what: Option<(Tag, String)>,
    pub deadline: Deadline,
}

/// What is owed for an incident and not done, in no order.
pub fn rows(incident: &Incident) -> impl Iterator<Item = Row> {
    incident.after.open().map(|(owed, deadline)| Row {
        incident: incident.id,
        title: incident.title.clone(),
        owed,
        what: match owed {
            Owed::FollowUp(number) => incident.after.follow_up(number).map(|one| (one.tag, one.text.clone())),
            Owed::Report | Owed::Retro => None,
        },
        deadline: deadline.clone(),
    })
}

/// The rows that are asked for, the soonest due first, and how many others there are. What is usual for somebody who owes
/// nothing is everybody's.
pub fn chosen(mut rows: Vec<Row>, whose: Whose, by: &Actor, now: Timestamp) -> (Whose, Vec<Row>, usize) {
    rows.sort_by_key(|row| (row.deadline.due, row.incident, row.owed));
    let is_theirs = |row: &Row| row.deadline.owner.as_ref() == Some(by);
    let whose = match whose {
        Whose::Usual if rows.iter().any(is_theirs) => Whose::Mine,
        Whose::Usual => Whose::All,
        whose => whose,
    };
    let all = rows.len();
    rows.retain(|row| match whose {
        Whose::Mine => is_theirs(row),
        Whose::Overdue => row.deadline.is_overdue(now),
        Whose::All | Whose::Usual => true,
    });
    let others = all - rows.len();
    (whose, rows, others)
}
