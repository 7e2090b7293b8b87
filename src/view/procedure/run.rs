//! A run's card, edited in place as its checks answer, and what the timeline says of it.

use super::parts::quoted;
use crate::config::Spoken;
use crate::domain::Command;
use crate::domain::procedure::{Finding, Undo, Verdict};
use crate::domain::run::announce::{RunNote, counted, step};
use crate::domain::run::{End, Run, Stage};
use crate::domain::runbook::{RunAsk, RunbookLine};
use crate::domain::text::shorten;
use crate::id::{RunId, UserId};
use crate::view::Message;
use crate::view::blocks::{Button, Draft};
use crate::view::time::utc;
use crate::view::words::{Words, bold, code, moment, words};

/// Longest kept text that a card shows, in characters; the end of it.
const KEPT_MOST: usize = 1_200;
/// Longest of all kept texts of a card, in characters.
const KEPT_ALL: usize = 2_400;

/// The card. `since` is when its incident was declared: the recovery time counts from there.
pub fn run_card(run: &Run, since: Option<jiff::Timestamp>) -> Message {
    let draft = Draft::new().headline(&format!("{} {} · ", lead(run), run.id), &run.procedure.title);
    let draft = draft.lines(vec![state(run)]).bullets(checks(run));
    let draft = texts(run)
        .into_iter()
        .fold(draft, |draft, (title, text)| draft.line(words![bold(title)]).preformatted(&text));
    let draft = match run.stage {
        Stage::Offered { rung } => offered(draft, run, rung),
        _ => draft,
    };
    draft.lines(deadline(run, since).into_iter().collect()).buttons(buttons(run)).finish()
}

fn lead(run: &Run) -> &'static str {
    match &run.stage {
        Stage::Looking => "🔎",
        Stage::Offered { .. } => "👉",
        Stage::Over { end: End::Well, .. } if counted(run.findings.values()).2 == 0 => "✅",
        Stage::Over { .. } => "📋",
    }
}

/// "3 pass, 1 fail, 1 could not tell".
fn facts(pass: usize, fail: usize, unknown: usize) -> String {
    format!("{pass} pass, {fail} fail, {unknown} could not tell")
}

fn state(run: &Run) -> Words {
    let (pass, fail, unknown) = counted(run.findings.values());
    let facts = facts(pass, fail, unknown);
    let line = match &run.stage {
        Stage::Looking => words![bold(format!("{facts}, {} still asked.", run.waiting.len()))],
        Stage::Offered { .. } => words![bold(format!("{facts}."))],
        Stage::Over { end: End::Well, .. } if unknown > 0 => {
            words![bold(format!("{facts}. ")), "Nothing that could be told is wrong."]
        }
        Stage::Over { end, .. } => words![bold(format!("{facts}. ")), ended(*end)],
    };
    let by = words![" Asked by ", &run.by, ", ", moment(run.at), "."];
    match &run.stage {
        Stage::Over { end: End::Aborted, by: Some(person), .. } => {
            line.and(words![" It was stopped by ", person, "."]).and(by)
        }
        _ => line.and(by),
    }
}

fn ended(end: End) -> &'static str {
    match end {
        End::Well => "Nothing that is asked here is wrong.",
        End::Told => "That is what was asked.",
        End::NoStepLeft => "The runbook has no further step for these facts.",
        End::Aborted => "It is over.",
    }
}

fn checks(run: &Run) -> Vec<Words> {
    let checks = run.checks.iter().filter_map(|name| Some((name, run.procedure.checks.get(name)?)));
    checks
        .map(|(name, check)| match run.findings.get(name) {
            _ if run.waiting.contains(name) => words!["⏳ ", &check.title],
            None => words!["▫️ ", &check.title, ": it was not answered"],
            Some(finding) => found(&check.title, finding),
        })
        .collect()
}

fn found(title: &String, finding: &Finding) -> Words {
    let mark = match finding.verdict {
        Verdict::Pass => "✅ ",
        Verdict::Fail => "❌ ",
        Verdict::Unknown => "❔ ",
    };
    let line = words![mark, title];
    let notes = finding
        .notes
        .iter()
        .map(|note| format!("{} should be {}, and is {}", note.part, note.expected, note.got));
    let why = finding.why.iter().map(|why| format!("could not tell: {why}"));
    let said: Vec<String> = notes.chain(why).collect();
    let facts: Vec<String> =
        finding.kept.iter().filter_map(|(name, kept)| Some(format!("{name} {}", kept.short()?))).collect();
    let said = if said.is_empty() { facts } else { said };
    line.and_if((!said.is_empty()).then(|| words![": ", said.join("; ")]))
}

