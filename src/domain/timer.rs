//! Timers: absolute due times, and honesty about being late.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::owner::Owner;
use crate::id::{IncidentId, RunId};

/// Which clock a timer belongs to; an owner has at most one timer of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TimerKind {
    /// The next rung of the update ladder.
    Update,
    /// The end of the response time.
    Response,
    /// The end of the time that Slack has for taking the news of a P1, before it is told on GitHub.
    Backup,
    /// The next step of paging.
    Page,
    /// The end of the quiet time of alerts, whose incident nobody has touched.
    Quiet,
    /// The next count of an incident's alerts.
    Recount,
    /// The next reminder of an incident's report.
    Report,
    /// The same of its retrospective.
    Retro,
    /// The same of its follow-up of this number.
    FollowUp(u64),
    /// Somebody else has the next turn of being on call. The rota's.
    HandOver,
    /// The end of the time in which the incoming person says "I have it". The rota's.
    Unconfirmed,
    /// The end of the time in which a swap can be agreed to. The rota's.
    Swap(u64),
    /// The next step of a page that belongs to no incident. The rota's.
    Summons(u64),
    /// The next thing that follows by itself in a run: the end of a request for approval, or another look for proof.
    Run,
    /// The end of what ends by itself.
    End,
    /// The next thing that follows by itself in an alert: it counts, or was quiet long enough.
    Alert,
    /// Nobody has a group of alerts yet: its reminder, or the end of its response time.
    AlertGroup,
    /// The end of a silence.
    Silence,
    /// The next reminder that a secret is to be rotated.
    Rotation,
    /// Something that should be heard of counts as silent. howler's own; the number is made of what it is called.
    Watch(u64),
}

impl TimerKind {
    /// One word, for metrics and exports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Response => "response",
            Self::Backup => "backup",
            Self::Page => "page",
            Self::Quiet => "quiet",
            Self::Recount => "recount",
            Self::Report => "report",
            Self::Retro => "retro",
            Self::FollowUp(_) => "follow_up",
            Self::HandOver => "hand_over",
            Self::Unconfirmed => "unconfirmed",
            Self::Swap(_) => "swap",
            Self::Summons(_) => "summons",
            Self::Run => "run",
            Self::End => "end",
            Self::Alert => "alert",
            Self::AlertGroup => "alert_group",
            Self::Silence => "silence",
            Self::Rotation => "rotation",
            Self::Watch(_) => "watch",
        }
    }

    /// Its letter in a row's key, and which of several of its owner's it is.
    pub fn letter(self) -> (&'static [u8], Option<u64>) {
        match self {
            Self::Update => (b"u", None),
            Self::Response => (b"r", None),
            Self::Backup => (b"b", None),
            Self::Page => (b"p", None),
            Self::Quiet => (b"q", None),
            Self::Recount => (b"n", None),
            Self::Report => (b"d", None),
            Self::Retro => (b"m", None),
            Self::FollowUp(number) => (b"f", Some(number)),
            Self::HandOver => (b"h", None),
            Self::Unconfirmed => (b"c", None),
            Self::Swap(number) => (b"s", Some(number)),
            Self::Summons(number) => (b"g", Some(number)),
            Self::Run => (b"a", None),
            Self::End => (b"e", None),
            Self::Alert => (b"t", None),
            Self::AlertGroup => (b"o", None),
            Self::Silence => (b"i", None),
            Self::Rotation => (b"d", None),
            Self::Watch(number) => (b"w", Some(number)),
        }
    }
}

/// A row: this clock of its owner is due then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "StoredTimer")]
pub struct Timer {
    pub due: Timestamp,
    pub owner: Owner,
    pub kind: TimerKind,
}

/// As any version wrote it: up to format 2 a timer named an incident, or nothing, and a run's named the run in its kind.
#[derive(Deserialize)]
struct StoredTimer {
    due: Timestamp,
    owner: Option<Owner>,
    incident: Option<IncidentId>,
    kind: StoredKind,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum StoredKind {
    Known(TimerKind),
    OfARun {
        #[serde(rename = "Run")]
        run: RunId,
    },
}

impl From<StoredTimer> for Timer {
    fn from(stored: StoredTimer) -> Self {
        let StoredTimer { due, owner, incident, kind } = stored;
        let (older, kind) = match kind {
            StoredKind::OfARun { run } => (Owner::Run(run), TimerKind::Run),
            StoredKind::Known(kind) => (incident.map_or(Owner::Rota, Owner::Incident), kind),
        };
        Self { due, owner: owner.unwrap_or(older), kind }
    }
}

/// A time in which howler did not run (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Why something was said after its due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lateness {
    pub due: Timestamp,
    /// Set when howler was not running at the due time; otherwise it was running and slow.
    pub outage: Option<Outage>,
}

/// Under this howler is on time and says nothing about it.
pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(10);

impl Lateness {
    /// What to admit about a timer that was due at `due` and fires at `now`.
    pub fn of(due: Timestamp, now: Timestamp, outage: Option<Outage>) -> Option<Self> {
        if now.duration_since(due) <= TOLERANCE {
            return None;
        }
        Some(Self { due, outage: outage.filter(|outage| outage.from <= due && due <= outage.until) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> Timer {
        serde_json::from_str(text).unwrap()
    }

    /// Rows as formats 1 and 2 have them, and as they are written now.
    #[test]
    fn a_timer_of_any_version_names_its_owner() {
        let due: Timestamp = "2026-11-29T03:00:00Z".parse().unwrap();
        let older = [
            (r#""incident":3,"kind":"Update""#, Owner::Incident(IncidentId(3)), TimerKind::Update),
            (r#""incident":null,"kind":"HandOver""#, Owner::Rota, TimerKind::HandOver),
            (r#""incident":null,"kind":{"Swap":4}"#, Owner::Rota, TimerKind::Swap(4)),
            (r#""incident":null,"kind":{"Run":7}"#, Owner::Run(RunId(7)), TimerKind::Run),
        ];
        for (text, owner, kind) in older {
            let timer = Timer { due, owner, kind };
            assert_eq!(stored(&format!(r#"{{"due":"{due}",{text}}}"#)), timer, "{text}");
            assert_eq!(stored(&serde_json::to_string(&timer).unwrap()), timer);
        }
    }
}
