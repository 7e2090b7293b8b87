//! Messages about being on call.

use jiff::Timestamp;

use super::change::{are_paused, change, moves, offer};
use super::who::reason;
use super::{button, person, until};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::fault;
use crate::feature::alerts::digest;
use crate::feature::week as secrets;
use crate::timeline::admitted;
use crate::words::{Words, bold, clock, code, counted, everybody, mention, moment, words};
use crate::{list, missed, page, procedure};
use config::Config;
use domain::Severity;
use domain::effect::PostKey;
use domain::id::{IncidentId, UserId};
use domain::oncall::duty::Unreachable;
use domain::oncall::event::SwapEnd;
use domain::oncall::line::Oncall;
use domain::oncall::rota::{Rota, Summons, Swap, SwapOutcome};
use domain::oncall::tell::{Brief, Tell};
use domain::timer::Lateness;

/// The message of `tell`.
pub fn tell(tell: &Tell, config: &Config) -> Message {
    match tell {
        Tell::HandedOver { .. } => handed_over(tell, config),
        Tell::TestRing { .. } => Draft::new().line(words!["This is a test call."]).finish(),
        Tell::Brief(brief) => self::brief(brief),
        Tell::Outgoing { to, since } => Draft::new()
            .line(words!["📟 ", to, " took over from you, ", moment(*since), "."])
            .line(words![
                "Until they press ",
                bold("Start my shift"),
                ", I page you too. I'll tell you when they have."
            ])
            .finish(),
        Tell::Relieved { to, at, backup } => {
            let backup = backup.then(|| words![", then to you, the backup"]);
            Draft::new()
                .line(words!["✅ ", to, " started their shift, ", moment(*at), "."])
                .line(words!["Pages go to them"].and_if(backup).and(words!["."]))
                .finish()
        }
        Tell::Unconfirmed { to, from, since, late } => {
            let also = from.as_ref().map(|from| words![" Until then I page ", from, " too."]);
            Draft::new()
                .line(
                    words![
                        "⚠️ ",
                        to,
                        " came on call at ",
                        clock(*since),
                        " and hasn't pressed ",
                        bold("Start my shift"),
                        " yet."
                    ]
                    .and_if(also)
                    .and_if(late.as_ref().map(admitted)),
                )
                .line(words!["If they can't, cover for them: ", code("/oncall cover 2h")])
                .finish()
        }
        Tell::Changed { by, change: what, moved } => {
            let what = what.as_ref().map_or_else(|| words!["agreed to a swap."], change);
            Draft::new().line(words!["🔁 ", by, ": "].and(what)).bullets(moves(moved)).finish()
        }
        Tell::SwapAsked { number, by, offer: asked, paused } => Draft::new()
            .line(words!["🔁 ", by, " asks you to swap turns."])
            .bullets(offer(asked))
            .lines(are_paused(paused))
            .line(words!["Nothing changes until you agree."])
            .buttons(vec![
                button("Agree", Oncall::AnswerSwap { number: *number, yes: true }).primary(),
                button("Decline", Oncall::AnswerSwap { number: *number, yes: false }),
            ])
            .finish(),
        Tell::SwapEnded { with, offer: asked, how } => Draft::new()
            .line(words!["The swap with ", with, ": "].and(ended(*how)))
            .bullets(offer(asked))
            .finish(),
        Tell::Summons { .. } => summons(tell),
        Tell::SummonsUnanswered { whom, reason, at, skipped } => {
            let passed = skipped.iter().any(|skipped| matches!(skipped.why, Unreachable::Passed(_)));
            let lead = match (passed, skipped.first()) {
                (true, _) => words!["⚠️ ", whom, " can't take your page (", clock(*at), "): ", reason],
                (false, Some(skipped)) => {
                    page::nobody(skipped).and(words![" Your page (", clock(*at), "): ", reason])
                }
                (false, None) => {
                    words!["⚠️ ", whom, " hasn't answered your page (", clock(*at), "): ", reason]
                }
            };
            Draft::new()
                .line(lead)
                .line(words!["I've stopped paging. Page somebody else: ", code("/oncall page @name reason")])
                .finish()
        }
        Tell::SummonsAnswered { by, reason, at } => Draft::new()
            .line(words!["✅ ", by, " is on it. You asked at ", clock(*at), ": ", reason])
            .finish(),
        Tell::CannotSave { since, gone } => fault::cannot_save(*since, *gone),
        Tell::SavesAgain { since } => fault::saves_again(*since),
        Tell::Drilled(found) => procedure::drilled(found),
        Tell::Missed(missed) => missed::told(missed),
        Tell::Week(digest) => digest::week(digest),
        Tell::GroupRepaired => Draft::new()
            .line(words![
                "🔧 Somebody changed ",
                mention(&config.mentions.oncall),
                " by hand. It is in sync again. To change who is on call: ",
                code("/oncall override @name fri 18:00 to mon 09:00")
            ])
            .finish(),
    }
}

