//! `/healthz` asks for a restart where one helps, and only there.

use std::sync::mpsc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use ground::clock::Clock;
use store::{Disk, MemoryDisk};

const DECLARE: &str =
    "command=%2Fincident&text=p4+Slow+search&user_id=U0IAN&channel_id=C0EMERG&trigger_id=1.1";
const WELL: (StatusCode, &str) = (StatusCode::OK, "ok\n");

async fn health(howler: &Stand) -> (StatusCode, String) {
    let answer = tokio::time::timeout(Duration::from_secs(10), howler.get("/healthz")).await;
    let answer = answer.expect("it never hangs");
    (answer.status, answer.body)
}

#[track_caller]
fn asks_for_a_restart((status, words): (StatusCode, String), why: &str) {
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{words}");
    assert!(words.starts_with(why) && words.contains("A restart helps"), "{words}");
}

#[tokio::test]
async fn a_part_that_has_ended_asks_for_a_restart() {
    let howler = Stand::start().await;
    assert_eq!(health(&howler).await, (WELL.0, WELL.1.to_owned()));
    howler.beating.abort();
    asks_for_a_restart(health(&howler).await, "the lanes hang or have ended");

    let mut howler = Stand::start().await;
    howler.socket.abort();
    // It was cut off, which is what was asked for.
    let _ = (&mut howler.socket).await;
    asks_for_a_restart(health(&howler).await, "Socket Mode has ended");
    howler.lose_the_desk().await;
    asks_for_a_restart(health(&howler).await, "the desk has ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_desk_that_hangs_asks_for_a_restart() {
    let howler = Stand::start().await;
    let (let_go, held) = mpsc::channel::<()>();
    let (begin, begun) = mpsc::channel();
    let desk = howler.desk.clone();
    // Whoever reads the state and never ends keeps the desk from taking in what it saved.
    let reader = std::thread::spawn(move || desk.look(|_, _| (begin.send(()).is_ok(), held.recv().is_ok())));
    begun.recv().unwrap();
    let hangs = async {
        // The desk's thread stands still with whatever it was to run next, which may be this connection: then another is tried.
        let hung = loop {
            let asked = tokio::time::timeout(Duration::from_secs(2), howler.get("/healthz")).await;
            match asked {
                Ok(answer) if answer.status != StatusCode::OK => break (answer.status, answer.body),
                _ => {}
            }
        };
        drop(let_go);
        hung
    };
    let (hung, declared) = tokio::join!(hangs, howler.post("/slack/commands", DECLARE));
    asks_for_a_restart(hung, "the desk hangs");
    assert!(reader.join().is_ok());
    assert_eq!(declared.status, StatusCode::OK);
    assert_eq!(health(&howler).await, (WELL.0, WELL.1.to_owned()));
}

#[tokio::test]
async fn a_disk_that_hangs_is_no_reason_for_a_restart() {
    let clock = Clock::standing_at(Timestamp::from_second(1_531_420_618).expect("a timestamp"));
    let disk = MemoryDisk::new(clock.clone());
    let answer = json!({ "ok": true, "user_id": "UBOT", "bot_id": "B1", "team_id": "T1" });
    let howler = Stand::on(Disk::Memory(disk.clone()), clock.clone(), answer, None).await;
    assert_eq!(health(&howler).await, (WELL.0, WELL.1.to_owned()));
    disk.set_latency(SignedDuration::from_hours(1));
    let mut declared = std::pin::pin!(howler.post("/slack/commands", DECLARE));
    let waits = async {
        loop {
            let (status, words) = health(&howler).await;
            assert_eq!(status, StatusCode::OK, "{words}");
            if words != WELL.1 {
                return words;
            }
        }
    };
    let words = tokio::select! {
        words = waits => words,
        _ = &mut declared => panic!("the disk goes on"),
    };
    assert_eq!(words, "ok: it waits for the disk, which no restart would change\n");
}
