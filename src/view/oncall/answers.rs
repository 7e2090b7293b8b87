//! Private answers about being on call.

use jiff::{SignedDuration, Timestamp};

use super::change::{are_paused, change, is_paused, moves_of, offer};
use super::{button, until, who};
use crate::blocks::Draft;
use crate::feature::alerts::digest;
use crate::lines::Via;
use crate::time::{day_utc, spoken};
use crate::words::{Words, bold, clock, code, counted, moment, words};
use crate::{Message, list, page};
use domain::Severity;
use domain::alert::digest::Digest;
use domain::answer::Summary;
use domain::effect::To;
use domain::oncall::OtherHalf;
use domain::oncall::answer::{OncallAnswer, ReportRow, TestStep};
use domain::oncall::confirm::Change;
use domain::oncall::duty::Call;
use domain::oncall::line::Oncall;
use domain::oncall::schedule::Override;

/// The answer, for a person who speaks to howler `via` a slash command, a mention or a shell.
pub fn answer(answer: &OncallAnswer, via: Via) -> Message {
    match answer {
        OncallAnswer::Who(found) => who::who(found, via),
        OncallAnswer::Schedule { segments, me, weeks, zone, heavy, order, unreachable } => {
            let shown = who::schedule(segments, me.as_ref(), *weeks, (zone, heavy, order), via);
            let warned = unreachable.iter().map(|(person, why)| words!["⚠️ "].and(page::no_way(person, why)));
            let seen = segments.iter().any(|segment| segment.person().is_some()) && via != Via::Shell;
            let picture = seen.then(|| words!["A picture of it comes as a direct message."]);
            shown.lines(warned.chain(picture).collect()).finish()
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
            let also = from
                .as_ref()
                .map(|from| words!["Until they press ", bold("Start my shift"), ", I page ", from, " too."]);
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
        OncallAnswer::Review { waiting, more, alerts, now } => {
            review(waiting, *more, alerts.as_deref(), *now)
        }
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
        .then(|| words!["⚠️ Somebody changed the schedule meanwhile. This is what your change does now."]);
    let confirm = Oncall::Confirm { change: what.clone(), seen: *seen };
    let nothing = moved.is_empty().then(|| match what {
        Change::Backup { .. } => words!["Who is on call stays the same."],
        _ => words!["It changes nothing within a year."],
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
    let which = format!("override {}, the other half of that swap", half.id);
    match passed_until {
        None => words![format!("This also removes {which}.")],
        Some(passed) if *passed == half.until => words![
            format!("⚠️ This leaves {which}, which is over: "),
            &half.person,
            " was on call from ",
            moment(half.from),
            " to ",
            moment(half.until),
            "."
        ],
        Some(_) => words![
            format!("⚠️ This also ends {which}, now. "),
            &half.person,
            " was on call from ",
            moment(half.from),
            " until now."
        ],
    }
}

fn swaps_and_pages(answer: &OncallAnswer, via: Via) -> Message {
    match answer {
        OncallAnswer::SwapAsked { number, with, offer: asked, paused } => Draft::new()
            .line(words!["🔁 I asked ", with, ". Nothing changes until they agree."])
            .bullets(offer(asked))
            .lines(are_paused(paused))
            .buttons(vec![button("Withdraw", Oncall::WithdrawSwap { number: *number })])
            .finish(),
        OncallAnswer::SwapAgreed { offer: asked, paused } => Draft::new()
            .line(words!["✅ Agreed. The swap is in the schedule."])
            .bullets(offer(asked))
            .lines(are_paused(paused))
            .finish(),
        OncallAnswer::SwapDeclined => Draft::new().line(words!["Declined. Nothing changes."]).finish(),
        OncallAnswer::SwapWithdrawn => Draft::new().line(words!["Withdrawn. Nothing changes."]).finish(),
        OncallAnswer::Yours { until: end } => Draft::new()
            .line(words!["✅ Your shift has started"].and_if(until(*end)).and(words!["."]))
            .finish(),
        OncallAnswer::Paging { whom, calls, skipped, .. } => Draft::new()
            .line(words!["📟 Paging ", whom, how(calls), "."])
            .lines(skipped.iter().map(page::nobody).collect())
            .line(words!["If they don't answer I page again in 5 minutes, and tell you if I give up."])
            .finish(),
        OncallAnswer::PageAnswered => {
            Draft::new().line(words!["✅ You're on it. Paging has stopped."]).finish()
        }
        OncallAnswer::PagePassed { by } => {
            Draft::new().line(words!["OK. I've told ", by, " that you can't."]).finish()
        }
        OncallAnswer::Ringing => Draft::new()
            .line(words!["📞 I'm ringing your phone now. Press 1 when you hear me: that's the test."])
            .line(words![
                "You'll see the result in the next hand-over brief and in ",
                code("howler check"),
                "."
            ])
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
        "It replaces override ",
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
            words!["✅ Saved. Nobody else sees your number. To remove it: ", code("phone off")]
        }
        false => words!["✅ Removed. Pages reach you in Slack only."],
    };
    Draft::new().line(line).finish()
}

fn report(lead: &str, zone: &str, rows: &[ReportRow]) -> Message {
    let line = |row: &ReportRow| {
        words![
            &row.person,
            format!(
                ": {} h ({} h at weekends, {} h at night); {}, {} at night",
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

fn review(waiting: &[Summary], more: usize, alerts: Option<&Digest>, now: Timestamp) -> Message {
    if waiting.is_empty() && alerts.is_some_and(Digest::is_empty) {
        return Draft::new().line(words!["✅ Nothing for the weekly review."]).finish();
    }
    let rest = (more > 0).then(|| words![format!("{more} more: "), code("/incident list")]);
    let mut draft = Draft::new().line(words![bold("For the weekly review"), " (these page nobody)"]);
    if !waiting.is_empty() {
        draft = draft.bullets(waiting.iter().map(list::row).collect());
    }
    draft = draft.lines(rest.into_iter().collect());
    match alerts {
        Some(alerts) => digest::add(draft, alerts, now),
        None => draft.line(words!["The week's alerts: I can't read them. howler's log says why."]),
    }
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
            .line(words![format!("{severity} pages nobody: it goes to the weekly review. Nothing was sent.")])
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
        let lead = words![bold(format!("{after}, ")), bold(clock(step.at)), bold(": ")];
        rows.push(lead.and(page::people(&step.calls)).and_if(channel));
        rows.extend(step.skipped.iter().map(page::nobody));
    }
    let reaches_nobody = steps.iter().all(|step| step.calls.iter().all(|call| call.to == To::OnCall));
    if reaches_nobody && breach.is_some_and(|(_, everybody)| everybody) {
        rows.push(words![
            bold("at once: "),
            "no step reaches anybody, so I page everybody in the emergencies channel"
        ]);
    }
    if let Some((at, everybody)) = breach {
        let who = if everybody {
            "I page everybody in the emergencies channel"
        } else {
            "I page the on-call in the emergencies channel"
        };
        rows.push(words![
            bold(clock(at)),
            bold(": "),
            "the response time is over: ",
            who,
            ", and the miss goes on record"
        ]);
    }
    rows
}

/// Calendars that were given it stay as they are from now on, and do not say why.
fn dead_address(mine: bool) -> Words {
    let rest = match mine {
        true => ". A calendar that uses it no longer updates: give it this one.",
        false => ". Calendars that use it no longer update: share this one.",
    };
    words!["⚠️ ", bold("The old address no longer works"), rest]
}

fn calendar(mine: bool, key: Option<&str>, at: Option<&str>, via: Via, replaced: Option<Words>) -> Message {
    let whose = if mine { "your turns" } else { "everybody's turns" };
    let Some(key) = key else {
        return Draft::new().line(words![format!("✅ Revoked: the address of {whose}.")]).finish();
    };
    let off = via.oncall(if mine { "calendar off" } else { "calendar all off" });
    Draft::new()
        .line(words![format!("✅ A calendar of {whose}. Add this address to your own calendar:")])
        .preformatted(&format!("{}/oncall.ics?key={key}", at.unwrap_or_default()))
        .lines(replaced.into_iter().collect())
        .line(words![
            if at.is_some() { "Anybody with the address can read it. To revoke it: " } else { "Put howler's own address in front of it (see [phone] public_url). Anybody with the address can read it. To revoke it: " },
            code(off)
        ])
        .finish()
}

pub(super) fn help(via: Via) -> Message {
    let rows = [
        ("who", "who is on call now; also who tomorrow 09:00, who 2026-12-25"),
        ("schedule", "the weeks ahead; also schedule 12 weeks"),
        ("cover 2h", "puts you on call for a while"),
        ("handoff", "puts the next person on call now; handoff @name for somebody else"),
        (
            "override @name fri 18:00 to mon 09:00",
            "puts somebody else on call for a while; cancel 3 removes override 3",
        ),
        ("swap with @name week of 12-06", "asks them to swap turns"),
        (
            "add @name",
            "adds to the rotation; also remove, order @a @b @c, pause @name until 2026-12-01, resume @name",
        ),
        ("backup @name", "sets the backup; backup next takes the next in the rotation"),
        ("page @name reason", "pages a person; page p1 reason declares an incident and pages the on-call"),
        ("test p1", "shows who would be paged when; sends nothing"),
        ("ring me", "rings your phone once as a test"),
        ("report", "hours, weekends, nights and pages per person; also review"),
        ("secrets", "what is to be rotated when; rotated VERCEL_TOKEN records it"),
        ("calendar", "puts your turns in your own calendar; calendar all for everybody's"),
    ];
    let rows = rows.into_iter().map(|(line, does)| words![code(via.oncall(line)), " ", does]);
    Draft::new()
        .line(words![bold("On call")])
        .bullets(rows.collect())
        .line(words!["To set your phone number, send me a direct message: ", code("phone +49 30 901820")])
        .line(words![
            "Times are in the rotation's zone. For another, add it: ",
            code("fri 18:00 Europe/Berlin"),
            "."
        ])
        .finish()
}
