//! A schedule of another program, taken over from a shell: shown first, then carried out.

use std::fs;
use std::path::PathBuf;

use howler::intake::shell::{Question, Reply, path_in, read, write};
use tokio::net::UnixStream;

use crate::harness::{EMERGENCIES, World};
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
    assert!(unknown.err.contains("\"Jane Doe\" (line 10, 1 shift): nobody is called so"), "{unknown:?}");
    let both = types(&world, &["oncall", "import", &file, "Jane Doe=U0IAN", "Robot=U0KOFI"]).await;
    assert!(
        both.err.contains("2026-12-13 00:00 UTC to 2026-12-20 00:00 UTC: @ian (U0IAN) and @kofi (U0KOFI)"),
        "{both:?}"
    );
    let nobody = types(&world, &["oncall", "import", &file, "Jane"]).await;
    assert!(nobody.err.contains("\"Jane\" says of nobody who they are"), "{nobody:?}");

    let shown = types(&world, &["oncall", "import", &file, "Jane Doe=U0IAN", "Robot=-"]).await;
    assert_eq!((shown.code, shown.out.as_str()), (1, ""), "{shown:?}");
    for part in
        ["Old pager: 2 turns", "00:00 UTC: @zoe instead of @maya", "@ian instead of @kofi", "Not done yet"]
    {
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
    assert!(who(&world, "2026-12-15").await.contains("By an imported calendar"));
    let twice = types(&world, &again).await;
    assert!(twice.code == 1 && twice.err.contains("It is so already"), "{twice:?}");
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
    assert!(again.code == 1 && again.err.contains("The schedule was changed meanwhile"), "{again:?}");
    let line = again.err.lines().find_map(|line| line.strip_prefix("To do it: howler ")).unwrap().to_owned();
    let words: Vec<&str> = line.split(' ').take_while(|word| *word != "--data").collect();
    let done = types(&world, &words).await;
    assert_eq!(done.code, 0, "{done:?}");
    assert!(who(&world, "2026-12-08 12:00").await.contains("U0ZOE"));
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
    assert!(world.maya().types(EMERGENCIES, "/oncall import").await.contains("from a shell"));
    assert!(world.maya().types(EMERGENCIES, "/oncall confirm 7 who").await.contains("Something is missing"));
}

#[tokio::test]
async fn with_slack_down_ids_still_name_people() {
    let world = World::with_config(ROSTER).await;
    world.slack.faults().down(true);
    let file = file(&world, &calendar(&[("U0ZOE", "20261206T000000", "20261213T000000")]));
    let shown = types(&world, &["oncall", "import", &file, "U0ZOE=U0ZOE"]).await;
    assert!(shown.err.contains("Slack does not tell its people's names"), "{shown:?}");
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
