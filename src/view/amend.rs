//! Messages edited in place: what was taken back, and reminders that were answered.

use jiff::Timestamp;

use super::Message;
use super::announcement::{
    CANCELLED_LEAD, RESOLVED_LEAD, Resolved, cancelled_for, resolved_lines, severity_lead, severity_lines,
    update_lead, update_lines,
};
use super::blocks::Draft;
use super::facts;
use super::merge;
use super::time::spoken;
use super::words::{Words, bold, clock, code, moment, words};
use config::Mentions;
use domain::actor::Actor;
use domain::effect::{Answered, Settled};
use domain::incident::merge::Merged;
use domain::incident::{Incident, Resolution, Retraction, Rung, SeverityChange, Update};

/// The announcement of event `seq` after it was taken back: who took it back and when, then the old words struck
/// through; or the notice that nobody acknowledged, once somebody has. `None` when the announcement still holds.
pub fn amended(incident: &Incident, seq: u32, mentions: &Mentions) -> Option<Message> {
    let update = incident.updates.iter().position(|update| update.seq == seq);
    let change = incident.severity_changes.iter().find(|change| change.seq == seq);
    let resolution = incident.resolutions.iter().find(|resolution| resolution.seq == seq);
    if incident.response_missed == Some(seq) {
        return acknowledged_late(incident);
    }
    if let Some(merged) = incident.merges.iter().find(|merged| merged.seq == seq) {
        return amended_merge(incident, merged);
    }
    match (update, change, resolution) {
        (Some(at), _, _) => amended_update(incident, incident.updates.get(at)?, at + 1),
        (_, Some(change), _) => amended_severity(incident, change, mentions),
        (_, _, Some(resolution)) => amended_resolution(incident, resolution),
        _ => None,
    }
}

/// The notice that nobody had it, once somebody has.
fn acknowledged_late(incident: &Incident) -> Option<Message> {
    let acknowledged = incident.acknowledged.as_ref()?;
    let after = incident.taken_after(acknowledged.at);
    let after = (after.as_secs() > 0).then(|| words![format!(", after {}", spoken(after))]);
    let line = words![bold(format!("✅ {} acknowledged by ", incident.id)), &acknowledged.by]
        .and_if(after)
        .and(words![". Nobody did within the response time; the miss is on record."]);
    Some(Draft::new().line(words![bold(&incident.title)]).line(line).finish())
}

fn amended_update(incident: &Incident, update: &Update, number: usize) -> Option<Message> {
    let mut old = vec![words![update_lead(incident.id, number), &incident.title]];
    old.extend(update_lines(&update.facts));
    old.push(words!["Posted by ", &update.by, ", ", moment(update.at)]);
    let now = words!["It no longer holds."];
    Some(taken_back("This update was taken back by ", update.retracted.as_ref()?, now, old))
}

fn amended_severity(incident: &Incident, change: &SeverityChange, mentions: &Mentions) -> Option<Message> {
    let called = facts::oncall(mentions, change.to).filter(|_| change.to < change.from);
    let mut old: Vec<Words> = called.into_iter().collect();
    old.push(words![severity_lead(incident.id, change.from, change.to), &incident.title]);
    old.extend(severity_lines(change.from, change.to, change.reason.as_ref()));
    old.push(words!["Set by ", &change.by]);
    let now = words![format!("{} is back to {}.", incident.id, change.from)];
    Some(taken_back("This change of severity was taken back by ", change.retracted.as_ref()?, now, old))
}

fn amended_resolution(incident: &Incident, resolution: &Resolution) -> Option<Message> {
    let now = words![format!("{} is open again.", incident.id)];
    if let Some(cancelled) = &resolution.cancelled {
        let old = vec![
            words![CANCELLED_LEAD, &incident.title],
            cancelled_for(&resolution.root_cause, cancelled.of),
            words!["Cancelled by ", &resolution.by],
        ];
        return Some(taken_back(
            "This cancellation was taken back by ",
            resolution.undone.as_ref()?,
            now,
            old,
        ));
    }
    let mut old = vec![words![RESOLVED_LEAD, &incident.title]];
    old.extend(resolved_lines(&Resolved {
        title: &incident.title,
        since: incident.counts_from(),
        resolved_at: resolution.at,
        root_cause: &resolution.root_cause,
        impact: resolution.impact.as_ref(),
        data_loss: resolution.data_loss.as_ref(),
    }));
    old.push(words!["Resolved by ", &resolution.by]);
    Some(taken_back("This resolution was taken back by ", resolution.undone.as_ref()?, now, old))
}

fn amended_merge(incident: &Incident, merged: &Merged) -> Option<Message> {
    let now = words![format!("{} is on its own again.", incident.id)];
    let old = merge::said_before(incident, merged);
    Some(taken_back("This merge was taken back by ", merged.undone.as_ref()?, now, old))
}

fn taken_back(what: &str, retraction: &Retraction, now: Words, old: Vec<Words>) -> Message {
    let front = words![
        bold(format!("↩️ {what}")),
        &retraction.by,
        bold(", "),
        bold(moment(retraction.at)),
        bold(". ")
    ];
    let said = if old.is_empty() { Vec::new() } else { vec![words!["It said:"]] };
    let said = said.into_iter().chain(old.into_iter().map(Words::struck)).collect();
    Draft::new().line(front.and(now)).lines(said).finish()
}

/// A reminder that was answered: by whom and how, and no buttons.
pub fn settled(settled: &Settled, incident: &Incident) -> Message {
    let Settled { by, at, how, rung, due } = settled;
    let asked = match rung {
        Rung::Channel => "The reminder of ",
        Rung::Direct => "The direct reminder of ",
        Rung::OnCall => "The on-call reminder of ",
    };
    Draft::new()
        .line(
            words![bold(format!("{} {}: ", incident.id, incident.title))]
                .and(answered(*how, incident, by, *at)),
        )
        .line(words![asked, clock(*due)].and(rest(*how, incident)))
        .finish()
}

fn rest(how: Answered, incident: &Incident) -> Words {
    match how {
        Answered::Snoozed { .. } => words![
            " comes again then, unless you post an update: ",
            code(format!("/incident {} update ...", incident.id.0))
        ],
        Answered::Updated | Answered::Resolved | Answered::Overtaken | Answered::Merged { .. } => {
            words![" needs no answer."]
        }
    }
}

fn answered(how: Answered, incident: &Incident, by: &Actor, at: Timestamp) -> Words {
    let who = || words![by];
    let when = words![", ", moment(at), "."];
    match how {
        Answered::Updated => words!["✅ update posted by "].and(who()).and(when),
        Answered::Resolved => words![facts::ended(incident), " by "].and(who()).and(when),
        Answered::Merged { into } => merge::answered(into, by).and(when),
        Answered::Snoozed { until } => {
            words!["💤 snoozed by "].and(who()).and(words![" until ", clock(until), "."])
        }
        Answered::Overtaken => {
            words!["no longer needed: "].and(who()).and(words![" changed the incident"]).and(when)
        }
    }
}
