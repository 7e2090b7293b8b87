//! A line typed at a shell, read by the same grammar as Slack's.

use domain::command::Command;
use domain::refusal::Refusal;
use domain::request::Ask;

/// What the line about being on call asks. People are named by Slack's ids there, bare ones too.
pub(super) fn ask_oncall(line: &str) -> Ask {
    let wire = escaped(line);
    let read = grammar::parse_oncall(&wire);
    let people = matches!(read, Err(Refusal::NoSuchPerson { .. } | Refusal::TextMissing { .. }));
    let read = if people { grammar::parse_oncall(&with_mentions(&wire)).or(read) } else { read };
    match read {
        Ok(line) => Ask::Line(line),
        Err(refusal) => Ask::Unclear(refusal),
    }
}

/// What the line about the runbook asks.
pub(super) fn ask_runbook(line: &str) -> Ask {
    Ask::Line(grammar::parse_runbook(&escaped(line)))
}

/// What the line about a part with a command of its own asks; `None` where there is no such part.
pub(super) fn ask_feature(command: &str, line: &str) -> Option<Ask> {
    let line = grammar::parse_feature(command, &escaped(line))?;
    Some(line.map_or_else(Ask::Unclear, Ask::Line))
}

/// What the line asks.
pub(super) fn ask(line: &str) -> Ask {
    let wire = escaped(line);
    match grammar::parse(&wire) {
        Ok(line) => Ask::Line(line),
        Err(refusal @ (Refusal::NoSuchPerson { .. } | Refusal::UnknownRole { .. })) => {
            match grammar::parse(&with_mentions(&wire)) {
                Ok(line)
                    if matches!(
                        line.command.core(),
                        Command::Role { .. } | Command::Page { .. } | Command::After(_)
                    ) =>
                {
                    Ask::Line(line)
                }
                _ => Ask::Unclear(refusal),
            }
        }
        Err(refusal) => Ask::Unclear(refusal),
    }
}

/// As Slack writes what people type, but for mentions, which are taken as they stand: `<@U0IAN>`.
fn escaped(line: &str) -> String {
    let text = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.split_inclusive(char::is_whitespace).map(mention_kept).collect()
}

fn mention_kept(word: &str) -> String {
    let bare = word.trim_end();
    let inside = bare.strip_prefix("&lt;@").and_then(|word| word.strip_suffix("&gt;"));
    match inside.filter(|id| is_person(id)) {
        Some(id) => word.replacen(bare, &format!("<@{id}>"), 1),
        None => word.to_owned(),
    }
}

/// Whoever types has no list to choose a name from, so a bare id is a mention where a person is asked for.
fn with_mentions(wire: &str) -> String {
    let word = |word: &str| {
        let id = word.strip_prefix('@').unwrap_or(word);
        if is_person(id) { format!("<@{id}>") } else { word.to_owned() }
    };
    wire.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

pub(super) fn is_person(id: &str) -> bool {
    id.len() > 2
        && id.starts_with(['U', 'W'])
        && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use domain::command::Role;

    fn asked(line: &str) -> Command {
        match ask(line) {
            Ask::Line(line) => line.command,
            other => panic!("{line:?} was read as {other:?}"),
        }
    }

    #[test]
    fn people_are_named_by_slacks_ids() {
        let expected = Command::Role { role: Role::Commander, person: "U0IAN".into() };
        for line in [
            "role commander U0IAN",
            "role commander @U0IAN",
            "role commander <@U0IAN>",
            "role U0IAN commander",
            "7 role commander U0IAN",
        ] {
            assert_eq!(asked(line), expected, "{line}");
        }
        for line in ["role commander @ian", "role commander ian", "role commander <@u0ian>"] {
            assert!(matches!(ask(line), Ask::Unclear(Refusal::NoSuchPerson { .. })), "{line}");
        }
        assert!(matches!(ask("role captain U0IAN"), Ask::Unclear(Refusal::UnknownRole { .. })));
    }

    #[test]
    fn a_text_stays_as_it_was_typed() {
        for text in ["a < b & c > d", "UTC is WRONG", "&amp; <!channel>", "<https://x.example|y>"] {
            assert_eq!(asked(&format!("update {text}")), Command::Update { text: text.into() });
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_line_is_answered(line in "\\PC{0,200}") {
            let _ = ask(&line);
        }

        #[test]
        fn a_note_keeps_its_signs(note in "[a-z][ -~]{0,80}[a-z]") {
            let words = domain::text::clean(&note);
            prop_assume!(!note.contains("<@"));
            prop_assert_eq!(asked(&format!("note {note}")), Command::Note { text: words });
        }
    }
}
