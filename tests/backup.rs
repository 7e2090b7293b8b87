//! Slack does not take a P1: an issue on GitHub tells it until it is over, and the late posts say their own time.

use std::path::Path;

use fake::github::{GitHub, Issue};
use jiff::SignedDuration;

use crate::harness::{EMERGENCIES, ROOM, World};

const OPEN: &str = "POST /repos/{}/issues";
const COMMENT: &str = "POST /repos/{}/issues/{}/comments";

/// Types, though Slack's posts do not work: a slash command still arrives.
async fn types(world: &World, who: &str, line: &str) {
    let reply = world.slack.command(who, EMERGENCIES, line).await.unwrap();
    assert_eq!(reply.status, 200, "{line}");
    world.settle().await;
}

fn only(github: &GitHub) -> Issue {
    let issues = github.issues();
    let [issue] = issues.as_slice() else { panic!("not one issue: {issues:#?}") };
    issue.clone()
}

/// A P1 of 02:00 while Slack is down.
async fn declared(world: &World) {
    world.slack.faults().down(true);
    types(world, "ian", "/incident p1 Event stream down").await;
}

#[tokio::test]
async fn a_p1_that_slack_does_not_take_for_two_minutes_is_told_on_github() {
    let world = World::with_github("").await;
    declared(&world).await;
    types(&world, "maya", "/incident 1 ack").await;
    world.forward(1).await;
    assert!(world.github().issues().is_empty(), "Slack still has a minute");
    world.forward(1).await;
    let issue = only(world.github());
    assert!(issue.title.contains("INC-1 P1 · Investigating: Event stream down"), "{}", issue.title);
    for part in
        ["within 2 min", "<b>Impact, action and ETA: </b>not known yet", "U0MAYA", "2026-11-24 02:00 UTC"]
    {
        assert!(issue.body.contains(part), "{part} in {}", issue.body);
    }
    let [so_far] = issue.comments.as_slice() else { panic!("{:#?}", issue.comments) };
    for part in ["declared", "acknowledged", "Slack had not taken the news by"] {
        assert!(so_far.body.contains(part), "{part} in {}", so_far.body);
    }
    world.forward(20).await;
    assert_eq!(only(world.github()).comments.len(), 1, "nothing happened, nothing is said");
}

#[tokio::test]
async fn what_happens_then_is_told_in_order_until_it_is_over() {
    let world = World::with_github("").await;
    declared(&world).await;
    world.forward(2).await;
    for line in
        ["update Looking at @maya's #12", "status identified", "severity p2 half is back", "note <b>x</b>"]
    {
        types(&world, "ian", &format!("/incident 1 {line}")).await;
    }
    types(&world, "ian", "/incident 1 resolve Redis credentials").await;
    let issue = only(world.github());
    let told = [
        "declared",
        "Looking at @\u{2060}maya's #\u{2060}12",
        "Identified",
        "half is back",
        "howler paged",
        "&lt;b&gt;x",
    ];
    let parts: Vec<&str> = told.into_iter().chain(["Redis credentials"]).collect();
    assert_eq!(issue.comments.len(), parts.len(), "{:#?}", issue.comments);
    for (comment, part) in issue.comments.iter().zip(parts) {
        assert!(comment.body.contains(part), "{part} in {}", comment.body);
    }
    assert!(!issue.open);
    assert!(issue.title.contains("P2 · Resolved"), "{}", issue.title);
    assert!(issue.body.contains("Redis credentials"), "{}", issue.body);

    types(&world, "ian", "/incident 1 reopen").await;
    let issue = only(world.github());
    assert!(issue.open, "reopened");
    assert!(issue.comments.iter().any(|comment| comment.body.contains("reopened")));
    assert!(issue.title.contains("P2 · Identified"), "{}", issue.title);
}

/// Copies files and folders; sockets are left behind.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, kind) = entry.map(|entry| (entry.path(), entry.file_type().unwrap())).unwrap();
        let target = to.join(entry.file_name().unwrap());
        if kind.is_dir() {
            copy(&entry, &target);
        } else if kind.is_file() {
            std::fs::copy(&entry, &target).unwrap();
        }
    }
}

#[tokio::test]
async fn an_issue_that_was_edited_is_found_by_a_howler_from_before_it_was_opened() {
    let mut world = World::with_github("").await;
    world.github().faults().down(true);
    declared(&world).await;
    world.forward(2).await;
    world.crash().await;
    let before = tempfile::tempdir().unwrap();
    copy(&world.data(), before.path());
    world.github().faults().down(false);
    world.start_howler().await;
    world.forward(20).await;
    types(&world, "ian", "/incident 1 status identified").await;
    world.forward(1).await;
    assert!(only(world.github()).title.contains("Identified"), "it was edited");
    world.crash().await;
    std::fs::remove_dir_all(world.data()).unwrap();
    copy(before.path(), &world.data());
    world.start_howler().await;
    world.forward(20).await;
    only(world.github());
}

