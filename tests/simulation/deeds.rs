//! What people do, and what howler answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use fake::slack::{Reply, Slack, Submission};
use jiff::Timestamp;
use serde_json::Value;

use super::world::World;
use super::{asks, machines, production};
use crate::harness::EMERGENCIES;

pub const PEOPLE: [&str; 4] = ["ian", "maya", "kofi", "zoe"];

/// What a deed's word is looked for in afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Declare,
    Update,
    Note,
    Impact,
    Resolve,
    /// Without a word of its own.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No answer, or one that promises nothing.
    Unknown,
    /// Answered 2xx where the answer does not say what was decided.
    Heard,
    Accepted,
    /// Asked back which incident is meant; a click may have told it.
    Asked,
    Refused,
}

#[derive(Clone, Debug)]
pub struct Deed {
    pub at: Timestamp,
    pub line: String,
    pub what: What,
    /// Occurs in nobody else's deed.
    pub word: String,
    pub outcome: Outcome,
    /// What howler answered, where it answered.
    pub answer: String,
    /// It was delivered more than once: what was refused first may be done later, when things have changed.
    pub again: bool,
}

type Log = Arc<Mutex<Vec<Deed>>>;

/// A deed that was begun, and what to note its outcome with.
pub struct Begun {
    pub slack: Slack,
    log: Log,
    number: usize,
    kills: Arc<AtomicU32>,
    /// How often howler had been killed by then.
    before: u32,
}

impl Begun {
    /// The answer of a howler that was killed meanwhile would not have arrived.
    pub fn settle(&self, outcome: Outcome, answer: String) {
        let answered = self.kills.load(Ordering::Relaxed) == self.before;
        let deed = &mut self.log.lock().unwrap()[self.number];
        (deed.outcome, deed.answer) = (if answered { outcome } else { Outcome::Unknown }, answer);
    }
}

/// One deed at random, begun and left to run.
pub fn anything(world: &mut World) {
    let person = world.dice.one(&PEOPLE);
    if world.speaks && world.dice.once_in(2) {
        return if world.dice.once_in(4) { asks::anything(world, person) } else { machines::anything(world) };
    }
    if world.breaks && !world.dice.once_in(3) {
        return production::anything(world, person);
    }
    match world.dice.below(22) {
        0..=10 => line(world, person),
        11..=14 => click(world, person),
        15 => submit(world, person),
        16 => react(world, person),
        17 => again(world),
        18 => at_home(world, person),
        19 => shortcut(world, person),
        _ => mention(world, person),
    }
}

/// A deed that nobody answers.
pub fn noted(world: &World, line: String) {
    begin(world, What::Other, String::new(), line);
}

pub fn begin(world: &World, what: What, word: String, line: String) -> Begun {
    let log = Arc::clone(&world.deeds);
    let mut deeds = log.lock().unwrap();
    deeds.push(Deed {
        at: world.now(),
        line,
        what,
        word,
        outcome: Outcome::Unknown,
        answer: String::new(),
        again: false,
    });
    let number = deeds.len() - 1;
    drop(deeds);
    let kills = Arc::clone(&world.kills);
    let before = kills.load(Ordering::Relaxed);
    Begun { slack: world.slack.clone(), log, number, kills, before }
}

/// How many incidents people have seen declared.
fn known(world: &World) -> i64 {
    let deeds = world.deeds.lock().unwrap();
    let declared = deeds.iter().filter(|deed| deed.what == What::Declare).count();
    i64::try_from(declared).unwrap()
}

/// What people say once it is over, and before.
const AFTERWARDS: [&str; 16] = [
    "report",
    "report file",
    "report root cause: the <cache> & *more*",
    "report witnesses",
    "report done",
    "report reopen",
    "report snooze 2h the vendor sleeps",
    "report @maya",
    "retro",
    "retro done",
    "follow-up [action] Look at it @maya by +3d; [monitoring] Watch it @kofi by +7d",
    "follow-up defaults",
    "follow-up 1 done",
    "follow-up 1 @zoe",
    "due all",
    "follow-ups",
];

