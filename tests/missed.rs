//! What GitHub could not deliver while howler was away: it is sent again, and people are told what became of it.

use fake::alerts::Run as Ended;
use fake::github::Hook;
use jiff::SignedDuration;

use crate::asked::{ACTIONS, ON_CALL, asked, hook, secrets, sources, world};
use crate::harness::World;

const SENT_AGAIN: &str = "/attempts";

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// A run ends, and GitHub tells the webhook.
async fn ends(world: &World, number: u64, conclusion: &str) -> u16 {
    let run = Ended::new(number, conclusion, world.clock.now());
    world.github().delivers(1, hook().run(&run, &format!("g{number}"))).await
}

/// Lets so many seconds pass, a minute at a time at most, with all that is asked and sent again in them.
async fn goes_on(world: &World, seconds: i64) {
    let mut left = seconds;
    while left > 0 {
        let step = left.min(30);
        world.forward_seconds(step).await;
        left -= step;
        world.asked().await;
        while world.github().is_delivering() {
            tokio::task::yield_now().await;
        }
        world.settle().await;
    }
}

fn told(world: &World, part: &str) -> Vec<String> {
    let said =
        world.channel(ON_CALL).texts().into_iter().map(|text| text.replace('*', "")).collect::<Vec<_>>();
    said.into_iter().filter(|text| text.contains(part)).collect()
}

fn again(world: &World) -> usize {
    asked(world).iter().filter(|target| target.ends_with(SENT_AGAIN)).count()
}

/// howler heard of GitHub once, and is killed.
async fn killed() -> World {
    let mut world = world("").await;
    assert_eq!(ends(&world, 1, "success").await, 200);
    goes_on(&world, 60).await;
    world.crash().await;
    world
}

/// The other side goes on for so long.
async fn away(world: &World, long: i64) {
    world.clock.advance(minutes(long));
}

#[tokio::test]
async fn what_was_missed_is_sent_again_and_told_once() {
    let mut world = killed().await;
    for number in 2..=4 {
        away(&world, 10).await;
        assert_eq!(ends(&world, number, "failure").await, 0, "nobody is there");
    }
    away(&world, 15).await;
    world.start_howler().await;
    goes_on(&world, 20).await;
    assert_eq!(again(&world), 3);
    assert_eq!(world.alerts().len(), 1, "the three runs of one workflow are here");
    assert!(told(&world, "While I was down").is_empty(), "not before it is known");
    goes_on(&world, 180).await;
    let said = told(&world, "While I was down");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("GitHub tried to tell me 3 things. All 3 are here now."), "{said:?}");
    assert!(world.channel(ACTIONS).last("A-1").text.contains("3 times"));
    goes_on(&world, 3_600).await;
    assert_eq!((told(&world, "While I was down").len(), again(&world)), (1, 3), "once");
    let told = sources(&world).await;
    assert!(told.contains("GitHub, what it could not deliver: answered"), "{told}");
}

#[tokio::test]
async fn a_second_kill_in_the_middle_changes_nothing() {
    let mut world = killed().await;
    away(&world, 10).await;
    for number in 2..=4 {
        ends(&world, number, "failure").await;
    }
    away(&world, 10).await;
    for seconds in [20, 80] {
        world.start_howler().await;
        goes_on(&world, seconds).await;
        world.crash().await;
        away(&world, 1).await;
    }
    world.start_howler().await;
    goes_on(&world, 400).await;
    let said = told(&world, "GitHub tried to tell me");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("3 things. All 3 are here now."), "{said:?}");
    assert_eq!(again(&world), 3, "what is here is not sent again");
    world.crash().await;
    world.start_howler().await;
    goes_on(&world, 400).await;
    assert_eq!(told(&world, "GitHub tried to tell me").len(), 1, "it is not told twice");
}

#[tokio::test]
async fn a_short_outage_in_which_nothing_was_missed_is_nobodys_news() {
    let mut world = killed().await;
    away(&world, 1).await;
    world.start_howler().await;
    goes_on(&world, 900).await;
    // Nor is a long one.
    world.crash().await;
    away(&world, 60).await;
    world.start_howler().await;
    goes_on(&world, 900).await;
    assert!(told(&world, "I was down").is_empty(), "{:?}", told(&world, ""));
    assert!(told(&world, "missed").is_empty());
}

