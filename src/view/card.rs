//! An incident's card, edited in place, and its channel's topic.

use jiff::Timestamp;

use super::Message;
use super::announcement::{
    CANCELLED_LEAD, REOPENED_LEAD, RESOLVED_LEAD, Resolved, cancelled_for, figures, resolved_lines,
};
use super::blocks::{Button, Draft};
use super::facts::{self, known, labelled};
use super::feature::{checklist, checklist_buttons};
use super::incident_alerts::{on_card, still_fires};
use super::late::ON_TIME;
use super::merge;
use super::time::{promise, utc};
use super::words::{Words, bold, channel, clock, counted, link, mention, moment, near, words};
use config::Mentions;
use domain::Command;
use domain::effect::{CardPlace, PostKey};
use domain::incident::figures::Figures;
use domain::incident::{Incident, Ladder, Resolution};
use domain::runbook::RunbookLine;
use domain::text::{clean_line, shorten};

/// Longest topic, in characters.
const TOPIC_MOST: usize = 250;

/// The card, as it stands in `place`. In the emergencies channel it is the declaration, in the runbook's words (7.1, 7.2); an
/// edit rings nobody.
pub fn card(incident: &Incident, place: CardPlace, mentions: &Mentions) -> Message {
    match place {
        CardPlace::Emergencies => announced(incident, Some(mentions)),
        CardPlace::Room => draft(incident, Some(&mentions.oncall)).line(footer(incident, false)).finish(),
    }
}

/// The card where it is posted anew, in place of one that was deleted or is too old to be edited: it calls nobody again.
pub fn card_anew(incident: &Incident, place: CardPlace, mentions: &Mentions) -> Message {
    match place {
        CardPlace::Emergencies => announced(incident, None),
        CardPlace::Room => card(incident, place, mentions),
    }
}

/// The card for one person's eyes.
pub(super) fn private_card(incident: &Incident) -> Draft {
    draft(incident, None).line(footer(incident, true))
}

/// The one message of an incident in the emergencies channel: what is asked of people stands above its buttons, and where
/// more is told below them.
fn announced(incident: &Incident, mentions: Option<&Mentions>) -> Message {
    let draft = match mentions {
        Some(mentions) => Draft::new().lines(called(incident, mentions)),
        None => Draft::new(),
    };
    let draft = draft.headline(&announced_lead(incident), &incident.title);
    let draft = match (incident.merged(), incident.resolution()) {
        (Some(merged), _) => draft.lines(merge::card(merged)),
        (None, Some(resolution)) => draft.lines(ended(incident, resolution)),
        (None, None) => {
            let state = [
                labelled("Severity", facts::severity(incident.severity)),
                labelled("Status", incident.status.to_string()),
            ];
            let known =
                facts::known_facts(incident.impact.as_ref(), incident.action.as_ref(), incident.eta.as_ref());
            let known = known.into_iter().chain(beside(incident));
            draft.lines(state.into_iter().chain(known).chain(roles(incident)).collect()).lines(vec![
                response_clock(incident, mentions.map(|mentions| &mentions.oncall)),
                promised(incident),
            ])
        }
    };
    let foot = [footer(incident, true)].into_iter().chain(posted_late(incident));
    let secrets = checklist_buttons(incident);
    draft.buttons(buttons(incident)).buttons(secrets).lines(foot.collect()).finish()
}

/// That the declaration stands here long after it was made: the message shows the incident as it is, and would not say so.
fn posted_late(incident: &Incident) -> Option<Words> {
    let post = incident.post(&PostKey::DECLARATION)?;
    let second = post.message.as_str().split('.').next()?.parse().ok()?;
    let at = Timestamp::from_second(second).ok()?;
    (at.duration_since(incident.declared_at) > ON_TIME).then(|| words!["🕑 Posted late, ", moment(at), "."])
}

/// Whom the declaration calls. What is over calls nobody.
fn called(incident: &Incident, mentions: &Mentions) -> Vec<Words> {
    match incident.is_open() {
        true => facts::calls(mentions, incident.severity).into_iter().collect(),
        false => Vec::new(),
    }
}

fn announced_lead(incident: &Incident) -> String {
    if let Some(merged) = incident.merged() {
        return merge::lead(&merged.whole);
    }
    let lead = match incident.resolution() {
        Some(Resolution { cancelled: Some(_), .. }) => CANCELLED_LEAD,
        Some(_) => RESOLVED_LEAD,
        None if incident.resolutions.is_empty() => "🚨 INCIDENT DECLARED: ",
        None => REOPENED_LEAD,
    };
    lead.to_owned()
}

/// Its alerts, what is merged into it, what looks the same, and secrets that may be exposed.
fn beside(incident: &Incident) -> impl Iterator<Item = Words> {
    let own = [on_card(incident), merge::parts(incident), merge::alike(incident)];
    own.into_iter().flatten().chain(checklist(incident))
}

