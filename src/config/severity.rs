//! `[severity.P1]` to `[severity.P4]`: what a file changes in the runbook's matrix (1.1).

use domain::Severity;
use domain::duration::{Every, Humane};
use domain::severities::{Mention, Severities, SeverityRule};
use serde::{Deserialize, Deserializer};

use super::path::Written;

/// One `[severity.P1]` table: only what it names is changed.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Changes {
    definition: Option<String>,
    respond_within: Option<Humane>,
    update_every: Option<Every>,
    own_channel: Option<bool>,
    mention: Option<Mention>,
    path: Option<Vec<Written>>,
    report_within: Option<Humane>,
    retro_within: Option<Humane>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Tables {
    #[serde(rename = "P1")]
    p1: Changes,
    #[serde(rename = "P2")]
    p2: Changes,
    #[serde(rename = "P3")]
    p3: Changes,
    #[serde(rename = "P4")]
    p4: Changes,
}

/// The runbook's severities with what the tables change in them.
///
/// # Errors
/// An unknown key, or a value that does not fit.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Severities, D::Error> {
    let Tables { p1, p2, p3, p4 } = Tables::deserialize(from)?;
    let mut severities = Severities::default();
    for (severity, changes) in Severity::ALL.into_iter().zip([p1, p2, p3, p4]) {
        changes.apply(severities.rule_mut(severity));
    }
    Ok(severities)
}

impl Changes {
    fn apply(self, rule: &mut SeverityRule) {
        let Self {
            definition,
            respond_within,
            update_every,
            own_channel,
            mention,
            path,
            report_within,
            retro_within,
        } = self;
        rule.mention = mention.unwrap_or(rule.mention);
        rule.definition = definition.unwrap_or_else(|| std::mem::take(&mut rule.definition));
        if let Some(path) = path {
            rule.path = path.into_iter().map(|Written(entry)| entry).collect();
        }
        rule.own_channel = own_channel.unwrap_or(rule.own_channel);
        rule.update_every = update_every.map_or(rule.update_every, Every::interval);
        for (value, changed) in [
            (&mut rule.respond_within, respond_within),
            (&mut rule.report_within, report_within),
            (&mut rule.retro_within, retro_within),
        ] {
            *value = changed.map(|humane| humane.0).or(*value);
        }
    }
}