fn handed_over(tell: &Tell, config: &Config) -> Message {
    let Tell::HandedOver { since, from, to, backup, until: end, why, fallback, late } = tell else {
        return Draft::new().finish();
    };
    let late: Option<Words> = late.as_ref().map(|late: &Lateness| admitted(late));
    let Some(to) = to else {
        let instead = match backup {
            Some(backup) => words![". I page ", backup, ", the backup, instead."],
            None => words![", and there is no backup. Pages reach nobody."],
        };
        return Draft::new()
            .line(
                words!["🚨 ", everybody(), " ", bold("Nobody is on call"), " since ", clock(*since)]
                    .and(instead),
            )
            .line(take_it())
            .lines(late.into_iter().collect())
            .finish();
    };
    if *fallback {
        return Draft::new()
            .line(words![
                "🚨 ",
                mention(&config.mentions.engineering),
                " ",
                bold("Nobody in the rotation is available"),
                " since ",
                clock(*since),
                ". I page ",
                to,
                ", the backup, instead."
            ])
            .line(take_it())
            .lines(late.into_iter().collect())
            .finish();
    }
    let before = from.as_ref().map(|from| words![" Before: ", from, "."]);
    let why = why.as_ref().and_then(reason);
    let second = words!["Backup: ", person(backup.as_ref()), "."].and_if(before);
    Draft::new()
        .line(words!["📟 ", to, " is on call"].and_if(until(*end)).and(words!["."]).and_if(why))
        .line(second)
        .lines(late.into_iter().collect())
        .finish()
}

/// What is owed after incidents; nothing is said where that is nothing.
fn owed(owed: Option<(usize, usize)>) -> Option<Words> {
    let all = code("/incident due all");
    match owed {
        Some((0, _)) => None,
        Some((owed, 0)) => Some(words![format!("Owed after incidents: {}. ", counted(owed, "thing")), all]),
        Some((owed, late)) => Some(words![
            format!("Owed after incidents: {}, {late} of them late. ", counted(owed, "thing")),
            all
        ]),
        None => Some(words!["Owed after incidents: I can't read it. howler's log says why."]),
    }
}

fn brief(brief: &Brief) -> Message {
    let from = brief.from.as_ref().map(|from| words![" You take over from ", from, "."]);
    let end = until(brief.until);
    let mut draft = Draft::new()
        .headline("📟 You are on call", "")
        .lines(unanswered(&brief.unanswered))
        .line(words!["Since ", moment(brief.since)].and_if(end).and(words!["."]).and_if(from))
        .line(words!["Backup: ", person(brief.backup.as_ref()), "."]);
    if brief.open.is_empty() {
        draft = draft.line(words!["No incident is open."]);
    } else {
        draft = draft.line(words![bold("Open now:")]).bullets(brief.open.iter().map(list::row).collect());
    }
    if brief.more_open > 0 {
        draft = draft.line(words![format!("{} more: ", brief.more_open), code("/incident list")]);
    }
    let night = if brief.paged_at_night > 0 {
        format!(" ({} at night)", brief.paged_at_night)
    } else {
        String::new()
    };
    let pages = match brief.pages_unknown {
        true => "Pages in the last 7 days: I can't read them. howler's log says why.".to_owned(),
        false => format!("Pages in the last 7 days: {}{night}.", brief.paged),
    };
    let mut facts = vec![words![pages]];
    if brief.review > 0 {
        facts.push(words![
            format!("{} for the weekly review: ", counted(brief.review, "incident")),
            code("/oncall review")
        ]);
    }
    facts.extend(owed(brief.owed));
    facts.extend(brief.alerts.iter().flat_map(|alerts| digest::short(alerts)));
    facts.extend(secrets(&brief.secrets));
    if !brief.next.is_empty() {
        let next = brief.next.iter().map(|(person, at)| words![person, " from ", moment(*at)]);
        facts.push(words!["After you: "].and(Words::joined(next, ", ")).and(words!["."]));
    }
    if !brief.unreachable.is_empty() {
        let people = Words::joined(brief.unreachable.iter().map(|person| words![person]), ", ");
        facts.push(
            words!["⚠️ No phone number for "]
                .and(people)
                .and(words![". They can set one by DM to me: ", code("phone +49 30 901820")]),
        );
    }
    facts.extend(brief.no_way.iter().map(|(person, why)| words!["⚠️ "].and(page::no_way(person, why))));
    let named = |people: &[UserId]| Words::joined(people.iter().map(|person| words![person]), ", ");
    if !brief.not_heard.is_empty() {
        let people = named(&brief.not_heard);
        facts.push(
            words!["⚠️ "]
                .and(people)
                .and(words![" missed the last test call. To try again: ", code("/oncall ring me")]),
        );
    }
    if !brief.untried.is_empty() {
        let people = named(&brief.untried);
        facts.push(
            words!["Phones never tested: "]
                .and(people)
                .and(words![". To test yours: ", code("/oncall ring me")]),
        );
    }
    draft = draft.lines(facts);
    if brief.taken {
        return draft.finish();
    }
    draft
        .line(words!["Please confirm. Until you do, whoever was on call before you is paged too."])
        .buttons(vec![button("Start my shift", Oncall::HaveIt { since: brief.since }).primary()])
        .finish()
}

