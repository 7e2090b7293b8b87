//! The words for maintenance: answers, refusals, and what the emergencies channel hears.

use jiff::Timestamp;

use crate::Message;
use crate::blocks::Draft;
use crate::lines::Via;
use crate::oncall::when_problem;
use crate::time::{day_utc, late, spoken};
use crate::words::{Words, bold, both, code, counted, moment, words};
use domain::feature::FeatureLine;
use domain::maintenance::Maintenance;
use domain::maintenance::line::{MaintenanceAnswer, MaintenanceLine, MaintenanceRefusal, Notice, Unclear};

/// How many a list shows.
const SHOWN: usize = 10;

fn line(via: Via, rest: &str) -> String {
    via.feature(FeatureLine::Maintenance(MaintenanceLine::Help).command(), rest)
}

/// The private answer.
pub(super) fn answer(answer: &MaintenanceAnswer, via: Via) -> Message {
    match answer {
        MaintenanceAnswer::List { all, now } => list(all, *now, via),
        MaintenanceAnswer::Scheduled { id, title, from, until, now } => Draft::new()
            .line(words!["✅ ", bold(id.to_string()), " is scheduled: ", title])
            .line(
                time(*from, *until, *now)
                    .and(words![" The emergencies channel is told now and when it is over."]),
            )
            .line(words!["End it sooner: ", code(line(via, &format!("done {}", id.0)))])
            .finish(),
        MaintenanceAnswer::Done { id, title } => {
            Draft::new().line(words!["✅ ", bold(id.to_string()), " is over: ", title]).finish()
        }
        MaintenanceAnswer::Help => help(via),
        MaintenanceAnswer::Unclear(unclear) => {
            let (wrong, rest) = self::unclear(unclear);
            let next = words!["Type it like this: ", code(line(via, rest))];
            Draft::new().line(wrong.and(words![" Nothing was done."])).line(next).finish()
        }
        MaintenanceAnswer::Refused(refusal) => refused(refusal, via),
    }
}

fn help(via: Via) -> Message {
    let row = |rest: &str, does: &'static str| words![code(line(via, rest)), " ", does];
    Draft::new()
        .line(words![bold("Maintenance"), ": work on production that is planned."])
        .bullets(vec![
            row("schedule 2h Database upgrade", "begins now and ends by itself"),
            row("schedule tomorrow 09:00 for 2h Database upgrade", "begins then"),
            row("list", "what is under way and what comes"),
            row("done 2", "ends one sooner, or calls it off"),
        ])
        .line(words!["The emergencies channel is told. Incidents and pages go on as ever."])
        .finish()
}

/// From when until when, as a sentence.
fn time(from: Timestamp, until: Timestamp, now: Timestamp) -> Words {
    let long = spoken(until.duration_since(from));
    let on = |at: Timestamp| if day_utc(at) == day_utc(now) { both(at) } else { moment(at) };
    match from <= now {
        true => words!["From now until ", on(until), " (", long, ")."],
        false => words!["From ", on(from), " until ", on(until), " (", long, ")."],
    }
}

fn list(all: &[Maintenance], now: Timestamp, via: Via) -> Message {
    if all.is_empty() {
        return Draft::new()
            .line(words!["No maintenance is under way or planned."])
            .line(words!["Schedule one: ", code(line(via, "schedule 2h Database upgrade"))])
            .finish();
    }
    let rows = all.iter().take(SHOWN).map(|one| row(one, now)).collect();
    let more = all.len().saturating_sub(SHOWN);
    let draft = Draft::new().line(words![bold(counted(all.len(), "maintenance")), ":"]).bullets(rows);
    let draft = if more > 0 { draft.line(words![format!("{more} more.")]) } else { draft };
    draft.line(words!["End one: ", code(line(via, "done 2"))]).finish()
}

fn row(one: &Maintenance, now: Timestamp) -> Words {
    let lead = words![bold(one.id.to_string()), " ", &one.title, ": "];
    let time = match one.from <= now {
        true => words!["under way until ", moment(one.until)],
        false => words!["planned from ", moment(one.from), " until ", moment(one.until)],
    };
    lead.and(time).and(words![", by ", &one.by])
}

/// What was not understood, and a line that would be.
fn unclear(unclear: &Unclear) -> (Words, &'static str) {
    const EXAMPLE: &str = "schedule 2h Database upgrade";
    match unclear {
        Unclear::Word { word, nearest } => {
            let example = match nearest.as_deref() {
                Some("done") => "done 2",
                Some("list") => "list",
                Some("schedule") => EXAMPLE,
                _ => "help",
            };
            (words!["I don't know ", code(word), "."], example)
        }
        Unclear::NoEnd => (words!["For how long? Say the time first, then what is done."], EXAMPLE),
        Unclear::NoTitle => (words!["What is done? Say it after the time."], EXAMPLE),
        Unclear::TitleTooLong { most } => {
            (words![format!("That title is longer than {most} characters.")], EXAMPLE)
        }
        Unclear::NotANumber { word } => (words![code(word), " is not a number."], "done 2"),
    }
}

