//! A run's card, edited in place as its checks answer and its action is approved, carried out and proved.

use jiff::Timestamp;

use super::change::{buttons, changing, last, offered};
use super::{release, undo};
use crate::domain::procedure::{Finding, Verdict};
use crate::domain::run::announce::{counted, kept_texts};
use crate::domain::run::change::{Change, Phase};
use crate::domain::run::{End, Run, Stage};
use crate::view::Message;
use crate::view::blocks::{Button, Draft};
use crate::view::terminal::{Names, terminal};
use crate::view::time::utc;
use crate::view::words::{Words, bold, code, moment, words};

/// What a dry run found, for a terminal. `plan` is what the offered action's plan says.
pub fn dry_run(run: &Run, plan: Option<&str>) -> String {
    let draft = body(run);
    let draft = match plan.map(str::trim).filter(|plan| !plan.is_empty()) {
        Some(plan) => draft.line(words![bold("The plan says")]).preformatted(plan),
        None => draft,
    };
    let draft = draft.line(words!["Nothing was changed. What changes something is approved in Slack."]);
    terminal(&draft.finish(), &Names::default())
}

/// The card where Slack finds it too long, the longer one first: without the checks that pass and without what was printed, and
/// without any check. What is to be approved stays whole (research 2b, rule 9).
pub fn shorter_run_cards(run: &Run, since: Option<Timestamp>, now: Timestamp) -> [Message; 2] {
    let failing = |finding: &Finding| finding.verdict != Verdict::Pass;
    let mut short = run.clone();
    short.checks.retain(|name| run.findings.get(name).is_none_or(failing));
    for finding in short.findings.values_mut() {
        finding.kept.retain(|_, kept| kept.long().is_none());
    }
    if let Stage::Changing(change) = &mut short.stage {
        change.output.clear();
        change.prepared.plan = None;
    }
    let bare = Run { checks: Default::default(), ..short.clone() };
    [run_card(&short, since, now), run_card(&bare, since, now)]
}

/// The card. `since` is when its incident was declared: the recovery time counts from there.
pub fn run_card(run: &Run, since: Option<Timestamp>, now: Timestamp) -> Message {
    body(run).lines(deadline(run, since, now).into_iter().collect()).buttons(decides(run)).finish()
}

/// A release that is asked for comes first, and alone: one button of a kind stands on a card.
fn decides(run: &Run) -> Vec<Button> {
    let release = release::buttons(run);
    if release.is_empty() { buttons(run) } else { release }
}

fn body(run: &Run) -> Draft {
    let draft = Draft::new().headline(&format!("{} {} · ", lead(run), run.id), &run.procedure.title);
    let draft = draft.lines(vec![state(run)]).bullets(checks(run));
    let (files, texts): (Vec<_>, Vec<_>) =
        kept_texts(run).into_iter().partition(|text| text.end().is_empty());
    let draft = texts
        .into_iter()
        .fold(draft, |draft, text| draft.line(words![bold(&text.check.title)]).preformatted(&text.end()));
    let files: Vec<&str> = files.iter().map(|text| text.check.title.as_str()).collect();
    let in_thread = words![bold("As files in the thread: "), files.join("; "), "."];
    let draft = draft.lines((!files.is_empty()).then_some(in_thread).into_iter().collect());
    let draft = last(draft, run).lines(release::standing(run));
    match &run.stage {
        Stage::Offered { rung } => undo::offered(offered(draft, run, *rung), run),
        Stage::Changing(change) => changing(draft, run, change),
        Stage::Looking => draft,
        Stage::Over { .. } => undo::offered(draft, run),
    }
}

fn lead(run: &Run) -> &'static str {
    match &run.stage {
        Stage::Looking => "🔎",
        Stage::Offered { .. } => "👉",
        Stage::Changing(change) => match change.phase {
            Phase::Reading | Phase::Preparing | Phase::Asking { .. } => "✋",
            Phase::Rechecking { .. } | Phase::Acting { .. } => "⚙️",
            Phase::Proving { .. } => "🔬",
        },
        Stage::Over { end: End::Helped, .. } => "✅",
        Stage::Over { end: End::Well, .. } if counted(run.findings.values()).2 == 0 => "✅",
        Stage::Over { .. } => "📋",
    }
}

