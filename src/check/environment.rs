//! Secrets and targets: what is set, and which part is off without it. No value is ever shown.

use super::{Level, Line};
use config::secrets::{Secrets, SecretsError};

/// Shortest secret of a source that nobody guesses, in bytes.
const HOOK_LEAST: usize = 16;

/// A variable of howler's interface.
struct Variable {
    name: &'static str,
    need: Need,
}

enum Need {
    /// Without it howler does not start; where it comes from.
    Needed(&'static str),
    /// What it turns on.
    Optional { part: &'static str },
    /// What holds without it.
    Default(&'static str),
}

const VARIABLES: [Variable; 25] = [
    Variable {
        name: "SLACK_BOT_TOKEN",
        need: Need::Needed(
            "set it to the token that starts with xoxb-, from your Slack app's page OAuth & Permissions",
        ),
    },
    Variable {
        name: "SLACK_SIGNING_SECRET",
        need: Need::Needed("set it to the one on your Slack app's page Basic Information, App Credentials"),
    },
    Variable { name: "PROMETHEUS_URL", need: Need::Optional { part: "watches with promql" } },
    Variable { name: "PROMETHEUS_TOKEN", need: Need::Optional { part: "a token for that Prometheus" } },
    Variable { name: "SLACK_API_URL", need: Need::Default("Slack's own address is used") },
    Variable {
        name: "SLACK_APP_TOKEN",
        need: Need::Optional { part: "Socket Mode; Slack must reach howler over https" },
    },
    Variable {
        name: "GITHUB_TOKEN",
        need: Need::Optional {
            part: "a GitHub issue when Slack does not take a P1, the runbook's GitHub checks, and reports in a repository",
        },
    },
    Variable { name: "GITHUB_API_URL", need: Need::Default("GitHub's own address is used") },
    Variable { name: "VERCEL_TOKEN", need: Need::Optional { part: "the runbook's Vercel checks" } },
    Variable { name: "VERCEL_API_URL", need: Need::Default("Vercel's own address is used") },
    phone("TWILIO_ACCOUNT_SID", "calls and texts through Twilio"),
    phone("TWILIO_AUTH_TOKEN", "calls and texts through Twilio"),
    Variable { name: "TWILIO_API_URL", need: Need::Default("Twilio's own address is used") },
    phone("PAGERDUTY_ROUTING_KEY", "pages through PagerDuty"),
    Variable { name: "PAGERDUTY_API_URL", need: Need::Default("PagerDuty's own address is used") },
    phone("PAGERDUTY_WEBHOOK_SECRET", "acknowledgements from PagerDuty"),
    source("GITHUB_WEBHOOK_SECRET", "GitHub's alerts, at /hooks/github"),
    source("VERCEL_WEBHOOK_SECRET", "Vercel's alerts, at /hooks/vercel"),
    source("UPTIMEROBOT_TOKEN", "Uptime Robot's alerts, at /hooks/uptimerobot/<token>"),
    source(
        "HOWLER_HOOK_TOKEN",
        "alerts of Alertmanager, Grafana and whatever speaks PagerDuty's Events v2, howler's own /hooks/events, and heartbeats",
    ),
    source("GRAFANA_WEBHOOK_SECRET", "signatures of Grafana's alerts; HOWLER_HOOK_TOKEN lets them in too"),
    Variable {
        name: "HOWLER_METRICS_SECRET",
        need: Need::Optional { part: "a secret for /metrics; anybody who reaches it can read it" },
    },
    Variable {
        name: "HOWLER_API_TOKEN",
        need: Need::Optional { part: "/api/oncall, which tells other programs who is on call" },
    },
    Variable { name: "HOWLER_AUDIT_KEY", need: Need::Optional { part: "signing the audit of changes" } },
    Variable {
        name: "HOWLER_AUDIT_KEY_BEFORE",
        need: Need::Default("needed for one start, to change the audit's key"),
    },
];

/// What `[phone] provider` may need.
const fn phone(name: &'static str, part: &'static str) -> Variable {
    Variable { name, need: Need::Optional { part } }
}

/// A source of alerts; two secrets with a comma between them are good while one is replaced.
const fn source(name: &'static str, part: &'static str) -> Variable {
    Variable { name, need: Need::Optional { part } }
}

pub fn lines(lookup: &impl Fn(&str) -> Option<String>) -> Vec<Line> {
    let told = |variable: &Variable| match refused(variable.name, lookup) {
        Some(error) => Line::fail(variable.name, error.to_string()),
        None => line(variable, lookup),
    };
    let set = |name: &str| lookup(name).is_some_and(|value| !value.trim().is_empty());
    let by_http = set("SLACK_SIGNING_SECRET") && !set("SLACK_APP_TOKEN");
    VARIABLES.iter().map(told).chain(by_http.then(request_urls)).collect()
}

/// Without Socket Mode the order of a first installation matters.
fn request_urls() -> Line {
    Line::note(
        "request URLs",
        "Slack takes the three request URLs of the app's settings only while howler answers there with this app's signing secret: \
         start howler first, then save them. Socket Mode needs none and is the easiest way in: set SLACK_APP_TOKEN",
    )
}

/// What howler would not start with, were all the others well.
fn refused(name: &str, lookup: &impl Fn(&str) -> Option<String>) -> Option<SecretsError> {
    let alone = |asked: &str| match asked {
        asked if asked == name => lookup(asked),
        "SLACK_BOT_TOKEN" | "SLACK_SIGNING_SECRET" => Some("set".to_owned()),
        _ => None,
    };
    Secrets::read(alone).err().filter(|error| !matches!(error, SecretsError::Missing { .. }))
}

fn line(variable: &Variable, lookup: &impl Fn(&str) -> Option<String>) -> Line {
    let value = lookup(variable.name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let by_socket = || lookup("SLACK_APP_TOKEN").is_some_and(|token| !token.trim().is_empty());
    let (level, words) = match (&variable.need, value) {
        (Need::Needed(_), None) if variable.name == "SLACK_SIGNING_SECRET" && by_socket() => {
            (Level::Note, "not set: howler uses Socket Mode only".to_owned())
        }
        (Need::Needed(hint), None) => (Level::Fail, format!("not set: {hint}")),
        (Need::Needed(_), Some(value)) => match doubt(variable.name, &value) {
            Some(doubt) => (Level::Note, doubt.to_owned()),
            None => (Level::Ok, "set".to_owned()),
        },
        (Need::Optional { part }, None) => (Level::Note, format!("not set, so off: {part}")),
        (Need::Default(default), None) => (Level::Ok, format!("not set: {default}")),
        (Need::Optional { .. } | Need::Default(_), Some(value)) => match doubt(variable.name, &value) {
            Some(doubt) => (Level::Note, doubt.to_owned()),
            None => (Level::Ok, "set".to_owned()),
        },
    };
    Line::new(level, variable.name, words)
}

/// What does not look like what it should be; Slack has the last word on it.
fn doubt(name: &str, value: &str) -> Option<&'static str> {
    match name {
        "SLACK_BOT_TOKEN" if !value.starts_with("xoxb-") => Some("set, but a bot token starts with xoxb-"),
        "GITHUB_WEBHOOK_SECRET"
        | "VERCEL_WEBHOOK_SECRET"
        | "UPTIMEROBOT_TOKEN"
        | "HOWLER_HOOK_TOKEN"
        | "GRAFANA_WEBHOOK_SECRET" => hook_doubt(name, value),
        "SLACK_SIGNING_SECRET" if value.len() != 32 || !value.chars().all(|c| c.is_ascii_hexdigit()) => {
            Some("set, but a signing secret is 32 hexadecimal digits (0-9, a-f)")
        }
        _ => None,
    }
}

/// What lets anybody in who guesses it, or does not fit into an address.
fn hook_doubt(name: &str, value: &str) -> Option<&'static str> {
    let parts: Vec<&str> = value.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let in_address = name == "UPTIMEROBOT_TOKEN" || name == "HOWLER_HOOK_TOKEN";
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    match parts.as_slice() {
        [] => Some("set, but holds commas alone, so its source is off"),
        parts if parts.iter().any(|part| part.len() < HOOK_LEAST) => {
            Some("set, but short enough to be guessed: `openssl rand -hex 16` prints a good one")
        }
        parts if in_address && !parts.iter().all(|part| part.chars().all(is_plain)) => Some(
            "set, but it stands in addresses: use letters, digits, -, _, . and ~ alone, as `openssl rand -hex 16` prints",
        ),
        [_, _] => Some("set, with two secrets: take the old one out once nobody uses it"),
        _ => None,
    }
}