#[tokio::test]
async fn where_slack_took_it_nothing_is_opened() {
    let world = World::with_github("").await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.slack.faults().down(true);
    world.forward(40).await;
    assert!(world.github().calls().is_empty(), "{:?}", world.github().calls());
}

#[tokio::test]
async fn milder_ones_are_not_told_and_raised_ones_are_from_the_raise_on() {
    let world = World::with_github("").await;
    world.slack.faults().down(true);
    types(&world, "ian", "/incident p2 Slow search").await;
    world.forward(10).await;
    assert!(world.github().issues().is_empty());
    types(&world, "ian", "/incident 1 severity p1 all of it").await;
    world.forward(1).await;
    assert!(world.github().issues().is_empty());
    world.forward(1).await;
    let issue = only(world.github());
    assert_eq!(issue.created_at, world.clock.now());
    assert!(issue.comments[0].body.contains("Slow search"), "all that happened: {}", issue.comments[0].body);
}

#[tokio::test]
async fn a_raise_that_slack_took_is_not_told_elsewhere() {
    let world = World::with_github("").await;
    world.ian().types(EMERGENCIES, "/incident p2 Slow search").await;
    world.ian().types(EMERGENCIES, "/incident 1 severity p1 all of it").await;
    world.slack.faults().down(true);
    world.forward(40).await;
    assert!(world.github().issues().is_empty());
}

#[tokio::test]
async fn the_missed_posts_appear_once_in_order_and_with_their_own_time() {
    let world = World::with_github("").await;
    declared(&world).await;
    types(&world, "maya", "/incident 1 ack").await;
    world.forward(4).await;
    types(&world, "ian", "/incident 1 update First news").await;
    world.forward(4).await;
    types(&world, "ian", "/incident 1 update Second news").await;
    world.forward(2).await;
    world.slack.faults().down(false);
    world.forward(6).await;

    let channel = world.channel(EMERGENCIES);
    let announced: Vec<&str> =
        channel.texts().into_iter().filter(|text| !text.contains("INCIDENT DECLARED")).collect();
    let expected = [("First news", "02:04 UTC"), ("Second news", "02:08 UTC")];
    for (text, (news, own)) in announced.iter().zip(expected) {
        assert!(text.contains(news), "{news} in {text}");
        let late = text.lines().last().unwrap();
        for part in [own, "posted", "Slack could not be reached"] {
            assert!(late.contains(part), "{part} in {late}");
        }
    }
    assert_eq!(announced.len(), expected.len(), "{announced:#?}");
    for news in ["INCIDENT DECLARED", "First news", "Second news"] {
        assert_eq!(world.count(EMERGENCIES, news), 1, "{news}");
    }
    let card = channel.last("INCIDENT DECLARED");
    assert!(card.text.contains("anomalyco/monkeytown#1"), "the card knows the issue: {}", card.text);
    assert!(card.text.contains("Posted late, "), "it was declared before it stood here: {}", card.text);
    let room = world.channel(ROOM).last("🔥").text.clone();
    assert!(!room.contains("osted late"), "a card shows what is, and is not late: {room}");
    assert_eq!(world.count(ROOM, "First news"), 1);
    assert!(world.channel(ROOM).last("Second news").text.contains("Slack could not be reached"));

    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("Slack had not taken the news by"), "{timeline}");
    world.ian().types(EMERGENCIES, "/incident 1 update Third news").await;
    let third = world.channel(EMERGENCIES).last("Third news").clone();
    assert!(!third.text.contains("could not be"), "on time again: {}", third.text);
    assert!(only(world.github()).comments.iter().any(|comment| comment.body.contains("Third news")));
}

#[tokio::test]
async fn a_reminder_that_was_answered_while_slack_was_away_is_not_posted_late() {
    let world = World::with_github("").await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.slack.faults().down(true);
    world.forward(31).await;
    types(&world, "ian", "/incident 1 update News").await;
    world.slack.faults().down(false);
    world.forward(6).await;
    assert_eq!(world.count(ROOM, "Update due"), 0);
    assert_eq!(world.count(EMERGENCIES, "News"), 1);
}

