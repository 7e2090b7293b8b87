//! Wrong facts: answers of the right form that say nothing of how production is, for a while, and what was told meanwhile.

use std::sync::Mutex;

use domain::procedure::{Heard, Question};
use ground::clock::Clock;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::deeds;
use super::world::World;

/// How an answer is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Nothing comes.
    Empty,
    /// A list comes, and nothing is in it.
    NoItems,
    /// It has the right form, and all that is asked about is left out.
    Bare,
    /// It speaks of the asker: no rights, no login, too many questions.
    Asker,
    /// Every word of it is taken for a secret.
    Masked,
    /// Pods were killed, three months ago.
    Stale,
    /// All that comes is another deployment's, under the same label.
    Foreign,
    /// Another deployment's comes beside it.
    Mixed,
}

pub const LIES: [Lie; 8] =
    [Lie::Empty, Lie::NoItems, Lie::Bare, Lie::Asker, Lie::Masked, Lie::Stale, Lie::Foreign, Lie::Mixed];

/// Questions, by a word of each.
const OF: [&str; 7] = ["health", "rs,pods", "json\"]", "managed-fields", "hpa", "deployments", "history"];

impl Lie {
    /// Nothing of what is asked about is in such an answer; in others the truth is there as well.
    pub fn holds_nothing(self) -> bool {
        !matches!(self, Self::Stale | Self::Mixed)
    }

    fn told(self, question: &Question, truth: Heard, now: Timestamp) -> Heard {
        let is_program = match question {
            // A connection is taken, or it is not.
            Question::Tcp(_) => return truth,
            Question::Run(_) => true,
            _ => false,
        };
        let text = |text: String| Heard { text, ..truth.clone() };
        match (self, question) {
            (Self::Empty, Question::Http(_)) => Heard { status: Some(200), ..Heard::default() },
            (Self::Empty, _) => Heard { exit: truth.exit.map(|_| 0), ..Heard::default() },
            (Self::Asker, Question::Http(_)) => {
                Heard { status: Some(403), text: "Attention Required!".into(), ..Heard::default() }
            }
            (Self::Asker, _) if is_program => {
                let aside = "error: You must be logged in to the server (Unauthorized)\n".into();
                Heard { exit: Some(1), aside, ..Heard::default() }
            }
            (Self::Asker, _) => {
                Heard { text: "{\"message\":\"Bad credentials\"}".into(), ..Heard::default() }
            }
            (Self::Masked, _) => Heard {
                status: truth.status.map(|_| 200),
                exit: truth.exit.map(|_| 0),
                text: "[secret]".into(),
                ..Heard::default()
            },
            (Self::Bare, Question::Http(_)) => Heard { status: Some(200), ..text(bare(&truth)) },
            (Self::Bare, _) => text(bare(&truth)),
            (Self::NoItems | Self::Stale | Self::Foreign | Self::Mixed, _) => match items(&truth) {
                None => truth,
                Some(items) => text(json!({ "items": self.of_list(items, now) }).to_string()),
            },
        }
    }

    fn of_list(self, mut items: Vec<Value>, now: Timestamp) -> Vec<Value> {
        match self {
            Self::NoItems => Vec::new(),
            Self::Stale => {
                items.iter_mut().for_each(|item| killed(item, "2026-08-24T02:00:00Z"));
                items
            }
            Self::Foreign => items.into_iter().map(|item| of_another(item, now)).collect(),
            _ => {
                let others: Vec<Value> = items.iter().cloned().map(|item| of_another(item, now)).collect();
                others.into_iter().chain(items).collect()
            }
        }
    }
}

/// What a list of Kubernetes' objects holds; nothing where it is none, or an empty one.
fn items(heard: &Heard) -> Option<Vec<Value>> {
    let json: Value = serde_json::from_str(&heard.text).ok()?;
    json["items"].as_array().filter(|items| !items.is_empty()).cloned()
}

