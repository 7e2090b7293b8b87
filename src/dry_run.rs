//! `howler procedure run NAME --dry-run`: a procedure's checks asked from a shell, up to the step that they lead to. `howler procedure drill
//! NAME`: all of its checks, and all of its actions as far as they can be prepared.

pub mod drill;

use std::process::ExitCode;
use std::time::Duration;

use futures_util::future::join_all;

use config::Config;
use config::secrets::Secrets;
use domain::actor::Actor;
use domain::effect::To;
use domain::id::RunId;
use domain::procedure::judge::Since;
use domain::procedure::{Action, CannotTell, Command, Finding, Verdict};
use domain::run::approve::in_words;
use domain::run::decide::{RunRefusal, Start, start};
use domain::run::difference::{Compared, Difference};
use domain::run::{Around, Run, RunEvent, RunEventKind, Stage, settle};
use domain::runbook::RunbookAnswer;
use domain::text::clean_line;
use ground::clock::Clock;
use ground::terminal::{complain, say};
use probe::{Look, Planned, Prober};
use redact::Redactor;

/// A plan may take this long.
const PLAN_LIMIT: Duration = Duration::from_secs(60);

/// What is looked at from a shell.
#[derive(Debug)]
pub struct Looks {
    /// The procedure's name, or a part of it.
    pub name: String,
    /// Values of its parameters.
    pub given: Vec<String>,
    /// All of it is tried, and not only what the facts lead to.
    pub drills: bool,
}

/// Prints what the checks find, the step and its plan. Fails where there is no such procedure, or a check fails or cannot tell; of a drill
/// where something could not tell.
pub async fn run(config: &Config, secrets: &Secrets, looks: &Looks) -> ExitCode {
    let clock = Clock::system();
    let prober = Prober::new(&config.runbook, secrets.all(), |name| std::env::var(name).ok()).with_services(
        &config.runbook,
        secrets,
        clock.clone(),
    );
    let redactor = Redactor::new(secrets.all().into_iter().chain(prober.secrets()));
    let loaded = procedure::load(config.runbook.folder.as_deref())
        .fitted(config.runbook.here())
        .without_secrets(&redactor);
    for fault in &loaded.faults {
        complain(fault);
    }
    let runbook = loaded.runbook;
    let line = line(&looks.name, &looks.given);
    let by = Actor::Shell("you".into());
    let event = |seq, kind| RunEvent { seq, at: clock.now(), by: by.clone(), kind };
    let begun = start(&runbook, &line, None, To::Emergencies)
        .and_then(|kind| Run::asked(RunId(0), &event(1, kind)).ok_or(RunRefusal::NothingRuns));
    let mut run = match begun {
        Ok(run) => run,
        Err(refusal) => {
            complain(view::runbook_at_a_shell(&RunbookAnswer::Refused(refusal)));
            return ExitCode::FAILURE;
        }
    };
    for (check, finding) in findings(&run, &prober).await {
        run.apply(&event(run.events + 1, RunEventKind::Found { check, finding }));
    }
    if looks.drills {
        let prepared = prepared(&run, &prober).await;
        let is_whole = drill::found(&run, &prepared, clock.now()).is_whole();
        return told(view::drill(&run, &prepared), is_whole);
    }
    if let Some(next) = settle(&run, &Around::default()) {
        run.apply(&event(run.events + 1, next));
    }
    let passes = run.findings.values().all(|found| found.verdict == Verdict::Pass);
    let planned = plan(&run, &prober).await.unwrap_or_else(|| Ok(Planned::default()));
    let planned = planned.unwrap_or_else(|why| Planned { text: Some(why), difference: None });
    told(view::dry_run(&run, planned.text.as_deref(), planned.difference.as_ref()), passes)
}

