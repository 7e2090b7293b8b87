//! Private answers about the runbook.

use super::{release, shown};
use crate::domain::Command;
use crate::domain::effect::To;
use crate::domain::procedure::Verdict;
use crate::domain::run::approve::{NotApproved, Vote};
use crate::domain::run::decide::{Doing, RunRefusal, Start};
use crate::domain::runbook::{Held, Review, RunAsk, RunDoing, RunShort, RunbookAnswer, RunbookLine, Short};
use crate::id::{IncidentId, RunId};
use crate::view::Message;
use crate::view::blocks::{Button, Draft};
use crate::view::facts::labelled;
use crate::view::lines::Via;
use crate::view::terminal::{Names, terminal};
use crate::view::time::utc;
use crate::view::words::{Words, bold, code, moment, words};

/// The answer, for a person who speaks to howler `via` a slash command, a mention or a shell.
pub(in crate::view) fn answer(answer: &RunbookAnswer, via: Via) -> Message {
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
            Draft::new().line(words![format!("{run} is reviewed; the audit has it.")]).finish()
        }
        RunbookAnswer::NotReviewed { own: true, .. } => Draft::new()
            .line(words!["You went ahead yourself, so somebody else reviews it. Nothing was done."])
            .finish(),
        RunbookAnswer::NotReviewed { run, own: false } => {
            Draft::new().line(words![format!("Nothing of {run} waits for a review.")]).finish()
        }
        RunbookAnswer::Started { run, procedure, to } => Draft::new()
            .line(words![
                "Looking: ",
                code(procedure.clone()),
                format!(" ({run}). Its card comes {} and changes as the checks answer.", place(to))
            ])
            .finish(),
        RunbookAnswer::Done { run, what } => Draft::new().line(done(*run, what)).finish(),
        RunbookAnswer::Frozen(true) => Draft::new()
            .line(words![
                "No change is begun any more; everybody is told. To end it: ",
                code(via.runbook("unfreeze"))
            ])
            .finish(),
        RunbookAnswer::Frozen(false) => {
            Draft::new().line(words!["Changes may begin again; everybody is told."]).finish()
        }
        RunbookAnswer::AuditBroken { why } => Draft::new()
            .line(words![
                "The audit cannot be trusted, so no change can begin anyway: ",
                why,
                ". Keep the data folder as it is, and tell whoever runs howler."
            ])
            .finish(),
        RunbookAnswer::AlreadyFrozen(true) => Draft::new()
            .line(words!["Changes are frozen already. To end it: ", code(via.runbook("unfreeze"))])
            .finish(),
        RunbookAnswer::AlreadyFrozen(false) => Draft::new().line(words!["Changes are not frozen."]).finish(),
        RunbookAnswer::Short { word, takes } => Draft::new()
            .line(words!["Say more: ", code(via.runbook(&format!("{word} {takes}"))), ". Nothing was done."])
            .finish(),
        RunbookAnswer::Refused(refusal) => {
            Draft::new().lines(refused(refusal, via)).line(words!["Nothing was done."]).finish()
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
            words![format!("{run} goes on to the next step that its facts lead to; its card shows it.")]
        }
        RunAsk::LookAgain => {
            words![format!("{run} asks all its checks again; its card changes as they answer.")]
        }
        RunAsk::Abort => {
            words![format!("{run} is stopped. What it had found stays on its card.")]
        }
        RunAsk::Propose => {
            words![format!(
                "{run}: the plan is asked, and then those who may approve it. Its card shows how far it is."
            )]
        }
        RunAsk::Undo { .. } => {
            words![format!(
                "{run}: the facts are read, and then those who may approve the undo are asked. Its card shows how far it is; a \
                 proof goes on until the undo begins."
            )]
        }
        RunAsk::Vote { vote: Vote::Approve { .. }, .. } | RunAsk::ApproveForm { .. } => {
            words![format!(
                "{run}: your approval is kept. Its card shows what is missing, or that it begins."
            )]
        }
        RunAsk::Vote { vote: Vote::Deny { .. }, .. } => words![format!("{run}: denied. Nothing is run.")],
        RunAsk::Vote { vote: Vote::BreakGlass { .. }, .. } => words![format!(
            "{run} begins in a minute, unless anybody stops it. Everybody who could have approved it is told."
        )],
    }
}

