//! `howler watch test NAME` and `howler watch list`: what is watched, looked at from a shell without a howler.

use std::process::ExitCode;
use std::sync::Arc;

use ::watch::reading::{Reading, near};
use ::watch::row::Row;
use ::watch::standing::{Change, Level};
use ::watch::told::{came, in_words, signal, word};
use ::watch::watched::Watch;
use config::Config;
use config::secrets::Secrets;
use domain::alert::rules::{Declare, Verdict, judge};
use domain::duration::Spoken;
use ground::clock::Clock;
use ground::terminal::{complain, say};
use jiff::{SignedDuration, Timestamp};
use redact::Redactor;
use watcher::Looker;

/// A counter is read twice, so far apart.
const APART: SignedDuration = SignedDuration::from_secs(10);

/// Lists the watches.
pub fn list(config: &Config) -> ExitCode {
    let lines: Vec<String> = config.watches.iter().map(|watch| format!("{}\n", described(watch))).collect();
    match lines.is_empty() {
        true => told(
            "Nothing is watched: howler.toml has no [[watch]]. docs/watching.md says how.".to_owned(),
            true,
        ),
        false => told(lines.concat().trim_end().to_owned(), true),
    }
}

fn described(watch: &Watch) -> String {
    let rules = Level::ALL
        .into_iter()
        .filter_map(|level| Some(format!("  {}: {}\n", word(level), in_words(watch.rules.of(level)?))));
    let every = Spoken(watch.every);
    let head = format!("{}: {}, every {every}\n", watch.name, watch.asks);
    head + &rules.collect::<String>()
}

/// Asks one once and explains what came. Fails where there is no such watch, or it cannot tell.
pub async fn test(config: &Config, secrets: &Secrets, name: &str) -> ExitCode {
    let Some(watch) = config.watch(name) else {
        complain(no_such(config, name));
        return ExitCode::FAILURE;
    };
    if watch.is_heard() {
        return told(heard(watch), true);
    }
    let clock = Clock::system();
    let redactor = Arc::new(Redactor::new(secrets.all().into_iter()));
    let looker = Looker::new(config, secrets, redactor);
    let mut row = Row::new(watch);
    let mut reading = looker.look(watch, &clock).await;
    row.take(watch, reading.clone(), clock.now());
    let mut before = None;
    if watch.per_second && !matches!(reading, Reading::CannotTell(_)) {
        before = Some(reading);
        clock.sleep_until(clock.now().saturating_add(APART).unwrap_or(Timestamp::MAX)).await;
        reading = looker.look(watch, &clock).await;
        row.take(watch, reading.clone(), clock.now());
    }
    let reading = counted(&reading, before.as_ref());
    let tells = !matches!(reading, Reading::CannotTell(_));
    told(explained(config, watch, &row, &reading, clock.now()), tells)
}

/// What counts: of a counter how much it grew a second.
fn counted(reading: &Reading, before: Option<&Reading>) -> Reading {
    match (reading, before) {
        (Reading::Number(now), Some(Reading::Number(before))) if now >= before => {
            Reading::number((now - before) / APART.as_secs_f64())
        }
        (reading, _) => reading.clone(),
    }
}

/// What howler is told is not asked.
fn heard(watch: &Watch) -> String {
    let mut lines = vec![
        watch.spoken(),
        match watch.is_pushed() {
            true => format!(
                "  {}, by POST /v1/metrics with `Authorization: Bearer` and HOWLER_HOOK_TOKEN",
                watch.asks
            ),
            false => format!("  {}, as /hooks/github hears of them", watch.asks),
        },
        "  It is not asked, so only the running howler knows its values: /runbook metrics tells them."
            .to_owned(),
    ];
    let rules = Level::ALL.into_iter().filter_map(|level| {
        let threshold = watch.rules.of(level)?;
        Some(format!("  {}: {}", word(level), in_words(threshold)))
    });
    lines.extend(rules);
    lines.push(format!("  Silent for {}, it is an alert of its own.", Spoken(watch.rules.absent_after)));
    lines.join("\n")
}

fn no_such(config: &Config, name: &str) -> String {
    let close = near(name, config.watches.iter().map(|watch| watch.name.as_str()));
    let hint = match close.first() {
        Some(close) => format!("Did you mean `howler watch test {close}`?"),
        None if config.watches.is_empty() => "howler.toml has no [[watch]].".to_owned(),
        None => "`howler watch list` lists them.".to_owned(),
    };
    format!("howler: no watch is called `{name}`. {hint}")
}

/// All that there is to say of one reading.
fn explained(config: &Config, watch: &Watch, row: &Row, reading: &Reading, at: Timestamp) -> String {
    let mut lines = vec![
        watch.spoken(),
        format!("  asked: {}, as howler does every {}", watch.asks, Spoken(watch.every)),
    ];
    let came = came(watch, reading);
    if let Reading::CannotTell(_) = reading {
        lines.push(format!("  nobody can tell: {came}"));
        lines.push(format!(
            "  If it stays so, that is an alert of its own at {} ({}); it is neither fine nor breached.",
            clock_time(at.saturating_add(watch.rules.absent_after).unwrap_or(Timestamp::MAX)),
            would(&judged(config, watch, &Change::Blind { since: at, reason: came }, reading, at)),
        ));
        return lines.join("\n");
    }
    lines.push(format!("  came:  {came}"));
    for level in Level::ALL {
        let Some(threshold) = watch.rules.of(level) else { continue };
        let side = match threshold.is_wrong(reading) {
            Ok(true) => "on the wrong side".to_owned(),
            Ok(false) => "on the right side".to_owned(),
            Err(reason) => format!("nobody can tell: {reason}"),
        };
        let begins = row.standing.ahead(&watch.rules).into_iter().find(|(ahead, _)| *ahead == level);
        let begins =
            begins.map(|(_, begins)| begins).or_else(|| (row.standing.level() >= Some(level)).then_some(at));
        let verdict = judged(config, watch, &Change::Began { level, since: at }, reading, at);
        let then = match begins {
            Some(begins) if begins > at => {
                format!("; if it stays so, an alert at {}: {}", clock_time(begins), would(&verdict))
            }
            Some(_) => format!("; an alert at once: {}", would(&verdict)),
            None => String::new(),
        };
        lines.push(format!("  {}: {}: {side}{then}", word(level), in_words(threshold)));
    }
    lines.join("\n")
}

fn clock_time(at: Timestamp) -> String {
    at.strftime("%H:%M:%S UTC").to_string()
}

fn judged(config: &Config, watch: &Watch, change: &Change, reading: &Reading, at: Timestamp) -> Verdict {
    judge(&signal(watch, change, reading), &config.alerts, at)
}

/// What follows from an alert like that.
fn would(verdict: &Verdict) -> String {
    let then = match verdict.declare {
        Declare::AtOnce => "an incident is declared at once",
        Declare::Ask => "its message calls whoever is on call",
        Declare::Never => "one message that calls nobody",
    };
    format!("{}, {then}", verdict.severity)
}

fn told(words: String, is_well: bool) -> ExitCode {
    if let Err(error) = say(words) {
        complain(format!("howler: what was found could not be printed: {error}"));
        return ExitCode::FAILURE;
    }
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
