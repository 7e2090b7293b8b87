//! What happens after an incident: an event's name and its data.

use serde_json::{Value, json};

use super::event::lateness;
use domain::incident::after::deadline::{Deadline, Step};
use domain::incident::after::event::AfterNews;
use domain::incident::after::follow_up::FollowUp;
use domain::incident::after::publication::{Pull, PullState};

/// The event's name in the export, and its data.
pub fn named(news: &AfterNews) -> (&'static str, Value) {
    match news {
        AfterNews::Written { section, text } => {
            ("report_written", json!({ "section": section.words(), "text": text }))
        }
        AfterNews::FileAsked => ("report_file_asked", json!({})),
        AfterNews::Begun { report, retro } => (
            "deadlines_begun",
            json!({ "report": report.as_deref().map(deadline), "retro": retro.as_deref().map(deadline) }),
        ),
        AfterNews::Added { follow_ups } => (
            "follow_ups_added",
            json!({ "follow_ups": follow_ups.iter().map(follow_up).collect::<Vec<_>>() }),
        ),
        AfterNews::Reminded { owed, step, late, .. } => (
            "owed_reminded",
            json!({ "of": owed.to_string(), "step": self::step(*step), "late": late.map(lateness) }),
        ),
        AfterNews::PutOff { owed, until, why, .. } => {
            ("owed_put_off", json!({ "of": owed.to_string(), "until": until, "why": why }))
        }
        AfterNews::PublishAsked { place, anew } => (
            "report_publish_asked",
            json!({ "repository": place.repository, "path": place.to_string(), "anew": anew }),
        ),
        AfterNews::Published(came) => (
            "report_published",
            json!({ "commit": came.commit, "branch": came.branch, "pull_request": came.pull.as_ref().map(pull),
                "conflicts": came.conflicts.keys().map(|part| part.words()).collect::<Vec<_>>(),
                "left_alone": came.left.iter().map(|part| part.words()).collect::<Vec<_>>() }),
        ),
        AfterNews::IssueSeen { number, issue, closed, .. } => (
            "follow_up_issue_seen",
            json!({ "number": number, "issue": issue.number, "url": issue.url, "closed": closed }),
        ),
        AfterNews::PullSeen { pull: seen } => ("report_pull_request_seen", pull(seen)),
        AfterNews::Settled { part, ours } => (
            "report_conflict_settled",
            json!({ "part": part.words(), "stands": if *ours { "howler's" } else { "people's" } }),
        ),
        AfterNews::Done { owed } => ("owed_done", json!({ "of": owed.to_string() })),
        AfterNews::Undone { owed, .. } => ("owed_undone", json!({ "of": owed.to_string() })),
        AfterNews::Given { owed, to, .. } => {
            ("owed_given", json!({ "of": owed.to_string(), "to": to.to_string() }))
        }
        AfterNews::Moved { owed, due, .. } => ("owed_moved", json!({ "of": owed.to_string(), "due": due })),
    }
}

fn pull(pull: &Pull) -> Value {
    let state = match pull.state {
        PullState::Open => "open",
        PullState::Merged => "merged",
        PullState::Closed => "closed",
    };
    json!({ "number": pull.number, "url": pull.url, "state": state })
}

fn deadline(deadline: &Deadline) -> Value {
    json!({ "due": deadline.due, "owner": deadline.owner.as_ref().map(ToString::to_string) })
}

fn follow_up(one: &FollowUp) -> Value {
    json!({ "number": one.number, "tag": one.tag.word(), "text": one.text, "due": one.deadline.due,
        "owner": one.deadline.owner.as_ref().map(ToString::to_string) })
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Half => "half",
        Step::Near => "two_hours",
        Step::Due => "due",
        Step::Daily(_) => "daily",
        Step::Weekly(_) => "weekly",
    }
}
