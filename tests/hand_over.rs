//! Hand-overs as people live through them: the group, the brief, "I have it", and what happens where Slack does not play
//! along.

use jiff::{SignedDuration, Timestamp};

use crate::harness::{EMERGENCIES, Message, World};
use crate::watches::pictures;

pub const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\", \"U0ZOE\"]\n";
const ON_CALL: &str = "#on-call";

async fn world() -> World {
    let world = World::with_config(ROSTER).await;
    world.settle().await;
    world
}

fn group(world: &World) -> Vec<String> {
    world.slack.look(|slack| {
        slack.usergroups.iter().find(|group| group.id == "S0ONCALL").map(|group| group.users.clone()).unwrap()
    })
}

fn sunday() -> Timestamp {
    "2026-11-29T00:00:00Z".parse().unwrap()
}

/// To an instant, stopping at every timer.
async fn to(world: &World, at: Timestamp) {
    let minutes = at.duration_since(world.clock.now()).as_mins();
    world.forward(minutes).await;
}

fn last(world: &World, channel: &str, part: &str) -> Message {
    world.channel(channel).last(part).clone()
}

#[tokio::test]
async fn at_sunday_midnight_the_group_the_channel_and_the_next_person_know() {
    let world = world().await;
    assert_eq!(group(&world), ["U0MAYA"]);
    assert!(world.ian().types(EMERGENCIES, "/oncall who").await.contains("<@U0MAYA> is on call"));
    to(&world, sunday() - SignedDuration::from_mins(1)).await;
    assert_eq!(group(&world), ["U0MAYA"]);
    to(&world, sunday()).await;
    assert_eq!(group(&world), ["U0KOFI"]);
    let calls = world.slack.calls();
    let set = calls.iter().rev().find(|call| call.method == "usergroups.users.update").unwrap();
    println!("the group is set {} after Sunday 00:00:00", set.at.duration_since(sunday()));
    assert_eq!(set.at, sunday());
    assert_eq!(world.count(ON_CALL, "<@U0KOFI> is on call"), 1);
    let brief = last(&world, "kofi", "You are on call");
    assert!(
        brief.text.contains("You take over from <@U0MAYA>") && brief.text.contains("After you: <@U0ZOE>")
    );

    let outgoing = last(&world, "maya", "took over from you").text;
    assert!(outgoing.contains("<@U0KOFI> took over") && outgoing.contains("I page you too"), "{outgoing}");
    let who = world.ian().types(EMERGENCIES, "/oncall who").await;
    assert!(who.contains("so I page <@U0MAYA> too"), "{who}");
    world.ian().types(EMERGENCIES, "/incident p2 Half of it is slow").await;
    assert_eq!((world.count("maya", "P2 page"), world.count("kofi", "P2 page")), (1, 1));

    world.person("kofi").clicks_direct("have_it").await;
    assert_eq!(world.count("maya", "<@U0KOFI> started their shift"), 1);
    let brief = last(&world, "kofi", "Your shift has started");
    assert!(brief.buttons().is_empty(), "{brief:?}");
    let who = world.ian().types(EMERGENCIES, "/oncall who").await;
    assert!(!who.contains("U0MAYA> too"), "{who}");
    world.ian().types(EMERGENCIES, "/incident p2 The other half too").await;
    assert_eq!((world.count("maya", "P2 page"), world.count("kofi", "P2 page")), (1, 2));
    world.forward(60).await;
    assert_eq!(world.count(ON_CALL, "hasn't pressed"), 0);
}

#[tokio::test]
async fn whoever_says_nothing_for_half_an_hour_is_told_to_the_backup() {
    let world = world().await;
    to(&world, sunday()).await;
    world.forward(29).await;
    assert_eq!(world.count("zoe", "hasn't pressed"), 0);
    world.forward(1).await;
    assert_eq!((world.count("zoe", "hasn't pressed"), world.count(ON_CALL, "hasn't pressed")), (1, 1));
}

#[tokio::test]
async fn a_hand_over_that_was_missed_is_done_at_the_start_and_admitted() {
    let mut world = world().await;
    to(&world, sunday() - SignedDuration::from_mins(10)).await;
    world.crash().await;
    world.clock.advance(SignedDuration::from_mins(50));
    world.start_howler().await;
    world.settle().await;
    assert_eq!(group(&world), ["U0KOFI"]);
    let told = last(&world, ON_CALL, "<@U0KOFI> is on call");
    assert!(
        told.text.contains("howler was down 23:50-00:40") || told.text.contains("howler was down"),
        "{told:?}"
    );
    assert_eq!(world.count("kofi", "You are on call"), 1);
}

