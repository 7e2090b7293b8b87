//! What the runbook's checks reach in the rehearsal.

use std::path::Path;

use crate::config::{Repository, RunbookRules};
use crate::procedure::PROGRAMS;

/// Nothing leaves the rehearsal: no host is asked, and none of the machine's own programs is run.
pub fn none() -> RunbookRules {
    let tools = PROGRAMS.map(|name| (name.to_owned(), Path::new("/nonexistent").join(name)));
    let (repository, vercel_project) = (Repository::OFF, None);
    RunbookRules {
        hosts: Vec::new(),
        tools: tools.into(),
        repository,
        vercel_project,
        ..RunbookRules::default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::procedure::Question;
    use crate::probe::Prober;

    #[tokio::test]
    async fn the_rehearsal_asks_nobody() {
        let prober = Prober::new(&none(), Vec::new(), |_| None);
        let asked = PROGRAMS.map(|name| Question::Run(vec![name.into()])).into_iter().chain([
            Question::Http("https://monkeytown.ai/health".into()),
            Question::Tcp("redis.monkeytown.svc:6379".into()),
        ]);
        for question in asked {
            assert!(prober.ask(&question, Duration::from_secs(5)).await.is_err(), "{question:?}");
        }
    }
}
