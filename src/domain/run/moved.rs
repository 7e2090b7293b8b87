//! What is not any more as it was approved: the last look before an action begins.

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use super::change::{Change, Frozen, Prepared};
use crate::procedure::{Finding, Kept, Verdict};

/// What is not any more as it was approved, in words.
pub fn moved(run: &Run, change: &Change, again: &Prepared, found: &BTreeMap<String, Finding>) -> Vec<String> {
    let mut moved = Vec::new();
    let Prepared { path, fingerprint, environment, .. } = &change.prepared;
    if (path, fingerprint) != (&again.path, &again.fingerprint) {
        moved.push(format!("the program {path} is another one now"));
    }
    if *environment != again.environment {
        moved.push("the program would get other variables".to_owned());
    }
    let shown = change.prepared.difference.as_ref();
    moved.extend(shown.and_then(|shown| shown.moved(again.difference.as_ref())));
    let reasons =
        if change.proposed.kind.is_step() { run.reasons(change.proposed.rung) } else { BTreeSet::new() };
    for (name, before) in change.proposed.frozen.iter().filter(|(name, _)| !reasons.contains(*name)) {
        match found.get(name) {
            None => moved.push(format!("{name} was not read")),
            Some(finding) if finding.verdict == Verdict::Unknown => {
                moved.push(format!("{name} could not be told: {}", finding.why.as_deref().unwrap_or("")));
            }
            Some(finding) => moved.extend(difference(name, before, finding)),
        }
    }
    let verdicts = found.iter().map(|(name, finding)| (name.clone(), finding.verdict)).collect();
    let when = run.rung(change.proposed.rung).map(|rung| &rung.when);
    if !reasons.is_empty() && when.is_some_and(|when| !when.has_a_reason(&verdicts)) {
        let reasons = Vec::from_iter(reasons).join(", ");
        moved.push(format!("none of the reasons for it holds any more ({reasons})"));
    }
    moved
}

/// How a fact differs from what it was, in words.
pub(super) fn difference(name: &str, before: &Frozen, now: &Finding) -> Vec<String> {
    let mut different = Vec::new();
    if before.verdict != now.verdict {
        let (was, is) = match (before.verdict, now.verdict) {
            (_, Verdict::Unknown) => ("was told", "cannot be told"),
            (Verdict::Unknown, Verdict::Pass) => ("could not be told", "passes"),
            (Verdict::Unknown, Verdict::Fail) => ("could not be told", "fails"),
            (_, Verdict::Pass) => ("failed", "passes"),
            (_, Verdict::Fail) => ("passed", "fails"),
        };
        different.push(format!("{name} {was} before, and {is} now"));
    }
    for (fact, was) in &before.kept {
        let is = now.kept.get(fact);
        if is != Some(was) {
            let short = |kept: Option<&Kept>| kept.and_then(Kept::short).unwrap_or_else(|| "nothing".into());
            different.push(format!("{name}: {fact} was {}, and is {}", short(Some(was)), short(is)));
        }
    }
    different
}
