//! Pages: somebody is called, in Slack or by phone, and what becomes of it.

use super::Message;
use super::blocks::Draft;
use super::facts;
use super::time::spoken;
use super::timeline::admitted;
use super::words::{Words, bold, both, everybody, moment, words};
use crate::domain::effect::{Say, To};
use crate::domain::incident::Incident;
use crate::domain::incident::page::{PageReason, Paged};
use crate::domain::oncall::duty::{Call, Skipped, Unreachable};
use crate::domain::oncall::path::Called;
use crate::id::{IncidentId, UserId};

pub(super) fn page(say: &Say, incident: IncidentId) -> Message {
    let Say::Page { title, severity, status, impact, action, declared_at, late, skipped, calls, .. } = say
    else {
        return Draft::new().finish();
    };
    let known = [
        Some(facts::state(*severity, *status).and(words![" · declared ", moment(*declared_at)])),
        facts::given("Impact", impact.as_ref()),
        facts::given("Current action", action.as_ref()),
    ];
    let mut lines = vec![why(say)];
    if matches!(say, Say::Page { called: Called::Everybody, .. }) {
        lines[0] = words![everybody(), " "].and(why(say));
        lines.extend(skipped.iter().map(nobody));
    }
    lines.extend(late.as_ref().map(admitted));
    let in_channel = matches!(say, Say::Page { called: Called::OnCallChannel, .. });
    if in_channel {
        lines.push(words!["Called: "].and(people(calls)).and(words!["."]));
        lines.extend(skipped.iter().map(nobody));
    }
    Draft::new()
        .headline(&format!("🚨 {severity} page: {incident} "), title)
        .lines(lines)
        .lines(known.into_iter().flatten().collect())
        .buttons(vec![facts::i_have_it(incident).primary(), facts::post_update(incident)])
        .finish()
}

/// Why this person is called, and until when an answer is owed.
fn why(say: &Say) -> Words {
    let Say::Page { reason, called, respond_by, .. } = say else { return Words::default() };
    let role = match called {
        Called::Primary | Called::PrimaryPhone => "You are on call. ",
        Called::Backup | Called::BackupPhone => "You are the backup of the on-call. ",
        Called::OnCallChannel | Called::Everybody => "",
        Called::Person(_) => "The path of this severity names you. ",
    };
    let asked = match reason {
        PageReason::Begun => "Nobody has it yet.",
        PageReason::Unanswered => "Nobody has answered so far, so this is said again.",
        PageReason::Silent => {
            "It was acknowledged, and then the promised update did not come and nobody answered the reminders."
        }
    };
    let until = respond_by
        .filter(|_| *reason != PageReason::Silent)
        .map(|due| words![" A named person must acknowledge by ", both(due), "."]);
    words![role, asked].and_if(until)
}

pub(super) fn people(calls: &[Call]) -> Words {
    let mut named: Vec<(&UserId, &'static str)> = Vec::new();
    for call in calls {
        match &call.to {
            To::Person(person) => named.push((person, "")),
            To::Phone(person) => {
                named.retain(|(known, _)| *known != person);
                named.push((person, " (phone too)"));
            }
            To::Text(_) | To::OnCall | To::Emergencies | To::Room => {}
        }
    }
    let all = calls.iter().any(|call| call.called == Called::Everybody);
    let named = named.into_iter().map(|(person, how)| words![person, how]);
    let named: Vec<Words> =
        named.chain(all.then(|| words!["everybody in the emergencies channel"])).collect();
    if named.is_empty() {
        return words!["nobody but the on-call channel"];
    }
    Words::joined(named, ", ")
}

/// A step that reached nobody.
pub(super) fn nobody(skipped: &Skipped) -> Words {
    match &skipped.why {
        Unreachable::NobodyOnCall => {
            words!["⚠️ Nobody is on call, and there is no backup: this step was skipped at once."]
        }
        Unreachable::OnlyBackup(backup) => {
            words!["⚠️ Nobody is on call: ", backup, ", the backup, is called instead."]
        }
        Unreachable::NoBackup => words!["There is no backup to call: that part was skipped at once."],
        Unreachable::NoPhone(person) => {
            words!["No phone to call for ", person, ": that part was skipped at once."]
        }
    }
}

/// The page as the timeline tells it.
pub(super) fn on_timeline(paged: &Paged) -> Words {
    if paged.calls.is_empty() && paged.skipped.is_empty() {
        return words!["Nobody is paged at once: the path of this severity begins later."];
    }
    let lead = match paged.reason {
        PageReason::Begun => "howler paged ",
        PageReason::Unanswered => "Nobody had answered: howler paged ",
        PageReason::Silent => "It had fallen silent: howler paged ",
    };
    let skipped = Words::joined(paged.skipped.iter().map(nobody), " ");
    let skipped = (!paged.skipped.is_empty()).then(|| words![" "].and(skipped));
    words![lead]
        .and(people(&paged.calls))
        .and(words!["."])
        .and_if(skipped)
        .and_if(paged.late.as_ref().map(admitted))
}

/// The page of event `seq` once it was answered, or said again: how, and no buttons.
pub fn closed(incident: &Incident, seq: u32, to: &To) -> Message {
    let about = words![bold(format!("{} {}: ", incident.id, incident.title))];
    if incident.is_paged_again(seq, to) {
        return Draft::new().line(about.and(words!["this was said again: answer the newer page."])).finish();
    }
    let how = match (&incident.acknowledged, incident.resolution()) {
        (_, Some(resolution)) => words!["✅ resolved by ", &resolution.by, ", ", moment(resolution.at), "."],
        (Some(_), None) if incident.answered.is_some() => {
            let answered = incident.answered.as_ref();
            words!["✅ "].and_if(answered.map(|it| words![&it.by, " has it, since ", moment(it.at), "."]))
        }
        (Some(acknowledged), None) => {
            let after = acknowledged.at.duration_since(incident.declared_at);
            words!["✅ ", &acknowledged.by, format!(" has it: acknowledged after {}.", spoken(after))]
        }
        (None, None) => words!["it does not call anybody any more."],
    };
    Draft::new().line(about.and(how)).line(words!["This page needs no answer any more."]).finish()
}

/// What a phone says; it comes to an ear or a small screen, half asleep.
pub fn spoken_page(say: &Say, incident: IncidentId) -> String {
    let Say::Page { title, severity, reason, .. } = say else { return String::new() };
    let lead = match reason {
        PageReason::Begun => "",
        PageReason::Unanswered => "Nobody has answered. ",
        PageReason::Silent => "An update is overdue and nobody answers. ",
    };
    format!("{lead}Monkeytown incident {}, severity {severity}: {title}.", incident.0)
}
