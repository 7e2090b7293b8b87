//! The words for alerts: answers and refusals; what stands in channels is in [`card`].

mod asked;
pub mod card;
pub(crate) mod digest;
mod refused;
pub mod room;
pub mod silences;
mod watched;
mod why;

use jiff::Timestamp;

use crate::Message;
use crate::blocks::{Button, Draft};
use crate::lines::Via;
use crate::time::{spoken, typed as typed_time};
use crate::vendors;
use crate::words::{Words, bold, code, counted, near, words};
use domain::alert::asking::Asking;
use domain::alert::ear::Ear;
use domain::alert::group::Group;
use domain::alert::line::{AlertsAnswer, AlertsLine, Listed, Row, Silenced, State, Uncalled, Unsilenced};
use domain::alert::signal::Source;
use domain::alert::{Alert, AlertId, REOPENS, source_word};
use domain::command::{Command, Line};
use domain::feature::FeatureLine;
use domain::id::IncidentId;
use domain::text::shorten;

/// Most of a title that a line shows.
const TITLE: usize = 150;
/// Most troubles of vendors.
const LATE: usize = 5;
/// How many silences a list shows.
const SILENCES: usize = 10;

pub(super) fn line(via: Via, rest: &str) -> String {
    via.feature(FeatureLine::Alerts(AlertsLine::Help).command(), rest)
}

/// A button that asks a line about alerts.
fn button(label: impl Into<String>, line: AlertsLine) -> Button {
    let command = Command::Feature(Box::new(FeatureLine::Alerts(line)));
    Button::of(label, Line { incident: None, command })
}

/// A source by its name.
pub(crate) fn source(source: Source) -> &'static str {
    match source {
        Source::GitHub => "GitHub",
        Source::Vercel => "Vercel",
        Source::UptimeRobot => "Uptime Robot",
        Source::Alertmanager => "Alertmanager",
        Source::Grafana => "Grafana",
        Source::PagerDuty => "PagerDuty's events",
        Source::Events => "events",
        Source::Heartbeat => "a heartbeat",
        Source::Watch => "a watch",
    }
}

/// `4,812`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, rest) = digits.split_at(first);
    let parts = rest.as_bytes().chunks(3).map(|part| String::from_utf8_lossy(part).into_owned());
    let parts: Vec<String> =
        Some(head.to_owned()).filter(|head| !head.is_empty()).into_iter().chain(parts).collect();
    parts.join(",")
}

/// `1 alert`, `4,812 alerts`.
pub(crate) fn alerts(many: u64) -> String {
    format!("{} alert{}", thousands(many), if many == 1 { "" } else { "s" })
}

fn times(many: u64) -> String {
    if many == 1 { "once".to_owned() } else { format!("{} times", thousands(many)) }
}

fn title(alert: &Alert) -> String {
    shorten(&alert.told.title, TITLE)
}

