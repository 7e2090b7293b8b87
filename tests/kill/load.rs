//! People under stress: they declare, update, note, click, react and resolve, and Slack re-sends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fake::slack::world::{Channel, Message};
use fake::slack::{Reply, Slack, Submission};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::ledger::{Dice, Ledger, words};
use crate::harness::EMERGENCIES;

const SNOOZED: &str = " snoozed the reminder ";
const HAS_IT: &str = " acknowledged.";
const COMMANDS: &str = " is now commander";
const RESOLVED: &str = " resolved it.";

const PEOPLE: [&str; 4] = ["ian", "maya", "kofi", "zoe"];

/// Everybody, busy until they are sent home.
pub struct Crowd {
    over: Arc<AtomicBool>,
    people: Vec<JoinHandle<()>>,
}

impl Crowd {
    pub fn start(slack: &Slack, ledger: &Arc<Ledger>, dice: &mut Dice) -> Self {
        Self::at_ease(slack, ledger, dice, Duration::from_millis(20))
    }

    /// With up to `pause` between one deed of a person and the next.
    pub fn at_ease(slack: &Slack, ledger: &Arc<Ledger>, dice: &mut Dice, pause: Duration) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let people = PEOPLE.map(|person| {
            let (slack, ledger, over) = (slack.clone(), Arc::clone(ledger), Arc::clone(&over));
            let dice = Dice::new(dice.below(u64::MAX));
            tokio::spawn(Busy { person, slack, ledger, dice, over, pause }.work())
        });
        Self { over, people: people.into() }
    }

    /// Returns once everybody has stopped.
    pub async fn go_home(self) {
        self.over.store(true, Ordering::Relaxed);
        for person in self.people {
            person.await.unwrap();
        }
    }
}

/// One person, busy until `over`.
struct Busy {
    person: &'static str,
    slack: Slack,
    ledger: Arc<Ledger>,
    dice: Dice,
    over: Arc<AtomicBool>,
    pause: Duration,
}

impl Busy {
    async fn work(mut self) {
        while !self.over.load(Ordering::Relaxed) {
            match self.dice.below(100) {
                0..20 => self.declares().await,
                20..48 => self.updates().await,
                48..58 => self.notes().await,
                58..66 => self.clicks("ack", HAS_IT).await,
                66..72 => self.clicks("take", COMMANDS).await,
                72..78 => self.clicks("snooze", SNOOZED).await,
                78..84 => self.resolves_by_form().await,
                84..90 => self.resolves().await,
                _ => self.pins().await,
            }
            if self.dice.below(4) == 0 {
                self.slack_sends_again().await;
            }
            let most = u64::try_from(self.pause.as_millis()).unwrap();
            tokio::time::sleep(Duration::from_millis(self.dice.below(most))).await;
        }
    }

    async fn types(&self, line: &str) -> Reply {
        let reply = self.slack.command(self.person, EMERGENCIES, line).await.unwrap();
        self.ledger.refused(&reply);
        reply
    }

    async fn declares(&mut self) {
        let severity = ["p1", "p2", "p2", "p3"][usize::try_from(self.dice.below(4)).unwrap()];
        let token = self.ledger.token('K');
        let reply = self.types(&format!("/incident {severity} {token} of many")).await;
        self.ledger.declared(&reply);
    }

    fn incident(&mut self) -> Option<(String, u64)> {
        self.ledger.recent(self.dice.below(1_000), 12)
    }

    async fn updates(&mut self) {
        let Some((_, incident)) = self.incident() else { return };
        let token = self.ledger.token('U');
        let reply = self.types(&format!("/incident {incident} update {token} is what we know")).await;
        if words(&reply).contains("update posted") {
            self.ledger.look(|entries| entries.updates.insert(token, incident));
        }
    }

    /// By a mention, whose answer says no more than that it was taken.
    async fn notes(&mut self) {
        let Some((_, incident)) = self.incident() else { return };
        let token = self.ledger.token('N');
        let text = format!("@howler {incident} note {token} was seen");
        let said = self.slack.say(self.person, EMERGENCIES, None, &text).await.unwrap();
        if said.reply.is_some_and(|reply| reply.is_ok()) {
            self.ledger.look(|entries| entries.notes.insert(token, incident));
        }
    }

