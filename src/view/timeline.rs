//! A timeline, page by page: each kind of event has its line.

use super::Message;
use super::announcement::update_lines;
use super::blocks::{Button, Draft};
use super::facts::{eta, given, labelled, older, severity};
use super::time::{day_utc, late};
use super::words::{Part, Words, bold, both, channel, clock, counted, link, near, words};
use super::{after, incident_alerts, merge, page};
use domain::Command;
use domain::actor::Actor;
use domain::answer::Summary;
use domain::command::Retractable;
use domain::duration::Spoken;
use domain::effect::To;
use domain::id::{ChannelId, UserId};
use domain::incident::Rung;
use domain::incident::event::EventKind;
use domain::incident::exposed::SecretNews;
use domain::incident::timeline::Entry;
use domain::text::shorten;
use domain::timer::Lateness;

/// Characters of all entries on one page: Slack refuses messages with more than about 10,000 in their blocks.
const PAGE_MOST: usize = 8_000;

pub(super) fn timeline(incident: &Summary, entries: &[Entry], page: usize, pages: usize) -> Message {
    let lead =
        if pages > 1 { format!("Timeline, page {page} of {pages} · ") } else { "Timeline · ".to_owned() };
    let (days, shortened) = fitting(entries);
    let mut draft = Draft::new().headline(&format!("{lead}{}: ", incident.incident), &incident.title);
    for (day, lines) in days {
        draft = draft.line(words![bold(format!("{day} (UTC)"))]).lines(lines);
    }
    if shortened {
        draft = draft.line(words!["I shortened long texts (…). They are whole where they were posted."]);
    }
    draft.buttons(turning(incident, page, pages)).finish()
}

fn turning(incident: &Summary, page: usize, pages: usize) -> Vec<Button> {
    let to = |label: &str, page| Button::new(label, incident.incident, Command::Timeline { page });
    let previous = (page > 1).then(|| to("Previous page", page.saturating_sub(1)));
    let next = (page < pages).then(|| to("Next page", page + 1).primary());
    [previous, next].into_iter().flatten().collect()
}

/// Lines under their days.
type Days = Vec<(String, Vec<Words>)>;

/// Lines by day, with long texts shortened as far as the page's limit takes it; whether any was.
fn fitting(entries: &[Entry]) -> (Days, bool) {
    let mut days = Vec::new();
    for most in [usize::MAX, 1_200, 600, 300, 150, 90] {
        days = by_day(entries, most);
        let length: usize =
            days.iter().flat_map(|(_, lines)| lines).map(|line| line.plain().chars().count()).sum();
        if length <= PAGE_MOST {
            return (days, most != usize::MAX);
        }
    }
    (days, true)
}

fn by_day(entries: &[Entry], most: usize) -> Days {
    let mut days = Days::new();
    for entry in entries {
        let day = day_utc(entry.at);
        let line = line(entry, most);
        match days.last_mut() {
            Some((last, lines)) if *last == day => lines.push(line),
            _ => days.push((day, vec![line])),
        }
    }
    days
}

fn line(entry: &Entry, most: usize) -> Words {
    let time = words![bold(both(entry.at)), " "];
    let whose = entry.of.map(|of| words![bold(of.to_string()), " · "]);
    time.and_if(whose).and(told(entry, most))
}

/// What happened, in a line, with every text at most `most` characters long.
pub(super) fn told(entry: &Entry, most: usize) -> Words {
    let mut phrases = what(entry, most).into_iter();
    let head = phrases.next().unwrap_or_default();
    let more = Words::joined(phrases, " · ");
    let what = if more.0.is_empty() { head } else { head.and(words![" "]).and(more) };
    match entry.retracted {
        true => what.struck().and(words![" (taken back)"]),
        false => what,
    }
}

