//! The programs that the runbook's procedures run: whether each is there, ends well as howler runs it, and is new enough.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::future::join_all;

use super::Line;
use config::Config;
use domain::procedure::{CannotTell, Probe, Procedure};
use probe::{Prober, Version, runs_as};

/// A line for each program. Those with a home of their own get it, where there is a data folder to keep it in.
pub async fn lines(config: &Config, data: &Path, lookup: impl Fn(&str) -> Option<String>) -> Vec<Line> {
    let runbook = procedure::load(config.runbook.folder.as_deref()).runbook;
    let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for procedure in runbook.all() {
        for program in programs(procedure) {
            let by = used.entry(program).or_default();
            if !by.contains(&procedure.name.as_str()) {
                by.push(&procedure.name);
            }
        }
    }
    // That is told of all programs together.
    if runs_as(config.runbook.run_as.as_deref()).is_err() {
        return Vec::new();
    }
    let prober = Prober::new(&config.runbook, Vec::new(), lookup);
    let prober = if data.is_dir() { prober.with_homes(data.join("homes")) } else { prober };
    let asked = used.iter().map(async |(program, by)| told(program, by, prober.version(program).await));
    join_all(asked).await
}

fn programs(procedure: &Procedure) -> impl Iterator<Item = &str> {
    let checks = procedure.checks.values().filter_map(|check| match &check.probe {
        Probe::Run(command) => Some(command.program()),
        _ => None,
    });
    let actions = procedure.actions.values().map(|action| action.run.program());
    checks.chain(actions)
}

/// One that is not there is no fault: not everybody uses every procedure. One that is there and of no use is.
fn told(program: &str, by: &[&str], version: Result<Version, CannotTell>) -> Line {
    let used = format!("({})", by.join(", "));
    match version {
        Ok(Version { here, too_old: None }) => Line::ok(program, format!("version {here} {used}")),
        Ok(Version { here, too_old: Some(why) }) => {
            Line::fail(program, format!("version {here} is too old for {}: {why}", by.join(", ")))
        }
        Err(CannotTell(why)) if why.contains("is not on this machine") => {
            Line::note(program, format!("{why}; until then what asks it could not tell {used}"))
        }
        Err(CannotTell(why)) => Line::fail(program, format!("{why} {used}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_program_that_is_too_old_fails_and_one_that_is_missing_is_noted() {
        let version = |too_old: Option<&str>| {
            Ok(Version { here: "50.1.3".into(), too_old: too_old.map(str::to_owned) })
        };
        let cannot = |why: &str| Err(CannotTell(why.to_owned()));
        for (version, level) in [
            (version(None), Level::Ok),
            (version(Some("51.0 is the first that will do")), Level::Fail),
            (cannot("vercel is not on this machine; where it is elsewhere, say so"), Level::Note),
            (cannot("vercel cannot be run where [runbook.tools] says that it is"), Level::Fail),
            (cannot("vercel ended with 1: EACCES"), Level::Fail),
        ] {
            let line = told("vercel", &["web-rollback"], version);
            assert!(line.level == level && line.words.contains("web-rollback"), "{line:?}");
        }
    }
}
