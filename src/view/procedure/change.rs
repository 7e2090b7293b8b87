//! The part of a run's card that is about changing something: the step, exactly what runs, who approves it, and what became of it.

use super::parts::quoted;
use super::said::{broke, told};
use super::undo;
use crate::config::Spoken;
use crate::domain::Command;
use crate::domain::procedure::{Action, Undo};
use crate::domain::run::announce::step;
use crate::domain::run::approve::{Vote, untried};
use crate::domain::run::change::{Approval, Change, Phase};
use crate::domain::run::{Last, Run, Stage};
use crate::domain::runbook::{RunAsk, RunbookLine};
use crate::view::blocks::{Button, Draft};
use crate::view::time::utc;
use crate::view::words::{Words, bold, clock, code, mention, moment, words};

/// Longest output of a program that a card shows, in characters; the end of it.
const OUTPUT_MOST: usize = 1_200;

/// The step, and for an action exactly what would run, and what takes it back.
pub(super) fn offered(draft: Draft, run: &Run, rung: usize) -> Draft {
    let title = step(run, rung).unwrap_or_default();
    let draft = draft.line(words![bold("Next step: "), title]);
    let Some(action) = run.action_of(rung) else { return draft };
    let filling = run.filling();
    let made = |command| match filling.command(command) {
        Ok(command) => quoted(&command),
        Err(why) => format!("cannot be made: {why}"),
    };
    let undo = match &action.undo {
        Undo::Command(undo) => made(&undo.run),
        Undo::None(why) => why.clone(),
    };
    let lines = commands(action.plan.as_ref().map(made), &made(&action.run), &undo);
    draft.preformatted(&lines).lines(lost(run, action))
}

fn commands(plan: Option<String>, command: &str, undo: &str) -> String {
    let plan = plan.map(|plan| format!("plan:  {plan}\n")).unwrap_or_default();
    format!("{plan}run:   {command}\nundo:  {undo}")
}

/// What it touches, what is lost, and what will prove that it helped.
fn lost(run: &Run, action: &Action) -> Vec<Words> {
    let lost = run.procedure.rpo.as_ref().map(|rpo| words![bold("What is lost: "), rpo, "."]);
    let proof = words![
        bold("It helped where "),
        format!(
            "within {} these pass, and for {}: {}.",
            Spoken(action.verify.within.0),
            Spoken(action.verify.hold.0),
            action.verify.pass.join(", ")
        )
    ];
    touches(run).into_iter().chain(lost).chain([proof]).collect()
}

fn touches(run: &Run) -> Option<Words> {
    let target = run.procedure.target.as_ref()?;
    let place = [&target.namespace, &target.cluster].into_iter().flatten().map(|part| format!(", {part}"));
    Some(words![bold("It changes "), code(target.object.clone()), place.collect::<String>(), "."])
}

/// An action that is being approved, carried out or proved.
pub(super) fn changing(draft: Draft, run: &Run, change: &Change) -> Draft {
    let rung = change.proposed.rung;
    let Some(action) = run.action_of(rung) else { return draft };
    let title = change.proposed.title.clone();
    let undo = match (&change.proposed.undo, &action.undo) {
        (Some(undo), _) => quoted(undo),
        (None, Undo::None(why)) => why.clone(),
        (None, Undo::Command(_)) => String::new(),
    };
    let plan = change.proposed.plan.as_ref().map(|plan| quoted(plan));
    let draft = draft
        .line(words![bold(lead(&change.phase)), title, ". Asked for by ", &change.by, "."])
        .preformatted(&commands(plan, &quoted(&change.proposed.argv), &undo));
    let said = change.prepared.plan.as_ref().filter(|said| !said.trim().is_empty());
    let draft = match (&change.phase, said) {
        (Phase::Preparing | Phase::Asking { .. } | Phase::Rechecking { .. }, Some(said)) => {
            draft.line(words![bold("The plan says")]).preformatted(&end(said))
        }
        _ => draft,
    };
    let draft = match change.proposed.kind.undoes() {
        None => draft.lines(lost(run, action)),
        Some(of) => undo::about(draft.lines(touches(run).into_iter().collect()), change, of),
    };
    let draft = draft.lines(standing(change));
    match change.output.trim().is_empty() {
        true => draft,
        false => draft.line(words![bold("It printed")]).preformatted(&end(&change.output)),
    }
}

