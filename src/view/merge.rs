//! Two incidents that are one, in words: cards, announcements, lines of the timeline, answers and refusals.

use super::Message;
use super::blocks::{Button, Draft};
use super::facts::{self, labelled, severity};
use super::lines::Via;
use super::time::promise;
use super::words::{Words, bold, channel, clock, code, moment, words};
use domain::Command;
use domain::actor::Actor;
use domain::answer::{Done, Summary};
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::Cancelled;
use domain::incident::merge::{Alike, Likeness, MergeNews, MergeSaid, Merged, Over, Whole};
use domain::refusal::{MergeProblem, Refusal};
use domain::text::shorten;

/// Incidents that a card names, and how much of a title stands there.
const NAMED: usize = 5;
const TITLE: usize = 60;

/// `🔀 MERGED INTO INC-7: `.
pub(super) fn lead(whole: &Whole) -> String {
    format!("🔀 MERGED INTO {}: ", whole.incident)
}

/// Who leads, and where everything goes on, or how it ended.
fn goes_on(whole: &Whole) -> Vec<Words> {
    let Whole { incident, title, room, room_comes, over, .. } = whole;
    let place = match (over, room) {
        (Some(over), _) => words![bold(incident.to_string()), " "].and(ended(over)),
        (None, Some(room)) => words!["Everything goes on in ", channel(&room.channel), "."],
        (None, None) if *room_comes => {
            words![format!("Everything goes on in {incident}'s channel, which I'm making now.")]
        }
        (None, None) => {
            words![format!("Everything goes on in {incident}'s thread in the emergencies channel.")]
        }
    };
    vec![words![bold(incident.to_string()), " ", title, " leads both."], place]
}

/// How the whole ended, after its number.
fn ended(Over { at, by, cancelled }: &Over) -> Words {
    let how = match cancelled {
        None => "was resolved by ".to_owned(),
        Some(Cancelled { of: None }) => "was cancelled as no incident by ".to_owned(),
        Some(Cancelled { of: Some(of) }) => format!("was cancelled as the same as {of} by "),
    };
    words![how, by, ", ", moment(*at), "."]
}

/// What the card of one that is merged says.
pub(super) fn card(merged: &Merged) -> Vec<Words> {
    let Merged { at, by, into, whole, .. } = merged;
    let along = (*into != whole.incident).then(|| words![format!(" It came along with {into}.")]);
    let mut lines = goes_on(whole);
    lines.push(words!["Merged by ", by, ", ", moment(*at), "."].and_if(along));
    lines
}

/// What can be done with one that is merged.
pub(super) fn buttons(id: IncidentId, whole: &Whole) -> Vec<Button> {
    let question = match &whole.over {
        None => {
            "It is open again with clocks of its own, which count from now. Its alerts go with it. Whoever is on call is \
             called where nobody has it."
                .to_owned()
        }
        Some(_) => format!(
            "{} is over. This one is open again, its clocks count from now, and whoever is on call is called where nobody \
             has it.",
            whole.incident
        ),
    };
    let split = Button::new("Split off", id, Command::Split).asking(&question, "Split off");
    to_the_whole(whole).into_iter().chain([split]).collect()
}

fn to_the_whole(whole: &Whole) -> Vec<Button> {
    let open = whole.room.as_ref().map(|room| Button::opening("Open the channel", &room.channel));
    let show = Button::new(format!("Show {}", whole.incident), whole.incident, Command::Show);
    open.into_iter().chain([show]).collect()
}

/// The line on the card of the one that leads; nothing where it is alone.
pub(super) fn parts(incident: &Incident) -> Option<Words> {
    let count = incident.parts.len();
    let named = incident
        .parts
        .iter()
        .take(NAMED)
        .map(|(id, part)| words![bold(id.to_string()), " ", shorten(&part.title, TITLE)]);
    let more = (count > NAMED).then(|| words![format!(" and {} more", count - NAMED)]);
    (count > 0).then(|| words![bold("Merged into it: ")].and(Words::joined(named, "; ")).and_if(more))
}

/// That another one looks the same.
pub(super) fn alike(incident: &Incident) -> Option<Words> {
    let Alike { incident: other, title, why } = incident.alike.as_ref()?;
    let why = match why {
        Likeness::Alert => "the same alert",
        Likeness::Title => "a similar title",
    };
    let other = words![bold(other.to_string()), " ", shorten(title, TITLE)];
    Some(words![bold("Maybe the same as "), ""].and(other).and(words![format!(": {why}.")]))
}

/// The button for it, which asks once more.
pub(super) fn offer(incident: &Incident) -> Option<Button> {
    let Alike { incident: into, title, .. } = incident.alike.as_ref()?;
    let question = format!(
        "{into} ({}) leads both, with its roles and clocks and the worse severity of the two. To undo: /incident split {}",
        shorten(title, TITLE),
        incident.id.0
    );
    let merge = Button::new(format!("Merge into {into}"), incident.id, Command::Merge { into: *into });
    Some(merge.asking(&question, "Merge"))
}

