//! Maintenance over the whole path: scheduled, listed, ended by its timer or by somebody, over a restart, in a backup and an export.

use std::process::Command;

use jiff::SignedDuration;

use crate::harness::{EMERGENCIES, World};

const DAY: i64 = 24 * 60;

#[tokio::test]
async fn it_is_announced_and_ends_by_itself() {
    let world = World::start().await;
    let told = world.ian().types(EMERGENCIES, "/maintenance schedule 2h Database upgrade").await;
    for part in
        ["MNT-1 is scheduled: Database upgrade", "From now until", "04:00 UTC", "`/maintenance done 1`"]
    {
        assert!(told.replace('*', "").contains(part), "{part} in {told}");
    }
    assert_eq!(world.count(EMERGENCIES, "Maintenance"), 1);
    let said = world.channel(EMERGENCIES).last("Maintenance").text.replace('*', "");
    assert!(said.contains("MNT-1 Database upgrade, by <@U0IAN>"), "{said}");
    let listed = world.maya().types("#on-call", "/maintenance list").await.replace('*', "");
    assert!(listed.contains("MNT-1 Database upgrade: under way until"), "{listed}");
    world.forward(119).await;
    assert_eq!(world.count(EMERGENCIES, "Maintenance is over"), 0);
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "Maintenance is over"), 1);
    assert!(!world.channel(EMERGENCIES).last("Maintenance is over").text.contains("howler was"));
    world.forward(DAY).await;
    assert_eq!(world.count(EMERGENCIES, "Maintenance is over"), 1, "once");
    let listed = world.ian().types(EMERGENCIES, "/maintenance").await;
    assert!(listed.contains("No maintenance is under way or planned"), "{listed}");
}

#[tokio::test]
async fn it_can_begin_later_and_be_called_off() {
    let world = World::start().await;
    let ian = world.ian();
    let told =
        ian.types(EMERGENCIES, "/maintenance schedule tomorrow 09:00 UTC for 2h Move to eu-west").await;
    assert!(told.contains("2026-11-25 09:00 UTC"), "{told}");
    let listed = ian.types(EMERGENCIES, "/maintenance list").await;
    assert!(listed.contains("planned from"), "{listed}");
    let told = world.maya().types(EMERGENCIES, "/maintenance done").await.replace('*', "");
    assert!(told.contains("MNT-1 is over: Move to eu-west"), "{told}");
    assert_eq!(world.count(EMERGENCIES, "Maintenance is called off"), 1);
    world.forward(3 * DAY).await;
    assert_eq!(world.count(EMERGENCIES, "Maintenance is over"), 0, "its timer went with it");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_words() {
    let world = World::start().await;
    let ian = world.ian();
    for (line, part) in [
        ("done", "No maintenance is under way or planned. Nothing was done."),
        ("done 7", "There is no MNT-7"),
        ("schedule Database upgrade", "For how long?"),
        ("schedule tomorrow 09:00 Database upgrade", "For how long?"),
        ("schedule 2h", "What is done?"),
        ("schedule 200h Database upgrade", "at most 7 days"),
        ("schedule yesterday 09:00 for 1h Database upgrade", "in the past"),
        ("mute everything", "I don't know `mute`"),
        ("help", "Incidents and pages go on as ever"),
    ] {
        let told = ian.types(EMERGENCIES, &format!("/maintenance {line}")).await.replace('*', "");
        assert!(told.contains(part), "{line}: {told}");
    }
    assert_eq!(world.count(EMERGENCIES, "Maintenance"), 0);
    for title in ["Redis", "Postgres"] {
        ian.types(EMERGENCIES, &format!("/maintenance schedule 2h {title}")).await;
    }
    let twice = ian.types(EMERGENCIES, "/maintenance schedule 1h redis").await.replace('*', "");
    assert!(twice.contains("It is scheduled already: MNT-1"), "{twice}");
    let which = ian.types(EMERGENCIES, "/maintenance done").await.replace('*', "");
    assert!(which.contains("Which one?") && which.contains("`/maintenance done 2`"), "{which}");
    ian.types(EMERGENCIES, "/maintenance done 2").await;
    assert_eq!(world.count(EMERGENCIES, "sooner than planned"), 1);
    let again = ian.types(EMERGENCIES, "/maintenance done MNT-2").await.replace('*', "");
    assert!(again.contains("MNT-2 is over already"), "{again}");
}

#[tokio::test]
async fn the_title_is_inert_and_incidents_go_on_as_ever() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/maintenance schedule 2h <!channel> *down*").await;
    let said = world.channel(EMERGENCIES).last("Maintenance").text.clone();
    assert!(!said.contains("<!channel>"), "{said}");
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    world.forward(30).await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 1);
}

