//! Automatic backups, and the way back to the newest of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use config::secrets::AuditSecrets;
use domain::duration::Every;
use domain::secret::Secret;
use howler::data;
use jiff::SignedDuration;
use store::Store;
use store::archive::{Head, Reader};

use crate::harness::{EMERGENCIES, SECRET, TOKEN, World};

const HOURLY: &str = "[backups]\nevery = \"1h\"\n";

fn folder(world: &World) -> PathBuf {
    world.data().join("backups")
}

/// The backups there, the oldest first. Everything else in the folder is left out.
fn backups(world: &World) -> Vec<String> {
    let entries = fs::read_dir(folder(world)).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("howler-") && name.ends_with(".backup"));
    names.sort();
    names
}

/// Its head, once it was read through.
fn verified(path: &Path) -> Head {
    let bytes = fs::read(path).unwrap();
    let reader = Reader::open(bytes.as_slice()).unwrap();
    let head = reader.head().clone();
    reader.verify().unwrap();
    head
}

pub fn newest(world: &World) -> PathBuf {
    folder(world).join(backups(world).last().expect("a backup"))
}

async fn metrics(world: &World) -> String {
    reqwest::get(format!("{}/metrics", world.base())).await.unwrap().text().await.unwrap()
}

async fn shows(world: &World, line: &str) {
    let text = metrics(world).await;
    assert!(text.lines().any(|shown| shown == line), "{line} in {text}");
}

/// Runs the binary beside the data folder.
async fn howler(world: &World, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    command.args(line.split_whitespace()).current_dir(world.data().parent().unwrap()).env_clear();
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether it went well, and all that it said.
pub async fn says(world: &World, line: &str) -> (bool, String) {
    let output = howler(world, line).await;
    (output.status.success(), text(&output.stdout) + &text(&output.stderr))
}

/// Overwrites the middle third of a file.
pub fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let third = bytes.len() / 3;
    bytes[third..2 * third].fill(0xa5);
    fs::write(path, bytes).unwrap();
}

