//! Values that are pushed: from `POST /v1/metrics` to an alert, its end, and the alert that nobody sends any more.

use domain::Severity;
use fake::alerts::{GitHub, Post, Run};

use crate::harness::{EMERGENCIES, World};
use crate::hooks::{TOKEN, sends, world};
use crate::watches::{minutes, open};

const MAIL: &str = "[[watch]]\nname = \"mail-queue\"\npush = 'queue_depth{queue=\"mail\"}'\nevery = \"1m\"\n\
                    critical = \"> 100 for 5m\"\nseverity = { critical = \"P2\", absent = \"P3\" }\n";

const RUNS: &str =
    "[[watch]]\nname = \"workflow-success\"\ngithub = \"workflow success rate\"\nwarning = \"< 50%\"\n";

/// Workflow runs of the default branch that ended, the last one well.
async fn runs(world: &World) {
    let github = GitHub {
        secret: "github-secret".into(),
        repository: "anomalyco/monkeytown".into(),
        default_branch: "main".into(),
    };
    for (number, conclusion) in
        (1..).zip(["success", "failure", "cancelled", "success", "success", "success", "success"])
    {
        let post = github.run(&Run::new(number, conclusion, world.clock.now()), &format!("guid-{number}"));
        // A redelivery is the same run.
        assert_eq!((sends(world, &post).await, sends(world, &post).await), (200, 200));
    }
    world.settle().await;
}

async fn pushes(world: &World, body: String) -> u16 {
    let headers = vec![("authorization", format!("Bearer {TOKEN}"))];
    sends(world, &Post { method: "POST", path: "/v1/metrics".to_owned(), headers, body }).await
}

/// So many minutes with a value in each, by the sender's clock.
async fn depth(world: &World, number: u32, many: usize) {
    for _ in 0..many {
        minutes(world, 1).await;
        let at = world.clock.now().as_millisecond();
        let body = format!("queue_depth{{queue=\"mail\"}} {number} {at}\n");
        assert_eq!(pushes(world, body.clone()).await, 200);
        assert_eq!(pushes(world, body).await, 200, "the same time again is the same value");
        world.settle().await;
    }
}

#[tokio::test]
async fn what_is_pushed_is_judged_and_its_silence_is_told() {
    let mut world = world(&(MAIL.to_owned() + RUNS)).await;
    runs(&world).await;
    minutes(&world, 3).await;
    assert_eq!(open(&world), []);
    let said = world.ian().types(EMERGENCIES, "/runbook metrics").await.replace(['*', '\u{2060}'], "");
    assert!(said.contains("workflow-success: 83.33 %"), "{said}");
    depth(&world, 12, 2).await;
    depth(&world, 400, 5).await;
    assert_eq!(open(&world), [], "it was wrong for four minutes");
    depth(&world, 400, 1).await;
    let title = "Mail queue is 400: over 100 for 5 min".to_owned();
    assert_eq!(open(&world), [("mail-queue".to_owned(), Severity::P2, title)]);
    let said = world.ian().types(EMERGENCIES, "/runbook metrics mail 1h").await;
    let said = said.replace(['*', '`', '\u{2060}'], "");
    for part in
        ["Asked: what is pushed as queue_depth{queue=\"mail\"}", "lowest 12", "highest 400", "No gaps"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    depth(&world, 12, 1).await;
    assert_eq!(open(&world), []);
    assert_eq!(pushes(&world, "queue_depth{queue=\"sms\"} 9000\n".to_owned()).await, 422);
    let text = reqwest::get(format!("{}/metrics", world.base())).await.unwrap().text().await.unwrap();
    for part in ["became=\"saved\"} 9", "became=\"known\"} 9", "became=\"unknown\"} 1"] {
        assert!(text.contains(&format!("howler_pushed_values_total{{{part}")), "{part} in {text}");
    }
    // Silence counts from the newest one.
    minutes(&world, 9).await;
    assert_eq!(open(&world), []);
    minutes(&world, 2).await;
    let found = open(&world);
    assert!(matches!(&found[..], [(key, Severity::P3, _)] if key == "mail-queue:absent"), "{found:?}");
    depth(&world, 12, 1).await;
    assert_eq!(open(&world), []);
    // Nobody could send anything to a howler that was not there.
    world.crash().await;
    world.clock.advance(jiff::SignedDuration::from_mins(30));
    world.start_howler().await;
    minutes(&world, 9).await;
    assert_eq!(open(&world), [], "it listens for less than ten minutes");
    minutes(&world, 3).await;
    assert_eq!(open(&world).len(), 1);
}
