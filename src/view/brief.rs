//! The brief for a person who takes a role: what is known, and what the role asks of them.

use super::Message;
use super::blocks::{Button, Draft};
use super::facts::{self, known_facts, last_update};
use super::words::{channel, code, moment, words};
use domain::Command;
use domain::command::Role;
use domain::effect::Say;
use domain::id::IncidentId;

pub(super) fn brief(say: &Say, incident: IncidentId) -> Message {
    let Say::Brief {
        role,
        title,
        severity,
        status,
        declared_at,
        impact,
        action,
        eta: expected,
        last_update: last,
        next_due,
        roles,
        room,
        from,
    } = say
    else {
        return Draft::new().finish();
    };
    let place = room.as_ref().map(|room| words!["Work on it in ", channel(&room.channel), "."]);
    let before = from.as_ref().map(|from| words![" You take over from ", from, "."]);
    let others = roles.iter().filter(|(other, _)| other != role);
    let mut known_now =
        vec![facts::state(*severity, *status).and(words![" · declared ", moment(*declared_at)])];
    known_now.extend(known_facts(impact.as_ref(), action.as_ref(), expected.as_ref()));
    known_now.push(last_update(last.as_ref(), *declared_at));
    known_now.extend(others.map(|(other, person)| facts::role(*other, person)));
    let mut ahead = vec![facts::next_due(*next_due)];
    ahead.extend(place);
    Draft::new()
        .headline(&format!("You are {role} of {incident}: "), title)
        .line(words![duty(*role)].and(duty_line(*role, incident)).and_if(before))
        .lines(known_now)
        .lines(ahead)
        .buttons(vec![
            facts::post_update(incident).primary(),
            Button::new("Timeline", incident, Command::Timeline { page: 1 }),
        ])
        .finish()
}

fn duty(role: Role) -> &'static str {
    match role {
        Role::Commander => "You decide who does what, and I remind you of updates. Hand over with ",
        Role::Comms => "You keep stakeholders informed. Post updates with ",
        Role::Scribe => "You keep the timeline. Put a pushpin 📌 on messages that matter, or type ",
    }
}

fn duty_line(role: Role, incident: IncidentId) -> super::words::Words {
    let line = match role {
        Role::Commander => format!("/incident {} role commander @name", incident.0),
        Role::Comms => format!("/incident {} update ...", incident.0),
        Role::Scribe => format!("/incident {} note ...", incident.0),
    };
    words![code(line), "."]
}