#[tokio::test]
async fn a_group_that_somebody_changed_by_hand_is_repaired_and_told_once() {
    let world = world().await;
    world.slack.edit_group("ian", "S0ONCALL", &["ian", "zoe"]).await.unwrap();
    for _ in 0..50 {
        tokio::task::yield_now().await;
        world.settle().await;
    }
    while group(&world) != ["U0MAYA"] {
        world.forward(10).await;
        world.settle().await;
        assert!(world.clock.now() < sunday(), "it was never repaired");
    }
    world.forward(60).await;
    assert_eq!(world.count(ON_CALL, "by hand"), 1);
}

#[tokio::test]
async fn without_groups_the_channel_says_who_has_it() {
    for (error, on_board) in [("plan_upgrade_required", false), ("permission_denied", true)] {
        let world = World::with_config("[rotation]\nmembers = []\n").await;
        world.slack.faults().fail("usergroups.users.update", error, 99);
        world.person("maya").types(EMERGENCIES, "/oncall add @maya").await;
        world.person("maya").clicks(EMERGENCIES, "confirm").await;
        let channel = world.channel(ON_CALL);
        assert!(channel.topic.contains("On call: <@U0MAYA>"), "{error}: {}", channel.topic);
        let pinned = channel.last("I keep this message up to date");
        assert!(channel.pins.contains(&pinned.ts), "{error}");
        let board = world.ian().types(EMERGENCIES, "/incident doctor").await;
        assert_eq!(board.contains("the user group of the on-call"), on_board, "{error}: {board}");
    }
}

#[tokio::test]
async fn nobody_on_call_is_told_loudly_and_at_once() {
    let world = World::with_config("[rotation]\nmembers = [\"U0MAYA\"]\n").await;
    world.settle().await;
    let maya = world.maya();
    let shown = maya.types(EMERGENCIES, "/oncall pause @maya until 2026-12-20").await;
    assert!(shown.contains("Not done yet") && shown.contains("nobody instead of <@U0MAYA>"), "{shown}");
    assert_eq!(world.count(ON_CALL, "<!channel>"), 0, "shown, and not done");
    maya.clicks(EMERGENCIES, "confirm").await;
    let told = world.channel(ON_CALL).texts().join("\n\n");
    assert!(told.contains("<!channel> Nobody is on call"), "{told}");
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    let told = world.channel(ON_CALL).texts().join("\n\n");
    assert!(told.contains("Nobody is on call and there is no backup"), "{told}");
}

#[tokio::test]
async fn a_change_that_somebody_else_overtook_is_shown_again() {
    let world = world().await;
    let (ian, maya) = (world.ian(), world.maya());
    ian.types(EMERGENCIES, "/oncall add @ian").await;
    maya.types(EMERGENCIES, "/oncall remove @zoe").await;
    maya.clicks(EMERGENCIES, "confirm").await;
    ian.clicks(EMERGENCIES, "confirm").await;
    let again = ian.whisper(EMERGENCIES).unwrap();
    assert!(again.text.contains("changed the schedule meanwhile"), "{again:?}");
    ian.clicks(EMERGENCIES, "confirm").await;
    let order = ian.types(EMERGENCIES, "/oncall schedule 4 weeks").await;
    assert!(order.contains("Order: <@U0MAYA>, <@U0KOFI>, <@U0IAN>"), "{order}");
}

#[tokio::test]
async fn a_swap_holds_only_once_the_other_agrees() {
    let world = world().await;
    let kofi = world.person("kofi");
    let asked = kofi.types(EMERGENCIES, "/oncall swap with @zoe week of 12-02").await;
    assert!(asked.contains("I asked <@U0ZOE>"), "{asked}");
    let who = world.ian().types(EMERGENCIES, "/oncall who 2026-12-02").await;
    assert!(who.contains("<@U0KOFI> is on call"), "{who}");
    world.person("zoe").clicks_direct("agree").await;
    let who = world.ian().types(EMERGENCIES, "/oncall who 2026-12-02").await;
    assert!(who.contains("<@U0ZOE> is on call") && who.contains("Swapped with <@U0KOFI>"), "{who}");
    let back = world.ian().types(EMERGENCIES, "/oncall who 2026-12-09").await;
    assert!(back.contains("<@U0KOFI> is on call"), "{back}");
    assert_eq!(world.count("kofi", "agreed. It's in the schedule"), 1);
    assert!(last(&world, "zoe", "agreed").buttons().is_empty());
    let oneself = kofi.types(EMERGENCIES, "/oncall swap with @kofi week of 12-02").await;
    assert!(oneself.contains("takes two people"), "{oneself}");
}

