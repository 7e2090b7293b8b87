//! Open incidents with their clocks, for the Home tab.

use crate::blocks::{Button, Draft};
use crate::facts;
use crate::list::with;
use crate::words::{Words, bold, both, code, moment, words};
use domain::Command;
use domain::home::{Home, OpenIncident, Waits};
use domain::runbook::RunbookLine;

/// Those that do not wait for this person: what waits stands above.
pub(super) fn open(draft: Draft, home: &Home) -> Draft {
    let above = |incident: &&OpenIncident| {
        let waiting = home.waits.iter().filter_map(Waits::incident);
        waiting.into_iter().any(|waiting| waiting.summary.incident == incident.summary.incident)
    };
    let others: Vec<&OpenIncident> = home.open.iter().filter(|incident| !above(incident)).collect();
    let count = others.len() + home.more_open;
    if home.open.is_empty() {
        return draft.line(words!["✅ No incident is open."]);
    }
    if count == 0 {
        return draft;
    }
    let lead = if others.len() == home.open.len() { "Open incidents" } else { "Other open incidents" };
    let draft = draft.headline(&format!("{lead}: {count}"), "");
    let draft = others.into_iter().fold(draft, |draft, incident| {
        let clocks = [update(incident), response(incident)].into_iter().flatten();
        draft.lines(rows(incident).into_iter().chain(clocks).collect()).buttons(buttons(incident))
    });
    match home.more_open {
        0 => draft,
        more => draft.line(words![format!("And {more} more: "), code("/incident list")]),
    }
}

/// One incident: what it is, and who has it.
pub(super) fn rows(incident: &OpenIncident) -> Vec<Words> {
    let summary = &incident.summary;
    let head = words![bold(format!("🔥 {} {} · ", summary.incident, summary.severity)), bold(&summary.title)]
        .and_if(with(summary));
    let commander = match &summary.commander {
        Some(person) => words![" · commander ", person],
        None => words![" · no commander"],
    };
    let state = words![summary.status.to_string()]
        .and(commander)
        .and(words![" · since ", moment(summary.declared_at)]);
    vec![head, state]
}

fn update(incident: &OpenIncident) -> Option<Words> {
    let lead = if incident.summary.overdue { "⚠️ Update overdue since " } else { "⏰ Next update due " };
    incident.summary.update_due.map(|due| words![lead, bold(both(due))])
}

pub(super) fn response(incident: &OpenIncident) -> Option<Words> {
    let nobody = bold("Not acknowledged yet");
    match (&incident.acknowledged, incident.response_due) {
        (Some(_), _) => None,
        (None, Some(due)) => Some(words!["🔔 ", nobody, ": needed by ", moment(due)]),
        (None, None) if incident.response_missed => {
            Some(words!["🔔 ", nobody, ": the response time has passed"])
        }
        (None, None) => Some(words!["🔔 ", nobody]),
    }
}

/// What the card offers, and the way to the channel.
fn buttons(incident: &OpenIncident) -> Vec<Button> {
    let id = incident.summary.incident;
    let ack = incident.acknowledged.is_none().then(|| facts::on_it(id));
    let take = incident.summary.commander.is_none().then(|| facts::take_command(id));
    let show = Button::new("Show", id, Command::Show);
    ack.into_iter().chain(take).chain([facts::post_update(id), show]).chain(channel(incident)).collect()
}

/// The buttons of an incident that waits for this person.
pub(super) fn pressing(incident: &OpenIncident, is_page: bool) -> Vec<Button> {
    let id = incident.summary.incident;
    let diagnose = Button::new("Diagnose", id, Command::Runbook(RunbookLine::Fitting));
    let mut buttons = match is_page {
        true => vec![facts::on_it(id).primary(), facts::i_cannot(id)],
        false => vec![facts::post_update(id).primary(), facts::resolve(id)],
    };
    buttons.push(diagnose);
    buttons.extend(channel(incident));
    buttons
}

fn channel(incident: &OpenIncident) -> Option<Button> {
    incident.room.as_ref().map(|room| Button::opening("Open the channel", room))
}
