//! The audit: who asked for which change, who approved it, what was begun and how it ended. Each row holds the hash of the one
//! before it, so that none can be changed or taken out unseen (research 2b, rule 18).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::change::{Aftermath, Ended, Phase};
use super::event::{End, RunEvent, RunEventKind};
use super::signed::{self, Keys, SignedFrom};
use super::undo::{Undone, about, told_of};
use super::{Last, Run};
use crate::actor::Actor;
use crate::id::{IncidentId, RunId};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// One row. `hash` is the SHA-256 of everything before it in the row, and of the last row's hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    pub seq: u64,
    pub at: Timestamp,
    #[serde(default)]
    pub by: Actor,
    pub what: Audited,
    /// The hash of the row before; empty in the first.
    pub before: String,
    pub hash: String,
    /// Over the hash, where rows are signed: see [`super::signed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audited {
    Change {
        run: RunId,
        incident: Option<IncidentId>,
        procedure: String,
        step: String,
        /// The hash of everything that the approval covers.
        covered: String,
        /// It takes an action back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        undo: bool,
        what: Audit,
    },
    /// No change is begun until further notice.
    Frozen {
        why: String,
    },
    Unfrozen,
    /// From this row on rows are signed with `key`, by its id. `lost`: the key before it could not agree to that.
    SignedFrom {
        key: String,
        lost: bool,
    },
    /// The target that a run holds, and what became of the wish to free it. `hold` is the event with which the run's change was proposed.
    Release {
        run: RunId,
        incident: Option<IncidentId>,
        target: String,
        hold: u32,
        what: AuditRelease,
    },
    /// Somebody looked at what another one did alone.
    Reviewed {
        run: RunId,
        note: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditRelease {
    Asked {
        why: String,
    },
    Denied {
        why: Option<String>,
    },
    Unprepared {
        why: String,
    },
    Expired,
    /// The hold was over, or another one, before anybody agreed.
    Moot,
    /// `asked_by` wanted it, for `why`; the row's person agreed.
    Released {
        asked_by: Actor,
        why: String,
        comment: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audit {
    Asked {
        command: Vec<String>,
        program: String,
        fingerprint: String,
    },
    Approved {
        comment: Option<String>,
    },
    Denied {
        why: Option<String>,
    },
    WentAheadAlone {
        why: String,
    },
    Unprepared {
        why: String,
    },
    /// Somebody closed the run before the action was proved.
    Closed,
    Expired,
    Voided {
        moved: Vec<String>,
    },
    Begun {
        command: Vec<String>,
    },
    StopAsked,
    Ended {
        ended: Ended,
    },
    Judged(Aftermath),
    Helped,
    DidNotHelp,
    /// Whether it helped could not be told in time.
    HelpNotTold,
    Undone(Undone),
}

/// Where the chain stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of rows.
    pub rows: u64,
    pub hash: String,
}

impl Head {
    /// The next row, unsigned, and the head after it.
    fn next(&self, at: Timestamp, by: Actor, what: Audited) -> AuditRow {
        let mut row = AuditRow {
            seq: self.rows + 1,
            at,
            by,
            what,
            before: self.hash.clone(),
            hash: String::new(),
            signature: None,
        };
        row.hash = row.digest();
        row
    }

    /// The head after `row`, which must be the next.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn follow(&self, row: &AuditRow) -> Result<Self, String> {
        self.follow_hashed(row, &row.digest())
    }

    /// [`follow`](Self::follow), with the hash of what stands before the row's own.
    fn follow_hashed(&self, row: &AuditRow, digest: &str) -> Result<Self, String> {
        let expected = self.rows + 1;
        if row.seq != expected {
            return Err(format!("row {expected} is missing; row {} stands in its place", row.seq));
        }
        if row.before != self.hash {
            return Err(format!("row {expected} does not follow the row before it"));
        }
        if row.hash != digest {
            return Err(format!("row {expected} is not as it was written"));
        }
        Ok(Self { rows: row.seq, hash: row.hash.clone() })
    }
}

/// Where the audit stands, and what it says now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    pub head: Head,
    /// From which rows on they are signed, and with which keys.
    pub signed: Vec<SignedFrom>,
    /// No change is begun, since when, by whom and why.
    pub frozen: Option<Freeze>,
    /// When the last changes began: those of an hour, and perhaps older ones.
    pub begun: Vec<Timestamp>,
    /// Who went ahead alone in which run, and why: open until somebody else has reviewed it.
    #[serde(with = "pairs")]
    pub reviews: BTreeMap<(RunId, Actor), Freeze>,
    /// The chain cannot be followed or added to, and why.
    #[serde(skip)]
    pub broken: Option<String>,
    /// The chain was not followed since the start; it is taken from a checkpoint.
    #[serde(skip)]
    pub unread: bool,
}