/// Most incidents that are named as unanswered.
const UNANSWERED: usize = 5;

/// What nobody has yet, and who is on call now must.
fn unanswered(waiting: &[(IncidentId, Severity)]) -> Vec<Words> {
    let Some((first, _)) = waiting.first() else { return Vec::new() };
    let named = waiting.iter().take(UNANSWERED);
    let named = named.map(|(incident, severity)| words![bold(format!("{incident} {severity}"))]);
    let rest = waiting.len().saturating_sub(UNANSWERED);
    let more = (rest > 0).then(|| words![format!(" and {rest} more")]);
    vec![
        words!["🚨 Nobody is on it yet: "].and(Words::joined(named, ", ")).and_if(more).and(words!["."]),
        words!["To take it: ", code(format!("/incident {} ack", first.0))],
    ]
}

fn summons(tell: &Tell) -> Message {
    let Tell::Summons { number, by, reason, at, call, late } = tell else { return Draft::new().finish() };
    let again = (*call > 1).then(|| words![format!("Page {call}. ")]);
    Draft::new()
        .headline("🚨 You are paged", "")
        .line(words![by, ": ", reason])
        .line(
            words![""]
                .and_if(again)
                .and(words!["Sent ", clock(*at), "."])
                .and_if(late.as_ref().map(admitted)),
        )
        .buttons(vec![i_have_it(*number), i_cannot(*number)])
        .finish()
}

/// Answers a page that belongs to no incident.
pub(crate) fn i_have_it(number: u64) -> Button {
    button("I'm on it", Oncall::AnswerPage { number }).primary()
}

/// Whoever asked is told at once.
pub(crate) fn i_cannot(number: u64) -> Button {
    button("I can't", Oncall::PassPage { number })
}

fn ended(how: SwapOutcome) -> Words {
    match how {
        SwapOutcome::Agreed => words!["✅ agreed. It's in the schedule."],
        SwapOutcome::Ended(SwapEnd::Declined) => words!["declined. Nothing changes."],
        SwapOutcome::Ended(SwapEnd::Withdrawn) => words!["withdrawn. Nothing changes."],
        SwapOutcome::Ended(SwapEnd::TooLate) => {
            words!["nobody agreed before the first turn began. Nothing changes."]
        }
        SwapOutcome::Ended(SwapEnd::Overtaken) => {
            words!["the schedule has changed since. Ask again."]
        }
    }
}

/// A message whose question was answered, or is void: without its buttons.
pub fn retold(key: &PostKey, rota: &Rota) -> Option<Message> {
    match key {
        PostKey::Brief { since } => Some(confirmed(rota, *since)),
        PostKey::Swap { number } => rota.swap(*number).and_then(swap_over),
        PostKey::Summons { number, .. } => rota.summons(*number).map(answered),
        _ => None,
    }
}

fn confirmed(rota: &Rota, since: Timestamp) -> Message {
    let shift = rota.shift.as_ref().filter(|shift| shift.since == since);
    let line = match shift.and_then(|shift| shift.confirmed) {
        Some(at) => {
            let end = rota.schedule.told(at).primary.and_then(|holding| holding.until);
            words!["✅ Your shift has started"].and_if(until(end)).and(words!["."])
        }
        None => words!["This shift is over."],
    };
    Draft::new().headline("📟 You are on call", "").line(line).finish()
}

fn swap_over(swap: &Swap) -> Option<Message> {
    let how = swap.ended?;
    Some(
        Draft::new()
            .line(words!["The swap that ", &swap.asked_by, " asked for: "].and(ended(how)))
            .bullets(offer(&swap.offer))
            .finish(),
    )
}

/// What helps where nobody can have it.
fn take_it() -> Words {
    words!["Take it: ", code("/oncall cover 8h"), ", or fill the rotation: ", code("/oncall add @name")]
}

fn answered(summons: &Summons) -> Message {
    let line = match &summons.answered {
        Some((by, at)) => words!["✅ ", by, " is on it, ", moment(*at), "."],
        None => words!["Paging has stopped."],
    };
    Draft::new().line(words![&summons.by, ": ", &summons.reason]).line(line).finish()
}

/// What a phone says of a page without an incident.
pub fn spoken_summons(tell: &Tell) -> String {
    match tell {
        Tell::Summons { reason, .. } => format!("Monkeytown pages you: {reason}."),
        Tell::TestRing { .. } => "This is a test call from howler. Nothing is wrong.".to_owned(),
        _ => String::new(),
    }
}
