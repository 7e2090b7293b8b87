//! A report published by a press: the file in a pull request, kept true, shared with people, and read by a real git.

use std::process::Command;

use crate::harness::{EMERGENCIES, ROOM, World};
use fake::github::GitHub;

/// Nobody sleeps, so that times are plain.
const AWAKE: &str = "[quiet]\nfrom = \"00:00\"\nuntil = \"00:00\"\nweekends = false\n";
const HOUR: i64 = 60;
const FOLDER: &str = ".monkeytown/decisions/incidents";
const FILE: &str = "2026-11-24-inc-1-event-stream-down.md";
const BRANCH: &str = "howler/inc-1";

/// A resolved P1 of which somebody wrote a little, and a repository with a first commit.
async fn resolved(toml: &str) -> World {
    let world = World::with_github(&format!("{AWAKE}{toml}")).await;
    world.github().somebody_commits("maya", "main", &[("README.md", Some(b"# R\n"))]);
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.maya().types(ROOM, "/incident take").await;
    world.forward(10).await;
    world.maya().types(ROOM, "/incident resolve Redis was full").await;
    world
}

fn file(github: &GitHub, branch: &str) -> Option<String> {
    let bytes = github.git().file(branch, &format!("{FOLDER}/{FILE}"))?;
    Some(String::from_utf8(bytes).unwrap())
}

fn edit(github: &GitHub, branch: &str, from: &str, to: &str) {
    let old = file(github, branch).unwrap();
    assert!(old.contains(from), "{from} in {old}");
    let path = format!("{FOLDER}/{FILE}");
    github.somebody_commits("kofi", branch, &[(&path, Some(old.replace(from, to).as_bytes()))]);
}

