//! The report in Slack: a short block for each section, and how to read the rest and to write what is missing.

use super::file::{lasted, step};
use super::{NOT_KNOWN, heading, listed, publication};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::facts::{labelled, severity};
use crate::lines::Via;
use crate::time::utc;
use crate::timeline;
use crate::words::{Words, bold, code, counted, moment, words};
use domain::command::Command;
use domain::incident::after::event::{Owed, Section};
use domain::incident::after::follow_up::FollowUp;
use domain::incident::after::line::AfterLine;
use domain::incident::report::Report;
use domain::incident::timeline::Entry;
use domain::text::shorten;

/// Longest text of a section, in characters.
const SECTION_MOST: usize = 400;
/// Most lines of the timeline, the first and the last of it, and how long each may be.
const LINES_MOST: usize = 10;
const LINE_MOST: usize = 140;
/// Most steps and follow-ups.
const ITEMS_MOST: usize = 6;

pub(super) fn preview(report: &Report, via: Via) -> Message {
    let id = report.incident;
    let line = |rest: &str| code(via.line(&format!("{} {rest}", id.0)));
    let mut draft = Draft::new()
        .headline(&format!("Report of {id}: "), &report.title)
        .lines(state(report))
        .lines(publication::lines(report, via))
        .lines(section(Section::Summary, summary(report)))
        .line(words![bold("Timeline (UTC)")])
        .lines(events(&report.timeline, via, report))
        .lines(section(Section::RootCause, told(report, Section::RootCause)))
        .lines(impact(report))
        .lines(resolution(report))
        .lines(follow_ups(report, via))
        .lines(section(Section::Lessons, told(report, Section::Lessons)))
        .line(words!["The whole report, as a file in the thread: ", line("report file")]);
    if via != Via::Shell {
        draft = draft.buttons(publication::settles(report)).buttons(edits(report)).buttons(next(report));
    }
    draft.finish()
}

pub(super) fn after(report: &Report, label: impl Into<String>, line: AfterLine) -> Button {
    Button::new(label, report.incident, Command::After(Box::new(line)))
}

fn edits(report: &Report) -> Vec<Button> {
    let edit = |section: Section| {
        let button = after(report, format!("Edit {}", section.words()), AfterLine::Edit { section });
        if report.not_known.contains(&section) { button.primary() } else { button }
    };
    Section::ALL.into_iter().map(edit).collect()
}

fn next(report: &Report) -> Vec<Button> {
    let defaults = report.follow_ups.is_empty();
    let defaults =
        defaults.then(|| after(report, "Add the runbook's follow-ups", AfterLine::FollowUpDefaults));
    let file = after(report, "As file", AfterLine::ReportFile);
    let publish = publication::publish(report);
    let done = report.deadline.as_ref().is_some_and(|deadline| deadline.done.is_none()).then(|| {
        let done = after(report, "Report is done", AfterLine::Done { owed: Owed::Report });
        match report.not_known.as_slice() {
            [] => done,
            missing => done.asking(
                &format!("Nobody has said yet: {}. Is it done all the same?", listed(missing)),
                "It is done",
            ),
        }
    });
    defaults.into_iter().chain([publish, file]).chain(done).collect()
}

/// When it is due, and what is missing.
fn state(report: &Report) -> Vec<Words> {
    let due = match (&report.deadline, report.lasted.until) {
        (_, None) => words![bold("Draft"), ": the incident is still open."],
        (Some(deadline), _) => match &deadline.done {
            Some(done) => words![bold("Done"), " ", moment(done.at), ", by ", &done.by, "."],
            None => words![bold("Draft"), " · due ", moment(deadline.due)]
                .and_if(deadline.owner.as_ref().map(|owner| words![" by ", owner])),
        },
        (None, _) => words![bold("Draft"), format!(": a {} needs no report.", severity(report.severity))],
    };
    let missing = (!report.not_known.is_empty())
        .then(|| words!["⚠️ ", bold(NOT_KNOWN), format!(": {}.", listed(&report.not_known))]);
    [Some(due), missing].into_iter().flatten().collect()
}