/// The private answer.
pub(super) fn answer(answer: &AlertsAnswer, via: Via) -> Message {
    match answer {
        AlertsAnswer::List(listed) => list(listed, via),
        AlertsAnswer::Show { alert, group, silence, now } => {
            card::of_one(alert, group.as_deref(), silence.as_deref(), *now, via)
        }
        AlertsAnswer::Acked { alert, title, alerts, incident } => Draft::new()
            .line(words!["👀 ", "You have ", bold(alert.to_string()), ": ", shorten(title, TITLE)])
            .lines(others(*alerts, YOURS))
            .lines(incident.map(acknowledged_too).into_iter().collect())
            .finish(),
        AlertsAnswer::Resolved { alert, title, others, incident } => {
            resolved(*alert, title, *others, *incident)
        }
        AlertsAnswer::Silenced { silence, calls, fits, now } => {
            silences::silenced(silence, *calls, *fits, *now, via)
        }
        AlertsAnswer::SilenceHow { alert, title } => silences::silence_how(*alert, title, via),
        AlertsAnswer::Unsilenced { silence, open } => silences::unsilenced(silence, *open),
        AlertsAnswer::Why(asked) => why::why(asked),
        AlertsAnswer::Attached { alert, incident, from, alerts } => Draft::new()
            .line(words!["✅ ", bold(alert.to_string()), " belongs to ", bold(incident.to_string())].and(
                match from {
                    Some(from) => words![", and to ", bold(from.to_string()), " no more."],
                    None => words!["."],
                },
            ))
            .lines(others(*alerts, GOES))
            .line(words!["Take it out again: ", code(line(via, &format!("detach {alert}")))])
            .finish(),
        AlertsAnswer::Detached { alert, incident, alerts } => Draft::new()
            .line(words![
                bold(alert.to_string()),
                " does not belong to ",
                bold(incident.to_string()),
                " any more."
            ])
            .lines(others(*alerts, GOES))
            .finish(),
        AlertsAnswer::Declared { alert, incident } => Draft::new()
            .line(words![
                "🚨 ",
                bold(incident.to_string()),
                " is declared, and ",
                bold(alert.to_string()),
                " belongs to it."
            ])
            .finish(),
        AlertsAnswer::Sources { ears, asking, uncalled, watches, late, now } => {
            let late = late.iter().take(LATE).map(|says| vendors::says(says, *now)).collect();
            watched::lines(sources(ears, asking, uncalled, *now).lines(late), watches, *now).finish()
        }
        AlertsAnswer::Test { severity, source, verdict, on_call } => {
            why::test(*source, *severity, verdict, on_call.as_ref())
        }
        AlertsAnswer::Help => help(via),
        AlertsAnswer::Unclear(unclear) => refused::unclear(unclear, via),
        AlertsAnswer::Refused(refusal) => refused::refused(refusal, via),
    }
}

/// Of one more, and of several.
const YOURS: (&str, &str) =
    (" that shares its message is yours as well.", " that share its message are yours as well.");
const GOES: (&str, &str) = (" that shares its message goes with it.", " that share its message go with it.");

fn others(alerts: u32, what: (&'static str, &'static str)) -> Vec<Words> {
    match u64::from(alerts.saturating_sub(1)) {
        0 => Vec::new(),
        1 => vec![words!["1 more", what.0]],
        more => vec![words![format!("{} more", thousands(more)), what.1]],
    }
}

fn acknowledged_too(incident: IncidentId) -> Words {
    words!["✅ You are on ", bold(incident.to_string()), ", which it is a part of: paging has stopped."]
}

fn resolved(alert: AlertId, title: &str, others: u32, incident: Option<IncidentId>) -> Message {
    let others = match others {
        0 => None,
        1 => Some(words!["1 more that shares its message still fires."]),
        many => Some(words![format!("{} more that share its message still fire.", thousands(many.into()))]),
    };
    let incident = incident
        .map(|incident| words![bold(incident.to_string()), ", which it is a part of, counts it as over."]);
    Draft::new()
        .line(words!["✅ ", bold(alert.to_string()), " is over, by your word: ", shorten(title, TITLE)])
        .lines(others.into_iter().chain(incident).collect())
        .line(words![format!(
            "If its source says it again within {} it is open again; later it is a new alert.",
            spoken(REOPENS)
        )])
        .finish()
}

fn help(via: Via) -> Message {
    let row = |rest: &str, does: &'static str| words![code(line(via, rest)), " ", does];
    Draft::new()
        .line(words![bold("Alerts"), ": what machines say is wrong."])
        .bullets(vec![
            row("list", "what is open, the worst first"),
            row("show A-12", "one of them"),
            row("ack A-12", "you have it"),
            row("resolve A-12 why", "it is over, where its source does not say so"),
            row("silence A-12 2h known, being fixed", "counts it and says nothing for that time"),
            row("silence source=grafana team=stream 2h move to eu-west", "the same for all that fits"),
            row("unsilence A-12", "says it again; S-3 names a silence"),
            row("declare A-12 p1", "an incident out of it"),
            row("attach A-12 to 7", "belongs to INC-7; detach A-12 takes it out"),
            row("why A-12", "where it came from, and what was made of it"),
            row("sources", "what was heard of each source, and what was not understood"),
            row("test p1 uptimerobot", "what would happen; nothing is sent"),
        ])
        .finish()
}

