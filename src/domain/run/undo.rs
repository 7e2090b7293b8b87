//! Taking an action back: what was carried out stays one click, and the approvals of its risk, away from its undo, until that ends (research 6.10). An undo is
//! a change like every other; what runs is the command as it was filled when the action was approved.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::approve::{NotApproved, SHOWN_WHOLE, may_propose};
use super::change::{Change, Frozen, Phase, Policy, Proposed, stand};
use super::decide::{RunRefusal, not_now};
use super::difference::Difference;
use super::event::{End, RunEventKind};
use super::identity::under;
use super::moved::difference;
use super::settle::Around;
use super::{Run, Stage};
use crate::actor::Actor;
use crate::id::RunId;
use crate::procedure::{Action, Finding, Verdict};

/// An undo of which nothing else is said ends so long after its action, where that was not proved.
const OFFERED: SignedDuration = SignedDuration::from_hours(24);

/// What a change is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The action of a rung.
    #[default]
    Step,
    /// Takes back an action that was carried out.
    Undo {
        of: Box<Undoable>,
        /// The last other run that changed the same target since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newer: Option<RunId>,
    },
}

impl Kind {
    pub fn is_step(&self) -> bool {
        *self == Self::Step
    }

    /// The action that it takes back.
    pub fn undoes(&self) -> Option<&Undoable> {
        match self {
            Self::Step => None,
            Self::Undo { of, .. } => Some(of),
        }
    }

    /// The last other run that changed the target since the action that it takes back.
    pub fn newer(&self) -> Option<RunId> {
        match self {
            Self::Step => None,
            Self::Undo { newer, .. } => *newer,
        }
    }

    /// Another run changed the target since.
    pub fn follows(&mut self, run: Option<RunId>) {
        if let Self::Undo { newer, .. } = self {
            *newer = run;
        }
    }
}

/// An action that was carried out and that a command takes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undoable {
    /// The key of the request by which it was approved; what the button carries.
    pub key: String,
    pub rung: usize,
    pub title: String,
    /// What takes it back.
    pub argv: Vec<String>,
    /// What was run, for whoever wants to do it again.
    pub did: Vec<String>,
    /// The facts as they were before it.
    pub before: BTreeMap<String, Frozen>,
    /// What the action changed, where the facts said it in words, turned round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// From then on it is not offered any more; runs of an earlier howler have no end to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// It ends with the proof of the action: from there on others rely on what that made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends_with_proof: bool,
}

