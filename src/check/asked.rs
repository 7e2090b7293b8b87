//! What sources of alerts are asked beside what they say: whether they answer.

use super::Line;
use asker::Checked;
use config::Config;
use config::secrets::Secrets;
use ground::clock::Clock;

/// A line for each kind of question. That one is not answered is no failure: what the sources say is heard all the same.
pub async fn lines(config: &Config, secrets: &Secrets, clock: &Clock) -> Vec<Line> {
    let checked = asker::check(config, secrets, clock).await.into_iter();
    checked
        .map(|Checked { what, found }| match found {
            Ok(words) => Line::ok(what, words),
            Err(why) => Line::note(what, format!("not asked: {why}")),
        })
        .collect()
}
