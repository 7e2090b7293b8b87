//! Runs of procedures as they stand, and the audit of what they changed. What programs printed is not in it.

use serde_json::{Map, Value, json};

use super::lines::Line;
use domain::procedure::Verdict;
use domain::run::audit::{Audit, AuditRelease, AuditRow, Audited};
use domain::run::change::Phase;
use domain::run::{End, Run, Stage};

pub fn run(run: &Run) -> Line<'_> {
    let over_at = match &run.stage {
        Stage::Over { at, .. } => Some(*at),
        _ => None,
    };
    let findings: Map<String, Value> =
        run.findings.iter().map(|(name, found)| (name.clone(), verdict(found.verdict).into())).collect();
    Line::Run {
        run: run.id.0,
        procedure: &run.procedure.name,
        by: &run.by,
        at: run.at,
        incident: run.incident.map(|incident| incident.0),
        stage: stage(&run.stage),
        over_at,
        findings: findings.into(),
        events: run.events,
    }
}

fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Looking => "looking",
        Stage::Offered { .. } => "offered",
        Stage::Changing(change) => match change.phase {
            Phase::Reading | Phase::Preparing | Phase::Asking { .. } => "asking",
            Phase::Rechecking { .. } | Phase::Acting { .. } => "acting",
            Phase::Proving { .. } => "proving",
        },
        Stage::Over { end, .. } => match end {
            End::Well => "well",
            End::Helped => "helped",
            End::Told => "told",
            End::NoStepLeft => "no_step_left",
            End::Aborted => "aborted",
            End::Released => "released",
        },
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
    }
}

pub fn audit(row: &AuditRow) -> Line<'_> {
    let (audited, data) = match &row.what {
        Audited::Frozen { why } => ("frozen", json!({ "why": why })),
        Audited::Unfrozen => ("unfrozen", json!({})),
        Audited::SignedFrom { key, lost } => ("signed_from", json!({ "key": key, "lost": lost })),
        Audited::Release { run, incident, target, hold, what } => {
            let (name, more) = released(what);
            let data =
                json!({ "run": run, "incident": incident, "target": target, "hold": hold, "more": more });
            (name, data)
        }
        Audited::Reviewed { run, note } => ("reviewed", json!({ "run": run, "note": note })),
        Audited::Change { run, incident, procedure, step, covered, undo, what } => {
            let (name, more) = audited(what);
            let data = json!({
                "run": run, "incident": incident, "procedure": procedure, "step": step, "covered": covered,
                "undo": undo, "more": more
            });
            (name, data)
        }
    };
    Line::Audit {
        seq: row.seq,
        at: row.at,
        by: row.by.not_howler(),
        audited,
        data,
        before: &row.before,
        hash: &row.hash,
        signature: row.signature.as_deref(),
    }
}

fn released(what: &AuditRelease) -> (&'static str, Value) {
    match what {
        AuditRelease::Asked { why } => ("release_asked", json!({ "why": why })),
        AuditRelease::Denied { why } => ("release_denied", json!({ "why": why })),
        AuditRelease::Unprepared { why } => ("release_unprepared", json!({ "why": why })),
        AuditRelease::Expired => ("release_expired", json!({})),
        AuditRelease::Moot => ("release_moot", json!({})),
        AuditRelease::Released { asked_by, why, comment } => {
            ("released", json!({ "asked_by": asked_by, "why": why, "comment": comment }))
        }
    }
}

fn audited(what: &Audit) -> (&'static str, Value) {
    match what {
        Audit::Asked { command, program, fingerprint } => {
            ("asked", json!({ "command": command, "program": program, "fingerprint": fingerprint }))
        }
        Audit::Approved { comment } => ("approved", json!({ "comment": comment })),
        Audit::Denied { why } => ("denied", json!({ "why": why })),
        Audit::WentAheadAlone { why } => ("went_ahead_alone", json!({ "why": why })),
        Audit::Unprepared { why } => ("unprepared", json!({ "why": why })),
        Audit::Closed => ("closed", json!({})),
        Audit::Expired => ("expired", json!({})),
        Audit::Voided { moved } => ("voided", json!({ "moved": moved })),
        Audit::Begun { command } => ("begun", json!({ "command": command })),
        Audit::StopAsked => ("stop_asked", json!({})),
        Audit::Ended { ended } => ("ended", json!({ "how": ended })),
        Audit::Judged(aftermath) => ("judged", json!({ "aftermath": aftermath })),
        Audit::Helped => ("helped", json!({})),
        Audit::DidNotHelp => ("did_not_help", json!({})),
        Audit::HelpNotTold => ("help_not_told", json!({})),
        Audit::Undone(undone) => ("undone", json!({ "facts": undone })),
    }
}