#[tokio::test]
async fn a_half_of_a_swap_is_taken_back_with_the_other_by_the_number_that_the_schedule_shows() {
    let world = world().await;
    let (kofi, zoe) = (world.person("kofi"), world.person("zoe"));
    kofi.types(EMERGENCIES, "/oncall swap with @zoe week of 12-02").await;
    zoe.clicks_direct("agree").await;
    let shown = kofi.types(EMERGENCIES, "/oncall schedule 4 weeks").await;
    assert!(shown.contains("A picture of it comes as a direct message."), "{shown}");
    world.forward_seconds(3).await;
    let direct = world.slack.look(|town| town.direct("U0KOFI").map(|channel| channel.id.clone())).unwrap();
    let [(_, alt)] = &pictures(&world, &direct)[..] else { panic!("one for whoever asked") };
    assert!(alt.starts_with("Who is on call in the next 4 weeks, times of UTC: "), "{alt}");
    assert!(alt.to_lowercase().contains("maya") && alt.to_lowercase().contains("kofi"), "{alt}");
    for half in ["Swapped with <@U0KOFI> (override 1)", "Swapped with <@U0ZOE> (override 2)"] {
        assert!(shown.contains(half), "{half}: {shown}");
    }
    let shown = zoe.types(EMERGENCIES, "/oncall cancel 1").await;
    assert!(shown.contains("This also removes override 2"), "{shown}");
    zoe.clicks(EMERGENCIES, "confirm").await;
    for (day, person) in [("2026-12-02", "U0KOFI"), ("2026-12-09", "U0ZOE")] {
        let who = kofi.types(EMERGENCIES, &format!("/oncall who {day}")).await;
        assert!(who.contains(&format!("<@{person}> is on call")), "{day}: {who}");
    }
    let told = last(&world, ON_CALL, "override 1 is removed");
    assert_eq!(told.text.matches(" instead of ").count(), 2, "both people read it: {told:?}");
}

#[tokio::test]
async fn a_second_request_for_the_same_turn_waits_for_the_first() {
    let world = world().await;
    let kofi = world.person("kofi");
    kofi.types(EMERGENCIES, "/oncall swap with @zoe week of 12-02").await;
    let refused = kofi.types(EMERGENCIES, "/oncall swap with @maya week of 12-02").await;
    assert!(refused.contains("Swap 1 is waiting for their answer"), "{refused}");
    assert!(refused.contains("/oncall withdraw 1"), "{refused}");
    assert_eq!(world.count("maya", "asks you to swap"), 0);
    kofi.types(EMERGENCIES, "/oncall withdraw 1").await;
    kofi.types(EMERGENCIES, "/oncall swap with @maya week of 12-02").await;
    assert_eq!(world.count("maya", "asks you to swap"), 1);
    // What cannot hold any more makes room: a part of the turn that Maya would give is Ian's now.
    world.ian().types(EMERGENCIES, "/oncall override @ian 2026-12-14 to 2026-12-15").await;
    world.ian().clicks(EMERGENCIES, "confirm").await;
    let again = kofi.types(EMERGENCIES, "/oncall swap with @zoe week of 12-02").await;
    assert!(again.contains("I asked <@U0ZOE>"), "{again}");
    let ended = last(&world, "maya", "The swap that <@U0KOFI> asked for");
    assert!(ended.text.contains("has changed since") && ended.buttons().is_empty(), "{ended:?}");
}

#[tokio::test]
async fn a_swap_with_somebody_who_is_paused_then_says_so_to_both() {
    let world = world().await;
    let (ian, kofi) = (world.ian(), world.person("kofi"));
    ian.types(EMERGENCIES, "/oncall pause @zoe until 2026-12-03").await;
    ian.clicks(EMERGENCIES, "confirm").await;
    let asked = kofi.types(EMERGENCIES, "/oncall swap with @zoe week of 12-02").await;
    assert!(asked.contains("<@U0ZOE> is paused until"), "{asked}");
    assert!(last(&world, "zoe", "asks you to swap").text.contains("<@U0ZOE> is paused until"));
    world.person("zoe").clicks_direct("agree").await;
    let agreed = world.person("zoe").whisper("zoe").unwrap().text;
    assert!(agreed.contains("Agreed") && agreed.contains("<@U0ZOE> is paused until"), "{agreed}");
}