fn files(at: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.is_file() {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

pub fn all_files(at: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    files(at, &mut found);
    found
}

#[tokio::test]
async fn three_days_leave_every_hour_of_one_day_and_the_last_of_each_day_before() {
    let world = World::with_config(HOURLY).await;
    world.backed_up().await;
    assert_eq!(backups(&world), ["howler-2026-11-24T02-00-00Z.backup"], "one at once");
    world.ian().types(EMERGENCIES, "/incident p4 Wrong colour").await;
    for hour in 0..72 {
        world.ian().types(EMERGENCIES, &format!("/incident 1 note hour {hour}")).await;
        world.forward(60).await;
        world.backed_up().await;
    }
    let hour = |day: u32, hour: u32| format!("howler-2026-11-{day}T{hour:02}-00-00Z.backup");
    let mut expected = vec![hour(24, 23), hour(25, 23)];
    expected.extend((3..24).map(|at| hour(26, at)));
    expected.extend((0..3).map(|at| hour(27, at)));
    assert_eq!(backups(&world), expected);
    assert_eq!(verified(&newest(&world)).incidents, 1);
    shows(&world, "howler_backup_age_seconds 0.0").await;
    shows(&world, "howler_backup_failures_total 0").await;

    // Nothing happens: the newest holds everything still, and says so by its name.
    let (head, many) = (verified(&newest(&world)), backups(&world).len());
    for _ in 0..3 {
        world.forward(60).await;
        world.backed_up().await;
    }
    world.forward(30).await;
    let now = backups(&world);
    assert_eq!(now.last().unwrap(), "howler-2026-11-27T05-00-00Z.backup");
    assert!(now.len() <= many && !now.contains(&hour(27, 2)), "{now:?}");
    assert_eq!(verified(&newest(&world)), head, "its bytes are the same");
    shows(&world, "howler_backup_age_seconds 1800.0").await;
}

#[tokio::test]
async fn a_start_takes_one_where_the_newest_is_too_old_and_none_where_it_is_not() {
    let mut world = World::with_config(HOURLY).await;
    world.backed_up().await;
    for (minutes, many) in [(10, 1), (49, 1), (2, 2)] {
        world.ian().types(EMERGENCIES, "/incident p4 Wrong colour").await;
        world.crash().await;
        world.clock.advance(SignedDuration::from_mins(minutes));
        world.start_howler().await;
        world.backed_up().await;
        assert_eq!(backups(&world).len(), many, "after {minutes} minutes more: {:?}", backups(&world));
    }
}

#[tokio::test]
async fn whatever_is_killed_no_half_file_counts() {
    let mut world = World::with_config("[backups]\nevery = \"1m\"\n").await;
    for round in 0..10 {
        world.ian().types(EMERGENCIES, &format!("/incident p4 Wrong colour {round}")).await;
        world.clock.advance(SignedDuration::from_mins(2));
        // The keeper begins, and is cut off wherever it is.
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        world.crash().await;
        let whole = backups(&world);
        whole.iter().for_each(|name| drop(verified(&folder(&world).join(name))));
        world.start_howler().await;
    }
    world.backed_up().await;
    // What a kill leaves behind: the head is there, the rows are not.
    let bytes = fs::read(newest(&world)).unwrap();
    let draft = folder(&world).join(".howler-2026-11-24T05-00-00Z.backup.4242.new");
    fs::write(&draft, &bytes[..bytes.len() / 2]).unwrap();
    world.crash().await;
    world.start_howler().await;
    world.backed_up().await;
    assert!(!draft.exists(), "it is swept at the next start");
    let (well, said) = says(&world, "restore --newest --data data").await;
    assert!(!well && said.contains("is in use by another howler"), "{said}");
}

#[tokio::test]
async fn before_an_upgrade_a_backup_is_taken_of_the_folder_as_it_was() {
    let mut world = World::with_config(HOURLY).await;
    world.backed_up().await;
    world.ian().types(EMERGENCIES, "/incident p4 Wrong colour").await;
    world.crash().await;
    let identity = world.data().join("howler.json");
    let older = |json: &str| {
        let mut identity: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(identity["howler"], env!("CARGO_PKG_VERSION"));
        identity["howler"] = "0.0.9".into();
        identity.to_string()
    };
    fs::write(&identity, older(&fs::read_to_string(&identity).unwrap())).unwrap();
    // Twice the same: a start that fails and is tried again fills no disk.
    for _ in 0..2 {
        world.start_howler().await;
        assert_eq!(backups(&world).len(), 2, "{:?}", backups(&world));
        world.crash().await;
        fs::write(&identity, older(&fs::read_to_string(&identity).unwrap())).unwrap();
    }
    let head = verified(&newest(&world));
    assert_eq!((head.howler.as_str(), head.incidents), ("0.0.9", 1));

    // One that cannot be written is said, and howler serves.
    world.configure(|config| config.backups.folder = "/dev/null/backups".into());
    world.start_howler().await;
    let listed = world.ian().types(EMERGENCIES, "/incident list").await;
    assert!(listed.contains("Wrong colour"), "{listed}");
    assert!(metrics(&world).await.contains("howler_backup_failures_total"));
}

#[tokio::test]
async fn a_folder_that_takes_nothing_holds_up_nothing_and_is_tried_again() {
    let mut world = World::with_config(HOURLY).await;
    world.backed_up().await;
    world.crash().await;
    fs::remove_dir_all(folder(&world)).unwrap();
    fs::write(folder(&world), "in the way").unwrap();
    world.start_howler().await;
    world.backed_up().await;
    shows(&world, "howler_backup_failures_total 1").await;
    shows(&world, "howler_backup_age_seconds -1.0").await;
    let declared = world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert!(declared.contains("is declared"), "{declared}");
    fs::remove_file(folder(&world)).unwrap();
    world.forward(5).await;
    world.backed_up().await;
    assert_eq!(backups(&world).len(), 1);
    shows(&world, "howler_backup_age_seconds 0.0").await;
}

/// Two backups: one incident in the older one, two in the newer, and a third incident after both.
pub async fn with_two_backups() -> World {
    let world = World::with_config(HOURLY).await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    for title in ["Queue stuck", "Late news"] {
        world.forward(60).await;
        world.backed_up().await;
        world.ian().types(EMERGENCIES, &format!("/incident p3 {title}")).await;
    }
    world
}

#[tokio::test]
async fn restore_newest_brings_incidents_and_timers_back_and_deletes_nothing() {
    let mut world = with_two_backups().await;
    world.crash().await;
    let db = world.data().join("store/db");
    fs::write(&db, vec![7; 4096]).unwrap();
    let before = all_files(&world.data().join("store"));
    let (well, said) = says(&world, "restore --newest --data data").await;
    assert!(well, "{said}");
    for part in [
        "data holds 2 incidents",
        "up to 2026-11-24 04:00:00 UTC",
        "Lost: the last ",
        "howler serve --data data",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let parent = world.data().parent().unwrap().to_owned();
    let beside: Vec<PathBuf> = fs::read_dir(&parent).unwrap().map(|entry| entry.unwrap().path()).collect();
    let aside: Vec<&PathBuf> =
        beside.iter().filter(|path| path.to_string_lossy().contains("data.before-restore-")).collect();
    assert_eq!((aside.len(), beside.len()), (1, 2), "{beside:?}");
    let after = all_files(&aside[0].join("store"));
    assert_eq!(before.into_values().collect::<Vec<_>>(), after.into_values().collect::<Vec<_>>());
    assert!(backups(&world).len() >= 2, "the backups go on in the new folder");

    world.start_howler().await;
    world.settle().await;
    let listed = world.ian().types(EMERGENCIES, "/incident list").await;
    assert!(listed.contains("Slow search") && listed.contains("Queue stuck"), "{listed}");
    assert!(!listed.contains("Late news"), "{listed}");
    world.ian().types(EMERGENCIES, "/incident 2 update Looking").await;
    let due = world.count(EMERGENCIES, "Update due");
    world.forward(31).await;
    assert!(world.count(EMERGENCIES, "Update due") > due, "its timers run");
}

#[tokio::test]
async fn a_damaged_backup_is_left_out_and_the_one_before_it_is_used() {
    let mut world = with_two_backups().await;
    world.crash().await;
    damage(&newest(&world));
    let bad = newest(&world);
    let told = data::restore_newest(&world.data(), folder(&world), &world.clock).await.unwrap();
    assert!(told.contains("holds 1 incident ") && told.contains("up to 2026-11-24 03:00:00 UTC"), "{told}");
    assert!(
        told.contains("Left out: ") && told.contains(bad.file_name().unwrap().to_str().unwrap()),
        "{told}"
    );

    // With none that can be used nothing is moved.
    let before = all_files(&world.data());
    backups(&world).iter().for_each(|name| damage(&folder(&world).join(name)));
    let refused =
        data::restore_newest(&world.data(), folder(&world), &world.clock).await.unwrap_err().to_string();
    assert!(refused.contains("no backup of it in") && refused.contains("Nothing was changed"), "{refused}");
    let store = |path: &&PathBuf| !path.starts_with(folder(&world));
    assert!(before.keys().filter(store).all(|path| path.exists()));
}

#[tokio::test]
async fn restore_newest_guesses_nothing_about_whose_backup_it_is() {
    let mut world = with_two_backups().await;
    world.crash().await;
    // A backup of another howler in the same folder, newer than all.
    let elsewhere = world.data().with_file_name("other");
    let other = Arc::new(Store::open(&elsewhere, "another").unwrap());
    let mut bytes = Vec::new();
    other.backup(world.clock.now(), true, &mut bytes).unwrap();
    fs::write(folder(&world).join("howler-2026-11-24T09-00-00Z.backup"), bytes).unwrap();
    fs::write(world.data().join("howler.json"), "\u{fffd}").unwrap();
    let refused =
        data::restore_newest(&world.data(), folder(&world), &world.clock).await.unwrap_err().to_string();
    assert!(refused.contains("backups of several howlers") && refused.contains("09-00-00Z"), "{refused}");
    assert!(world.data().join("store/db").exists());
}

#[tokio::test]
async fn a_folder_that_went_back_in_time_is_told() {
    let mut world = World::with_config(HOURLY).await;
    world.backed_up().await;
    world.crash().await;
    let old = all_files(&world.data());
    world.start_howler().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(60).await;
    world.backed_up().await;
    world.crash().await;
    let (_, said) = says(&world, "check --data data").await;
    assert!(!said.contains("back in time"), "{said}");
    for (path, bytes) in old.iter().filter(|(path, _)| !path.starts_with(folder(&world))) {
        fs::write(path, bytes).unwrap();
    }
    let (_, said) = says(&world, "check --data data").await;
    assert!(said.contains("FAIL  backups: the data folder went back in time"), "{said}");
    let told = data::restore_newest(&world.data(), folder(&world), &world.clock).await.unwrap();
    assert!(told.contains("holds 1 incident "), "{told}");
    let (_, said) = says(&world, "check --data data").await;
    assert!(!said.contains("back in time") && said.contains("note  backups: the newest of "), "{said}");
}

#[tokio::test]
async fn check_tells_of_backups_that_are_missing_late_or_off() {
    let mut world = World::with_config(HOURLY).await;
    world.backed_up().await;
    world.stop().await;
    let (_, said) = says(&world, "check --data data").await;
    assert!(
        said.contains("note  backups: the newest of 1 in data/backups is ") && said.contains("same disk"),
        "{said}"
    );
    world.configure(|config| config.backups.every = Every::Off);
    world.start_howler().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(300).await;
    world.ian().types(EMERGENCIES, "/incident 1 note still there").await;
    world.crash().await;
    let (_, said) = says(&world, "check --data data").await;
    assert!(
        said.contains("FAIL  backups: the newest of 1 in ") && said.contains("one is due every 1 h"),
        "{said}"
    );
    fs::remove_dir_all(folder(&world)).unwrap();
    let (_, said) = says(&world, "check --data data").await;
    assert!(said.contains("note  backups: none in data/backups can be used"), "begun a moment ago: {said}");
    let identity = fs::File::options().write(true).open(world.data().join("howler.json")).unwrap();
    identity.set_modified(std::time::UNIX_EPOCH).unwrap();
    let (_, said) = says(&world, "check --data data").await;
    assert!(said.contains("FAIL  backups: none in data/backups can be used"), "{said}");
    fs::write(folder(&world), "in the way").unwrap();
    let (_, said) = says(&world, "check --data data").await;
    assert!(said.contains("FAIL  backups: data/backups cannot be written"), "{said}");
    fs::write(world.data().with_file_name("howler.toml"), "[backups]\nevery = \"off\"\n").unwrap();
    let (_, said) = says(&world, "check --data data").await;
    assert!(said.contains("note  backups: off"), "{said}");
}

/// What an audit key, a token and a password in the environment look like.
const PLANTED: [&str; 5] = [
    "planted-audit-key-0123456789abcdef0123",
    "planted-api-token-1",
    "planted-metrics-2",
    "planted-webhook-secret-3",
    "planted-vercel-4",
];

#[tokio::test]
async fn a_backup_holds_what_people_wrote_and_no_secret_of_the_environment() {
    let mut world = World::with_config(HOURLY).await;
    world.backed_up().await;
    world.crash().await;
    let [audit, api, metrics, webhook, vercel] = PLANTED.map(Secret::new);
    world.secure(|secrets| {
        secrets.audit = AuditSecrets { key: Some(audit), before: None };
        secrets.api_secret = Some(api);
        secrets.metrics_secret = Some(metrics);
        secrets.phone.pagerduty_webhook_secret = Some(webhook);
        secrets.vercel.token = Some(vercel);
    });
    world.start_howler().await;
    world.ian().types(EMERGENCIES, "/incident p1 Zebrafish down").await;
    world.ian().types(EMERGENCIES, "/incident 1 note Quetzal restarted it").await;
    world.ian().types(EMERGENCIES, "/runbook freeze The auditors are here").await;
    world.slack.open_direct("maya").unwrap();
    world.slack.command("maya", "@howler", "/oncall phone +4930901820").await.unwrap();
    world.forward(60).await;
    world.backed_up().await;
    let bytes = fs::read(newest(&world)).unwrap();
    let holds = |part: &str| bytes.windows(part.len()).any(|window| window == part.as_bytes());
    for part in ["Zebrafish down", "Quetzal restarted it", "The auditors are here", "4930901820", "U0IAN"] {
        assert!(holds(part), "{part} is not in it");
    }
    for secret in PLANTED.into_iter().chain([TOKEN, SECRET]) {
        assert!(!holds(secret), "{secret} is in it");
    }
}
