//! Where a report stands on GitHub: what is asked for, what came of it, and whose text of a part stands.

use super::listed;
use super::preview::after;
use crate::blocks::Button;
use crate::lines::Via;
use crate::words::{Part as Piece, Words, address, bold, code, words};
use domain::command::Command;
use domain::id::IncidentId;
use domain::incident::after::event::Section;
use domain::incident::after::line::AfterLine;
use domain::incident::after::publication::{Came, Conflict, How, Part, Place, Publication, Pull, PullState};
use domain::incident::report::Report;
use domain::text::shorten;

/// Digits of a commit's name that people read.
const SHORT: usize = 10;
/// Parts that both sides changed of which the report in Slack asks at once, and how long each text is there, in characters.
const ASKED_MOST: usize = 2;
const ASKED_SHORT: usize = 40;

/// `pull request #12`, as a link.
fn request(pull: &Pull) -> Piece {
    address(&pull.url, format!("pull request #{}", pull.number))
}

/// The commit as a link; its name alone where it is none.
fn commit(repository: &str, sha: &str) -> Words {
    let short: String = sha.chars().take(SHORT).collect();
    words!["commit ", address(&format!("https://github.com/{repository}/commit/{sha}"), short)]
}

fn parts<'p>(all: impl IntoIterator<Item = &'p Part>) -> String {
    all.into_iter().map(|part| part.words()).collect::<Vec<_>>().join(", ")
}

/// The button that publishes it.
pub fn publish(report: &Report) -> Button {
    let publication = report.publication.as_deref();
    let closed = publication.is_some_and(Publication::is_closed);
    let label = match publication {
        Some(_) if closed => "Publish anew",
        Some(_) => "Publish again",
        None => "Publish",
    };
    let button = after(report, label, AfterLine::Publish);
    if publication.is_none() && report.not_known.is_empty() { button.primary() } else { button }
}

/// How it stands, for the report in Slack.
pub fn lines(report: &Report, via: Via) -> Vec<Words> {
    let Some(publication) = report.publication.as_deref() else { return Vec::new() };
    let place = &publication.place;
    let Some(came) = publication.came.as_deref() else {
        let board = code(via.line("doctor"));
        return vec![words![
            format!("Being published in {}. If that takes long, why is on the board: ", place.repository),
            board
        ]];
    };
    let stands = match &came.pull {
        Some(pull) => {
            let state = match pull.state {
                PullState::Open => " is open.",
                PullState::Merged => " was merged.",
                PullState::Closed => " was closed without being merged: nothing is published any more.",
            };
            words![bold("Published"), format!(" in {}: ", place.repository), request(pull), state]
        }
        None => words![bold("Published"), format!(" in {}, on {}: {place}", place.repository, came.branch)],
    };
    let left = (!came.left.is_empty())
        .then(|| words![format!("People took the marks away, so I leave alone: {}.", parts(&came.left))]);
    let asked = came.conflicts.iter().take(ASKED_MOST).flat_map(|(part, it)| {
        let cut = |text: &String| shorten(text, ASKED_SHORT);
        let it = Conflict { theirs: cut(&it.theirs), ours: cut(&it.ours), ..it.clone() };
        conflict(*part, &it, place, came.pull.as_ref())
    });
    let more = came.conflicts.len().saturating_sub(ASKED_MOST);
    let more = (more > 0).then(|| words![format!("… and {more} more that both changed.")]);
    [Some(stands), left].into_iter().flatten().chain(asked).chain(more).collect()
}

/// What both sides changed, each short.
pub fn conflict(part: Part, conflict: &Conflict, place: &Place, pull: Option<&Pull>) -> Vec<Words> {
    let file = if part == Part::Row { format!("{}/README.md", place.folder) } else { place.to_string() };
    let at = pull.map_or_else(|| words![file], |pull| words![request(pull)]);
    vec![
        words!["People changed ", bold(part.words()), " in "]
            .and(at)
            .and(words![", and it changed in Slack, too. Theirs stands until somebody decides."]),
        words![bold("Theirs: "), conflict.theirs.clone()],
        words![bold("Mine: "), conflict.ours.clone()],
    ]
}

/// The two answers.
pub fn choice(incident: IncidentId, part: Part) -> Vec<Button> {
    let settle = |label: String, ours: bool| {
        Button::new(label, incident, Command::After(Box::new(AfterLine::Settle { part, ours })))
    };
    vec![
        settle(format!("Keep their {}", part.words()), false),
        settle(format!("Take mine ({})", part.words()), true),
    ]
}

