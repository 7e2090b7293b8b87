use super::*;

#[tokio::test]
async fn a_report_is_one_commit_with_its_index_as_git_itself_reads_it() {
    let scene = Scene::new().await;
    let published = scene.publish(&to_default("Down.", "store-1")).await;
    let commit = published.commit.clone().unwrap();
    assert_eq!((published.branch.as_str(), published.pull.clone()), ("main", None));
    assert_eq!(published.path, format!("{FOLDER}/{FILE}"));
    assert_eq!(published.sections.values().collect::<Vec<_>>(), [&Became::Written; 2]);
    assert_eq!(published.index, Some(Became::Written));
    assert_eq!(
        scene.git(&["log", "--format=%H %an %s", "main"]).lines().next(),
        Some(format!("{commit} howler INC-7: Event stream down").as_str())
    );
    let listed = scene.git(&["ls-tree", "-r", "--name-only", "main"]);
    assert_eq!(listed, format!("{FOLDER}/{FILE}\n{FOLDER}/README.md\nREADME.md\nsrc/main.rs\n"));
    assert_eq!(
        scene.git(&["show", &format!("main:{FOLDER}/{FILE}")]),
        "# Incident Report: INC-7\n\n<!-- howler:summary -->\n## Summary\nDown.\n<!-- /howler:summary -->\n\n\
         <!-- howler:impact -->\n## Impact\n- Data loss: none\n<!-- /howler:impact -->\n"
    );
    let changed = scene.git(&["show", "--format=%B", "--name-only", "main"]);
    assert!(changed.contains("Howler-Publication: store-1\nHowler-Report: store-INC-7\n"), "{changed}");
    assert_eq!(scene.git(&["rev-list", "--count", "main"]), "2\n");

    let same = scene.publish(&after(&published, to_default("Down.", "store-2"))).await;
    assert_eq!((same.commit.as_ref(), same.sections["summary"].clone()), (None, Became::Unchanged));
    let next = scene.publish(&after(&same, to_default("Down for an hour.", "store-3"))).await;
    assert_eq!((&next.sections["summary"], &next.sections["impact"]), (&Became::Written, &Became::Unchanged));
    assert_eq!(scene.git(&["rev-list", "--count", "main"]), "3\n", "what changes nothing is no commit");
    assert_eq!(scene.git(&["diff", "--name-only", "main~1", "main"]), format!("{FOLDER}/{FILE}\n"));
}

#[tokio::test]
async fn a_pull_request_is_opened_once_and_gets_further_commits_until_it_is_merged() {
    let scene = Scene::new().await;
    let first = scene.publish(&by_pull_request("Down.", "store-1")).await;
    let pull = first.pull.clone().unwrap();
    assert_eq!((pull.number, pull.state, pull.branch.as_str()), (1, PullState::Open, BRANCH));
    assert_eq!(pull.url, "https://github.com/o/r/pull/1");
    let stands = &scene.fake.pulls()[0];
    assert_eq!((stands.title.as_str(), stands.base.as_str()), ("INC-7: Event stream down", "main"));
    assert_eq!(stands.body, "The report.\n\n<!-- howler store-INC-7 -->");
    assert_eq!(scene.report("main"), None);

    let second = scene.publish(&after(&first, by_pull_request("Down for an hour.", "store-2"))).await;
    assert_eq!(second.pull, first.pull);
    assert_eq!(scene.git(&["rev-list", "--count", "main..howler/inc-7"]), "2\n");
    assert_eq!(scene.fake.pulls().len(), 1);
    assert_eq!(scene.howler.pull_request("o/r", 1).await.unwrap().pull, pull);

    scene.fake.somebody_merges("maya", 1, true).unwrap();
    scene.fake.somebody_deletes_branch(BRANCH);
    let state = async || scene.howler.pull_request("o/r", 1).await.unwrap().pull.state;
    assert_eq!(state().await, PullState::Merged);
    let same = scene.publish(&after(&second, by_pull_request("Down for an hour.", "store-3"))).await;
    assert_eq!((same.commit.clone(), same.branch.as_str()), (None, "main"));
    assert_eq!(same.pull.clone().unwrap().state, PullState::Merged);

    let third = scene.publish(&after(&same, by_pull_request("Two hours.", "store-4"))).await;
    assert_eq!(third.pull.clone().unwrap().number, 2, "what is merged gets a new one");
    assert_eq!(scene.git(&["rev-list", "--count", "main..howler/inc-7"]), "1\n");
    scene.fake.somebody_merges("maya", 2, false).unwrap();
    let fourth = scene.publish(&after(&third, by_pull_request("Three hours.", "store-5"))).await;
    assert_eq!(fourth.branch, "howler/inc-7-2", "the merged branch is still there");
    assert!(scene.report("howler/inc-7-2").unwrap().contains("Three hours."));
    scene.git(&["log", "--oneline"]);
}

