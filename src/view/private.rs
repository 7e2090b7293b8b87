//! Private answers: for the eyes of the person who asked.

use super::blocks::{Button, Draft};
use super::card;
use super::facts::{self, severity};
use super::incident_alerts::fire_still;
use super::lines::Via;
use super::words::{Words, bold, clock, code, moment, words};
use super::{
    Message, after, board, fault, feature, help, list, merge, oncall, page, procedure, refusal, timeline,
    vendors,
};
use domain::Severity;
use domain::answer::{Done, Private, Summary};
use domain::effect::Undone;
use domain::id::IncidentId;
use domain::incident::{Eta, Incident};
use domain::text::shorten;
use domain::vendor::VendorSays;

/// Undelivered messages named under *show*.
const UNDONE_MOST: usize = 5;
/// Pages that are named, each with its button; and how much of a reason is shown.
const ANSWERS_MOST: usize = 5;
const REASON_MOST: usize = 120;
/// Troubles of vendors named there.
const VENDORS_MOST: usize = 3;
/// How much of a first note is shown to whoever declared.
const NOTED_MOST: usize = 200;

/// The private answer, for a person who speaks to howler `via` a slash command or a mention.
pub fn private(private: &Private, via: Via) -> Message {
    match private {
        Private::Refused(refusal) => refusal::refused(refusal, via),
        Private::Declared { incident, title, severity, own_channel, noted } => {
            let place = place_of(*own_channel, via);
            declared(*incident, title, *severity, place, noted.as_deref(), via)
        }
        Private::Done { incident, title, what } => done(*incident, title, what, via),
        Private::WhichIncident { choices, more, line, asked } => {
            list::which(choices, *more, line, asked.as_ref(), via)
        }
        Private::OfferForm { incident, line } => list::offer_form(incident.as_ref(), line, via),
        Private::List { open, more, resolved, unread } => list::list(open, *more, resolved, *unread, via),
        Private::Show { incident, undone, whole, vendors } => {
            show(incident, undone, whole.as_deref(), vendors, via)
        }
        Private::Timeline { incident, entries, page, pages } => {
            timeline::timeline(incident, entries, *page, *pages)
        }
        Private::Found { words, found, more } => list::found(words, found, *more, via),
        Private::Doctor { undone, store, saving } => board::board(undone, store, *saving, via),
        Private::Oncall(answer) => oncall::answer(answer, via),
        Private::StillPaged { answered, incidents, pages } => still_paged(answered, incidents, pages, via),
        Private::StillCalling(calling) => page::still_calling(calling, via),
        Private::Runbook(answer) => procedure::answer(answer, via),
        Private::Feature(answer) => feature::answer(answer, via),
        Private::After(answer) => after::answer(answer, via),
        Private::Trouble(fault) => super::failed(fault::in_words(*fault)),
        Private::Became { saved, line, answer } => {
            fault::became(*saved, line.as_deref(), answer.as_deref(), via)
        }
        Private::Help => help::help(via),
        Private::HelpNow(now) => help::now(now, via),
    }
}

/// One reply answers one page; the others are named, each with its own answer.
fn still_paged(answered: &Private, incidents: &[Summary], pages: &[(u64, String)], via: Via) -> Message {
    let rows =
        incidents.iter().map(|summary| words![bold(summary.incident.to_string()), " ", &summary.title]);
    let rows = rows.chain(pages.iter().map(|(_, reason)| words![shorten(reason, REASON_MOST)]));
    let ack = |summary: &Summary| {
        let incident = summary.incident;
        Button::new(format!("I'm on {incident}"), incident, domain::Command::Ack)
    };
    let answers = incidents.iter().map(ack);
    let answers = answers.chain(pages.iter().map(|(number, _)| oncall::i_have_it(*number)));
    let rest = Draft::new()
        .line(words!["⚠️ ", bold("You have more pages"), " that still need an answer:"])
        .bullets(rows.take(ANSWERS_MOST).collect())
        .buttons(answers.take(ANSWERS_MOST).collect())
        .finish();
    let first = private(answered, via);
    Message {
        text: format!("{}\n\n{}", first.text, rest.text),
        blocks: first.blocks.into_iter().chain(rest.blocks).collect(),
    }
}

fn place_of(own_channel: bool, via: Via) -> &'static str {
    match (own_channel, via) {
        (true, Via::Shell) => "I'm opening a channel for it.",
        (true, _) => "I'm opening a channel for it and will invite you.",
        (false, _) => "Work on it in the emergencies channel.",
    }
}

