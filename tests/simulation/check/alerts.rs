//! Alerts: what was answered with a yes is a row, and every row is shown or explained. What the machines sent is reckoned anew,
//! slowly.

mod together;
mod truth;

use std::collections::{BTreeMap, BTreeSet};

use domain::Severity;
use domain::actor::Actor;
use domain::alert::event::AlertEventKind;
use domain::alert::group::Group;
use domain::alert::signal::Source;
use domain::alert::{Alert, AlertId};
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::{Event, EventKind};
use domain::incident::merge::MergeNews;
use jiff::SignedDuration;

use self::truth::Truth;
use crate::simulation::world::{SavedAlerts, World};

/// Alerts of one source and severity belong together where no more lies between two of them.
const TOGETHER: SignedDuration = SignedDuration::from_mins(10);
const CARDS: [&str; 5] = ["🔴 ", "🟠 ", "🟡 ", "⚪ ", "✅ P"];

/// What `/alerts why` tells of every alert.
pub async fn asked(world: &World) -> Vec<String> {
    let truth = Truth::of(world, None);
    let mut newest = BTreeMap::new();
    let mut wrong = Vec::new();
    for number in 1.. {
        let line = format!("/alerts why A-{number}");
        let Ok(reply) = world.slack.command("ian", "#on-call", &line).await else {
            wrong.push(format!("{line} was not answered"));
            break;
        };
        // What would make a link is broken by a joiner.
        let body = reply.body.replace(['*', '\u{2060}'], "");
        if body.contains(&format!("There is no A-{number}")) {
            break;
        }
        let Some(told) = Told::read(&body) else {
            wrong.push(format!("{line}: {body}"));
            continue;
        };
        wrong.extend(told.explained(&truth).map(|why| format!("A-{number} {}: {why}", told.key)));
        newest.insert((told.source.clone(), told.key.clone()), told);
    }
    wrong.extend(truth.compared(&newest));
    wrong
}

/// What was read of one answer.
pub struct Told {
    source: String,
    key: String,
    severity: String,
    now: String,
    sent: String,
}

impl Told {
    fn read(body: &str) -> Option<Self> {
        let part = |name: &str| {
            let (_, rest) = body.split_once(&format!("{name}: "))?;
            let end = rest.find("\\n").or_else(|| rest.find('"')).unwrap_or(rest.len());
            Some(rest[..end].to_owned())
        };
        Some(Self {
            source: part("Source")?.split(", checked").next()?.to_owned(),
            key: part("Key")?.trim_matches('`').to_owned(),
            severity: part("Severity")?.get(..2)?.to_owned(),
            now: part("Now")?,
            sent: part("Sent")?,
        })
    }

    fn is_open(&self) -> bool {
        !self.now.contains("resolved")
    }

    /// A reason against what is told, where there is one.
    fn explained(&self, truth: &Truth) -> Option<String> {
        let Some(known) = truth.of_key(&self.source, &self.key) else {
            let beat = self.source == "a heartbeat" && self.key == "backup";
            return (!beat).then(|| "nobody said anything of it".into());
        };
        let severity = known.severity.to_string();
        let fair = match self.sent.as_str() {
            sent if sent.starts_with("a message of its own") || sent.starts_with("one message for") => {
                severity != "P4"
            }
            sent if sent.contains("a P4 has no message") => severity == "P4",
            sent if sent.contains("has not lasted long enough") => {
                known.source == Source::UptimeRobot && known.is_short()
            }
            sent if sent.contains("it is silent") => truth.was_silent(known),
            sent if sent.contains("was over when it was heard of") => known.ends(),
            _ => false,
        };
        match (fair, self.severity == severity) {
            (true, true) => None,
            (false, _) => Some(format!("sent: {}, though it is {severity}, {}", self.sent, self.now)),
            (_, false) => Some(format!("it is {severity}, and told as {}", self.severity)),
        }
    }
}

/// What is saved and what stands in Slack.
pub fn all(world: &World, incidents: &[(Incident, Vec<Event>)], saved: &SavedAlerts) -> Vec<String> {
    let truth = Truth::of(world, Some(saved));
    let mut wrong = truth.counted(saved);
    wrong.extend(one_at_a_time(saved));
    wrong.extend(cards(world, &truth, saved));
    wrong.extend(declared(incidents, saved));
    wrong.extend(together::apart(saved));
    wrong.extend(together::reminded(world, saved));
    wrong.extend(told_once(world, saved));
    wrong.extend(truth::lines(world, saved));
    wrong
}

