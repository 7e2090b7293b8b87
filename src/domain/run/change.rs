//! A change to the world, from the proposal to the proof that it helped. What is approved is exactly what runs: the approval
//! covers a hash of all of it (research 2b, rules 11 to 16).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::difference::{Compared, Difference};
use super::refused::is_refused;
use super::undo::Kind;
use super::{Run, Stage};
use crate::actor::Actor;
use crate::id::{IncidentId, RunId, UserId};
use crate::procedure::{Action, Finding, Kept, Procedure, Risk, Target, Undo, Verdict};

/// Somebody alone waits this long before an action goes ahead without approval, and anybody can stop it until then.
pub const GLASS_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// The last look may take this long; after it (howler was down) what was approved is too old to begin.
pub const RECHECK_MOST: SignedDuration = SignedDuration::from_mins(2);

/// Who may approve, and how many must: as the configuration had it when approval was asked for. A later change of the
/// configuration moves no request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub people: BTreeSet<UserId>,
    /// A user group's id.
    pub group: Option<String>,
    /// Whoever is on call, and the backup.
    pub on_call: bool,
    /// Who those are: as the rota was before anybody could ask to be let in. Where it is not frozen, they are those of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rota: Option<BTreeSet<UserId>>,
    /// How many different people.
    pub needed: usize,
    /// They must say why.
    pub comment: bool,
    /// How long the request stands.
    pub stands: SignedDuration,
    pub break_glass: bool,
}

impl Policy {
    /// Whether it names nobody at all.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.group.is_none() && !self.on_call
    }

    /// Whether it names `person`. An empty list means nobody.
    pub fn allows(&self, person: &Actor, members: &BTreeSet<UserId>, on_call: &BTreeSet<UserId>) -> bool {
        self.everybody(members, on_call).any(|named| person == named)
    }

    /// Everybody whom it names.
    pub fn everybody<'p>(
        &'p self,
        members: &'p BTreeSet<UserId>,
        on_call: &'p BTreeSet<UserId>,
    ) -> impl Iterator<Item = &'p UserId> {
        let members = members.iter().filter(|_| self.group.is_some());
        let on_call = self.rota.as_ref().unwrap_or(on_call);
        self.people.iter().chain(members).chain(on_call.iter().filter(|_| self.on_call))
    }
}

/// A fact that the approval covers. What a check says in words is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    pub verdict: Verdict,
    pub kept: BTreeMap<String, Kept>,
}

impl Frozen {
    /// Of what `check` found, what `named` freezes: `check` is all that it keeps, `check.fact` one fact; else its verdict alone.
    pub(super) fn of(check: &str, named: &[String], finding: &Finding) -> Self {
        let is_frozen = |fact: &String| {
            named.iter().any(|name| match name.split_once('.') {
                Some((of, one)) => of == check && one == fact,
                None => name == check,
            })
        };
        let kept = finding.kept.iter().filter(|(fact, _)| is_frozen(fact));
        Self {
            verdict: finding.verdict,
            kept: kept.map(|(name, fact)| (name.clone(), fact.clone())).collect(),
        }
    }

    /// Those of its facts that `named` names.
    pub(super) fn of_those(&self, check: &str, named: &[String]) -> Self {
        let finding =
            Finding { verdict: self.verdict, notes: Vec::new(), why: None, kept: self.kept.clone() };
        Self::of(check, named, &finding)
    }

    /// Whether its facts are in `found` as they were; none where one cannot be told.
    pub(super) fn stands(&self, found: Option<&Finding>) -> Option<bool> {
        let found = found.filter(|found| found.verdict != Verdict::Unknown)?;
        let facts: Vec<Option<bool>> =
            self.kept.iter().map(|(name, was)| Some(found.kept.get(name)? == was)).collect();
        match facts.contains(&Some(false)) {
            true => Some(false),
            false => (!facts.contains(&None)).then_some(true),
        }
    }
}

impl From<&Finding> for Frozen {
    fn from(finding: &Finding) -> Self {
        Self { verdict: finding.verdict, kept: finding.kept.clone() }
    }
}

/// What somebody wants to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    pub rung: usize,
    /// The action's title, as the facts were.
    pub title: String,
    pub argv: Vec<String>,
    pub plan: Option<Vec<String>>,
    /// What the plan is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Compared>,
    /// What it changes, where the facts say it in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// What takes it back.
    pub undo: Option<Vec<String>>,
    pub frozen: BTreeMap<String, Frozen>,
    pub policy: Policy,
    #[serde(default, skip_serializing_if = "Kind::is_step")]
    pub kind: Kind,
}

