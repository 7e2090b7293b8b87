//! The report, its deadline and the work that is left, through Slack and back.

use crate::harness::{EMERGENCIES, ROOM, World};
use domain::id::IncidentId;
use howler::data::{self, From};

/// Nobody sleeps, so that times are plain.
const AWAKE: &str = "[quiet]\nfrom = \"00:00\"\nuntil = \"00:00\"\nweekends = false\n";
const HOUR: i64 = 60;

#[tokio::test]
async fn a_report_is_drafted_written_filed_and_chased_over_a_restart() {
    let mut world = World::with_config(AWAKE).await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.maya().types(ROOM, "/incident take").await;
    world.forward(10).await;
    world.maya().types(ROOM, "/incident resolve Redis <!channel> was *full*").await;
    let draft = world.channel("maya").last("The report of INC-1 is begun").clone();
    assert!(draft.buttons().iter().any(|button| button == "report"), "{:?}", draft.buttons());
    let shown = world.maya().types(ROOM, "/incident report").await;
    assert!(shown.contains("Not known yet"), "{shown}");
    world.maya().types(ROOM, "/incident report witnesses").await;
    world.maya().submits(&[("text", "About 40, by the dashboard")]).await;
    world.maya().types(ROOM, "/incident report file").await;
    let filed = world.slack.look(|slack| {
        let reports = slack.files.values().filter(|file| file.name.starts_with("inc-1-report"));
        reports.filter_map(|file| file.text.clone()).collect::<Vec<_>>()
    });
    let [filed] = filed.as_slice() else { panic!("{} files", filed.len()) };
    assert!(filed.starts_with("# Incident Report: INC-1\n"), "{filed}");
    assert!(filed.contains("- Witnesses affected: About 40, by the dashboard"), "{filed}");
    assert!(!filed.contains("<!channel>") && !filed.contains("*full*"), "{filed}");
    world.maya().types(ROOM, "/incident retro done").await;
    world.forward(12 * HOUR - 1).await;
    assert_eq!(world.count("maya", "Half of the time is over"), 0);
    world.crash().await;
    world.start_howler().await;
    world.forward(1).await;
    assert_eq!(world.count("maya", "Half of the time is over"), 1);
    let due = world.ian().types(EMERGENCIES, "/incident due all").await;
    assert!(due.contains("INC-1") && due.contains("U0MAYA"), "{due}");
    world.maya().types(ROOM, "/incident report done").await;
    world.forward(14 * HOUR).await;
    assert_eq!(world.count("maya", "Due now"), 0);
    let due = world.ian().types(EMERGENCIES, "/incident due all").await;
    assert!(due.contains("Nobody owes"), "{due}");
    // The same at a shell, of a howler that is stopped.
    world.crash().await;
    let from = || From::Data(world.data());
    let printed = data::report(from(), IncidentId(1), &world.clock).await.unwrap();
    assert!(printed.contains("- Witnesses affected: About 40, by the dashboard"), "{printed}");
    let none = data::report(from(), IncidentId(2), &world.clock).await.unwrap_err().to_string();
    assert_eq!(none, "there is no INC-2 here");
}

#[tokio::test]
async fn follow_ups_are_given_chased_and_done_and_a_mistake_owes_nothing() {
    let world = World::with_config(AWAKE).await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p3 Slow search").await;
    let nobody = ian.types(EMERGENCIES, "/incident 1 follow-up [action] Add an index").await;
    assert!(nobody.contains("Whose is it?"), "{nobody}");
    let feb = ian.types(EMERGENCIES, "/incident 1 follow-up Add an index @maya by 31 feb").await;
    assert!(feb.contains("February has no 31"), "{feb}");
    let added = ian.types(EMERGENCIES, "/incident 1 follow-up [action] Add an index @maya by +2d").await;
    assert!(added.contains("1 follow-up added"), "{added}");
    assert_eq!(world.count("maya", "gave you"), 1);
    world.forward(24 * HOUR).await;
    assert_eq!(world.count("maya", "Half of the time is over"), 1);
    let all = world.maya().types(EMERGENCIES, "/incident due").await;
    assert!(all.contains("What you owe") && all.contains("Add an index"), "{all}");
    world.maya().clicks_direct("follow-up").await;
    world.forward(48 * HOUR).await;
    assert_eq!(world.count("maya", "Overdue"), 0);
    ian.types(EMERGENCIES, "/incident p1 Wrong window").await;
    ian.types(EMERGENCIES, "/incident 2 mistake wrong window").await;
    assert_eq!(world.count("ian", "is begun"), 0);
    let none = ian.types(EMERGENCIES, "/incident 2 report").await;
    assert!(none.contains("it was no incident"), "{none}");
}