/// The text of a line, and the word by which it is found again.
fn words(world: &mut World) -> (What, String, String) {
    let word = format!("zq{}q", world.deeds.lock().unwrap().len());
    let known = known(world);
    let kind = if known == 0 || (known < 5 && world.dice.once_in(8)) { 0 } else { world.dice.between(1, 34) };
    let text = |what: &str| format!("{what} {word} of <things> & *more*");
    let (what, text) = match kind {
        0 => (What::Declare, format!("p{} {word} down", world.dice.between(1, 4))),
        1..=7 => (What::Update, text("update")),
        8..=10 => (What::Note, text("note")),
        11 => (What::Impact, text("impact")),
        12 | 13 => (What::Resolve, text("resolve")),
        14 | 15 => (What::Other, "ack".into()),
        16 => (What::Other, "take".into()),
        17 => (What::Other, "role comms @maya".into()),
        18 => (
            What::Other,
            world.dice.one(&["status identified", "status mitigating", "status resolved"]).into(),
        ),
        19 => (What::Other, format!("severity p{} because", world.dice.between(1, 4))),
        20 => (What::Other, format!("snooze {}m", world.dice.between(1, 60))),
        21 => (What::Other, "reopen".into()),
        22 => (What::Other, world.dice.one(&["retract", "retract severity"]).into()),
        23 => (What::Other, world.dice.one(&["update", "resolve", "declare"]).into()),
        24 => (What::Other, "eta 20m".into()),
        25 | 26 => (What::Other, format!("merge into {}", world.dice.between(1, known.max(1)))),
        27 => (What::Other, "split".into()),
        28..=31 => (What::Other, world.dice.one(&AFTERWARDS).into()),
        _ => (
            What::Other,
            world.dice.one(&["list", "show", "timeline", "doctor", "find zq1q", "help", "gibberish"]).into(),
        ),
    };
    let numbered = what != What::Declare && !text.starts_with("find") && !world.dice.once_in(4);
    let prefix = if numbered { format!("{} ", world.dice.between(1, known.max(1))) } else { String::new() };
    (what, word, format!("{prefix}{text}"))
}

fn channel(world: &mut World) -> String {
    let rooms: Vec<String> = world.slack.look(|world| {
        let rooms = world.channels.iter().filter(|channel| channel.name.starts_with("inc-"));
        rooms.map(|channel| channel.id.clone()).collect()
    });
    if world.dice.once_in(3) { world.dice.pick(&rooms).cloned() } else { None }
        .unwrap_or_else(|| EMERGENCIES.into())
}

fn line(world: &mut World, person: &'static str) {
    let (what, word, text) = words(world);
    let channel = channel(world);
    let begun = begin(world, what, word, format!("{person} in {channel}: /incident {text}"));
    tokio::spawn(async move {
        let reply = begun.slack.command(person, &channel, &format!("/incident {text}")).await;
        begun.settle(
            reply.as_ref().map_or(Outcome::Unknown, judge),
            reply.map_or(String::new(), |reply| reply.body),
        );
    });
}

/// Answers after which it may or may not have happened.
const PROMISES_NOTHING: [&str; 6] =
    ["could not save", "could not confirm", "Not saved", "not saved", "is slow just now", "is restarting"];

/// A check mark and a number is howler's yes; any other answer in time is its no, or a fault that promises nothing.
fn judge(reply: &Reply) -> Outcome {
    match reply.status {
        200 if reply.body.contains("\u{2705} INC-") || reply.body.contains("\u{2705} *INC-") => {
            Outcome::Accepted
        }
        200 if PROMISES_NOTHING.iter().any(|words| reply.body.contains(words)) => Outcome::Unknown,
        200 if reply.body.contains("Nothing changed yet") => Outcome::Asked,
        200 => Outcome::Refused,
        _ => Outcome::Unknown,
    }
}

