//! A page must not end by accident: what tired people answer, what they do instead, and who cannot be reached.

use fake::slack::{Manifest, MessagesTab, Reach};

use crate::harness::{EMERGENCIES, MANIFEST, SECRET, World};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\", \"U0ZOE\"]\n";
const ON_CALL: &str = "#on-call";

async fn paged() -> World {
    let world = World::with_config(ROSTER).await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world
}

/// Time for the one who looks after the group and the accounts.
async fn looked_at(world: &World) {
    for _ in 0..6 {
        world.forward(10).await;
        for _ in 0..50 {
            tokio::task::yield_now().await;
            world.settle().await;
        }
    }
}

fn acknowledged(world: &World, who: &str) -> bool {
    world.count(EMERGENCIES, &format!("Acknowledged by <@{who}>")) == 1
}

/// Every surface that the code relies on, as the manifest turns it on.
#[test]
fn the_manifest_turns_on_what_howler_relies_on() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    assert_eq!(manifest.messages_tab, MessagesTab::Open, "a reply to a page, a phone number");
    assert!(manifest.home_tab, "what `src/delivery/home` publishes");
    assert!(manifest.events.contains("app_home_opened"), "no scope is needed to hear of it");
    assert!(manifest.interactive, "buttons, forms and shortcuts");
    // What `src/intake/slack/shortcut.rs` reads.
    for (callback_id, reach) in [
        ("declare", Reach::Global),
        ("declare_from_message", Reach::Message),
        ("add_to_timeline", Reach::Message),
    ] {
        let offered =
            manifest.shortcuts.iter().any(|one| one.callback_id == callback_id && one.r#type == reach);
        assert!(offered, "{callback_id}");
    }
    assert_eq!(manifest.shortcuts.len(), 3, "nothing is offered that howler does not read");
    assert!(manifest.scopes.contains("commands"), "shortcuts take it too");
    for command in ["/incident", "/oncall", "/runbook", "/alerts", "/maintenance"] {
        let command = manifest.command(command).unwrap_or_else(|| panic!("{command}"));
        assert!(command.should_escape, "{command:?}: a mention names its person");
    }
    // What `src/intake/slack/event.rs` reads, and the scope without which Slack does not send it.
    for (event, scope) in [
        ("app_mention", "app_mentions:read"),
        ("channel_unarchive", "channels:read"),
        ("message.im", "im:history"),
        ("reaction_added", "reactions:read"),
        ("reaction_removed", "reactions:read"),
        ("subteam_members_changed", "usergroups:read"),
        ("subteam_updated", "usergroups:read"),
    ] {
        assert!(manifest.events.contains(event), "{event}");
        assert!(manifest.scopes.contains(scope), "{scope}, for {event}");
    }
}

/// What people typed to a page, none of it a yes. Every one keeps paging and offers the two buttons.
#[tokio::test]
async fn what_is_no_yes_keeps_paging_and_offers_two_buttons() {
    let world = paged().await;
    let maya = world.maya();
    for said in [
        "call kofi instead",
        "ask zoe",
        "skip me",
        "sorry, driving",
        "in hospital with my kid",
        "hi",
        "phone 030 901820",
        "who is this",
        "ugh not now",
        "my laptop is dead",
        "give it to someone awake",
        "wrong person, I left that team",
        "is this about redis?",
        "cant, flight boards in 5",
    ] {
        maya.says("@howler", said).await;
        assert!(!acknowledged(&world, "U0MAYA"), "{said}");
        let told = maya.whisper("maya").unwrap_or_else(|| panic!("{said}: no answer"));
        let buttons = told.buttons();
        assert!(
            buttons.contains(&"ack".to_owned()) && buttons.contains(&"pass".to_owned()),
            "{said}: {told:?}"
        );
        assert!(told.text.contains("still looking for someone"), "{said}: {}", told.text);
    }
    world.forward(5).await;
    assert_eq!(world.count("kofi", "P1 page"), 1, "the next step came all the same");
}

