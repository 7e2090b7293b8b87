//! The text after `/runbook`.

use super::parts::split_word;
use crate::domain::runbook::RunbookLine;
use crate::domain::text;
use crate::intake::slack_text;

/// Longest name of a procedure that is looked for, in characters.
const NAME_MOST: usize = 80;
/// Words of the design that this version does not carry out.
const NOT_YET: [&str; 8] = ["diagnose", "run", "logs", "health", "status", "abort", "approve", "deny"];

/// Reads a line about the runbook. A bare `/runbook` lists the procedures; what is no word of it is taken for a procedure's
/// name, which is what people type half asleep.
pub fn parse(text: &str) -> RunbookLine {
    let (first, rest) = split_word(text);
    let bare = first.trim_end_matches([':', ',', '.', '!', '?']).to_lowercase();
    match bare.as_str() {
        "" | "list" | "ls" | "help" => RunbookLine::List,
        "show" | "read" | "open" if rest.is_empty() => RunbookLine::List,
        "show" | "read" | "open" => RunbookLine::Show { name: name(rest) },
        word if NOT_YET.contains(&word) => RunbookLine::NotYet { word: bare },
        _ => RunbookLine::Show { name: name(text) },
    }
}

fn name(typed: &str) -> String {
    text::shorten(&text::clean_line(&slack_text::plain(typed)), NAME_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type() {
        let show = |name: &str| RunbookLine::Show { name: name.into() };
        let not_yet = |word: &str| RunbookLine::NotYet { word: word.into() };
        for (text, line) in [
            ("", RunbookLine::List),
            ("list", RunbookLine::List),
            ("Help!", RunbookLine::List),
            ("show", RunbookLine::List),
            ("show event-stream-failure", show("event-stream-failure")),
            ("event stream", show("event stream")),
            ("run web-rollback", not_yet("run")),
            ("Diagnose event-stream-failure tail=200", not_yet("diagnose")),
            ("show &lt;!channel&gt;\n*x*", show("<!channel> *x*")),
        ] {
            assert_eq!(parse(text), line, "{text:?}");
        }
    }
}
