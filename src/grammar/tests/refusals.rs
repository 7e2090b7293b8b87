use super::*;
use domain::text::{TEXT_MOST, TITLE_MOST};

fn check(cases: Vec<(&str, Refusal)>) {
    for (text, wanted) in cases {
        assert_eq!(parse(text), Err(wanted), "{text:?}");
    }
}

fn unknown(word: &str, nearest: Option<&str>) -> Refusal {
    Refusal::UnknownWord { word: word.into(), nearest: nearest.map(Into::into) }
}

#[test]
fn one_person_at_a_time() {
    for line in ["remove", "add", "resume", "backup", "handoff"] {
        let refused = Refusal::OneAtATime { command: line.into() };
        for two in ["<@U1> <@U2>", "<@U1|zoe> <@U2|ian>", "<@U1> and <@U2>"] {
            assert_eq!(parse(&format!("oncall {line} {two}")), Err(refused.clone()), "{line} {two}");
        }
    }
    let page = Refusal::OneAtATime { command: "page".into() };
    assert_eq!(parse("oncall page <@U1> <@U2> The release waits"), Err(page));
}

#[test]
fn words_that_are_nothing_at_all() {
    check(vec![
        ("🐒", unknown("🐒", None)),
        ("...", unknown("...", None)),
        ("x", unknown("x", None)),
        ("&lt;!channel&gt;", unknown("<!channel>", None)),
        ("retract note", unknown("note", Some("retract update"))),
        ("timeline page two", unknown("page two", Some("timeline page 2"))),
    ]);
}

#[test]
fn long_words_are_quoted_short() {
    let text = "w".repeat(5_000);
    let Err(Refusal::UnknownWord { word, nearest: None }) = parse(&text) else { panic!("refused") };
    assert_eq!(word.chars().count(), 40);
}

#[test]
fn severities_statuses_roles_and_people_that_do_not_exist() {
    let severity = |word: &str| Refusal::UnknownSeverity { word: word.into() };
    let status = |word: &str| Refusal::UnknownStatus { word: word.into() };
    let role = |word: &str| Refusal::UnknownRole { word: word.into() };
    let person = |word: &str| Refusal::NoSuchPerson {
        word: word.into(),
        nearest: None,
        id: None,
        after: "incident role commander".into(),
    };
    check(vec![
        ("severity p9", severity("p9")),
        ("severity bad", severity("bad")),
        ("severity p", severity("p")),
        ("7 severity 0", severity("0")),
        ("status fixed", status("fixed")),
        ("role boss <@U1>", role("boss")),
        ("role <@U1> boss", role("boss")),
        ("take boss", role("boss")),
        ("role commander @ian", person("@ian")),
        ("role commander ian", person("ian")),
        ("role commander <@U1> <@U2>", Refusal::OneAtATime { command: "incident role commander".into() }),
    ]);
}

#[test]
fn numbers_and_times_that_are_none() {
    let number = |word: &str| Refusal::NotAnIncidentNumber { word: word.into() };
    let time = |word: &str| Refusal::NotADuration { word: word.into() };
    check(vec![
        ("show seven", number("seven")),
        ("show -7", number("-7")),
        ("show 7.5", number("7.5")),
        ("show 99999999999999999999", number("99999999999999999999")),
        ("99999999999999999999 show", number("99999999999999999999")),
        ("ack 7 8", number("7 8")),
        ("timeline seven", number("seven")),
        ("snooze forever", time("forever")),
        ("snooze 15", time("15")),
        ("snooze -5m", time("-5m")),
        ("snooze 0m", time("0m")),
        ("snooze 99999999999999w", time("99999999999999w")),
        ("eta -20m", time("-20m")),
        ("eta in -5m", time("in -5m")),
        ("eta 20", time("20")),
        ("eta 1e308", time("1e308")),
        ("eta 9000w", time("9000w")),
        ("eta 99999999999h", time("99999999999h")),
        ("eta in 99999999999 hours", time("in 99999999999 hours")),
        ("eta 5m ago", time("5m ago")),
        ("eta 9999-12-31 23:59 UTC", time("9999-12-31 23:59 UTC")),
        ("eta \u{663}m", time("\u{663}m")),
    ]);
}

#[test]
fn times_that_nobody_means() {
    let short = |word: &str| Refusal::TooShortATime { word: word.into() };
    check(vec![
        ("snooze 1ns", short("1ns")),
        ("snooze 0.5s", short("0.5s")),
        ("snooze for 59s", short("59s")),
        ("eta 1ns", short("1ns")),
    ]);
}

#[test]
fn missing_texts() {
    let missing = |command: &str| Refusal::TextMissing { command: command.into() };
    check(vec![
        ("impact", missing("impact")),
        ("7 impact", missing("impact")),
        ("action", missing("action")),
        ("note", missing("note")),
        ("note \u{200b}", missing("note")),
        ("eta", missing("eta")),
        ("find", missing("find")),
        ("severity", missing("severity")),
        ("role", missing("role")),
        ("role scribe", missing("role scribe")),
    ]);
}

#[test]
fn texts_that_are_too_long() {
    let cases = [
        ("update ", "update", TEXT_MOST),
        ("impact ", "impact", TEXT_MOST),
        ("action ", "action", TEXT_MOST),
        ("note ", "note", TEXT_MOST),
        ("resolve ", "root cause", TEXT_MOST),
        ("severity p2 ", "reason", TEXT_MOST),
        ("eta ", "ETA", TITLE_MOST),
        ("find ", "search", TITLE_MOST),
    ];
    for (start, what, most) in cases {
        assert!(parse(&format!("{start}{}", "🐒".repeat(most))).is_ok(), "{start}");
        for length in [most + 1, 5_000] {
            let refused = parse(&format!("{start}{}", "🐒".repeat(length)));
            assert_eq!(refused, Err(Refusal::TooLong { what: what.into(), length, most }), "{start}");
        }
    }
}

/// Nobody who declares a P1 is sent away for want of a title.
#[test]
fn a_declaration_without_a_title_gets_its_button() {
    for text in ["p1", "declare p1", "declare p1   ", "p1 \u{200b}\u{202e}", "p1 \u{7}\u{1b}", "P1!"] {
        let Err(Refusal::Unsure { doubt: Doubt::NoTitle, meanings, .. }) = parse(text) else {
            panic!("{text:?} was read as {:?}", parse(text))
        };
        let severity = Severity::P1;
        let declare = Command::Declare { severity, title: "No title yet".into() };
        assert_eq!(meanings.first().map(|meaning| &meaning.line.command), Some(&declare), "{text:?}");
    }
}
