//! What waits for the person who looks at the Home tab.

use super::incidents::{pressing, response, rows};
use crate::blocks::Draft;
use crate::oncall::{self, i_cannot, i_have_it, offer};
use crate::procedure::{to_approve, to_release};
use crate::words::{Words, bold, both, code, moment, words};
use domain::home::{Home, OpenIncident, Waits};
use domain::oncall::line::Oncall;
use domain::text::shorten;

/// How much of a reason is shown.
const REASON_MOST: usize = 200;

pub(super) fn waits(draft: Draft, home: &Home) -> Draft {
    let count = home.waits.len() + home.more_waits;
    if count == 0 {
        return draft.line(words!["✅ Nothing waits for you."]);
    }
    let draft = draft.headline(&format!("Waiting for you: {count}"), "");
    let draft = home.waits.iter().fold(draft, one);
    match home.more_waits {
        0 => draft,
        more => draft.line(words![format!("And {more} more, which follow once these are done.")]),
    }
}

fn one(draft: Draft, waits: &Waits) -> Draft {
    match waits {
        Waits::Page(incident) => {
            let lead = words!["🚨 ", bold("You are paged.")];
            draft.lines(led(lead, incident)).buttons(pressing(incident, true))
        }
        Waits::Summons { number, by, reason } => draft
            .line(words!["🚨 ", bold("You are paged by "), by, ": ", shorten(reason, REASON_MOST)])
            .buttons(vec![i_have_it(*number), i_cannot(*number)]),
        Waits::Approval(run) => to_approve(draft, run),
        Waits::Release(run) => to_release(draft, run),
        Waits::Shift(since) => draft
            .line(words![
                "📟 ",
                bold("Your shift began "),
                moment(*since),
                ". Whoever had it is paged too until you take it."
            ])
            .buttons(vec![oncall::button("Start my shift", Oncall::HaveIt { since: *since }).primary()]),
        Waits::Update(incident) => {
            let lead = match (incident.summary.update_due, incident.summary.overdue) {
                (Some(due), true) => words![bold("⚠️ Your update is overdue since "), bold(both(due))],
                (Some(due), false) => words!["⏰ You owe an update by ", bold(both(due))],
                (None, _) => words!["⏰ You owe an update"],
            };
            draft.lines(led(lead, incident)).buttons(pressing(incident, false))
        }
        Waits::Swap { number, by, offer: asked } => {
            draft.line(words!["🔁 ", by, " asks you to swap turns."]).bullets(offer(asked)).buttons(vec![
                oncall::button("Agree", Oncall::AnswerSwap { number: *number, yes: true }).primary(),
                oncall::button("Decline", Oncall::AnswerSwap { number: *number, yes: false }),
            ])
        }
        Waits::Review(review) => {
            let who = review.by.not_howler().map_or_else(|| words!["Somebody"], |by| words![by]);
            let went = words!["🔍 "].and(who).and(words![
                format!(" went ahead alone in {}, ", review.run),
                moment(review.at),
                ": ",
                shorten(&review.why, REASON_MOST)
            ]);
            let line = format!("/runbook reviewed {} what you saw", review.run);
            draft.lines(vec![went, words!["Look at it, and close it: ", code(line)]])
        }
    }
}

/// The incident, with what is asked first.
fn led(lead: Words, incident: &OpenIncident) -> Vec<Words> {
    [lead].into_iter().chain(rows(incident)).chain(response(incident)).collect()
}
