//! What stands in channels: the message of a group of alerts, edited as they change, and what is said beside it.

use jiff::Timestamp;

use super::silences::fits;
use super::{alerts, button, flaps, shared, source, state, thousands, times, title};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::facts;
use crate::lines::Via;
use crate::time::{late, spoken};
use crate::words::{Words, bold, code, mention, near, words};
use config::Mentions;
use domain::Severity;
use domain::aggregate::Aggregate;
use domain::alert::group::{Group, LeftBy, Shown};
use domain::alert::line::{AlertsLine, Notice, State};
use domain::alert::silence::Silence;
use domain::alert::{Acked, Alert};
use domain::answer::Summary;
use domain::id::IncidentId;
use domain::text::shorten;
use domain::timer::Lateness;

/// Facts that a message shows, and links that an answer shows.
const FACTS: usize = 7;
const LINKS: usize = 3;
const FACT: usize = 120;
const REASON: usize = 200;

fn lamp(severity: Severity) -> &'static str {
    match severity {
        Severity::P1 => "🔴 ",
        Severity::P2 => "🟠 ",
        Severity::P3 => "🟡 ",
        Severity::P4 => "⚪ ",
    }
}

/// The message of a group.
pub fn message(shown: &Shown, mentions: &Mentions) -> Message {
    let group = &shown.group;
    let draft = match (shown.alerts.as_slice(), group.alerts) {
        ([only], 1) => one(Draft::new(), only, Some(group), shown.at),
        (several, _) => many(Draft::new(), group, several, shown),
    };
    let fires = fires(shown);
    let draft = match (group.is_live(), group.mention) {
        // Its incident calls by itself.
        (true, true) if group.incident.is_none() => draft.line(words![mention(&mentions.oncall)]),
        _ => draft,
    };
    let belongs = group.incident.map(|incident| belongs(incident, fires));
    let left = shown.left_by.map(|LeftBy { incident, cancelled }| {
        words!["🚨 ", bold(incident.to_string()), if cancelled { " is cancelled." } else { " is resolved." }]
    });
    draft.lines(belongs.into_iter().chain(left).collect()).buttons(buttons(shown)).finish()
}

/// Whether one of them fires, told or silenced.
fn fires(shown: &Shown) -> bool {
    shown.group.is_live() || shown.alerts.iter().any(|alert| alert.is_live())
}

/// One alert, as somebody asked for it.
pub(super) fn of_one(
    alert: &Alert,
    group: Option<&Group>,
    silence: Option<&Silence>,
    now: Timestamp,
    via: Via,
) -> Message {
    let mut draft = one(Draft::new(), alert, group, now);
    let links = alert.told.links.iter().take(LINKS);
    draft = draft.lines(links.map(|link| words![shorten(&link.text, FACT), ": ", &link.url]).collect());
    if let Some(silence) = silence {
        let why = words!["🔕 ", bold(silence.id.to_string()), " by ", &silence.by, ": ", &silence.why];
        draft = draft.line(why);
    }
    draft = draft.lines(group.and_then(shared).into_iter().collect());
    if let Some(incident) = alert.incident {
        draft = draft.line(belongs(incident, alert.is_live()));
    }
    draft.line(words!["More: ", code(super::line(via, &format!("why {}", alert.id)))]).finish()
}

/// One alert: what it is, since when, who has it.
fn one(draft: Draft, alert: &Alert, group: Option<&Group>, now: Timestamp) -> Draft {
    let lamp = if alert.is_live() { lamp(alert.verdict.severity) } else { "✅ " };
    let head = words![
        lamp,
        bold(facts::severity(alert.verdict.severity)),
        " · ",
        bold(alert.id.to_string()),
        " ",
        title(alert)
    ];
    let draft = draft.lines(vec![head, history(alert, now)]);
    let draft = draft.lines(facts_of(alert).into_iter().collect());
    draft.lines(standing(alert, group, now))
}

/// `Uptime Robot, since 03:02, 4 times, the last 03:20.`
fn history(alert: &Alert, now: Timestamp) -> Words {
    let lead =
        words![source(alert.source), ", since ", near(alert.first, now), format!(", {}", times(alert.count))];
    let last =
        (alert.count > 1 && alert.last != alert.first).then(|| words![", the last ", near(alert.last, now)]);
    lead.and_if(last).and(words!["."])
}