/// A map whose keys are no text, as a list.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub fn deserialize<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<K, V>, D::Error> {
        Ok(Vec::<(K, V)>::deserialize(from)?.into_iter().collect())
    }
}

/// A row as it stands on the disk. Its hash is taken over the very bytes that stand there, so that a field that this version
/// does not know breaks no chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    pub row: AuditRow,
    digest: String,
}

/// The parts of a stored row, as text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<'a> {
    #[serde(borrow)]
    seq: &'a RawValue,
    #[serde(borrow)]
    at: &'a RawValue,
    #[serde(borrow)]
    by: &'a RawValue,
    #[serde(borrow)]
    what: &'a RawValue,
    #[serde(borrow)]
    before: &'a RawValue,
    /// Over the parts above.
    #[serde(borrow, rename = "hash")]
    _hash: &'a RawValue,
    /// Over the hash.
    #[serde(borrow, default, rename = "signature")]
    _signature: Option<&'a RawValue>,
}

impl StoredRow {
    /// # Errors
    /// When it is no row, or has a part beside those that the hash covers.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        let row = serde_json::from_slice(json)?;
        let Parts { seq, at, by, what, before, .. } = serde_json::from_slice(json)?;
        // As `AuditRow::digest` writes them: a list.
        let covered = [seq, at, by, what, before].map(RawValue::get).join(",");
        Ok(Self { row, digest: hex::encode(Sha256::digest(format!("[{covered}]"))) })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    pub at: Timestamp,
    #[serde(default)]
    pub by: Actor,
    pub why: String,
}

impl Ledger {
    /// The next row, signed with the one of `keys` that it needs.
    pub fn next(&self, at: Timestamp, by: Actor, what: Audited, keys: &Keys) -> AuditRow {
        let mut row = self.head.next(at, by, what);
        row.signature = keys.sign(self, &row);
        row
    }

    /// The id of the key that rows are signed with.
    pub fn key(&self) -> Option<&str> {
        self.signed.last().map(|signed| signed.key.as_str())
    }

    /// Follows the chain by one row.
    ///
    /// # Errors
    /// What is wrong with the row, in words.
    pub fn take(&mut self, row: &AuditRow) -> Result<(), String> {
        self.take_hashed(row, &row.digest())
    }

    /// Follows the chain by one row that was stored.
    ///
    /// # Errors
    /// What is wrong with the row, in words.
    pub fn take_stored(&mut self, stored: &StoredRow) -> Result<(), String> {
        self.take_hashed(&stored.row, &stored.digest)
    }

    fn take_hashed(&mut self, row: &AuditRow, digest: &str) -> Result<(), String> {
        let head = self.head.follow_hashed(row, digest)?;
        signed::check(self, row)?;
        self.head = head;
        match &row.what {
            Audited::Frozen { why } => {
                self.frozen = Some(Freeze { at: row.at, by: row.by.clone(), why: why.clone() });
            }
            Audited::Unfrozen => self.frozen = None,
            Audited::SignedFrom { key, lost } => {
                self.signed.push(SignedFrom { row: row.seq, key: key.clone(), lost: *lost });
            }
            Audited::Change { run, what: Audit::WentAheadAlone { why }, .. } => {
                let alone = Freeze { at: row.at, by: row.by.clone(), why: why.clone() };
                self.reviews.insert((*run, row.by.clone()), alone);
            }
            Audited::Change { what: Audit::Begun { .. }, .. } => {
                let hour = row.at.saturating_sub(HOUR).unwrap_or(Timestamp::MIN);
                self.begun.retain(|begun| *begun > hour);
                self.begun.push(row.at);
            }
            Audited::Change { .. } | Audited::Release { .. } => {}
            // Never one's own: that waits for somebody else still.
            Audited::Reviewed { run, .. } => {
                self.reviews.retain(|(alone, by), _| alone != run || *by == row.by);
            }
        }
        Ok(())
    }

    /// Why nothing may be changed at `now`, in words; at most `per_hour` changes begin within an hour.
    pub fn bars(&self, now: Timestamp, per_hour: usize) -> Option<String> {
        if let Some(why) = &self.broken {
            return Some(format!("the audit cannot be trusted: {why}"));
        }
        if self.unread {
            return Some(
                "the audit is still being read through after the start: try again in a minute".to_owned(),
            );
        }
        if let Some(freeze) = &self.frozen {
            return Some(format!("changes are frozen: {}", freeze.why));
        }
        let hour = now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN);
        let begun = self.begun.iter().filter(|begun| **begun > hour).count();
        (begun >= per_hour).then(|| format!("{begun} changes began within the last hour, and no more may"))
    }
}