#[tokio::test]
async fn what_does_not_arrive_is_told_with_what_to_do() {
    let mut world = killed().await;
    away(&world, 10).await;
    ends(&world, 2, "failure").await;
    // What GitHub sends has a signature that is wrong since then.
    let run = Ended::new(3, "failure", world.clock.now());
    let mut post = hook().run(&run, "g3");
    post.headers.retain(|(name, _)| *name != "x-hub-signature-256");
    post.headers.push(("x-hub-signature-256", format!("sha256={}", "0".repeat(64))));
    world.github().delivers(1, post).await;
    away(&world, 20).await;
    world.start_howler().await;
    goes_on(&world, 900).await;
    let said = told(&world, "While I was down");
    assert_eq!(said.len(), 1, "{said:?}");
    for part in
        ["2 things. 1 of 2 are here now.", "Missing: 1 that I answered with HTTP 401.", "Recent Deliveries"]
    {
        assert!(said[0].contains(part), "{part} in {said:?}");
    }
    assert_eq!(again(&world), 4, "one arrived at once, the other was tried three times");
}

#[tokio::test]
async fn a_token_that_may_not_is_said_with_the_permission_it_lacks() {
    // The permission; what is said; what `/alerts sources` says.
    for (lacks, part, permission) in [
        ("repository_hooks", "I could not ask GitHub what I missed while I was down", "Webhooks, read"),
        ("admin:repo_hook", "I could not ask GitHub what I missed while I was down", "Webhooks, read"),
        (
            "repository_hooks: write",
            "GitHub tried to tell me 1 thing, and none of it is here",
            "Webhooks, write",
        ),
    ] {
        let mut world = killed().await;
        away(&world, 10).await;
        ends(&world, 2, "failure").await;
        away(&world, 10).await;
        world.github().faults().without(lacks);
        world.start_howler().await;
        goes_on(&world, 900).await;
        let said = told(&world, part);
        assert!(said.len() == 1 && said[0].contains(permission), "{lacks}: {:?}", told(&world, "I"));
        let told = sources(&world).await;
        assert!(told.contains("I cannot tell") && told.contains(permission), "{lacks}: {told}");
    }
}

#[tokio::test]
async fn without_a_token_or_a_webhook_of_the_repository_that_is_said() {
    let mut world = World::with_hub("", |all| all.hooks = secrets()).await;
    world.github().repository().hooks = vec![Hook::to_howler()];
    ends(&world, 1, "success").await;
    goes_on(&world, 60).await;
    world.crash().await;
    away(&world, 10).await;
    world.github().repository().hooks =
        vec![Hook { url: "https://ci.example/github".into(), events: vec![] }];
    world.start_howler().await;
    goes_on(&world, 900).await;
    let said = told(&world, "I could not ask GitHub");
    assert!(
        said.len() == 1
            && said[0].contains("no webhook of anomalyco/monkeytown or anomalyco leads to /hooks/github"),
        "{said:?}"
    );
    world.crash().await;
    // One of another howler: nobody guesses which is whose.
    away(&world, 10).await;
    ends(&world, 2, "failure").await;
    world.github().repository().hooks = vec![Hook::to_howler(), Hook::to_howler()];
    world.start_howler().await;
    goes_on(&world, 900).await;
    let said = told(&world, "I could not ask GitHub");
    assert!(said.len() == 2 && said[1].contains("[sources] github_hook = 1"), "{said:?}");
    assert_eq!(again(&world), 0);
    world.crash().await;
    world.configure(|config| config.sources.github_hook = Some(1));
    world.start_howler().await;
    goes_on(&world, 900).await;
    assert_eq!((again(&world), world.alerts().len()), (1, 1), "it knows now, and asks from there on");
    world.crash().await;
    world.forget_github();
    away(&world, 10).await;
    world.start_howler().await;
    world.forward_seconds(60).await;
    world.asked().await;
    let said = told(&world, "I could not ask GitHub");
    assert!(said.len() == 3 && said[2].contains("GITHUB_TOKEN is not set"), "{said:?}");
}

#[tokio::test]
async fn a_github_that_is_down_too_is_asked_again() {
    let mut world = killed().await;
    away(&world, 10).await;
    ends(&world, 2, "failure").await;
    away(&world, 10).await;
    world.github().faults().down(true);
    world.start_howler().await;
    goes_on(&world, 1_800).await;
    assert!(told(&world, "GitHub").is_empty(), "{:?}", told(&world, "GitHub"));
    let calls = asked(&world).len();
    assert!(calls < 15, "ever more seldom: {calls}");
    world.github().faults().down(false);
    goes_on(&world, 4_000).await;
    let said = told(&world, "While I was down");
    assert!(said.len() == 1 && said[0].contains("1 thing. It is here now."), "{said:?}");
}