fn facts_of(alert: &Alert) -> Option<Words> {
    let shown = alert.told.facts.iter().take(FACTS);
    let facts: Vec<Words> = shown
        .map(|(name, value)| words![format!("{}: ", shorten(name, FACT)), shorten(value, FACT)])
        .collect();
    (!facts.is_empty()).then(|| Words::joined(facts, " · "))
}

/// Who has it, or how it ended.
fn standing(alert: &Alert, group: Option<&Group>, now: Timestamp) -> Vec<Words> {
    let flapping = alert.flapping.map(|flapping| {
        words![format!(
            "It is {}, and held open until it is quiet for 15 minutes.",
            flaps(flapping.flips, flapping.first, flapping.newest)
        )]
    });
    let state = match State::of(alert, group) {
        State::Resolved { at, .. } => {
            words!["✅ Resolved ", near(at, now)].and(lasted(alert.first, at)).and(by_whom(alert))
        }
        State::Open | State::Flapping { .. } if group.is_some_and(|group| !group.is_nobodys()) => {
            return flapping.into_iter().collect();
        }
        State::Open | State::Flapping { .. } => match alert.verdict.severity {
            Severity::P1 | Severity::P2 => words!["Nobody has it yet."],
            Severity::P3 | Severity::P4 => return flapping.into_iter().collect(),
        },
        other => sentence(state(&other, now)),
    };
    flapping.into_iter().chain([state]).collect()
}

/// `, after 12 minutes`; what two clocks say that do not agree is no time at all.
fn lasted(from: Timestamp, until: Timestamp) -> Words {
    let long = until.duration_since(from);
    match long.as_secs() {
        _ if long.is_negative() => words![", before its source's clock says that it began"],
        0 => words![", at once"],
        _ => words![", after ", spoken(long)],
    }
}

/// ` by Ana: the anomaly is over`, where a person said so.
fn by_whom(alert: &Alert) -> Words {
    let Some(closed) = &alert.closed else { return words!["."] };
    let why = closed.why.as_ref().map(|why| words![": ", shorten(why, REASON)]);
    words![", by ", &closed.by].and(why.unwrap_or_else(|| words!["."]))
}

/// Which incident it belongs to; while it is open whoever has that has it.
fn belongs(incident: IncidentId, is_open: bool) -> Words {
    let who = if is_open { ": look there who has it." } else { "." };
    words!["🚨 It belongs to ", bold(incident.to_string()), who]
}

fn sentence(words: Words) -> Words {
    words.and(words!["."])
}

/// Several alerts in one message.
fn many(draft: Draft, group: &Group, named: &[std::sync::Arc<Alert>], shown: &Shown) -> Draft {
    let now = shown.at;
    let what = named.first().map_or("", |alert| source(alert.source));
    let fires = fires(shown);
    let lamp = if fires { lamp(group.severity) } else { "✅ " };
    let head = words![
        lamp,
        bold(facts::severity(group.severity)),
        " · ",
        bold(alerts(group.alerts.into())),
        " of ",
        what
    ];
    let open = match group.open {
        0 if fires => words!["What still fires is silent."],
        0 => words!["All are resolved."],
        open => words![
            format!("{} open, since ", thousands(open.into())),
            near(group.since, now),
            format!(", said {}.", times(shown.signals))
        ],
    };
    let rows: Vec<Words> = named
        .iter()
        .filter(|alert| alert.is_live())
        .map(|alert| {
            let state = match State::of(alert, Some(group)) {
                State::Open | State::Acknowledged { .. } => None,
                other => Some(words![": "].and(state(&other, now))),
            };
            words![bold(alert.id.to_string()), " ", title(alert), format!(" ({})", times(alert.count))]
                .and_if(state)
        })
        .collect();
    let more = u64::from(group.open).saturating_sub(rows.len() as u64);
    let mut draft = draft.lines(vec![head, open]).bullets(rows);
    if more > 0 {
        draft = draft
            .line(words![format!("And {} more: ", thousands(more)), code(super::line(Via::Slash, "list"))]);
    }
    let whose = if fires && !group.is_live() { None } else { whose(group, now) };
    draft.lines(whose.into_iter().collect())
}

