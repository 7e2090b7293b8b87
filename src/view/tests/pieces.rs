use jiff::SignedDuration;

use super::samples;
use crate::{Via, help, text, time, typed};
use domain::command::Command;
use domain::timer::{Lateness, Outage};

#[test]
fn mark_up_in_texts_becomes_inert() {
    for (typed, inert) in [
        ("Event stream down", "Event stream down"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("a & b", "a &amp; b"),
        ("*x* ~y~ `z`", "∗x∗ ∼y∼ ˋzˋ"),
        ("_x_ snake_case ²_6", "＿x＿ snake_case ²＿6"),
        (":fire: 12:30 ratio 3:1", ":\u{2060}fire: 12:30 ratio 3:1"),
        ("https://evil.example", "https:\u{2060}//evil.\u{2060}example"),
        ("> quote\n> more, a > b", "\u{2060}&gt; quote\n\u{2060}&gt; more, a &gt; b"),
        ("1.5 s. Done", "1.5 s. Done"),
    ] {
        assert_eq!(text::inert(typed), inert);
    }
}

#[test]
fn outer_blanks_of_a_phrase_stay_and_hidden_marks_go() {
    for (given, shown) in [
        (" · ", " · "),
        ("\n", "\n"),
        ("a\u{202E}b ", "ab "),
        ("\u{200B}", ""),
        ("  x\r\ny\u{7}  ", "  x\ny  "),
        ("", ""),
    ] {
        assert_eq!(text::visible(given), shown, "{given:?}");
    }
}

#[test]
fn intervals_in_words() {
    for (seconds, words) in [
        (1_800, "every 30 minutes"),
        (3_600, "every hour"),
        (5_400, "every 90 minutes"),
        (7_200, "every 2 hours"),
        (60, "every minute"),
        (90, "every 90 seconds"),
        (86_400, "every 24 hours"),
    ] {
        assert_eq!(time::every(SignedDuration::from_secs(seconds)), words);
    }
}

#[test]
fn lateness_is_admitted() {
    let late = |from: &str, until: &str| {
        let outage = Outage { from: from.parse().unwrap(), until: until.parse().unwrap() };
        time::late(&Lateness { due: samples::at("02:30"), outage: Some(outage) })
    };
    assert_eq!(
        late("2026-11-24T02:25:00Z", "2026-11-24T02:41:00Z"),
        "due 02:30 UTC; howler was down 02:25-02:41"
    );
    assert_eq!(
        late("2026-11-23T23:50:00Z", "2026-11-24T02:41:00Z"),
        "due 2026-11-24 02:30 UTC; howler was down 2026-11-23 23:50-2026-11-24 02:41"
    );
    let slow = Lateness { due: samples::at("02:30"), outage: None };
    assert_eq!(time::late(&slow), "due 02:30 UTC; howler was running but late");
}

#[test]
fn lines_to_type_are_understood() {
    for line in samples::lines() {
        let shown = typed(&line, Via::Slash).unwrap();
        let rest = shown.strip_prefix("/incident ").unwrap();
        assert_eq!(grammar::parse(rest), Ok(line), "{shown}");
    }
}

#[test]
fn every_line_of_the_help_does_what_it_says() {
    for (command, line) in help::lines() {
        // A person is chosen from Slack's list, which no line can show.
        let line = line.replace("@name", "<@U0IAN>");
        let parsed = grammar::parse(&line).unwrap();
        let same = std::mem::discriminant(&parsed.command) == std::mem::discriminant(&command);
        assert!(same, "{line} is {:?}", parsed.command);
    }
}

#[test]
fn every_line_a_refusal_suggests_is_understood() {
    let suggested = regex::Regex::new("`/incident ([^`]+)`").unwrap();
    for refusal in samples::refusals("upd") {
        let message = crate::private(&domain::answer::Private::Refused(refusal.clone()), Via::Slash);
        for line in suggested.captures_iter(&message.text) {
            let line = line[1].replace("@name", "<@U0IAN>");
            assert!(grammar::parse(&line).is_ok(), "{refusal:?} suggests {line}");
        }
    }
}

/// What stands for somebody in examples, as Slack sends it.
fn with_people(line: &str) -> String {
    let line = line.replace("@name", "<@U0IAN>").replace("@user", "<@U0IAN>").replace("@maya", "<@U0MAYA>");
    let line = line
        .replace("@kofi", "<@U0KOFI>")
        .replace("@zoe", "<@U0ZOE>")
        .replace("@a @b @c", "<@U0A> <@U0B> <@U0C>");
    line.replace("...", "some words").replace('…', "some words")
}

/// Types a whole line with its slash command.
#[track_caller]
fn types(line: &str) {
    let line = with_people(line);
    let (command, rest) = line.split_once(' ').unwrap_or((line.as_str(), ""));
    if rest == "some words" {
        return;
    }
    let understood = match command {
        "/incident" => grammar::parse(rest),
        "/oncall" => grammar::parse_oncall(rest),
        "/runbook" => Ok(grammar::parse_runbook(rest)),
        "/maintenance" | "/alerts" => grammar::parse_feature(command, rest).unwrap(),
        _ => return,
    };
    assert!(understood.is_ok(), "{line}: {understood:?}");
    let unclear = format!("{understood:?}").contains("Unclear(");
    assert!(!unclear, "{line}: {understood:?}");
}

#[test]
fn every_line_about_being_on_call_that_a_refusal_suggests_is_understood() {
    let suggested = regex::Regex::new("`(/(?:oncall|incident) [^`]+)`").unwrap();
    for refusal in samples::oncall_refusals("upd") {
        let message = crate::private(&domain::answer::Private::Refused(refusal.clone()), Via::Slash);
        suggested.captures_iter(&message.text).for_each(|line| types(&line[1]));
    }
}

#[test]
fn every_line_about_maintenance_that_an_answer_suggests_is_understood() {
    let suggested = regex::Regex::new("`(/maintenance [^`]+)`").unwrap();
    let mut seen = 0;
    for (_, message) in samples::maintenance(&samples::Texts::calm()) {
        for line in suggested.captures_iter(&message.text) {
            types(&line[1]);
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn every_line_about_alerts_that_an_answer_suggests_is_understood() {
    let suggested = regex::Regex::new("`(/alerts [^`]+)`").unwrap();
    let mut seen = 0;
    for (_, message) in samples::alerts(&samples::Texts::calm()) {
        for line in suggested.captures_iter(&message.text) {
            types(&line[1]);
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn every_hint_of_the_manifest_is_understood() {
    let hints = regex::Regex::new(r#"command: (/\w+)(?s:.*?)usage_hint: "([^"]+)""#).unwrap();
    let manifest = include_str!("../../../manifest.yml");
    let mut seen = 0;
    for hint in hints.captures_iter(manifest) {
        for line in hint[2].split(" | ") {
            types(&format!("{} {line}", &hint[1]));
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn every_hint_of_the_rehearsal_is_understood() {
    let hints = regex::Regex::new(r#"\["(/[^"]+)", "([^"]*)", ""#).unwrap();
    let page = include_str!("../../fake/rehearsal/page/hints.js");
    let lines: Vec<String> =
        hints.captures_iter(page).map(|hint| format!("{}{}", &hint[1], &hint[2])).collect();
    assert!(lines.len() > 20, "{lines:?}");
    lines.iter().for_each(|line| types(line.trim()));
}

#[test]
fn every_whole_line_of_the_readme_and_the_docs_is_understood() {
    let lines =
        regex::Regex::new("`(/(?:incident|oncall|runbook|alerts|maintenance) [^`\\[<|\n]+)`").unwrap();
    for text in [
        include_str!("../../../README.md"),
        include_str!("../../../docs/operations.md"),
        include_str!("../../../docs/commands.md"),
    ] {
        lines.captures_iter(text).for_each(|line| types(&line[1]));
    }
}

/// The first column of the tables: lines without their slash command.
#[test]
fn every_line_of_the_tables_of_commands_is_understood() {
    let typed = include_str!("../../../docs/commands.md");
    let lines = regex::Regex::new("`([^`]+)`").unwrap();
    let (mut command, mut seen) = ("/incident", 0);
    for row in typed.lines() {
        if let Some(next) = ["/incident", "/oncall", "/runbook", "/alerts", "/maintenance"]
            .iter()
            .find(|it| row.starts_with(&format!("## `{it}`")))
        {
            command = next;
        }
        let Some(first) = row.strip_prefix("| ").and_then(|row| row.split(" | ").next()) else { continue };
        for line in lines.captures_iter(first) {
            types(&format!("{command} {}", &line[1]));
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn buttons_that_nothing_can_be_typed_for_say_so() {
    let line =
        domain::Line { incident: None, command: Command::RetryNow { effect: domain::id::EffectId(1) } };
    assert_eq!(typed(&line, Via::Slash), None);
}

#[test]
fn a_line_at_a_shell_can_be_copied_as_it_stands() {
    let line = |text: &str| {
        let command = Command::Update { text: text.into() };
        typed(&domain::Line { incident: Some(samples::ID), command }, Via::Shell).unwrap()
    };
    for (text, shown) in [
        ("Restarted the stream", "howler incident 7 update Restarted the stream"),
        ("it's $HOME", r"howler incident '7 update it'\''s $HOME'"),
        ("a; rm -rf `x`", "howler incident '7 update a; rm -rf `x`'"),
        ("two\nlines", "howler incident '7 update two\nlines'"),
    ] {
        assert_eq!(line(text), shown);
    }
}