/// What was read just before approval is asked for, and again just before the action begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// 128 random bits; what the buttons carry.
    pub key: String,
    /// The program's file, and the SHA-256 of what is in it.
    pub path: String,
    pub fingerprint: String,
    /// The names of the variables that it gets.
    pub environment: Vec<String>,
    /// Who is in the policy's user group.
    pub members: BTreeSet<UserId>,
    /// What the plan printed.
    pub plan: Option<String>,
    /// What it would change, by the plan and by what runs now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub by: Actor,
    pub at: Timestamp,
    pub comment: Option<String>,
}

/// Where a change is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// The facts that the approval of an undo covers are read.
    Reading,
    /// The plan is asked, and the program looked at.
    Preparing,
    /// People are asked until then.
    Asking { expires: Timestamp },
    /// Everything that was approved is read once more.
    Rechecking { since: Timestamp, again: Option<Box<Prepared>> },
    /// The approval is spent.
    Acting { since: Timestamp, stopped_by: Option<Actor> },
    /// It ran; its checks are asked until they have passed for long enough. `next` is when they are asked again.
    Proving { since: Timestamp, passing_since: Option<Timestamp>, next: Option<Timestamp> },
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// By itself; no code where a signal did it.
    Exit { code: Option<i32> },
    /// Its time was up. `empty`: nothing of its process group is left.
    TimedOut { empty: bool },
    /// A person stopped it, or howler was stopped.
    Stopped { empty: bool },
    /// It was never begun.
    NotBegun { why: String },
    /// howler was killed while it ran; it is gone now.
    Interrupted,
}

/// Whether an action that did not end well changed anything, as far as its frozen facts tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aftermath {
    Happened,
    DidNotHappen,
    CannotTell,
}

/// A change under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub proposed: Proposed,
    pub by: Actor,
    pub at: Timestamp,
    /// Who saw what led to it, where no check could tell: as little a second pair of eyes as whoever asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Actor>,
    pub prepared: Prepared,
    pub approvals: Vec<Approval>,
    /// Somebody alone goes ahead without approval: who, when, and why.
    pub glass: Option<Approval>,
    /// When everybody could read that: the minute counts from here.
    #[serde(default)]
    pub glass_told: Option<Timestamp>,
    /// How often those who may approve were asked once more.
    #[serde(default)]
    pub asked_again: u8,
    pub phase: Phase,
    /// What the program printed last.
    pub output: String,
    /// Where the run goes back to when an undo is not begun. While people are asked about it, a proof there goes on.
    #[serde(default)]
    pub back: Option<Box<Stage>>,
}

/// Everything that an approval covers, in the order in which it is hashed.
#[derive(Serialize)]
struct Covered<'a> {
    run: RunId,
    incident: Option<IncidentId>,
    procedure: &'a Procedure,
    target: &'a Option<Target>,
    proposed: &'a Proposed,
    by: &'a Actor,
    at: Timestamp,
    key: &'a str,
    path: &'a str,
    fingerprint: &'a str,
    environment: &'a [String],
    plan: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: &'a Option<Difference>,
    directory: &'static str,
}

impl Change {
    /// SHA-256 of everything that an approval covers.
    pub fn covered(&self, run: &Run) -> String {
        let Prepared { key, path, fingerprint, environment, plan, difference, members: _ } = &self.prepared;
        let covered = Covered {
            run: run.id,
            incident: run.incident,
            procedure: &run.procedure,
            target: &run.procedure.target,
            proposed: &self.proposed,
            by: &self.by,
            at: self.at,
            key,
            path,
            fingerprint,
            environment,
            plan,
            difference,
            directory: "/",
        };
        // Plain data with text keys: it always serialises.
        hex::encode(Sha256::digest(serde_json::to_vec(&covered).unwrap_or_default()))
    }

    /// What people type to name this request and no other.
    pub fn code(&self) -> &str {
        self.prepared.key.get(..6).unwrap_or_default()
    }

    /// Whether `person` may approve, but for being the one who asks. An empty list means nobody.
    pub fn allows(&self, person: &Actor, members: &BTreeSet<UserId>, on_call: &BTreeSet<UserId>) -> bool {
        self.proposed.policy.allows(person, members, on_call)
    }

    /// Whether the request would be void before the minute is over in which anybody can stop it.
    pub fn is_too_late_to_go_alone(&self, now: Timestamp) -> bool {
        match self.phase {
            Phase::Asking { expires } => expires.duration_since(now) <= GLASS_WAIT,
            _ => true,
        }
    }

    /// What it would change, as far as the facts, or its plan and what runs now, tell.
    pub fn difference(&self) -> Option<&Difference> {
        self.proposed.difference.as_ref().or(self.prepared.difference.as_ref())
    }

