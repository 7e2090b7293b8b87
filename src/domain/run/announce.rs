//! What follows from a run's events outside: questions to the world, the action, the card, and lines on the incident's timeline.

use serde::{Deserialize, Serialize};

use super::change::{Aftermath, Change, Ended, Phase};
use super::event::RunEventKind;
use super::says::{self, RunSays, RunWord, says};
use super::settle::Around;
use super::undo::{Undone, told_of};
use super::{End, Last, Run, RunEvent, Stage};
use crate::actor::Actor;
use crate::effect::{EffectKind, Lane, To};
use crate::incident::Intent;
use crate::procedure::{Action, Check, Finding, Kept, Verdict};

/// Longest kept text that a card shows, in characters, the end of it; all of a longer one is a file in the thread.
const SHOWN: usize = 1_200;
/// Longest of all kept texts of a card, in characters.
const SHOWN_ALL: usize = 2_400;

/// The effects of an event, which turned `before` into `after`.
pub fn consequences(before: Option<&Run>, after: &Run, event: &RunEvent, around: &Around) -> Vec<Intent> {
    let (before, after) = told_of(before, after, &event.kind);
    let (before, after) = (before.as_deref(), after.as_ref());
    let looks = if after.asked == event.seq { looks(after) } else { Vec::new() };
    let does = match &event.kind {
        RunEventKind::Posted { .. } => return Vec::new(),
        RunEventKind::Proposed(proposed) if proposed.kind.is_step() => {
            prepare(after, true).into_iter().collect()
        }
        RunEventKind::Captured(_) => prepare(after, true).into_iter().collect(),
        RunEventKind::Rechecked => prepare(after, false).into_iter().collect(),
        RunEventKind::ReleaseAsked(asked) => {
            let kind = EffectKind::PrepareRelease { run: after.id, group: asked.policy.group.clone() };
            vec![Intent { lane: Lane::Stop(after.id), kind }]
        }
        RunEventKind::Begun => act(after).into_iter().collect(),
        RunEventKind::StopAsked => {
            vec![Intent { lane: Lane::Stop(after.id), kind: EffectKind::Stop { run: after.id } }]
        }
        RunEventKind::Found { .. } if looked(before, after) => files(after),
        _ => Vec::new(),
    };
    let card = Intent { lane: Lane::RunCard(after.id), kind: EffectKind::RunCard { run: after.id } };
    let card = Some(card).filter(|_| before.is_none_or(|before| shows(before, after)));
    let news = news(before, after, event);
    let said = before.and_then(|before| says(before, after, event, around));
    let invited = said.as_ref().and_then(|said| invite(after, said));
    looks
        .into_iter()
        .chain(does)
        .chain(invited)
        .chain(said.into_iter().flat_map(|said| spoken(after, said, around)))
        .chain(card)
        .chain(news)
        .collect()
}

/// What only the card would tell, for its thread, should Slack take the card's edit late.
fn news(before: Option<&Run>, after: &Run, event: &RunEvent) -> Option<Intent> {
    let only_shown = match &event.kind {
        RunEventKind::Led { .. } | RunEventKind::PassedOver { .. } => true,
        RunEventKind::Ended { ended, .. } => *ended == (Ended::Exit { code: Some(0) }),
        RunEventKind::Over(end) => *end != End::Helped,
        _ => false,
    };
    let note = note(before, after, event, "").filter(|_| only_shown)?;
    let kind =
        EffectKind::RunNews { run: after.id, seq: event.seq, by: event.by.clone(), note: Box::new(note) };
    Some(Intent { lane: Lane::RunNews(after.id), kind })
}

/// Whether the card says something else now: asked again and again, a proof that goes on as it was is no news.
fn shows(before: &Run, after: &Run) -> bool {
    let proving = |run: &Run| match run.change().map(|change| &change.phase) {
        Some(Phase::Proving { passing_since, .. }) => Some(*passing_since),
        _ => None,
    };
    proving(after).is_none() || proving(before) != proving(after) || before.release != after.release
}

