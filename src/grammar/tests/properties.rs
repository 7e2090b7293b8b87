use proptest::prelude::*;

use super::*;
use domain::text::{TEXT_MOST, TITLE_MOST, clean, clean_line};

const VALID: &[&str] = &[
    "declare p1 Event stream down",
    "p2 Slow",
    "7 update Restarted",
    "status identified 7",
    "severity p2 reason",
    "eta 20m",
    "role commander <@U1|ian>",
    "snooze 15m INC-7",
    "resolve <https://x.io|x> &amp; so on",
    "retract update 7",
    "timeline 7 page 2",
    "find redis",
];

/// A line's text is short enough and clean, whatever was typed.
fn is_sound(line: &Line) -> bool {
    let title =
        |title: &str| !title.is_empty() && title.chars().count() <= TITLE_MOST && clean_line(title) == title;
    let text = |text: &str| !text.is_empty() && text.chars().count() <= TEXT_MOST && clean(text) == text;
    match &line.command {
        Command::Declare { title: t, .. } => title(t),
        Command::DeclareForm { title: t } => t.as_deref().is_none_or(title),
        Command::Update { text: t }
        | Command::Impact { text: t }
        | Command::Action { text: t }
        | Command::Note { text: t }
        | Command::Resolve { root_cause: t } => text(t),
        Command::Severity { reason, .. } => reason.as_deref().is_none_or(text),
        Command::Eta { eta: EtaText::Words(words) } | Command::Find { words } => title(words),
        Command::Eta { eta: EtaText::In(time) } | Command::Snooze { by: time, .. } => time.is_positive(),
        Command::Timeline { page } => *page >= 1,
        Command::With { command, note } => {
            text(note) && is_sound(&Line { incident: None, command: command.as_ref().clone() })
        }
        Command::Either { here, named, .. } => is_sound(here) && is_sound(named),
        Command::InChannel { line, .. } => is_sound(line),
        _ => true,
    }
}

fn is_short(refusal: &Refusal) -> bool {
    serde_json::to_string(refusal).is_ok_and(|json| json.len() < 400)
}

fn holds(text: &str) -> bool {
    match parse(text) {
        Ok(line) => is_sound(&line),
        Err(Refusal::Unsure { meanings, .. }) => {
            (1..=4).contains(&meanings.len()) && meanings.iter().all(|meaning| is_sound(&meaning.line))
        }
        Err(refusal) => is_short(&refusal),
    }
}

fn any_line() -> impl Strategy<Value = Line> {
    let command = prop_oneof![
        (any_severity(), "[a-z🐒<&>`*]{1,20}")
            .prop_map(|(severity, title)| Command::Declare { severity, title }),
        "[a-z]{1,10} [a-z&<>]{1,30}".prop_map(|text| Command::Update { text }),
        Just(Command::UpdateForm),
        (0..3_usize).prop_map(|i| Command::Status { to: Status::ALL[i] }),
        (any_severity(), proptest::option::of("[a-z]{1,20}"))
            .prop_map(|(to, reason)| Command::Severity { to, reason }),
        (1..10_000_i64).prop_map(|m| Command::Snooze { by: SignedDuration::from_mins(m), reminder: None }),
        (0..3_usize, "U[A-Z0-9]{3,9}")
            .prop_map(|(i, person)| Command::Role { role: Role::ALL[i], person: UserId(person) }),
        (0..3_usize).prop_map(|i| Command::Take { role: Role::ALL[i] }),
        Just(Command::Ack),
        Just(Command::Reopen),
        Just(Command::Show),
        (1..500_usize).prop_map(|page| Command::Timeline { page }),
        Just(Command::List),
        "[a-z]{1,20}"
            .prop_map(|word| Command::Resolve { root_cause: format!("it was {word} again and no more") }),
    ];
    (proptest::option::of(1..u64::MAX), command).prop_map(|(number, command)| Line {
        incident: number.map(IncidentId).filter(|_| command.is_about_one()),
        command,
    })
}

fn any_severity() -> impl Strategy<Value = Severity> {
    (0..4_usize).prop_map(|i| Severity::ALL[i])
}

/// The line as somebody would type it, on the wire.
fn typed(line: &Line) -> String {
    let wire = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let words = match &line.command {
        Command::Declare { severity, title } => format!("{severity} {}", wire(title)),
        Command::Update { text } => wire(text),
        Command::Status { to } => to.to_string(),
        Command::Severity { to, reason } => format!("{to} {}", reason.as_deref().unwrap_or("")),
        Command::Snooze { by, .. } => format!("{}m", by.as_mins()),
        Command::Role { role, person } => format!("{role} <@{person}>"),
        Command::Take { role } => role.to_string(),
        Command::Timeline { page } => format!("page {page}"),
        Command::Resolve { root_cause } => root_cause.clone(),
        _ => String::new(),
    };
    let number = line.incident.map(|incident| format!("{incident} ")).unwrap_or_default();
    format!("{number}{} {words}", line.command.word())
}

proptest! {
    #[test]
    fn any_text_gives_a_sound_line_or_a_short_refusal(text in "\\PC{0,80}|[ -~]{0,80}|.{0,80}") {
        prop_assert!(holds(&text), "{:?}", parse(&text));
    }

    #[test]
    fn words_of_the_grammar_in_any_order(
        words in proptest::collection::vec(
            "7|INC-7|#7|p1|P0|sev2|declare|update|status|severity|eta|role|take|snooze|resolve|reopen|retract|\
             timeline|page|show|find|ack|me|for|in|15m|identified|commander|<@U1>|<@|>|&lt;|`|\u{200b}|\u{7}|[a-z]{1,3}",
            0..8,
        )
    ) {
        let text = words.join(" ");
        prop_assert!(holds(&text), "{:?} {:?}", text, parse(&text));
    }

    #[test]
    fn valid_lines_with_a_slip(which in 0..VALID.len(), at in 0..60_usize, put in "\\PC?|.?", drop in 0..3_usize) {
        let mut chars: Vec<char> = VALID[which].chars().collect();
        let at = at.min(chars.len());
        let end = (at + drop).min(chars.len());
        chars.splice(at..end, put.chars());
        let text: String = chars.into_iter().collect();
        prop_assert!(holds(&text), "{:?} {:?}", text, parse(&text));
    }

    #[test]
    fn what_is_typed_is_what_is_read(line in any_line()) {
        prop_assert_eq!(parse(&typed(&line)), Ok(line.clone()), "{:?}", typed(&line));
    }

    #[test]
    fn case_does_not_matter(which in 0..VALID.len()) {
        let (first, rest) = split_word(VALID[which]);
        let upper = format!("{} {rest}", first.to_uppercase());
        prop_assert_eq!(parse(&upper), parse(VALID[which]));
    }
}
