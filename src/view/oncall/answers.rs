//! Private answers about being on call.

use jiff::{SignedDuration, Timestamp};

use super::change::{are_paused, change, is_paused, moves_of, offer};
use super::{button, until, who};
use crate::domain::Severity;
use crate::domain::answer::Summary;
use crate::domain::effect::To;
use crate::domain::oncall::OtherHalf;
use crate::domain::oncall::answer::{OncallAnswer, ReportRow, TestStep};
use crate::domain::oncall::confirm::Change;
use crate::domain::oncall::duty::Call;
use crate::domain::oncall::line::Oncall;
use crate::domain::oncall::schedule::Override;
use crate::view::blocks::Draft;
use crate::view::lines::Via;
use crate::view::time::{day_utc, spoken, utc};
use crate::view::words::{Words, bold, code, counted, moment, words};
use crate::view::{Message, list, page};

/// The answer, for a person who speaks to howler `via` a slash command, a mention or a shell.
pub fn answer(answer: &OncallAnswer, via: Via) -> Message {
    match answer {
        OncallAnswer::Who(found) => who::who(found, via),
        OncallAnswer::Schedule { segments, weeks, zone, heavy, order, unreachable } => {
            let shown = who::schedule(segments, *weeks, zone, heavy, order, via);
            let warned = unreachable.iter().map(|(person, why)| words!["⚠️ "].and(page::no_way(person, why)));
            shown.lines(warned.collect()).finish()
        }
        OncallAnswer::Proposed { .. } => proposed(answer),
        OncallAnswer::Changed { change: what, moved } => {
            Draft::new().line(words!["✅ "].and(change(what))).bullets(moves_of(what, moved)).finish()
        }
        OncallAnswer::Covering { until: end, instead_of } => {
            let instead = instead_of.as_ref().map(|who| words![" instead of ", who]);
            Draft::new()
                .line(words!["✅ You are on call"].and_if(until(Some(*end))).and_if(instead).and(words!["."]))
                .finish()
        }
        OncallAnswer::HandedOver { to, until: end, from, paused } => {
            let also = from.as_ref().map(|from| {
                words!["Until they press ", bold("Start my shift"), ", pages go to ", from, " as well."]
            });
            Draft::new()
                .line(words!["✅ ", to, " is on call now"].and_if(until(*end)).and(words!["."]))
                .lines(paused.iter().map(|until| is_paused(to, *until)).chain(also).collect())
                .finish()
        }
        OncallAnswer::PhoneSet { number } => phone(number.is_some()),
        OncallAnswer::Report { from, until, zone, rows } => {
            let lead = format!("On call, {} to {}", day_utc(*from), day_utc(*until));
            report(&lead, zone, rows)
        }
        OncallAnswer::Review { waiting, more } => review(waiting, *more),
        OncallAnswer::Test { severity, steps, breach, everybody, again } => {
            test(*severity, steps, breach.map(|at| (at, *everybody)), *again)
        }
        OncallAnswer::Calendar { of, key, at, replaces } => {
            let replaced = replaces.then(|| dead_address(of.is_some()));
            calendar(of.is_some(), key.as_deref(), at.as_deref(), via, replaced)
        }
        OncallAnswer::Help => help(via),
        other => swaps_and_pages(other, via),
    }
}

fn proposed(answer: &OncallAnswer) -> Message {
    let OncallAnswer::Proposed { change: what, seen, moved, beaten, again, paused, other_half } = answer
    else {
        return Draft::new().finish();
    };
    let lead = again
        .then(|| words!["⚠️ The schedule was changed meanwhile. This is what your change would move now."]);
    let confirm = Oncall::Confirm { change: what.clone(), seen: *seen };
    let nothing = moved.is_empty().then(|| match what {
        Change::Backup { .. } => words!["Who is on call stays as it is."],
        _ => words!["It moves nothing within a year."],
    });
    Draft::new()
        .lines(lead.into_iter().collect())
        .line(words![bold("Not done yet: ")].and(change(what)))
        .bullets(moves_of(what, moved))
        .lines(nothing.into_iter().collect())
        .lines(other_half.iter().map(goes_too).collect())
        .bullets(beaten.iter().map(wins_over).collect())
        .lines(are_paused(paused))
        .buttons(vec![button("Do it", confirm).primary()])
        .finish()
}

/// What becomes of the other half of a swap.
fn goes_too(other: &OtherHalf) -> Words {
    let OtherHalf { half, passed_until } = other;
    let which = format!("override {}, the other half of that swap, ", half.id);
    match passed_until {
        None => words![format!("With it goes {which}so that the swap is undone.")],
        Some(passed) if *passed == half.until => words![
            format!("⚠️ What remains is {which}which is over: "),
            &half.person,
            " had it from ",
            moment(half.from),
            " to ",
            moment(half.until),
            "."
        ],
        Some(_) => words![
            format!("⚠️ With it ends {which}now. What remains: "),
            &half.person,
            " had it from ",
            moment(half.from),
            " until now."
        ],
    }
}

