//! Who is on call, for other programs: a calendar by its address, and JSON by a token.

use domain::secret::Secret;
use jiff::tz::TimeZone;

use crate::harness::{EMERGENCIES, World};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";

/// The path in the answer to `/oncall calendar`.
async fn address(world: &World, line: &str) -> String {
    let answer = world.maya().types(EMERGENCIES, line).await;
    let shown = world.maya().whisper(EMERGENCIES).unwrap().blocks.to_string();
    let from = shown.find("/oncall.ics?key=").unwrap_or_else(|| panic!("{answer}"));
    shown[from..].chars().take_while(|c| !"\"` \\".contains(*c)).collect()
}

async fn get(world: &World, path: &str, token: Option<&str>) -> (u16, String) {
    let request = reqwest::Client::new().get(format!("{}{path}", world.base()));
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_calendar_is_read_by_an_address_that_nobody_guesses_until_it_is_revoked() {
    let world = World::with_config(ROSTER).await;
    let all = address(&world, "/oncall calendar all").await;
    let mine = address(&world, "/oncall calendar").await;
    assert_ne!(all, mine);
    let (status, text) = get(&world, &all, None).await;
    assert_eq!(status, 200);
    let now = world.clock.now();
    let (from, until) = (now, now + jiff::SignedDuration::from_hours(24 * 28));
    let read = calendar::read(text.as_bytes(), (from, until), &TimeZone::UTC).unwrap();
    assert_eq!((read.entries.len(), read.problems.len()), (5, 0), "{text}");
    assert!(text.contains("SUMMARY:On call: maya") && text.contains("SUMMARY:On call: kofi"), "{text}");
    let (_, own) = get(&world, &mine, None).await;
    assert!(own.contains("On call: maya") && !own.contains("On call: kofi"), "{own}");
    world.maya().types(EMERGENCIES, "/oncall calendar off").await;
    for path in [&mine, "/oncall.ics", "/oncall.ics?key=", "/oncall.ics?key=0"] {
        assert_eq!(get(&world, path, None).await, (404, String::new()), "{path}");
    }
    assert_eq!(get(&world, &all, None).await.0, 200, "the other one stays");
}

#[tokio::test]
async fn asked_again_a_calendar_is_the_same() {
    for roster in [ROSTER, "[rotation]\nmembers = [\"U0MAYA\"]\n", "[rotation]\nbackup = \"U0ZOE\"\n"] {
        let world = World::with_config(roster).await;
        world.settle().await;
        let all = address(&world, "/oncall calendar all").await;
        world.forward_seconds(7 * 86_400 + 61).await;
        let (_, text) = get(&world, &all, None).await;
        assert!(text.contains("BEGIN:VEVENT"), "{roster}: {text}");
        world.forward_seconds(61).await;
        assert_eq!(get(&world, &all, None).await, (200, text), "{roster}");
    }
}

#[tokio::test]
async fn times_that_only_the_declared_backup_has_are_events() {
    let world = World::with_config("[rotation]\nmembers = [\"U0MAYA\"]\nbackup = \"U0ZOE\"\n").await;
    let all = address(&world, "/oncall calendar all").await;
    let said = world.maya().types(EMERGENCIES, "/oncall pause @maya until 2026-12-01").await;
    world.maya().clicks(EMERGENCIES, "confirm").await;
    let (_, text) = get(&world, &all, None).await;
    assert!(text.contains("SUMMARY:On call: zoe") && text.contains("declared backup"), "{said}: {text}");
    assert!(text.contains("DTEND:20261201T000000Z"), "{text}");
}

#[tokio::test]
async fn a_second_address_says_that_the_first_is_dead() {
    let world = World::with_config(ROSTER).await;
    for (line, other) in
        [("/oncall calendar", "/oncall calendar all"), ("/oncall calendar all", "/oncall calendar")]
    {
        let dead = "The old address no longer works";
        let first = address(&world, line).await;
        let shown = world.maya().whisper(EMERGENCIES).unwrap().text;
        assert!(!shown.contains(dead), "{line}: {shown}");
        let second = address(&world, line).await;
        let shown = world.maya().whisper(EMERGENCIES).unwrap().text;
        assert!(shown.contains(dead), "{line}: {shown}");
        assert_eq!(get(&world, &first, None).await.0, 404, "{line}");
        assert_eq!(get(&world, &second, None).await.0, 200, "{line}");
        world.maya().types(EMERGENCIES, &format!("{line} off")).await;
        world.maya().types(EMERGENCIES, &format!("{other} off")).await;
    }
}

#[tokio::test]
async fn other_programs_ask_with_a_token_and_get_what_the_document_shows() {
    let world = World::with_secrets(ROSTER, |secrets| secrets.api_secret = Some(Secret::new("sesame"))).await;
    world.settle().await;
    for token in [None, Some("mesame")] {
        assert_eq!(get(&world, "/api/oncall", token).await, (401, String::new()));
    }
    let (status, json) = get(&world, "/api/oncall", Some("sesame")).await;
    assert_eq!(status, 200);
    let document = std::fs::read_to_string("docs/operations.md").unwrap();
    assert!(document.lines().any(|line| line == json), "{json}\nis not in the document");
    let (_, then) = get(&world, "/api/oncall?at=2026-12-01T00:00:00Z", Some("sesame")).await;
    assert!(then.contains("\"primary\":{\"person\":\"U0KOFI\""), "{then}");
    assert_eq!(get(&world, "/api/oncall?at=tomorrow", Some("sesame")).await.0, 400);
}

#[tokio::test]
async fn without_a_token_configured_there_is_no_such_address() {
    let world = World::with_config(ROSTER).await;
    assert_eq!(get(&world, "/api/oncall", Some("sesame")).await.0, 404);
}
