//! The part of a run's card that is about changing something: the step, exactly what runs, who approves it, and what became of it.

use std::collections::BTreeSet;

use super::difference;
use super::parts::{proof, quoted};
use super::said::{broke, told};
use super::undo;
use crate::blocks::{Button, Draft};
use crate::words::{Words, bold, clock, code, mention, moment, words};
use domain::Command;
use domain::procedure::{Action, Command as Template, Undo};
use domain::run::announce::step;
use domain::run::approve::{Vote, untried};
use domain::run::change::{Approval, Change, Phase};
use domain::run::seen::Seen;
use domain::run::{End, Last, Run, Stage};
use domain::runbook::{RunAsk, RunbookLine};
use domain::text::shorten;

const SKIP: &str = "It counts as not tried, and the next step is offered. You can come back to it.";
/// Longest output of a program that a card shows, in characters; the end of it.
const OUTPUT_MOST: usize = 1_200;
/// Longest title of a step in a line.
const STEP_MOST: usize = 300;

/// The step, and for an action exactly what would run: what people decide on.
pub(super) fn offered(draft: Draft, run: &Run, rung: usize) -> Draft {
    let title = step(run, rung).unwrap_or_default();
    let draft = draft.line(words![bold("Next step: "), title]);
    match run.action_of(rung) {
        None => draft,
        Some(action) => draft
            .preformatted(&format!("run:   {}", made(run, &action.run)))
            .lines(touches(run).into_iter().chain(stays(action)).collect()),
    }
}

/// What stands under the step's buttons.
pub(super) fn offered_beside(draft: Draft, run: &Run, rung: usize) -> Draft {
    let Some(action) = run.action_of(rung) else { return draft };
    let plan = action.plan.as_ref().map(|plan| made(run, plan));
    let against = action.against.as_ref().map(|against| made(run, &against.run));
    let undo = action.undo.command().map(|undo| made(run, &undo.run));
    beside(draft, plan, against, undo).lines(lost(run, action))
}

fn made(run: &Run, command: &Template) -> String {
    match run.filling().command(command) {
        Ok(command) => quoted(&command),
        Err(why) => format!("cannot be made: {why}"),
    }
}

/// The plan's command, what it is compared with, and the one that takes the action back.
fn beside(draft: Draft, plan: Option<String>, against: Option<String>, undo: Option<String>) -> Draft {
    let plan = plan.map(|plan| format!("plan:  {plan}"));
    let against = against.map(|against| format!("now:   {against}"));
    let undo = undo.map(|undo| format!("undo:  {undo}"));
    let lines: Vec<String> = plan.into_iter().chain(against).chain(undo).collect();
    if lines.is_empty() { draft } else { draft.preformatted(&lines.join("\n")) }
}

/// That an action cannot be taken back.
fn stays(action: &Action) -> Option<Words> {
    match &action.undo {
        Undo::Command(_) => None,
        Undo::None(why) => Some(match why.strip_prefix("nothing: ") {
            Some(why) => words![bold("Nothing to undo: "), why.to_owned(), "."],
            None => {
                let why = why.strip_prefix("none: ").unwrap_or(why);
                words![bold("⚠️ No undo: "), why.to_owned(), "."]
            }
        }),
    }
}

/// What is lost, and what will prove that it helped.
fn lost(run: &Run, action: &Action) -> Vec<Words> {
    let lost = run.procedure.rpo.as_ref().map(|rpo| words![bold("Data loss: "), rpo, "."]);
    let proof = words![bold("Success means: "), proof(&action.verify)];
    lost.into_iter().chain([proof]).collect()
}

fn touches(run: &Run) -> Option<Words> {
    let target = run.procedure.target.as_ref()?;
    let place: Vec<&str> =
        [&target.namespace, &target.cluster].into_iter().flatten().map(String::as_str).collect();
    let place = if place.is_empty() { String::new() } else { format!(" ({})", place.join(", ")) };
    Some(words![bold("Changes "), code(target.object.clone()), place, "."])
}