fn list(procedures: &[Short], via: Via) -> Message {
    let row = |short: &Short| {
        let rto = short.rto.as_ref().map(|rto| words![format!(", to be over in {rto}")]);
        words![code(short.name.clone()), format!(" {}", short.title)].and_if(rto)
    };
    let nothing = procedures.is_empty().then(|| words!["There is no procedure."]);
    Draft::new()
        .line(words![bold("Procedures")])
        .bullets(procedures.iter().map(row).collect())
        .lines(nothing.into_iter().collect())
        .line(words!["To read one: ", code(via.runbook("show event-stream-failure"))])
        .line(words![
            "To look at the world with one, which changes nothing: ",
            code(via.runbook("diagnose event-stream-failure")),
            ", ",
            code(via.runbook("health")),
            ", ",
            code(via.runbook("logs web"))
        ])
        .line(words![
            "To have its step carried out once others approve it: ",
            code(via.runbook("run event-stream-failure"))
        ])
        .line(words![
            "What is under way: ",
            code(via.runbook("status")),
            ". A card's buttons by text: ",
            ["again", "next", "propose", "undo", "abort"].map(|word| format!("{word} RUN-7")).join(", "),
            "."
        ])
        .line(words![
            "So that nobody changes anything: ",
            code(via.runbook("freeze why")),
            ", until ",
            code(via.runbook("unfreeze"))
        ])
        .finish()
}

/// Which procedures fit an incident, each with the button that begins it.
fn proposed(incident: IncidentId, fitting: &[Short], via: Via) -> Message {
    let draft = Draft::new();
    let Some(best) = fitting.first() else {
        return draft
            .line(words![format!("No procedure of the runbook fits the title of {incident}.")])
            .line(words!["All there are: ", code(via.runbook("list"))])
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
            format!("What fits {incident} best is "),
            bold(best.title.clone()),
            ". To look changes nothing."
        ])
        .buttons(buttons)
        .line(words!["All there are: ", code(via.runbook("list"))])
        .finish()
}

fn status(
    runs: &[RunShort],
    frozen: Option<&String>,
    (reviews, held): (&[Review], &[Held]),
    via: Via,
) -> Message {
    let frozen = frozen.map(|why| words![bold("Nothing may be changed now: "), why, "."]);
    let row = |short: &RunShort| {
        let doing = match &short.doing {
            RunDoing::Looking(waiting) => format!("{waiting} checks still asked"),
            RunDoing::Offering => "a step is offered".to_owned(),
            RunDoing::Asking(step) => format!("to be approved: {step}"),
            RunDoing::Acting(step) => format!("being carried out: {step}"),
            RunDoing::Proving(step) => format!("being proved: {step}"),
        };
        words![
            format!("{} ", short.run),
            code(short.procedure.clone()),
            format!(": {doing}, asked by "),
            &short.by,
            ", ",
            moment(short.at)
        ]
    };
    let title = (!reviews.is_empty()).then(|| words![bold("To be reviewed")]);
    let draft = Draft::new()
        .lines(frozen.into_iter().chain(title).collect())
        .bullets(reviews.iter().map(|open| review(open, via)).collect());
    let title = (!held.is_empty()).then(|| words![bold("Held, so that nobody else changes it")]);
    let draft = draft
        .lines(title.into_iter().collect())
        .bullets(held.iter().map(|held| release::held(held, via)).collect());
    if runs.is_empty() {
        return draft
            .line(words![
                "No procedure is under way. To begin one: ",
                code(via.runbook("diagnose event-stream-failure"))
            ])
            .finish();
    }
    draft.line(words![bold("Under way")]).bullets(runs.iter().map(row).collect()).finish()
}