#[tokio::test]
async fn a_closed_pull_request_is_peoples_no_until_they_ask_anew() {
    let scene = Scene::new().await;
    let first = scene.publish(&by_pull_request("Down.", "store-1")).await;
    scene.fake.somebody_closes(1);
    assert_eq!(scene.howler.pull_request("o/r", 1).await.unwrap().pull.state, PullState::Closed);
    let mut next = after(&first, by_pull_request("Two hours.", "store-2"));
    let undone = scene.refused(&next).await;
    assert_eq!(undone.why, Why::Closed { number: 1, url: "https://github.com/o/r/pull/1".into() });
    scene.fake.somebody_reopens(1);
    assert_eq!(scene.publish(&next).await.pull.unwrap().number, 1);
    scene.fake.somebody_deletes_branch(BRANCH);
    let Mode::PullRequest { anew, .. } = &mut next.mode else { panic!() };
    *anew = true;
    next.mark = "store-3".into();
    let again = scene.publish(&next).await;
    assert_eq!((again.pull.unwrap().number, again.branch.as_str()), (2, BRANCH));
    assert!(scene.report(BRANCH).unwrap().contains("Two hours."), "all of it, though it was never merged");
}

#[tokio::test]
async fn a_branch_that_moves_meanwhile_is_read_again_and_nothing_is_lost() {
    let scene = Scene::new().await;
    let first = scene.publish(&to_default("Down.", "store-1")).await;
    let path = format!("{FOLDER}/{FILE}");
    scene.fake.before("PATCH /repos/{}/git/refs/{}", move |fake| {
        let old = String::from_utf8(fake.git().file("main", &path).unwrap()).unwrap();
        let new = old.replace("Data loss: none", "Data loss: two witnesses");
        fake.somebody_commits("maya", "main", &[(&path, Some(new.as_bytes())), ("src/main.rs", Some(b"fn"))]);
    });
    let second = scene.publish(&after(&first, to_default("Two hours.", "store-2"))).await;
    assert_eq!((&second.sections["summary"], &second.sections["impact"]), (&Became::Written, &Became::Kept));
    let stands = scene.report("main").unwrap();
    assert!(stands.contains("Two hours.") && stands.contains("two witnesses"), "{stands}");
    assert_eq!(scene.git(&["show", "main:src/main.rs"]), "fn");

    for _ in 0..5 {
        scene.fake.before("PATCH /repos/{}/git/refs/{}", |fake| {
            let count = fake.calls().len().to_string();
            fake.somebody_commits("maya", "main", &[("busy", Some(count.as_bytes()))]);
        });
    }
    let undone = scene.refused(&after(&second, to_default("Three.", "store-3"))).await;
    assert_eq!(undone, Undone { why: Why::Raced { branch: "main".into() }, unknown: false });
    scene.publish(&after(&second, to_default("Three.", "store-3"))).await;
}

#[tokio::test]
async fn two_howlers_at_once_open_one_pull_request() {
    let scene = Scene::new().await;
    let other = by_pull_request("Down.", "store-1");
    let (one, two) = tokio::join!(scene.howler.publish(&other), scene.howler.publish(&other));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.pull.unwrap().number, two.pull.unwrap().number);
    assert_eq!(scene.fake.pulls().len(), 1);
    assert_eq!(scene.git(&["rev-list", "--count", "main..howler/inc-7"]), "1\n");
    let refused = scene.fake.calls().into_iter().filter(|call| call.status == 422).count();
    assert!(refused > 0, "they met");
}

