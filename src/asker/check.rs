//! Whether what howler will ask can be asked, for `howler check`.

use config::Config;
use config::secrets::Secrets;
use ground::clock::Clock;
use probe::Unasked;

use super::github::{ACTIONS, GitHub};
use super::vercel::Vercel;

/// What is asked, and whether it can be; else why not.
pub struct Checked {
    pub what: &'static str,
    pub found: Result<String, String>,
}

/// Asks each kind of question once. Empty where neither GitHub nor Vercel is a source.
pub async fn check(config: &Config, secrets: &Secrets, clock: &Clock) -> Vec<Checked> {
    let mut all = Vec::new();
    if let Some(mut github) = GitHub::new(config, secrets, clock) {
        if github.is_heard {
            all.push(checked("asking GitHub about open alerts", runs(&github).await));
            all.push(checked("asking GitHub for what was missed", deliveries(&mut github, clock).await));
        }
        if github.grace.is_some() {
            all.push(checked("asking GitHub about schedules", github.check_schedules(clock.now()).await));
        }
    }
    if let Some(vercel) = Vercel::new(config, secrets, clock) {
        let project = config.runbook.vercel_project.as_deref().unwrap_or_default();
        all.push(checked("asking Vercel about open alerts", vercel.check(project).await));
    }
    all
}

fn checked(what: &'static str, found: Result<String, Unasked>) -> Checked {
    Checked { what, found: found.map_err(|unasked| unasked.why) }
}

async fn runs(github: &GitHub) -> Result<String, Unasked> {
    let api = github.api.as_ref().map_err(Clone::clone)?;
    let repository = api.repository();
    let path = format!("/repos/{repository}/actions/runs?per_page=1");
    api.plain(&path, &format!("the workflow runs in {repository}"), ACTIONS).await?;
    Ok(format!("one that nothing was heard of for half an hour is looked up in {repository}"))
}

async fn deliveries(github: &mut GitHub, clock: &Clock) -> Result<String, Unasked> {
    let hook = github.hook(clock.now()).await?;
    github.look_at(&hook).await?;
    Ok(format!(
        "webhook {} leads here, and its deliveries can be read; to send them again GITHUB_TOKEN also needs the permission \
         Webhooks, write, which only shows when it is used",
        hook.id
    ))
}