fn section(which: Section, lines: Vec<Words>) -> Vec<Words> {
    [words![bold(heading(which))]].into_iter().chain(lines).collect()
}

fn unknown() -> Words {
    words!["⚠️ ", bold(NOT_KNOWN)]
}

fn told(report: &Report, section: Section) -> Vec<Words> {
    vec![report.text(section).map_or_else(unknown, |text| words![shorten(&text, SECTION_MOST)])]
}

fn summary(report: &Report) -> Vec<Words> {
    if report.text(Section::Summary).is_some() {
        return told(report, Section::Summary);
    }
    let title = words![severity(report.severity), ": ", report.title.clone()];
    let impact = report.impact.as_ref().map(|impact| labelled("Impact", shorten(impact, SECTION_MOST)));
    [Some(title), impact].into_iter().flatten().collect()
}

/// The beginning and the end; what lies between is counted.
fn events(timeline: &[Entry], via: Via, report: &Report) -> Vec<Words> {
    let line = |entry: &Entry| {
        let whose = entry.of.map(|of| words![format!("{of} · ")]).unwrap_or_default();
        words![bold(entry.at.strftime("%H:%M").to_string()), " "]
            .and(whose)
            .and(timeline::told(entry, LINE_MOST))
    };
    if timeline.len() <= LINES_MOST {
        return timeline.iter().map(line).collect();
    }
    let (first, last) = (LINES_MOST / 2, timeline.len() - LINES_MOST / 2);
    let more = code(via.line(&format!("timeline {}", report.incident.0)));
    let between = words![format!("… {} more: ", last - first), more];
    let (first, last) = (timeline.iter().take(first), timeline.iter().skip(last));
    first.map(line).chain([between]).chain(last.map(line)).collect()
}

fn impact(report: &Report) -> Vec<Words> {
    let line = |which: Section| {
        let said = report.text(which).map_or_else(unknown, |text| words![shorten(&text, SECTION_MOST)]);
        words![format!("{}: ", heading(which))].and(said)
    };
    let duration = words!["Duration: "].and(lasted(&report.lasted));
    vec![words![bold("Impact")], line(Section::Witnesses), duration, line(Section::DataLoss)]
}

fn resolution(report: &Report) -> Vec<Words> {
    let lines = match (report.text(Section::Resolution), report.did.as_slice(), &report.action) {
        (Some(_), ..) => told(report, Section::Resolution),
        (None, [], None) => vec![unknown()],
        (None, [], Some(action)) => {
            vec![labelled("The last that was being done", shorten(action, SECTION_MOST))]
        }
        (None, did, _) => {
            let more = did.len().saturating_sub(ITEMS_MOST);
            let more = (more > 0).then(|| words![format!("… {more} more in the file")]);
            did.iter().take(ITEMS_MOST).map(|did| words!["• "].and(step(did))).chain(more).collect()
        }
    };
    section(Section::Resolution, lines)
}

fn follow_ups(report: &Report, via: Via) -> Vec<Words> {
    let head = words![bold("Follow-up Actions")];
    let line = |rest: &str| code(via.line(&format!("{} {rest}", report.incident.0)));
    if report.follow_ups.is_empty() {
        let example = line("follow-up [action] Add an alert on Redis memory @name by +7d");
        return vec![head, words!["None yet. Add one: ", example]];
    }
    let row = |one: &FollowUp| {
        let owner = one.deadline.owner.as_ref().map(|owner| words![" · ", owner]).unwrap_or_default();
        let state = match &one.deadline.done {
            Some(_) => words![" · ✅ done"],
            None => words![format!(" · due {}", utc(one.deadline.due))],
        };
        words![format!("{}. [{}] {}", one.number, one.tag.word(), one.text)].and(owner).and(state)
    };
    let more = report.follow_ups.len().saturating_sub(ITEMS_MOST);
    let more = (more > 0)
        .then(|| words![format!("… and {}: ", counted(more, "more follow-up")), line("follow-ups")]);
    [head].into_iter().chain(report.follow_ups.iter().take(ITEMS_MOST).map(row)).chain(more).collect()
}