#[tokio::test]
async fn call_kofi_instead_pages_kofi_after_a_click() {
    let world = paged().await;
    let maya = world.maya();
    maya.says("@howler", "call zoe instead").await;
    assert_eq!(world.count("zoe", "page: INC-1"), 0, "not without a click");
    maya.clicks_direct("page").await;
    assert_eq!(world.count("zoe", "P1 page: INC-1"), 1);
    assert_eq!(world.count("zoe", "<@U0MAYA> asks for you"), 1);
    world.person("zoe").says("@howler", "on it").await;
    assert!(acknowledged(&world, "U0ZOE"));
}

#[tokio::test]
async fn i_cannot_calls_the_next_one_at_once_and_on_the_record() {
    let world = paged().await;
    let at = world.clock.now();
    world.maya().clicks_direct("pass").await;
    assert_eq!((world.count("kofi", "P1 page: INC-1"), world.clock.now()), (1, at));
    assert_eq!(world.count("kofi", "<@U0MAYA> can't take it and asked for the next one"), 1);
    assert_eq!(world.count("maya", "I'm looking for someone else"), 1);
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("<@U0MAYA> can't take it."), "{timeline}");
}

#[tokio::test]
async fn escalate_and_page_work_from_inside() {
    let world = paged().await;
    let ian = world.ian();
    let told = ian.types(EMERGENCIES, "/incident escalate nobody knows Redis here").await;
    assert!(told.contains("paging the next step now"), "{told}");
    assert_eq!(world.count("kofi", "<@U0IAN> asks for the next one: nobody knows Redis here"), 1);
    let told = ian.types(EMERGENCIES, "/incident page @zoe you wrote it").await;
    assert!(told.contains("I'm paging <@U0ZOE>"), "{told}");
    assert_eq!(world.count("zoe", "<@U0IAN> asks for you: you wrote it"), 1);
    let told = ian.types(EMERGENCIES, "/incident page zoo").await;
    assert!(told.contains("Do you mean @zoe?"), "{told}");
    assert!(ian.whisper(EMERGENCIES).unwrap().buttons().contains(&"page".to_owned()));
}

#[tokio::test]
async fn work_of_whoever_is_called_stops_the_paging() {
    let world = paged().await;
    world.person("kofi").types(EMERGENCIES, "/incident update Restarting the stream").await;
    assert!(acknowledged(&world, "U0KOFI"));
    world.forward(9).await;
    assert_eq!(world.count("kofi", "P1 page"), 0);
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("<@U0KOFI> acknowledged"), "{timeline}");
}

#[tokio::test]
async fn a_run_of_whoever_is_called_stops_the_paging() {
    let world = paged().await;
    world.maya().types(EMERGENCIES, "/runbook diagnose event-stream-failure").await;
    assert!(acknowledged(&world, "U0MAYA"));
}

#[tokio::test]
async fn somebody_whose_account_is_gone_is_skipped_in_seconds() {
    let world = World::with_config(ROSTER).await;
    world.slack.arrange(|town| {
        town.people
            .iter_mut()
            .filter(|person| person.id == "U0MAYA")
            .for_each(|person| person.deleted = true);
    });
    let at = world.clock.now();
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    assert_eq!((world.count("kofi", "P1 page"), world.clock.now()), (1, at));
    let gone = "<@U0MAYA> can't be reached: their Slack account is deactivated";
    assert!(world.count(ON_CALL, gone) >= 1, "{:#?}", world.channel(ON_CALL).texts());
    for line in ["/oncall who", "/oncall schedule", "/oncall test p1"] {
        let shown = ian.types(EMERGENCIES, line).await;
        assert!(shown.contains(gone), "{line}: {shown}");
    }
    // From then on nobody waits for them at all.
    ian.types(EMERGENCIES, "/incident p1 Search is down too").await;
    assert_eq!(world.count("kofi", "P1 page: INC-2"), 1);
}

#[tokio::test]
async fn where_direct_messages_are_off_the_on_call_channel_hears_it() {
    let world = World::with_config(ROSTER).await;
    world.settle().await;
    world.slack.faults().fail("chat.postMessage", "messages_tab_disabled", 1);
    let ian = world.ian();
    ian.types(EMERGENCIES, "/oncall page @zoe The release waits").await;
    assert_eq!(world.count(ON_CALL, "Turn on the Messages Tab"), 1, "{:#?}", world.channel(ON_CALL).texts());
}