/// Two reports put a row at the same place of the index: whichever is merged second would be in conflict.
#[tokio::test]
async fn a_pull_request_that_another_report_overtook_can_be_merged_after_the_next_publication() {
    let scene = Scene::new().await;
    let first = scene.publish(&by_pull_request("Down.", "store-1")).await;
    assert!(!scene.howler.pull_request("o/r", 1).await.unwrap().conflicts);
    let mut other = by_pull_request("Other.", "store-2");
    (other.file, other.report_mark) = ("2026-11-30-inc-8-other.md".into(), "store-INC-8".into());
    other.mode =
        Mode::PullRequest { branch: "howler/inc-8".into(), body: String::new(), known: None, anew: false };
    let row = other.index.as_mut().unwrap();
    (row.file, row.row) = (other.file.clone(), "| [INC-8](2026-11-30-inc-8-other.md) | Other |".into());
    scene.publish(&other).await;
    scene.fake.somebody_commits("maya", "main", &[("src/main.rs", Some(b"fn main() {}"))]);
    scene.fake.somebody_merges("maya", 2, false).unwrap();
    assert!(scene.howler.pull_request("o/r", 1).await.unwrap().conflicts);
    assert_eq!(scene.fake.somebody_merges("maya", 1, false), Err(format!("{FOLDER}/README.md")));

    let again = scene.publish(&after(&first, by_pull_request("Down.", "store-3"))).await;
    assert_eq!((again.commit.is_some(), again.sections["summary"].clone()), (true, Became::Unchanged));
    assert!(!scene.howler.pull_request("o/r", 1).await.unwrap().conflicts);
    assert_eq!(scene.git(&["log", "-1", "--format=%P", BRANCH]).split(' ').count(), 2, "a merge");
    assert_eq!(
        scene.git(&["diff", "--name-only", "main", BRANCH]),
        format!("{FOLDER}/{FILE}\n{FOLDER}/README.md\n")
    );
    let same = scene.publish(&after(&again, by_pull_request("Down.", "store-4"))).await;
    assert_eq!(same.commit, None, "once is enough");
    scene.fake.somebody_merges("maya", 1, false).unwrap();
    let index = scene.file("main", "README.md").unwrap();
    assert!(index.contains("[INC-7]") && index.contains("[INC-8]"), "{index}");
    assert!(scene.report("main").unwrap().contains("Down."));
}

#[tokio::test]
async fn what_people_changed_on_the_branch_is_theirs_to_merge() {
    let index = format!("{FOLDER}/README.md");
    let changes: [(&str, &[u8]); 2] = [("src/main.rs", b"theirs"), (&index, b"# Theirs\n")];
    for (path, bytes) in changes {
        let scene = Scene::new().await;
        let first = scene.publish(&by_pull_request("Down.", "store-1")).await;
        scene.fake.somebody_commits("maya", BRANCH, &[(path, Some(bytes))]);
        scene.fake.somebody_commits("maya", "main", &[(&index, Some(b"# Of others\n"))]);
        let next = scene.publish(&after(&first, by_pull_request("Two hours.", "store-2"))).await;
        assert!(next.commit.is_some());
        assert_eq!(
            scene.git(&["log", "-1", "--format=%P", BRANCH]).split(' ').count(),
            1,
            "{path}: no merge"
        );
        assert_eq!(scene.fake.git().file(BRANCH, path).unwrap(), bytes);
    }
}

#[tokio::test]
async fn a_branch_with_nothing_in_common_gets_its_commits_all_the_same() {
    let scene = Scene::new().await;
    let first = scene.publish(&by_pull_request("Down.", "store-1")).await;
    scene.fake.faults().http("GET /repos/{}/compare/{}", 404, 1);
    scene.publish(&after(&first, by_pull_request("Two hours.", "store-2"))).await;
    assert!(scene.report(BRANCH).unwrap().contains("Two hours."));
}