/// A text that a check kept, and how much of its end the card has room for.
pub struct KeptText<'r> {
    pub check: &'r Check,
    name: &'r String,
    whole: &'r str,
    skipped: usize,
}

impl KeptText<'_> {
    pub fn end(&self) -> String {
        self.whole.chars().skip(self.skipped).collect()
    }
}

/// Most kept texts on a card: each takes two of the fifty blocks that Slack allows.
const TEXTS_MOST: usize = 15;

/// The longer texts that a run's checks kept, such as the end of a log, as they share the card's room.
pub fn kept_texts(run: &Run) -> Vec<KeptText<'_>> {
    let mut room = SHOWN_ALL;
    let mut texts = Vec::new();
    for (name, finding) in &run.findings {
        let Some(check) = run.procedure.checks.get(name) else { continue };
        let long = finding.kept.values().filter_map(Kept::long).filter(|text| !text.trim().is_empty());
        for whole in long {
            let many = whole.chars().count();
            let skipped = many.saturating_sub(SHOWN.min(room));
            let skipped = if texts.len() < TEXTS_MOST { skipped } else { many };
            room -= many - skipped;
            texts.push(KeptText { check, name, whole, skipped });
        }
    }
    texts
}

/// Kept texts of which the card does not show all.
fn files(run: &Run) -> Vec<Intent> {
    let cut = kept_texts(run).into_iter().filter(|text| text.skipped > 0);
    let file = |text: KeptText<'_>| Intent {
        lane: Lane::RunSays(run.id),
        kind: EffectKind::RunFile {
            run: run.id,
            name: text.name.clone(),
            title: text.check.title.clone(),
            text: text.whole.to_owned(),
        },
    };
    cut.map(file).collect()
}

fn looks(run: &Run) -> Vec<Intent> {
    run.waiting.iter().filter_map(|name| look(run, name)).collect()
}

fn look(run: &Run, name: &str) -> Option<Intent> {
    let check = run.procedure.checks.get(name)?;
    let question = run.filling().question(check).map_err(|unfilled| unfilled.to_string());
    let kind = EffectKind::Look {
        run: run.id,
        name: name.to_owned(),
        asked: run.asked,
        check: Box::new(check.clone()),
        question: Box::new(question),
    };
    Some(Intent { lane: Lane::Look(run.id, name.to_owned()), kind })
}

fn changing(run: &Run) -> Option<(&Change, &Action)> {
    let change = run.change()?;
    Some((change, run.action_of(change.proposed.rung)?))
}

fn prepare(run: &Run, plans: bool) -> Option<Intent> {
    let (change, _) = changing(run)?;
    let against = change.proposed.against.clone();
    let kind = EffectKind::Prepare {
        run: run.id,
        argv: change.proposed.argv.clone(),
        // What it would change is read once more before it begins; what else a plan prints, such as the time, moves by itself.
        plan: change.proposed.plan.clone().filter(|_| plans || against.is_some()),
        against,
        group: change.proposed.policy.group.clone(),
        hold: run.hold,
        again: !plans,
    };
    Some(Intent { lane: Lane::Act(run.id), kind })
}

fn act(run: &Run) -> Option<Intent> {
    let (change, action) = changing(run)?;
    let kind = EffectKind::Act {
        run: run.id,
        argv: change.proposed.argv.clone(),
        path: change.prepared.path.clone(),
        fingerprint: change.prepared.fingerprint.clone(),
        key: change.prepared.key.clone(),
        limit: action.limit,
        grace: action.grace(),
    };
    Some(Intent { lane: Lane::Act(run.id), kind })
}

/// Those who may approve must be where they are asked.
fn invite(run: &Run, said: &RunSays) -> Option<Intent> {
    let incident = run.incident.filter(|_| run.to == To::Room)?;
    let (RunWord::Asks { people, .. } | RunWord::ReleaseAsks { people, .. }) = &said.what else {
        return None;
    };
    let kind = EffectKind::Invite { people: people.iter().cloned().collect(), oncall: false };
    Some(Intent { lane: Lane::Show(incident), kind })
}

