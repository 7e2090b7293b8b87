//! A schedule of another program, taken over from a shell: shown first, then carried out.

use std::fs;
use std::path::PathBuf;

use ground::clock::Clock;
use intake::shell::{Question, Reply, path_in, read, write};
use tokio::net::UnixStream;

use crate::harness::{EMERGENCIES, MANIFEST, World, two_in_the_morning, workspace_of};
use crate::shell::{Said, types_words};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";

/// A file of this text, in howler's own folder of the test.
fn file(world: &World, text: &str) -> String {
    let path: PathBuf = world.data().with_extension("ics");
    fs::write(&path, text).unwrap();
    path.to_string_lossy().into_owned()
}

fn calendar(events: &[(&str, &str, &str)]) -> String {
    let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Old pager\r\n".to_owned();
    for (number, (who, from, until)) in events.iter().enumerate() {
        text += &format!(
            "BEGIN:VEVENT\r\nUID:{number}@old\r\nDTSTART:{from}Z\r\nDTEND:{until}Z\r\nSUMMARY:{who}\r\nEND:VEVENT\r\n"
        );
    }
    text + "END:VCALENDAR\r\n"
}

async fn types(world: &World, words: &[&str]) -> Said {
    types_words(&world.data(), words.iter().copied()).await
}

async fn who(world: &World, when: &str) -> String {
    world.maya().types(EMERGENCIES, &format!("/oncall who {when}")).await
}

#[tokio::test]
async fn a_calendar_is_shown_and_then_taken_over_once() {
    let world = World::with_config(ROSTER).await;
    let file = file(
        &world,
        &calendar(&[
            ("On call: Zoe Tamahori", "20261206T000000", "20261213T000000"),
            ("Jane Doe", "20261213T000000", "20261220T000000"),
            ("Robot", "20261213T000000", "20261220T000000"),
        ]),
    );
    let unknown = types(&world, &["oncall", "import", &file]).await;
    assert_eq!((unknown.code, unknown.out.as_str()), (1, ""), "{unknown:?}");
    assert!(
        unknown.err.contains("\"Jane Doe\" (line 10, 1 shift): nobody in Slack is called that"),
        "{unknown:?}"
    );
    let both = types(&world, &["oncall", "import", &file, "Jane Doe=U0IAN", "Robot=U0KOFI"]).await;
    assert!(
        both.err.contains(
            "2026-12-13 00:00 UTC to 2026-12-20 00:00 UTC: @ian (U0IAN, line 10) and @kofi (U0KOFI, line 16)"
        ),
        "{both:?}"
    );
    assert!(both.err.contains("leave one event out by its line: 'line 16=-'"), "{both:?}");
    let one =
        types(&world, &["oncall", "import", &file, "Jane Doe=U0IAN", "Robot=U0KOFI", "line 10=-"]).await;
    assert!(one.err.contains("2 turns") && one.err.contains("Not done yet"), "{one:?}");
    let nobody = types(&world, &["oncall", "import", &file, "Jane"]).await;
    assert!(nobody.err.contains("\"Jane\" does not say who that is"), "{nobody:?}");

    let shown = types(&world, &["oncall", "import", &file, "Jane Doe=U0IAN", "Robot=-"]).await;
    assert_eq!((shown.code, shown.out.as_str()), (1, ""), "{shown:?}");
    for part in [
        "Old pager: 2 turns",
        "@zoe instead of @maya, 2026-12-06 00:00 UTC",
        "@ian instead of @kofi",
        "Not done yet",
    ] {
        assert!(shown.err.contains(part), "{part} is missing: {}", shown.err);
    }
    assert!(!who(&world, "2026-12-08").await.contains("U0ZOE"), "it was only shown");
    let line = shown.err.lines().find_map(|line| line.strip_prefix("To do it: howler ")).unwrap();
    assert!(line.contains("'Jane Doe=U0IAN'"), "{line}");
    let number = line.split(' ').nth(2).unwrap();

    let again = ["oncall", "confirm", number, "import", &file, "Jane Doe=U0IAN", "Robot=-"];
    let done = types(&world, &again).await;
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    assert!(who(&world, "2026-12-08").await.contains("U0ZOE"));
    assert!(who(&world, "2026-12-15").await.contains("From an imported calendar"));
    let twice = types(&world, &again).await;
    assert!(twice.code == 1 && twice.err.contains("it is so already"), "{twice:?}");
}