impl Undoable {
    /// What `change`, by `action`, did until `at`; none where no command takes it back.
    pub(super) fn of(change: &Change, action: Option<&Action>, at: Timestamp) -> Option<Self> {
        let stated = action.and_then(|action| action.undo.command()?.until);
        let Proposed { rung, title, argv, undo, frozen, kind, difference, .. } = &change.proposed;
        let told = frozen.iter().filter(|(_, fact)| !fact.kept.is_empty());
        Some(Self {
            key: change.prepared.key.clone(),
            rung: *rung,
            title: title.clone(),
            argv: undo.clone().filter(|_| kind.is_step())?,
            did: argv.clone(),
            before: told.map(|(name, fact)| (name.clone(), fact.clone())).collect(),
            difference: difference.as_ref().map(Difference::turned),
            until: at.checked_add(stated.map_or(OFFERED, |until| until.0)).ok(),
            ends_with_proof: stated.is_none(),
        })
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// What the facts say once an undo was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Undone {
    /// They are as they were before the action.
    AsBefore,
    /// Those that the action moved are; how others differ, in words.
    MovedBack { what: Vec<String> },
    /// They are not, and how they differ, in words: whether it is undone cannot be told. Numbers that only count up, such as
    /// revisions, never come back.
    Otherwise { what: Vec<String> },
    /// Those that the action moved are just as they were when the undo was approved: nothing shows that it did anything.
    NotMoved,
    /// No fact was frozen, or one could not be read.
    CannotTell,
}

/// Compares what was found after an undo with the facts `before` the action, and with those when the undo was `approved`.
pub(super) fn undone(
    before: &BTreeMap<String, Frozen>,
    approved: &BTreeMap<String, Frozen>,
    found: &BTreeMap<String, Finding>,
    action: Option<&Action>,
) -> Undone {
    let now = before.iter().filter_map(|(name, before)| Some((name, before, found.get(name)?)));
    let what: Vec<String> = now.flat_map(|(name, was, is)| difference(name, was, is)).collect();
    match stand(moving(before, action), found) {
        Some(true) if what.is_empty() => Undone::AsBefore,
        Some(true) => Undone::MovedBack { what },
        None => Undone::CannotTell,
        Some(false) => match moved_by_action(before, approved, found, action) {
            Some(Moved::Back) => Undone::MovedBack { what },
            Some(Moved::Stayed) => Undone::NotMoved,
            None => Undone::Otherwise { what },
        },
    }
}

/// Where the facts are that an action moved.
enum Moved {
    Back,
    Stayed,
}

/// All of those that differ between `before` and `approved`; none where there are none, or they are here and there.
fn moved_by_action(
    before: &BTreeMap<String, Frozen>,
    approved: &BTreeMap<String, Frozen>,
    found: &BTreeMap<String, Finding>,
    action: Option<&Action>,
) -> Option<Moved> {
    let (mut back, mut stayed) = (Vec::new(), Vec::new());
    for (check, was) in moving(before, action) {
        let then = approved.get(check).map(|then| &then.kept);
        let is = found.get(check).filter(|is| is.verdict != Verdict::Unknown).map(|is| &is.kept);
        for (fact, was) in &was.kept {
            let (then, is) = (then.and_then(|then| then.get(fact)), is.and_then(|is| is.get(fact)));
            if then != Some(was) {
                back.push(is == Some(was));
                stayed.push(is.is_some() && is == then);
            }
        }
    }
    match () {
        () if back.is_empty() => None,
        () if !back.contains(&false) => Some(Moved::Back),
        () if !stayed.contains(&false) => Some(Moved::Stayed),
        () => None,
    }
}

/// Of the frozen facts those that the action moves; all of them where it does not say which.
pub(super) fn moving<'f>(
    frozen: &'f BTreeMap<String, Frozen>,
    action: Option<&Action>,
) -> impl Iterator<Item = (&'f String, Frozen)> {
    let named = action.map(|action| action.changes.clone()).filter(|named| !named.is_empty());
    let moves = move |(name, fact): (&'f String, &'f Frozen)| {
        let fact = named.as_ref().map_or_else(|| fact.clone(), |named| fact.of_those(name, named));
        (name, fact)
    };
    frozen.iter().map(moves).filter(|(_, fact)| !fact.kept.is_empty())
}

/// The action whose undo is offered now: the last that was carried out, while it is proved, while a step is offered, and once
/// the run is over.
pub fn undoable(run: &Run) -> Option<&Undoable> {
    let offered = match &run.stage {
        Stage::Looking => false,
        Stage::Offered { .. } | Stage::Over { .. } => true,
        Stage::Changing(change) => {
            change.proposed.kind.is_step() && matches!(change.phase, Phase::Proving { .. })
        }
    };
    run.undo.as_ref().filter(|_| offered)
}

/// Proposes to take the last action back. `policy` is what the configuration says of the undo's risk, which is never less than the
/// action's; `key` is the button's, so that an old card takes back nothing else than what it names.
///
/// # Errors
/// When nothing can be taken back now, or nothing may be changed.
pub fn propose_undo(
    run: &Run,
    by: &Actor,
    key: Option<&str>,
    policy: Policy,
    around: &Around,
    holder: Option<RunId>,
) -> Result<RunEventKind, RunRefusal> {
    let refused = |why| RunRefusal::NotApproved { run: run.id, why };
    let of = match undoable(run) {
        Some(of) => of,
        None if matches!(run.stage, Stage::Offered { .. } | Stage::Over { .. }) => {
            return Err(refused(run.no_undo()));
        }
        None => return Err(not_now(run)),
    };
    if key.is_some_and(|key| key != of.key) {
        return Err(refused(NotApproved::OtherRequest));
    }
    if let Some(until) = of.until.filter(|_| of.is_over(around.now)) {
        return Err(refused(NotApproved::UndoOver { until }));
    }
    may_propose(run, by, &policy, around, holder).map_err(refused)?;
    if of.argv.iter().map(String::len).sum::<usize>() > SHOWN_WHOLE {
        return Err(refused(NotApproved::TooLong));
    }
    let argv = under(of.argv.clone(), by, &around.names).map_err(refused)?;
    Ok(RunEventKind::Proposed(Box::new(Proposed {
        rung: of.rung,
        title: format!("Undo: {}", of.title),
        argv,
        plan: None,
        against: None,
        difference: None,
        undo: Some(of.did.clone()),
        frozen: BTreeMap::new(),
        policy,
        kind: Kind::Undo { of: Box::new(of.clone()), newer: None },
    })))
}

