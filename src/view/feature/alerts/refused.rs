//! Why nothing was done of what was asked about alerts.

use super::{button, line};
use crate::Message;
use crate::blocks::Draft;
use crate::lines::Via;
use crate::words::{Words, bold, code, moment, words};
use domain::alert::line::{AlertsLine, AlertsRefusal, Unclear};
use domain::alert::signal::Source;
use domain::alert::{AlertId, source_word};
use domain::text::shorten;

/// How much of a selector stands on a button.
const FITS: usize = 40;

/// What was not understood, and a line that would be.
pub(super) fn unclear(unclear: &Unclear, via: Via) -> Message {
    const SILENCE: &str = "silence A-12 2h known, being fixed";
    let (wrong, rest) = match unclear {
        Unclear::Word { word, alerts, .. } if !alerts.is_empty() => {
            let question = words!["I don't know ", code(word), ". Nothing was done. What is to be done?"];
            let of: &[&str] = match alerts.as_slice() {
                [_] => &["ack", "resolve", "silence", "declare", "show", "why"],
                _ => &["ack", "resolve", "show"],
            };
            return offered(question, alerts, of);
        }
        Unclear::Several { of, alerts } => {
            return offered(words!["One at a time. Nothing was done yet."], alerts, &[of]);
        }
        Unclear::Word { word, nearest, .. } => {
            let example = match nearest.as_deref() {
                Some("ack") => "ack A-12",
                Some("show") => "show A-12",
                Some("resolve") => "resolve A-12 why",
                Some("silence") => SILENCE,
                Some("list") => "list",
                _ => "help",
            };
            (words!["I don't know ", code(word), "."], example.to_owned())
        }
        Unclear::NoAlert { of } => (words!["Which alert? Name it by its number."], format!("{of} A-12")),
        Unclear::NotANumber { word, of } => {
            (words![code(word), " is no alert's number."], format!("{of} A-12"))
        }
        Unclear::NoTime => (words!["What is to be silent, and for how long?"], SILENCE.to_owned()),
        Unclear::BySeverity => (
            words![
                "P1 to P4 is what the rules make of an alert. A silence goes by an alert, a source or a label."
            ],
            SILENCE.to_owned(),
        ),
        Unclear::Selector { word, meant, label, lines } => return selector(word, meant, label, lines, via),
        Unclear::NoReason => (words!["Why? Say it after the time."], SILENCE.to_owned()),
        Unclear::ReasonTooLong { most, of } => {
            let rest = if of == "resolve" { "resolve A-12 why" } else { SILENCE };
            (words![format!("That reason is longer than {most} characters.")], rest.to_owned())
        }
        Unclear::NoIncident => {
            (words!["To which incident? Name it by its number."], "attach A-12 to 7".to_owned())
        }
        Unclear::Source { word, nearest, of, severity } => {
            let what = match word.is_empty() {
                true => words!["Which source?"],
                false => words![code(word), " is no source of alerts."],
            };
            let nearest_one =
                nearest.map(|nearest| words![" Did you mean ", code(source_word(nearest)), "?"]);
            let severity = severity.as_ref().map(|severity| no_severity(severity).and(words![" "]));
            let which = nearest_one.unwrap_or_else(sources);
            (severity.unwrap_or_default().and(what).and(which), of_source(of, *nearest))
        }
        Unclear::Severity { word, source } => (no_severity(word), of_source("test", Some(*source))),
    };
    let next = words!["Type it like this: ", code(line(via, &rest))];
    let open = button("What is open", AlertsLine::List);
    Draft::new().line(wrong.and(words![" Nothing was done."])).line(next).buttons(vec![open]).finish()
}

/// Hardly a label: what is meant?
fn selector(word: &str, meant: &str, label: &str, lines: &[AlertsLine], via: Via) -> Message {
    let question = words!["Did you mean ", code(meant.to_owned()), "? I know no ", code(word.to_owned())];
    let question = question.and(words!["; as a label it fits what has exactly that. Nothing was done."]);
    let buttons = [meant, label].into_iter().zip(lines);
    let buttons = buttons.map(|(fits, set)| button(format!("Silence {}", shorten(fits, FITS)), set.clone()));
    let typed = |fits: &str| words![code(line(via, &format!("silence {fits} 2h known, being fixed")))];
    let next =
        words!["Type it like this: "].and(typed(meant)).and(words![", or for the label: "]).and(typed(label));
    Draft::new().line(question).line(next).buttons(buttons.collect()).finish()
}

fn no_severity(word: &str) -> Words {
    words![code(word.to_owned()), " is no severity: there are P1, P2, P3 and P4."]
}

fn sources() -> Words {
    let names: Vec<&str> = Source::ALL.into_iter().map(source_word).collect();
    words![format!(" There are {}.", names.join(", "))]
}

