//! What is watched: whether each can be read.

use std::sync::Arc;

use futures_util::future::join_all;

use super::Line;
use ::watch::reading::Reading;
use ::watch::told::came;
use ::watch::watched::Watch;
use config::Config;
use config::secrets::Secrets;
use ground::clock::Clock;
use redact::Redactor;
use watcher::Looker;

/// A line for each watch, with its first reading.
pub async fn lines(config: &Config, secrets: &Secrets, clock: &Clock) -> Vec<Line> {
    let redactor = Arc::new(Redactor::new(secrets.all().into_iter()));
    let looker = Looker::new(config, secrets, redactor);
    let (pushed, hears) = (secrets.hooks.token.is_some(), secrets.hooks.github.is_some());
    let lines = config.watches.iter().map(async |watch| match watch.is_heard() {
        true if watch.is_pushed() => heard(watch, pushed, "HOWLER_HOOK_TOKEN", "POST /v1/metrics"),
        true => heard(watch, hears, "GITHUB_WEBHOOK_SECRET", "/hooks/github"),
        false => line(watch, &looker.look(watch, clock).await),
    });
    join_all(lines).await
}

fn heard(watch: &Watch, listens: bool, variable: &str, door: &str) -> Line {
    let what = format!("watch {}", watch.name);
    match listens {
        true => Line::ok(what, format!("it is {}, and cannot be asked", watch.asks)),
        false => {
            Line::fail(what, format!("{variable} is not set, so howler hears nothing: {door} does not exist"))
        }
    }
}

fn line(watch: &Watch, reading: &Reading) -> Line {
    let what = format!("watch {}", watch.name);
    let came = came(watch, reading);
    match reading {
        Reading::CannotTell(_) => Line::fail(
            what,
            format!(
                "nobody can tell, which is an alert after {:#}: {came}; `howler watch test {}` says more",
                watch.rules.absent_after, watch.name
            ),
        ),
        _ => Line::ok(what, format!("it reads {came} ({})", watch.asks)),
    }
}