/// Who has them.
fn whose(group: &Group, now: Timestamp) -> Option<Words> {
    match (&group.acked, group.ended) {
        (_, Some(at)) => {
            Some(words!["✅ Over ", near(at, now)].and(lasted(group.since, at)).and(words!["."]))
        }
        (Some(Acked { by, at }), None) if !by.is_howler() => {
            Some(words!["👀 ", by, " has them since ", near(*at, now), "."])
        }
        (Some(Acked { at, .. }), None) => {
            Some(words!["👀 Acknowledged at their source, ", near(*at, now), "."])
        }
        (None, None) if group.incident.is_some() => None,
        (None, None) if group.severity <= Severity::P2 => Some(words!["Nobody has them yet."]),
        (None, None) => None,
    }
}

fn buttons(shown: &Shown) -> Vec<Button> {
    let group = &shown.group;
    let Some(first) = shown.alerts.first() else { return Vec::new() };
    let alert = first.id;
    let why = button("Why?", AlertsLine::Why { alert });
    // Its text is the source's: the button says where it leads in howler's words.
    let label = format!("Open in {}", source(first.source));
    let link = first.told.links.iter().find_map(|link| Button::linking(&label, &link.url));
    if !group.is_live() {
        return [why].into_iter().chain(link).collect();
    }
    let mut buttons = Vec::new();
    if group.acked.is_none() {
        buttons.push(button("I have it", AlertsLine::Ack { alert }).primary());
    }
    if group.incident.is_none() {
        buttons.push(button("Declare incident", AlertsLine::Declare { alert, severity: None }));
        let add = |incident: &Summary| {
            button(
                format!("Add to {}", incident.incident),
                AlertsLine::Attach { alert, incident: incident.incident },
            )
        };
        buttons.extend(shown.incidents.iter().map(add));
    }
    if let Some(alone) = shown.alerts.first().filter(|alert| group.alerts == 1 && alert.end_is_never_told()) {
        buttons.push(button("It is over", AlertsLine::Resolve { alert: alone.id, why: None }));
    }
    buttons.push(button("Silence", AlertsLine::SilenceHow { alert }));
    buttons.push(why);
    buttons.extend(link);
    buttons
}

/// What is said of a group beside its message.
pub(crate) fn notice(group: &Group, notice: &Notice, mentions: &Mentions) -> Message {
    let what = match group.alerts {
        1 => words![bold(group.first.to_string())],
        many => words![bold(alerts(many.into())), " with ", bold(group.first.to_string())],
    };
    let declare = |severity| AlertsLine::Declare { alert: group.first, severity };
    let ack = || button("I have it", AlertsLine::Ack { alert: group.first }).primary();
    match notice {
        Notice::Reminded { late } => Draft::new()
            .line(
                words!["⏰ Nobody has "]
                    .and(what)
                    .and(words![", ", group.severity.to_string(), ", since "])
                    .and(words![near(group.since, group.remind.unwrap_or(group.since)), "."]),
            )
            .line(words![mention(&mentions.oncall)])
            .lines(admitted(late.as_ref()))
            .buttons(vec![ack(), button("Declare incident", declare(None))])
            .finish(),
        Notice::Breached { late } => Draft::new()
            .line(
                words!["⚠️ The response time of ", bold(group.severity.to_string()), " is over: nobody has "]
                    .and(what)
                    .and(words![", since ", near(group.since, group.due.unwrap_or(group.since)), "."]),
            )
            .line(words![mention(&mentions.oncall), " Raise it to P1?"])
            .lines(admitted(late.as_ref()))
            .buttons(vec![button("Declare as P1", declare(Some(Severity::P1))), ack()])
            .finish(),
        Notice::SilenceOver { .. } => Draft::new().finish(),
    }
}

/// The end of a silence, where it was set.
pub(crate) fn silence_over(silence: &Silence, notice: &Notice) -> Message {
    let late = match notice {
        Notice::SilenceOver { late } | Notice::Reminded { late } | Notice::Breached { late } => late.as_ref(),
    };
    let held = match silence.alerts {
        0 => words!["Nothing was held back."],
        many => words![format!(
            "Held back meanwhile: {}. What is still open is told from here on.",
            alerts(many.into())
        )],
    };
    Draft::new()
        .line(
            words!["🔔 ", bold(silence.id.to_string()), " of ", &silence.by, " is over: "]
                .and(fits(&silence.matcher, silence.title.as_ref())),
        )
        .line(held)
        .lines(admitted(late))
        .finish()
}

fn admitted(lateness: Option<&Lateness>) -> Vec<Words> {
    lateness.map(|lateness| words![late(lateness), "."]).into_iter().collect()
}
