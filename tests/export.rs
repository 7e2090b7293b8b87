//! docs/export.md against what comes out.

use std::collections::{BTreeMap, BTreeSet};

use domain::alert::hear::Delivery;
use domain::alert::signal::{Heard, Said, Signal, Source, Trouble};
use domain::id::DeliveryId;
use howler::data::{self, From};
use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;

use crate::harness::{EMERGENCIES, ROOM, World};

/// An incident in which everything happens, and one that nobody acknowledges.
async fn everything_happens(world: &World) {
    let (ian, maya) = (world.ian(), world.maya());
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.forward(4).await;
    for line in [
        "take",
        "role comms @kofi",
        "impact No witness sees live updates",
        "action Rotating the Redis credentials",
        "eta 20m",
        "note The credentials were last rotated in March",
        "status identified",
        "severity p2 Half of the witnesses are back",
        "retract",
    ] {
        maya.types(ROOM, &format!("/incident {line}")).await;
    }
    let said = ian.says(ROOM, "Redis says NOAUTH").await;
    ian.reacts(ROOM, &said, "pushpin").await;
    ian.unreacts(ROOM, &said, "pushpin").await;
    world.forward(26).await;
    maya.types(ROOM, "/incident snooze 5m").await;
    maya.types(ROOM, "/incident update Restarted the stream").await;
    maya.types(ROOM, "/incident resolve Redis credentials had expired").await;
    maya.types(ROOM, "/incident reopen").await;
    maya.types(ROOM, "/runbook health").await;
    ian.types(EMERGENCIES, "/runbook freeze The auditors are here").await;
    ian.types(EMERGENCIES, "/maintenance schedule 2h Database upgrade").await;
    world.desk().hear(disk_full(world.clock.now())).await.unwrap();
    ian.types(EMERGENCIES, "/alerts silence source=grafana 2h The move").await;
    ian.types(EMERGENCIES, "/incident p1 Queue stuck").await;
    world.forward(15).await;
    world.slack.faults().down(true);
    maya.types(ROOM, "/incident update Slack takes nothing at the moment").await;
}

/// What a monitoring says.
fn disk_full(at: Timestamp) -> Delivery {
    let signal = Signal {
        source: Source::Alertmanager,
        key: "disk/1".into(),
        said: Said::Firing,
        trouble: Trouble::Other,
        severity: None,
        title: "Disk is full".into(),
        facts: BTreeMap::new(),
        links: Vec::new(),
        at: Some(at),
        order: None,
    };
    let heard = Heard { signals: vec![signal], ..Heard::default() };
    Delivery {
        id: DeliveryId("alertmanager 1".into()),
        source: Source::Alertmanager,
        heard,
        raw: None,
        checked: None,
        body: None,
    }
}

/// Checks reach nothing.
const NOBODY_ASKED: &str = "[runbook]\nhosts = []\n[[secret]]\nname = \"REDIS_URL\"\nwhere = \"vercel\"\nrotate = \"annually\"\n\
                            rotated = 2026-11-20\nowner = \"U0IAN\"\n";
const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";

/// Everything that happens to a rota.
async fn being_on_call(world: &World) {
    let (maya, kofi, zoe) = (world.maya(), world.person("kofi"), world.person("zoe"));
    for name in ["maya", "kofi"] {
        world.slack.open_direct(name).unwrap();
        let line = "/oncall phone +4930901820";
        world.slack.command(name, "@howler", line).await.unwrap();
        world.settle().await;
    }
    maya.types(EMERGENCIES, "/oncall swap with @kofi week of 12-06").await;
    maya.clicks(EMERGENCIES, "withdraw").await;
    maya.types(EMERGENCIES, "/oncall swap with @kofi week of 12-06").await;
    kofi.clicks_direct("agree").await;
    maya.types(EMERGENCIES, "/oncall swap with @kofi week of 12-27").await;
    for line in
        ["add @zoe", "pause @zoe until 2026-12-24", "backup @zoe", "override @zoe 2026-12-08 to 2026-12-09"]
    {
        maya.types(EMERGENCIES, &format!("/oncall {line}")).await;
        maya.clicks(EMERGENCIES, "confirm").await;
    }
    zoe.types(EMERGENCIES, "/oncall cover 2h").await;
    maya.types(EMERGENCIES, "/oncall calendar").await;
    maya.types(EMERGENCIES, "/oncall calendar off").await;
    world.slack.edit_group("ian", "S0ONCALL", &["ian", "zoe"]).await.unwrap();
    world.forward(15).await;
    zoe.types(EMERGENCIES, "/oncall page @kofi The parrot is loose").await;
    let call = world.phones().calls().remove(0);
    world.phones().no_answer(&call.sid).await.unwrap();
    world.forward(5).await;
    kofi.clicks_direct("answer_page").await;
    maya.types(EMERGENCIES, "/oncall handoff @kofi").await;
    // It takes more than the cover that it ends, so it is asked for.
    maya.clicks(EMERGENCIES, "confirm").await;
    world.forward(40).await;
}

