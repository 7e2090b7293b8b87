//! What is read of a damaged folder, and what is listed as missing.

use std::fs;

use store::Store;

use crate::backups::{all_files, damage, says, text, with_two_backups};
use crate::harness::EMERGENCIES;

#[tokio::test]
async fn of_a_whole_folder_nothing_is_missing_and_what_was_salvaged_can_be_restored() {
    let mut world = with_two_backups().await;
    world.ian().types(EMERGENCIES, "/incident 1 resolve It was the index").await;
    world.maya().types(EMERGENCIES, "/runbook health").await;
    let (_, refused) = says(&world, "salvage --data data out").await;
    assert!(refused.contains("is in use by another howler"), "{refused}");
    world.crash().await;
    let before = all_files(&world.data());
    let (well, said) = says(&world, "salvage --data data out").await;
    let out = world.data().with_file_name("out");
    assert!(
        well && said.contains("Nothing was found missing"),
        "{said}\n{}",
        text(&fs::read(out.join("missing.txt")).unwrap())
    );
    assert_eq!(all_files(&world.data()), before, "the folder is as it was");
    let lines = fs::read_to_string(out.join("salvaged.jsonl")).unwrap();
    assert!(lines.starts_with("{\"kind\":\"export\"") && lines.contains("Late news"), "{lines}");
    assert!(lines.ends_with("{\"kind\":\"salvaged\",\"missing\":0}\n"), "it is no whole export: {lines}");
    let (_, again) = says(&world, "salvage --data data out").await;
    assert!(again.contains("is there and not empty"), "{again}");
    let (well, said) = says(&world, "restore out/salvaged.backup --data new").await;
    assert!(well && said.contains("new holds 3 incidents"), "{said}");
    assert_eq!(Store::open(&world.data().with_file_name("new"), "").unwrap().load().unwrap().open.len(), 2);
}

#[tokio::test]
async fn of_a_damaged_folder_everything_is_either_read_or_listed() {
    let mut world = with_two_backups().await;
    for number in 4..40 {
        world.ian().types(EMERGENCIES, &format!("/incident p4 Wrong colour {number}")).await;
    }
    world.crash().await;
    damage(&world.data().join("store/db"));
    let before = all_files(&world.data());
    let (well, said) = says(&world, "salvage --data data out").await;
    assert!(!well && !said.contains("Nothing was found missing"), "{said}");
    assert_eq!(all_files(&world.data()), before, "the folder is as it was");
    let out = world.data().with_file_name("out");
    let missing = fs::read_to_string(out.join("missing.txt")).unwrap();
    let lines = fs::read_to_string(out.join("salvaged.jsonl")).unwrap_or_default();
    assert!(!out.join("salvaged.backup").exists() && !out.join("copy").exists());
    let everything = missing.contains("everything: ") || missing.contains("which numbers were given");
    let last = regex::Regex::new("INC-([0-9]+) is the last incident that it knows of").unwrap();
    let last = last.captures(&missing).map_or(u64::MAX, |found| found[1].parse().unwrap());
    for number in 1..40 {
        let read = lines.contains(&format!("{{\"kind\":\"incident\",\"incident\":{number},"));
        let listed = missing.contains(&format!("INC-{number} "));
        assert!(
            read || listed || everything || number > last,
            "INC-{number} is neither read nor listed: {missing}"
        );
    }
    assert!(
        missing.contains("The newest backup that can be used is ") && missing.contains("04-00-00Z"),
        "{missing}"
    );
    assert!(missing.contains("restore --newest"), "{missing}");
}
