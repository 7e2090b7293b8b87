use jiff::SignedDuration;

use super::samples;
use crate::domain::command::Command;
use crate::domain::timer::{Lateness, Outage};
use crate::intake::grammar;
use crate::view::{Via, help, text, time, typed};

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
        let message =
            crate::view::private(&crate::domain::answer::Private::Refused(refusal.clone()), Via::Slash);
        for line in suggested.captures_iter(&message.text) {
            let line = line[1].replace("@name", "<@U0IAN>");
            assert!(grammar::parse(&line).is_ok(), "{refusal:?} suggests {line}");
        }
    }
}

#[test]
fn buttons_that_nothing_can_be_typed_for_say_so() {
    let line =
        crate::domain::Line { incident: None, command: Command::RetryNow { effect: crate::id::EffectId(1) } };
    assert_eq!(typed(&line, Via::Slash), None);
}

#[test]
fn a_line_at_a_shell_can_be_copied_as_it_stands() {
    let line = |text: &str| {
        let command = Command::Update { text: text.into() };
        typed(&crate::domain::Line { incident: Some(samples::ID), command }, Via::Shell).unwrap()
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