fn review(open: &Review, via: Via) -> Words {
    let by = open.by.as_ref().map(|by| words![by, " "]);
    words![format!("{}: ", open.run)].and_if(by).and(words![
        "went ahead alone, ",
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
                " now: ",
                code(name.clone()),
                " is left out, for its file is faulty."
            ],
            labelled("What is wrong with it", fault),
            words![
                "Whoever mends it: ",
                code("howler procedure lint"),
                " says all, and howler reads files when it starts."
            ],
            words!["All there are: ", code(via.runbook("list"))],
        ],
        RunRefusal::NoSuchProcedure { word, nearest, begins, .. } => {
            let verb = if *begins { "diagnose" } else { "show" };
            let nearest = nearest
                .as_ref()
                .map(|nearest| words!["Perhaps you mean: ", code(via.runbook(&format!("{verb} {nearest}")))]);
            let all = words!["All there are: ", code(via.runbook("list"))];
            let lead = words!["There is no procedure ", code(word.clone()), "."];
            [Some(lead), nearest, Some(all)].into_iter().flatten().collect()
        }
        RunRefusal::NoSuchCheck { procedure, word, known } => vec![words![
            code(procedure.clone()),
            " has no ",
            code(word.clone()),
            format!("; there are: {}.", known.join(", "))
        ]],
        RunRefusal::Unfilled { procedure, unfilled } => {
            vec![words![code(procedure.clone()), format!(": {unfilled}.")]]
        }
        RunRefusal::NoSuchRun { run } => {
            vec![words![format!("There is no {run}. Those under way: "), code(via.runbook("status"))]]
        }
        RunRefusal::NobodyHolds { target } => vec![words![
            "Nobody holds ",
            code(target.clone()),
            ". What is held: ",
            code(via.runbook("status"))
        ]],
        RunRefusal::MayNotUnfreeze => vec![words![
            "Only those who may approve changes, and whoever froze them, let them begin again: ",
            code("[runbook.approval]"),
            " in howler.toml names them."
        ]],
        RunRefusal::NothingRuns => {
            vec![words!["Nothing is under way that could take that: ", code(via.runbook("status"))]]
        }
        RunRefusal::Several { runs } => vec![words![
            "Several are under way; say which by its number: ",
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
        Doing::Looking => "is still asking its checks: its card says when it is done.",
        Doing::Offering => "offers a step: its card has the buttons.",
        Doing::Asking => "waits for approval: approve it, deny it, or close it.",
        Doing::Changing => "changes something just now: its card says when that is proved.",
        Doing::Stopping => "is being stopped already.",
        Doing::Over => "is over; its card says how.",
    }
}

fn not_approved(run: RunId, why: &NotApproved, via: Via) -> Words {
    match why {
        NotApproved::ForPeople => words!["the step is one for people, so there is nothing to approve."],
        NotApproved::Barred { why } => words!["nothing may be changed now: ", why, "."],
        NotApproved::Held { by, target } => {
            words![
                code(target.clone()),
                format!(" is held by {by}; one change at a time is made to it. What that does: "),
                code(via.runbook("status"))
            ]
        }
        NotApproved::Requires { check, verdict: Some(Verdict::Fail) } => {
            words![code(check.clone()), " must pass before it, and fails."]
        }
        NotApproved::Requires { check, .. } => {
            words![code(check.clone()), " must pass before it, and could not tell."]
        }
        NotApproved::NoFact { check } => {
            words![code(check.clone()), " could not be read, and nobody approves that blindly. Look again."]
        }
        NotApproved::FileMoved { why } => words![why, ". Close this run and begin it anew."],
        NotApproved::Unfilled { why } => words!["the command cannot be made: ", why, "."],
        NotApproved::Nameless { program } => words![
            code(program.clone()),
            " acts under the name of whoever asks, and howler knows none for you. Somebody asks for it who is named in ",
            code("[runbook.acts_as]"),
            " in howler.toml; whoever runs howler can add you there."
        ],
        NotApproved::Nobody => words![
            "nobody may approve anything: ",
            code("[runbook.approval]"),
            " in howler.toml names nobody."
        ],
        NotApproved::NotAsked => words!["nobody is asked for approval now."],
        NotApproved::OtherRequest => {
            words!["that was an older request. Read its card again before you approve."]
        }
        NotApproved::NoCode { code: sign } => words![
            "read its card first, and name the request by its code: ",
            code(via.runbook(&format!("approve {run} {sign} why")))
        ],
        NotApproved::Own => words!["you asked for it, so somebody else approves it."],
        NotApproved::NotAllowed => {
            words!["you are not among those who may; the card names them, and howler.toml has the list."]
        }
        NotApproved::Already => words!["you have said so already."],
        NotApproved::Used { by: Some(by) } => {
            words!["the approval is used already; the last to approve was ", by, "."]
        }
        NotApproved::Used { by: None } => words!["the approval is used already."],
        NotApproved::NoComment => {
            words!["its risk is high, so say why: ", code(via.runbook(&format!("approve {run} CODE why")))]
        }
        NotApproved::NoGlass => words!["nobody goes ahead alone here; howler.toml does not allow it."],
        NotApproved::NotTried { action } => {
            words![
                bold(action.clone()),
                " comes before it and did not run, so nobody goes ahead alone with this."
            ]
        }
        NotApproved::Irreversible => words!["it cannot be taken back, so nobody goes ahead alone."],
        NotApproved::NothingToUndo => words!["nothing was carried out that a command takes back."],
        NotApproved::UndoOver { until } => words![format!(
            "it could be taken back until {}. Since then others may rely on it: look, and ask for a change of its own.",
            utc(*until)
        )],
        NotApproved::TooLong => {
            words!["the command is too long to be shown whole, and nobody approves what they cannot read."]
        }
        NotApproved::TooLate => words!["the request is void, or nearly so: ask for approval anew."],
        NotApproved::NotHeld => {
            words!["it holds no target, so there is nothing to release: ", code(via.runbook("status"))]
        }
        NotApproved::StillRuns => words![
            "howler itself runs its program just now. Stop that first, then its target is free or can be released: ",
            code(via.runbook(&format!("abort {run}")))
        ],
        NotApproved::NotBegun => words![
            "nothing of it has begun, so nothing is to be released. Deny it, or close it, and its target is free: ",
            code(via.runbook(&format!("abort {run}")))
        ],
        NotApproved::ReleaseAsked => {
            words!["its release is asked for already; its card has the code and the buttons."]
        }
        NotApproved::FromShell => {
            words!["at a shell it is not known who of Slack's people you are, so ask for it in Slack."]
        }
        NotApproved::OthersRequest => words!["somebody else asked for it, so you can simply approve it."],
    }
}
