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
    assert!(
        list.contains(&format!("| [INC-1]({FILE}) | 2026-11-24 | P1 Critical | Event stream down |")),
        "{list}"
    );
    let pulls = github.pulls();
    assert_eq!(
        (pulls.len(), pulls[0].title.as_str(), pulls[0].open),
        (1, "Report of INC-1: Event stream down", true)
    );
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
    // The follow-up, and the number of its issue.
    assert_eq!((commits(github, BRANCH), github.pulls().len()), (6, 1));
    assert_eq!(world.count("maya", "In a pull request"), 1, "it is said once");
    // A note is a line of the timeline.
    world.ian().types(EMERGENCIES, "/incident 1 note Redis had 512 MB").await;
    assert!(file(github, BRANCH).unwrap().contains("Redis had 512 MB"));
    // What changes nothing in the file makes no commit.
    world.ian().types(EMERGENCIES, "/incident 1 publish").await;
    world.forward(20 * HOUR).await;
    assert_eq!(commits(github, BRANCH), 7);
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

/// The answer is on its way when howler is killed: nothing of it is saved, not even that it was sent.
#[tokio::test]
async fn a_howler_that_is_killed_between_the_answer_and_the_store_makes_nothing_twice() {
    for route in ["POST /repos/{}/git/blobs", "POST /repos/{}/git/refs", "POST /repos/{}/pulls"] {
        let mut world = resolved("").await;
        world.slack.command("maya", ROOM, "/incident publish").await.unwrap();
        while !world.github().calls().iter().any(|call| call.route == route) {
            tokio::task::yield_now().await;
        }
        world.crash().await;
        let stood = file(world.github(), BRANCH).is_some();
        assert_eq!(stood, !route.ends_with("blobs"), "{route}");
        world.start_howler().await;
        world.forward(5).await;
        let github = world.github();
        assert_eq!((github.pulls().len(), commits(github, BRANCH)), (1, 2), "{route}");
        assert_eq!(world.count("maya", "In a pull request"), 1, "{route}");
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

/// A world whose GitHub tells howler's door what happens.
async fn hooked() -> World {
    let world = World::with_hub(AWAKE, |all| all.hooks = crate::asked::secrets()).await;
    world.github().repository().hooks = vec![fake::github::Hook::to_howler()];
    world.github().somebody_commits("maya", "main", &[("README.md", Some(b"# R\n"))]);
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.maya().types(ROOM, "/incident resolve Redis was full").await;
    world.maya().types(ROOM, "/incident publish").await;
    world
}

async fn told(world: &World, action: &str, number: u64) -> u16 {
    let shown = world.github().pull_shown(number);
    let guid = format!("{action}-{}", shown["updated_at"]);
    let status = world.github().delivers(1, crate::asked::hook().pull_request(action, &shown, &guid)).await;
    world.settle().await;
    status
}

#[tokio::test]
async fn a_merge_that_github_tells_is_the_end_of_the_report() {
    let world = hooked().await;
    world.forward(1).await;
    world.github().somebody_merges("ian", 1, true).unwrap();
    assert_eq!(told(&world, "closed", 1).await, 200);
    assert_eq!(world.count("maya", "Merged: the report of"), 1);
    let due = world.ian().types(EMERGENCIES, "/incident due all").await;
    assert!(!due.contains("report"), "{due}");
    let report = world.maya().types(ROOM, "/incident report").await;
    assert!(report.contains("was merged"), "{report}");
    // The same again, and a delivery that is late, change nothing.
    assert_eq!(told(&world, "closed", 1).await, 200);
    assert_eq!(told(&world, "opened", 1).await, 200);
    assert_eq!(world.count("maya", "Merged: the report of"), 1);
    // A follow-up that is done then opens no other pull request, what somebody writes does.
    world.ian().types(EMERGENCIES, "/incident 1 follow-up Add an alert @ian by +7d").await;
    assert_eq!(world.github().pulls().len(), 1);
    world.ian().types(EMERGENCIES, "/incident 1 report lessons: Set limits").await;
    assert_eq!(world.github().pulls().len(), 2);
    let text = file(world.github(), "howler/inc-1-2").unwrap();
    assert!(text.contains("Set limits") && text.contains("Add an alert"), "{text}");
}

#[tokio::test]
async fn a_merge_that_nobody_told_is_seen_before_the_next_reminder() {
    let mut world = hooked().await;
    world.github().somebody_merges("ian", 1, false).unwrap();
    world.github().point_nowhere();
    world.crash().await;
    world.start_howler().await;
    world.github().point_nowhere();
    world.forward(13 * HOUR).await;
    assert_eq!(world.count("maya", "Half of the time is over"), 0);
    assert_eq!(world.count("maya", "Merged: the report of"), 1);
}

#[tokio::test]
async fn where_github_cannot_be_asked_the_reminder_comes() {
    let world = hooked().await;
    world.github().somebody_merges("ian", 1, false).unwrap();
    world.github().faults().down(true);
    world.forward(13 * HOUR).await;
    // The retrospective's comes the day after.
    assert_eq!(world.count("maya", "Half of the time is over"), 1);
    world.github().faults().down(false);
    world.forward(10 * HOUR).await;
    assert_eq!(world.count("maya", "Merged: the report of"), 1);
}

#[tokio::test]
async fn closed_is_final_until_somebody_publishes_anew() {
    let world = hooked().await;
    world.github().somebody_closes(1);
    // howler does not know yet, and meets it with what changes.
    world.maya().types(ROOM, "/incident report lessons: Set limits").await;
    assert_eq!(world.count("maya", "Not merged: the report of"), 1);
    assert_eq!(told(&world, "closed", 1).await, 200);
    assert_eq!(world.count("maya", "Not merged: the report of"), 1);
    world.maya().types(ROOM, "/incident report lessons: Set limits on all").await;
    assert_eq!((world.github().pulls().len(), commits(world.github(), BRANCH)), (1, 2));
    let shown = world.maya().types(ROOM, "/incident report").await;
    assert!(shown.contains("closed without being merged"), "{shown}");
    world.maya().clicks(ROOM, "publish").await;
    let pulls = world.github().pulls();
    assert_eq!((pulls.len(), pulls[1].open, pulls[1].head.as_str()), (2, true, "howler/inc-1-2"));
    assert!(file(world.github(), "howler/inc-1-2").unwrap().contains("Set limits on all"));
    // And reopened on GitHub it is the one again that people work on.
    assert_eq!(world.count("maya", "In a pull request"), 2);
}

#[tokio::test]
async fn somebody_elses_pull_request_is_nothing_to_it() {
    let world = hooked().await;
    let github = world.github();
    github.somebody_commits("kofi", "kofis", &[("x", Some(b"x"))]);
    let calls = github.calls().len();
    let mut shown = github.pull_shown(1);
    for (field, value) in [("number", serde_json::json!(9)), ("state", serde_json::json!("closed"))] {
        shown[field] = value;
    }
    let hook = crate::asked::hook();
    assert_eq!(github.delivers(1, hook.pull_request("closed", &shown, "g1")).await, 200);
    shown["head"]["ref"] = "kofis".into();
    assert_eq!(github.delivers(1, hook.pull_request("closed", &shown, "g2")).await, 200);
    let other = fake::alerts::GitHub { repository: "kofi/monkeytown".into(), ..hook };
    assert_eq!(github.delivers(1, other.pull_request("closed", &github.pull_shown(1), "g3")).await, 200);
    world.settle().await;
    assert_eq!(github.calls().len(), calls, "it asks nothing about it");
}

/// A commit to the default branch, which may be protected, and what the board says then.
#[tokio::test]
async fn what_stands_in_its_way_is_on_the_board_and_goes_on_by_itself() {
    type Break = fn(&GitHub);
    let ways: [(&str, Break, Break, &str); 4] = [
        ("down", |hub| hub.faults().down(true), |hub| hub.faults().down(false), "HTTP status 503"),
        (
            "protected",
            |hub| {
                drop(hub.git().protected.insert("main".into(), fake::github::git::Protection::pull_request()))
            },
            |hub| hub.git().protected.clear(),
            "set [reports] mode to \"pull request\"",
        ),
        (
            "hidden",
            |hub| hub.faults().hidden(true),
            |hub| hub.faults().hidden(false),
            "shows anomalyco/monkeytown to nobody",
        ),
        (
            "renamed",
            |hub| hub.git().renamed = Some("anomalyco/town".into()),
            |hub| hub.git().renamed = None,
            "is anomalyco/town on GitHub now",
        ),
    ];
    for (name, breaks, mends, says) in ways {
        let world = resolved("[reports]\nmode = \"commit\"\n").await;
        breaks(world.github());
        world.maya().types(ROOM, "/incident publish").await;
        let board = world.ian().types(EMERGENCIES, "/incident doctor").await;
        assert!(board.contains("the report in its repository") && board.contains(says), "{name}: {board}");
        // Its words change meanwhile: one effect waits, and says what is true when it goes out.
        world.maya().types(ROOM, "/incident report lessons: Set limits").await;
        mends(world.github());
        world.forward(2 * HOUR).await;
        let text = file(world.github(), "main").unwrap_or_else(|| panic!("{name}: it was never published"));
        assert!(text.contains("Set limits"), "{name}");
        assert_eq!((commits(world.github(), "main"), world.github().pulls().len()), (2, 0), "{name}");
        assert_eq!(world.count("maya", "Published: the report of"), 1, "{name}");
    }
}

#[tokio::test]
async fn without_a_token_or_a_repository_publish_says_what_is_missing() {
    for (toml, says) in
        [("", "GITHUB_TOKEN is not set"), ("[reports]\nrepository = \"off\"\n", "[reports] repository is")]
    {
        let world = World::with_config(&format!("{AWAKE}{toml}")).await;
        world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
        world.maya().types(ROOM, "/incident resolve Redis was full").await;
        let told = world.maya().types(ROOM, "/incident publish").await;
        assert!(told.contains(says) && told.contains("report file"), "{told}");
        let report = world.maya().types(ROOM, "/incident report").await;
        assert!(report.contains("Redis was full"), "{report}");
    }
}

#[tokio::test]
async fn a_report_of_security_has_its_own_folder_and_a_long_title_fits() {
    let world = World::with_github(AWAKE).await;
    world.github().somebody_commits("maya", "main", &[("README.md", Some(b"# R\n"))]);
    let title = format!("Security: leaked key {}", "& ".repeat(40));
    world.ian().types(EMERGENCIES, &format!("/incident p2 {title}")).await;
    world.ian().types(EMERGENCIES, "/incident 1 resolve Rotated").await;
    world.ian().types(EMERGENCIES, "/incident 1 publish").await;
    let path = ".monkeytown/security/incidents/2026-11-24-inc-1-security-leaked-key.md";
    let files = git(world.github(), &["ls-tree", "-r", "--name-only", BRANCH]);
    assert!(files.lines().any(|file| file == path), "{files}");
    let pulls = world.github().pulls();
    assert!(pulls[0].title.chars().count() <= 256, "{}", pulls[0].title);
}

async fn issue_told(world: &World, action: &str, number: u64) {
    let shown = world.github().issue_shown(number);
    let guid = format!("{action}-{}-{number}", shown["updated_at"]);
    let status = world.github().delivers(1, crate::asked::hook().issue(action, &shown, &guid)).await;
    assert_eq!(status, 200);
    world.settle().await;
}

fn is_open(world: &World, number: u64) -> bool {
    world.github().issues().iter().find(|issue| issue.number == number).unwrap().open
}

#[tokio::test]
async fn a_follow_up_is_an_issue_and_closed_on_either_side_is_closed_on_the_other() {
    let world = hooked().await;
    let ian = world.ian();
    world.github().faults().lose_answer("POST /repos/{}/issues", 1);
    let added = ian
        .types(EMERGENCIES, "/incident 1 follow-up [monitoring] Add an alert *on* Redis @maya by +7d")
        .await;
    assert!(added.contains("1 follow-up added"), "{added}");
    world.forward(5).await;
    let issues = world.github().issues();
    let [issue] = issues.as_slice() else { panic!("{} issues", issues.len()) };
    assert!(issue.title.starts_with("[monitoring] Add an alert"), "{}", issue.title);
    assert_eq!(issue.labels, ["incident follow-up", "monitoring"]);
    assert!(issue.body.contains("A follow-up of INC-1"), "{}", issue.body);
    let number = issue.number;
    let row = format!("([#{number}](https://github.com/anomalyco/monkeytown/issues/{number})) | maya |");
    let text = file(world.github(), BRANCH).unwrap();
    assert!(text.contains(&row), "{row} in {text}");
    // Closed in Slack.
    ian.types(EMERGENCIES, "/incident 1 follow-up 1 done").await;
    assert!(!is_open(&world, number));
    issue_told(&world, "closed", number).await;
    ian.types(EMERGENCIES, "/incident 1 follow-up 1 reopen").await;
    assert!(is_open(&world, number));
    // Closed on GitHub, and reopened there.
    world.forward(1).await;
    world.github().somebody_closes(number);
    issue_told(&world, "closed", number).await;
    let none = ian.types(EMERGENCIES, "/incident 1 follow-ups").await;
    assert!(none.contains("1 done"), "{none}");
    let timeline = ian.types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("its issue was closed on GitHub"), "{timeline}");
    world.forward(1).await;
    world.github().somebody_reopens(number);
    issue_told(&world, "reopened", number).await;
    let open = ian.types(EMERGENCIES, "/incident 1 follow-ups").await;
    assert!(open.contains("1 open"), "{open}");
    assert!(is_open(&world, number), "howler does not answer itself");
    // Nobody tells: it is looked at before the reminder.
    world.github().point_nowhere();
    world.github().somebody_closes(number);
    world.forward(4 * 24 * HOUR).await;
    assert_eq!(world.count("maya", "[monitoring]"), 1, "given, and never reminded of");
}

#[tokio::test]
async fn an_issue_that_github_does_not_take_holds_up_no_report_and_comes_later() {
    let world = resolved("").await;
    world.github().faults().issues_off(true);
    world.ian().types(EMERGENCIES, "/incident 1 follow-up Add an alert @maya by +7d").await;
    world.maya().types(ROOM, "/incident publish").await;
    assert!(file(world.github(), BRANCH).unwrap().contains("Add an alert"));
    let board = world.ian().types(EMERGENCIES, "/incident doctor").await;
    assert!(board.contains("the issue of follow-up 1") && board.contains("ssues are turned off"), "{board}");
    world.github().faults().issues_off(false);
    world.forward(2 * HOUR).await;
    assert_eq!(world.github().issues().len(), 1);
}