/// Of other runs the one that changed the target of `run` last, since that did.
pub fn changed_since<'r>(run: &Run, others: impl IntoIterator<Item = &'r Run>) -> Option<RunId> {
    let (target, since) = (run.procedure.target.as_ref()?, run.ran.as_ref()?.at);
    let same = |other: &Run| other.procedure.target.as_ref().is_some_and(|theirs| theirs.overlaps(target));
    let began = |other: &'r Run| Some((other.ran.as_ref()?.at, other.id));
    let others = others.into_iter().filter(|other| other.id != run.id && same(other)).filter_map(began);
    others.filter(|(at, _)| *at >= since).max().map(|(_, id)| id)
}

/// Whether what the action of an undo moved was as it was before that already when approval was asked for.
pub fn changes_nothing(run: &Run, undo: &Change) -> bool {
    let Some(of) = undo.proposed.kind.undoes() else { return false };
    let now = |check: &String, fact: &String| undo.proposed.frozen.get(check)?.kept.get(fact);
    let mut facts = moving(&of.before, run.action_of(of.rung)).peekable();
    facts.peek().is_some()
        && facts.all(|(check, was)| was.kept.iter().all(|(fact, was)| now(check, fact) == Some(was)))
}

/// The facts that the approval of an undo covers: as they are now, so that what somebody else changes meanwhile voids it.
pub(super) fn captured(run: &Run, change: &Change) -> RunEventKind {
    let names = run.facts(change.proposed.rung);
    let frozen = run.action_of(change.proposed.rung).map_or(&[][..], |action| &action.freeze);
    let read = names.into_iter().map(|name| match run.findings.get(&name) {
        Some(finding) if finding.verdict != Verdict::Unknown => {
            let fact = Frozen::of(&name, frozen, finding);
            Ok((name, fact))
        }
        _ => Err(name),
    });
    match read.collect() {
        Ok(facts) => RunEventKind::Captured(facts),
        Err(name) => RunEventKind::Unprepared {
            why: format!("{name} could not be read, and nobody approves that blindly"),
        },
    }
}

impl Run {
    /// Whether `kind` belongs to what goes on while people are asked about an undo: the proof of the action, and what follows
    /// from it.
    pub(super) fn goes_on_by(&self, kind: &RunEventKind) -> bool {
        let asked = |change: &Change| change.back.is_some() && matches!(change.phase, Phase::Asking { .. });
        let goes_on = match kind {
            RunEventKind::Found { .. }
            | RunEventKind::LookedForProof
            | RunEventKind::Weighed { .. }
            | RunEventKind::DidNotHelp
            | RunEventKind::Helped
            | RunEventKind::PassedOver { .. }
            | RunEventKind::Led { .. } => true,
            RunEventKind::Over(end) => *end != End::Aborted,
            _ => false,
        };
        goes_on && self.change().is_some_and(asked)
    }

    /// The run as it would be without the undo that people are asked about.
    fn without_undo(&self) -> Self {
        let back = self.change().and_then(|change| change.back.as_deref().cloned());
        Self { stage: back.unwrap_or_else(|| self.stage.clone()), ..self.clone() }
    }
}

/// The change that an event is about. An undo that is not begun leaves another one behind.
pub(super) fn about<'r>(before: &'r Run, after: &'r Run) -> Option<&'r Change> {
    match (before.change(), after.change()) {
        (Some(undo), Some(behind)) if !undo.proposed.kind.is_step() && behind.proposed.kind.is_step() => {
            Some(undo)
        }
        (before, after) => after.or(before),
    }
}

/// What an event that turned `before` into `after` is told of: without the undo, where it belongs to what goes on behind it.
pub fn told_of<'r>(
    before: Option<&'r Run>,
    after: &'r Run,
    kind: &RunEventKind,
) -> (Option<Cow<'r, Run>>, Cow<'r, Run>) {
    match before {
        Some(before) if before.goes_on_by(kind) => {
            (Some(Cow::Owned(before.without_undo())), Cow::Owned(after.without_undo()))
        }
        before => (before.map(Cow::Borrowed), Cow::Borrowed(after)),
    }
}
