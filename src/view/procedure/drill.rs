//! What a drill found, for a terminal: what could not have been told at night.

use crate::blocks::Draft;
use crate::terminal::{Names, terminal};
use crate::words::{Words, bold, words};
use domain::procedure::Verdict;
use domain::run::Run;

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

fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✅ ",
        Verdict::Fail => "❌ ",
        Verdict::Unknown => "❔ ",
    }
}