/// Long texts that were kept, such as the end of a log.
fn texts(run: &Run) -> Vec<(&String, String)> {
    let mut room = KEPT_ALL;
    let mut texts = Vec::new();
    for (name, finding) in &run.findings {
        let Some(check) = run.procedure.checks.get(name) else { continue };
        for text in finding.kept.values().filter_map(|kept| kept.long()) {
            let most = KEPT_MOST.min(room);
            let skipped = text.chars().count().saturating_sub(most);
            let end: String = text.chars().skip(skipped).collect();
            room -= end.chars().count().min(room);
            if !end.trim().is_empty() {
                texts.push((&check.title, end));
            }
        }
    }
    texts
}

/// The step, and for an action exactly what a person would type, and what takes it back.
fn offered(draft: Draft, run: &Run, rung: usize) -> Draft {
    let title = step(run, rung).unwrap_or_default();
    let draft = draft.line(words![bold("Next step: "), title]);
    let Some(action) = run.action_of(rung) else { return draft };
    let filling = run.filling();
    let mut lines = Vec::new();
    let made = |command| filling.command(command).map(|command| quoted(&command));
    lines.extend(action.plan.as_ref().and_then(|plan| made(plan).ok()).map(|plan| format!("plan:  {plan}")));
    lines.push(match made(&action.run) {
        Ok(command) => format!("run:   {command}"),
        Err(why) => format!("run:   cannot be made: {why}"),
    });
    lines.push(match &action.undo {
        Undo::Command(undo) => match made(undo) {
            Ok(undo) => format!("undo:  {undo}"),
            Err(why) => format!("undo:  cannot be made: {why}"),
        },
        Undo::None(why) => format!("undo:  {why}"),
    });
    let lost = run.procedure.rpo.as_ref().map(|rpo| words![bold("What is lost: "), rpo, "."]);
    let proof = words![
        bold("It helped where "),
        format!(
            "within {} these pass, and for {}: {}. ",
            Spoken(action.verify.within.0),
            Spoken(action.verify.hold.0),
            action.verify.pass.join(", ")
        ),
        code("Look again"),
        " asks them."
    ];
    draft
        .preformatted(&lines.join("\n"))
        .lines(lost.into_iter().chain([proof]).collect())
        .line(words!["howler runs none of this: a person does, and says so in the incident."])
}

fn deadline(run: &Run, since: Option<jiff::Timestamp>) -> Option<Words> {
    let rto = run.procedure.rto?;
    if run.is_over() {
        return None;
    }
    let due = since.unwrap_or(run.at).checked_add(rto.0).ok()?;
    Some(words![
        bold("To be over by "),
        moment(due),
        format!(" ({}): {} from the beginning.", utc(due), Spoken(rto.0))
    ])
}

fn buttons(run: &Run) -> Vec<Button> {
    let of = |label: &str, ask| {
        let line = RunbookLine::Of { run: Some(run.id), ask };
        Button::new(label, None, Command::Runbook(line))
    };
    match run.stage {
        Stage::Looking => vec![of("Stop", RunAsk::Abort)],
        Stage::Offered { .. } => vec![
            of("Look again", RunAsk::LookAgain).primary(),
            of("Next step", RunAsk::Step),
            of("Close", RunAsk::Abort),
        ],
        Stage::Over { .. } => Vec::new(),
    }
}

/// What the incident's timeline says.
pub fn noted(run: RunId, note: &RunNote, who: Option<&UserId>) -> Words {
    let lead = words![format!("{run}: ")];
    match note {
        RunNote::Began { procedure } => {
            let who = who.map_or_else(|| words!["howler"], |who| words![who]);
            lead.and(who).and(words![" began to diagnose ", code(procedure.clone()), "."])
        }
        RunNote::Looked { pass, fail, unknown, .. } => {
            let facts = facts(*pass, fail.len(), *unknown);
            let fail = (!fail.is_empty()).then(|| words![format!(" Fails: {}.", fail.join("; "))]);
            lead.and(words![format!("{facts}.")]).and_if(fail)
        }
        RunNote::Offered { step } => lead.and(words!["the facts lead to: ", shorten(step, 300)]),
        RunNote::Over { end: End::Aborted, .. } => match who {
            Some(who) => lead.and(words!["closed by ", who, "."]),
            None => lead.and(words!["closed."]),
        },
        RunNote::Over { end, .. } => lead.and(words![ended(*end)]),
    }
}