/// Of one key one alert at a time, one after the other.
fn one_at_a_time(saved: &SavedAlerts) -> Vec<String> {
    let mut of: BTreeMap<(Source, &str), Vec<&Alert>> = BTreeMap::new();
    for (alert, events) in &saved.alerts {
        let mut replayed = Alert::opened(alert.id, &events[0]);
        if let Some(one) = &mut replayed {
            events[1..].iter().for_each(|event| domain::aggregate::Aggregate::apply(one, event));
        }
        if replayed.as_ref() != Some(alert) {
            return vec![format!("{}: the row is not what its events make", alert.id)];
        }
        of.entry((alert.source, &alert.key)).or_default().push(alert);
    }
    let pairs = of.values().flat_map(|all| all.windows(2));
    let bad = pairs.filter(|pair| pair[0].ended.is_none_or(|ended| pair[1].first <= ended));
    bad.map(|pair| format!("{} began before {} was over", pair[1].id, pair[0].id)).collect()
}

/// A message that stands in Slack.
struct Stands {
    channel: String,
    ts: String,
    /// Without what makes it bold.
    text: String,
}

/// howler's messages for everybody, outside of incidents' rooms.
fn messages(world: &World) -> Vec<Stands> {
    world.slack.look(|slack| {
        let channels = slack.channels.iter().filter(|channel| !channel.name.starts_with("inc-"));
        let all = channels.flat_map(|channel| channel.messages.iter().map(|m| (channel.id.clone(), m)));
        all.filter(|(_, message)| !message.deleted && message.only_for.is_none() && message.bot_id.is_some())
            .map(|(channel, message)| Stands {
                channel,
                ts: message.ts.clone(),
                text: message.text.replace('*', ""),
            })
            .collect()
    })
}

fn is_card(text: &str) -> bool {
    CARDS.iter().any(|lead| text.starts_with(lead))
        && text.contains(" · ")
        && (text.contains(" · A-") || text.contains(" alerts of ") || text.contains(" alert of "))
}

/// One message for each group, which shows how its alerts are.
fn cards(world: &World, truth: &Truth, saved: &SavedAlerts) -> Vec<String> {
    let mut wrong = Vec::new();
    let all = messages(world);
    let cards: BTreeMap<(&str, &str), &str> = all
        .iter()
        .filter(|stands| is_card(&stands.text))
        .map(|stands| ((stands.channel.as_str(), stands.ts.as_str()), stands.text.as_str()))
        .collect();
    let mut shown = BTreeSet::new();
    for group in &saved.groups {
        let place = group.post.as_ref().map(|(channel, ts)| (channel.as_str(), ts.0.as_str()));
        match place.and_then(|place| Some((place, cards.get(&place)?))) {
            Some((place, card)) => {
                let new = shown.insert(place);
                let bad = shows(card, group, truth, saved).filter(|_| new);
                wrong.extend(bad.map(|why| format!("{}: {why}: {card}", group.id)));
            }
            None => wrong.push(format!("{} has no message", group.id)),
        }
    }
    let more = cards.iter().filter(|(place, _)| !shown.contains(*place));
    wrong.extend(more.map(|(_, card)| format!("a message of no group: {card}")));
    wrong
}

/// What is wrong with a group's message.
fn shows(text: &str, group: &Group, truth: &Truth, saved: &SavedAlerts) -> Option<String> {
    let members: Vec<&Alert> =
        saved.alerts.iter().map(|(alert, _)| alert).filter(|alert| alert.group == Some(group.id)).collect();
    let newest = |alert: &Alert| {
        let others = saved.alerts.iter().map(|(other, _)| other);
        !others
            .clone()
            .any(|other| other.id > alert.id && (other.source, &other.key) == (alert.source, &alert.key))
    };
    let open = |alert: &&&Alert| newest(alert) && truth.fires(alert);
    let fires: Vec<&&Alert> = members.iter().filter(open).collect();
    let told = fires.iter().filter(|alert| !truth.is_silent(alert, saved)).count();
    if let [only] = members[..] {
        let resolved = text.contains("✅ Resolved");
        let count = if only.count == 1 { ", once".to_owned() } else { format!(", {} times", only.count) };
        return match () {
            () if resolved == (fires.len() == 1) => Some(format!("{} fires: {}", only.id, !resolved)),
            () if !text.contains(&count) => Some(format!("it is not said{count}")),
            () => None,
        };
    }
    let head = match told {
        0 if fires.is_empty() => "All are resolved".to_owned(),
        0 => " silent.".to_owned(),
        many => format!("{many} open, since"),
    };
    let all = format!("{} alerts of ", members.len());
    (!text.contains(&head) || !text.contains(&all)).then(|| format!("{} alerts, {told} open", members.len()))
}