/// `👀 @ian has it`, in a few words.
pub(super) fn state(state: &State, now: Timestamp) -> Words {
    match state {
        State::Open => words!["nobody has it"],
        State::Waiting { until } => words!["counts at ", near(*until, now), " if it lasts"],
        State::Flapping { times, since } => words![flaps(*times, *since, now)],
        State::Acknowledged { by, at } if !by.is_howler() => {
            words!["👀 ", by, " has it since ", near(*at, now)]
        }
        State::Acknowledged { at, .. } => words!["👀 acknowledged at its source, ", near(*at, now)],
        State::Silenced { silence, until } => {
            words!["🔕 silent until ", near(*until, now), format!(" ({silence})")]
        }
        State::Resolved { at, by } => {
            words!["✅ resolved ", near(*at, now)].and_if(by.as_ref().map(|by| words![" by ", by]))
        }
    }
}

/// `flapping, 6 times in 20 min`.
fn flaps(times: usize, since: Timestamp, until: Timestamp) -> String {
    let minutes = (until.duration_since(since).as_secs() / 60).max(1);
    format!("flapping, {times} times in {minutes} min")
}

fn list(listed: &Listed, via: Via) -> Message {
    let Listed { rows, more, alerts, groups, silences, put_off, now } = listed;
    let mut draft = Draft::new().lines(room::line(put_off).into_iter().collect());
    draft = match (*alerts as u64, *groups) {
        (0, _) => draft.line(words!["No alert is open."]),
        (many, 0) => draft.line(words![bold(self::alerts(many)), ":"]),
        (many, groups) => {
            draft.line(words![bold(format!("{} in {}", self::alerts(many), counted(groups, "group"))), ":"])
        }
    };
    draft = draft.bullets(rows.iter().map(|row| self::row(row, *now)).collect());
    if *more > 0 {
        draft = draft.line(words![format!("{} more.", thousands(*more as u64))]);
    }
    if !silences.is_empty() {
        let shown = silences.iter().take(SILENCES).map(|silence| silences::silence(silence, *now)).collect();
        draft = draft.line(words![bold(counted(silences.len(), "silence")), ":"]).bullets(shown);
    }
    let Some(first) = rows.first() else { return draft.finish() };
    draft.line(words!["One of them: ", code(line(via, &format!("show {}", first.alert)))]).finish()
}

pub(crate) fn row(row: &Row, now: Timestamp) -> Words {
    let lead = words![
        bold(row.severity.to_string()),
        " ",
        bold(row.alert.to_string()),
        " ",
        shorten(&row.title, TITLE)
    ];
    let since = words![
        ": ",
        source(row.source),
        ", since ",
        near(row.since, now),
        format!(", {}", times(row.count)),
        "; "
    ];
    let others =
        (row.others > 0).then(|| words![format!(" and {} more like it", thousands(row.others as u64))]);
    let incident = row.incident.map(|incident| words![format!("; {incident}")]);
    lead.and_if(others).and(since).and(state(&row.state, now)).and_if(incident)
}