/// An action that is being approved, carried out or proved: what people decide on, and how far it is.
pub(super) fn changing(draft: Draft, run: &Run, change: &Change) -> Draft {
    let Some(action) = run.action_of(change.proposed.rung) else { return draft };
    let draft = draft
        .line(words![bold(lead(&change.phase)), change.proposed.title.clone(), ". ", &change.by, " asked."])
        .preformatted(&format!("run:   {}", quoted(&change.proposed.argv)));
    let is_asking = matches!(change.phase, Phase::Asking { .. });
    let draft = if is_asking { undo::warned(draft, run, change) } else { draft };
    let draft = match change.difference().filter(|_| is_asking) {
        Some(difference) => difference::shown(draft, difference),
        None => draft,
    };
    let undo = stays(action).filter(|_| change.proposed.kind.undoes().is_none());
    let draft = match is_asking {
        true => draft.lines(touches(run).into_iter().chain(undo).collect()),
        false => draft,
    };
    let draft = draft.lines(seen(run, change.proposed.rung)).lines(standing(change));
    match change.output.trim().is_empty() {
        true => draft,
        false => draft.line(words![bold("Output")]).preformatted(&end(&change.output)),
    }
}

/// What stands under its buttons: the plan, the undo, what is lost, what will prove it.
pub(super) fn changing_beside(draft: Draft, run: &Run, change: &Change) -> Draft {
    let Some(action) = run.action_of(change.proposed.rung) else { return draft };
    let plan = change.proposed.plan.as_ref().map(|plan| quoted(plan));
    let against = change.proposed.against.as_ref().map(|against| quoted(&against.argv));
    let draft = beside(draft, plan, against, change.proposed.undo.as_ref().map(|undo| quoted(undo)));
    let is_before =
        matches!(change.phase, Phase::Preparing | Phase::Asking { .. } | Phase::Rechecking { .. });
    let said = change.prepared.plan.as_ref().filter(|said| is_before && !said.trim().is_empty());
    let draft = match said {
        Some(said) => draft.line(words![bold("The plan says")]).preformatted(&end(said)),
        None => draft,
    };
    match change.proposed.kind.undoes() {
        None => draft.lines(lost(run, action)),
        Some(of) => undo::about(draft, change, of),
    }
}

/// What led to the step that no check told, but a person.
fn seen(run: &Run, rung: usize) -> Vec<Words> {
    let leads =
        |name: &&String| run.rung(rung).is_some_and(|rung| rung.when.fails().any(|fails| fails == *name));
    let seen = run.seen.iter().filter(|(name, _)| leads(name));
    let line = |(name, seen): (&String, &Seen)| {
        let title = run.procedure.checks.get(name).map(|check| check.title.clone()).unwrap_or_default();
        words![
            bold("Seen by a person; no check could tell: "),
            "failing: ",
            title,
            ". ",
            &seen.by,
            ", ",
            moment(seen.at),
            "."
        ]
        .and_if(seen.says.as_ref().map(|says| words![" In their words: ", says]))
    };
    seen.map(line).collect()
}

fn lead(phase: &Phase) -> &'static str {
    match phase {
        Phase::Reading | Phase::Preparing => "Preparing: ",
        Phase::Asking { .. } => "Approve? ",
        Phase::Rechecking { .. } => "Approved, reading the facts once more: ",
        Phase::Acting { .. } => "Running: ",
        Phase::Proving { .. } => "Done. Checking whether it helped: ",
    }
}

fn standing(change: &Change) -> Vec<Words> {
    let mut lines: Vec<Words> =
        change.approvals.iter().map(|approval| agreed("Approved by ", approval)).collect();
    lines.extend(change.glass.iter().map(|glass| agreed("Going ahead alone: ", glass)));
    match &change.phase {
        Phase::Asking { expires } => {
            lines.push(who_may(change));
            lines.extend(too_few(change));
            if let Some(due) = change.glass_due() {
                lines.push(words![bold("Starts at "), bold(clock(due)), " unless somebody presses Deny."]);
            }
            lines.push(words![
                "Expires at ",
                clock(*expires),
                ". Code: ",
                code(change.code().to_owned()),
                ". If the command or the facts change before then, it doesn't run."
            ]);
        }
        Phase::Acting { since, stopped_by, .. } => {
            lines.push(words!["Started at ", clock(*since), "."]);
            lines.extend(
                stopped_by
                    .as_ref()
                    .map(|by| words![by, " is stopping it. I'm waiting for the last of it to end."]),
            );
        }
        Phase::Proving { .. } if !change.proposed.kind.is_step() => {
            lines.push(words!["I keep reading the facts until they hold still."]);
        }
        Phase::Proving { passing_since, .. } => lines.push(match passing_since {
            Some(since) => {
                words!["Its checks have passed since ", clock(*since), ". They must keep passing."]
            }
            None => words!["Its checks don't pass yet. I keep asking."],
        }),
        Phase::Reading | Phase::Preparing | Phase::Rechecking { .. } => {}
    }
    lines
}