/// A line about this source, or about one.
fn of_source(of: &str, source: Option<Source>) -> String {
    match of {
        "silence" => {
            format!("silence source={} 2h known, being fixed", source_word(source.unwrap_or(Source::Grafana)))
        }
        _ => format!("test p1 {}", source_word(source.unwrap_or(Source::UptimeRobot))),
    }
}

/// What each of these words does with each of these alerts, as buttons.
fn offered(question: Words, alerts: &[AlertId], of: &[&str]) -> Message {
    let one = |alert: AlertId, word: &str| match word {
        "ack" => button(format!("I have {alert}"), AlertsLine::Ack { alert }),
        "resolve" => button(format!("{alert} is over"), AlertsLine::Resolve { alert, why: None }),
        "silence" => button(format!("Silence {alert}"), AlertsLine::SilenceHow { alert }),
        "declare" => button(format!("Declare {alert}"), AlertsLine::Declare { alert, severity: None }),
        "why" => button(format!("Why {alert}?"), AlertsLine::Why { alert }),
        "detach" => button(format!("Detach {alert}"), AlertsLine::Detach { alert }),
        _ => button(format!("Show {alert}"), AlertsLine::Show { alert }),
    };
    let buttons = alerts.iter().flat_map(|alert| of.iter().map(move |word| one(*alert, word)));
    Draft::new().line(question).buttons(buttons.collect()).finish()
}

pub(super) fn refused(refusal: &AlertsRefusal, via: Via) -> Message {
    let typed = |lead: &'static str, rest: &str| Some(words![lead, code(line(via, rest))]);
    let list = || typed("See what there is: ", "list");
    let (wrong, next): (Words, Option<Words>) = match refusal {
        AlertsRefusal::NoSuch { alert } => (words!["There is no ", bold(alert.to_string()), "."], list()),
        AlertsRefusal::Over { alert, at, by } => {
            let by = by.as_ref().map(|by| words![", by ", by]);
            let over = words![bold(alert.to_string()), " is over already, since ", moment(*at)];
            (over.and_if(by).and(words!["."]), list())
        }
        AlertsRefusal::AckedAlready { alert, by, at } if !by.is_howler() => {
            (words![by, " has ", bold(alert.to_string()), " already, since ", moment(*at), "."], None)
        }
        AlertsRefusal::AckedAlready { alert, at, .. } => {
            (words![bold(alert.to_string()), " was acknowledged at its source, ", moment(*at), "."], None)
        }
        AlertsRefusal::Everything => (
            words!["That would silence everything."],
            typed("Say what: ", "silence source=grafana team=stream 2h move to eu-west"),
        ),
        AlertsRefusal::TooLong { hours } => {
            (words![format!("A silence lasts at most {} days.", hours / 24)], None)
        }
        AlertsRefusal::TooMany { most } => {
            (words![format!("There are {most} silences already; end some first.")], list())
        }
        AlertsRefusal::NoSuchSilence { silence } => {
            (words!["There is no ", bold(silence.to_string()), "."], list())
        }
        AlertsRefusal::SilenceOver { silence, at } => {
            (words![bold(silence.to_string()), " is over already, since ", moment(*at), "."], list())
        }
        AlertsRefusal::NotSilenced { alert } => {
            (words!["Nothing holds ", bold(alert.to_string()), " back."], list())
        }
        AlertsRefusal::NoSuchIncident { incident } => {
            (words!["There is no ", bold(incident.to_string()), "."], None)
        }
        AlertsRefusal::IncidentOver { incident, whole, cancelled } => {
            let over = if *cancelled { " is cancelled." } else { " is resolved." };
            let lead = whole.unwrap_or(*incident);
            let merged = whole.map(|_| words![bold(incident.to_string()), " was merged into "]);
            let wrong = merged.unwrap_or_default().and(words![bold(lead.to_string())]);
            let wrong = wrong.and(words![if whole.is_some() { ", which" } else { "" }, over]);
            (wrong, Some(words!["Open it again first: ", code(via.line(&format!("reopen {}", lead.0)))]))
        }
        AlertsRefusal::AttachedAlready { alert, incident } => (
            words![bold(alert.to_string()), " belongs to ", bold(incident.to_string()), " already."],
            typed("Take it out first: ", &format!("detach {alert}")),
        ),
        AlertsRefusal::AttachedWith { alert, incident, with } => (
            words![
                bold(alert.to_string()),
                " belongs to ",
                bold(incident.to_string()),
                " because ",
                bold(with.to_string()),
                " does, which shares its message."
            ],
            typed("Take all of them out: ", &format!("detach {with}")),
        ),
        AlertsRefusal::NotAttached { alert } => (
            words![bold(alert.to_string()), " belongs to no incident."],
            typed("Add it: ", &format!("attach {alert} to 7")),
        ),
    };
    let lines = [Some(wrong.and(words![" Nothing was done."])), next];
    Draft::new().lines(lines.into_iter().flatten().collect()).finish()
}
