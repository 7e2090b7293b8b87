//! An independent reading of what the fake Slack received, held against what howler had acknowledged.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fake::slack::Slack;
use fake::slack::world::{Channel, Message};
use regex::Regex;
use serde_json::Value;

use super::ledger::Entries;
use crate::harness::EMERGENCIES;

/// One message of howler's for everybody, as far as it concerns an incident.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    Declared(String),
    Update { incident: u64, number: usize, token: String },
    Resolved(String),
}

/// What was read.
#[derive(Default)]
pub struct Reading {
    emergencies: Vec<Said>,
    /// By channel.
    rooms: BTreeMap<String, Vec<Said>>,
    /// Marks of messages, and how often each was seen.
    marks: BTreeMap<String, usize>,
    /// Private answers that say no.
    told: Vec<String>,
    /// Private questions which incident a pushpin is meant for, as JSON.
    asked: Vec<String>,
}

static DECLARED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"INCIDENT DECLARED: (K\d+) ").unwrap());
static UPDATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\W*INC-(\d+) update (\d+): [^\n]*\n\s*(U\d+) ").unwrap());
static RESOLVED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"INCIDENT RESOLVED: (K\d+) ").unwrap());

fn said(message: &Message) -> Option<Said> {
    let text = &message.text;
    if let Some(found) = DECLARED.captures(text) {
        return Some(Said::Declared(found[1].to_owned()));
    }
    if let Some(found) = RESOLVED.captures(text) {
        // The card of what was declared says so too, without who did it.
        let announced = text.contains(", resolved by ");
        return Some(if announced { Said::Resolved } else { Said::Declared }(found[1].to_owned()));
    }
    let found = UPDATE.captures(text)?;
    let (incident, number) = (found[1].parse().unwrap(), found[2].parse().unwrap());
    Some(Said::Update { incident, number, token: found[3].to_owned() })
}

impl Reading {
    pub fn of(slack: &Slack) -> Self {
        let mut reading = Self::default();
        slack.look(|world| {
            for channel in &world.channels {
                reading.channel(channel);
            }
        });
        reading
    }

    fn channel(&mut self, channel: &Channel) {
        let public = |message: &&Message| message.bot_id.is_some() && message.only_for.is_none();
        for message in channel.messages.iter().filter(public) {
            let mark = message.metadata.as_ref().and_then(|data| data.pointer("/event_payload/id"));
            if let Some(mark) = mark.and_then(Value::as_str) {
                *self.marks.entry(mark.to_owned()).or_default() += 1;
            }
        }
        let spoken = || channel.messages.iter().filter(public).filter_map(said);
        if EMERGENCIES.ends_with(channel.name.as_str()) && !channel.is_im {
            self.emergencies.extend(spoken());
        } else if channel.name.starts_with("inc-") {
            self.rooms.insert(channel.name.clone(), spoken().collect());
        }
        let private = channel.messages.iter().filter(|message| message.only_for.is_some() || channel.is_im);
        for message in private {
            self.told.push(message.text.clone());
            let blocks = Value::from(message.blocks.to_vec()).to_string();
            self.asked.extend(Some(blocks).filter(|blocks| blocks.contains("PinTo")));
        }
    }

    fn rooms_of(&self, incident: u64) -> Vec<&Vec<Said>> {
        let prefix = format!("inc-{incident}-");
        self.rooms
            .range(prefix.clone()..)
            .take_while(|(name, _)| name.starts_with(&prefix))
            .map(|(_, said)| said)
            .collect()
    }

    /// What was acknowledged and cannot be seen yet.
    pub fn missing(&self, entries: &Entries) -> Vec<String> {
        let mut missing = Vec::new();
        let by_count = self.counts();
        let mut want = |what: String| {
            if !by_count.contains_key(&what) {
                missing.push(what);
            }
        };
        for token in entries.declared.keys() {
            want(format!("declared {token}"));
        }
        for token in entries.updates.keys() {
            want(format!("update {token}"));
        }
        for (token, _) in entries.declared.iter().filter(|(_, id)| entries.resolved.contains(id)) {
            want(format!("resolved {token}"));
        }
        // Rooms and what is said in them.
        for (token, incident) in &entries.declared {
            if !entries.roomless.contains(token) && self.rooms_of(*incident).is_empty() {
                missing.push(format!("a channel of INC-{incident}"));
            }
        }
        for (token, incident) in &entries.updates {
            let rooms = self.rooms_of(*incident);
            let there = |said: &Said| matches!(said, Said::Update { token: seen, .. } if seen == token);
            if rooms.iter().any(|room| !room.iter().any(there)) {
                missing.push(format!("update {token} in the channel of INC-{incident}"));
            }
        }
        missing
    }

    fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for said in &self.emergencies {
            let what = match said {
                Said::Declared(token) => format!("declared {token}"),
                Said::Update { token, .. } => format!("update {token}"),
                Said::Resolved(token) => format!("resolved {token}"),
            };
            *counts.entry(what).or_default() += 1;
        }
        counts
    }

    /// What stands there more than once, acknowledged or not.
    pub fn doubled(&self) -> Vec<String> {
        let marks = self.marks.iter().map(|(mark, count)| (format!("mark {mark}"), *count));
        let mut doubled: Vec<String> = marks
            .chain(self.counts())
            .filter(|(_, count)| *count > 1)
            .map(|(what, count)| format!("{what}, {count} times"))
            .collect();
        let mut rooms: BTreeMap<&str, usize> = BTreeMap::new();
        for name in self.rooms.keys() {
            let number = name.split('-').nth(1).unwrap_or_default();
            *rooms.entry(number).or_default() += 1;
        }
        doubled.extend(
            rooms
                .iter()
                .filter(|(_, count)| **count > 1)
                .map(|(number, count)| format!("{count} channels of INC-{number}")),
        );
        for (name, room) in &self.rooms {
            let mut seen = Vec::new();
            for said in room {
                if seen.contains(&said) {
                    doubled.push(format!("{said:?} in #{name}"));
                }
                seen.push(said);
            }
        }
        doubled
    }

    /// Announcements of one incident that stand in another order than they were decided in.
    pub fn disordered(&self, entries: &Entries) -> Vec<String> {
        let token_of: BTreeMap<u64, &String> =
            entries.declared.iter().map(|(token, id)| (*id, token)).collect();
        let mut wrong = Vec::new();
        let mut next: BTreeMap<String, usize> = BTreeMap::new();
        for said in &self.emergencies {
            match said {
                Said::Declared(token) => {
                    next.insert(token.clone(), 1);
                }
                Said::Update { incident, number, .. } => {
                    let Some(token) = token_of.get(incident) else { continue };
                    let expected = next.entry((*token).clone()).or_default();
                    if number != expected {
                        wrong.push(format!("update {number} of {token} instead of {expected}"));
                    }
                    *expected += 1;
                }
                Said::Resolved(token) => {
                    if next.insert(token.clone(), usize::MAX).is_none() {
                        wrong.push(format!("{token} was resolved before it was declared"));
                    }
                }
            }
        }
        for (name, room) in &self.rooms {
            let numbers = room.iter().filter_map(|said| match said {
                Said::Update { number, .. } => Some(*number),
                _ => None,
            });
            if !numbers.clone().is_sorted() {
                wrong.push(format!("updates in #{name}: {:?}", numbers.collect::<Vec<_>>()));
            }
        }
        wrong
    }

    /// Whether somebody was asked which incident a pushpin on this message is meant for: howler does not know a message
    /// as its own before Slack's answer to it is saved.
    pub fn asked_about(&self, ts: &str) -> bool {
        self.asked.iter().any(|question| question.contains(ts))
    }

    /// Whether somebody was told privately what became of `INC-n` instead.
    pub fn told_of(&self, incident: u64) -> bool {
        let about = Regex::new(&format!(r"INC-{incident}\b")).unwrap();
        let no = |text: &&String| about.is_match(text) && !text.contains('✅');
        self.told.iter().any(|text| no(&text))
    }
}

/// The whole timeline of an incident, as `/incident timeline` shows it.
pub async fn timeline(slack: &Slack, incident: u64) -> String {
    let mut whole = String::new();
    for page in 1.. {
        let line = format!("/incident timeline {incident} page {page}");
        let reply = slack.command("zoe", EMERGENCIES, &line).await.unwrap();
        assert_eq!(reply.status, 200, "{line}: {}", reply.body);
        let body = reply.json().unwrap();
        texts(&body["blocks"], &mut whole);
        whole.push('\n');
        if !body.to_string().contains("Next page") {
            return whole;
        }
    }
    whole
}

fn texts(value: &Value, whole: &mut String) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| texts(value, whole)),
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get("text") {
                whole.push_str(text);
            }
            fields.values().for_each(|value| texts(value, whole));
        }
        _ => {}
    }
}