    async fn clicks(&mut self, action: &'static str, shows: &'static str) {
        let Some((_, incident)) = self.incident() else { return };
        let Some((channel, ts)) = self.button(action, incident) else { return };
        let Ok(reply) = self.slack.click(self.person, &channel, &ts, action, None).await else { return };
        if reply.is_ok() {
            self.ledger.clicked(incident, shows);
        }
    }

    async fn resolves(&mut self) {
        let Some((_, incident)) = self.incident() else { return };
        let reply = self.types(&format!("/incident {incident} resolve it was the cache")).await;
        if words(&reply).contains("resolved and announced") {
            self.ledger.look(|entries| entries.resolved.insert(incident));
        }
    }

    async fn resolves_by_form(&mut self) {
        let Some((_, incident)) = self.incident() else { return };
        let Some((channel, ts)) = self.button("resolve", incident) else { return };
        let Ok(reply) = self.slack.click(self.person, &channel, &ts, "resolve", None).await else { return };
        if !reply.is_ok() {
            return;
        }
        let values = BTreeMap::from([("root_cause".to_owned(), "it was the queue".to_owned())]);
        // No form is open where the click was one too late: its answer is a private line.
        let Ok(submission) = self.slack.submit(self.person, values).await else { return };
        match submission {
            Submission::Closed => {
                self.ledger.clicked(incident, RESOLVED);
                self.ledger.look(|entries| entries.resolved.insert(incident));
            }
            _ => drop(self.slack.close_view(self.person).await),
        }
    }

    async fn pins(&mut self) {
        let Some((token, incident)) = self.incident() else { return };
        let declaration = format!("INCIDENT DECLARED: {token} ");
        let ts = self.slack.look(|world| {
            let channel = world.channel_called(EMERGENCIES)?;
            let found = channel.messages.iter().rev().find(|message| message.text.contains(&declaration))?;
            Some(found.ts.clone())
        });
        let Some(ts) = ts else { return };
        // Who has put one there already cannot put another.
        let Ok(reply) = self.slack.react(self.person, EMERGENCIES, &ts, "pushpin").await else { return };
        if reply.is_some_and(|reply| reply.is_ok()) {
            self.ledger.look(|entries| entries.pinned.entry(incident).or_insert((ts, 0)).1 += 1);
        }
    }

    /// The last delivery of anybody's, byte for byte.
    async fn slack_sends_again(&mut self) {
        let times = u32::try_from(1 + self.dice.below(2)).unwrap();
        for reply in self.slack.deliver_again(times).await.unwrap_or_default() {
            self.ledger.declared(&reply);
            self.ledger.look(|entries| entries.repeated += 1);
        }
    }

    /// A message of this incident's with such a button that everybody sees.
    fn button(&self, action: &str, incident: u64) -> Option<(String, String)> {
        let about = format!("\"incident\":{incident},");
        let room = format!("inc-{incident}-");
        let here = |channel: &&Channel| {
            EMERGENCIES.ends_with(channel.name.as_str()) || channel.name.starts_with(&room)
        };
        let has = |message: &&Message| message.blocks.iter().any(|block| offers(block, action, &about));
        self.slack.look(|world| {
            world.channels.iter().filter(|channel| !channel.is_im).filter(here).find_map(|channel| {
                let latest = channel.messages.iter().rev().take(300);
                let found = latest.filter(|message| message.only_for.is_none()).find(has)?;
                Some((channel.name.clone(), found.ts.clone()))
            })
        })
    }
}

fn offers(block: &Value, action: &str, about: &str) -> bool {
    let elements = block.get("elements").and_then(Value::as_array);
    elements.into_iter().flatten().any(|element| {
        let value = element.get("value").and_then(Value::as_str).unwrap_or_default();
        element.get("action_id").is_some_and(|id| id == action) && value.contains(about)
    })
}
