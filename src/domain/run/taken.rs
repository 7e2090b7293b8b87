//! What an event makes of a change under way.

use super::change::{Approval, Change, Phase};
use super::event::{RunEvent, RunEventKind};
use crate::actor::Actor;

impl Change {
    pub(super) fn take(&mut self, event: &RunEvent, kind: &RunEventKind) {
        let approval = |comment: Option<String>| {
            let by = Some(event.by.clone()).filter(Actor::is_person)?;
            Some(Approval { by, at: event.at, comment })
        };
        match (kind, &mut self.phase) {
            (RunEventKind::Prepared(prepared), Phase::Preparing) => {
                self.prepared = prepared.as_ref().clone();
                let expires = event.at.saturating_add(self.proposed.policy.stands).unwrap_or(event.at);
                self.phase = Phase::Asking { expires };
            }
            (RunEventKind::Prepared(prepared), Phase::Rechecking { again, .. }) => {
                *again = Some(prepared.clone());
            }
            (RunEventKind::Approved { comment }, _) => self.approvals.extend(approval(comment.clone())),
            (RunEventKind::GlassBroken { why }, _) => self.glass = approval(Some(why.clone())),
            (RunEventKind::GlassTold, _) => self.glass_told = Some(event.at),
            (RunEventKind::Begun, phase) => {
                *phase = Phase::Acting { since: event.at, stopped_by: None };
            }
            (RunEventKind::StopAsked, Phase::Acting { stopped_by, .. }) => {
                *stopped_by = event.by.not_howler().cloned();
            }
            (RunEventKind::Heard { output }, _) => output.clone_into(&mut self.output),
            _ => {}
        }
    }
}