/// Between GitHub and howler something was broken, and howler noticed nothing.
#[tokio::test]
async fn what_did_not_reach_a_howler_that_runs_is_sent_again_too() {
    let mut world = world("").await;
    ends(&world, 1, "success").await;
    goes_on(&world, 900).await;
    world.github().point_nowhere();
    ends(&world, 2, "failure").await;
    goes_on(&world, 60).await;
    ends(&world, 3, "failure").await;
    goes_on(&world, 60).await;
    world.github().point_at(world.base());
    goes_on(&world, 1_500).await;
    let said = told(&world, "GitHub could not reach me between");
    assert!(said.len() == 1 && said[0].contains("2 things. All 2 are here now."), "{said:?}");
    assert_eq!(world.alerts().len(), 1);
    // A start does not tell it again.
    world.crash().await;
    world.start_howler().await;
    goes_on(&world, 1_500).await;
    assert_eq!(told(&world, "GitHub").len(), 1);
}

/// Many, over several pages, of which some are none of howler's business; a few a minute.
#[tokio::test]
async fn many_are_sent_again_a_few_at_a_time() {
    let mut world = killed().await;
    away(&world, 10).await;
    for number in 2..=26 {
        ends(&world, number, "failure").await;
    }
    for _ in 0..120 {
        world.github().delivers(1, hook().other("push")).await;
    }
    away(&world, 10).await;
    world.start_howler().await;
    goes_on(&world, 20).await;
    assert_eq!(again(&world), 10);
    goes_on(&world, 600).await;
    let said = told(&world, "While I was down");
    assert!(said.len() == 1 && said[0].contains("25 things. All 25 are here now."), "{said:?}");
    assert_eq!(again(&world), 25, "what howler would pass over is left where it is");
    assert!(asked(&world).iter().any(|target| target.contains("cursor=v1_")), "{:?}", asked(&world));
}

/// One attempt that GitHub has no more is left, and the others are sent again; nobody is told of a permission.
#[tokio::test]
async fn one_that_is_gone_stops_no_other() {
    for status in [404, 410, 422] {
        let mut world = killed().await;
        away(&world, 10).await;
        for number in 2..=4 {
            ends(&world, number, "failure").await;
        }
        away(&world, 10).await;
        world.github().faults().http("POST /repos/{}/hooks/{}/deliveries/10001/attempts", status, 9);
        world.start_howler().await;
        goes_on(&world, 900).await;
        let said = told(&world, "While I was down");
        assert!(said.len() == 1 && said[0].contains("3 things. 2 of 3 are here now."), "{status}: {said:?}");
        assert!(!said[0].contains("Webhooks, write"), "{said:?}");
        assert_eq!(again(&world), 3, "{status}");
    }
}

/// The webhook is the organisation's.
#[tokio::test]
async fn an_organisations_webhook_is_asked_where_the_repository_has_none() {
    let world = World::with_hub("", |all| all.hooks = secrets()).await;
    world.github().repository().organisation_hooks = vec![Hook::to_howler()];
    let delivers = async |number, at| {
        let run = Ended::new(number, "failure", at);
        world.github().delivers(101, hook().run(&run, &format!("g{number}"))).await
    };
    assert_eq!(delivers(1, world.clock.now()).await, 200);
    goes_on(&world, 900).await;
    world.github().point_nowhere();
    delivers(2, world.clock.now()).await;
    world.github().point_at(world.base());
    goes_on(&world, 1_500).await;
    let said = told(&world, "GitHub could not reach me at");
    assert!(said.len() == 1 && said[0].contains("1 thing. It is here now."), "{said:?}");
    world.github().faults().without("admin:org_hook");
    goes_on(&world, 4_000).await;
    let told = sources(&world).await;
    assert!(told.contains("Webhooks, read (a classic token: the scope admin:org_hook)"), "{told}");
}

/// A webhook that sends everything fills its list: what is older than its newest part is said to be unknown.
#[tokio::test]
async fn of_more_than_can_be_looked_through_that_is_said() {
    let mut world = killed().await;
    away(&world, 10).await;
    ends(&world, 2, "failure").await;
    away(&world, 10).await;
    for number in 0..3_050 {
        let mut post = hook().run(&Ended::new(3, "failure", world.clock.now()), &format!("push{number}"));
        post.headers.retain(|(name, _)| *name != "x-github-event");
        post.headers.push(("x-github-event", "push".to_owned()));
        world.github().delivers(1, post).await;
    }
    away(&world, 1).await;
    ends(&world, 3, "failure").await;
    away(&world, 10).await;
    world.start_howler().await;
    goes_on(&world, 900).await;
    let said = told(&world, "While I was down");
    assert_eq!(said.len(), 1, "{said:?}");
    for part in ["GitHub tried to tell me 1 thing", "too many deliveries to look through"] {
        assert!(said[0].contains(part), "{part} in {said:?}");
    }
    let pages = asked(&world).iter().filter(|target| target.contains("/deliveries?")).count();
    assert!(pages < 400, "{pages}");
    assert_eq!(world.alerts()[0].count, 1, "the newest is here");
}