#[tokio::test]
async fn a_lost_answer_and_a_crash_leave_one_issue_and_one_comment_each() {
    let mut world = World::with_github("").await;
    declared(&world).await;
    world.github().faults().lose_answer(OPEN, 1);
    world.github().faults().lose_answer(COMMENT, 1);
    world.clock.advance(SignedDuration::from_mins(2));
    world.settle().await;
    world.crash().await;
    world.github().somebody_opens("eve", "Mine", "no mark <!-- howler x-1 -->");
    world.start_howler().await;
    world.settle().await;
    world.forward(10).await;
    let issues = world.github().issues();
    let ours: Vec<&Issue> = issues.iter().filter(|issue| issue.by == "howler-bot").collect();
    assert_eq!(ours.len(), 1, "{issues:#?}");
    assert_eq!(ours[0].comments.len(), 1, "{:#?}", ours[0].comments);
    types(&world, "ian", "/incident 1 resolve Redis credentials").await;
    assert!(!world.github().issues()[0].open);
}

#[tokio::test]
async fn github_down_too_is_on_the_board_and_goes_on_when_it_is_back() {
    let world = World::with_github("").await;
    world.slack.faults().http("chat.postMessage", 503, 60);
    world.github().faults().down(true);
    types(&world, "ian", "/incident p1 Event stream down").await;
    world.forward(3).await;
    types(&world, "ian", "/incident 1 update News").await;
    let board = world.ian().types(EMERGENCIES, "/incident doctor").await;
    for part in ["backup issue on GitHub", "GitHub answered with HTTP status 503"] {
        assert!(board.to_lowercase().contains(&part.to_lowercase()), "{part} in {board}");
    }
    world.github().faults().down(false);
    world.forward(6).await;
    let issue = only(world.github());
    assert_eq!(issue.comments.len(), 2, "{:#?}", issue.comments);
    assert!(issue.comments[1].body.contains("News"), "what waited is told in order");
}

#[tokio::test]
async fn a_limit_is_obeyed() {
    let world = World::with_github("").await;
    declared(&world).await;
    world.github().faults().primary_limit(OPEN, 1, 300);
    world.forward(6).await;
    assert!(world.github().issues().is_empty());
    assert_eq!(world.github().calls().len(), 1, "{:?}", world.github().calls());
    world.forward(2).await;
    assert_eq!(only(world.github()).comments.len(), 1);
}

#[tokio::test]
async fn a_faulty_token_is_tried_again_and_named_on_the_board() {
    let world = World::with_github("").await;
    world.slack.faults().http("chat.postMessage", 503, 60);
    world.github().faults().refuse_token(true);
    types(&world, "ian", "/incident p1 Event stream down").await;
    world.forward(3).await;
    let board = world.ian().types(EMERGENCIES, "/incident doctor").await;
    assert!(board.contains("GITHUB_TOKEN"), "{board}");
    world.github().faults().refuse_token(false);
    world.forward(2).await;
    assert!(only(world.github()).open);
}

#[tokio::test]
async fn giving_up_the_issue_gives_up_what_was_to_be_said_in_it() {
    let world = World::with_github("").await;
    world.slack.faults().http("chat.postMessage", 503, 60);
    world.github().faults().refuse_token(true);
    types(&world, "ian", "/incident p1 Event stream down").await;
    world.forward(3).await;
    let ian = world.ian();
    // The buttons of the first row, until that is the issue's.
    for _ in 0..6 {
        ian.types(EMERGENCIES, "/incident doctor").await;
        let board = ian.whisper(EMERGENCIES).unwrap();
        if !board.text.contains("GitHub") {
            break;
        }
        ian.clicks(EMERGENCIES, board.buttons().iter().find(|button| button.starts_with("give")).unwrap())
            .await;
    }
    let board = ian.types(EMERGENCIES, "/incident doctor").await;
    assert!(!board.contains("GitHub"), "the comment went with the issue: {board}");
    world.github().faults().refuse_token(false);
    types(&world, "ian", "/incident 1 update News").await;
    world.forward(3).await;
    assert!(world.github().issues().is_empty());
    let board = ian.types(EMERGENCIES, "/incident doctor").await;
    assert!(!board.contains("GitHub"), "nothing waits for an issue that will not be: {board}");
}

#[tokio::test]
async fn without_a_token_or_a_repository_it_is_off() {
    let world = World::start().await;
    declared(&world).await;
    world.forward(10).await;
    world.slack.faults().down(false);
    world.forward(6).await;
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(!timeline.contains("GitHub"), "{timeline}");

    let world = World::with_github("[backup]\nrepository = \"off\"").await;
    declared(&world).await;
    world.forward(10).await;
    assert!(world.github().calls().is_empty());
}

#[tokio::test]
async fn the_time_and_the_repository_are_the_configurations() {
    let world = World::with_github("[backup]\nafter = \"30s\"\nrepository = \"AnomalyCo/monkeytown\"").await;
    declared(&world).await;
    world.forward(1).await;
    let issue = only(world.github());
    assert_eq!((world.clock.now() - issue.created_at).get_seconds(), 30);
}
