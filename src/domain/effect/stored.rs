//! Effects as any version wrote them.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Effect, EffectKind, EffectState, Lane};
use crate::id::{EffectId, IncidentId};
use crate::owner::Owner;

/// Up to format 2 an effect named an incident, or nothing; whose it was followed from what it does.
#[derive(Deserialize)]
pub(super) struct StoredEffect {
    id: EffectId,
    owner: Option<Owner>,
    incident: Option<IncidentId>,
    lane: Lane,
    kind: EffectKind,
    created_at: Timestamp,
    attempts: u32,
    state: EffectState,
}

impl From<StoredEffect> for Effect {
    fn from(stored: StoredEffect) -> Self {
        let StoredEffect { id, owner, incident, lane, kind, created_at, attempts, state } = stored;
        let owner = owner.unwrap_or_else(|| older(&kind, incident));
        Self { id, owner, incident, lane, kind, created_at, attempts, state, named: None }
    }
}

fn older(kind: &EffectKind, incident: Option<IncidentId>) -> Owner {
    match (kind.run(), incident, kind) {
        (Some(run), _, _) => Owner::Run(run),
        (None, Some(incident), _) => Owner::Incident(incident),
        (None, None, EffectKind::Tell { .. } | EffectKind::Retell { .. } | EffectKind::Group) => Owner::Rota,
        (None, None, _) => Owner::Howler,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RunId;

    /// Rows as formats 1 and 2 have them, and as they are written now.
    #[test]
    fn an_effect_of_any_version_names_its_owner() {
        let older = [
            ("3", r#"{"Card":{"place":"Room"}}"#, Owner::Incident(IncidentId(3))),
            ("3", r#"{"RunCard":{"run":7}}"#, Owner::Run(RunId(7))),
            ("null", r#"{"RunCard":{"run":7}}"#, Owner::Run(RunId(7))),
            ("null", r#""Group""#, Owner::Rota),
            ("null", r#"{"SayFreeze":{"by":"U1","why":null}}"#, Owner::Howler),
        ];
        for (incident, kind, owner) in older {
            let text = format!(
                r#"{{"id":1,"incident":{incident},"lane":"OnCall","kind":{kind},"created_at":"2026-11-29T03:00:00Z",
                "attempts":0,"state":"Waiting"}}"#
            );
            let effect: Effect = serde_json::from_str(&text).unwrap();
            assert_eq!(effect.owner, owner, "{text}");
            let again = serde_json::to_string(&effect).unwrap();
            assert_eq!(serde_json::from_str::<Effect>(&again).unwrap(), effect, "{again}");
        }
    }
}
