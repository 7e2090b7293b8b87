//! The world that procedures look at and change, and what people do about it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use domain::procedure::{CannotTell, Heard, Question};
use domain::run::change::Ended;
use fake::slack::Submission;
use fake::slack::world::Message;
use ground::clock::Clock;
use howler::demo::production::{BREAKS, Production};
use jiff::SignedDuration;
use probe::{Fingerprint, StandIn};
use serde_json::Value;

use super::deeds::{self, Outcome, What};
use super::lies::{self, Lie, Lies};
use super::runtime;
use super::world::World;
use crate::harness::EMERGENCIES;

/// The rehearsal's production, and each command that changed it or tried to.
#[derive(Debug)]
pub struct Watched {
    pub production: Production,
    pub acts: Mutex<Vec<Vec<String>>>,
    pub lies: Lies,
}

impl Watched {
    pub fn new(clock: Clock) -> Self {
        Self { production: Production::new(clock.clone()), acts: Mutex::default(), lies: Lies::new(clock) }
    }
}

impl StandIn for Watched {
    fn ask(&self, question: &Question) -> Result<Heard, CannotTell> {
        let truth = self.production.ask(question)?;
        Ok(self.lies.tell(question, truth))
    }

    fn fingerprint(&self, program: &str) -> Fingerprint {
        self.production.fingerprint(program)
    }

    fn act(&self, argv: &[String]) -> (Ended, String) {
        self.acts.lock().unwrap().push(argv.to_vec());
        self.production.act(argv)
    }
}

/// What breaks, and what puts it right.
pub const TROUBLE: [(&str, &str); 5] = [
    ("hang", "run event-stream-failure"),
    ("release", "run event-stream-failure"),
    ("memory", "run event-stream-failure"),
    ("site", "run web-rollback"),
    ("site", "run deployment-failure"),
];

const LINES: [&str; 6] = [
    "status",
    "abort",
    "reviewed RUN-1 it was right",
    "diagnose infrastructure-rollback",
    "release deployment/event-stream it is stuck",
    "release vercel/monkeytown-web it is stuck",
];

const BUTTONS: [&str; 9] =
    ["propose", "propose", "undo", "undo", "deny", "break-glass", "next", "again", "abort"];

/// One deed about the runbook, begun and left to run.
pub fn anything(world: &mut World, person: &'static str) {
    match world.dice.below(22) {
        20 | 21 => lies::turn(world, 600_000),
        0 => line(world, person, "freeze the auditors are here"),
        1..=3 => line(world, person, "unfreeze"),
        4 => {
            let text = world.dice.one(&LINES);
            line(world, person, text);
        }
        5..=7 => {
            let button = world.dice.one(&BUTTONS);
            deeds::press(world, person, |action| action == button);
        }
        8 => breaks(world),
        9..=12 => {
            let (what, text) = world.dice.one(&TROUBLE);
            world.production.production.breaks(what).unwrap();
            if world.dice.once_in(2) {
                lies::turn(world, 60_000);
            }
            line(world, person, text);
        }
        13 => deeds::press(world, person, |action| action == "approve"),
        _ => agree(world),
    }
}

/// Somebody ships something bad, or mends all by hand.
fn breaks(world: &mut World) {
    let words: Vec<&str> = BREAKS.iter().map(|(word, _)| *word).collect();
    let word = if world.dice.once_in(2) { "mend" } else { world.dice.one(&words) };
    deeds::noted(world, format!("production: {word}"));
    world.production.production.breaks(word).unwrap();
}

fn line(world: &mut World, person: &'static str, text: &'static str) {
    let begun = deeds::begin(world, What::Other, String::new(), format!("{person}: /runbook {text}"));
    tokio::spawn(async move {
        let reply = begun.slack.command(person, EMERGENCIES, &format!("/runbook {text}")).await;
        begun.settle(Outcome::Unknown, reply.map_or(String::new(), |reply| reply.body));
    });
}

/// Some people approve the latest request that can be read, and say why where they are asked to.
pub fn agree(world: &mut World) {
    // Facts may be wrong from just before the last look on.
    if world.dice.once_in(5) {
        lies::turn(world, 30_000);
    }
    let asked = world.slack.look(|slack| {
        let messages = slack
            .channels
            .iter()
            .flat_map(|channel| channel.messages.iter().map(move |message| (channel.id.clone(), message)));
        let offers = |blocks: &[Value]| !deeds::values(blocks, "approve").is_empty();
        let open = messages.filter(|(_, message)| !message.deleted && offers(&message.blocks));
        open.map(|(channel, message)| (channel, message.ts.clone())).max_by(|one, other| one.1.cmp(&other.1))
    });
    let Some((channel, ts)) = asked else { return };
    for person in deeds::PEOPLE {
        if world.dice.once_in(3) {
            continue;
        }
        let line = format!("{person} in {channel}: approves {ts}");
        let begun = deeds::begin(world, What::Other, String::new(), line);
        let (channel, ts) = (channel.clone(), ts.clone());
        tokio::spawn(async move {
            // Whatever is answered, a form may be open.
            let _ = begun.slack.click(person, &channel, &ts, "approve", None).await;
            if deeds::form(&begun.slack, person).as_deref() == Some("approve") {
                let values = BTreeMap::from([("comment".to_owned(), "seen".to_owned())]);
                let closed = matches!(begun.slack.submit(person, values).await, Ok(Submission::Closed));
                begun.settle(if closed { Outcome::Heard } else { Outcome::Unknown }, String::new());
            }
        });
    }
}