/// What is said of a merge, about `incident`.
pub(super) fn said(said: &MergeSaid, incident: IncidentId) -> Message {
    let about = words![bold(incident.to_string()), " "];
    let more = |with: usize| match with {
        0 => String::new(),
        1 => ", with 1 more".to_owned(),
        with => format!(", with {with} more"),
    };
    match said {
        MergeSaid::Into { title, whole, by } => Draft::new()
            .headline(&lead(whole), title)
            .lines(goes_on(whole))
            .line(words![
                format!("{incident}, merged by "),
                by,
                ". To undo: ",
                code(format!("/incident split {}", incident.0))
            ])
            .buttons(to_the_whole(whole))
            .finish(),
        MergeSaid::Led { whole } => Draft::new()
            .line(about.and(words![
                "is a part of ",
                bold(whole.incident.to_string()),
                " ",
                &whole.title,
                "."
            ]))
            .lines(goes_on(whole).into_iter().skip(1).collect())
            .buttons(to_the_whole(whole))
            .finish(),
        MergeSaid::Ended { whole } => {
            let leads = words![bold(whole.incident.to_string()), " ", &whole.title, ", which "];
            let part = words![bold(incident.to_string()), " is a part of, "];
            let how = match &whole.over {
                Some(over) => ended(over),
                None => words!["is open again."],
            };
            Draft::new().line(leads.and(part).and(how)).buttons(to_the_whole(whole)).finish()
        }
        MergeSaid::Yours { title, whole, by } => {
            let leads = words![bold(whole.incident.to_string()), " ", &whole.title, " leads from now on: "];
            let leads =
                leads.and(words!["its roles and clocks count, and nothing is asked of you for this one."]);
            let take = whole.taken.is_none().then(|| facts::on_it(whole.incident).primary());
            Draft::new()
                .headline(&format!("🔀 Merged into {}: {incident} ", whole.incident), title)
                .line(words!["You worked on this one. Merged by ", by, "."])
                .line(leads)
                .lines(goes_on(whole).into_iter().skip(1).collect())
                .buttons(take.into_iter().chain(to_the_whole(whole)).collect())
                .finish()
        }
        MergeSaid::YoursAgain { title, from, by, update_due } => {
            let due = update_due.map(|due| words![" Next update due ", bold(clock(due)), "."]);
            Draft::new()
                .headline(&format!("🔀 On its own again: {incident} "), title)
                .line(words![format!("Split off from {from} by "), by, ". It is yours again."].and_if(due))
                .buttons(vec![facts::post_update(incident), Button::new("Show", incident, Command::Show)])
                .finish()
        }
        MergeSaid::SplitOff { title, from, by, update_every } => Draft::new()
            .headline("🔀 ON ITS OWN AGAIN: ", title)
            .line(words![promise(*update_every)])
            .line(words![format!("{incident}, split off from {from} by "), by, "."])
            .finish(),
        MergeSaid::Took { incident: other, title, with, by } => {
            let what = words![by, " merged ", bold(other.to_string()), " into it: ", title, more(*with), "."];
            Draft::new().line(about.and(what)).finish()
        }
        MergeSaid::Gave { incident: other, with, by } => {
            let what = words![by, " split ", bold(other.to_string()), " off again", more(*with), "."];
            Draft::new().line(about.and(what)).finish()
        }
    }
}

/// What an announcement of a merge said that was taken back; nothing where that is not known.
pub(super) fn said_before(incident: &Incident, merged: &Merged) -> Vec<Words> {
    let Some(whole) = &merged.said else { return Vec::new() };
    let mut lines = vec![words![lead(whole), &incident.title]];
    lines.extend(goes_on(whole));
    lines.push(words![format!("{}, merged by ", incident.id), &merged.by, "."]);
    lines
}

/// A line of the timeline; `who` is who did it.
pub(super) fn told(news: &MergeNews, who: Words, most: usize) -> Words {
    match news {
        MergeNews::Into { whole, .. } => who.and(words![
            " merged it into ",
            bold(whole.incident.to_string()),
            ": ",
            shorten(&whole.title, most),
            "."
        ]),
        MergeNews::SplitOff { from, .. } => {
            who.and(words![" split it off from ", bold(from.to_string()), ". Its clocks count anew."])
        }
        MergeNews::Took(took) => {
            let title = took.parts.get(&took.incident).map(|part| shorten(&part.title, most));
            who.and(words![" merged ", bold(took.incident.to_string()), " into it"])
                .and_if(title.map(|title| words![": ", title]))
                .and(words!["."])
        }
        MergeNews::Gave { incident, .. } => {
            who.and(words![" split ", bold(incident.to_string()), " off again."])
        }
        // They are bookkeeping.
        MergeNews::Led { whole } => words![whole.incident.to_string(), " leads."],
        MergeNews::Alike(_) => words!["Another incident looks the same."],
    }
}

