//! GitHub: whether a backup issue could be opened, and whether a report could be published.

use super::Line;
use config::Config;
use config::secrets::Secrets;
use delivery::{CanPublish, GitHub};
use domain::duration::Spoken;
use domain::incident::after::publication::How;
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

/// Whether *Publish* would reach the repository, as far as reading tells.
pub async fn reports(config: &Config, secrets: &Secrets, clock: Clock) -> Line {
    let what = "reports";
    let Some(repository) = config.reports.repository.name() else {
        return Line::note(
            what,
            "off: [reports] repository is \"off\"; reports are files in Slack and `howler report`",
        );
    };
    if secrets.github_token.is_none() {
        return Line::note(
            what,
            "off: GITHUB_TOKEN is not set; reports are files in Slack and `howler report`",
        );
    }
    let github = match GitHub::new(secrets, &config.backup, clock) {
        Ok(github) => github,
        Err(error) => return Line::fail(what, error.to_string()),
    };
    match github.check_reports(repository).await {
        Ok(can) => told(what, repository, config.reports.mode, &can),
        Err(reason) => Line::fail(what, reason),
    }
}

fn told(what: &str, repository: &str, how: How, can: &CanPublish) -> Line {
    let CanPublish { branch, may_push, protected } = can;
    if *may_push == Some(false) {
        return Line::fail(
            what,
            format!(
                "the account of GITHUB_TOKEN may not push to {repository}: give it write access, and the token Contents and Pull requests, read and write"
            ),
        );
    }
    let place = match how {
        How::PullRequest => format!("pull requests in {repository}"),
        How::Commit => format!("commits to {branch} of {repository}"),
    };
    if (how, *protected) == (How::Commit, Some(true)) {
        let words = format!(
            "{branch} of {repository} is protected, and reports are to be commits to it: let howler's account past the rule, or set [reports] mode to \"pull request\""
        );
        return Line::note(what, words);
    }
    let mut doubts = Vec::new();
    if may_push.is_none() {
        doubts.push("whether the token may write there");
    }
    if how == How::Commit && protected.is_none() {
        doubts.push("whether that branch is protected");
    }
    let cannot = if doubts.is_empty() {
        String::new()
    } else {
        format!("; GitHub does not tell {}", doubts.join(" and "))
    };
    Line::ok(what, format!("Publish makes {place}{cannot}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn what_github_does_not_tell_is_said_and_what_it_refuses_fails() {
        let told = |how, may_push, protected| {
            let can = CanPublish { branch: "main".into(), may_push, protected };
            let line = super::told("reports", "o/r", how, &can);
            (line.level, line.words)
        };
        let (commit, pull) = (How::Commit, How::PullRequest);
        assert_eq!(
            told(pull, Some(true), Some(true)),
            (Level::Ok, "Publish makes pull requests in o/r".into())
        );
        assert_eq!(
            told(commit, Some(true), Some(false)),
            (Level::Ok, "Publish makes commits to main of o/r".into())
        );
        assert_eq!(told(pull, Some(false), None).0, Level::Fail);
        assert_eq!(told(commit, Some(true), Some(true)).0, Level::Note);
        let (level, words) = told(commit, None, None);
        assert_eq!(level, Level::Ok);
        assert!(
            words.contains("does not tell whether the token may write there and whether that branch"),
            "{words}"
        );
    }
}