#[tokio::test]
async fn a_schedule_that_was_changed_meanwhile_is_shown_once_more() {
    let world = World::with_config(ROSTER).await;
    let shown = types(&world, &["oncall", "override", "U0ZOE", "2026-12-08", "to", "2026-12-09"]).await;
    let line = shown.err.lines().find_map(|line| line.strip_prefix("To do it: howler ")).unwrap().to_owned();
    let number = line.split(' ').nth(2).unwrap();
    world.person("zoe").types(EMERGENCIES, "/oncall cover 2h").await;
    let again =
        types(&world, &["oncall", "confirm", number, "override", "U0ZOE", "2026-12-08", "to", "2026-12-09"])
            .await;
    assert!(again.code == 1 && again.err.contains("Somebody changed the schedule meanwhile"), "{again:?}");
    let line = again.err.lines().find_map(|line| line.strip_prefix("To do it: howler ")).unwrap().to_owned();
    let words: Vec<&str> = line.split(' ').take_while(|word| *word != "--data").collect();
    let done = types(&world, &words).await;
    assert_eq!(done.code, 0, "{done:?}");
    assert!(who(&world, "2026-12-08 12:00").await.contains("U0ZOE"));
}

/// A shell is no door around the question.
#[tokio::test]
async fn a_hand_over_of_somebody_elses_time_is_confirmed_at_a_shell_too() {
    let world = World::with_config(ROSTER).await;
    let shown = types(&world, &["oncall", "handoff", "U0ZOE"]).await;
    assert!(shown.code != 0 && shown.err.contains("Not done yet"), "{shown:?}");
    assert!(who(&world, "now").await.contains("U0MAYA"));
    let line = shown.err.lines().find_map(|line| line.strip_prefix("To do it: howler ")).unwrap().to_owned();
    let words: Vec<&str> = line.split(' ').take_while(|word| *word != "--data").collect();
    let done = types(&world, &words).await;
    assert!(done.code == 0 && done.out.contains("is on call now"), "{done:?}");
    assert!(who(&world, "now").await.contains("U0ZOE"));
}

/// Shows an import and carries it out; what was said on the way.
async fn import(world: &World, file: &str, more: &[&str]) -> String {
    let shown = types(world, &[&["oncall", "import", file], more].concat()).await;
    let line = shown.err.lines().find_map(|line| line.strip_prefix("To do it: howler "));
    let number = line.unwrap_or_else(|| panic!("{shown:?}")).split(' ').nth(2).unwrap().to_owned();
    let done = types(world, &[&["oncall", "confirm", &number, "import", file], more].concat()).await;
    assert_eq!((done.code, done.err.as_str()), (0, ""), "{done:?}");
    shown.err
}

#[tokio::test]
async fn an_import_replaces_what_an_earlier_one_brought() {
    let world = World::with_config(ROSTER).await;
    let zoe = |weeks: &[(&'static str, &'static str)]| {
        let events: Vec<_> = weeks.iter().map(|(from, until)| ("Zoe Tamahori", *from, *until)).collect();
        file(&world, &calendar(&events))
    };
    let first = ("20261206T000000", "20261213T000000");
    world.settle().await;
    let (second, third) = (("20261220T000000", "20261227T000000"), ("20270103T000000", "20270110T000000"));
    let said = import(&world, &zoe(&[first, third]), &[]).await;
    assert!(!said.contains("earlier import"), "{said}");

    // The first week is gone from the file: it is shown, and then gone here too. What comes after its end stays.
    let said = import(&world, &zoe(&[second]), &[]).await;
    for part in [
        "This replaces earlier imports until 2026-12-13 00:00 UTC.",
        "1 turn of an earlier import stays after that, until 2027-01-10 00:00 UTC. To replace those too, add weeks 7",
        "@maya instead of @zoe",
        "@zoe instead of @maya",
    ] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    assert!(!said.contains("It replaces override"), "{said}");
    for (day, is_zoe) in [("2026-12-08", false), ("2026-12-22", true), ("2027-01-05", true)] {
        assert_eq!(who(&world, day).await.contains("U0ZOE"), is_zoe, "{day}");
    }
    let same = types(&world, &["oncall", "import", &zoe(&[second])]).await;
    assert!(same.code == 1 && same.err.contains("it is so already"), "{same:?}");

    // The file is said to stand for seven weeks, so that its silence after the last turn counts.
    let said = import(&world, &zoe(&[second]), &["weeks", "7"]).await;
    assert!(said.contains("1 turn in the next 7 weeks") && !said.contains("stays after that"), "{said}");
    assert!(!who(&world, "2027-01-05").await.contains("U0ZOE"));
    assert!(who(&world, "2026-12-22").await.contains("U0ZOE"));
}

