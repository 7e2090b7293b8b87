//! Names for what timers send while nothing can be saved.
//!
//! A howler that is killed then forgets what it sent, and the next one fires the same timers again. So what such a timer
//! sends has a name that follows from what it is, and is looked for by it before it is sent again.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Draft;
use crate::domain::effect::{EffectKind, EffectState, Named, PostKey};
use crate::domain::timer::Timer;
use crate::id::IncidentId;

/// How effects that are pushed now are named.
#[derive(Clone, Copy, Debug)]
pub(super) struct Naming {
    /// The timer was due then, so nothing of it was sent before.
    since: Timestamp,
    /// Another howler may have sent it.
    before: bool,
}

impl Draft<'_> {
    /// For timers that are fired and cannot be saved yet; `next` are the first free numbers of incidents, effects and runs.
    pub fn without_saving(mut self, next: (u64, u64, u64)) -> Self {
        self.unsaved = true;
        let changes = &mut self.changes;
        changes.next_incident = changes.next_incident.max(next.0);
        changes.next_effect = changes.next_effect.max(next.1);
        changes.next_run = changes.next_run.max(next.2);
        self
    }

    /// What was due at the start may have been sent: by a howler that could not save it, however long ago.
    pub(super) fn naming_of(&self, timer: &Timer) -> Option<Naming> {
        let due = timer.due;
        let before = self.outage.is_some_and(|outage| due <= outage.until);
        (before || self.unsaved).then_some(Naming { since: due, before })
    }

    pub(super) fn named(
        &self,
        incident: Option<IncidentId>,
        kind: &EffectKind,
    ) -> (EffectState, Option<Named>) {
        let Some((naming, name)) = self.naming.zip(name(incident, kind)) else {
            return (EffectState::Waiting, None);
        };
        let state = match naming.before {
            true => {
                let reason = "its time came while howler did not run or could not save".to_owned();
                EffectState::Later { at: self.now, reason, unknown: true }
            }
            false => EffectState::Waiting,
        };
        (state, Some(Named { name, since: naming.since }))
    }
}

/// The same for the same message, whoever decides it; `None` for what may come twice.
fn name(incident: Option<IncidentId>, kind: &EffectKind) -> Option<String> {
    let identity = match kind {
        // Which event it is of depends on what else fired; which reminder it is does not.
        EffectKind::Say { to, keep_as: Some(PostKey::Reminder { rung, due, .. }), .. } => {
            serde_json::json!([incident, to, rung, due])
        }
        EffectKind::Say { to, keep_as: Some(key), .. } => serde_json::json!([incident, to, key]),
        EffectKind::Tell { to, tell, keep_as } => {
            let mut tell = serde_json::to_value(tell).ok()?;
            for facts in tell.as_object_mut().into_iter().flat_map(|tell| tell.values_mut()) {
                // How late it is admitted to be differs.
                facts.as_object_mut().and_then(|facts| facts.remove("late"));
            }
            let tell = if keep_as.is_some() { Value::Null } else { tell };
            serde_json::json!([to, keep_as, tell])
        }
        _ => return None,
    };
    let hash = hex::encode(Sha256::digest(identity.to_string()));
    Some(format!("t{}", hash.get(..16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::effect::To;
    use crate::domain::incident::Rung;

    #[test]
    fn the_same_reminder_has_one_name_and_the_next_rung_another() {
        let key = |seq, rung| PostKey::Reminder { seq, to: To::Room, rung, due: Timestamp::UNIX_EPOCH };
        let name = |incident: u64, seq: u32, rung: Rung| {
            let say = crate::domain::effect::Say::Undelivered {
                title: String::new(),
                what: seq.to_string(),
                reason: String::new(),
            };
            let kind = EffectKind::Say { to: To::Room, say: Box::new(say), keep_as: Some(key(seq, rung)) };
            super::name(Some(IncidentId(incident)), &kind).unwrap()
        };
        assert_eq!(name(1, 5, Rung::Channel), name(1, 7, Rung::Channel));
        assert_ne!(name(1, 5, Rung::Channel), name(1, 5, Rung::Direct));
        assert_ne!(name(1, 5, Rung::Channel), name(2, 5, Rung::Channel));
    }
}