/// A P1 belongs to an incident, and what belongs together to one.
fn declared(incidents: &[(Incident, Vec<Event>)], saved: &SavedAlerts) -> Vec<String> {
    let mut wrong = Vec::new();
    let attached = |events: &[domain::alert::event::AlertEvent]| {
        events.iter().any(|event| matches!(event.kind, AlertEventKind::Attached { .. }))
    };
    for (alert, events) in &saved.alerts {
        if alert.verdict.severity == Severity::P1 && alert.group.is_some() && !attached(events) {
            wrong.push(format!("{} is a P1 and belongs to no incident", alert.id));
        }
    }
    let of = |id: AlertId| saved.alerts.iter().find(|(alert, _)| alert.id == id);
    let by_alerts: Vec<(&Incident, &Alert)> = incidents
        .iter()
        .filter_map(|(incident, _)| match incident.declared_by {
            Actor::Alert(by) => Some((incident, &of(by)?.0)),
            _ => None,
        })
        .collect();
    for (at, (later, second)) in by_alerts.iter().enumerate() {
        for (earlier, first) in &by_alerts[..at] {
            let same = first.source == second.source && first.verdict.group == second.verdict.group;
            let grouped = saved.alerts.iter().filter(|(alert, _)| {
                alert.source == first.source && alert.verdict.group == first.verdict.group
            });
            let joined = grouped.flat_map(|(_, events)| events).filter(|event| {
                matches!(event.kind, AlertEventKind::Grouped { .. }) && event.at < later.declared_at
            });
            let near = joined.map(|event| event.at).max().is_some_and(|joined| {
                second.verdict.group_stays || later.declared_at.duration_since(joined) <= TOGETHER
            });
            // What a person took out of the earlier one does not go back there.
            let stays_out = !second.out_of.is_empty();
            if same && near && !stays_out && is_open_at(incidents, earlier.id, later) {
                wrong.push(format!("{} though {} was open", later.id, earlier.id));
            }
        }
    }
    wrong
}

/// Whether an incident was open, or what led it, when another was declared.
fn is_open_at(incidents: &[(Incident, Vec<Event>)], id: IncidentId, other: &Incident) -> bool {
    let Some((_, events)) = incidents.iter().find(|(it, _)| it.id == id) else { return false };
    let (mut open, mut led) = (false, None);
    for event in events.iter().filter(|event| event.at <= other.declared_at) {
        match &event.kind {
            EventKind::Declared { .. } | EventKind::Reopened { .. } => open = true,
            EventKind::Resolved { .. } => open = false,
            EventKind::Merge(news) => match news.as_ref() {
                MergeNews::Into { whole, .. } | MergeNews::Led { whole } => led = Some(whole.incident),
                MergeNews::SplitOff { .. } => led = None,
                _ => {}
            },
            _ => {}
        }
    }
    led.map_or(open, |whole| is_open_at(incidents, whole, other))
}

/// A reminder, a breach and the end of a silence are each said once.
fn told_once(world: &World, saved: &SavedAlerts) -> Vec<String> {
    let texts: Vec<String> = messages(world).into_iter().map(|stands| stands.text).collect();
    let mut wrong = Vec::new();
    let mut at_most = |one: bool, what: String, parts: [String; 2]| {
        let found = texts.iter().filter(|text| parts.iter().all(|part| text.contains(part))).count();
        if found > usize::from(one) {
            wrong.push(format!("{what} was told {found} times"));
        }
    };
    // Where somebody is asked anew it is said anew.
    for group in saved.groups.iter().filter(|group| group.asked.is_none()) {
        let named = |lead: &str| [lead.to_owned(), format!("{}, ", group.first)];
        at_most(group.reminded, format!("the reminder of {}", group.id), named("⏰ Nobody has "));
        let named = [": nobody has ".to_owned(), format!("{} since", group.first)];
        at_most(group.breached, format!("the breach of {}", group.id), named);
    }
    for silence in &saved.silences {
        let over = [format!("🔔 {} of ", silence.id), " is over".to_owned()];
        at_most(silence.ended.is_some(), format!("the end of {}", silence.id), over);
    }
    wrong
}
