//! GitHub: whether a backup issue could be opened.

use super::Line;
use config::Config;
use config::secrets::Secrets;
use delivery::GitHub;
use domain::duration::Spoken;
use ground::clock::Clock;

pub async fn line(config: &Config, secrets: &Secrets, clock: Clock) -> Line {
    let what = "backup issues";
    let github = match GitHub::new(secrets, &config.backup, clock) {
        Ok(github) => github,
        Err(error) => return Line::fail(what, error.to_string()),
    };
    let after = match github.on() {
        Ok((_, after)) => Spoken(after.0),
        Err(off) => return Line::note(what, format!("off: {off}")),
    };
    match github.check().await {
        Ok(name) => Line::ok(
            what,
            format!("if Slack does not take a P1 within {after}, howler opens an issue in {name}"),
        ),
        Err(reason) => Line::fail(what, reason.to_string()),
    }
}