fn lead(phase: &Phase) -> &'static str {
    match phase {
        Phase::Reading | Phase::Preparing => "Being prepared: ",
        Phase::Asking { .. } => "To be approved: ",
        Phase::Rechecking { .. } => "Approved, and read once more: ",
        Phase::Acting { .. } => "Being carried out: ",
        Phase::Proving { .. } => "Carried out, and being proved: ",
    }
}

fn standing(change: &Change) -> Vec<Words> {
    let mut lines: Vec<Words> =
        change.approvals.iter().map(|approval| agreed("Approved by ", approval)).collect();
    lines.extend(change.glass.iter().map(|glass| agreed("Going ahead alone: ", glass)));
    match &change.phase {
        Phase::Asking { expires } => {
            lines.push(who_may(change));
            lines.push(words![
                "The request is void at ",
                clock(*expires),
                format!(" ({}). Its code is ", utc(*expires)),
                code(change.code().to_owned()),
                ". An approval covers the command, the program's file and the facts: where one of them moves, it is void."
            ]);
            if let Some(due) = change.glass_due() {
                lines.push(words![
                    bold("It begins at "),
                    clock(due),
                    format!(" ({})", utc(due)),
                    " unless anybody presses Deny."
                ]);
            }
        }
        Phase::Acting { since, stopped_by, .. } => {
            lines.push(words!["It began at ", clock(*since), "."]);
            lines.extend(
                stopped_by.as_ref().map(|by| words![by, " stops it. It is over once nothing of it is left."]),
            );
        }
        Phase::Proving { .. } if !change.proposed.kind.is_step() => {
            lines.push(words!["The facts are read again and again until they stand still."]);
        }
        Phase::Proving { passing_since, .. } => lines.push(match passing_since {
            Some(since) => words!["Its checks pass since ", clock(*since), "; they must go on passing."],
            None => words!["Its checks do not pass yet; they are asked again and again."],
        }),
        Phase::Reading | Phase::Preparing | Phase::Rechecking { .. } => {}
    }
    lines
}

fn agreed(lead: &'static str, approval: &Approval) -> Words {
    let comment = approval.comment.as_ref().map(|comment| words![": ", comment]);
    words![lead, &approval.by, ", ", clock(approval.at)].and_if(comment)
}

/// Who is asked, and how many more are needed.
fn who_may(change: &Change) -> Words {
    let policy = &change.proposed.policy;
    let missing = policy.needed.saturating_sub(change.approvals.len());
    let people = policy.people.iter().filter(|person| **person != change.by).map(|person| words![person]);
    let group = policy.group.iter().map(|group| words![mention(group)]);
    let on_call = policy.on_call.then(|| words!["whoever is on call"]);
    let who = Words::joined(people.chain(group).chain(on_call), ", ");
    words![bold(format!("{missing} more must approve: "))].and(who).and(words![", and never whoever asks."])
}

fn end(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(OUTPUT_MOST);
    text.chars().skip(skipped).collect()
}

/// What became of the last change, and of the request to take it back.
pub(super) fn last(draft: Draft, run: &Run) -> Draft {
    let draft = run.last.iter().fold(draft, became);
    // Closed, or released, while the world was being looked at.
    let unseen = run.is_over() && matches!(run.last, Some(Last::Broke { aftermath: None, .. }));
    let unseen = unseen
        .then(|| words![bold("Nobody looked whether it changed anything: "), "the run was over before."]);
    let draft = draft.lines(unseen.into_iter().collect());
    match &run.not_undone {
        None => draft,
        Some(why) => became(draft.line(words![bold("It was not taken back.")]), why),
    }
}

