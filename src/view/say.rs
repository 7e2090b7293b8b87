//! Messages that are said once, with their frozen facts.

use jiff::Timestamp;

use super::Message;
use super::announcement::{self, Resolved};
use super::blocks::{Button, Draft};
use super::facts::{self, labelled};
use super::time::{late, spoken};
use super::words::{Words, bold, clock, code, everybody, near, words};
use super::{after, brief, card::card, incident_alerts, merge, page, reminder};
use config::Mentions;
use domain::effect::{CardPlace, Say};
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::{Command, Severity};

/// The message of `say`, about an incident, as it goes out at `now`.
pub fn say(say: &Say, about: &Incident, mentions: &Mentions, now: Timestamp) -> Message {
    let incident = about.id;
    match say {
        Say::Declared { .. } => card(&about.as_declared(say), CardPlace::Emergencies, mentions),
        Say::Updated { title, facts, by, next_due, number, .. } => {
            announcement::updated(incident, title, facts, by, *number, *next_due)
        }
        Say::SeverityChanged { .. } => announcement::severity_changed(say, incident, mentions),
        Say::Resolved { title, root_cause, by, cancelled: Some(cancelled), .. } => {
            announcement::cancelled(incident, title, root_cause, cancelled.of, by)
        }
        Say::Resolved { title, since, resolved_at, root_cause, impact, data_loss, by, figures, .. } => {
            let resolved = Resolved {
                title,
                since: *since,
                resolved_at: *resolved_at,
                root_cause,
                impact: impact.as_ref(),
                data_loss: data_loss.as_ref(),
            };
            announcement::resolved(incident, &resolved, by, figures)
        }
        Say::Reopened { .. } => announcement::reopened(say, about, mentions),
        Say::Merge(said) => merge::said(said, incident),
        Say::After(said) => after::said(said, incident),
        Say::Reminder { .. } => reminder::reminder(say, incident, mentions),
        Say::Brief { .. } => brief::brief(say, incident),
        Say::ResponseMissed { .. } => response_missed(say, incident, mentions),
        Say::Page { .. } => page::page(say, incident, Some(now)),
        Say::NotReached { .. } => page::not_reached(say, incident),
        Say::LooksOver { .. } => incident_alerts::looks_over(say, incident, mentions),
        Say::FiresAgain { .. } => Draft::new().line(incident_alerts::fires_again(say, incident)).finish(),
        Say::Undelivered { title, what, reason } => undelivered(incident, title, what, reason),
        Say::StatusChanged { .. }
        | Say::Acknowledged { .. }
        | Say::Answered { .. }
        | Say::RoleTaken { .. }
        | Say::Escalated { .. }
        | Say::Noted { .. } => Draft::new().line(inside(say, incident)).finish(),
    }
}

/// One line for the people at work.
fn inside(say: &Say, incident: IncidentId) -> Words {
    let about = words![bold(incident.to_string()), " "];
    match say {
        Say::StatusChanged { title, from, to, by } => about.and(words![
            format!("{title}: "),
            "status is now ",
            bold(to.to_string()),
            format!(" (was {from}), set by "),
            by,
            "."
        ]),
        Say::Acknowledged { by, after } => words![by, " is on ", bold(incident.to_string())]
            .and_if(page::acknowledged(*after))
            .and(words!["."]),
        Say::Answered { by } => words![by, " is on ", bold(incident.to_string()), " now."],
        Say::Escalated { by, passes, why } => {
            let wish = match passes {
                true => " can't take it: I'm paging the next one.",
                false => " escalated: I'm paging the next one.",
            };
            about.and(words![by, wish]).and_if(why.as_ref().map(|why| words![" Why: ", why]))
        }
        Say::RoleTaken { role, person, from, by } => {
            let before = from.as_ref().map(|from| words![" (was ", from, ")"]);
            let asked = (by != person).then(|| words![", set by ", by]);
            about
                .and(words![person, " is now ", bold(role.to_string())])
                .and_if(before)
                .and_if(asked)
                .and(words!["."])
        }
        Say::Noted { text, by } => about.and(words!["note by ", by, ": ", text]),
        // Everything else has a form of its own.
        _ => about,
    }
}

fn response_missed(say: &Say, incident: IncidentId, mentions: &Mentions) -> Message {
    let Say::ResponseMissed { title, severity, within, late: lateness, everybody: all, quiet, began } = say
    else {
        return Draft::new().finish();
    };
    let called = match (all, quiet) {
        (true, _) => words![everybody(), " "],
        (false, true) => words![],
        (false, false) => {
            facts::oncall(mentions, *severity).map(|oncall| oncall.and(words![" "])).unwrap_or_default()
        }
    };
    let admitted = lateness.as_ref().map(|lateness| words![format!("This comes late: {}.", late(lateness))]);
    let mut lines = vec![
        called
            .and(words![
                format!(
                    "{incident} is {} and needed an acknowledgement within {}. ",
                    facts::severity(*severity),
                    spoken(*within)
                ),
                "Nobody has. The miss goes on record."
            ])
            .and_if(began.filter(|(began, told)| facts::older(*began, *told).is_some()).map(
                |(began, told)| {
                    words![" It counts from ", near(began, told), "; I was told at ", clock(told), "."]
                },
            )),
        words!["Can you take it? Press ", bold("I'm on it"), "."],
    ];
    lines.extend(admitted);
    let raise = (*severity == Severity::P2).then(|| {
        let reason = Some("Nobody acknowledged in time".to_owned());
        Button::new("Raise to P1", incident, Command::Severity { to: Severity::P1, reason })
    });
    let buttons = [facts::on_it(incident).primary(), facts::take_command(incident)];
    Draft::new()
        .headline("⚠️ Nobody has acknowledged: ", title)
        .lines(lines)
        .buttons(buttons.into_iter().chain(raise).collect())
        .finish()
}

fn undelivered(incident: IncidentId, title: &str, what: &str, reason: &String) -> Message {
    Draft::new()
        .headline("⚠️ Not delivered: ", title)
        .lines(vec![
            words![bold(incident.to_string()), format!(": Slack did not take {what}.")],
            labelled("Reason", reason),
            words!["The incident is safe and its clocks run. Only this message is missing."],
            words!["Retry or drop it on the delivery board: ", code("/incident doctor")],
        ])
        .buttons(vec![Button::new("Delivery board", None, Command::Doctor).primary()])
        .finish()
}