/// Where it is said; somebody who is skipped hears it alone as well.
fn spoken(run: &Run, said: RunSays, around: &Around) -> Vec<Intent> {
    let skipped = match (&said.what, run.change()) {
        (RunWord::GlassBroken { .. } | RunWord::AsksAgain { loud: false, .. }, Some(change)) => {
            change.approvers(&around.on_call)
        }
        // Whoever is on call may approve nothing here, and finds somebody who may.
        (RunWord::AsksAgain { .. }, Some(change)) => {
            around.on_call.iter().filter(|person| change.by != **person).cloned().collect()
        }
        _ => Default::default(),
    };
    let to = [run.to.clone()].into_iter().chain(skipped.into_iter().map(To::Person));
    let intent = |to| Intent {
        lane: Lane::RunSays(run.id),
        kind: EffectKind::RunSays { run: run.id, to, says: Box::new(said.clone()) },
    };
    to.map(intent).collect()
}

/// A line for the incident's timeline; bookkeeping has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunNote {
    Began {
        procedure: String,
    },
    /// How many checks pass and could not tell, and the titles of those that fail.
    Looked {
        procedure: String,
        pass: usize,
        fail: Vec<String>,
        unknown: usize,
    },
    Offered {
        step: String,
    },
    /// A step that the facts lead to cannot be made of them.
    PassedOver {
        step: String,
        why: String,
    },
    /// Somebody saw that it fails, where the check could not tell.
    Seen {
        check: String,
        says: Option<String>,
    },
    Over {
        procedure: String,
        end: End,
    },
    /// Approval was asked for exactly this.
    Asked {
        step: String,
        command: Vec<String>,
        undo: Option<Vec<String>>,
    },
    Approved {
        comment: Option<String>,
    },
    /// Somebody goes ahead alone, which is to be reviewed.
    GlassBroken {
        why: String,
    },
    /// Approval was not given, or is void.
    NotGiven {
        word: RunWord,
    },
    /// The action began. `audit` is the hash of the audit's last row, which tells later whether rows are missing.
    Acting {
        step: String,
        audit: String,
    },
    /// Nobody had answered, and those who may approve were asked once more.
    AskedAgain,
    StopAsked,
    /// Somebody asks that the target be freed.
    ReleaseAsked {
        target: String,
        why: String,
    },
    Released {
        target: String,
        asked_by: Actor,
        why: String,
    },
    Ended {
        ended: Ended,
    },
    Judged(Aftermath),
    DidNotHelp,
    /// It is proved, and steps for people follow.
    Helped,
    /// Whether the action helped could not be told in time.
    HelpNotTold,
    Undone(Undone),
}