fn became(draft: Draft, last: &Last) -> Draft {
    match last {
        Last::Unprepared { why } => draft.line(words![bold("It could not be prepared: "), why, "."]),
        Last::Denied { by, why } => {
            let why = why.as_ref().map(|why| words![": ", why]);
            draft.line(words![bold("Denied by "), by].and_if(why))
        }
        Last::Expired { at } => draft.line(words![
            bold("Nobody approved it in time: "),
            "the request was void at ",
            moment(*at),
            "."
        ]),
        Last::Voided { moved } => {
            let moved = moved.iter().map(|moved| words![moved]).collect();
            draft.line(words![bold("The approval is void, and nothing was run. What moved:")]).bullets(moved)
        }
        Last::Broke { title, ended, output, aftermath, .. } => {
            let draft = draft.line(words![bold(title), ": ", broke(ended)]);
            let draft =
                draft.lines(aftermath.map(|aftermath| words![bold(told(aftermath))]).into_iter().collect());
            match output.trim().is_empty() {
                true => draft,
                false => draft.line(words![bold("It printed")]).preformatted(&end(output)),
            }
        }
        Last::Undone { title, undone, did } => undo::taken_back(draft, title, undone, did),
        Last::Helped { title, since } => {
            draft.line(words![bold(title), " helped: its checks pass since ", moment(*since), "."])
        }
        Last::DidNotHelp { title, told: true } => {
            draft.line(words![bold(title), " was carried out and did not help in time."])
        }
        Last::DidNotHelp { title, told: false } => {
            draft.line(words![bold(title), " was carried out; whether it helped could not be told in time."])
        }
    }
}

pub(super) fn buttons(run: &Run) -> Vec<Button> {
    let of = |label: &str, ask| {
        let line = RunbookLine::Of { run: Some(run.id), ask };
        Button::new(label, None, Command::Runbook(line))
    };
    match &run.stage {
        Stage::Looking => vec![of("Stop", RunAsk::Abort)],
        Stage::Offered { rung } => {
            let propose = run.action_of(*rung).map(|_| of("Ask for approval", RunAsk::Propose).primary());
            let again = of("Look again", RunAsk::LookAgain);
            let again = if propose.is_some() { again } else { again.primary() };
            let close = of("Close", RunAsk::Abort);
            // What follows an action that helped is ticked.
            let follows = run.rung(*rung).is_some_and(|rung| !rung.when.helped.is_empty());
            let next = of(if follows { "Done" } else { "Next step" }, RunAsk::Step);
            let rest = [again, next].into_iter().chain(undo::button(run));
            propose.into_iter().chain(rest).chain([close]).collect()
        }
        Stage::Changing(change) => match &change.phase {
            Phase::Asking { .. } => asking(run, change, &of),
            Phase::Acting { stopped_by: Some(_), .. } => Vec::new(),
            Phase::Acting { .. } => {
                let question = "The program and all that it began are ended. What it did until then stays.";
                vec![of("Abort", RunAsk::Abort).asking(question, "Abort")]
            }
            Phase::Reading | Phase::Preparing | Phase::Rechecking { .. } | Phase::Proving { .. } => {
                undo::button(run).into_iter().chain([of("Close", RunAsk::Abort)]).collect()
            }
        },
        Stage::Over { .. } => undo::button(run).into_iter().collect(),
    }
}

fn asking(run: &Run, change: &Change, of: &impl Fn(&str, RunAsk) -> Button) -> Vec<Button> {
    let key = &change.prepared.key;
    let vote = |vote| RunAsk::Vote { key: Some(key.clone()), vote };
    let approve = match change.proposed.policy.comment {
        true => RunAsk::ApproveForm { key: key.clone() },
        false => vote(Vote::Approve { comment: None }),
    };
    let mut buttons = vec![of("Approve", approve).primary(), of("Deny", vote(Vote::Deny { why: None }))];
    let may_go_alone = change.proposed.policy.break_glass && change.is_reversible(run);
    if may_go_alone && change.glass.is_none() && untried(run, change).is_none() {
        let alone = vote(Vote::BreakGlass { why: "the button was pressed, without a reason".into() });
        let question = "It begins in a minute unless anybody denies it. Everybody who could approve is told, and it is to be \
                        reviewed.";
        buttons.push(of("Go ahead alone", alone).asking(question, "Go ahead"));
    }
    buttons
}
