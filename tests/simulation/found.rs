//! What seeds have found, each told alone.

use jiff::SignedDuration;

use super::world::World;
use super::{check, deeds, heal, retry_all, runtime};
use crate::harness::EMERGENCIES;

async fn says(world: &World, line: &str) -> String {
    world.slack.command("ian", EMERGENCIES, &format!("/incident {line}")).await.unwrap().body
}

async fn seconds(world: &World, seconds: i64) {
    world.wait(SignedDuration::from_secs(seconds)).await;
}

/// The weather ends, and all is read as at the end of a life.
async fn wrong(world: &mut World) -> Vec<String> {
    heal(world).await;
    let mut wrong = check::board(world);
    world.stop().await;
    wrong.extend(check::all(world, &world.saved()));
    wrong
}

/// Whoever presses both answers to "which one is meant?" resolves both incidents with the same words.
#[test]
fn one_line_may_resolve_two_incidents() {
    runtime().block_on(async {
        let mut world = World::new(0);
        says(&world, "p3 First").await;
        says(&world, "p3 Second").await;
        assert!(says(&world, "resolve the same cause").await.contains("Which one do you mean"));
        let (ts, values) = world.slack.look(|slack| {
            let channel = slack.channel_called(EMERGENCIES).unwrap();
            let asked = channel.messages.iter().rev().find(|message| message.only_for.is_some()).unwrap();
            let mut values = deeds::values(&asked.blocks, "resolve");
            values.extend(deeds::values(&asked.blocks, "resolve:2"));
            (asked.ts.clone(), values)
        });
        assert_eq!(values.len(), 2);
        for (name, value) in ["resolve", "resolve:2"].iter().zip(&values) {
            world.slack.click("ian", EMERGENCIES, &ts, name, Some(value)).await.unwrap();
        }
        assert_eq!(wrong(&mut world).await, Vec::<String>::new());
        let resolved = world
            .saved()
            .iter()
            .filter(|(incident, _)| !incident.is_open())
            .map(|(i, _)| i.id.0)
            .collect::<Vec<_>>();
        assert_eq!(resolved, [1, 2]);
    });
}

/// An update whose look-up Slack refused waits for a person, and the next one does not wait for it.
#[test]
fn what_cannot_be_looked_up_holds_up_nothing() {
    runtime().block_on(async {
        let mut world = World::new(0);
        says(&world, "p3 First").await;
        seconds(&world, 1).await;
        world.slack.faults().http("chat.postMessage", 500, 1);
        world.slack.faults().fail("conversations.history", "restricted_action", 1);
        says(&world, "update one").await;
        seconds(&world, 60).await;
        says(&world, "update two").await;
        seconds(&world, 1).await;
        let failed =
            world.app().desk.look(|state, _| state.outbox.iter().filter(|effect| effect.is_failed()).count());
        assert_eq!(failed, Some(1));
        assert_eq!(wrong(&mut world).await, Vec::<String>::new());
    });
}

/// Whoever presses *Retry now* on every row of the board gets to the end of a long one.
#[test]
fn a_long_board_is_worked_off() {
    runtime().block_on(async {
        let mut world = World::new(0);
        says(&world, "p3 First").await;
        seconds(&world, 1).await;
        world.slack.faults().drop_scope("chat:write");
        for number in 0..70 {
            says(&world, &format!("note number {number}")).await;
            seconds(&world, 1).await;
        }
        let failed =
            world.app().desk.look(|state, _| state.outbox.iter().filter(|effect| effect.is_failed()).count());
        // Each note, and once the word that they were not delivered: more than the board's rows.
        assert!(failed > Some(60), "{failed:?}");
        assert_eq!(wrong(&mut world).await, Vec::<String>::new());
    });
}

/// A channel whose making was not heard of, and which was archived before howler looked for it, is not made again.
#[test]
fn a_room_that_was_archived_unheard_of_is_not_made_again() {
    runtime().block_on(async {
        let mut world = World::new(0);
        world.slack.faults().lose_answer("conversations.create", 1);
        says(&world, "p1 First").await;
        world.wait(SignedDuration::from_millis(100)).await;
        let archived = world.slack.arrange(|slack| {
            let rooms = slack.channels.iter_mut().filter(|channel| channel.name.starts_with("inc-"));
            rooms.map(|room| room.is_archived = true).count()
        });
        assert_eq!(archived, 1);
        seconds(&world, 60).await;
        let rooms = || {
            world.slack.look(|slack| {
                slack.channels.iter().filter(|channel| channel.name.starts_with("inc-")).count()
            })
        };
        assert_eq!(rooms(), 1);
        assert_eq!(wrong(&mut world).await, Vec::<String>::new());
    });
}

/// An update that was taken back leaves the interval as it is, whatever the severity is in the end.
#[test]
fn a_reminder_after_an_update_was_taken_back_was_asked_for() {
    runtime().block_on(async {
        let mut world = World::new(0);
        for line in ["p3 First", "update one", "retract", "resolve a cause", "1 reopen"] {
            says(&world, line).await;
            seconds(&world, 1).await;
        }
        seconds(&world, 31 * 60).await;
        says(&world, "severity p4 because").await;
        seconds(&world, 1).await;
        assert_eq!(wrong(&mut world).await, Vec::<String>::new());
        let saved = world.saved();
        let reminders = saved.iter().flat_map(|(_, events)| events).filter(|event| check::is_reminder(event));
        assert_eq!(reminders.count(), 1);
    });
}

/// A room whose making could not be saved is not used: after a crash nobody would look there.
#[test]
fn nothing_is_said_in_a_room_that_no_row_names() {
    runtime().block_on(async {
        let mut world = World::new(0);
        world.slack.faults().hang("conversations.create");
        says(&world, "p2 First").await;
        says(&world, "ack").await;
        seconds(&world, 1).await;
        world.disk.set_full(true);
        assert!(says(&world, "note Lost").await.contains("could not save"));
        world.slack.faults().release("conversations.create");
        seconds(&world, 60).await;
        world.kill().await;
        world.disk.set_full(false);
        world.slack.faults().drop_scope("channels:manage");
        world.start();
        seconds(&world, 600).await;
        assert_eq!(wrong(&mut world).await, Vec::<String>::new());
    });
}

/// A reminder whose answer was lost, and whose incident got its room only then, is looked for where it was sent.
#[test]
fn what_was_said_before_the_room_was_made_is_not_said_again_in_it() {
    runtime().block_on(async {
        let mut world = World::new(0);
        world.slack.faults().drop_scope("channels:manage");
        says(&world, "p2 First").await;
        says(&world, "ack").await;
        seconds(&world, 30 * 60 - 1).await;
        world.slack.faults().lose_answer("chat.postMessage", 1);
        world.slack.faults().rate_limit("conversations.history", None, 1, 120);
        seconds(&world, 2).await;
        world.slack.faults().grant_scope("channels:manage");
        retry_all(&world).await;
        seconds(&world, 600).await;
        assert_eq!(wrong(&mut world).await, Vec::<String>::new());
    });
}
