//! The report as a file: the runbook's template (6.1), line by line. What people wrote is text in it, whatever it looks like.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{NOT_KNOWN, heading};
use crate::facts::severity;
use crate::markdown::{inert, inert_lines};
use crate::terminal::Names;
use crate::time::{spoken, utc};
use crate::timeline;
use crate::words::{Words, words};
use domain::id::UserId;
use domain::incident::after::deadline::Deadline;
use domain::incident::after::event::Section;
use domain::incident::after::follow_up::FollowUp;
use domain::incident::report::{Did, Lasted, Report};
use domain::incident::timeline::Entry;

/// The report in Markdown, with people by their `names` where these are known.
pub fn report_file(report: &Report, names: &Names) -> String {
    let blocks = [
        format!("# Incident Report: {}", report.incident),
        titled("Summary", summary(report)),
        titled("Timeline (UTC)", rows(&report.timeline)),
        titled(heading(Section::RootCause), written(report, Section::RootCause)),
        titled("Impact", impact(report)),
        titled(heading(Section::Resolution), resolution(report)),
        titled("Follow-up Actions", follow_ups(&report.follow_ups)),
        titled(heading(Section::Lessons), written(report, Section::Lessons)),
    ];
    let text = blocks.join("\n\n");
    format!("{}\n", named(&text, names))
}

fn titled(heading: &str, body: String) -> String {
    format!("## {heading}\n{body}")
}

fn unknown() -> String {
    format!("**{NOT_KNOWN}**")
}

fn written(report: &Report, section: Section) -> String {
    report.text(section).map_or_else(unknown, |text| inert_lines(&text))
}

/// What somebody wrote, else its title and who noticed what.
fn summary(report: &Report) -> String {
    let parts: Vec<String> = report.with.iter().map(ToString::to_string).collect();
    let with = (!parts.is_empty()).then(|| format!("With {}, which was merged into it.", parts.join(", ")));
    let told = report.text(Section::Summary).map_or_else(
        || {
            let title = words![severity(report.severity), ": ", report.title.clone()].markdown(usize::MAX);
            let impact = report.impact.as_ref().map(|impact| format!("Impact: {}", inert(impact)));
            [Some(title), impact].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
        },
        |text| inert_lines(&text),
    );
    [Some(told), with].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// Times of one day, or with their days where there are several.
fn rows(timeline: &[Entry]) -> String {
    let day = |entry: &Entry| entry.at.strftime("%F").to_string();
    let one_day = timeline.first().map(day) == timeline.last().map(day);
    let format = if one_day { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    let row = |entry: &Entry| {
        let whose = entry.of.map(|of| words![format!("{of} · ")]).unwrap_or_default();
        let told = whose.and(timeline::told(entry, usize::MAX));
        format!("| {} | {} |", entry.at.strftime(format), told.markdown(usize::MAX))
    };
    let head = ["| Time | Event |".to_owned(), "|------|-------|".to_owned()];
    head.into_iter().chain(timeline.iter().map(row)).collect::<Vec<_>>().join("\n")
}

fn impact(report: &Report) -> String {
    let line = |section: Section| {
        let said = report.text(section).map_or_else(unknown, |text| inert(&text));
        format!("- {}: {said}", heading(section))
    };
    let lasted = format!("- Duration: {}", lasted(&report.lasted).markdown(usize::MAX));
    [line(Section::Witnesses), lasted, line(Section::DataLoss)].join("\n")
}

/// How long it was, and how that is reckoned where it was opened again.
pub(super) fn lasted(lasted: &Lasted) -> Words {
    let Lasted { from, until, open, reopened } = lasted;
    let Some(until) = until else {
        return words![format!("it is still open, {} so far", spoken(*open))];
    };
    let between = format!(" ({} to {})", utc(*from), ends(*from, *until));
    match reopened {
        0 => words![spoken(*open), between],
        _ => {
            let times = if *reopened == 1 { "once".to_owned() } else { format!("{reopened} times") };
            words![
                spoken(*open),
                between,
                format!(", without the time in which it counted as resolved: it was opened again {times}")
            ]
        }
    }
}

/// The end, with its day where that is another one.
fn ends(from: Timestamp, until: Timestamp) -> String {
    match from.strftime("%F").to_string() == until.strftime("%F").to_string() {
        true => until.strftime("%H:%M UTC").to_string(),
        false => utc(until),
    }
}

fn resolution(report: &Report) -> String {
    if let Some(text) = report.text(Section::Resolution) {
        return inert_lines(&text);
    }
    match (report.did.as_slice(), &report.action) {
        ([], None) => unknown(),
        ([], Some(action)) => format!("The last that was being done: {}", inert(action)),
        (did, _) => did
            .iter()
            .map(|did| format!("- {}", step(did).markdown(usize::MAX)))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// A step that was carried out, and whether it helped.
pub(super) fn step(did: &Did) -> Words {
    let helped = if did.helped { ": it helped, and that is proved" } else { ": not proved to have helped" };
    words![did.step.clone(), format!(" ({}, {})", did.run, utc(did.at)), helped]
}

fn follow_ups(all: &[FollowUp]) -> String {
    let row = |one: &FollowUp| {
        let Deadline { owner, due, done, .. } = &one.deadline;
        let done = done.as_ref().map(|done| words![format!(" (done {})", done.at.strftime("%F"))]);
        let action = words![format!("[{}] ", one.tag.word()), one.text.clone()].and_if(done);
        let owner = owner.as_ref().map_or_else(|| words![NOT_KNOWN], |owner| words![owner]);
        let due = due.strftime("%F");
        format!("| {} | {} | {due} |", action.markdown(usize::MAX), owner.markdown(usize::MAX))
    };
    let head = ["| Action | Owner | Due Date |".to_owned(), "|--------|-------|----------|".to_owned()];
    head.into_iter().chain(all.iter().map(row)).collect::<Vec<_>>().join("\n")
}

/// Whoever is named in a report by Slack's id.
pub fn people_in(report: &Report) -> BTreeSet<UserId> {
    let text = report_file(report, &Names::default());
    let coded = text.split("<code>").skip(1).filter_map(|after| after.split_once("</code>"));
    let is_person = |id: &&str| id.starts_with(['U', 'W']) && id.len() > 2;
    coded.map(|(id, _)| id).filter(is_person).map(UserId::from).collect()
}

/// Nobody but howler writes this tag: what people wrote has none.
fn named(text: &str, names: &Names) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<code>") {
        out.push_str(before);
        let Some((inside, behind)) = after.split_once("</code>") else {
            out.push_str("<code>");
            rest = after;
            continue;
        };
        match names.known(inside) {
            Some(name) => out.push_str(&inert(name)),
            None => out.push_str(&format!("<code>{inside}</code>")),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
