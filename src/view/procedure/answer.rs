//! Private answers about the runbook.

use super::not_approved::not_approved;
use super::{release, shown};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::facts::labelled;
use crate::lines::Via;
use crate::terminal::{Names, terminal};
use crate::words::{Words, bold, code, counted, moment, words};
use domain::Command;
use domain::effect::To;
use domain::id::{IncidentId, RunId};
use domain::run::approve::Vote;
use domain::run::decide::{Doing, RunRefusal, Start};
use domain::runbook::{Held, Review, RunAsk, RunDoing, RunShort, RunbookAnswer, RunbookLine, Short};

/// The answer, for a person who speaks to howler `via` a slash command, a mention or a shell.
pub(crate) fn answer(answer: &RunbookAnswer, via: Via) -> Message {
    match answer {
        RunbookAnswer::List(procedures) => list(procedures, via),
        RunbookAnswer::Show(procedure) => shown(procedure),
        RunbookAnswer::Fitting { incident, fitting } => proposed(*incident, fitting, via),
        RunbookAnswer::Status { runs, frozen, reviews, held } => {
            status(runs, frozen.as_ref(), (reviews, held), via)
        }
        RunbookAnswer::Release { run, target, step } => {
            Draft::new().line(release::answered(*run, target, *step)).finish()
        }
        RunbookAnswer::Reviewed { run } => {
            Draft::new().line(words![format!("{run} is reviewed. The audit has it.")]).finish()
        }
        RunbookAnswer::NotReviewed { own: true, .. } => Draft::new()
            .line(words!["You went ahead yourself, so somebody else has to review it. Nothing changed."])
            .finish(),
        RunbookAnswer::NotReviewed { run, own: false } => {
            Draft::new().line(words![format!("{run} has nothing to review.")]).finish()
        }
        RunbookAnswer::Started { run, procedure, to } => Draft::new()
            .line(words![
                "Running the checks of ",
                code(procedure.clone()),
                format!(" ({run}). Watch its card {}.", place(to))
            ])
            .finish(),
        RunbookAnswer::Done { run, what } => Draft::new().line(done(*run, what)).finish(),
        RunbookAnswer::Frozen(true) => Draft::new()
            .line(words![
                "Changes are frozen, and everybody is told. To unfreeze: ",
                code(via.runbook("unfreeze"))
            ])
            .finish(),
        RunbookAnswer::Frozen(false) => {
            Draft::new().line(words!["Changes are unfrozen, and everybody is told."]).finish()
        }
        RunbookAnswer::AsksGroup => Draft::new()
            .line(words!["I'm asking Slack whether you are in the user group of those who approve. I answer in a moment."])
            .finish(),
        RunbookAnswer::AuditBroken { why } => Draft::new()
            .line(words![
                "The audit cannot be trusted, so no change can start anyway: ",
                why,
                ". Leave the data folder as it is and tell whoever runs howler."
            ])
            .finish(),
        RunbookAnswer::AlreadyFrozen(true) => Draft::new()
            .line(words!["Changes are frozen already. To unfreeze: ", code(via.runbook("unfreeze"))])
            .finish(),
        RunbookAnswer::AlreadyFrozen(false) => Draft::new().line(words!["Changes are not frozen."]).finish(),
        RunbookAnswer::Short { word, takes } => Draft::new()
            .line(words![
                "Something is missing. Try ",
                code(via.runbook(&format!("{word} {takes}"))),
                ". Nothing changed."
            ])
            .finish(),
        RunbookAnswer::Doubtful { could } => {
            let lines = could.iter().map(|line| words![code(via.runbook(line))]);
            let lines = Words::joined(lines, " or ");
            Draft::new().line(words!["I'm not sure what you mean. Type "].and(lines).and(words![". Nothing changed."])).finish()
        }
        RunbookAnswer::Refused(refusal) => {
            Draft::new().lines(refused(refusal, via)).line(words!["Nothing changed."]).finish()
        }
    }
}

/// The same in plain text, at a shell without a howler.
pub fn runbook_at_a_shell(given: &RunbookAnswer) -> String {
    terminal(&answer(given, Via::Shell), &Names::default())
}

fn place(to: &To) -> &'static str {
    match to {
        To::Room => "in the incident's channel",
        To::Person(_) => "here, in your messages with howler",
        _ => "in the emergencies channel",
    }
}