#[tokio::test]
async fn too_many_turns_say_how_many_weeks_fit() {
    let world = World::with_config(ROSTER).await;
    let file = "tests/calendars/three_a_day.ics";
    let names = ["Maya Chen=U0MAYA", "Kofi Mensah=U0KOFI", "Zoe Tamahori=U0ZOE"];
    let all = types(&world, &[&["oncall", "import", file], &names[..]].concat()).await;
    assert!(
        all.code == 1 && all.err.contains("turns in the next 52 weeks, and I keep 500 at most"),
        "{all:?}"
    );
    let weeks = all.err.split("add weeks ").nth(1).unwrap().split(' ').next().unwrap();
    let some = types(&world, &[&["oncall", "import", file, "weeks", weeks], &names[..]].concat()).await;
    assert!(some.err.contains(&format!("turns in the next {weeks} weeks")), "{some:?}");
    assert!(some.err.contains(&format!("import {file} weeks {weeks} 'Maya Chen=U0MAYA'")), "{some:?}");
    for wrong in ["0", "53", "some"] {
        let said = types(&world, &["oncall", "import", file, "weeks", wrong]).await;
        assert!(said.code == 1 && said.err.contains("1 to 52 weeks"), "{said:?}");
    }
}

#[tokio::test]
async fn invitations_are_told_apart_by_who_is_invited() {
    let world = World::with_config(ROSTER).await;
    let file = "tests/calendars/invitations.ics";
    let asked = types(&world, &["oncall", "import", file]).await;
    for part in [
        "\"On call\" with \"kofi@example.org\" (line 13, 1 shift): nobody in Slack is called that; perhaps @kofi (U0KOFI)? Type \
         'kofi@example.org=U0KOFI'",
        "\"On call\", declined by \"zoe@monkeytown.example (Zoe Tamahori)\" (line 33, 1 shift): nobody in Slack is called that. Type \
         'line 33=U0...'",
        "@ian (U0IAN) or @maya (U0MAYA)? Type 'ian@monkeytown.example, maya@monkeytown.example=U0...'",
    ] {
        assert!(asked.err.contains(part), "{part} is missing: {}", asked.err);
    }
    let typed = [
        "kofi@example.org=U0KOFI",
        "On call: Maya Lindqvist=-",
        "ian@monkeytown.example, maya@monkeytown.example=U0IAN",
        "line 33=-",
    ];
    let shown = types(&world, &[&["oncall", "import", file], &typed[..]].concat()).await;
    assert!(shown.err.contains("4 turns") && shown.err.contains("Not done yet"), "{shown:?}");
    let number = shown.err.split("howler oncall confirm ").nth(1).unwrap().split(' ').next().unwrap();
    let again = [&["oncall", "confirm", number, "import", file], &typed[..]].concat();
    assert_eq!(types(&world, &again).await.code, 0);
    for (day, person) in
        [("2027-01-05", "U0MAYA"), ("2027-01-12", "U0KOFI"), ("2027-01-19", "U0ZOE"), ("2027-02-09", "U0IAN")]
    {
        let who = who(&world, day).await;
        assert!(who.contains(person), "{day}: {who}");
    }
}

