//! "Update due": what is known, who is asked, and buttons to answer.

use jiff::SignedDuration;

use super::Message;
use super::blocks::{Button, Draft};
use super::facts::{self, last_update};
use super::time::late;
use super::words::{Words, bold, clock, counted, words};
use config::Mentions;
use domain::Command;
use domain::actor::Actor;
use domain::effect::Say;
use domain::id::IncidentId;
use domain::incident::Rung;
use domain::text::shorten;

/// Longest impact and action in a reminder.
const BRIEF_MOST: usize = 200;
/// What *Snooze 15 min* asks for.
const SNOOZE: SignedDuration = SignedDuration::from_mins(15);

pub(super) fn reminder(say: &Say, incident: IncidentId, mentions: &Mentions) -> Message {
    let Say::Reminder { title, severity, status, last_update: last, declared_at, impact, action, .. } = say
    else {
        return Draft::new().finish();
    };
    let known = [
        Some(facts::state(*severity, *status)),
        Some(last_update(last.as_ref(), *declared_at)),
        facts::given("Impact", brief(impact).as_ref()),
        facts::given("Current action", brief(action).as_ref()),
    ];
    Draft::new()
        .headline(&format!("⏰ Update due: {incident} "), title)
        .lines(asking(say, mentions))
        .lines(known.into_iter().flatten().collect())
        .buttons(buttons(say, incident))
        .finish()
}

/// A reminder comes again and again: it tells what it is about, not everything.
fn brief(text: &Option<String>) -> Option<String> {
    text.as_deref().map(|text| shorten(text, BRIEF_MOST))
}

/// Who is asked and why, and what howler has to admit.
fn asking(say: &Say, mentions: &Mentions) -> Vec<Words> {
    let Say::Reminder { rung, due, severity, commander, asked, missed_in_all, late: lateness, quiet, .. } =
        say
    else {
        return Vec::new();
    };
    let overdue = || words!["Stakeholders expected an update by ", clock(*due), "."];
    let oncall = facts::oncall(mentions, *severity).filter(|_| !quiet);
    let to_oncall = oncall.map(|oncall| oncall.and(words![": "])).unwrap_or_default().and(overdue());
    let ask = match rung {
        Rung::Channel if asked.in_slack().is_some() => words![asked, ": "].and(overdue()),
        Rung::Channel if asked.is_person() => to_oncall.and(words![" I can't reach ", asked, " in Slack."]),
        // Whoever declared it is no person, and nobody has it since.
        Rung::Channel => to_oncall.and(words![" Nobody has it yet."]),
        Rung::Direct => {
            overdue().and(words![" Nobody in the channel has answered. ", why_you(commander.as_ref(), asked)])
        }
        Rung::OnCall if !asked.is_person() => {
            to_oncall.and(words![" Nobody has it yet: please post one, or take command."])
        }
        Rung::OnCall => {
            to_oncall.and(words![" ", asked, " hasn't answered: please post one, or take command."])
        }
    };
    let nobody = commander.is_none().then(|| words!["Nobody is in command yet."]);
    let missed = (*missed_in_all > 0)
        .then(|| words![format!("{} missed so far.", counted(*missed_in_all as usize, "update"))]);
    let admitted = lateness.as_ref().map(|lateness| words![bold("This comes late: "), late(lateness), "."]);
    [Some(ask), nobody, missed, admitted].into_iter().flatten().collect()
}

fn why_you(commander: Option<&Actor>, asked: &Actor) -> &'static str {
    match commander == Some(asked) {
        true => "You're in command, so I'm asking you.",
        false => "You acknowledged or declared it, so I'm asking you.",
    }
}

fn buttons(say: &Say, incident: IncidentId) -> Vec<Button> {
    let Say::Reminder { rung, reminder, commander, .. } = say else { return Vec::new() };
    let snooze = Command::Snooze { by: SNOOZE, reminder: Some(*reminder) };
    let take = (commander.is_none() || *rung == Rung::OnCall).then(|| facts::take_command(incident));
    let mut buttons = vec![
        facts::post_update(incident).primary(),
        Button::new("Snooze 15 min", incident, snooze),
        facts::resolve(incident),
    ];
    buttons.extend(take);
    buttons
}