/// What happened, as phrases: first who did what.
fn what(entry: &Entry, most: usize) -> Vec<Words> {
    let who = &entry.by;
    let by = |did: &str| words![name(who), from(entry), format!(" {did}")];
    let cut = |text: &String| shorten(text, most);
    match &entry.what {
        EventKind::Declared { title, severity: how_bad, impact, action, eta: expected, began, .. } => {
            let head = by("declared ").and(words![bold(severity(*how_bad)), ": ", cut(title), "."]);
            let more = [
                began
                    .and_then(|began| older(began, entry.at))
                    .map(|began| words!["It began at ", near(began, entry.at), "."]),
                given("Impact", impact.as_ref().map(cut).as_ref()),
                given("Current action", action.as_ref().map(cut).as_ref()),
                expected.as_ref().map(|expected| eta(Some(expected))),
            ];
            [Some(head)].into_iter().chain(more).flatten().collect()
        }
        EventKind::Updated { facts, .. } => {
            let mut facts = facts.clone();
            for text in [&mut facts.text, &mut facts.impact, &mut facts.action].into_iter().flatten() {
                *text = cut(text);
            }
            [by("posted an update:")].into_iter().chain(update_lines(&facts)).collect()
        }
        EventKind::Resolved { root_cause, cancelled: Some(cancelled), .. } => {
            let head = match cancelled.of {
                Some(of) => by(&format!("cancelled it: the same as {of}.")),
                None => by("cancelled it: no incident."),
            };
            vec![head, labelled("Why", cut(root_cause))]
        }
        EventKind::Renamed { title, from } => {
            vec![by("renamed it:"), words![cut(title)], words!["Before: ", cut(from)]]
        }
        EventKind::Resolved { root_cause, impact, data_loss, .. } => {
            let more = [
                Some(labelled("Root cause", cut(root_cause))),
                given("Impact", impact.as_ref().map(cut).as_ref()),
                given("Data loss", data_loss.as_ref().map(cut).as_ref()),
            ];
            [Some(by("resolved it."))].into_iter().chain(more).flatten().collect()
        }
        EventKind::SeverityChanged { from, to, reason, .. } => {
            let reason = reason.as_ref().map(cut);
            let head = by(&format!("set the severity to {} (was {from}).", severity(*to)));
            [Some(head), given("Reason", reason.as_ref())].into_iter().flatten().collect()
        }
        EventKind::ImpactSet { text } => vec![by("set the impact:"), words![cut(text)]],
        EventKind::ActionSet { text } => vec![by("set the current action:"), words![cut(text)]],
        EventKind::EtaSet { eta: expected } => vec![by("set the"), eta(Some(expected))],
        EventKind::Noted { text } => vec![by("noted:"), words![cut(text)]],
        EventKind::Secrets(news) => vec![secrets(news, by)],
        other => vec![deed(entry, who).unwrap_or_else(|| by_howler(other, who, most))],
    }
}

/// What became of the checklist of secrets.
fn secrets(news: &SecretNews, by: impl Fn(&str) -> Words) -> Words {
    match news {
        SecretNews::Proposed { secrets } => {
            words![format!("{} may be exposed: rotate them.", counted(secrets.len(), "secret"))]
        }
        SecretNews::Rotated { name } => by("rotated ").and(words![bold(name.clone()), "."]),
        SecretNews::Undone { name } => by("took back that ").and(words![bold(name.clone()), " was rotated."]),
    }
}

/// What a person did without many words; `None` for everything else.
fn deed(entry: &Entry, who: &Actor) -> Option<Words> {
    let by = |did: &str| words![name(who), from(entry), format!(" {did}")];
    Some(match &entry.what {
        EventKind::Acknowledged => by("acknowledged."),
        EventKind::StatusChanged { from, to } => by(&format!("set the status to {to} (was {from}).")),
        EventKind::Invited { people } => {
            by("invited ").and(Words::joined(people.iter().map(|it| words![it]), ", ")).and(words!["."])
        }
        EventKind::Reopened { to } => by(&format!("reopened it. Status: {to}.")),
        EventKind::Retracted { what, .. } => by(match what {
            Retractable::Update => "took back an update.",
            Retractable::Severity => "took back a severity change.",
            Retractable::Resolution => "took back the resolution.",
            Retractable::Merge => "took back a merge.",
        }),
        EventKind::RoleTaken { role, person, from } => {
            let before = from.as_ref().map(|from| words![" (was ", from, ")"]);
            let taken = match who == person {
                true => by(&format!("is now {role}")),
                false => by("made ").and(words![person, format!(" {role}")]),
            };
            taken.and_if(before).and(words!["."])
        }
        _ => return None,
    })
}