/// The answer to whoever merged or split.
pub(super) fn done(incident: IncidentId, what: &Done, via: Via) -> Words {
    match what {
        Done::Merged { into, title, raised, taken, yours, along } => {
            let raised =
                raised.map(|now| words![format!(" {into} is {} now, as this one was.", severity(now))]);
            let along = (!along.is_empty()).then(|| {
                let names: Vec<String> = along.iter().map(ToString::to_string).collect();
                words![format!(" {} came along.", names.join(", "))]
            });
            let nobody = taken.is_none().then(|| words![format!(" Nobody has {into} yet.")]);
            let yours = yours.then(|| words![format!(" You have {into} now.")]);
            words!["merged into ", bold(into.to_string()), " ", title, "."]
                .and_if(raised)
                .and_if(along)
                .and_if(nobody)
                .and_if(yours)
                .and(words![" To undo: ", code(via.line(&format!("split {}", incident.0)))])
        }
        Done::SplitOff { from, back_to } => {
            let back = back_to.map(|back| words![format!(" {from} is back to {}.", severity(back))]);
            words![format!(
                "on its own again, no longer a part of {from}. Its updates are promised from now on."
            )]
            .and_if(back)
        }
        _ => Words::default(),
    }
}

/// What the answer offers next.
pub(super) fn next(what: &Done) -> Vec<Button> {
    match what {
        Done::Merged { into, taken: None, .. } => vec![facts::on_it(*into)],
        _ => Vec::new(),
    }
}

/// A page of one that is merged: who has the whole, or the button to take it.
pub(super) fn page(about: Words, whole: &Whole) -> Message {
    let into = bold(whole.incident.to_string());
    match &whole.taken {
        Some(by) => {
            let taken = words!["🔀 merged into ", into, ", which ", by, " has. No need to respond."];
            Draft::new().line(about.and(taken)).finish()
        }
        None => Draft::new()
            .line(about.and(words!["🔀 merged into ", into, ". Nobody had that yet. Can you take it?"]))
            .buttons(vec![facts::on_it(whole.incident).primary()])
            .finish(),
    }
}

/// Where the whole stands, for whoever looks at a part.
pub(super) fn now(whole: &Summary) -> Words {
    words!["Now: "].and(super::list::row(whole))
}

/// Why not, and what to type next.
pub(super) fn wrong(refusal: &Refusal) -> Option<Words> {
    let Refusal::Merge { incident, problem } = refusal else { return None };
    Some(match problem {
        MergeProblem::ItsOwnDouble => words![format!("{incident} can't be a duplicate of itself.")],
        MergeProblem::Itself => words![format!("{incident} can't be merged into itself.")],
        MergeProblem::IntoResolved { into, at, cancelled } => {
            words![format!("{into} {} ", is_over(cancelled.as_ref())), clock(*at), "."]
        }
        MergeProblem::IntoAPart { into, whole } if whole == incident => {
            words![format!("{into} is merged into {incident} already: they are one.")]
        }
        MergeProblem::IntoAPart { into, whole } => words![format!("{into} is merged into {whole} itself.")],
        MergeProblem::Part { into } => words![format!("{incident} is merged into {into}, which leads both.")],
        MergeProblem::NotMerged => words![format!("{incident} is merged into nothing.")],
    })
}

/// What something that is over is, before its time.
pub(super) fn is_over(cancelled: Option<&Cancelled>) -> String {
    match cancelled {
        None => "is resolved since".to_owned(),
        Some(Cancelled { of: None }) => "was cancelled as no incident at".to_owned(),
        Some(Cancelled { of: Some(of) }) => format!("was cancelled as the same as {of} at"),
    }
}

pub(super) fn try_instead(incident: IncidentId, problem: &MergeProblem) -> Vec<(&'static str, String)> {
    let merge = |into: &IncidentId| format!("{} merge into {}", incident.0, into.0);
    match problem {
        MergeProblem::Itself | MergeProblem::ItsOwnDouble => vec![("Open incidents", "list".to_owned())],
        MergeProblem::IntoResolved { into, .. } => {
            vec![("If it is not over", format!("{} reopen", into.0)), ("Then", merge(into))]
        }
        MergeProblem::IntoAPart { into, whole } if *whole == incident => {
            vec![("To take them apart", format!("split {}", into.0))]
        }
        MergeProblem::IntoAPart { whole, .. } => vec![("To merge it into that", merge(whole))],
        MergeProblem::Part { into } => vec![
            ("To read the whole", format!("show {}", into.0)),
            ("To take them apart", format!("split {}", incident.0)),
        ],
        MergeProblem::NotMerged => vec![("To read it", format!("show {}", incident.0))],
    }
}

/// For a place that knows no blocks.
pub(super) fn in_lines(merged: &Merged) -> Vec<Words> {
    let into = format!("{} {}", merged.whole.incident, merged.whole.title);
    vec![labelled("Merged into", into), words!["By ", &merged.by, ", ", moment(merged.at)]]
}

/// Who did it, as a phrase begins.
pub(super) fn answered(into: IncidentId, by: &Actor) -> Words {
    words![format!("🔀 merged into {into} by "), by]
}