fn done(run: RunId, what: &RunAsk) -> Words {
    match what {
        RunAsk::Step => {
            let back = code(Via::Slash.runbook(&format!("unskip {run}")));
            words![format!("{run}: skipped to the next step. Its card shows it. To go back: "), back]
        }
        RunAsk::Unskip => {
            words![format!("{run}: running the checks again, to offer the step that was skipped.")]
        }
        RunAsk::LookAgain => {
            words![format!("{run}: running all checks again. Watch its card.")]
        }
        RunAsk::See { .. } => {
            words![format!("{run}: noted, under your name. Its card shows where that leads.")]
        }
        RunAsk::Abort => {
            words![format!(
                "{run} is stopped. Its card keeps what it found, and tells what became of a change that had begun."
            )]
        }
        RunAsk::Propose => {
            words![format!("{run}: I'm preparing the plan, then I'll ask for approval. Watch its card.")]
        }
        RunAsk::Undo { .. } => {
            words![format!(
                "{run}: I'm reading the facts, then I'll ask for approval of the undo. Watch its card."
            )]
        }
        RunAsk::Vote { vote: Vote::Approve { .. }, .. } | RunAsk::ApproveForm { .. } => {
            words![format!("{run}: approved. Its card shows what is still needed, or that it starts.")]
        }
        RunAsk::Vote { vote: Vote::Deny { .. }, .. } => words![format!("{run}: denied. Nothing runs.")],
        RunAsk::Vote { vote: Vote::BreakGlass { .. }, .. } => words![format!(
            "{run} starts in a minute, unless somebody stops it. Everybody who could approve it is told."
        )],
    }
}

fn list(procedures: &[Short], via: Via) -> Message {
    let row = |short: &Short| {
        let rto = short.rto.as_ref().map(|rto| words![format!(" (target: {rto})")]);
        words![code(short.name.clone()), format!(" {}", short.title)].and_if(rto)
    };
    let nothing = procedures.is_empty().then(|| words!["There are no procedures."]);
    Draft::new()
        .line(words![bold("Procedures")])
        .bullets(procedures.iter().map(row).collect())
        .lines(nothing.into_iter().collect())
        .line(words!["To read one: ", code(via.runbook("show event-stream-failure"))])
        .line(words![
            "To run its checks (read-only): ",
            code(via.runbook("diagnose event-stream-failure")),
            ", ",
            code(via.runbook("health")),
            ", ",
            code(via.runbook("logs web"))
        ])
        .line(words!["To ask for approval of its step: ", code(via.runbook("run event-stream-failure"))])
        .line(words![
            "What is running: ",
            code(via.runbook("status")),
            ". Instead of a card's buttons: ",
            ["again", "skip", "propose", "undo", "abort"].map(|word| format!("{word} RUN-7")).join(", "),
            "."
        ])
        .line(words![
            "To freeze all changes: ",
            code(via.runbook("freeze why")),
            "; to unfreeze: ",
            code(via.runbook("unfreeze"))
        ])
        .finish()
}

/// Which procedures fit an incident, each with the button that begins it.
fn proposed(incident: IncidentId, fitting: &[Short], via: Via) -> Message {
    let draft = Draft::new();
    let Some(best) = fitting.first() else {
        return draft
            .line(words![format!("No runbook procedure matches the title of {incident}.")])
            .line(words!["All procedures: ", code(via.runbook("list"))])
            .finish();
    };
    let button = |short: &Short| {
        let start = Start { name: short.name.clone(), typed: Vec::new(), only: None, proposes: false };
        Button::new(
            format!("Diagnose: {}", short.title),
            incident,
            Command::Runbook(RunbookLine::Start(start)),
        )
    };
    let mut buttons: Vec<Button> = fitting.iter().map(button).collect();
    if let Some(first) = buttons.first_mut() {
        *first = button(best).primary();
    }
    draft
        .line(words![
            format!("{incident} looks like "),
            bold(best.title.clone()),
            ". Run its checks? They are read-only."
        ])
        .buttons(buttons)
        .line(words!["All procedures: ", code(via.runbook("list"))])
        .finish()
}

fn status(
    runs: &[RunShort],
    frozen: Option<&String>,
    (reviews, held): (&[Review], &[Held]),
    via: Via,
) -> Message {
    let frozen = frozen.map(|why| words![bold("No change can start: "), why, "."]);
    let row = |short: &RunShort| {
        let doing = match &short.doing {
            RunDoing::Looking(waiting) => format!("{} still running", counted(*waiting, "check")),
            RunDoing::Offering => "a step is ready".to_owned(),
            RunDoing::Asking(step) => format!("waiting for approval: {step}"),
            RunDoing::Acting(step) => format!("running: {step}"),
            RunDoing::Proving(step) => format!("checking whether it helped: {step}"),
        };
        words![
            format!("{} ", short.run),
            code(short.procedure.clone()),
            format!(": {doing}, started by "),
            &short.by,
            ", ",
            moment(short.at)
        ]
    };
    let title = (!reviews.is_empty()).then(|| words![bold("To be reviewed")]);
    let draft = Draft::new()
        .lines(frozen.into_iter().chain(title).collect())
        .bullets(reviews.iter().map(|open| review(open, via)).collect());
    let title = (!held.is_empty()).then(|| words![bold("Locked, so that nobody else changes it")]);
    let draft = draft
        .lines(title.into_iter().collect())
        .bullets(held.iter().map(|held| release::held(held, via)).collect());
    if runs.is_empty() {
        return draft
            .line(words![
                "Nothing is running. To start: ",
                code(via.runbook("diagnose event-stream-failure"))
            ])
            .finish();
    }
    draft.line(words![bold("Running")]).bullets(runs.iter().map(row).collect()).finish()
}