/// What the timeline says of an event, which turned `before` into `after`. `audit` is the audit's last hash.
pub fn note(before: Option<&Run>, after: &Run, event: &RunEvent, audit: &str) -> Option<RunNote> {
    let (before, after) = told_of(before, after, &event.kind);
    let (before, after) = (before.as_deref(), after.as_ref());
    let procedure = after.procedure.name.clone();
    let change = after.change();
    let step_now = || change.map(|change| change.proposed.title.clone());
    Some(match &event.kind {
        RunEventKind::Asked(_) => RunNote::Began { procedure },
        RunEventKind::Found { .. } if looked(before, after) => {
            let failed = after.findings.iter().filter(|(_, finding)| finding.verdict == Verdict::Fail);
            let titles = failed.filter_map(|(name, _)| after.procedure.checks.get(name));
            let fail = titles.map(|check| check.title.clone()).collect();
            let (pass, _, unknown) = counted(after.findings.values());
            RunNote::Looked { procedure, pass, fail, unknown }
        }
        RunEventKind::Seen { check, says } => {
            let check = after.procedure.checks.get(check)?.title.clone();
            RunNote::Seen { check, says: says.clone() }
        }
        RunEventKind::Led { rung } => RunNote::Offered { step: step(after, *rung)? },
        RunEventKind::PassedOver { rung, why } => {
            RunNote::PassedOver { step: step(after, *rung)?, why: why.clone() }
        }
        RunEventKind::Prepared(_) if matches!(change?.phase, Phase::Asking { .. }) => RunNote::Asked {
            step: step_now()?,
            command: change?.proposed.argv.clone(),
            undo: change?.proposed.undo.clone(),
        },
        RunEventKind::Approved { comment } => RunNote::Approved { comment: comment.clone() },
        RunEventKind::GlassBroken { why } => RunNote::GlassBroken { why: why.clone() },
        RunEventKind::Denied { why } => {
            RunNote::NotGiven { word: RunWord::Denied { by: event.by.clone(), why: why.clone() } }
        }
        RunEventKind::Expired => RunNote::NotGiven { word: RunWord::Expired },
        RunEventKind::Voided { moved } => {
            RunNote::NotGiven { word: RunWord::Voided { moved: moved.clone() } }
        }
        RunEventKind::Unprepared { why } => {
            RunNote::NotGiven { word: RunWord::Unprepared { why: why.clone() } }
        }
        RunEventKind::Begun => RunNote::Acting { step: step_now()?, audit: audit.to_owned() },
        RunEventKind::AskedAgain => RunNote::AskedAgain,
        RunEventKind::StopAsked => RunNote::StopAsked,
        RunEventKind::Ended { ended, .. } => RunNote::Ended { ended: ended.clone() },
        RunEventKind::Judged(aftermath) => RunNote::Judged(*aftermath),
        RunEventKind::DidNotHelp => match after.last {
            Some(Last::DidNotHelp { told: false, .. }) => RunNote::HelpNotTold,
            _ => RunNote::DidNotHelp,
        },
        RunEventKind::Helped => RunNote::Helped,
        RunEventKind::Undone(undone) => RunNote::Undone(undone.clone()),
        RunEventKind::Over(end) => RunNote::Over { procedure, end: *end },
        RunEventKind::ReleaseAsked(asked) => {
            RunNote::ReleaseAsked { target: target(after), why: asked.why.clone() }
        }
        RunEventKind::Released { .. } => {
            let release = after.release.as_ref()?;
            let (asked_by, why) = (release.by.clone(), release.asked.why.clone());
            RunNote::Released { target: target(after), asked_by, why }
        }
        kind => RunNote::NotGiven { word: says::not_released(&event.by, kind)? },
    })
}

fn target(run: &Run) -> String {
    run.procedure.target.as_ref().map(|target| target.object.clone()).unwrap_or_default()
}

/// The last answer of a look came.
fn looked(before: Option<&Run>, after: &Run) -> bool {
    after.waiting.is_empty()
        && before.is_some_and(|before| !before.waiting.is_empty() && before.stage == Stage::Looking)
}

/// A rung in words: an action's title, or what a person does.
pub fn step(run: &Run, rung: usize) -> Option<String> {
    match run.action_of(rung) {
        Some(action) => Some(run.filling().text(&action.title).unwrap_or_else(|_| unfilled(&action.title))),
        None => run.rung(rung)?.human.clone(),
    }
}

/// A title whose slots cannot be filled: what would stand there is not known.
fn unfilled(title: &str) -> String {
    let mut parts = title.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| said + "…" + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// How many pass, fail, and could not tell.
pub fn counted<'f>(findings: impl Iterator<Item = &'f Finding>) -> (usize, usize, usize) {
    findings.fold((0, 0, 0), |(pass, fail, unknown), finding| match finding.verdict {
        Verdict::Pass => (pass + 1, fail, unknown),
        Verdict::Fail => (pass, fail + 1, unknown),
        Verdict::Unknown => (pass, fail, unknown + 1),
    })
}
