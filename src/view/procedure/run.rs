//! A run's card, edited in place as its checks answer and its action is approved, carried out and proved.

use jiff::Timestamp;

use super::change::{buttons, changing, changing_beside, last, not_done, offered, offered_beside};
use super::{difference, last_drilled, ran, release, undo};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::terminal::{Names, terminal};
use crate::words::{Words, bold, code, moment, near, words};
use domain::procedure::{Finding, Verdict};
use domain::run::announce::{counted, kept_texts};
use domain::run::change::{Change, Phase};
use domain::run::difference::Difference;
use domain::run::seen::Seen;
use domain::run::{End, Run, Stage};

/// What a dry run found, for a terminal: `plan` is what the offered action's plan says, and `would_change` what it would change.
pub fn dry_run(run: &Run, plan: Option<&str>, would_change: Option<&Difference>) -> String {
    let draft = beside(decision(evidence(headed(run), run), run), run);
    let draft = match plan.map(str::trim).filter(|plan| !plan.is_empty()) {
        Some(plan) => draft.line(words![bold("The plan says")]).preformatted(plan),
        None => draft,
    };
    let draft = match would_change {
        Some(would_change) => difference::shown(draft, would_change),
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
    if let Some(ran) = &mut short.ran {
        ran.output.clear();
    }
    let bare = Run { checks: Default::default(), ..short.clone() };
    [run_card(&short, since, now), run_card(&bare, since, now)]
}

/// The card: what is to be decided and its buttons first, the evidence under them. `since` is when its incident was declared:
/// the recovery time counts from there.
pub fn run_card(run: &Run, since: Option<Timestamp>, now: Timestamp) -> Message {
    let draft = decision(headed(run), run);
    let draft = draft.lines(deadline(run, since, now).into_iter().collect()).buttons(decides(run));
    evidence(beside(draft, run), run).finish()
}

/// A release that is asked for comes first, and alone: one button of a kind stands on a card.
fn decides(run: &Run) -> Vec<Button> {
    let release = release::buttons(run);
    if release.is_empty() { buttons(run) } else { release }
}

fn headed(run: &Run) -> Draft {
    Draft::new().headline(&format!("{} {} · ", lead(run), run.id), &run.procedure.title)
}

/// What people decide on, and what became of what they decided before.
fn decision(draft: Draft, run: &Run) -> Draft {
    let decides = matches!(run.stage, Stage::Offered { .. } | Stage::Over { .. });
    let skipped = if decides { not_done(run) } else { Vec::new() };
    let draft = ran::shown(last(draft, run), run).lines(skipped).lines(release::standing(run));
    match &run.stage {
        Stage::Offered { rung } => undo::offered(offered(draft, run, *rung), run),
        Stage::Changing(change) => changing(draft, run, change),
        Stage::Looking => draft,
        Stage::Over { .. } => undo::offered(draft, run),
    }
}

fn beside(draft: Draft, run: &Run) -> Draft {
    match &run.stage {
        Stage::Offered { rung } => offered_beside(draft, run, *rung),
        Stage::Changing(change) => changing_beside(draft, run, change),
        Stage::Looking | Stage::Over { .. } => draft,
    }
}

/// What the checks found, those that fail first.
fn evidence(draft: Draft, run: &Run) -> Draft {
    let draft = draft.lines([Some(state(run)), last_drilled(run)].into_iter().flatten().collect());
    let draft = draft.bullets(checks(run));
    let (files, texts): (Vec<_>, Vec<_>) =
        kept_texts(run).into_iter().partition(|text| text.end().is_empty());
    let draft = texts
        .into_iter()
        .fold(draft, |draft, text| draft.line(words![bold(&text.check.title)]).preformatted(&text.end()));
    let files: Vec<&str> = files.iter().map(|text| text.check.title.as_str()).collect();
    let in_thread = words![bold("As files in the thread: "), files.join("; "), "."];
    draft.lines((!files.is_empty()).then_some(in_thread).into_iter().collect())
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
        Stage::Over { end: End::Well, .. }
            if counted(run.findings.values()).2 == 0 && !undo::is_open(run) =>
        {
            "✅"
        }
        Stage::Over { .. } => "📋",
    }
}

/// "3 passed, 1 failed, 1 could not tell".
pub(super) fn facts(pass: usize, fail: usize, unknown: usize) -> String {
    let unknown = if unknown == 0 { String::new() } else { format!(", {unknown} could not tell") };
    format!("{pass} passed, {fail} failed{unknown}")
}