fn sources(ears: &[Ear], asking: &Asking, uncalled: &[Uncalled], now: Timestamp) -> Draft {
    let nobody = uncalled.iter().map(|uncalled| self::uncalled(uncalled, now)).collect();
    if ears.is_empty() {
        let draft = Draft::new().line(words!["No source has spoken yet."]).lines(nobody);
        return if asking.of.is_empty() { draft } else { asked::lines(draft, asking, now) };
    }
    let put_off: Vec<_> = ears.iter().filter_map(|ear| Some((ear.source, ear.put_off.clone()?))).collect();
    let mut draft = Draft::new().lines(room::line(&put_off).into_iter().collect());
    draft = draft.line(words![bold("Sources of alerts"), ":"]);
    let rows = ears.iter().map(|ear| {
        let counts = format!(
            ": {} in {}",
            counted_many(ear.signals, "signal", "", "s"),
            counted_many(ear.deliveries, "deliver", "y", "ies")
        );
        let late = (ear.late > 0).then(|| words![format!("; {} late", thousands(ear.late))]);
        let passed = (ear.passed_over > 0).then(|| {
            let last = ear.last_passed_over.as_deref().unwrap_or_default();
            words![format!("; {} passed over, the last: {last}", thousands(ear.passed_over))]
        });
        words![bold(source(ear.source)), counts, ", the last ", near(ear.last, now)]
            .and_if(late)
            .and_if(passed)
    });
    draft = draft.bullets(rows.collect()).lines(nobody);
    for ear in ears.iter().filter(|ear| ear.misread > 0) {
        let lead =
            words![bold("Not understood"), " of ", source(ear.source), format!(", {}:", times(ear.misread))];
        let newest = ear.misreads.iter().rev().take(3);
        let rows = newest.map(|misread| words![near(misread.at, now), ": ", misread.why.join("; ")]);
        draft = draft.line(lead).bullets(rows.collect());
    }
    asked::lines(draft, asking, now)
}

fn uncalled(uncalled: &Uncalled, now: Timestamp) -> Words {
    match uncalled {
        Uncalled::Silenced(silence) => {
            words!["⚠️ Nobody is called for what would page and fits ", bold(silence.id.to_string()), ": "]
                .and(silences::fits(&silence.matcher, silence.title.as_ref()))
                .and(words![", until ", near(silence.until, now), "."])
        }
        Uncalled::Silent { source: from, severity } => words![
            "⚠️ What ",
            source(*from),
            " says may page, but that it falls silent is ",
            bold(severity.to_string()),
            " and calls nobody: a rule for ",
            code(format!("source:{}", source_word(*from))),
            " changes that."
        ],
    }
}

fn counted_many(many: u64, what: &str, one: &str, several: &str) -> String {
    format!("{} {what}{}", thousands(many), if many == 1 { one } else { several })
}

/// The line to type, behind the command.
pub(super) fn typed(line: &AlertsLine) -> Option<String> {
    Some(match line {
        AlertsLine::Show { alert }
        | AlertsLine::Ack { alert }
        | AlertsLine::Why { alert }
        | AlertsLine::Detach { alert } => {
            format!("{} {alert}", line.word())
        }
        AlertsLine::Resolve { alert, why } => match why {
            Some(why) => format!("resolve {alert} {why}"),
            None => format!("resolve {alert}"),
        },
        AlertsLine::SilenceHow { alert } => format!("silence {alert} 4h why"),
        AlertsLine::Silence { what: Silenced::Alert(alert), long, why } => {
            format!("silence {alert} {} {why}", typed_time(*long).replace(' ', ""))
        }
        AlertsLine::Unsilence { which: Unsilenced::Silence(silence) } => format!("unsilence {silence}"),
        AlertsLine::Unsilence { which: Unsilenced::Of(alert) } => format!("unsilence {alert}"),
        AlertsLine::Attach { alert, incident } => format!("attach {alert} to {}", incident.0),
        AlertsLine::Declare { alert, severity: None } => format!("declare {alert}"),
        AlertsLine::Declare { alert, severity: Some(severity) } => {
            format!("declare {alert} {}", severity.to_string().to_lowercase())
        }
        AlertsLine::List | AlertsLine::Sources | AlertsLine::Help => line.word().to_owned(),
        AlertsLine::Test { .. } | AlertsLine::Silence { .. } | AlertsLine::Unclear(_) => return None,
    })
}

/// Whose message `group` is, in a few words.
fn shared(group: &Group) -> Option<Words> {
    (group.alerts > 1).then(|| {
        words![format!(
            "It shares a message with {}.",
            counted_many(u64::from(group.alerts - 1), "other alert", "", "s")
        )]
    })
}