#[tokio::test]
async fn a_brief_says_which_pages_nobody_has_answered() {
    let world = world().await;
    to(&world, sunday() - SignedDuration::from_mins(2)).await;
    let ian = world.ian();
    for line in
        ["/incident p2 Half of it is slow", "/incident p1 Event stream down", "/incident p3 Slow page"]
    {
        ian.types(EMERGENCIES, line).await;
    }
    world.maya().types(EMERGENCIES, "/incident 1 ack").await;
    to(&world, sunday()).await;
    let brief = last(&world, "kofi", "You are on call").text;
    assert!(brief.contains("Nobody is on it yet: INC-2 P1.") && brief.contains("/incident 2 ack"), "{brief}");
    world.person("kofi").types(EMERGENCIES, "/incident 2 ack").await;
    world.person("kofi").types(EMERGENCIES, "/oncall handoff @zoe").await;
    let brief = last(&world, "zoe", "You are on call").text;
    assert!(!brief.contains("Nobody is on it"), "{brief}");
}

#[tokio::test]
async fn whoever_takes_it_is_asked_for_no_word_and_nobody_else_is_called() {
    let world = world().await;
    world.person("zoe").types(EMERGENCIES, "/oncall cover 2h").await;
    assert_eq!(world.count("maya", "took over from you"), 0);
}

#[tokio::test]
async fn overrides_that_touch_are_one_time() {
    let world = world().await;
    let ian = world.ian();
    for days in ["2026-12-01 to 2026-12-03", "2026-12-03 to 2026-12-05"] {
        ian.types(EMERGENCIES, &format!("/oncall override @ian {days}")).await;
        ian.clicks(EMERGENCIES, "confirm").await;
    }
    let who = ian.types(EMERGENCIES, "/oncall who 2026-12-02").await;
    let first = who.lines().next().unwrap();
    assert!(
        first.contains("is on call until")
            && first.contains("2026-12-05 00:00 UTC")
            && who.contains("2026-12-01 00:00 UTC"),
        "{who}"
    );
    let shown = ian.types(EMERGENCIES, "/oncall schedule 3 weeks").await;
    assert!(
        shown.contains("2026-12-01 00:00 UTC>. Override 1, set by <@U0IAN>. Override 2, set by <@U0IAN>."),
        "{shown}"
    );
}

#[tokio::test]
async fn a_change_far_ahead_is_shown_and_told() {
    let world = world().await;
    let ian = world.ian();
    let shown = ian.types(EMERGENCIES, "/oncall override @ian 2027-06-01 to 2027-06-02").await;
    assert!(shown.contains("<@U0IAN> instead of"), "{shown}");
    assert!(!shown.contains("changes nothing"), "{shown}");
    ian.clicks(EMERGENCIES, "confirm").await;
    assert!(last(&world, ON_CALL, "<@U0IAN> instead of").text.contains("2027-06-01"));
}

#[tokio::test]
async fn a_reply_to_the_page_in_the_direct_message_acknowledges_it() {
    for in_thread in [true, false] {
        let world = world().await;
        world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
        let page = last(&world, "maya", "P1 page");
        let thread = in_thread.then_some(page.ts.as_str());
        world.maya().says_in("@howler", thread, "can't, who else is there?").await;
        assert_eq!(world.count(EMERGENCIES, "Acknowledged by <@U0MAYA>"), 0, "a no takes nothing");
        let told = world.maya().whisper("maya").unwrap();
        assert!(told.text.contains("It sounds like you can't take INC-1"), "{}", told.text);
        world.maya().says_in("@howler", thread, "on my way").await;
        assert_eq!(world.count(EMERGENCIES, "Acknowledged by <@U0MAYA>"), 1, "in a thread: {in_thread}");
        assert!(!last(&world, "maya", "Work on it in").buttons().contains(&"ack".to_owned()));
        world.forward(20).await;
        assert_eq!(world.count("maya", "P1 page"), 0, "closed, and no other came");
    }
}