fn swaps_and_pages(answer: &OncallAnswer, via: Via) -> Message {
    match answer {
        OncallAnswer::SwapAsked { number, with, offer: asked, paused } => Draft::new()
            .line(words!["🔁 ", with, " is asked. It holds only once they agree."])
            .bullets(offer(asked))
            .lines(are_paused(paused))
            .buttons(vec![button("Withdraw", Oncall::WithdrawSwap { number: *number })])
            .finish(),
        OncallAnswer::SwapAgreed { offer: asked, paused } => Draft::new()
            .line(words!["✅ Agreed; it holds."])
            .bullets(offer(asked))
            .lines(are_paused(paused))
            .finish(),
        OncallAnswer::SwapDeclined => Draft::new().line(words!["Declined. Nothing moves."]).finish(),
        OncallAnswer::SwapWithdrawn => Draft::new().line(words!["Withdrawn. Nothing moves."]).finish(),
        OncallAnswer::Yours { until: end } => {
            Draft::new().line(words!["✅ You have it"].and_if(until(*end)).and(words!["."])).finish()
        }
        OncallAnswer::Paging { whom, calls, skipped, .. } => Draft::new()
            .line(words!["📟 Paging ", whom, how(calls), "."])
            .lines(skipped.iter().map(page::nobody).collect())
            .line(words!["Without an answer I page again after 5 minutes, and tell you when I give up."])
            .finish(),
        OncallAnswer::PageAnswered => {
            Draft::new().line(words!["✅ You're on it. Paging has stopped."]).finish()
        }
        OncallAnswer::PagePassed { by } => {
            Draft::new().line(words!["OK. I've told ", by, " that you can't."]).finish()
        }
        OncallAnswer::Ringing => Draft::new()
            .line(words!["📞 I'm ringing your phone now. Press 1 when you hear me: that's the test."])
            .line(words!["The result shows in the next hand-over brief and in ", code("howler check"), "."])
            .finish(),
        OncallAnswer::RingHeard => Draft::new().line(words!["✅ Your phone works."]).finish(),
        _ => help(via),
    }
}

/// By which ways somebody is paged.
fn how(calls: &[Call]) -> &'static str {
    let phone = calls.iter().any(|call| matches!(call.to, To::Phone(_)));
    let direct = calls.iter().any(|call| matches!(call.to, To::Person(_)));
    match (direct, phone) {
        (true, true) => " by DM and phone",
        (true, false) => " by DM",
        (false, true) => " by phone",
        (false, false) => ": nothing reaches them",
    }
}

/// Two overrides of one time: the later one made wins.
fn wins_over(beaten: &Override) -> Words {
    words![
        "It wins over override ",
        bold(beaten.id.to_string()),
        ": ",
        &beaten.person,
        ", ",
        moment(beaten.from),
        " to ",
        moment(beaten.until)
    ]
}

fn phone(set: bool) -> Message {
    let line = match set {
        true => {
            words!["✅ Your number is saved. It is shown to nobody. To take it away: ", code("phone off")]
        }
        false => words!["✅ Your number is gone. Pages reach you in Slack only."],
    };
    Draft::new().line(line).finish()
}

fn report(lead: &str, zone: &str, rows: &[ReportRow]) -> Message {
    let line = |row: &ReportRow| {
        words![
            &row.person,
            format!(
                ": {} h, of them {} h at weekends and {} h at night; {}, {} at night",
                row.hours,
                row.weekend_hours,
                row.night_hours,
                counted(row.pages, "page"),
                row.pages_at_night
            )
        ]
    };
    let nobody = rows.is_empty().then(|| words!["Nobody was on call or paged."]);
    Draft::new()
        .line(words![bold(lead.to_owned())])
        .bullets(rows.iter().map(line).collect())
        .lines(nobody.into_iter().collect())
        .line(words![format!("Nights are 22:00 to 06:00, weekends Saturday and Sunday, in {zone}.")])
        .finish()
}

fn review(waiting: &[Summary], more: usize) -> Message {
    if waiting.is_empty() {
        return Draft::new().line(words!["✅ Nothing waits for the weekly review."]).finish();
    }
    let rest = (more > 0).then(|| words![format!("And {more} more: "), code("/incident list")]);
    Draft::new()
        .line(words![bold("For the weekly review"), " (these page nobody)"])
        .bullets(waiting.iter().map(list::row).collect())
        .lines(rest.into_iter().collect())
        .finish()
}