/// What depends on the order in which Slack's answers come back, and on the process.
fn steady(lines: &str) -> Vec<String> {
    let rules = [
        (r#""instance":"[0-9a-f-]+""#, r#""instance":"19ab3f2c400-1f4""#),
        (r"\bC[0-9]{9}\b", "C000000024"),
        (r"\bD[0-9]{9}\b", "D000000012"),
        (r#""[0-9]{10}\.[0-9]{6}""#, r#""1795485600.000100""#),
        (r#""seq":[0-9]+"#, r#""seq":7"#),
        (r#""events":[0-9]+"#, r#""events":42"#),
        (r#""effect":[0-9]+"#, r#""effect":97"#),
        (r#""next_try":"[^"]+""#, r#""next_try":"2026-11-24T02:45:01Z""#),
        (r#""hash":"[0-9a-f]{64}""#, r#""hash":"9b1c""#),
        (r#""lines":[0-9]+"#, r#""lines":123"#),
    ];
    let mut text = lines.to_owned();
    for (rule, with) in rules {
        text = Regex::new(rule).unwrap().replace_all(&text, with).into_owned();
    }
    text.lines().map(str::to_owned).collect()
}

/// A line's kind, and for events what happened.
fn kind(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap();
    let kind = line["kind"].as_str().unwrap();
    line["event"].as_str().map_or(kind.to_owned(), |event| format!("{kind} {event}"))
}

async fn exported(mut world: World) -> String {
    world.crash().await;
    let file = world.data().with_file_name("export.jsonl");
    data::export(From::Data(world.data()), Some(file.clone()), false, &world.clock).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let kept = world.data().with_file_name("kept");
    data::backup(&world.data(), kept.clone(), false, &world.clock).await.unwrap();
    let from_backup = world.data().with_file_name("other.jsonl");
    data::export(From::File(kept), Some(from_backup.clone()), false, &world.clock).await.unwrap();
    assert_eq!(text, std::fs::read_to_string(from_backup).unwrap());
    text
}

#[tokio::test]
async fn the_document_shows_every_kind_as_it_comes_out() {
    let incidents = World::with_config(NOBODY_ASKED).await;
    everything_happens(&incidents).await;
    let on_call = World::with_phones("twilio", ROSTER).await;
    being_on_call(&on_call).await;
    let mut lines = Vec::new();
    for world in [incidents, on_call] {
        let text = exported(world).await;
        for secret in ["xoxb", "test-secret", "http://", "hooks.slack.com", "4930901820", "twilio-test-token"]
        {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(last["lines"].as_u64(), Some(text.lines().count() as u64));
        lines.extend(steady(&text));
    }
    let document = std::fs::read_to_string("docs/export.md").unwrap();
    let examples: Vec<&str> = document.lines().filter(|line| line.starts_with('{')).collect();
    let here: BTreeSet<String> = lines.iter().map(|line| kind(line)).collect();
    let shown: BTreeSet<String> = examples.iter().map(|line| kind(line)).collect();
    assert_eq!(shown, here, "the kinds; what comes out is\n{}", lines.join("\n"));
    for example in examples {
        assert!(lines.iter().any(|line| line == example), "{example}\nis not among\n{}", lines.join("\n"));
    }
}