/// Those of all that both sides changed.
pub fn settles(report: &Report) -> Vec<Button> {
    let came = report.publication.as_ref().and_then(|publication| publication.came.as_ref());
    let parts = came.into_iter().flat_map(|came| came.conflicts.keys().take(ASKED_MOST));
    parts.flat_map(|part| choice(report.incident, *part)).collect()
}

/// Said to whoever asked for it.
pub fn publishes(place: &Place, anew: bool, not_known: &[Section]) -> Words {
    let how = match (place.how, anew) {
        (How::Commit, _) => words!["a commit to its default branch"],
        (How::PullRequest, false) => words!["a pull request"],
        (How::PullRequest, true) => words!["a new pull request"],
    };
    let missing = (!not_known.is_empty())
        .then(|| words![format!(" Still not known, and it says so: {}.", listed(not_known))]);
    words![format!("the report goes to {} as {place}, in ", place.repository)]
        .and(how)
        .and(words![". I'll tell you where it stands. What changes in Slack follows by itself."])
        .and_if(missing)
}

/// Said to whoever decided it.
pub fn settled(part: Part, ours: bool) -> Words {
    match ours {
        true => words![format!("my text of {} is written over what stands there.", part.words())],
        false => {
            words![format!("people's text of {} stays. I ask again when it changes in Slack.", part.words())]
        }
    }
}

/// Where it stands, or how its pull request ended: the headline and its lines.
pub fn told(
    incident: IncidentId,
    place: &Place,
    sha: Option<&str>,
    pull: Option<&Pull>,
    not_known: &[Section],
) -> (String, Vec<Words>) {
    let missing = || {
        let said = format!("Nobody has said yet: {}.", listed(not_known));
        (!not_known.is_empty()).then(|| words![said])
    };
    let (head, lines) = match pull.map(|pull| (pull, pull.state)) {
        Some((pull, PullState::Open)) => {
            let review =
                words!["Read it and merge it: ", request(pull), format!(" in {}.", place.repository)];
            let follows = words![
                "What changes in Slack becomes a further commit there, what you edit there stays. Merged, the report is done."
            ];
            ("📄 In a pull request: the report of", vec![Some(review), missing(), Some(follows)])
        }
        Some((pull, PullState::Merged)) => {
            let done =
                words![request(pull), format!(" of {} was merged: the report is done.", place.repository)];
            ("✅ Merged: the report of", vec![Some(done)])
        }
        Some((pull, PullState::Closed)) => {
            let closed = words![
                request(pull),
                format!(
                    " of {} was closed without being merged. I publish nothing of it any more.",
                    place.repository
                )
            ];
            let anew =
                words!["To publish it in a new one: ", code(format!("/incident {} publish", incident.0))];
            ("⚠️ Not merged: the report of", vec![Some(closed), Some(anew)])
        }
        None => {
            let at = sha.map(|sha| words![" (",].and(commit(&place.repository, sha)).and(words![")"]));
            let stands = words![format!("It stands in {}: {place}", place.repository)].and_if(at);
            let done = words!["Done with it? ", code(format!("/incident {} report done", incident.0))];
            ("📄 Published: the report of", vec![Some(stands), missing(), Some(done)])
        }
    };
    (format!("{head} {incident}: "), lines.into_iter().flatten().collect())
}

/// The line of the timeline that somebody wants it published.
pub fn asked(who: Words, place: &Place, anew: bool) -> Words {
    let anew = if anew { " anew" } else { "" };
    who.and(words![format!(" asked for the report to be published{anew} in {}.", place.repository)])
}

/// The line of the timeline that it stands there.
pub fn came(came: &Came) -> Words {
    let at = match &came.pull {
        Some(pull) => words!["The report stands in ", request(pull), "."],
        None => words![format!("The report stands on the branch {}.", came.branch)],
    };
    let both = (!came.conflicts.is_empty())
        .then(|| words![format!(" Changed by both sides: {}.", parts(came.conflicts.keys()))]);
    at.and_if(both)
}

/// The line of the timeline how its pull request stands.
pub fn seen(pull: &Pull) -> Words {
    let state = match pull.state {
        PullState::Open => " is open.",
        PullState::Merged => " was merged.",
        PullState::Closed => " was closed without being merged.",
    };
    words!["The report's ", request(pull), state]
}

/// The line of the timeline that somebody decided whose text stands.
pub fn decided(who: Words, part: Part, ours: bool) -> Words {
    let whose = if ours { "howler's" } else { "people's" };
    who.and(words![format!(" decided that {whose} text of the report's {} stands.", part.words())])
}
