//! While howler cannot save, and what it tells of it: each told alone.

use axum::body::Body;
use axum::http::Request;
use domain::incident::event::EventKind;
use jiff::SignedDuration;
use store::Trouble;
use tower_service::Service;

use super::world::World;
use super::{check, runtime, weather};
use crate::harness::EMERGENCIES;

async fn says(world: &World, line: &str) -> String {
    world.slack.command("ian", EMERGENCIES, &format!("/incident {line}")).await.unwrap().body
}

async fn seconds(world: &World, seconds: i64) {
    world.wait(SignedDuration::from_secs(seconds)).await;
}

/// What `/readyz` says.
async fn ready(world: &World) -> (u16, String) {
    let asked = Request::get("/readyz").body(Body::empty()).unwrap();
    let answer = world.app().router.clone().call(asked).await.unwrap();
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// What one person alone was shown, oldest first.
fn shown_to(world: &World, person: &str) -> Vec<String> {
    world.slack.look(|slack| {
        let messages = slack.channels.iter().flat_map(|channel| &channel.messages);
        let own = messages.filter(|message| message.only_for.as_deref() == Some(person));
        own.map(|message| message.text.clone()).collect()
    })
}

/// How many messages that Slack took hold `text`.
fn posted(world: &World, text: &str) -> usize {
    let calls = world.slack.calls();
    let taken = calls.iter().filter(|call| {
        call.method == "chat.postMessage"
            && call.answer["ok"] == true
            && call.args["text"].as_str().is_some_and(|said| said.contains(text))
    });
    taken.count()
}

async fn all_is_well(world: &mut World) {
    seconds(world, 60).await;
    assert_eq!(check::board(world), Vec::<String>::new());
    assert_eq!(ready(world).await.0, 200);
}

/// The write was carried out, and failed after it.
#[test]
fn what_was_saved_after_all_is_told_and_done_once() {
    runtime().block_on(async {
        let mut world = World::new(0);
        seconds(&world, 1).await;
        world.disk.set_trouble(Trouble::AfterWriting);
        let answer = says(&world, "p3 First").await;
        assert!(answer.contains("could not confirm") && !answer.contains("did nothing"), "{answer}");
        // Slack brings it again while nobody knows.
        world.slack.deliver_again(1).await.unwrap();
        assert!(says(&world, "p3 Second").await.contains("could not save"), "the next one is certain");
        world.disk.set_trouble(Trouble::None);
        all_is_well(&mut world).await;
        let told = shown_to(&world, "U0IAN");
        let after_all: Vec<_> = told.iter().filter(|text| text.contains("Saved after all")).collect();
        assert_eq!(after_all.len(), 1, "{told:?}");
        assert!(after_all[0].contains("INC-1") && after_all[0].contains("is declared"), "{after_all:?}");
        assert_eq!(posted(&world, "INCIDENT DECLARED: First"), 1);
        world.stop().await;
        assert_eq!(world.saved().len(), 1);
    });
}

/// The write was not carried out, which howler cannot know.
#[test]
fn what_was_not_saved_is_told_and_stays_undone_when_slack_brings_it_again() {
    runtime().block_on(async {
        let mut world = World::new(0);
        seconds(&world, 1).await;
        world.disk.set_trouble(Trouble::Doubtful);
        assert!(says(&world, "p3 First").await.contains("could not confirm"));
        world.disk.set_trouble(Trouble::None);
        seconds(&world, 10).await;
        let again = world.slack.deliver_again(1).await.unwrap();
        assert!(again.iter().all(|reply| reply.body.contains("Not saved")), "{again:?}");
        all_is_well(&mut world).await;
        let told = shown_to(&world, "U0IAN");
        assert_eq!(told.iter().filter(|text| text.contains("Not saved")).count(), 1, "{told:?}");
        assert!(told.iter().any(|text| text.contains("p3 First")), "{told:?}");
        assert_eq!(posted(&world, "INCIDENT DECLARED"), 0);
        assert!(says(&world, "p3 First").await.contains("is declared"), "sent again it is done");
    });
}

/// Somebody who mentions howler reads the same as somebody who types a command.
#[test]
fn what_is_saved_is_read_while_nothing_can_be() {
    runtime().block_on(async {
        let mut world = World::new(0);
        says(&world, "p3 First").await;
        says(&world, "p3 Second").await;
        says(&world, "2 resolve a cause").await;
        seconds(&world, 5).await;
        world.disk.set_full(true);
        assert!(says(&world, "1 note lost").await.contains("could not save"));
        for (line, part) in [
            ("list", "Second"),
            ("1 show", "First"),
            ("2 timeline", "a cause"),
            ("find second", "Second"),
            ("doctor", "cannot save"),
            ("gibberish", "gibberish"),
        ] {
            let answer = says(&world, line).await;
            assert!(answer.contains(part), "{line}: {answer}");
        }
        let reply = world.slack.say("zoe", EMERGENCIES, None, "@howler list").await.unwrap().reply.unwrap();
        assert_eq!(reply.status, 200);
        let refused = world.slack.say("zoe", EMERGENCIES, None, "@howler 1 note lost").await.unwrap();
        assert_ne!(refused.reply.unwrap().status, 200, "Slack is to bring it again");
        seconds(&world, 2).await;
        let told = shown_to(&world, "U0ZOE");
        assert!(told.iter().any(|text| text.contains("First") && text.contains("open")), "{told:?}");
        assert_eq!(
            told.iter().filter(|text| text.contains("could not save this yet")).count(),
            1,
            "{told:?}"
        );
        let (status, words) = ready(&world).await;
        assert!(status == 503 && words.contains("Reading works"), "{words}");
        world.disk.set_full(false);
        all_is_well(&mut world).await;
    });
}

/// What comes due meanwhile waits for the disk, comes once and says how late it is, however often howler is killed: each
/// life would decide other reminders and pages at other times, and could not tell what the one before it sent.
#[test]
fn what_comes_due_while_nothing_can_be_saved_waits_and_comes_once() {
    for kills in 0..3 {
        runtime().block_on(async {
            let mut world = World::new(0);
            says(&world, "p3 First").await;
            says(&world, "p1 Second").await;
            seconds(&world, 5).await;
            weather::disk(&mut world);
            assert!(says(&world, "1 note lost").await.contains("could not save"));
            seconds(&world, 31 * 60).await;
            for _ in 0..kills {
                world.kill().await;
                world.start();
                seconds(&world, 11 * 60).await;
            }
            assert_eq!(posted(&world, "Update due"), 0, "it waits");
            weather::disk(&mut world);
            seconds(&world, 5).await;
            assert_eq!(posted(&world, "Update due: INC-1"), 1, "killed {kills} times");
            assert_eq!(posted(&world, "Update due: INC-2"), 1, "killed {kills} times");
            all_is_well(&mut world).await;
            world.stop().await;
            let saved = world.saved();
            assert_eq!(check::all(&world, &saved), Vec::<String>::new(), "killed {kills} times");
            for (incident, events) in saved {
                let late = events.iter().filter_map(|event| match &event.kind {
                    EventKind::Reminded { late, .. } => Some(late.is_some()),
                    _ => None,
                });
                assert_eq!(late.collect::<Vec<_>>(), [true], "{}", incident.id);
            }
        });
    }
}

/// People are told once that howler cannot save, where incidents are told, and once that it can again.
#[test]
fn people_are_told_once_that_howler_cannot_save() {
    runtime().block_on(async {
        let mut world = World::new(0);
        says(&world, "p3 First").await;
        seconds(&world, 5).await;
        world.disk.set_full(true);
        says(&world, "1 note lost").await;
        seconds(&world, 200).await;
        assert_eq!(posted(&world, "howler cannot save"), 1);
        world.kill().await;
        world.start();
        seconds(&world, 200).await;
        assert_eq!(posted(&world, "howler cannot save"), 1, "another howler finds that it was said");
        world.disk.set_full(false);
        all_is_well(&mut world).await;
        assert_eq!(posted(&world, "howler saves again"), 1);
    });
}

/// A disk that hangs is told while it hangs.
#[test]
fn a_save_that_waits_is_told() {
    runtime().block_on(async {
        let mut world = World::new(0);
        says(&world, "p3 First").await;
        seconds(&world, 5).await;
        assert_eq!(ready(&world).await.0, 200);
        world.disk.set_latency(SignedDuration::from_secs(30));
        let slow = says(&world, "1 note late").await;
        assert!(slow.contains("slow just now"), "{slow}");
        seconds(&world, 3).await;
        let (status, words) = ready(&world).await;
        assert!(status == 503 && words.contains("a save has been waiting for 5 s"), "{status} {words}");
        let board = says(&world, "doctor").await;
        assert!(board.contains("A save has been waiting"), "{board}");
        world.disk.set_latency(SignedDuration::ZERO);
        seconds(&world, 120).await;
        all_is_well(&mut world).await;
    });
}

/// A read that fails once is refused in words, and leaves nothing behind.
#[test]
fn a_row_that_cannot_be_read_once_costs_one_answer() {
    runtime().block_on(async {
        let mut world = World::new(0);
        for reads in 0..6 {
            world.disk.fail_read_after(Some(reads));
            let answer = says(&world, &format!("p4 number {reads}")).await;
            world.disk.fail_read_after(None);
            let declared = answer.contains("is declared");
            assert!(declared || answer.contains("could not"), "{answer}");
            seconds(&world, 10).await;
            assert_eq!(posted(&world, &format!("INCIDENT DECLARED: number {reads}")), usize::from(declared));
        }
        all_is_well(&mut world).await;
    });
}