fn mention(world: &mut World, person: &'static str) {
    let (what, word, text) = words(world);
    let channel = channel(world);
    let thread = world.slack.look(|slack| {
        let channel = slack.channel_called(&channel)?;
        channel
            .messages
            .iter()
            .rev()
            .find(|message| !message.deleted && message.only_for.is_none())
            .map(|m| m.ts.clone())
    });
    let thread = thread.filter(|_| world.dice.once_in(2));
    let begun = begin(world, what, word, format!("{person} in {channel}: @howler {text}"));
    tokio::spawn(async move {
        let said = begun.slack.say(person, &channel, thread.as_deref(), &format!("@howler {text}")).await;
        let heard = said.ok().and_then(|said| said.reply).is_some_and(|reply| reply.status == 200);
        begun.settle(if heard { Outcome::Heard } else { Outcome::Unknown }, String::new());
    });
}

/// Presses some button that the person sees, now and then twice.
fn click(world: &mut World, person: &'static str) {
    // Giving up loses an effect on purpose.
    press(world, person, |action| !action.starts_with("give_up"));
}

/// Presses one of the latest buttons whose name fits.
pub fn press(world: &mut World, person: &'static str, fits: impl Fn(&str) -> bool) {
    let seen: Vec<(String, String, String)> = world.slack.look(|slack| {
        let id = slack.person_called(person).map(|person| person.id.clone());
        let channels = slack.channels.iter().filter(|channel| id.as_ref().is_some_and(|id| channel.has(id)));
        let mut seen = Vec::new();
        for channel in channels {
            let visible = channel.messages.iter().filter(|message| {
                !message.deleted && message.only_for.as_ref().is_none_or(|one| Some(one) == id.as_ref())
            });
            for message in visible {
                for button in buttons(&message.blocks) {
                    seen.push((channel.id.clone(), message.ts.clone(), button));
                }
            }
        }
        seen
    });
    let seen: Vec<_> = seen.into_iter().filter(|(_, _, action)| fits(action)).collect();
    let recent = seen.len().saturating_sub(40);
    let Some((channel, ts, action)) = world.dice.pick(&seen[recent..]).cloned() else { return };
    let times = if world.dice.once_in(3) { 2 } else { 1 };
    for _ in 0..times {
        let line = format!("{person} in {channel}: click {action} on {ts}");
        let begun = begin(world, What::Other, String::new(), line);
        let (channel, ts, action) = (channel.clone(), ts.clone(), action.clone());
        tokio::spawn(async move {
            let reply = begun.slack.click(person, &channel, &ts, &action, None).await;
            let heard = reply.is_ok_and(|reply| reply.status == 200);
            begun.settle(if heard { Outcome::Heard } else { Outcome::Unknown }, String::new());
        });
    }
}

/// The names of all buttons; two may have the same.
fn buttons(blocks: &[Value]) -> Vec<String> {
    elements(blocks).filter_map(|button| Some(button.get("action_id")?.as_str()?.to_owned())).collect()
}

/// The values of the buttons of one name.
pub fn values(blocks: &[Value], name: &str) -> Vec<String> {
    let named = elements(blocks).filter(|button| button.get("action_id").is_some_and(|id| id == name));
    named.filter_map(|button| Some(button.get("value")?.as_str()?.to_owned())).collect()
}

fn elements(blocks: &[Value]) -> impl Iterator<Item = &Value> {
    let elements = blocks.iter().filter_map(|block| block.get("elements")?.as_array());
    elements.flatten().filter(|element| element.get("type").is_some_and(|kind| kind == "button"))
}

/// The name of the form that somebody has open.
pub fn form(slack: &Slack, person: &str) -> Option<String> {
    slack.look(|slack| {
        let id = slack.person_called(person).map(|person| person.id.clone())?;
        slack.top_view(&id)?.view.get("callback_id")?.as_str().map(str::to_owned)
    })
}

