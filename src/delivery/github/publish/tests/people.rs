use super::*;

#[tokio::test]
async fn what_people_edit_is_kept_and_what_both_changed_is_asked() {
    let scene = Scene::new().await;
    let first = scene.publish(&by_pull_request("Down.", "store-1")).await;
    scene.edit(BRANCH, "Down.", "Down, since the broker's disk was full.");
    scene.edit(
        BRANCH,
        "# Incident Report: INC-7\n",
        "# Incident Report: INC-7\n\nWritten by Maya, mostly.\n",
    );
    let kept = scene.publish(&after(&first, by_pull_request("Down.", "store-2"))).await;
    assert_eq!((kept.commit.clone(), &kept.sections["summary"]), (None, &Became::Kept));
    let asked = scene.publish(&after(&kept, by_pull_request("Down for an hour.", "store-3"))).await;
    let Became::Conflict { theirs, seen } = &asked.sections["summary"] else { panic!("{asked:?}") };
    assert_eq!(theirs, "## Summary\nDown, since the broker's disk was full.\n");
    assert_eq!(asked.commit, None);
    let mut take = after(&asked, by_pull_request("Down for an hour.", "store-4"));
    take.wrote.0.insert("summary".into(), [seen.clone()].into());
    let taken = scene.publish(&take).await;
    assert_eq!(taken.sections["summary"], Became::Written);
    let stands = scene.report(BRANCH).unwrap();
    assert!(stands.contains("Down for an hour.") && stands.contains("Written by Maya, mostly."), "{stands}");
    assert_eq!(scene.git(&["log", "--format=%an", "main..howler/inc-7"]), "howler\nmaya\nmaya\nhowler\n");
}

#[tokio::test]
async fn a_file_that_people_took_away_stays_away() {
    let scene = Scene::new().await;
    let first = scene.publish(&to_default("Down.", "store-1")).await;
    let (report, index) = (format!("{FOLDER}/{FILE}"), format!("{FOLDER}/README.md"));
    scene.fake.somebody_commits("maya", "main", &[(&report, None), (&index, None)]);
    let next = scene.publish(&after(&first, to_default("Two hours.", "store-2"))).await;
    assert_eq!((next.commit.clone(), next.index.clone()), (None, Some(Became::Missing)));
    assert_eq!(next.sections["summary"], Became::Missing);
    assert_eq!((scene.report("main"), scene.file("main", "README.md")), (None, None));
    assert_eq!(next.wrote, first.wrote, "and howler remembers that it wrote it");
}

#[tokio::test]
async fn an_index_of_peoples_and_the_rights_of_a_file_are_kept() {
    let scene = Scene::new().await;
    scene.fake.git().place(
        "main",
        &format!("{FOLDER}/README.md"),
        0o100_755,
        b"\xef\xbb\xbf# Ours\r\n\r\nWords.",
    );
    let first = scene.publish(&to_default("Down.", "store-1")).await;
    assert_eq!(first.index, Some(Became::Written));
    let index = scene.file("main", "README.md").unwrap();
    assert!(
        index.starts_with("\u{FEFF}# Ours\r\n\r\nWords.\r\n\r\n<!-- howler:incidents -->\r\n| Incident"),
        "{index}"
    );
    assert!(scene.git(&["ls-tree", "main", &format!("{FOLDER}/README.md")]).starts_with("100755 blob"));
}

#[tokio::test]
async fn files_of_megabytes_are_read_and_written_whole() {
    let scene = Scene::new().await;
    let first = scene.publish(&to_default("Down.", "store-1")).await;
    let appendix = "A line of a log that somebody pasted.\n".repeat(60_000);
    assert!(appendix.len() > 2_000_000);
    scene.edit("main", "# Incident Report: INC-7\n", &format!("# Incident Report: INC-7\n{appendix}"));
    scene.publish(&after(&first, to_default("Two hours.", "store-2"))).await;
    let stands = scene.report("main").unwrap();
    assert!(stands.contains(&appendix) && stands.contains("Two hours."));
}

#[tokio::test]
async fn branches_of_others_are_left_alone() {
    let scene = Scene::new().await;
    scene.fake.somebody_commits("maya", "main", &[]);
    let head = scene.fake.git().head("main").unwrap();
    // Somebody has a branch of that name, with work and a pull request of their own.
    scene.fake.somebody_commits("maya", BRANCH, &[("mine", Some(b"1"))]);
    assert_ne!(scene.fake.git().head(BRANCH), Some(head));
    let mine = scene.fake.git().head(BRANCH).unwrap();
    let published = scene.publish(&by_pull_request("Down.", "store-1")).await;
    assert_eq!(published.branch, "howler/inc-7-2");
    assert_eq!(scene.fake.git().head(BRANCH), Some(mine));
}
