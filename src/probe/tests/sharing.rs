//! What several checks ask alike is asked once, and anew at the next look.

use futures_util::future::join_all;

use super::services::{GITHUB_TOKEN, clock, listen, prober_at, secrets};
use crate::Look;
use config::RunbookRules;
use domain::procedure::judge::Since;
use domain::procedure::{Probe, Procedure, Question};
use fake::github::{GitHub, Setup};

/// The shipped one: eight of its checks are about one schedule.
const FILE: &str = include_str!("../../../commands/agent-workflow-failure.toml");
/// What one look at it may cost of the token's limit.
const MOST: usize = 12;

#[tokio::test]
async fn what_several_checks_ask_alike_is_asked_once_a_look() {
    let github = GitHub::new(Setup {
        clock: clock(),
        repository: "anomalyco/monkeytown".into(),
        token: GITHUB_TOKEN.into(),
        login: "howler-bot".into(),
    });
    let secrets = secrets(&listen(github.api()).await);
    let prober = prober_at(clock(), &RunbookRules::default(), &secrets);
    let procedure: Procedure = toml::from_str(FILE).unwrap();
    let mut before = 0;
    for (asked, is_new) in [(1, true), (2, true)] {
        let look = Look { run: 7, asked };
        let all = procedure.checks.values().filter_map(|check| match &check.probe {
            Probe::GitHub(question) => Some((check, Question::GitHub(question.clone()))),
            _ => None,
        });
        let since = Since::Trouble(clock().now());
        let found = join_all(
            all.map(async |(check, question)| prober.find(check, &question, since, look, &[]).await),
        )
        .await;
        assert!(found.len() > 8, "{found:#?}");
        let calls = github.calls().len() - before;
        assert!(calls <= MOST && (calls > 0) == is_new, "{calls}: {:#?}", github.calls());
        before += calls;
    }
}
