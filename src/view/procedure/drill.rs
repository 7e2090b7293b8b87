//! What drills found, for a terminal, for the on-call channel and for a card: what could not have been told at night.

use std::collections::BTreeMap;

use crate::Message;
use crate::blocks::Draft;
use crate::terminal::{Names, terminal};
use crate::words::{Words, bold, counted, words};
use domain::procedure::Verdict;
use domain::procedure::drill::{Drilled, Gap, STALE};
use domain::run::Run;
use domain::text::shorten;

/// `prepared`: each action by its title, and why it could not be prepared.
pub fn drill(run: &Run, prepared: &[(String, Result<(), String>)]) -> String {
    let checks =
        run.findings.iter().filter_map(|(name, found)| Some((name, run.procedure.checks.get(name)?, found)));
    let rows: Vec<(Verdict, Words)> = checks
        .map(|(name, check, found)| {
            let why =
                found.why.as_ref().filter(|_| found.verdict == Verdict::Unknown).map(|why| words![": ", why]);
            let fails = (found.verdict == Verdict::Fail).then(|| words![": it fails now"]);
            (
                found.verdict,
                words![mark(found.verdict), bold(name), " ", &check.title].and_if(why).and_if(fails),
            )
        })
        .collect();
    let could = rows.iter().filter(|(verdict, _)| *verdict != Verdict::Unknown).count();
    let ready = prepared.iter().filter(|(_, prepared)| prepared.is_ok()).count();
    let actions = match prepared.len() {
        0 => String::new(),
        many => format!(", and {ready} of {many} actions could be prepared"),
    };
    let action = |(title, prepared): &(String, Result<(), String>)| match prepared {
        Ok(()) => words!["✅ ", bold(title)],
        Err(why) => words!["❔ ", bold(title), ": ", why],
    };
    let draft = Draft::new()
        .headline("🧯 Drill of ", &run.procedure.name)
        .line(words![bold(format!("{could} of {} checks could tell{actions}.", rows.len()))])
        .bullets(rows.into_iter().map(|(_, row)| row).collect());
    let draft = match prepared.is_empty() {
        true => draft,
        false => draft.line(words![bold("Actions")]).bullets(prepared.iter().map(action).collect()),
    };
    terminal(&draft.line(words!["Nothing was changed."]).finish(), &Names::default())
}

/// Most procedures with gaps that a message names, and gaps of each.
const NAMED: usize = 10;
const GAPS: usize = 2;
const GAP: usize = 200;

/// What drills of the running howler found, for the on-call channel.
pub(crate) fn drilled(found: &BTreeMap<String, Drilled>) -> Message {
    let (whole, gaps): (Vec<_>, Vec<_>) = found.iter().partition(|(_, drilled)| drilled.is_whole());
    let lead = match (found.len(), gaps.len()) {
        (1, 0) => words!["The procedure that I tried can be told whole."],
        (all, 0) => words![format!("All {all} procedures can be told whole.")],
        (all, _) => words![format!("{} of {} can be told whole.", whole.len(), counted(all, "procedure"))],
    };
    let draft = Draft::new().line(words!["🧯 ", bold("Drill"), ", nothing was changed. "].and(lead));
    let more = gaps.len().saturating_sub(NAMED);
    let rows = gaps.into_iter().take(NAMED).map(|(name, drilled)| gaps_of(name, drilled)).collect();
    let draft = draft.bullets(rows);
    match more {
        0 => draft.finish(),
        more => draft.line(words![format!("And {more} more.")]).finish(),
    }
}

/// `event-stream: 5 of 6 checks could tell. redis: REDIS_URL is not set`.
fn gaps_of(name: &str, drilled: &Drilled) -> Words {
    if let ([gap], 0) = (drilled.gaps.as_slice(), drilled.checks) {
        return words![bold(name.to_owned()), ": could not begin. ", shorten(&gap.why, GAP)];
    }
    let gap = |gap: &Gap| words![bold(shorten(&gap.what, GAP)), ": ", shorten(&gap.why, GAP)];
    let named = Words::joined(drilled.gaps.iter().take(GAPS).map(gap), "; ");
    words![bold(name.to_owned()), ": ", counts(drilled), ". "].and(named)
}

/// `5 of 6 checks could tell, and 1 of 2 actions could be prepared`.
fn counts(drilled: &Drilled) -> String {
    let Drilled { checks, could, actions, ready, .. } = drilled;
    let prepared = format!(", and {ready} of {} could be prepared", counted(*actions, "action"));
    let prepared = Some(prepared).filter(|_| ready < actions).unwrap_or_default();
    format!("{could} of {} could tell{prepared}", counted(*checks, "check"))
}

/// `Last drilled 6 days ago: 5 of 6 checks could tell.`
pub(crate) fn last_drilled(run: &Run) -> Option<Words> {
    let drilled = run.drilled.as_ref()?;
    let ago = run.at.duration_since(drilled.at);
    let old = (ago >= STALE).then(|| words!["⚠️ "]);
    let when = match ago.as_hours() / 24 {
        ..=0 => "within a day".to_owned(),
        days => format!("{} ago", counted(usize::try_from(days).unwrap_or(usize::MAX), "day")),
    };
    let found = match drilled.checks {
        0 => "could not begin".to_owned(),
        _ => counts(drilled),
    };
    Some(words![""].and_if(old).and(words![format!("Last drilled {when}: {found}.")]))
}

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✅ ",
        Verdict::Fail => "❌ ",
        Verdict::Unknown => "❔ ",
    }
}