/// The runbook's promise, and when it is due next.
fn promised(incident: &Incident) -> Words {
    let Some(ladder) = &incident.ladder else { return words![promise(None)] };
    match overdue(incident, ladder) {
        true => late(incident, ladder),
        false => words![promise(Some(ladder.interval)), " Next: ", bold(clock(ladder.due))]
            .and_if(put_off(incident, ladder))
            .and(words!["."]),
    }
}

/// How it ended (runbook 7.2).
fn ended(incident: &Incident, resolution: &Resolution) -> Vec<Words> {
    if let Some(cancelled) = &resolution.cancelled {
        let lines = [cancelled_for(&resolution.root_cause, cancelled.of), figured(incident)];
        return lines.into_iter().chain(still_fires(incident, resolution)).collect();
    }
    let mut lines = resolved_lines(&Resolved {
        title: &incident.title,
        since: incident.counts_from(),
        resolved_at: resolution.at,
        root_cause: &resolution.root_cause,
        impact: resolution.impact.as_ref().or(incident.impact.as_ref()),
        data_loss: resolution.data_loss.as_ref(),
    });
    lines.extend(roles(incident));
    lines.extend(merge::parts(incident));
    lines.push(words!["Resolved by ", &resolution.by, "."]);
    lines.extend(still_fires(incident, resolution));
    lines
}

/// Its number, who declared it, and where more is told: its channel only where the card stands `elsewhere`.
fn footer(incident: &Incident, elsewhere: bool) -> Words {
    let room = incident.room.as_ref().filter(|_| elsewhere).map(|room| words![" · ", channel(&room.channel)]);
    let issue = incident.backup.issue().map(|issue| words![" · ", link(issue)]);
    words![bold(incident.id.to_string()), " · declared by ", &incident.declared_by, ", "]
        .and(facts::told_at(incident.declared_at, incident.began))
        .and_if(room)
        .and_if(issue)
}

fn draft(incident: &Incident, oncall: Option<&String>) -> Draft {
    let draft = Draft::new().headline(&lead(incident), &incident.title);
    let draft = match (incident.merged(), incident.resolution()) {
        (Some(merged), _) => draft.lines(merge::card(merged)),
        (None, Some(resolution)) => draft.lines(resolved(incident, resolution)).line(figured(incident)),
        (None, None) => draft.lines(clocks(incident, oncall)).lines(open_facts(incident)),
    };
    draft.buttons(buttons(incident)).buttons(checklist_buttons(incident))
}

pub(super) fn lead(incident: &Incident) -> String {
    if let Some(merged) = incident.merged() {
        return format!("🔀 {} {} · merged into {}: ", incident.id, incident.severity, merged.whole.incident);
    }
    let mark = match (incident.is_open(), incident.is_cancelled()) {
        (true, _) => "🔥",
        (false, true) => "🚫",
        (false, false) => "✅",
    };
    format!("{mark} {} {} · {}: ", incident.id, incident.severity, standing(incident))
}

/// What is due: the next update first.
fn clocks(incident: &Incident, oncall: Option<&String>) -> Vec<Words> {
    [update_clock(incident), Some(response_clock(incident, oncall))].into_iter().flatten().collect()
}

fn update_clock(incident: &Incident) -> Option<Words> {
    if !incident.is_open() {
        return None;
    }
    let Some(ladder) = &incident.ladder else {
        return Some(words![bold("⏰ Next update: "), "when there is news"]);
    };
    Some(match overdue(incident, ladder) {
        true => late(incident, ladder),
        false => {
            words![bold("⏰ Next update due "), bold(clock(ladder.due))].and_if(put_off(incident, ladder))
        }
    })
}

fn late(incident: &Incident, ladder: &Ladder) -> Words {
    let missed = match ladder.missed {
        0 => None,
        missed => Some(words![format!(", {} missed", counted(missed as usize, "update"))]),
    };
    words![bold("⚠️ Update overdue since "), bold(clock(ladder.due))]
        .and_if(missed)
        .and_if(put_off(incident, ladder))
}

/// Whether its due time came: a reminder went out or was put off, or an interval ran out.
fn overdue(incident: &Incident, ladder: &Ladder) -> bool {
    ladder.missed > 0 || !incident.open_reminders.is_empty()
}

fn put_off(incident: &Incident, ladder: &Ladder) -> Option<Words> {
    let snoozed = incident.open_reminders.is_empty() && ladder.next.1 > ladder.due;
    snoozed.then(|| words![", next reminder ", clock(ladder.next.1)])
}