/// What git itself prints of the repository, after it checked it.
fn git(github: &GitHub, args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    github.git().write_to(folder.path()).unwrap();
    let run = |args: &[&str]| {
        let mut git = Command::new("git");
        git.args(args).current_dir(folder.path()).env("GIT_DIR", ".").env("GIT_CONFIG_GLOBAL", "/dev/null");
        let done = git.output().unwrap();
        assert!(done.status.success() && done.stderr.is_empty(), "{args:?}: {done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    assert_eq!(run(&["fsck", "--strict", "--full", "--no-dangling"]), "");
    run(args)
}

fn commits(github: &GitHub, branch: &str) -> usize {
    git(github, &["rev-list", "--count", branch]).trim().parse().unwrap()
}

#[tokio::test]
async fn a_press_puts_the_report_into_a_pull_request_and_what_changes_follows() {
    let world = resolved("").await;
    world.maya().types(ROOM, "/incident report").await;
    world.maya().clicks(ROOM, "publish").await;
    let github = world.github();
    let text = git(github, &["show", &format!("{BRANCH}:{FOLDER}/{FILE}")]);
    assert!(text.starts_with("# Incident Report: INC-1\n"), "{text}");
    assert!(text.contains("Redis was full"), "{text}");
    let list = git(github, &["show", &format!("{BRANCH}:{FOLDER}/README.md")]);
    assert!(list.contains(&format!("| [INC-1]({FILE}) | 2026-11-24 | P1 Critical | Event stream down |")), "{list}");
    let pulls = github.pulls();
    assert_eq!((pulls.len(), pulls[0].title.as_str(), pulls[0].open), (1, "Report of INC-1: Event stream down", true));
    assert_eq!(world.count("maya", "In a pull request"), 1);
    let shown = world.maya().types(ROOM, "/incident report").await;
    assert!(shown.contains("pull request #1"), "{shown}");

    // What changes follows by itself, several changes at once as they are then; the file keeps its name.
    world.ian().types(EMERGENCIES, "/incident 1 report witnesses: About 40").await;
    assert!(file(github, BRANCH).unwrap().contains("Witnesses affected: About 40"));
    assert_eq!(commits(github, BRANCH), 3);
    world.ian().types(EMERGENCIES, "/incident 1 rename Redis is full").await;
    world.ian().types(EMERGENCIES, "/incident 1 follow-up Add an alert @maya by +7d").await;
    assert!(file(github, BRANCH).unwrap().contains("Add an alert"));
    assert_eq!((commits(github, BRANCH), github.pulls().len()), (5, 1));
    assert_eq!(world.count("maya", "In a pull request"), 1, "it is said once");
    // What changes nothing in the file makes no commit.
    world.ian().types(EMERGENCIES, "/incident 1 publish").await;
    world.forward(20 * HOUR).await;
    assert_eq!(commits(github, BRANCH), 5);
}

#[tokio::test]
async fn what_people_write_stays_and_of_what_both_changed_somebody_decides() {
    let world = resolved("").await;
    world.maya().types(ROOM, "/incident publish").await;
    let github = world.github();
    edit(github, BRANCH, "Root Cause\nRedis was full", "Root Cause\nRedis had no limit");
    // Another part goes its way.
    world.maya().types(ROOM, "/incident report lessons: Set limits").await;
    let text = file(github, BRANCH).unwrap();
    assert!(text.contains("Redis had no limit") && text.contains("Set limits"), "{text}");
    assert_eq!(world.count("maya", "Which stands?"), 0);
    // The same part on both sides.
    world.maya().types(ROOM, "/incident report root cause: The stream had no limit").await;
    assert!(file(github, BRANCH).unwrap().contains("Redis had no limit"));
    let asked = world.channel("maya").last("Which stands?").everything();
    assert!(asked.contains("Redis had no limit") && asked.contains("The stream had no limit"), "{asked}");
    world.maya().types(ROOM, "/incident report witnesses: 40").await;
    assert_eq!(world.count("maya", "Which stands?"), 1, "it is asked once");
    // Theirs is kept, until howler has something newer.
    let kept = world.maya().types(ROOM, "/incident publish theirs root cause").await;
    assert!(kept.contains("people's text of root cause stays"), "{kept}");
    world.maya().types(ROOM, "/incident publish").await;
    assert!(file(github, BRANCH).unwrap().contains("Redis had no limit"));
    assert_eq!(world.count("maya", "Which stands?"), 1);
    world.maya().types(ROOM, "/incident report root cause: Nobody set a limit").await;
    assert_eq!(world.count("maya", "Which stands?"), 2);
    let none = world.maya().types(ROOM, "/incident publish ours impact").await;
    assert!(none.contains("nobody is asked"), "{none}");
    world.maya().types(ROOM, "/incident publish ours root cause").await;
    let text = file(github, BRANCH).unwrap();
    assert!(text.contains("Root Cause\nNobody set a limit\n"), "{text}");
}

/// GitHub has it, and howler is gone before it could save that.
#[tokio::test]
async fn a_howler_that_is_killed_before_it_saves_the_answer_makes_nothing_twice() {
    for route in ["PATCH /repos/{}/git/refs/{}", "POST /repos/{}/git/refs", "POST /repos/{}/pulls"] {
        let mut world = resolved("").await;
        if route.starts_with("PATCH") {
            world.maya().types(ROOM, "/incident publish").await;
            world.maya().types(ROOM, "/incident report lessons: Set limits").await;
        }
        world.github().faults().lose_answer(route, 1);
        if route.starts_with("PATCH") {
            world.maya().types(ROOM, "/incident report lessons: Set limits on all").await;
        } else {
            world.maya().types(ROOM, "/incident publish").await;
        }
        world.crash().await;
        // Meanwhile somebody works on what stands.
        edit(world.github(), BRANCH, "Root Cause\nRedis was full", "Root Cause\nRedis had no limit");
        world.start_howler().await;
        world.forward(5).await;
        let github = world.github();
        assert_eq!(github.pulls().len(), 1, "{route}");
        let howlers = git(github, &["log", "--format=%an", BRANCH]);
        let made = if route.starts_with("PATCH") { 3 } else { 1 };
        assert_eq!(howlers.lines().filter(|name| *name == "howler-bot").count(), made, "{route}: {howlers}");
        assert!(file(github, BRANCH).unwrap().contains("Redis had no limit"), "{route}");
        assert_eq!(world.count("maya", "In a pull request"), 1, "{route}");
        // And it goes on from there.
        world.maya().types(ROOM, "/incident report witnesses: About 40").await;
        assert!(file(world.github(), BRANCH).unwrap().contains("About 40"), "{route}");
        assert_eq!(world.count("maya", "Which stands?"), 0, "{route}");
    }
}

#[tokio::test]
async fn two_people_who_publish_at_once_make_one_pull_request() {
    let world = resolved("").await;
    let (maya, ian) = (world.maya(), world.ian());
    tokio::join!(maya.types(ROOM, "/incident publish"), ian.types(EMERGENCIES, "/incident 1 publish"));
    world.settle().await;
    let github = world.github();
    assert_eq!((github.pulls().len(), commits(github, BRANCH)), (1, 2));
}