/// Clocks, channels and pinned messages.
fn by_howler(what: &EventKind, who: &Actor, most: usize) -> Words {
    match what {
        EventKind::ResponseMissed { due, late: lateness, .. } => {
            words!["Nobody acknowledged by ", clock(*due), ": response time missed."]
                .and_if(lateness.as_ref().map(admitted))
        }
        EventKind::Paged(paged) => page::on_timeline(paged),
        EventKind::Alerts(news) => incident_alerts::told(news, who, most),
        EventKind::Merge(news) => merge::told(news, words![name(who)], most),
        EventKind::After(news) => after::told(news, who, most),
        EventKind::Escalated { passes, why } => {
            let did = if *passes { " can't take it." } else { " escalated." };
            words![name(who), did].and_if(why.as_ref().map(|why| words![" Why: ", shorten(why, most)]))
        }
        EventKind::NotReached { to, why, .. } => match to.person() {
            Some((person, _)) => words!["A page did not arrive. "].and(page::no_way(person, why)),
            None => words!["A page did not arrive."],
        },
        EventKind::CallMissed { person, texted: false, .. } => {
            words![person, " did not answer the call. I sent a text."]
        }
        EventKind::CallMissed { person, texted: true, .. } => {
            words!["A text to ", person, " did not arrive."]
        }
        EventKind::Snoozed { due, until } => words![
            name(who),
            " snoozed the reminder (update due ",
            clock(*due),
            ") until ",
            clock(*until),
            "."
        ],
        EventKind::ClockSetBack { by } => {
            words![format!("The machine's clock went back by {}, and everything due with it.", Spoken(*by))]
        }
        EventKind::Reminded { rung, to, missed, late: lateness, .. } => words!["howler reminded "]
            .and(reminded(*rung, to))
            .and(words![match missed {
                0 => ".".to_owned(),
                missed => format!(": {} missed.", counted(*missed as usize, "update")),
            }])
            .and_if(lateness.as_ref().map(admitted)),
        EventKind::Pinned { channel, author, .. } => {
            pinned(author.as_ref(), channel, words!["(not read yet)"])
        }
        EventKind::PinRead { channel, author, text, .. } => {
            pinned(author.as_ref(), channel, words![shorten(text, most)])
        }
        EventKind::Unpinned { .. } => words![name(who), " took a message off the timeline."],
        EventKind::RoomOpened { room } => {
            words!["Channel opened: ", channel(&room.channel), "."]
        }
        EventKind::BackupDue { due, late: lateness } => {
            words!["Slack had not taken the news by ", clock(*due), ", so I'm opening a GitHub issue."]
                .and_if(lateness.as_ref().map(admitted))
        }
        EventKind::BackupOpened { issue } => words!["GitHub issue opened: ", link(issue), "."],
        EventKind::Posted { channel: place, .. } => {
            words!["howler posted a message in ", channel(place), "."]
        }
        EventKind::Runbook { run, note } => super::procedure::noted(*run, note, who),
        // The others are told by their doer.
        EventKind::Declared { .. }
        | EventKind::Acknowledged
        | EventKind::Updated { .. }
        | EventKind::StatusChanged { .. }
        | EventKind::SeverityChanged { .. }
        | EventKind::ImpactSet { .. }
        | EventKind::ActionSet { .. }
        | EventKind::EtaSet { .. }
        | EventKind::Noted { .. }
        | EventKind::Secrets(_)
        | EventKind::Renamed { .. }
        | EventKind::Invited { .. }
        | EventKind::RoleTaken { .. }
        | EventKind::Resolved { .. }
        | EventKind::Reopened { .. }
        | EventKind::Retracted { .. } => Words::default(),
    }
}

fn reminded(rung: Rung, to: &To) -> Words {
    match (rung, to) {
        (_, To::Person(person)) => words![person, " by DM that the update is overdue"],
        (Rung::OnCall, _) => words!["the on-call in the emergencies channel that the update is overdue"],
        (_, To::OnCall | To::Source(_) | To::Phone(_) | To::Text(_)) => {
            words!["the on-call that an update is due"]
        }
        (_, To::Emergencies) => words!["the emergencies channel that an update is due"],
        (_, To::Room) => words!["the channel that an update is due"],
    }
}

pub(super) fn admitted(lateness: &Lateness) -> Words {
    words![format!(" This came late: {}.", late(lateness))]
}

fn pinned(author: Option<&UserId>, place: &ChannelId, said: Words) -> Words {
    words!["📌 ", author.map_or_else(|| "somebody".into(), Part::from), " in ", channel(place), ": "]
        .and(said)
}

/// The machine's word for who it was is not Slack's, and the timeline says so.
fn from(entry: &Entry) -> &'static str {
    if entry.from_shell { " (from a shell)" } else { "" }
}

pub(super) fn name(who: &Actor) -> Part {
    match who {
        Actor::Alert(alert) => Part::from(format!("howler, from {alert},")),
        who => who.into(),
    }
}