#[tokio::test]
async fn the_page_leads_into_the_incidents_channel_and_on() {
    let world = paged().await;
    let page = world.channel("maya").last("P1 page").clone();
    assert!(page.text.contains("Channel: <#"), "{}", page.text);
    world.maya().clicks_direct("ack").await;
    let after = world.channel("maya").last("Work on it in <#").clone();
    let buttons = after.buttons();
    for button in ["take", "open", "diagnose"] {
        assert!(buttons.contains(&button.to_owned()), "{button}: {buttons:?}");
    }
    let others = world.channel(ON_CALL).last("No need to respond").clone();
    assert!(others.buttons().is_empty(), "{others:?}");
}

#[tokio::test]
async fn a_page_without_an_incident_can_be_passed() {
    let world = World::with_config(ROSTER).await;
    world.ian().types(EMERGENCIES, "/oncall page @zoe The release waits").await;
    world.person("zoe").clicks_direct("pass_page").await;
    assert_eq!(world.count("ian", "<@U0ZOE> can't take your page"), 1);
    world.forward(20).await;
    assert_eq!(world.count("zoe", "You are paged"), 0, "closed, and no other came");
}

/// People react where a button would take a second tap.
#[tokio::test]
async fn a_reaction_on_a_page_acknowledges_it() {
    for emoji in ["+1", "+1::skin-tone-4", "eyes", "white_check_mark"] {
        let world = paged().await;
        let page = world.channel("maya").last("P1 page").ts.clone();
        for other in ["tada", "pray", "-1"] {
            world.maya().reacts("@howler", &page, other).await;
        }
        assert!(!acknowledged(&world, "U0MAYA"), "{emoji}: others say nothing");
        world.maya().reacts("@howler", &page, emoji).await;
        assert!(acknowledged(&world, "U0MAYA"), "{emoji}");
        world.maya().unreacts("@howler", &page, emoji).await;
        world.forward(10).await;
        assert_eq!(world.count("kofi", "P1 page"), 0, "{emoji}: taken off again, it stays hers");
    }
}

/// Whoever is not called may only have seen it.
#[tokio::test]
async fn a_bystanders_reaction_gets_the_button() {
    let world = paged().await;
    let page = world.channel(ON_CALL).last("P1 page").ts.clone();
    world.ian().reacts(ON_CALL, &page, "eyes").await;
    assert!(!acknowledged(&world, "U0IAN"));
    let told = world.ian().whisper(ON_CALL).unwrap();
    assert_eq!(told.buttons(), ["ack"], "{told:?}");
    world.person("kofi").reacts(ON_CALL, &page, "thumbsup").await;
    assert!(acknowledged(&world, "U0KOFI"), "the backup is meant");
}

#[tokio::test]
async fn a_reaction_on_a_page_without_an_incident_answers_it() {
    let world = World::with_config(ROSTER).await;
    world.ian().types(EMERGENCIES, "/oncall page @zoe The release waits").await;
    let page = world.channel("zoe").last("The release waits").ts.clone();
    world.person("zoe").reacts("@howler", &page, "+1").await;
    assert_eq!(world.count("ian", "<@U0ZOE> is on it"), 1);
}

/// A name that was typed and not chosen from Slack's list is whoever has it.
#[tokio::test]
async fn a_name_that_was_typed_is_whoever_has_it() {
    let world = paged().await;
    // As Slack hands it over where nobody was chosen: plain text.
    let line = |text: &str| {
        serde_urlencoded::to_string([
            ("command", "/incident"),
            ("text", text),
            ("user_id", "U0IAN"),
            ("channel_id", "C0EMERG"),
            ("team_id", "T0MONKEY"),
            ("trigger_id", text),
        ])
        .unwrap()
    };
    let now = world.clock.now().as_second();
    for (text, told) in [
        ("page @zoe you wrote it", "I'm paging <@U0ZOE>"),
        ("1 role comms @Maya", "<@U0MAYA> is now"),
        ("1 invite @maya, @kofi", "invited"),
        ("1 role scribe @mayaa", "Do you mean @maya?"),
    ] {
        let answer = world.posts("/slack/commands", &line(text), now, SECRET).await.text().await.unwrap();
        let answer = answer.replace("\\u003c", "<");
        world.settle().await;
        assert!(answer.contains(told), "{text}: {answer}");
    }
    assert_eq!(world.count("zoe", "<@U0IAN> asks for you: you wrote it"), 1);
}

