//! `[sources]` and `[[heartbeat]]`: what is listened to, and how long it may be silent.

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de};

use domain::Severity;
use domain::alert::watch::Expected;
use domain::duration::{Every, Humane};

/// Longest name of a heartbeat; it stands in an address.
const NAME_MOST: usize = 64;
/// How much later than expected a heartbeat may be, where nothing else is set.
const GRACE: SignedDuration = SignedDuration::from_mins(1);

/// Sources that should speak, each with the longest that it may be silent; off where it is not named.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sources {
    pub github: Every,
    pub vercel: Every,
    pub uptimerobot: Every,
    pub alertmanager: Every,
    pub grafana: Every,
    pub pagerduty: Every,
    pub events: Every,
    /// How late a workflow may start that runs by a schedule, before that is an alert.
    pub github_schedules: Every,
    /// The number of GitHub's webhook that leads here, where the repository has several.
    pub github_hook: Option<u64>,
    /// Branches whose failed runs are alerts, beside the default one.
    pub github_branches: Vec<String>,
}

impl Default for Sources {
    fn default() -> Self {
        let [github, vercel, uptimerobot, alertmanager, grafana, pagerduty, events] = [Every::Off; 7];
        let (github_schedules, github_branches) = (Every::Off, Vec::new());
        Self {
            github,
            vercel,
            uptimerobot,
            alertmanager,
            grafana,
            pagerduty,
            events,
            github_schedules,
            github_hook: None,
            github_branches,
        }
    }
}

impl Sources {
    /// Those that should speak.
    pub fn expected(&self) -> Vec<Expected> {
        let all = [
            ("github", self.github),
            ("vercel", self.vercel),
            ("uptimerobot", self.uptimerobot),
            ("alertmanager", self.alertmanager),
            ("grafana", self.grafana),
            ("pagerduty", self.pagerduty),
            ("events", self.events),
        ];
        all.into_iter().filter_map(|(name, every)| Some(Expected::source(name, every.interval()?))).collect()
    }
}

/// A program that tells howler every so often that it lives.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// As in its address.
    #[serde(deserialize_with = "name")]
    pub name: String,
    #[serde(deserialize_with = "every")]
    pub every: SignedDuration,
    /// How much later it may be.
    #[serde(default = "grace")]
    pub grace: Humane,
    /// Of its silence.
    #[serde(default)]
    pub severity: Option<Severity>,
}

impl Heartbeat {
    /// As it is watched.
    pub fn expected(&self) -> Expected {
        Expected::heartbeat(&self.name, self.every.saturating_add(self.grace.0), self.severity)
    }
}

fn grace() -> Humane {
    Humane(GRACE)
}

fn every<'de, D: Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    let off = "`off` is not an interval; leave the heartbeat out";
    Every::deserialize(from)?.interval().ok_or_else(|| de::Error::custom(off))
}

fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    name_in_an_address(from, "a heartbeat's name", "it stands in its address")
}

/// A name of letters, digits and signs that mean nothing anywhere. `what` it is, and `why` it must be like that.
pub(super) fn name_in_an_address<'de, D: Deserializer<'de>>(
    from: D,
    what: &str,
    why: &str,
) -> Result<String, D::Error> {
    let name = String::deserialize(from)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name =
        !name.is_empty() && name.len() <= NAME_MOST && name.chars().all(fits) && !name.starts_with('.');
    if is_name {
        return Ok(name);
    }
    Err(de::Error::custom(format!(
        "`{name}` cannot be {what}: {why}, so use at most {NAME_MOST} letters, digits, -, _ and ."
    )))
}

/// Two of the same name would share one address.
pub(super) fn heartbeats<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Heartbeat>, D::Error> {
    let heartbeats = Vec::<Heartbeat>::deserialize(from)?;
    let twice = heartbeats
        .iter()
        .enumerate()
        .find(|(place, one)| heartbeats.iter().take(*place).any(|other| other.name == one.name));
    match twice {
        Some((_, one)) => Err(de::Error::custom(format!("two heartbeats are called `{}`", one.name))),
        None => Ok(heartbeats),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, problems};
    use super::*;

    #[test]
    fn sources_are_off_and_heartbeats_none_unless_they_are_named() {
        let config = Config::parse("").unwrap();
        assert!(config.sources.expected().is_empty() && config.heartbeats.is_empty());
        let config = Config::parse(
            "[sources]\ngithub = \"24h\"\nvercel = \"off\"\ngithub_branches = [\"release\"]\n\
             [[heartbeat]]\nname = \"nightly-backup\"\nevery = \"24h\"\ngrace = \"1h\"\nseverity = \"P2\"\n\
             [[heartbeat]]\nname = \"cron\"\nevery = \"5m\"\n",
        )
        .unwrap();
        assert_eq!(config.sources.expected(), [Expected::source("github", SignedDuration::from_hours(24))]);
        let [backup, cron] = config.heartbeats.as_slice() else { panic!("two") };
        let expected =
            |name, minutes, severity| Expected::heartbeat(name, SignedDuration::from_mins(minutes), severity);
        assert_eq!(backup.expected(), expected("nightly-backup", 25 * 60, Some(Severity::P2)));
        assert_eq!(cron.expected(), expected("cron", 6, None));
    }

    #[test]
    fn mistakes_in_a_list_of_tables_are_found_one_by_one() {
        let text = "[sources]\ngithub = \"soon\"\nslack = \"1h\"\n\n[[heartbeat]]\nname = \"a b\"\nevery = \"5m\"\n\n\
                    [[heartbeat]]\nname = \"well\"\nevery = \"1h\"\n\n[[heartbeat]]\nname = \"c\"\nevery = \"1s\"\n";
        let found = problems(text);
        assert_eq!(found.len(), 4, "{found:#?}");
        for (place, (line, part)) in [
            ("line 2", "30m, 24h or 2s"),
            ("line 3", "slack"),
            ("line 6", "`a b`"),
            ("line 14", "shortest interval"),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(
                found.iter().any(|found| found.starts_with(line) && found.contains(part)),
                "{place}: {found:#?}"
            );
        }
        for (text, part) in [
            (
                "[[heartbeat]]\nname = \"a\"\nevery = \"5m\"\n[[heartbeat]]\nname = \"a\"\nevery = \"5m\"\n",
                "two heartbeats",
            ),
            ("[[heartbeat]]\nname = \"a\"\nevery = \"off\"\n", "leave the heartbeat out"),
            ("[[heartbeat]]\nevery = \"5m\"\n", "missing field `name`"),
            ("[heartbeat]\nevery = \"5m\"\n", "line 1"),
        ] {
            let found = problems(text);
            assert!(found.len() == 1 && found[0].contains(part), "{text}: {found:#?}");
        }
    }
}