#[tokio::test]
async fn a_killed_howler_ends_it_once_and_says_how_late() {
    let mut world = World::start().await;
    world.slack.faults().down(true);
    let answer = world.slack.command("ian", EMERGENCIES, "/maintenance schedule 1h Redis").await.unwrap();
    assert_eq!(answer.status, 200);
    world.crash().await;
    world.slack.faults().down(false);
    world.start_howler().await;
    world.settle().await;
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "MNT-1"), 1, "announced once");
    world.forward(30).await;
    world.settle().await;
    world.crash().await;
    world.clock.advance(SignedDuration::from_hours(2));
    world.start_howler().await;
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "Maintenance is over"), 1);
    let said = world.channel(EMERGENCIES).last("Maintenance is over").text.clone();
    assert!(said.contains("due 03:00 UTC; howler was down"), "{said}");
    let told = world.ian().types(EMERGENCIES, "/maintenance schedule 1h Postgres").await;
    assert!(told.contains("MNT-2"), "numbers are never reused: {told}");
}

#[tokio::test]
async fn a_backup_and_an_export_have_it_and_a_restored_howler_ends_it() {
    let mut world = World::start().await;
    world.ian().types(EMERGENCIES, "/maintenance schedule 2h Redis").await;
    world.ian().types(EMERGENCIES, "/maintenance schedule 3h Postgres").await;
    world.ian().types(EMERGENCIES, "/maintenance done 2").await;
    assert!(world.stop().await);
    let folder = tempfile::tempdir().unwrap();
    let (file, restored) = (folder.path().join("backup"), folder.path().join("data"));
    let howler = |line: &[&std::ffi::OsStr]| {
        let output = Command::new(env!("CARGO_BIN_EXE_howler"))
            .args(line)
            .env_clear()
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{line:?}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    };
    let data = world.data();
    howler(&["backup".as_ref(), file.as_os_str(), "--data".as_ref(), data.as_os_str()]);
    howler(&["restore".as_ref(), file.as_os_str(), "--data".as_ref(), restored.as_os_str()]);
    let lines = howler(&["export".as_ref(), "--data".as_ref(), restored.as_os_str()]);
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |number: u64| {
        let is = |line: &&serde_json::Value| line["kind"] == "maintenance" && line["maintenance"] == number;
        lines.iter().find(is).unwrap_or_else(|| panic!("{number} in {lines:#?}"))
    };
    assert_eq!((&of(1)["title"], &of(1)["ended_at"]), (&"Redis".into(), &serde_json::Value::Null));
    assert_eq!((&of(2)["ended_by"], &of(2)["scheduled_by"]), (&"U0IAN".into(), &"U0IAN".into()));
    assert!(lines.iter().any(|line| line["timer"] == "end"), "{lines:#?}");
    let store = store::Store::open(&restored, "x").unwrap();
    let loaded = store.load().unwrap();
    let live: Vec<u64> = loaded.plain.maintenances.iter().map(|one| one.id.0).collect();
    assert_eq!((live, loaded.next.plain.maintenances), (vec![1], 3));
    let id = domain::maintenance::MaintenanceId(2);
    assert_eq!(store.maintenance_events(id).unwrap().len(), 2);
}
