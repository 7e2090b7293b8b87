//! howler is killed, or an answer is lost, at each of its calls in turn; then it publishes again.

use super::*;

const ROUTES: [&str; 14] = [
    "GET /repos/{}",
    "GET /repos/{}/pulls",
    "GET /repos/{}/git/ref/{}",
    "GET /repos/{}/git/commits/{}",
    "GET /repos/{}/git/trees/{}",
    "GET /repos/{}/git/blobs/{}",
    "POST /repos/{}/git/blobs",
    "POST /repos/{}/git/trees",
    "POST /repos/{}/git/commits",
    "POST /repos/{}/git/refs",
    "PATCH /repos/{}/git/refs/{}",
    "POST /repos/{}/pulls",
    "GET /repos/{}/commits",
    "GET /repos/{}/commits/{}",
];

/// Publishes until it is done, as the desk does: an attempt whose end is unknown is looked up.
async fn until_done(scene: &Scene, publication: &Publication) -> (Published, u32) {
    let mut publication = publication.clone();
    for tries in 0..5 {
        match scene.howler.publish(&publication).await {
            Ok(published) => return (published, tries),
            Err(undone) => publication.unsure |= undone.unknown,
        }
    }
    panic!("it is never done");
}

#[tokio::test]
async fn a_lost_answer_at_any_call_makes_nothing_twice() {
    let mut met = 0;
    for by_pull in [true, false] {
        for route in ROUTES {
            let scene = Scene::new().await;
            let make = |text: &str, mark: &str| match by_pull {
                true => by_pull_request(text, mark),
                false => to_default(text, mark),
            };
            scene.fake.faults().lose_answer(route, 1);
            let (first, tries) = until_done(&scene, &make("Down.", "store-1")).await;
            met += tries;
            scene.fake.faults().lose_answer(route, 1);
            let (second, tries) = until_done(&scene, &after(&first, make("Two hours.", "store-2"))).await;
            met += tries;
            let branch = if by_pull { BRANCH } else { "main" };
            assert_eq!(scene.git(&["rev-list", "--count", branch]), "3\n", "{route}");
            assert_eq!(scene.fake.pulls().len(), usize::from(by_pull), "{route}");
            assert!(scene.report(branch).unwrap().contains("Two hours."));
            assert!(second.commit.is_some(), "{route}");
            let bad = second
                .sections
                .values()
                .find(|became| !matches!(became, Became::Written | Became::Unchanged));
            assert_eq!(bad, None, "{route}");
        }
    }
    assert!(met >= 30, "answers were lost: {met}");
}

/// What the lost attempt wrote is howler's also when the report changed meanwhile, and when somebody edited it since.
#[tokio::test]
async fn what_a_lost_attempt_wrote_is_known_by_its_commit() {
    for by_pull in [true, false] {
        let scene = Scene::new().await;
        let make = |text: &str, mark: &str| match by_pull {
            true => by_pull_request(text, mark),
            false => to_default(text, mark),
        };
        let branch = if by_pull { BRANCH } else { "main" };
        let first = scene.publish(&make("Down.", "store-1")).await;
        scene.fake.faults().lose_answer("PATCH /repos/{}/git/refs/{}", 1);
        let mut second = after(&first, make("One hour.", "store-2"));
        let undone = scene.refused(&second).await;
        assert!(undone.unknown, "{undone:?}");
        second.unsure = true;
        // The same effect says something newer by now.
        second.sections = sections("Two hours.");
        let published = scene.publish(&second).await;
        assert_eq!(published.sections["summary"], Became::Written);
        assert!(scene.report(branch).unwrap().contains("Two hours."));

        scene.fake.faults().lose_answer("PATCH /repos/{}/git/refs/{}", 1);
        let mut third = after(&published, make("Three hours.", "store-3"));
        scene.refused(&third).await;
        scene.edit(branch, "Three hours.", "Three hours and a bit.");
        third.unsure = true;
        let done = scene.publish(&third).await;
        assert_eq!((done.commit.is_some(), &done.sections["summary"]), (true, &Became::Kept));
        let counted = scene.git(&["log", "--format=%an", branch]);
        assert_eq!(counted.lines().filter(|name| *name == "howler").count(), 4, "{counted}");
    }
}

/// The pull request was opened, the answer lost, and by the next attempt it is merged and its branch gone.
#[tokio::test]
async fn a_pull_request_that_was_merged_before_its_answer_is_found() {
    let scene = Scene::new().await;
    let mut publication = by_pull_request("Down.", "store-1");
    scene.fake.faults().lose_answer("POST /repos/{}/pulls", 1);
    assert!(scene.refused(&publication).await.unknown);
    scene.fake.somebody_merges("maya", 1, true).unwrap();
    scene.fake.somebody_deletes_branch(BRANCH);
    publication.unsure = true;
    let published = scene.publish(&publication).await;
    let pull = published.pull.clone().unwrap();
    assert_eq!((pull.number, pull.state, published.branch.as_str()), (1, PullState::Merged, "main"));
    assert!(published.commit.is_some(), "the commit of the lost attempt");
    assert_eq!(scene.fake.pulls().len(), 1);
    let next = scene.publish(&after(&published, by_pull_request("Two hours.", "store-2"))).await;
    assert_eq!(next.sections["summary"], Became::Written);
}

/// Killed between the branch and the pull request; somebody pressed "Compare & pull request" meanwhile.
#[tokio::test]
async fn a_branch_without_its_pull_request_is_taken_up_again() {
    for somebody in [false, true] {
        let scene = Scene::new().await;
        scene.fake.faults().http("POST /repos/{}/pulls", 500, 1);
        let mut publication = by_pull_request("Down.", "store-1");
        assert!(scene.refused(&publication).await.unknown);
        if somebody {
            scene.fake.somebody_pulls("maya", BRANCH, "main", "Howler's report");
        }
        publication.unsure = true;
        let published = scene.publish(&publication).await;
        assert_eq!((published.branch.as_str(), published.pull.unwrap().number), (BRANCH, 1));
        assert_eq!(scene.fake.pulls().len(), 1);
        assert_eq!(scene.git(&["rev-list", "--count", "main..howler/inc-7"]), "1\n");
    }
}
