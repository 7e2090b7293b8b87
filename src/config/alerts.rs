//! `[alerts]`: what is done about alerts, before the built-in rules: see [`domain::alert::rules`].

use std::collections::BTreeMap;

use jiff::civil::Time;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use domain::Severity;
use domain::alert::rules::{Between, Declare, Pattern, Rule, Rules};
use domain::alert::signal::Source;
use domain::duration::Humane;
use domain::oncall::zone::Zone;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    rule: Vec<FileRule>,
    group_within: Humane,
}

impl Default for File {
    fn default() -> Self {
        Self { rule: Vec::new(), group_within: Humane(Rules::default().group_within) }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FileRule {
    source: Option<OneOrMore>,
    label: BTreeMap<String, String>,
    key: Option<String>,
    between: Option<String>,
    zone: Option<String>,
    severity: Option<Severity>,
    channel: Option<String>,
    mention: Option<Whom>,
    page: Option<bool>,
    declare: Option<Declare>,
    group_by: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Source),
    More(Vec<Source>),
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Whom {
    OnCall,
    Nobody,
}

/// Reads the table.
///
/// # Errors
/// A time of day, a zone or a regular expression that is none.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Rules, D::Error> {
    let File { rule, group_within } = File::deserialize(from)?;
    let rules: Result<Vec<Rule>, String> = rule.into_iter().map(FileRule::read).collect();
    Ok(Rules { rules: rules.map_err(D::Error::custom)?, group_within: group_within.0 })
}

impl FileRule {
    fn read(self) -> Result<Rule, String> {
        let sources = match self.source {
            None => Vec::new(),
            Some(OneOrMore::One(source)) => vec![source],
            Some(OneOrMore::More(sources)) => sources,
        };
        let between = match (&self.between, &self.zone) {
            (Some(text), zone) => Some(between(text, zone.as_deref())?),
            (None, Some(_)) => return Err("`zone` says nothing without `between`".to_owned()),
            (None, None) => None,
        };
        Ok(Rule {
            sources,
            labels: self.label,
            key: self.key.as_deref().map(Pattern::parse).transpose()?,
            between,
            severity: self.severity,
            channel: self.channel,
            mention: self.mention.map(|whom| whom == Whom::OnCall),
            declare: of_a_p4(self.severity, declares(self.page, self.declare)?)?,
            group_by: self.group_by,
        })
    }
}

/// howler pages for incidents, so `page` says whether one is declared at once.
fn declares(page: Option<bool>, declare: Option<Declare>) -> Result<Option<Declare>, String> {
    match (page, declare) {
        (None, declare) => Ok(declare),
        (Some(true), None | Some(Declare::AtOnce)) => Ok(Some(Declare::AtOnce)),
        (Some(true), _) => {
            Err("`page = true` needs `declare = \"at once\"`: howler pages for incidents".to_owned())
        }
        (Some(false), Some(Declare::AtOnce)) => {
            Err("`page = false` cannot be: an incident that is declared at once pages by its severity's path"
                .to_owned())
        }
        (Some(false), declare) => Ok(Some(declare.unwrap_or(Declare::Ask))),
    }
}

/// A P4 stands in the list, and declares nothing.
fn of_a_p4(severity: Option<Severity>, declare: Option<Declare>) -> Result<Option<Declare>, String> {
    match (severity, declare) {
        (Some(Severity::P4), Some(Declare::AtOnce)) => {
            Err("`declare = \"at once\"` needs P1 to P3: a P4 stands in the list and declares nothing"
                .to_owned())
        }
        (_, declare) => Ok(declare),
    }
}

/// `22:00-06:00`.
fn between(text: &str, zone: Option<&str>) -> Result<Between, String> {
    let wrong = || format!("`{text}` is no time of day from and until; write it like 22:00-06:00");
    let (from, until) = text.split_once('-').ok_or_else(wrong)?;
    let time = |text: &str| -> Result<Time, String> {
        let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
        let (hour, minute) = (hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?);
        Time::new(hour, minute, 0, 0).map_err(|_| wrong())
    };
    let zone = zone.map_or_else(|| Ok(Zone::utc()), Zone::named).map_err(|error| error.to_string())?;
    let between = Between { from: time(from)?, until: time(until)?, zone };
    if between.from == between.until {
        return Err(wrong());
    }
    Ok(between)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::Config;
    use domain::Severity;
    use domain::alert::rules::Declare;
    use domain::alert::signal::Source;

    #[test]
    fn a_rule_says_what_it_fits_and_what_it_sets() {
        let text = r##"
            [alerts]
            group_within = "2m"
            [[alerts.rule]]
            source = ["alertmanager", "grafana"]
            label = { team = "stream" }
            key = "^disk"
            between = "22:00-06:00"
            zone = "Europe/Berlin"
            severity = "P2"
            channel = "#metrics"
            mention = "nobody"
            page = true
            declare = "at once"
            group_by = ["cluster"]
            [[alerts.rule]]
            source = "github"
        "##;
        let rules = Config::parse(text).unwrap().alerts;
        assert_eq!((rules.group_within, rules.rules.len()), (SignedDuration::from_mins(2), 2));
        let rule = &rules.rules[0];
        assert_eq!(rule.sources, [Source::Alertmanager, Source::Grafana]);
        assert_eq!((rule.severity, rule.mention), (Some(Severity::P2), Some(false)));
        assert_eq!(
            (rule.declare, rule.between.as_ref().unwrap().zone.name()),
            (Some(Declare::AtOnce), "Europe/Berlin")
        );
        assert_eq!((&rules.rules[1].sources, rules.rules[1].severity), (&vec![Source::GitHub], None));
        assert_eq!(Config::parse("").unwrap().alerts.group_within, SignedDuration::from_mins(10));
    }

    #[test]
    fn a_rule_pages_by_declaring() {
        let declares = |rule: &str| {
            let rules = Config::parse(&format!("[[alerts.rule]]\n{rule}")).map(|config| config.alerts.rules);
            rules.map(|rules| rules[0].declare)
        };
        assert_eq!(declares("page = true"), Ok(Some(Declare::AtOnce)));
        assert_eq!(declares("page = false"), Ok(Some(Declare::Ask)));
        assert_eq!(declares("page = false\ndeclare = \"never\""), Ok(Some(Declare::Never)));
        assert!(
            declares("page = true\ndeclare = \"ask\"").unwrap_err().contains("howler pages for incidents")
        );
        assert!(declares("page = false\ndeclare = \"at once\"").unwrap_err().contains("cannot be"));
    }

    #[test]
    fn what_is_none_is_named() {
        for (rule, told) in [
            ("key = \"(\"", "no regular expression"),
            ("between = \"22\"", "write it like 22:00-06:00"),
            ("between = \"25:00-26:00\"", "write it like"),
            ("between = \"22:00-22:00\"", "write it like"),
            ("between = \"22:00-06:00\"\nzone = \"Mars\"", "not a time zone"),
            ("zone = \"UTC\"", "says nothing without `between`"),
            ("declare = \"always\"", "at once"),
            ("severity = \"P4\"\ndeclare = \"at once\"", "a P4 stands in the list"),
            ("severity = \"P4\"\npage = true", "a P4 stands in the list"),
            ("source = \"nagios\"", "source"),
            ("colour = \"red\"", "colour"),
        ] {
            let error = Config::parse(&format!("[[alerts.rule]]\n{rule}")).unwrap_err();
            assert!(error.contains(told), "{rule}: {error}");
        }
    }
}
