use super::*;
use crate::github::verdict::Trouble;
use crate::retry::Class;
use fake::github::git::{LINK, Protection};

#[tokio::test]
async fn each_refusal_has_its_name_and_leaves_nothing_behind() {
    type Arrange = fn(&Scene);
    let bytes = crate::report::fresh("# Incident Report: INC-7", &sections("Down.")).text.len();
    let rows: Vec<(&str, Arrange, Why)> = vec![
        ("archived", |scene| scene.fake.git().archived = true, Why::Archived),
        (
            "renamed",
            |scene| scene.fake.git().renamed = Some("o/new".into()),
            Why::Renamed(Some("o/new".into())),
        ),
        ("hidden", |scene| scene.fake.faults().hidden(true), Why::Hidden),
        (
            "no contents",
            |scene| scene.fake.faults().without("contents: write"),
            Why::Permission(Permission::Contents),
        ),
        ("no push", |scene| scene.fake.faults().without("push"), Why::Permission(Permission::Contents)),
        (
            "not even reading",
            |scene| scene.fake.faults().without("contents"),
            Why::Permission(Permission::Contents),
        ),
        (
            "protected",
            |scene| {
                scene.fake.git().protected.insert("main".into(), Protection::pull_request());
            },
            Why::Protected {
                branch: "main".into(),
                said: "Changes must be made through a pull request.".into(),
            },
        ),
        (
            "a link",
            |scene| scene.fake.git().place("main", &format!("{FOLDER}/{FILE}"), LINK, b"elsewhere"),
            Why::InTheWay { path: format!("{FOLDER}/{FILE}"), what: "a symbolic link" },
        ),
        (
            "a file for a folder",
            |scene| {
                scene.fake.somebody_commits("m", "main", &[(".monkeytown/decisions", Some(b""))]);
            },
            Why::InTheWay { path: ".monkeytown/decisions".into(), what: "a file" },
        ),
        (
            "not UTF-8",
            |scene| {
                let path = format!("{FOLDER}/README.md");
                scene.fake.somebody_commits("m", "main", &[(&path, Some(b"\xff\xfe#\0"))]);
            },
            Why::NotText { path: format!("{FOLDER}/README.md") },
        ),
        (
            "too large",
            |scene| scene.fake.git().blob_most = 100,
            Why::TooLarge { path: format!("{FOLDER}/{FILE}"), bytes },
        ),
        (
            "a folder of too many",
            |scene| scene.fake.git().tree_most = 1,
            Why::FolderTooLarge { path: "the first folder".into() },
        ),
    ];
    for (name, arrange, why) in rows {
        let scene = Scene::new().await;
        arrange(&scene);
        let before = scene.fake.git().refs().clone();
        let undone = scene.refused(&to_default("Down.", "store-1")).await;
        assert_eq!(undone, Undone { why, unknown: false }, "{name}");
        assert_eq!(*scene.fake.git().refs(), before, "{name}");
    }
}

#[tokio::test]
async fn what_is_put_right_goes_on_where_it_stopped() {
    let scene = Scene::empty().await;
    assert_eq!(scene.refused(&to_default("Down.", "store-1")).await.why, Why::Empty);
    scene.fake.somebody_commits("maya", "main", &[("README.md", Some(b"# R\n"))]);
    scene.fake.faults().without("pull_requests: write");
    let publication = by_pull_request("Down.", "store-1");
    let undone = scene.refused(&publication).await;
    assert_eq!(
        undone,
        Undone { why: Why::Permission(Permission::PullRequests), unknown: true },
        "the branch stands"
    );
    let scene = Scene::new().await;
    let creation = Protection { creation: true, ..Protection::default() };
    scene.fake.git().protected.insert("howler/*".into(), creation);
    let undone = scene.refused(&by_pull_request("Down.", "store-1")).await;
    let Why::Protected { branch, said } = undone.why else { panic!("{undone:?}") };
    assert_eq!((branch.as_str(), said.contains("creations being restricted")), (BRANCH, true));
    scene.fake.git().protected.clear();
    scene.fake.faults().http("POST /repos/{}/pulls", 502, 1);
    let undone = scene.refused(&publication).await;
    assert!(undone.unknown && undone.why.verdict("o/r").class == Class::Again { lost: true }, "{undone:?}");
    let published = scene.publish(&Publication { unsure: true, ..publication }).await;
    assert_eq!(published.pull.unwrap().number, 1);
}

#[tokio::test]
async fn limits_and_an_outage_say_when_to_come_again() {
    let scene = Scene::new().await;
    scene.fake.faults().down(true);
    let undone = scene.refused(&to_default("Down.", "store-1")).await;
    assert!(matches!(undone.why, Why::Call(Trouble::Lost(_))) && !undone.unknown, "{undone:?}");
    scene.fake.faults().down(false);
    scene.fake.faults().secondary_limit("POST /repos/{}/git/trees", 1, 30);
    let undone = scene.refused(&to_default("Down.", "store-1")).await;
    let until = scene.howler.clock.now() + SignedDuration::from_secs(30);
    assert_eq!(undone.why.verdict("o/r").class, Class::At(until));
    let calls = scene.fake.calls().len();
    scene.refused(&to_default("Down.", "store-1")).await;
    assert_eq!(scene.fake.calls().len(), calls, "nothing is sent before that");
}
