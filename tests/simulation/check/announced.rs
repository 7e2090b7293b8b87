//! Announcements: each once, in the order of the events.

use domain::incident::Incident;
use domain::incident::event::{Event, EventKind};
use fake::slack::Call;
use jiff::SignedDuration;

use super::{Post, Posted};

/// howler looks a message up from so long before it was decided, so a look-up tells to the second what it is for.
const LOOKS_BACK: SignedDuration = SignedDuration::from_mins(2);
/// Errors that pass by themselves.
const PASSING: [&str; 5] =
    ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"];

/// Words of the announcement that an event brings to the emergencies channel, together no other event's.
fn words(incident: &Incident, events: &[Event], event: &Event) -> Option<Vec<String>> {
    let title = &incident.title;
    Some(match &event.kind {
        // Two may have the title of one alert.
        EventKind::Declared { .. } => {
            vec![format!("INCIDENT DECLARED: {title}"), format!("{} \u{b7} declared by", incident.id)]
        }
        EventKind::Updated { .. } => {
            let number = events
                .iter()
                .filter(|other| other.seq <= event.seq && matches!(other.kind, EventKind::Updated { .. }))
                .count();
            vec![format!("{} update {number}: {title}", incident.id)]
        }
        // One line may have resolved two incidents, where it was asked which is meant: the cause alone is not enough.
        EventKind::Resolved { root_cause, .. } => {
            let by = format!("{}, resolved by", incident.id);
            vec![root_cause.clone(), "INCIDENT RESOLVED".into(), by]
        }
        _ => return None,
    })
}

fn inert(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('*', "\u{2217}")
}

/// Every announcement stands in the emergencies channel once, in the order of the events.
pub fn all(incident: &Incident, events: &[Event], posted: &Posted<'_>, calls: &[Call]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut before = String::new();
    for event in events {
        let Some(words) = words(incident, events, event) else { continue };
        let head = words.join(", ");
        let about = |post: &&Post<'_>| words.iter().all(|word| post.text.contains(&inert(word)));
        let found: Vec<_> = posted.in_emergencies().filter(about).collect();
        match found.as_slice() {
            [one] if calls.iter().any(|call| waited_for_a_person(call, event, one)) => {}
            [one] => {
                if one.ts <= before.as_str() {
                    wrong.push(format!("out of order: {head}, {} after {before}", one.ts));
                }
                one.ts.clone_into(&mut before);
            }
            other => wrong.push(format!("announced {} times: {head}", other.len())),
        }
    }
    wrong
}

/// What a person had to see to goes out after its press, and holds up nothing until then: Slack refused the message
/// itself, or to look whether an earlier attempt of it stands there.
fn waited_for_a_person(call: &Call, event: &Event, post: &Post<'_>) -> bool {
    let refused = call.answer["error"].as_str().is_some_and(|error| !PASSING.contains(&error));
    let itself =
        || call.args.get("metadata").is_some_and(|mark| Some(mark) == post.call.args.get("metadata"));
    let looked = || {
        let from = format!("{}.000000", (event.at - LOOKS_BACK).as_second());
        call.method == "conversations.history"
            && call.args["channel"] == post.channel
            && call.args["oldest"] == from.as_str()
            && call.at <= post.call.at
    };
    refused && (itself() || looked())
}