/// Returns when production has just been changed, or after `most`.
pub async fn changes(world: &World, most: SignedDuration) {
    let acts = || world.production.acts.lock().unwrap().len();
    let (before, until) = (acts(), world.now() + most);
    while acts() == before && world.now() < until {
        for _ in 0..50 {
            tokio::task::yield_now().await;
            if acts() > before {
                return;
            }
        }
        world.wait(SignedDuration::from_millis(5)).await;
    }
}

/// The approval is heard while the disk is full, and heard again once it is not.
#[test]
fn what_cannot_be_written_down_changes_nothing() {
    runtime().block_on(async {
        let world = World::new(0);
        world.production.production.breaks("memory").unwrap();
        world.slack.command("kofi", EMERGENCIES, "/runbook run event-stream-failure").await.unwrap();
        world.wait(SignedDuration::from_secs(10)).await;
        let acts = || world.production.acts.lock().unwrap().len();
        let approve = async || {
            let card = world.slack.look(|slack| {
                let asks = |message: &&Message| !deeds::values(&message.blocks, "approve").is_empty();
                let messages = &slack.channel_called(EMERGENCIES).unwrap().messages;
                messages.iter().rev().find(asks).map(|card| card.ts.clone())
            });
            let card = card.expect("it asks for approval");
            world.slack.click("maya", EMERGENCIES, &card, "approve", None).await.unwrap();
            world.wait(SignedDuration::from_secs(20)).await;
        };
        world.disk.set_full(true);
        approve().await;
        assert_eq!(acts(), 0, "an approval that is on no disk begins nothing");
        world.disk.set_full(false);
        world.wait(SignedDuration::from_secs(60)).await;
        assert_eq!(acts(), 0, "it was refused, and is not remembered");
        approve().await;
        assert_eq!(acts(), 1);
    });
}

/// What howler says in the channel of a run while production is broken and every answer is wrong in this way.
async fn said_while(what: &str, text: &str, lie: Option<Lie>) -> (String, usize) {
    let world = World::new(0);
    world.production.production.breaks(what).unwrap();
    if let Some(lie) = lie {
        world.production.lies.begin(lie, jiff::Timestamp::MAX, None);
    }
    world.slack.command("kofi", EMERGENCIES, &format!("/runbook {text}")).await.unwrap();
    world.wait(SignedDuration::from_secs(40)).await;
    let said = world.slack.look(|slack| {
        let messages = &slack.channel_called(EMERGENCIES).unwrap().messages;
        messages
            .iter()
            .map(|message| format!("{} {}\n", message.text, Value::from(message.blocks.as_slice())))
            .collect()
    });
    let acts = world.production.acts.lock().unwrap().len();
    (said, acts)
}

#[test]
fn nothing_is_changed_on_wrong_facts() {
    runtime().block_on(async {
        for (what, text) in TROUBLE {
            let asks = "\"approve\"";
            let (said, _) = said_while(what, text, None).await;
            assert!(said.contains(asks), "{what}: on true facts a change is proposed: {said}");
            for lie in [Lie::Empty, Lie::Bare, Lie::Asker, Lie::Masked] {
                let (said, acts) = said_while(what, text, Some(lie)).await;
                assert!(said.contains("could not tell"), "{what}, {lie:?}: {said}");
                assert!(!said.contains(asks) && acts == 0, "{what}, {lie:?}: {said}");
            }
        }
        let says = async |what, lie| said_while(what, "run event-stream-failure", lie).await.0;
        let said = says("memory", None).await;
        assert!(said.contains("Scale event-stream to"), "{said}");
        // Killed three months ago, or in another deployment, or no pods at all: no reason to scale, and none to roll back.
        for what in ["memory", "hang"] {
            for lie in [Lie::Stale, Lie::Foreign, Lie::NoItems] {
                let said = says(what, Some(lie)).await;
                assert!(!said.contains("Scale event-stream to"), "{what}, {lie:?}: {said}");
                // Without its own pods nobody knows what a restart would do.
                let step = match lie {
                    Lie::Stale => "Restart event-stream",
                    _ => "How its pods are could not be told",
                };
                assert!(said.contains(step), "{what}, {lie:?}: {said}");
            }
        }
        // Beside the truth what is another's changes nothing.
        for (what, step) in [("memory", "Scale event-stream to"), ("hang", "Restart event-stream")] {
            let said = says(what, Some(Lie::Mixed)).await;
            assert!(said.contains(step), "{what}: {said}");
        }
    });
}