fn response_clock(incident: &Incident, oncall: Option<&String>) -> Words {
    let nobody = bold("Not acknowledged yet");
    match (&incident.acknowledged, incident.response_due()) {
        (Some(acknowledged), _) => {
            let now = incident.answered.as_ref();
            words![bold("Acknowledged by "), &acknowledged.by, ", ", moment(acknowledged.at)]
                .and_if(now.map(|answer| words!["; ", &answer.by, " is on it since ", moment(answer.at)]))
        }
        (None, Some(due)) => words![nobody, ": needed by ", near(due, incident.response_from)],
        (None, None) if incident.missed_its_response() => words![nobody, ": the response time has passed"]
            .and_if(oncall.map(|oncall| words![", on call is ", mention(oncall)])),
        (None, None) => words![nobody],
    }
}

/// What is known of an open incident.
fn open_facts(incident: &Incident) -> Vec<Words> {
    let known = facts::known_facts(incident.impact.as_ref(), incident.action.as_ref(), incident.eta.as_ref());
    roles(incident).chain(known).chain(beside(incident)).collect()
}

/// Who has which role; what nobody has is offered by a button.
fn roles(incident: &Incident) -> impl Iterator<Item = Words> {
    incident.roles.iter().map(|(role, person)| facts::role(*role, person))
}

/// Its status, or that it was no incident of its own.
fn standing(incident: &Incident) -> String {
    if incident.is_cancelled() { "Cancelled".to_owned() } else { incident.status.to_string() }
}

fn resolved(incident: &Incident, resolution: &Resolution) -> Vec<Words> {
    let impact = resolution.impact.as_ref().or(incident.impact.as_ref());
    if let Some(cancelled) = &resolution.cancelled {
        let by = words![bold("Cancelled by "), &resolution.by, ", ", moment(resolution.at)];
        let lines = [by, cancelled_for(&resolution.root_cause, cancelled.of)];
        return lines.into_iter().chain(still_fires(incident, resolution)).collect();
    }
    let mut lines = vec![
        words![bold("Resolved by "), &resolution.by, ", ", moment(resolution.at)],
        labelled("Root cause", &resolution.root_cause),
        known("Impact", impact),
    ];
    lines.extend(facts::given("Data loss", resolution.data_loss.as_ref()));
    lines.extend(roles(incident));
    lines.extend(merge::parts(incident));
    lines.extend(still_fires(incident, resolution));
    lines
}

fn figured(incident: &Incident) -> Words {
    if incident.is_cancelled() {
        return words!["Not in the figures."];
    }
    words![format!("{}.", figures(&Figures::of(incident)))]
}

/// The card's lines, for a place that knows no blocks.
pub(super) fn lines(incident: &Incident) -> Vec<Words> {
    match (incident.merged(), incident.resolution()) {
        (Some(merged), _) => merge::in_lines(merged),
        (None, Some(resolution)) => {
            resolved(incident, resolution).into_iter().chain([figured(incident)]).collect()
        }
        (None, None) => {
            let declared = words![bold("Declared by "), &incident.declared_by, ", "];
            let declared = declared.and(facts::told_at(incident.declared_at, incident.began));
            clocks(incident, None).into_iter().chain(open_facts(incident)).chain([declared]).collect()
        }
    }
}

fn buttons(incident: &Incident) -> Vec<Button> {
    let id = incident.id;
    if let Some(merged) = incident.merged() {
        return merge::buttons(id, &merged.whole);
    }
    if !incident.is_open() {
        let question = "Its clocks start again, and its resolution is marked as taken back.";
        return vec![Button::new("Reopen", id, Command::Reopen).asking(question, "Reopen")];
    }
    let ack = incident.acknowledged.is_none().then(|| facts::on_it(id).primary());
    let take = incident.commander().is_none().then(|| facts::take_command(id));
    let diagnose = Button::new("Diagnose", id, Command::Runbook(RunbookLine::Fitting));
    let rest = [facts::post_update(id), diagnose, facts::resolve(id)];
    [ack, take].into_iter().flatten().chain(rest).chain(merge::offer(incident)).collect()
}

/// The topic of the incident's own channel: what changes seldom, for each change is a note in the channel. Topics know
/// no mark-up, so signs that could be taken for it become look-alikes.
pub fn topic(incident: &Incident) -> String {
    let end = incident.resolution().map(|resolution| format!(" {}", utc(resolution.at))).unwrap_or_default();
    let title = clean_line(&incident.title).replace('<', "‹").replace('>', "›").replace('`', "ˋ");
    let state = match incident.merged() {
        Some(merged) => format!("merged into {}", merged.whole.incident),
        None => format!("{}{end}", standing(incident)),
    };
    let topic = format!("{} {} · {state} · {title}", incident.id, incident.severity);
    shorten(&topic, TOPIC_MOST)
}
