//! An incident's title, and the people in its channel.

use super::Incident;
use super::decide::Decision;
use super::event::EventKind;
use crate::answer::Done;
use crate::id::UserId;
use crate::refusal::Refusal;

pub(super) fn rename(incident: &Incident, title: &str) -> Result<Decision, Refusal> {
    if incident.title == title {
        return Err(Refusal::NothingNew { incident: incident.id });
    }
    let renamed = EventKind::Renamed { title: title.to_owned(), from: incident.title.clone() };
    Ok(Decision::done(incident, vec![renamed], Done::Renamed { title: title.to_owned() }))
}

pub(super) fn invite(incident: &Incident, people: Vec<UserId>) -> Result<Decision, Refusal> {
    let Some(room) = &incident.room else { return Err(Refusal::NoRoom { incident: incident.id }) };
    let done = Done::Invited { people: people.clone(), channel: room.channel.clone() };
    Ok(Decision::done(incident, vec![EventKind::Invited { people }], done))
}