#[tokio::test]
async fn mails_are_matched_where_howler_may_read_them() {
    let text = calendar(&[("On call", "20261206T000000", "20261213T000000")]);
    let text = text.replace("SUMMARY", "ATTENDEE:mailto:Zoe@monkeytown.example\r\nSUMMARY");
    let world = World::with_config(ROSTER).await;
    let asked = types(&world, &["oncall", "import", &file(&world, &text)]).await;
    assert!(asked.err.contains("Type 'Zoe@monkeytown.example=U0ZOE'"), "{asked:?}");

    let manifest =
        MANIFEST.replace("      - users:read #", "      - users:read.email # mails\n      - users:read #");
    let (_slack, api) = workspace_of(&Clock::standing_at(two_in_the_morning()), &manifest).await;
    let world = World::with_secrets(ROSTER, |secrets| secrets.slack_api_url = api).await;
    world.settle().await;
    let shown = types(&world, &["oncall", "import", &file(&world, &text)]).await;
    assert!(shown.err.contains("@zoe instead of @maya"), "{shown:?}");
}

#[tokio::test]
async fn a_fold_inside_a_character_is_mended() {
    let world = World::with_config(ROSTER).await;
    let said = types(&world, &["oncall", "import", "tests/calendars/fold_in_a_character.ics"]).await;
    assert!(said.code == 1 && said.err.contains("@zoe instead of"), "{said:?}");
}

#[tokio::test]
async fn what_is_no_calendar_says_so_and_changes_nothing() {
    let world = World::with_config(ROSTER).await;
    let long = "x".repeat(1 << 20) + "x";
    for (text, code, part) in [
        ("nonsense", 1, "This is not a calendar"),
        (&calendar(&[]), 1, "has no shift in the next 52 weeks"),
        (&calendar(&[("Zoe", "20200101T000000", "20200108T000000")]), 1, "has no shift"),
        (&calendar(&[("Zoe", "gibberish", "20261213T000000")]), 1, "Line 6:"),
        (&long, 3, "which is no schedule"),
    ] {
        let said = types(&world, &["oncall", "import", &file(&world, text)]).await;
        assert!(said.code == code && said.out.is_empty() && said.err.contains(part), "{part}: {said:?}");
    }
    fs::write(world.data().with_extension("ics"), b"BEGIN:VCALENDAR\xff").unwrap();
    let binary =
        types(&world, &["oncall", "import", &world.data().with_extension("ics").to_string_lossy()]).await;
    assert!(binary.code == 3 && binary.err.contains("not text"), "{binary:?}");
    let missing = types(&world, &["oncall", "import", "/nowhere/at-all.ics"]).await;
    assert!(missing.code == 3 && missing.err.contains("cannot be read"), "{missing:?}");
    let bare = types(&world, &["oncall", "import"]).await;
    assert!(bare.code == 1 && bare.err.contains("howler oncall import FILE.ics"), "{bare:?}");
    assert!(world.maya().types(EMERGENCIES, "/oncall import").await.contains("at a shell"));
    assert!(world.maya().types(EMERGENCIES, "/oncall confirm 7 who").await.contains("Confirm which change"));
}

#[tokio::test]
async fn with_slack_down_ids_still_name_people() {
    let world = World::with_config(ROSTER).await;
    world.slack.faults().down(true);
    let file = file(&world, &calendar(&[("U0ZOE", "20261206T000000", "20261213T000000")]));
    let shown = types(&world, &["oncall", "import", &file, "U0ZOE=U0ZOE"]).await;
    assert!(shown.err.contains("Slack did not give me people's names"), "{shown:?}");
    assert!(shown.err.contains("@U0ZOE instead of"), "{shown:?}");
}

#[tokio::test]
async fn a_question_may_carry_a_large_file() {
    let world = World::with_config(ROSTER).await;
    let mut stream = UnixStream::connect(path_in(&world.data())).await.unwrap();
    let file = Some("\n".repeat(1 << 20));
    let asked = Question { id: "large-file".into(), command: "oncall".into(), line: "import".into(), file };
    write(&mut stream, &asked).await.unwrap();
    let reply: Reply = read(&mut stream).await.unwrap();
    assert!(matches!(&reply, Reply::Refused(words) if words.contains("not a calendar")), "{reply:?}");
}
