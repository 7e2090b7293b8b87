//! An incident's card, edited in place, and its channel's topic.

use super::Message;
use super::announcement::figures;
use super::blocks::{Button, Draft};
use super::facts::{self, eta, known, labelled};
use super::time::utc;
use super::words::{Words, bold, both, channel, link, mention, moment, words};
use crate::config::Mentions;
use crate::domain::Command;
use crate::domain::command::Role;
use crate::domain::effect::CardPlace;
use crate::domain::incident::figures::Figures;
use crate::domain::incident::{Incident, Ladder, Resolution};
use crate::domain::runbook::RunbookLine;
use crate::domain::text::{clean_line, shorten};

/// Longest topic, in characters.
const TOPIC_MOST: usize = 250;

/// The card, as it stands in `place`. The on-call is named where the response time has passed; an edit rings nobody.
pub fn card(incident: &Incident, place: CardPlace, mentions: &Mentions) -> Message {
    draft(incident, place, Some(&mentions.oncall)).finish()
}

/// The card for one person's eyes.
pub(super) fn private_card(incident: &Incident) -> Draft {
    draft(incident, CardPlace::Emergencies, None)
}

fn draft(incident: &Incident, place: CardPlace, oncall: Option<&String>) -> Draft {
    let draft = Draft::new().headline(&lead(incident), &incident.title);
    let draft = match incident.resolution() {
        Some(resolution) => draft.lines(resolved(incident, resolution)).line(figured(incident)),
        None => draft.lines(clocks(incident, oncall)).lines(open_facts(incident)),
    };
    let room = incident.room.as_ref().filter(|_| place == CardPlace::Emergencies);
    let room = room.map(|room| words!["Work goes on in ", channel(&room.channel), "."]);
    let issue = incident.backup.issue().map(|issue| words!["Also told on GitHub: ", link(issue), "."]);
    draft.lines(room.into_iter().chain(issue).collect()).buttons(buttons(incident))
}

pub(super) fn lead(incident: &Incident) -> String {
    let mark = if incident.is_open() { "🔥" } else { "✅" };
    format!("{mark} {} {} · {}: ", incident.id, incident.severity, incident.status)
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
        return Some(words![
            bold("⏰ Next update: "),
            format!("when there is news ({} has no update interval)", incident.severity)
        ]);
    };
    let missed = match ladder.missed {
        0 => None,
        1 => Some(words![", one missed since the last"]),
        missed => Some(words![format!(", {missed} missed since the last")]),
    };
    let due = if overdue(incident, ladder) { "⚠️ Update overdue since " } else { "⏰ Next update due " };
    let due = words![bold(due), bold(both(ladder.due))];
    Some(due.and_if(missed).and_if(put_off(incident, ladder)))
}

/// Whether its due time came: a reminder went out or was put off, or an interval ran out.
fn overdue(incident: &Incident, ladder: &Ladder) -> bool {
    ladder.missed > 0 || !incident.open_reminders.is_empty()
}

fn put_off(incident: &Incident, ladder: &Ladder) -> Option<Words> {
    let snoozed = incident.open_reminders.is_empty() && ladder.next.1 > ladder.due;
    snoozed.then(|| words![", next reminder ", both(ladder.next.1)])
}

fn response_clock(incident: &Incident, oncall: Option<&String>) -> Words {
    let nobody = bold("Not acknowledged yet");
    match (&incident.acknowledged, incident.response_due()) {
        (Some(acknowledged), _) => {
            let now = incident.answered.as_ref();
            words![bold("Acknowledged by "), &acknowledged.by, ", ", moment(acknowledged.at)]
                .and_if(now.map(|answer| words!["; ", &answer.by, " is on it since ", moment(answer.at)]))
        }
        (None, Some(due)) => words![nobody, ": needed by ", moment(due)],
        (None, None) if incident.response_missed.is_some() => {
            words![nobody, ": the response time has passed"]
                .and_if(oncall.map(|oncall| words![", on call is ", mention(oncall)]))
        }
        (None, None) => words![nobody],
    }
}

/// What is known of an open incident.
fn open_facts(incident: &Incident) -> Vec<Words> {
    let mut lines = vec![
        facts::state(incident.severity, incident.status)
            .and(words![" · since ", moment(incident.declared_at)]),
        facts::role(Role::Commander, incident.commander()),
    ];
    lines.extend(other_roles(incident));
    lines.extend([
        known("Impact", incident.impact.as_ref()),
        known("Current action", incident.action.as_ref()),
        eta(incident.eta.as_ref()),
    ]);
    lines
}

fn other_roles(incident: &Incident) -> impl Iterator<Item = Words> {
    let others = incident.roles.iter().filter(|(role, _)| **role != Role::Commander);
    others.map(|(role, person)| facts::role(*role, Some(person)))
}

fn resolved(incident: &Incident, resolution: &Resolution) -> Vec<Words> {
    let impact = resolution.impact.as_ref().or(incident.impact.as_ref());
    let mut lines = vec![
        words![
            bold("Resolved by "),
            &resolution.by,
            ", ",
            moment(resolution.at),
            format!(" ({})", utc(resolution.at))
        ],
        labelled("Root cause", &resolution.root_cause),
        known("Impact", impact),
    ];
    lines.extend(facts::given("Data loss", resolution.data_loss.as_ref()));
    lines.push(facts::role(Role::Commander, incident.commander()));
    lines.extend(other_roles(incident));
    lines
}

fn figured(incident: &Incident) -> Words {
    if let Some(cancelled) = incident.resolution().and_then(|resolution| resolution.cancelled.as_ref()) {
        return match cancelled.of {
            Some(of) => words![format!("Cancelled: the same as {of}. It counts in no figures.")],
            None => words!["Cancelled: it was no incident, and counts in no figures."],
        };
    }
    words![format!("{}.", figures(&Figures::of(incident)))]
}

/// The card's lines, for a place that knows no blocks.
pub(super) fn lines(incident: &Incident) -> Vec<Words> {
    match incident.resolution() {
        Some(resolution) => resolved(incident, resolution).into_iter().chain([figured(incident)]).collect(),
        None => clocks(incident, None).into_iter().chain(open_facts(incident)).collect(),
    }
}

fn buttons(incident: &Incident) -> Vec<Button> {
    let id = incident.id;
    if !incident.is_open() {
        let question = "Its clocks start again, and the resolution is marked as taken back.";
        return vec![Button::new("Reopen", id, Command::Reopen).asking(question, "Reopen")];
    }
    let ack = incident.acknowledged.is_none().then(|| facts::on_it(id).primary());
    let take = incident.commander().is_none().then(|| facts::take_command(id));
    let diagnose = Button::new("Diagnose", id, Command::Runbook(RunbookLine::Fitting));
    let rest = [facts::post_update(id), diagnose, facts::resolve(id)];
    [ack, take].into_iter().flatten().chain(rest).collect()
}

/// The topic of the incident's own channel: what changes seldom, for each change is a note in the channel. Topics know
/// no mark-up, so signs that could be taken for it become look-alikes.
pub fn topic(incident: &Incident) -> String {
    let end = incident.resolution().map(|resolution| format!(" {}", utc(resolution.at))).unwrap_or_default();
    let title = clean_line(&incident.title).replace('<', "‹").replace('>', "›").replace('`', "ˋ");
    let topic = format!("{} {} · {}{end} · {title}", incident.id, incident.severity, incident.status);
    shorten(&topic, TOPIC_MOST)
}