fn review(open: &Review, via: Via) -> Words {
    let by = open.by.not_howler().map(|by| words![by, " "]);
    words![format!("{}: ", open.run)].and_if(by).and(words![
        "went ahead alone: ",
        moment(open.at),
        ": ",
        &open.why,
        ". Once you have looked: ",
        code(via.runbook(&format!("reviewed {} what you found", open.run)))
    ])
}

fn refused(refusal: &RunRefusal, via: Via) -> Vec<Words> {
    match refusal {
        RunRefusal::NoSuchProcedure { word, left_out: Some((name, fault)), .. } => vec![
            words![
                "There is no procedure ",
                code(word.clone()),
                " right now: ",
                code(name.clone()),
                " has a fault in its file, so I left it out."
            ],
            labelled("Fault", fault),
            words!["To fix it: run ", code("howler procedure lint"), ", then restart howler."],
            words!["All procedures: ", code(via.runbook("list"))],
        ],
        RunRefusal::NoSuchProcedure { word, nearest, begins, .. } => {
            let verb = if *begins { "diagnose" } else { "show" };
            let nearest = nearest
                .as_ref()
                .map(|nearest| words!["Did you mean ", code(via.runbook(&format!("{verb} {nearest}")))]);
            let all = words!["All procedures: ", code(via.runbook("list"))];
            let lead = words!["There is no procedure ", code(word.clone()), "."];
            [Some(lead), nearest, Some(all)].into_iter().flatten().collect()
        }
        RunRefusal::NoSuchCheck { procedure, word, known } => vec![words![
            code(procedure.clone()),
            " has no ",
            code(word.clone()),
            format!(". It has: {}.", known.join(", "))
        ]],
        RunRefusal::Unfilled { procedure, unfilled } => {
            vec![words![code(procedure.clone()), format!(": {unfilled}.")]]
        }
        RunRefusal::NoSuchRun { run } => {
            vec![words![format!("There is no {run}. What is running: "), code(via.runbook("status"))]]
        }
        RunRefusal::NobodyHolds { target } => vec![words![
            "Nothing locks ",
            code(target.clone()),
            ". What is locked: ",
            code(via.runbook("status"))
        ]],
        RunRefusal::NotToBeSeen { run, could } if could.is_empty() => vec![words![format!(
            "{run} has no check that could not tell and that a person can see: whether an address answers. What could be told \
             stands."
        )]],
        RunRefusal::NotToBeSeen { run, could } => vec![words![
            "Say which of them you see failing: ",
            code(via.runbook(&format!("seen {run} {}: what you see", could.join(" | "))))
        ]],
        RunRefusal::SeenWell { run } => vec![words![
            format!(
                "That reads as if it was well, and {run} counts what you see as failing. Where it fails, say what fails. Where it is \
             well: "
            ),
            code(via.runbook(&format!("again {run}"))),
            " looks again, ",
            code(via.runbook(&format!("abort {run}"))),
            " closes it."
        ]],
        RunRefusal::NoReview { run } => vec![words![
            format!(
                "That reads like a no, or a question. Once you have looked at {run}, say what you found: "
            ),
            code(via.runbook(&format!("reviewed {run} I found ...")))
        ]],
        RunRefusal::MayNotUnfreeze => vec![words![
            "Only whoever froze changes, or may approve them, can unfreeze: ",
            code("[runbook.approval]"),
            " in howler.toml names them."
        ]],
        RunRefusal::UnfreezeNotTold { why } => vec![words![
            bold("I cannot tell whether you may unfreeze: "),
            why,
            ". Try again, or ask whoever froze changes or is named in ",
            code("[runbook.approval]"),
            "."
        ]],
        RunRefusal::NothingRuns => {
            vec![words!["No run can take that now: ", code(via.runbook("status"))]]
        }
        RunRefusal::Several { runs } => vec![words![
            "Several runs are open. Which one? ",
            runs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            "."
        ]],
        RunRefusal::NotNow { run, what } => vec![words![format!("{run} {}", now(*what))]],
        RunRefusal::NotApproved { run, why } => {
            vec![words![format!("{run}: ")].and(not_approved(*run, why, via))]
        }
    }
}

fn now(doing: Doing) -> &'static str {
    match doing {
        Doing::Looking => "is still running its checks. Watch its card.",
        Doing::Offering => "has a step ready. Its card has the buttons.",
        Doing::Asking => "is waiting for approval. Approve, deny or close it first.",
        Doing::Changing => "is changing something right now. Watch its card.",
        Doing::Stopping => "is being stopped already.",
        Doing::Over => "is over. Its card says how it ended.",
    }
}