impl AuditRow {
    pub(super) fn digest(&self) -> String {
        let row = (self.seq, self.at, &self.by, &self.what, &self.before);
        // Plain data with text keys: it always serialises.
        hex::encode(Sha256::digest(serde_json::to_vec(&row).unwrap_or_default()))
    }
}

fn audited_release(before: &Run, after: &Run, event: &RunEvent) -> Option<Audited> {
    let release = after.release.as_ref().or(before.release.as_ref())?;
    let what = match &event.kind {
        RunEventKind::ReleaseAsked(asked) => AuditRelease::Asked { why: asked.why.clone() },
        RunEventKind::ReleaseDenied { why } => AuditRelease::Denied { why: why.clone() },
        RunEventKind::ReleaseUnprepared { why } => AuditRelease::Unprepared { why: why.clone() },
        RunEventKind::ReleaseExpired => AuditRelease::Expired,
        RunEventKind::ReleaseMoot => AuditRelease::Moot,
        RunEventKind::Released { comment } => {
            let (asked_by, why) = (release.by.clone(), release.asked.why.clone());
            AuditRelease::Released { asked_by, why, comment: comment.clone() }
        }
        _ => return None,
    };
    let target = after.procedure.target.as_ref().map(|target| target.object.clone()).unwrap_or_default();
    Some(Audited::Release { run: after.id, incident: after.incident, target, hold: release.asked.hold, what })
}

/// What the audit says of an event, which turned `before` into `after`; nothing where no change is concerned.
pub fn audited(before: &Run, after: &Run, event: &RunEvent) -> Option<Audited> {
    if let Some(release) = audited_release(before, after, event) {
        return Some(release);
    }
    let (told, after) = told_of(Some(before), after, &event.kind);
    let (before, after) = (told.as_deref().unwrap_or(before), after.as_ref());
    let change = about(before, after);
    let what = match &event.kind {
        RunEventKind::Prepared(_) => match change?.phase {
            Phase::Asking { .. } => Audit::Asked {
                command: change?.proposed.argv.clone(),
                program: change?.prepared.path.clone(),
                fingerprint: change?.prepared.fingerprint.clone(),
            },
            _ => return None,
        },
        RunEventKind::Approved { comment } => Audit::Approved { comment: comment.clone() },
        RunEventKind::Denied { why } => Audit::Denied { why: why.clone() },
        RunEventKind::GlassBroken { why } => Audit::WentAheadAlone { why: why.clone() },
        RunEventKind::Unprepared { why } => Audit::Unprepared { why: why.clone() },
        RunEventKind::Over(End::Aborted) => {
            before.change()?;
            Audit::Closed
        }
        RunEventKind::Expired => Audit::Expired,
        RunEventKind::Voided { moved } => Audit::Voided { moved: moved.clone() },
        RunEventKind::Begun => Audit::Begun { command: change?.proposed.argv.clone() },
        RunEventKind::StopAsked => Audit::StopAsked,
        RunEventKind::Ended { ended, .. } => Audit::Ended { ended: ended.clone() },
        RunEventKind::DidNotHelp => match after.last {
            Some(Last::DidNotHelp { told: false, .. }) => Audit::HelpNotTold,
            _ => Audit::DidNotHelp,
        },
        // What people did afterwards, until the run was over, is no change of howler's.
        RunEventKind::Helped | RunEventKind::Over(End::Helped) => {
            before.change()?;
            Audit::Helped
        }
        RunEventKind::Undone(undone) => Audit::Undone(undone.clone()),
        RunEventKind::Judged(aftermath) => Audit::Judged(*aftermath),
        _ => return None,
    };
    let covered = change.map(|change| change.covered(before)).unwrap_or_default();
    let step = change.map(|change| change.proposed.title.clone()).unwrap_or_default();
    let undo = match (change, &before.last) {
        (Some(change), _) => !change.proposed.kind.is_step(),
        (None, Some(Last::Broke { undoes, .. })) => *undoes,
        (None, _) => false,
    };
    let (run, incident, procedure) = (after.id, after.incident, after.procedure.name.clone());
    Some(Audited::Change { run, incident, procedure, step, covered, undo, what })
}

#[cfg(test)]
mod tests;
