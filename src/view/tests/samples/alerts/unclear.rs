//! Lines about alerts that were not understood.

use super::*;
use domain::alert::line::{AlertsLine, Unclear};

fn no_source(word: &str, nearest: Option<Source>, of: &str, severity: Option<&str>) -> Unclear {
    let (word, of, severity) = (word.into(), of.into(), severity.map(str::to_owned));
    Unclear::Source { word, nearest, of, severity }
}

pub fn all(texts: &Texts) -> impl Iterator<Item = Unclear> + use<> {
    let word = texts.text.chars().take(20).collect::<String>();
    [
        Unclear::Word { word: word.clone(), nearest: None, alerts: Vec::new() },
        Unclear::Word { word: word.clone(), nearest: Some("ack".into()), alerts: Vec::new() },
        Unclear::Word { word: word.clone(), nearest: None, alerts: vec![AlertId(12), AlertId(13)] },
        Unclear::Several { of: "ack".into(), alerts: vec![AlertId(12), AlertId(13)] },
        Unclear::NoAlert { of: "ack".into() },
        Unclear::NotANumber { word: word.clone(), of: "show".into() },
        Unclear::NoTime,
        Unclear::BySeverity,
        Unclear::Selector {
            word: "sorce=events".into(),
            meant: "source=events".into(),
            label: "label=sorce=events".into(),
            lines: vec![AlertsLine::SilenceHow { alert: AlertId(12) }; 2],
        },
        Unclear::Selector {
            word: word.clone(),
            meant: "source=events".into(),
            label: "label=sorce=events".into(),
            lines: Vec::new(),
        },
        Unclear::NoReason,
        Unclear::ReasonTooLong { most: 200, of: "silence".into() },
        Unclear::ReasonTooLong { most: 200, of: "resolve".into() },
        Unclear::Word { word: word.clone(), nearest: None, alerts: vec![AlertId(12)] },
        Unclear::Several { of: "resolve".into(), alerts: vec![AlertId(12), AlertId(13)] },
        no_source("", None, "test", None),
        Unclear::NoIncident,
        no_source(&word, None, "test", Some("p5")),
        no_source("grafna", Some(Source::Grafana), "silence", None),
        Unclear::Severity { word, source: Source::Vercel },
    ]
    .into_iter()
}
