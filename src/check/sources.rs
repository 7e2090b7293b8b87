//! Sources of alerts: which should speak, and whether they can be heard at all.

use config::secrets::HookSecrets;
use config::{Config, Heartbeat};

use super::Line;

/// A line for each source that should speak, and for each heartbeat.
pub fn lines(config: &Config, secrets: &HookSecrets) -> Vec<Line> {
    let sources = config.sources.expected().into_iter().map(|expected| {
        let word = expected.key.trim_start_matches("source:");
        let what = format!("[sources] {word}");
        match missing(word, secrets) {
            Some(variable) => {
                Line::fail(what, format!("it is off, so it will be told as silent: set {variable}"))
            }
            None => Line::ok(what, format!("silent for {:#}, it is an alert", expected.within)),
        }
    });
    let heartbeats = config.heartbeats.iter().map(|heartbeat| heartbeat_line(heartbeat, secrets));
    let schedules = config.sources.github_schedules.interval().map(|grace| {
        let what = "[sources] github_schedules";
        Line::ok(what, format!("a workflow that starts more than {grace:#} after its time is an alert"))
    });
    sources.chain(heartbeats).chain(schedules).collect()
}

fn heartbeat_line(heartbeat: &Heartbeat, secrets: &HookSecrets) -> Line {
    let what = format!("heartbeat {}", heartbeat.name);
    if secrets.token.is_none() {
        return Line::fail(what, "nobody can be heard, so it will be told as silent: set HOWLER_HOOK_TOKEN");
    }
    let name = &heartbeat.name;
    let within = heartbeat.expected().within;
    Line::ok(
        what,
        format!(
            "expected within {within:#}, at /hooks/heartbeat/{name}/<token>; docs/alerts.md says how its token is made"
        ),
    )
}

/// What is not set that the source needs.
fn missing(word: &str, secrets: &HookSecrets) -> Option<&'static str> {
    let (is_on, variable) = match word {
        "github" => (secrets.github.is_some(), "GITHUB_WEBHOOK_SECRET"),
        "vercel" => (secrets.vercel.is_some(), "VERCEL_WEBHOOK_SECRET"),
        "uptimerobot" => (secrets.uptimerobot.is_some(), "UPTIMEROBOT_TOKEN"),
        "grafana" => (
            secrets.token.is_some() || secrets.grafana.is_some(),
            "HOWLER_HOOK_TOKEN or GRAFANA_WEBHOOK_SECRET",
        ),
        _ => (secrets.token.is_some(), "HOWLER_HOOK_TOKEN"),
    };
    (!is_on).then_some(variable)
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_source_that_should_speak_and_cannot_be_heard_fails() {
        let config = Config::parse(
            "[sources]\ngithub = \"24h\"\ngrafana = \"1h\"\n[[heartbeat]]\nname = \"backup\"\nevery = \"24h\"\ngrace = \"1h\"\n",
        )
        .unwrap();
        let levels = |secrets: &HookSecrets| {
            let lines = lines(&config, secrets);
            lines.into_iter().map(|line| (line.level, line.what, line.words)).collect::<Vec<_>>()
        };
        let none = levels(&HookSecrets::default());
        assert_eq!(
            none.iter().map(|line| line.1.as_str()).collect::<Vec<_>>(),
            ["[sources] github", "[sources] grafana", "heartbeat backup"]
        );
        assert!(none.iter().all(|line| line.0 == Level::Fail), "{none:?}");
        assert!(
            none[0].2.contains("GITHUB_WEBHOOK_SECRET") && none[2].2.contains("HOWLER_HOOK_TOKEN"),
            "{none:?}"
        );
        let grafana =
            HookSecrets { grafana: Some("a".into()), github: Some("a".into()), ..HookSecrets::default() };
        assert_eq!(
            levels(&grafana).iter().map(|line| line.0).collect::<Vec<_>>(),
            [Level::Ok, Level::Ok, Level::Fail]
        );
        let token = HookSecrets { token: Some("a".into()), ..grafana };
        let all = levels(&token);
        assert!(all.iter().all(|line| line.0 == Level::Ok) && all[2].2.contains("within 25h"), "{all:?}");
        assert!(
            lines(&Config::default(), &HookSecrets::default()).is_empty(),
            "nothing is expected unless it is named"
        );
    }
}