pub(super) fn agreed(lead: &'static str, approval: &Approval) -> Words {
    let comment = approval.comment.as_ref().map(|comment| words![": ", comment]);
    words![lead, &approval.by, ", ", clock(approval.at)].and_if(comment)
}

/// Who is asked, and how many more are needed.
fn who_may(change: &Change) -> Words {
    let policy = &change.proposed.policy;
    let missing = policy.needed.saturating_sub(change.approvals.len());
    let people = policy.people.iter().filter(|person| change.by != **person).map(|person| words![person]);
    let group = policy.group.iter().map(|group| words![mention(group)]);
    let on_call = policy.on_call.then(|| words!["whoever is on call"]);
    let who = Words::joined(people.chain(group).chain(on_call), ", ");
    let more = if change.approvals.is_empty() { "" } else { "more " };
    let approvals = if missing == 1 { "approval" } else { "approvals" };
    words![bold(format!("Needs {missing} {more}{approvals}: "))].and(who).and(words![
        ". Not ",
        &change.by,
        ", who asked."
    ])
}

/// That it will not be approved: too few may, such as where a user group is empty.
fn too_few(change: &Change) -> Option<Words> {
    let policy = &change.proposed.policy;
    // Where the rota is not frozen, who is on call is not known here.
    policy.rota.as_ref()?;
    let may = change.approvers(&BTreeSet::new()).len();
    let who = match may {
        0 => "Nobody else may approve it now".to_owned(),
        1 => "Only one person may approve it now".to_owned(),
        may => format!("Only {may} people may approve it now"),
    };
    (may < policy.needed).then(|| {
        words![
            bold(format!("⚠️ {who}. ")),
            "Name more in ",
            code("[runbook.approval]"),
            " or the user group."
        ]
    })
}

pub(super) fn end(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(OUTPUT_MOST);
    text.chars().skip(skipped).collect()
}

/// What became of the last change, and of the request to take it back.
pub(super) fn last(draft: Draft, run: &Run) -> Draft {
    let draft = run.last.iter().fold(draft, became);
    // Closed, or released, while the world was being looked at.
    let unseen = run.is_over() && matches!(run.last, Some(Last::Broke { aftermath: None, .. }));
    let unseen = unseen
        .then(|| words![bold("Nobody checked whether it changed anything: "), "the run was closed first."]);
    let draft = draft.lines(unseen.into_iter().collect());
    match &run.not_undone {
        None => draft,
        Some(why) => became(draft.line(words![bold("It was not undone.")]), why),
    }
}

fn became(draft: Draft, last: &Last) -> Draft {
    match last {
        Last::NotBegun { title } => {
            draft.line(words![bold(title), " did not run: the run was closed first."])
        }
        Last::Unprepared { why } => draft.line(words![bold("It could not be prepared: "), why, "."]),
        Last::Denied { by, why } => {
            let why = why.as_ref().map(|why| words![": ", why]);
            draft.line(words![bold("Denied by "), by].and_if(why))
        }
        Last::Expired { at } => draft.line(words![
            bold("Nobody approved it in time. "),
            "The request expired: ",
            moment(*at),
            "."
        ]),
        Last::Voided { moved } => {
            let moved = moved.iter().map(|moved| words![moved]).collect();
            draft
                .line(words![bold("Nothing ran: the approval no longer counts. What changed:")])
                .bullets(moved)
        }
        Last::Broke { title, ended, output, aftermath, .. } => {
            let draft = draft.line(words![bold(title), ": ", broke(ended)]);
            let draft =
                draft.lines(aftermath.map(|aftermath| words![bold(told(aftermath))]).into_iter().collect());
            match output.trim().is_empty() {
                true => draft,
                false => draft.line(words![bold("Output")]).preformatted(&end(output)),
            }
        }
        Last::Undone { title, undone, did } => undo::taken_back(draft, title, undone, did),
        Last::Helped { title, since } => draft.line(words![
            bold(title),
            " helped. Its checks have passed since then: ",
            moment(*since),
            "."
        ]),
        Last::DidNotHelp { title, told: true } => {
            draft.line(words![bold(title), " ran and did not help in time."])
        }
        Last::DidNotHelp { title, told: false } => {
            draft.line(words![bold(title), " ran. I could not tell in time whether it helped."])
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
            let next = match follows {
                true => of("Done", RunAsk::Step),
                false => of("Skip this step", RunAsk::Step).asking(SKIP, "Skip it"),
            };
            let see = RunAsk::See { check: run.to_be_seen().first().cloned(), says: None };
            let see = Some(of("I see that it is down", see)).filter(|_| !run.to_be_seen().is_empty());
            let rest = [again, next].into_iter().chain(unskip(run)).chain(see).chain(undo::button(run));
            propose.into_iter().chain(rest).chain([close]).collect()
        }
        Stage::Changing(change) => match &change.phase {
            Phase::Asking { .. } => asking(run, change, &of),
            Phase::Acting { stopped_by: Some(_), .. } => Vec::new(),
            Phase::Acting { .. } => {
                let question =
                    "This ends the program and everything it started. What it has done so far stays.";
                vec![of("Abort", RunAsk::Abort).asking(question, "Abort")]
            }
            Phase::Reading | Phase::Preparing | Phase::Rechecking { .. } | Phase::Proving { .. } => {
                undo::button(run).into_iter().chain([of("Close", RunAsk::Abort)]).collect()
            }
        },
        Stage::Over { end: End::NoStepLeft, .. } => {
            unskip(run).into_iter().chain(undo::button(run)).collect()
        }
        Stage::Over { .. } => undo::button(run).into_iter().collect(),
    }
}