/// Fills the open form in and sends it.
fn submit(world: &mut World, person: &'static str) {
    let word = format!("zq{}q", world.deeds.lock().unwrap().len());
    let (what, field) = match form(&world.slack, person).as_deref() {
        Some("declare") => (What::Declare, "title"),
        Some("update") => (What::Update, "action"),
        Some("resolve") => (What::Resolve, "root_cause"),
        _ => return,
    };
    let mut values = BTreeMap::from([(field.to_owned(), format!("form {word}"))]);
    if what == What::Declare {
        values.insert("severity".into(), format!("P{}", world.dice.between(1, 4)));
    }
    let begun = begin(world, what, word, format!("{person}: form {what:?}"));
    tokio::spawn(async move {
        let submitted = begun.slack.submit(person, values).await;
        let answer = format!("{submitted:?}");
        let outcome = match submitted {
            // One form declares one incident: sent again with other words it gets the first answer.
            Ok(Submission::Closed) if what == What::Declare => Outcome::Heard,
            Ok(Submission::Closed) => Outcome::Accepted,
            Ok(Submission::Errors(errors))
                if errors
                    .values()
                    .any(|error| PROMISES_NOTHING.iter().any(|words| error.contains(words))) =>
            {
                Outcome::Unknown
            }
            Ok(Submission::Errors(_)) => Outcome::Refused,
            _ => Outcome::Unknown,
        };
        begun.settle(outcome, answer);
    });
}

/// A pushpin on some message, or off again.
fn react(world: &mut World, person: &'static str) {
    let channel = channel(world);
    let messages: Vec<String> = world.slack.look(|slack| {
        let channel = slack.channel_called(&channel);
        let all = channel.into_iter().flat_map(|channel| channel.messages.iter());
        all.filter(|message| message.only_for.is_none() && !message.deleted).map(|m| m.ts.clone()).collect()
    });
    let Some(ts) = world.dice.pick(&messages).cloned() else { return };
    let off = world.dice.once_in(3);
    let begun = begin(
        world,
        What::Other,
        String::new(),
        format!("{person} in {channel}: pushpin on {ts}, off {off}"),
    );
    tokio::spawn(async move {
        let told = if off {
            begun.slack.unreact(person, &channel, &ts, "pushpin").await
        } else {
            begun.slack.react(person, &channel, &ts, "pushpin").await
        };
        let heard = matches!(told, Ok(Some(reply)) if reply.status == 200);
        begun.settle(if heard { Outcome::Heard } else { Outcome::Unknown }, String::new());
    });
}

/// Opens howler's Home tab, or presses something there.
fn at_home(world: &mut World, person: &'static str) {
    let pressed = world.slack.look(|slack| {
        let id = slack.person_called(person).map(|person| person.id.clone())?;
        Some(buttons(slack.homes.get(&id)?.view.get("blocks")?.as_array()?))
    });
    let pressed = world.dice.pick(&pressed.unwrap_or_default()).cloned().filter(|_| world.dice.once_in(2));
    let line = format!("{person} at home: {}", pressed.as_deref().unwrap_or("opens it"));
    let begun = begin(world, What::Other, String::new(), line);
    tokio::spawn(async move {
        let heard = match pressed {
            Some(action) => begun.slack.click_home(person, &action, None).await.map(Some),
            None => begun.slack.open_home(person).await,
        };
        let heard = matches!(heard, Ok(Some(reply)) if reply.status == 200);
        begun.settle(if heard { Outcome::Heard } else { Outcome::Unknown }, String::new());
    });
}

/// Opens the declaration from everywhere; whoever has it open may send it later.
fn shortcut(world: &mut World, person: &'static str) {
    let begun = begin(world, What::Other, String::new(), format!("{person}: shortcut"));
    tokio::spawn(async move {
        let heard = begun.slack.shortcut(person, "declare").await.is_ok_and(|reply| reply.status == 200);
        begun.settle(if heard { Outcome::Heard } else { Outcome::Unknown }, String::new());
    });
}

/// The last delivery comes again, byte for byte.
fn again(world: &mut World) {
    let (slack, log) = (world.slack.clone(), Arc::clone(&world.deeds));
    let times = u32::try_from(world.dice.between(1, 3)).unwrap();
    tokio::spawn(async move {
        let body = slack.last_delivered().unwrap_or_default();
        for deed in log.lock().unwrap().iter_mut() {
            deed.again |= !deed.word.is_empty() && body.contains(&deed.word);
        }
        drop(slack.deliver_again(times).await);
    });
}