fn test(
    severity: Severity,
    steps: &[TestStep],
    breach: Option<(Timestamp, bool)>,
    again: Option<SignedDuration>,
) -> Message {
    if steps.is_empty() {
        return Draft::new()
            .line(words![format!(
                "{severity} pages nobody: it waits for the weekly review. Nothing was sent."
            )])
            .finish();
    }
    let again = again.map(|after| words![format!("Repeats every {}. ", spoken(after))]);
    Draft::new()
        .line(words![
            bold(format!("If a {severity} were declared now")),
            " and nobody answered (nothing was sent):"
        ])
        .bullets(path_rows(steps, breach))
        .line(words![""].and_if(again).and(words!["An acknowledgement stops it."]))
        .finish()
}

/// One row for each step, and what comes where nobody answers.
fn path_rows(steps: &[TestStep], breach: Option<(Timestamp, bool)>) -> Vec<Words> {
    let mut rows: Vec<Words> = Vec::new();
    for step in steps {
        let after = match step.after_seconds {
            0 => "at once".to_owned(),
            seconds => format!("after {}", spoken(SignedDuration::from_secs(seconds))),
        };
        let channel = step.calls.iter().any(|call| call.to == To::OnCall);
        let channel = channel.then(|| words![", and the on-call channel"]);
        let lead = words![bold(format!("{after} ({}): ", utc(step.at)))];
        rows.push(lead.and(page::people(&step.calls)).and_if(channel));
        rows.extend(step.skipped.iter().map(page::nobody));
    }
    let reaches_nobody = steps.iter().all(|step| step.calls.iter().all(|call| call.to == To::OnCall));
    if reaches_nobody && breach.is_some_and(|(_, everybody)| everybody) {
        rows.push(words![
            bold("at once: "),
            "since no step reaches anybody, none waits, and everybody in the emergencies channel is called"
        ]);
    }
    if let Some((at, everybody)) = breach {
        let who = if everybody {
            "everybody in the emergencies channel is called"
        } else {
            "the on-call is called in the emergencies channel"
        };
        rows.push(words![
            bold(format!("{}: ", utc(at))),
            "the response time is over, ",
            who,
            ", and the miss stays on the record"
        ]);
    }
    rows
}

/// Calendars that were given it stay as they are from now on, and do not say why.
fn dead_address(mine: bool) -> Words {
    let rest = match mine {
        true => ". A calendar that you added it to shows no changes any more: give it this one.",
        false => ". Calendars that anybody added it to show no changes any more: tell people this one.",
    };
    words!["⚠️ ", bold("The address from before is dead"), rest]
}

fn calendar(mine: bool, key: Option<&str>, at: Option<&str>, via: Via, replaced: Option<Words>) -> Message {
    let whose = if mine { "your turns" } else { "everybody's turns" };
    let Some(key) = key else {
        return Draft::new().line(words![format!("✅ The address of {whose} is revoked.")]).finish();
    };
    let off = via.oncall(if mine { "calendar off" } else { "calendar all off" });
    Draft::new()
        .line(words![format!("✅ A calendar of {whose}, to be added by its address to yours:")])
        .preformatted(&format!("{}/oncall.ics?key={key}", at.unwrap_or_default()))
        .lines(replaced.into_iter().collect())
        .line(words![
            if at.is_some() { "Whoever knows it can read it. To revoke it: " } else { "It follows howler's own address, which [phone] public_url would name. Whoever knows it can read it. To revoke it: " },
            code(off)
        ])
        .finish()
}

pub(super) fn help(via: Via) -> Message {
    let rows = [
        ("who", "who is on call, or was, or will be: who tomorrow 09:00, who 2026-12-25"),
        ("schedule", "the weeks ahead: schedule 12 weeks"),
        ("cover 2h", "you have it for a while"),
        ("handoff", "the next one has it from now on; handoff @name for somebody else"),
        (
            "override @name fri 18:00 to mon 09:00",
            "somebody else has it for a while; cancel 3 takes it out again",
        ),
        ("swap with @name week of 12-06", "asks them; holds once they agree"),
        (
            "add @name",
            "into the rotation; also remove, order @a @b @c, pause @name until 2026-12-01, resume @name",
        ),
        ("backup @name", "the second in line; backup next for the next in the rotation"),
        ("page @name reason", "calls a person; page p1 reason calls the on-call and declares an incident"),
        ("test p1", "who would be paged when; sends nothing"),
        ("ring me", "rings your phone once, to see whether it does"),
        ("report", "hours, weekends, nights and pages for each person; also review"),
        ("calendar", "your turns in your own calendar; calendar all for everybody's"),
    ];
    let rows = rows.into_iter().map(|(line, does)| words![code(via.oncall(line)), " ", does]);
    Draft::new()
        .line(words![bold("On call")])
        .bullets(rows.collect())
        .line(words!["Your phone number, in a direct message to me only: ", code("phone +49 30 901820")])
        .line(words![
            "Times are in the rotation's zone unless you add one: ",
            code("fri 18:00 Europe/Berlin"),
            "."
        ])
        .finish()
}