fn refused(refusal: &MaintenanceRefusal, via: Via) -> Message {
    let list = || words!["See what there is: ", code(line(via, "list"))];
    let (wrong, next) = match refusal {
        MaintenanceRefusal::When(problem) => (when_problem(problem), None),
        MaintenanceRefusal::Past { from } => {
            (words!["That time is over: ", moment(*from), " is in the past."], None)
        }
        MaintenanceRefusal::NoLength => (words!["That would be over as soon as it begins."], None),
        MaintenanceRefusal::TooLong { hours } => {
            (words![format!("A maintenance takes at most {} days.", hours / 24)], None)
        }
        MaintenanceRefusal::TooFar { days } => {
            (words![format!("That is more than {days} days ahead.")], None)
        }
        MaintenanceRefusal::Twice { id, until } => (
            words!["It is scheduled already: ", bold(id.to_string()), ", until ", moment(*until), "."],
            Some(list()),
        ),
        MaintenanceRefusal::TooMany { most } => {
            (words![format!("{most} are scheduled already; end some first.")], Some(list()))
        }
        MaintenanceRefusal::NothingScheduled => (
            words!["No maintenance is under way or planned."],
            Some(words!["Schedule one: ", code(line(via, "schedule 2h Database upgrade"))]),
        ),
        MaintenanceRefusal::NoSuch { id } => {
            (words!["There is no ", bold(id.to_string()), "."], Some(list()))
        }
        MaintenanceRefusal::OverAlready { id, at } => {
            (words![bold(id.to_string()), " is over already, since ", moment(*at), "."], Some(list()))
        }
        MaintenanceRefusal::Several { all } => return several(all, via),
    };
    let lines = [Some(wrong.and(words![" Nothing was done."])), next];
    Draft::new().lines(lines.into_iter().flatten().collect()).finish()
}

fn several(all: &[Maintenance], via: Via) -> Message {
    let row = |one: &Maintenance| {
        words![
            bold(one.id.to_string()),
            " ",
            &one.title,
            ": ",
            code(line(via, &format!("done {}", one.id.0)))
        ]
    };
    Draft::new()
        .line(words!["Which one? Nothing was done."])
        .bullets(all.iter().take(SHOWN).map(row).collect())
        .finish()
}

/// What the emergencies channel hears of `one`.
pub(super) fn notice(one: &Maintenance, notice: &Notice) -> Message {
    let name = words![bold(one.id.to_string()), " ", &one.title];
    match notice {
        Notice::Scheduled { at } => Draft::new()
            .line(words!["🔧 ", bold("Maintenance"), ": "].and(name).and(words![", by ", &one.by]))
            .line(time(one.from, one.until, *at))
            .finish(),
        Notice::Over { late: None } => {
            Draft::new().line(words!["🔧 ", bold("Maintenance is over"), ": "].and(name)).finish()
        }
        Notice::Over { late: Some(lateness) } => Draft::new()
            .line(words!["🔧 ", bold("Maintenance is over"), ": "].and(name))
            .line(words![late(lateness), "."])
            .finish(),
        Notice::Done { by, at } if *at < one.from => {
            let lead = words!["🔧 ", bold("Maintenance is called off"), ": "];
            Draft::new().line(lead.and(name).and(words![", by ", by])).finish()
        }
        Notice::Done { by, .. } => {
            let lead = words!["🔧 ", bold("Maintenance is over"), ", sooner than planned: "];
            Draft::new().line(lead.and(name).and(words![", by ", by])).finish()
        }
    }
}

/// What it is, on the delivery board.
pub(super) fn in_words(notice: &Notice) -> &'static str {
    match notice {
        Notice::Scheduled { .. } => "the notice of a maintenance",
        Notice::Over { .. } | Notice::Done { .. } => "the notice that a maintenance is over",
    }
}

/// The line to type, behind the command; `None` for what holds a time, which is another one later.
pub(super) fn typed(line: &MaintenanceLine) -> Option<String> {
    match line {
        MaintenanceLine::Done { which: Some(id) } => Some(format!("done {}", id.0)),
        MaintenanceLine::Schedule { .. } | MaintenanceLine::Unclear(_) => None,
        line => Some(line.word().to_owned()),
    }
}
