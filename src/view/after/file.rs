//! The report as a file: the runbook's template (6.1), line by line. What people wrote is text in it, whatever it looks like.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{NOT_KNOWN, heading, listed};
use crate::facts::severity;
use crate::markdown::{inert, inert_lines, inert_title};
use crate::terminal::Names;
use crate::time::{spoken, utc};
use crate::timeline;
use crate::words::{Words, is_plain_https, words};
use domain::id::UserId;
use domain::incident::Incident;
use domain::incident::after::deadline::Deadline;
use domain::incident::after::event::Section;
use domain::incident::after::follow_up::FollowUp;
use domain::incident::after::publication::Part;
use domain::incident::report::{Did, Lasted, Report};
use domain::incident::timeline::Entry;
use domain::text::{clean_line, shorten};

/// The report in Markdown, with people by their `names` where these are known.
pub fn report_file(report: &Report, names: &Names) -> String {
    let parts = report_parts(report, names).into_iter().map(|(_, text)| text);
    let blocks: Vec<String> = [report_lead(report)].into_iter().chain(parts).collect();
    format!("{}\n", blocks.join("\n\n"))
}

/// What stands before the parts of the file.
pub fn report_lead(report: &Report) -> String {
    format!("# Incident Report: {}", report.incident)
}

/// The parts of the file, each with its heading.
pub fn report_parts(report: &Report, names: &Names) -> Vec<(Part, String)> {
    let text = |part: Part| match part {
        Part::Summary => titled("Summary", summary(report)),
        Part::Timeline => titled("Timeline (UTC)", rows(&report.timeline)),
        Part::RootCause => titled(heading(Section::RootCause), written(report, Section::RootCause)),
        Part::Impact => titled("Impact", impact(report)),
        Part::Resolution => titled(heading(Section::Resolution), resolution(report)),
        Part::FollowUps => titled("Follow-up Actions", follow_ups(&report.follow_ups)),
        Part::Lessons => titled(heading(Section::Lessons), written(report, Section::Lessons)),
        Part::Row => String::new(),
    };
    Part::OF_THE_FILE.into_iter().map(|part| (part, named(&text(part), names))).collect()
}

/// The list of all reports: what stands before its table, the table's two first lines, and the row of this one.
pub fn report_row(report: &Report, file: &str) -> (&'static str, &'static str, String) {
    let head =
        "| Incident | Day | Severity | Title | Duration |\n|----------|-----|----------|-------|----------|";
    let (id, day) = (report.incident, report.declared_at.strftime("%F"));
    let (how_bad, title) = (severity(report.severity), inert(&report.title));
    let lasted = match report.lasted.until {
        Some(_) => spoken(report.lasted.open),
        None => "still open".to_owned(),
    };
    ("# Incident Reports", head, format!("| [{id}]({file}) | {day} | {how_bad} | {title} | {lasted} |"))
}

/// The title of a follow-up's issue, and what stands in it. Whose it is and when it is due change, and are in Slack and in the report.
pub fn follow_up_issue(incident: &Incident, one: &FollowUp) -> (String, String) {
    let title = inert_title(&clean_line(&format!("[{}] {}", one.tag.word(), one.text)));
    let due = one.deadline.due.strftime("%F");
    let body = format!(
        "A follow-up of {} ({}), due {due} when this was opened.\n\n{}\n\nClosed here it is done in Slack and in the report, and the other way round.",
        incident.id,
        inert(&incident.title),
        inert_lines(&one.text)
    );
    (shorten(&title, TITLE_MOST), body)
}

/// Longest title that GitHub takes, in characters.
const TITLE_MOST: usize = 256;

/// The title of its pull request, and what stands in that.
pub fn report_request(report: &Report) -> (String, String) {
    let title = inert_title(&clean_line(&format!("Report of {}: {}", report.incident, report.title)));
    let missing = match report.not_known.as_slice() {
        [] => String::new(),
        missing => format!("When this was opened nobody had said yet: {}.\n\n", listed(missing)),
    };
    let body = format!(
        "The report of {}, as people write it in Slack.\n\n{missing}What changes in Slack becomes a further commit here. What you change in the \
         file stays: where Slack then says something else, howler asks there which of both stands. Merged, the report counts as done.",
        report.incident
    );
    (shorten(&title, TITLE_MOST), body)
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
        let issue = one.issue.as_ref().filter(|it| is_plain_https(&it.url) && !it.url.contains(['(', ')']));
        let issue = issue.map(|it| format!(" ([#{}]({}))", it.number, it.url)).unwrap_or_default();
        let owner = owner.as_ref().map_or_else(|| words![NOT_KNOWN], |owner| words![owner]);
        let due = due.strftime("%F");
        format!("| {}{issue} | {} | {due} |", action.markdown(usize::MAX), owner.markdown(usize::MAX))
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