/// As many things, of which nothing is told; of a text that is no JSON nothing at all.
fn bare(truth: &Heard) -> String {
    let Ok(json) = serde_json::from_str::<Value>(&truth.text) else { return String::new() };
    let many = |list: &Vec<Value>| json!(vec![json!({}); list.len()]);
    match (json.as_array(), json["items"].as_array()) {
        (Some(list), _) => many(list),
        (None, Some(items)) => json!({ "items": many(items) }),
        (None, None) => json!({}),
    }
    .to_string()
}

fn killed(pod: &mut Value, at: &str) {
    let containers = pod.pointer_mut("/status/containerStatuses").and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        container["lastState"] = json!({ "terminated": { "reason": "OOMKilled", "finishedAt": at } });
    }
}

/// The same of a canary: its pods are killed for their memory and crash, and its revisions are newer.
fn of_another(mut item: Value, now: Timestamp) -> Value {
    killed(&mut item, &now.to_string());
    let containers = item.pointer_mut("/status/containerStatuses").and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten() {
        container["state"] = json!({ "waiting": { "reason": "CrashLoopBackOff" } });
    }
    let revision = "/metadata/annotations/deployment.kubernetes.io~1revision";
    if let Some(revision) = item.pointer_mut(revision) {
        *revision = format!("9{}", revision.as_str().unwrap_or_default()).into();
    }
    item["metadata"]["labels"]["pod-template-hash"] = "7f".into();
    for owner in item["metadata"]["ownerReferences"].as_array_mut().into_iter().flatten() {
        let set =
            if owner["kind"] == "ReplicaSet" { "event-stream-canary-7f" } else { "event-stream-canary" };
        owner["name"] = set.into();
    }
    item
}

/// An answer, as the world gave it.
#[derive(Clone, Debug)]
pub struct Told {
    pub at: Timestamp,
    pub question: Question,
    /// How it was wrong, and how things are.
    pub wrong: Option<(Lie, Heard)>,
}

/// How every answer is wrong for now, and all that was told.
#[derive(Debug)]
pub struct Lies {
    clock: Clock,
    /// How, until when, and of what alone, by a word of the question.
    now: Mutex<Option<(Lie, Timestamp, Option<&'static str>)>>,
    told: Mutex<Vec<Told>>,
}

impl Lies {
    pub fn new(clock: Clock) -> Self {
        Self { clock, now: Mutex::default(), told: Mutex::default() }
    }

    pub fn begin(&self, lie: Lie, until: Timestamp, of: Option<&'static str>) {
        *self.now.lock().unwrap() = Some((lie, until, of));
    }

    pub fn end(&self) {
        *self.now.lock().unwrap() = None;
    }

    /// What is told in place of the truth.
    pub fn tell(&self, question: &Question, truth: Heard) -> Heard {
        let at = self.clock.now();
        let asked = format!("{question:?}");
        let lies = |(_, until, of): &(Lie, Timestamp, Option<&str>)| {
            at < *until && of.is_none_or(|word| asked.contains(word))
        };
        let lie = self.now.lock().unwrap().filter(lies).map(|(lie, ..)| lie);
        let told = lie.map_or_else(|| truth.clone(), |lie| lie.told(question, truth.clone(), at));
        let wrong = lie.filter(|_| told != truth).map(|lie| (lie, truth));
        self.told.lock().unwrap().push(Told { at, question: question.clone(), wrong });
        told
    }

    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }
}

/// From now on, for a while, every answer is wrong in one way; or they are right again.
pub fn turn(world: &mut World, most: i64) {
    if world.dice.once_in(4) {
        deeds::noted(world, "production: tells the truth".into());
        return world.production.lies.end();
    }
    let (lie, time) = (world.dice.one(&LIES), world.dice.millis(1, most));
    // One wrong answer among right ones is believed sooner.
    let of = if world.dice.once_in(2) { Some(world.dice.one(&OF)) } else { None };
    deeds::noted(world, format!("production: what is told of {of:?} is {lie:?} for {time:#}"));
    world.production.lies.begin(lie, world.now() + time, of);
}