fn state(run: &Run) -> Words {
    let answered = run.findings.iter().filter(|(name, _)| !is_waited_for(run, name));
    let (pass, fail, unknown) = counted(answered.map(|(_, finding)| finding));
    let facts = facts(pass, fail, unknown);
    let line = match &run.stage {
        Stage::Looking => words![bold(format!("{facts}, {} still running.", run.waiting.len()))],
        Stage::Offered { .. } | Stage::Changing(_) => words![bold(format!("{facts}."))],
        Stage::Over { end: End::Well, .. } if unknown > 0 => {
            words![bold(format!("{facts}. ")), "Nothing wrong, as far as I can tell."]
        }
        Stage::Over { end, .. } => words![bold(format!("{facts}. ")), ended(*end)],
    };
    let given = run.given.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
    let with = (!given.is_empty()).then(|| words![", with ", code(given)]);
    let by = words![" Started by ", &run.by, ", ", moment(run.at)].and_if(with).and(words!["."]);
    match &run.stage {
        Stage::Over { end: End::Aborted, by: person, .. } if !person.is_howler() => {
            line.and(words![" Stopped by ", person, "."]).and(by)
        }
        _ => line.and(by),
    }
}

pub(super) fn ended(end: End) -> &'static str {
    match end {
        End::Well => "Nothing is wrong here.",
        End::Helped => "The action helped: its checks pass and kept passing.",
        End::Told => "Those were all the checks.",
        End::NoStepLeft => "The runbook has no further step for this.",
        End::Aborted => "Closed.",
        End::Released => "Its target was released.",
    }
}

/// While a change is read once more or proved, what was found before stays until something else is.
fn is_waited_for(run: &Run, name: &str) -> bool {
    run.waiting.contains(name) && (run.change().is_none() || !run.findings.contains_key(name))
}

fn checks(run: &Run) -> Vec<Words> {
    let mut checks: Vec<_> =
        run.checks.iter().filter_map(|name| Some((name, run.procedure.checks.get(name)?))).collect();
    checks.sort_by_key(|(name, _)| match run.findings.get(*name).map(|finding| finding.verdict) {
        Some(Verdict::Fail) => 0,
        Some(Verdict::Unknown) => 1,
        None => 2,
        Some(Verdict::Pass) => 3,
    });
    checks
        .into_iter()
        .map(|(name, check)| match run.findings.get(name) {
            _ if is_waited_for(run, name) => words!["⏳ ", &check.title],
            None => words!["▫️ ", &check.title, ": no answer"],
            Some(finding) => {
                // What only passed needs no word.
                let tells = finding.verdict != Verdict::Pass || !finding.kept.is_empty();
                let old = (tells && run.is_from_before(name)).then(|| before(run));
                match run.seen.get(name) {
                    Some(seen) if finding.verdict == Verdict::Unknown => seen_by(&check.title, finding, seen),
                    _ => found(&check.title, finding).and_if(old),
                }
            }
        })
        .collect()
}

/// What was found before a change ran says nothing of what is there now.
fn before(run: &Run) -> Words {
    match run.ran.as_ref().is_some_and(|ran| ran.undoes) {
        true => words![" (before the undo)"],
        false => words![" (before the action)"],
    }
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
        .map(|note| format!("{} is {} (expected {})", note.part, note.got, note.expected));
    let why = finding.why.iter().map(|why| format!("could not tell: {why}"));
    let said: Vec<String> = notes.chain(why).collect();
    let facts: Vec<String> =
        finding.kept.iter().filter_map(|(name, kept)| Some(format!("{name} {}", kept.short()?))).collect();
    let said = if said.is_empty() { facts } else { said };
    line.and_if((!said.is_empty()).then(|| words![": ", said.join("; ")]))
}

/// A person's word in place of a check's, which stands beside why that could not tell.
fn seen_by(title: &String, finding: &Finding, seen: &Seen) -> Words {
    let says = seen.says.as_ref().map(|says| words![": ", says]);
    let why = finding.why.iter().map(|why| format!(" The check could not tell: {why}")).collect::<String>();
    words!["❌ ", title, ": ", bold("seen by "), &seen.by, ", ", moment(seen.at)]
        .and_if(says)
        .and(words![".", why])
}

/// When the recovery time is over. It is no countdown: the card stands until the next edit.
fn deadline(run: &Run, since: Option<Timestamp>, now: Timestamp) -> Option<Words> {
    let rto = run.procedure.rto?;
    // What a run that is over takes back has no time of its own.
    let was_over = |change: &Change| matches!(change.back.as_deref(), Some(Stage::Over { .. }));
    if run.is_over() || run.change().is_some_and(was_over) {
        return None;
    }
    let due = since.unwrap_or(run.at).checked_add(rto.0).ok()?;
    Some(match due > now {
        true => words![bold("🎯 Target: "), "fixed by ", near(due, now), "."],
        false => words![bold("🎯 Target missed: "), "fixed by ", near(due, now), "."],
    })
}