/// "3 pass, 1 fail, 1 could not tell".
pub(super) fn facts(pass: usize, fail: usize, unknown: usize) -> String {
    format!("{pass} pass, {fail} fail, {unknown} could not tell")
}

fn state(run: &Run) -> Words {
    let answered = run.findings.iter().filter(|(name, _)| !is_waited_for(run, name));
    let (pass, fail, unknown) = counted(answered.map(|(_, finding)| finding));
    let facts = facts(pass, fail, unknown);
    let line = match &run.stage {
        Stage::Looking => words![bold(format!("{facts}, {} still asked.", run.waiting.len()))],
        Stage::Offered { .. } | Stage::Changing(_) => words![bold(format!("{facts}."))],
        Stage::Over { end: End::Well, .. } if unknown > 0 => {
            words![bold(format!("{facts}. ")), "Nothing that could be told is wrong."]
        }
        Stage::Over { end, .. } => words![bold(format!("{facts}. ")), ended(*end)],
    };
    let given = run.given.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
    let with = (!given.is_empty()).then(|| words![", with ", code(given)]);
    let by = words![" Asked by ", &run.by, ", ", moment(run.at)].and_if(with).and(words!["."]);
    match &run.stage {
        Stage::Over { end: End::Aborted, by: Some(person), .. } => {
            line.and(words![" It was stopped by ", person, "."]).and(by)
        }
        _ => line.and(by),
    }
}

pub(super) fn ended(end: End) -> &'static str {
    match end {
        End::Well => "Nothing that is asked here is wrong.",
        End::Helped => "The action helped: its checks pass, and went on passing.",
        End::Told => "That is what was asked.",
        End::NoStepLeft => "The runbook has no further step for these facts.",
        End::Aborted => "It is over.",
        End::Released => "Its target was released, and it is over.",
    }
}

/// While a change is read once more or proved, what was found before stays until something else is.
fn is_waited_for(run: &Run, name: &str) -> bool {
    run.waiting.contains(name) && (run.change().is_none() || !run.findings.contains_key(name))
}

fn checks(run: &Run) -> Vec<Words> {
    let checks = run.checks.iter().filter_map(|name| Some((name, run.procedure.checks.get(name)?)));
    checks
        .map(|(name, check)| match run.findings.get(name) {
            _ if is_waited_for(run, name) => words!["⏳ ", &check.title],
            None => words!["▫️ ", &check.title, ": it was not answered"],
            Some(finding) => {
                // What only passed needs no word.
                let tells = finding.verdict != Verdict::Pass || !finding.kept.is_empty();
                let old = (tells && is_from_before(run, name)).then(|| words![" (before the action)"]);
                found(&check.title, finding).and_if(old)
            }
        })
        .collect()
}

/// Whether a check was answered before the action that is proved, or that helped, and not since.
fn is_from_before(run: &Run, name: &String) -> bool {
    let rung = match &run.stage {
        Stage::Changing(change) if matches!(change.phase, Phase::Proving { .. }) => {
            Some(change.proposed.rung).filter(|_| change.proposed.kind.is_step())
        }
        Stage::Over { end: End::Helped, .. } => run.offered.last().copied(),
        _ => None,
    };
    let action = rung.and_then(|rung| run.action_of(rung));
    action.is_some_and(|action| !action.verify.pass.contains(name))
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

/// When the recovery time is over, and how much of it was left when the card was drawn.
fn deadline(run: &Run, since: Option<Timestamp>, now: Timestamp) -> Option<Words> {
    let rto = run.procedure.rto?;
    // What a run that is over takes back has no time of its own.
    let was_over = |change: &Change| matches!(change.back.as_deref(), Some(Stage::Over { .. }));
    if run.is_over() || run.change().is_some_and(was_over) {
        return None;
    }
    let due = since.unwrap_or(run.at).checked_add(rto.0).ok()?;
    let left = due.duration_since(now).as_secs().div_euclid(60);
    let left = match left {
        ..0 => ", which has passed".to_owned(),
        left => format!(", {left} of them left when this was written"),
    };
    let whole = rto.0.as_secs() / 60;
    Some(words![
        bold("To be over by "),
        moment(due),
        format!(" ({}): {whole} min from the beginning{left}.", utc(due))
    ])
}