/// Two hours of somebody else's week do not give the week away.
#[tokio::test]
async fn a_hand_over_after_a_cover_is_confirmed_by_every_door() {
    let world = World::with_config(ROSTER).await;
    let kofi = world.person("kofi");
    kofi.types(EMERGENCIES, "/oncall cover 2h").await;
    let group = || world.slack.look(|town| town.usergroup("S0ONCALL").unwrap().users.clone());
    assert_eq!(group(), ["U0KOFI"]);
    let shown = kofi.types(EMERGENCIES, "/oncall handoff @zoe").await;
    assert!(shown.contains("Not done yet"), "{shown}");
    kofi.says("@howler", "oncall handoff @zoe").await;
    kofi.says(EMERGENCIES, "@howler oncall handoff @zoe").await;
    assert_eq!(group(), ["U0KOFI"], "by no door unasked");
    kofi.clicks(EMERGENCIES, "confirm").await;
    assert_eq!(group(), ["U0ZOE"]);
    // Her own rest of the time is hers to give.
    world.person("zoe").types(EMERGENCIES, "/oncall handoff @maya").await;
    assert_eq!(group(), ["U0MAYA"]);
}

#[tokio::test]
async fn old_messages_that_cannot_be_edited_are_posted_anew() {
    let world = paged().await;
    world.slack.arrange(|town| town.team.edit_window_closed = true);
    world.maya().types(EMERGENCIES, "/incident resolve Redis had no memory left").await;
    let card = world.channel(EMERGENCIES).last("Resolved").clone();
    assert!(card.text.contains("INC-1"), "{card:?}");
    let cards = world.channel(EMERGENCIES).messages.iter().filter(|it| it.text.contains("Resolved")).count();
    assert!(cards >= 1, "the card says the end");
}

#[tokio::test]
async fn a_group_that_howler_may_not_change_is_not_mentioned_and_nothing_is_claimed() {
    let world = World::with_config(ROSTER).await;
    world.settle().await;
    world.slack.arrange(|town| {
        town.team.groups_for_admins = true;
        town.usergroups.iter_mut().for_each(|group| group.users = vec!["U0IAN".into()]);
    });
    looked_at(&world).await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    let declared = world.channel(EMERGENCIES).last("INCIDENT DECLARED").text.clone();
    assert!(!declared.contains("S0ONCALL") && declared.contains("<@U0MAYA>"), "{declared}");
    assert_eq!(world.count(ON_CALL, "is in sync"), 0, "nothing is claimed");
    world.slack.arrange(|town| town.team.groups_for_admins = false);
    world.ian().types(EMERGENCIES, "/oncall handoff @zoe").await;
    world.ian().clicks(EMERGENCIES, "confirm").await;
    assert_eq!(world.slack.look(|town| town.usergroup("S0ONCALL").unwrap().users.clone()), ["U0ZOE"]);
    world.ian().types(EMERGENCIES, "/incident p1 Search is down").await;
    let declared = world.channel(EMERGENCIES).last("INCIDENT DECLARED").text.clone();
    assert!(declared.contains("S0ONCALL"), "it is right again: {declared}");
}

#[tokio::test]
async fn an_account_that_is_gone_is_known_before_the_first_page() {
    let world = World::with_config(ROSTER).await;
    world.settle().await;
    world.slack.arrange(|town| {
        town.people
            .iter_mut()
            .filter(|person| person.id == "U0MAYA")
            .for_each(|person| person.deleted = true);
    });
    looked_at(&world).await;
    let who = world.ian().types(EMERGENCIES, "/oncall who").await;
    assert!(who.contains("<@U0MAYA> can't be reached"), "{who}");
}
