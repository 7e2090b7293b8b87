use super::*;
use crate::github::{FollowUp, IssueSeen};

fn follow_up(scene: &Scene) -> FollowUp {
    FollowUp {
        repository: "o/r".into(),
        title: "[monitoring] Add an alert on Redis memory".into(),
        body: "Of INC-7.\n".into(),
        labels: vec!["howler".into(), "monitoring".into()],
        mark: "store-f1".into(),
        since: scene.howler.clock.now(),
        unsure: false,
    }
}

async fn opened(scene: &Scene, follow_up: &FollowUp) -> IssueSeen {
    scene.howler.open_follow_up(follow_up).await.unwrap()
}

#[tokio::test]
async fn a_follow_up_is_one_issue_that_either_side_closes_and_reopens() {
    let scene = Scene::new().await;
    let seen = opened(&scene, &follow_up(&scene)).await;
    assert_eq!((seen.issue.number, seen.open), (1, true));
    let stands = scene.fake.issues()[0].clone();
    assert_eq!(stands.labels, ["howler", "monitoring"]);
    assert_eq!(stands.body, "Of INC-7.\n\n<!-- howler store-f1 -->");
    let turned = scene.howler.turn_issue(&seen.issue, false).await.unwrap();
    assert_eq!((turned.open, turned.reason.as_deref()), (false, Some("completed")));
    assert_eq!(
        scene.howler.turn_issue(&seen.issue, false).await.unwrap(),
        turned,
        "twice is the same as once"
    );
    scene.fake.somebody_reopens(1);
    let look = scene.howler.see_issue(&seen.issue).await.unwrap();
    assert_eq!((look.open, look.reason.as_deref()), (true, Some("reopened")));
    scene
        .howler
        .rewrite_issue(&seen.issue, "[monitoring] Add two", "Of INC-7, due", "store-f1")
        .await
        .unwrap();
    assert_eq!(scene.fake.issues()[0].title, "[monitoring] Add two");
    assert!(scene.fake.issues()[0].body.ends_with("due\n\n<!-- howler store-f1 -->"));
    scene.fake.somebody_deletes_issue(1);
    assert_eq!(scene.howler.see_issue(&seen.issue).await.unwrap_err().why, Why::Gone);
}

#[tokio::test]
async fn a_lost_answer_opens_no_second_issue() {
    let scene = Scene::new().await;
    scene.publish(&by_pull_request("Down.", "store-1")).await;
    scene.fake.somebody_opens("maya", "Copied", "text\n\n<!-- howler store-f1 -->");
    scene.fake.faults().lose_answer("POST /repos/{}/issues", 1);
    let mut asked = follow_up(&scene);
    let undone = scene.howler.open_follow_up(&asked).await.unwrap_err();
    assert!(undone.unknown, "{undone:?}");
    asked.unsure = true;
    let seen = opened(&scene, &asked).await;
    assert_eq!(seen.issue.number, 3, "howler's own, and not the copy of somebody else");
    assert_eq!(scene.fake.issues().len(), 2);
}

#[tokio::test]
async fn what_changed_is_seen_in_one_look() {
    let scene = Scene::new().await;
    scene.publish(&by_pull_request("Down.", "store-1")).await;
    for count in 0..120 {
        opened(&scene, &FollowUp { mark: format!("store-f{count}"), ..follow_up(&scene) }).await;
    }
    scene.fake.somebody_opens("maya", "None of howler's", "");
    let begin = scene.howler.clock.now();
    assert_eq!(scene.howler.see_issues("o/r", "howler", begin).await.unwrap().len(), 120);
    scene.howler.clock.advance(SignedDuration::from_mins(5));
    for number in [9, 4] {
        scene.fake.somebody_closes(number);
    }
    let since = begin + SignedDuration::from_mins(1);
    let changed = scene.howler.see_issues("o/r", "howler", since).await.unwrap();
    let told: Vec<(u64, bool)> = changed.iter().map(|seen| (seen.issue.number, seen.open)).collect();
    assert_eq!(told, [(4, false), (9, false)]);
    assert_eq!(scene.howler.see_issues("o/r", "a label & more", begin).await.unwrap(), []);
}

#[tokio::test]
async fn issues_have_the_same_refusals() {
    let scene = Scene::new().await;
    let asked = follow_up(&scene);
    let why = async || scene.howler.open_follow_up(&asked).await.unwrap_err().why;
    scene.fake.faults().issues_off(true);
    assert_eq!(why().await, Why::IssuesOff);
    scene.fake.faults().issues_off(false);
    scene.fake.faults().read_only(true);
    assert_eq!(why().await, Why::Permission(Permission::Issues));
    scene.fake.git().archived = true;
    assert_eq!(why().await, Why::Archived);
    let odd = FollowUp { repository: "o/r/../x".into(), ..asked.clone() };
    assert_eq!(scene.howler.open_follow_up(&odd).await.unwrap_err().why, Why::NotAName);
}