#[tokio::test]
async fn a_page_without_an_incident_comes_again_and_is_given_up_with_a_word() {
    let world = world().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/oncall page @zoe The release waits").await;
    assert_eq!(world.count("zoe", "You are paged"), 1);
    world.forward(11).await;
    assert_eq!(world.count("zoe", "You are paged"), 3);
    world.forward(10).await;
    assert_eq!(
        (world.count("zoe", "You are paged"), world.count("ian", "hasn't answered your page")),
        (3, 1)
    );
    world.person("zoe").clicks_direct("answer_page").await;
    assert_eq!(world.count("zoe", "is on it"), 3, "every copy says so");
}

#[tokio::test]
async fn whoever_paged_is_told_who_has_it() {
    let world = world().await;
    world.ian().types(EMERGENCIES, "/oncall page @zoe The release waits").await;
    world.person("zoe").clicks_direct("answer_page").await;
    assert_eq!(world.count("ian", "<@U0ZOE> is on it. You asked"), 1);
}

#[tokio::test]
async fn a_reply_answers_one_page_and_names_the_others() {
    let world = world().await;
    world.ian().types(EMERGENCIES, "/oncall page @maya The release waits").await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    let maya = world.maya();
    maya.says_in("@howler", None, "on my way").await;
    assert_eq!(world.count(EMERGENCIES, "Acknowledged by <@U0MAYA>"), 1);
    let told = maya.whisper("maya").unwrap();
    assert!(told.text.contains("You have more pages") && told.text.contains("The release waits"), "{told:?}");
    assert!(told.buttons().contains(&"answer_page".to_owned()), "{told:?}");
    maya.says_in("@howler", None, "on that, too").await;
    assert!(maya.whisper("maya").unwrap().text.contains("as a yes"), "what is no yes-word takes nothing");
    maya.says_in("@howler", None, "ok").await;
    let told = maya.whisper("maya").unwrap();
    assert!(told.text.contains("Paging has stopped"), "{told:?}");
    assert!(!told.text.contains("more pages"), "{told:?}");
}

#[tokio::test]
async fn a_hand_off_by_somebody_else_is_theirs_and_a_paused_one_is_named() {
    let world = world().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/oncall pause @zoe until 2026-12-20").await;
    ian.clicks(EMERGENCIES, "confirm").await;
    ian.types(EMERGENCIES, "/oncall handoff @zoe").await;
    ian.clicks(EMERGENCIES, "confirm").await;
    let said = ian.whisper(EMERGENCIES).unwrap().text;
    assert!(said.contains("I page <@U0MAYA> too"), "not to Ian, who never had it: {said}");
    assert!(said.contains("<@U0ZOE> is paused until"), "{said}");
    let who = ian.types(EMERGENCIES, "/oncall who").await;
    assert!(who.contains("Instead of <@U0MAYA>, handed over by <@U0IAN>"), "{who}");
    let shown = ian.types(EMERGENCIES, "/oncall override @zoe 2026-12-10 to 2026-12-11").await;
    assert!(shown.contains("<@U0ZOE> is paused until"), "{shown}");
}

#[tokio::test]
async fn one_name_on_a_line_and_who_without_oncall_before_it() {
    let world = world().await;
    let ian = world.ian();
    let refused = ian.types(EMERGENCIES, "/oncall remove @zoe @ian").await;
    assert!(refused.contains("You named more than one person"), "{refused}");
    let who = ian.types(EMERGENCIES, "/incident who").await;
    assert!(who.contains("<@U0MAYA> is on call"), "{who}");
    let help = ian.types(EMERGENCIES, "/incident help").await;
    assert!(help.contains("/oncall help") && help.contains("/runbook list"), "{help}");
}

#[tokio::test]
async fn a_p3_pages_nobody_and_waits_for_the_review() {
    let world = world().await;
    let ian = world.ian();
    let refused = ian.types(EMERGENCIES, "/oncall page p3 Slow page").await;
    assert!(refused.contains("pages nobody"), "{refused}");
    ian.types(EMERGENCIES, "/incident p3 Slow page").await;
    world.forward(60 * 25).await;
    assert_eq!(world.count("maya", "page:"), 0);
    let review = ian.types(EMERGENCIES, "/oncall review").await;
    assert!(review.contains("Slow page"), "{review}");
    let test = ian.types(EMERGENCIES, "/oncall test p1").await;
    assert!(test.contains("nothing was sent") && test.contains("after 5 min"), "{test}");
    let report = ian.types(EMERGENCIES, "/oncall report").await;
    assert!(report.contains("<@U0MAYA>:"), "{report}");
}