fn told(words: String, is_well: bool) -> ExitCode {
    if let Err(error) = say(words) {
        complain(format!("howler: what was found could not be printed: {error}"));
        return ExitCode::FAILURE;
    }
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A procedure's name, of one word or several, and `tail=200` after it or between, as in Slack.
fn line(name: &str, given: &[String]) -> Start {
    let (pairs, words): (Vec<&str>, Vec<&str>) =
        given.iter().map(String::as_str).partition(|word| word.contains('='));
    let name = [name].into_iter().chain(words).collect::<Vec<_>>().join(" ");
    let typed = pairs.into_iter().filter_map(|pair| pair.split_once('='));
    let typed = typed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Start { name, typed, only: None, proposes: false }
}

/// All checks side by side.
async fn findings(run: &Run, prober: &Prober) -> Vec<(String, Finding)> {
    let checks = run.waiting.iter().filter_map(|name| Some((name, run.procedure.checks.get(name)?)));
    let look = Look { run: run.id.0, asked: run.asked };
    let asked = checks.map(async |(name, check)| {
        let found = match run.filling().question(check) {
            Ok(question) => prober.find(check, &question, Since::Trouble(run.at), look, &run.left).await,
            Err(unfilled) => Finding::unknown(unfilled.to_string()),
        };
        (name.clone(), found)
    });
    join_all(asked).await
}

/// What the offered action's plan says, and what it would change; it only reads.
async fn plan(run: &Run, prober: &Prober) -> Option<Result<Planned, String>> {
    let Stage::Offered { rung } = run.stage else { return None };
    let action = run.action_of(rung)?;
    let difference = in_words(run, action).ok().flatten();
    let plan = match &action.plan {
        Some(plan) => asked(run, plan, action, prober).await,
        None => difference.clone().map(|_| Ok(Planned::default()))?,
    };
    Some(plan.map(|plan| Planned { difference: difference.or(plan.difference), ..plan }))
}

/// A plan and what it is compared with.
async fn asked(run: &Run, plan: &Command, action: &Action, prober: &Prober) -> Result<Planned, String> {
    let made = |command| run.filling().command(command).map_err(|unfilled| unfilled.to_string());
    let against = match &action.against {
        Some(against) => Some(Compared {
            argv: made(&against.run)?,
            given: against.given.clone(),
            ignore: against.ignore.clone(),
        }),
        None => None,
    };
    prober.plan(&made(plan)?, against.as_ref(), PLAN_LIMIT).await
}

/// Each action by its title: whether its command and its undo can be made of the facts, its program is there, and its plan says something.
/// What the plan says is nobody's business by day.
async fn prepared(run: &Run, prober: &Prober) -> Vec<(String, Result<(), String>)> {
    let actions = run.procedure.actions.values().map(async |action| {
        let title = run.filling().text(&action.title).unwrap_or_else(|_| action.title.clone());
        (title, prepares(run, action, prober).await)
    });
    join_all(actions).await
}

async fn prepares(run: &Run, action: &Action, prober: &Prober) -> Result<(), String> {
    let made = |command| run.filling().command(command).map_err(|unfilled| unfilled.to_string());
    let argv = made(&action.run)?;
    if let Some(undo) = action.undo.command() {
        made(&undo.run).map_err(|why| format!("its undo cannot be made: {why}"))?;
    }
    prober.fingerprint(&argv).await.map_err(|CannotTell(why)| why)?;
    let Some(plan) = &action.plan else { return Ok(()) };
    in_words(run, action)
        .map_err(|unfilled| format!("what it would change could not be told: {unfilled}"))?;
    match asked(run, plan, action, prober).await.map_err(|why| clean_line(&why))?.difference {
        Some(Difference::CannotTell { why }) => {
            Err(format!("what it would change could not be told: {}", clean_line(&why)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_dropped() {
        let read = |words: &[&str]| {
            let given: Vec<String> = words.iter().skip(1).map(|word| (*word).to_owned()).collect();
            let Start { name, typed, .. } = line(words[0], &given);
            (name, typed)
        };
        let tail = vec![("tail".to_owned(), "200".to_owned())];
        assert_eq!(read(&["event", "stream", "tail=200"]), ("event stream".to_owned(), tail.clone()));
        assert_eq!(read(&["event-stream", "tail=200"]), ("event-stream".to_owned(), tail));
        assert_eq!(read(&["health", "tail"]).0, "health tail", "which is refused, and not taken for health");
    }
}