/// What was left behind can be offered again, after the last step too.
fn unskip(run: &Run) -> Option<Button> {
    let rung = *run.skipped.last()?;
    let line = RunbookLine::Of { run: Some(run.id), ask: RunAsk::Unskip };
    let title = step(run, rung).unwrap_or_default();
    Some(Button::new(format!("Back to: {title}"), None, Command::Runbook(line)))
}

/// What was skipped, and what earlier runs did in vain.
pub(super) fn not_done(run: &Run) -> Vec<Words> {
    let title =
        |action: &String| run.procedure.actions.get(action).map_or(action.clone(), |it| it.title.clone());
    let before = run.before.iter().map(|before| {
        let became = if before.unseen { "nobody saw whether it helped" } else { "it did not help" };
        let did = format!(" did this already, and {became}: {}.", title(&before.action));
        words![bold(before.run.to_string()), ", begun ", moment(before.at), ",", did]
    });
    // A step for people is no try.
    let skipped = run.skipped.iter().filter(|rung| !is_before(run, **rung));
    let skipped: Vec<&str> =
        skipped.filter_map(|rung| run.action_of(*rung)).map(|action| action.title.as_str()).collect();
    let skipped =
        (!skipped.is_empty()).then(|| words![bold("Skipped, not tried: "), skipped.join("; "), "."]);
    let passed_over = run.passed_over.iter().filter_map(|(rung, why)| {
        let step = step(run, *rung)?;
        Some(words![bold("Passed over: "), shorten(&step, STEP_MOST), ", which cannot be made: ", why, "."])
    });
    before.chain(skipped).chain(passed_over).collect()
}

fn is_before(run: &Run, rung: usize) -> bool {
    let action = run.rung(rung).and_then(|rung| rung.action.as_ref());
    run.before.iter().any(|before| Some(&before.action) == action)
}

fn asking(run: &Run, change: &Change, of: &impl Fn(&str, RunAsk) -> Button) -> Vec<Button> {
    let key = &change.prepared.key;
    let vote = |vote| RunAsk::Vote { key: Some(key.clone()), vote };
    let approve = match change.proposed.policy.comment {
        true => RunAsk::ApproveForm { key: key.clone() },
        false => vote(Vote::Approve { comment: None }),
    };
    let mut buttons = vec![of("Approve", approve).primary()];
    let may_go_alone = change.proposed.policy.break_glass && change.is_reversible(run);
    if may_go_alone && change.glass.is_none() && untried(run, change).is_none() {
        let alone = vote(Vote::BreakGlass { why: "the button was pressed, without a reason".into() });
        let question = "It starts in a minute unless somebody denies it. Everybody who could approve is told, and somebody reviews it afterwards.";
        buttons.push(of("Go ahead alone", alone).asking(question, "Go ahead"));
    }
    let question = "Nothing runs, and whoever asked is told. To give a reason, type /runbook deny and why.";
    buttons.push(of("Deny", vote(Vote::Deny { why: None })).asking(question, "Deny"));
    buttons
}