fn declared(
    incident: IncidentId,
    title: &String,
    how_bad: Severity,
    place: &'static str,
    noted: Option<&str>,
    via: Via,
) -> Message {
    let noted = noted.map(|note| words!["First note: ", shorten(note, NOTED_MOST)]);
    let lines = [
        Some(words!["✅ ", bold(format!("{incident} {}", severity(how_bad))), " is declared: ", title]),
        noted,
        Some(words![place]),
        Some(words![
            "To tell stakeholders: ",
            code(via.line(&format!("{} update what stakeholders should know", incident.0)))
        ]),
    ];
    Draft::new()
        .lines(lines.into_iter().flatten().collect())
        .buttons(vec![
            facts::on_it(incident).primary(),
            Button::new("Add impact, action, ETA", incident, domain::Command::UpdateForm),
        ])
        .finish()
}

fn done(incident: IncidentId, title: &String, what: &Done, via: Via) -> Message {
    let about = match title.is_empty() {
        true => words![bold(incident.to_string()), ": "],
        false => words![bold(incident.to_string()), " ", title, ": "],
    };
    let line = words!["✅ "].and(about).and(done_words(incident, what, via));
    Draft::new().line(line).buttons(merge::next(what)).finish()
}

fn done_words(incident: IncidentId, what: &Done, via: Via) -> Words {
    let line = |rest: &str| code(via.line(&format!("{} {rest}", incident.0)));
    match what {
        Done::Updated { next_due } => words!["update posted. "].and(facts::next_due(*next_due)),
        Done::Status(status) => words!["status is now ", bold(status.to_string()), "."],
        Done::Severity(now) => {
            words!["severity is now ", bold(severity(*now)), ". To undo: ", line("retract severity")]
        }
        Done::Impact => words!["impact is on the card. To tell stakeholders: ", line("update ...")],
        Done::Action => {
            words!["current action is on the card. To tell stakeholders: ", line("update ...")]
        }
        Done::Eta(Eta::At(at)) => words!["ETA is now ", moment(*at), "."],
        Done::Eta(Eta::Words(words)) => words!["ETA is now \"", words, "\"."],
        Done::Noted => words!["added to the timeline."],
        Done::Acknowledged => {
            words!["you're on it. Paging has stopped. To take command: ", line("take")]
        }
        Done::Answered => {
            words!["you're on it. Paging has stopped. The update is still due: ", line("update ...")]
        }
        Done::Escalated => words!["I'm paging the next step now."],
        Done::Paging { whom, skipped } => words!["I'm paging ", whom, "."].and_if(
            (!skipped.is_empty())
                .then(|| words![" "].and(Words::joined(skipped.iter().map(page::nobody), " "))),
        ),
        Done::Role { role, person } => words![person, " is now ", bold(role.to_string()), "."],
        Done::Snoozed { until, limited: false } => {
            words!["snoozed until ", clock(*until), ". The update is still due."]
        }
        Done::Snoozed { until, limited: true } => words![
            "snoozed until ",
            clock(*until),
            ", the longest possible: the next update is due then. This one is still due."
        ],
        Done::Resolved => words!["resolved and announced. To undo: ", line("reopen")],
        Done::EndedFiring { cancelled, firing, more } => {
            let ended =
                if *cancelled { "cancelled. No report, no figures." } else { "resolved and announced." };
            words![ended, " "].and(fire_still(firing, *more)).and(words![". To undo: ", line("reopen")])
        }
        Done::Reopened => words!["reopened. Its clocks are running."],
        Done::RetractedUpdate => words!["update taken back. Its announcement says so."],
        Done::RetractedSeverity { back_to } => {
            words!["severity is back to ", bold(severity(*back_to)), ". The announcement says so."]
        }
        Done::Merged { .. } | Done::SplitOff { .. } => merge::done(incident, what, via),
        Done::Cancelled { of: None } => {
            words!["cancelled. No report, no figures. To undo: ", line("reopen")]
        }
        Done::Cancelled { of: Some(of) } => {
            words![format!("cancelled as the same as {of}. To undo: "), line("reopen")]
        }
        Done::Renamed { title } => words!["renamed to ", bold(title.clone()), "."],
        Done::Invited { people, channel } => words!["invited "]
            .and(Words::joined(people.iter().map(|person| words![person]), ", "))
            .and(words![" to ", super::words::channel(channel), "."]),
        Done::Pinned => words!["the message is on the timeline. Remove the pushpin to take it off."],
        Done::Unpinned => words!["the message is off the timeline."],
    }
}

/// The card, what is not delivered, and where to read on.
fn show(
    incident: &Incident,
    undone: &[Undone],
    whole: Option<&Summary>,
    troubles: &[VendorSays],
    via: Via,
) -> Message {
    let timeline = via.line(&format!("timeline {}", incident.id.0));
    card::private_card(incident)
        .lines(whole.map(merge::now).into_iter().collect())
        .lines(undelivered(undone))
        .lines(troubles.iter().take(VENDORS_MOST).map(|says| vendors::says(says, says.since)).collect())
        .line(words!["Timeline: ", code(timeline)])
        .finish()
}

fn undelivered(undone: &[Undone]) -> Vec<Words> {
    if undone.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![words![bold("Not delivered:")]];
    lines.extend(board::rows(undone, UNDONE_MOST));
    lines
}