    pub fn is_approved(&self) -> bool {
        self.approvals.len() >= self.proposed.policy.needed.max(1)
    }

    /// Whether the action was begun.
    pub fn has_begun(&self) -> bool {
        matches!(self.phase, Phase::Acting { .. } | Phase::Proving { .. })
    }

    /// Everybody who could approve it, did not ask for it and is no witness.
    pub fn approvers(&self, on_call: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        let everybody = self.proposed.policy.everybody(&self.prepared.members, on_call);
        everybody.filter(|person| !self.is_party(person)).cloned().collect()
    }

    fn is_party(&self, person: &UserId) -> bool {
        self.by == *person || self.witnesses.iter().any(|witness| witness == person)
    }

    /// Whether a message about going ahead alone that was written at `written` is about this request, and the first: one of an
    /// older request, of which Slack heard late, begins nobody's minute.
    pub fn is_told_by(&self, written: Timestamp) -> bool {
        self.glass_told.is_none() && self.glass.as_ref().is_some_and(|glass| glass.at <= written)
    }

    /// When the action goes ahead without approval, once that stands where everybody can stop it.
    pub fn glass_due(&self) -> Option<Timestamp> {
        self.glass.as_ref()?;
        self.glass_told?.checked_add(GLASS_WAIT).ok()
    }

    /// When something follows by itself.
    pub fn due(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Asking { expires } => {
                let behind = self.behind().and_then(Self::due);
                [Some(*expires), self.again_due(), self.glass_due(), behind].into_iter().flatten().min()
            }
            Phase::Proving { next, .. } => *next,
            Phase::Reading | Phase::Preparing | Phase::Rechecking { .. } | Phase::Acting { .. } => None,
        }
    }

    /// When those who may approve are asked once more, where nobody has answered: at half of the request's time, and at three quarters.
    pub fn again_due(&self) -> Option<Timestamp> {
        let Phase::Asking { expires } = self.phase else { return None };
        let quarters = [2, 3].get(usize::from(self.asked_again))?;
        let is_answered = !self.approvals.is_empty() || self.glass.is_some();
        let quarter = expires.duration_since(self.at) / 4;
        self.at.checked_add(quarter * *quarters).ok().filter(|_| !is_answered)
    }

    /// The action that an undo would take back, as long as it is proved.
    pub fn behind(&self) -> Option<&Self> {
        match self.back.as_deref() {
            Some(Stage::Changing(change)) => Some(change),
            _ => None,
        }
    }

    /// Whether somebody alone may go ahead with it: it can be taken back by a button. That of an undo cannot.
    pub fn is_reversible(&self, run: &Run) -> bool {
        self.proposed.kind.is_step() && run.action_of(self.proposed.rung).is_some_and(Action::is_reversible)
    }
}

impl Action {
    /// Whether a command takes it back, or it leaves nothing that could be taken back.
    pub fn is_reversible(&self) -> bool {
        matches!(self.undo, Undo::Command(_)) || self.undo.is_needless()
    }
}

impl Risk {
    /// Whether whoever approves must say why.
    pub fn wants_comment(self) -> bool {
        self == Self::High
    }
}

/// What the facts that `action` changes say of it, where it did not end well. Facts that it does not move say nothing; nor does a
/// world that stands still, unless the program `said` that it was refused: what was only asked for may still be carried out.
pub fn aftermath(
    action: &Action,
    ended: &Ended,
    said: &str,
    frozen: &BTreeMap<String, Frozen>,
    found: &BTreeMap<String, Finding>,
) -> Aftermath {
    let facts = frozen.iter().map(|(name, before)| (name, before.of_those(name, &action.changes)));
    let facts = facts.filter(|(_, before)| !before.kept.is_empty());
    match stand(facts, found) {
        Some(false) => Aftermath::Happened,
        Some(true) if is_over(action, ended, said) => Aftermath::DidNotHappen,
        _ => Aftermath::CannotTell,
    }
}

/// Whether nothing can come of it any more.
fn is_over(action: &Action, ended: &Ended, said: &str) -> bool {
    matches!(ended, Ended::Exit { code: Some(_) }) && is_refused(action.run.program(), said)
}

/// Whether all of the facts are as they were; none where there are none, or one cannot be told and no other has moved.
pub(super) fn stand<'f>(
    facts: impl Iterator<Item = (&'f String, Frozen)>,
    found: &BTreeMap<String, Finding>,
) -> Option<bool> {
    let all: Vec<Option<bool>> = facts.map(|(name, fact)| fact.stands(found.get(name))).collect();
    match () {
        () if all.contains(&Some(false)) => Some(false),
        () if all.is_empty() || all.contains(&None) => None,
        () => Some(true),
    }
}
