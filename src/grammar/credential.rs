//! The text after `/oncall secrets` and `/oncall rotated`. What stands beside a name and is no day may be the secret itself: it goes nowhere.

use jiff::civil::Date;

use super::parts::split_word;
use super::slack_text;
use domain::credential::line::{CredentialLine, On, Unclear};

/// Longest name, in signs.
const NAME_MOST: usize = 60;

/// Reads a line about secrets; `None` where it is about something else.
pub(super) fn parse(text: &str) -> Option<CredentialLine> {
    let (first, rest) = split_word(text);
    let bare = first.trim_end_matches([':', ',', '.', '!', '?']).to_lowercase();
    Some(match bare.as_str() {
        "secrets" | "secret" if rest.is_empty() => CredentialLine::List,
        "secrets" | "secret" => match split_word(rest) {
            (word, _) if word.eq_ignore_ascii_case("list") => CredentialLine::List,
            (word, rest) if is_rotated(word) => rotated(rest),
            _ => CredentialLine::Unclear(Unclear::More),
        },
        word if is_rotated(word) => rotated(rest),
        // `undo rotated VERCEL_TOKEN`
        "undo" | "retract" => {
            let (word, rest) = split_word(rest);
            return is_rotated(word).then(|| match named(rest) {
                Some((name, "")) => CredentialLine::Undo { name },
                Some(_) => CredentialLine::Unclear(Unclear::More),
                None => {
                    CredentialLine::Unclear(if rest.is_empty() { Unclear::NoName } else { Unclear::More })
                }
            });
        }
        _ => return None,
    })
}

fn is_rotated(word: &str) -> bool {
    ["rotated", "rotate", "renewed"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// A name and what follows it.
fn named(text: &str) -> Option<(String, &str)> {
    let (name, rest) = split_word(text);
    let name = name.trim_matches(['`', '"', '\'', ',', '*', ':']);
    let name = name.strip_prefix("secrets.").unwrap_or(name);
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_name = !name.is_empty() && name.len() <= NAME_MOST && name.chars().all(sign);
    is_name.then(|| (name.to_owned(), rest))
}

fn rotated(text: &str) -> CredentialLine {
    let plain = slack_text::plain(text);
    if plain.trim().is_empty() {
        return CredentialLine::Unclear(Unclear::NoName);
    }
    let more = CredentialLine::Unclear(Unclear::More);
    let Some((name, rest)) = named(&plain) else { return more };
    let rest = rest.trim().trim_end_matches(['.', '!']).to_lowercase();
    if ["undo", "retract"].contains(&rest.as_str()) {
        return CredentialLine::Undo { name };
    }
    let day = rest.strip_prefix("on ").unwrap_or(&rest).trim();
    let on = match day {
        "" | "now" | "today" => On::Now,
        "yesterday" => On::Yesterday,
        day => match day.parse::<Date>() {
            Ok(date) => On::Day(date),
            Err(_) => return more,
        },
    };
    CredentialLine::Rotated { name, on }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_a_day_are_read() {
        let rotated = |name: &str, on| CredentialLine::Rotated { name: name.to_owned(), on };
        let day = On::Day("2026-11-20".parse().unwrap());
        for (line, read) in [
            ("secrets", CredentialLine::List),
            ("Secrets list", CredentialLine::List),
            ("rotated VERCEL_TOKEN", rotated("VERCEL_TOKEN", On::Now)),
            ("rotated `VERCEL_TOKEN` today.", rotated("VERCEL_TOKEN", On::Now)),
            ("rotated secrets.VERCEL_TOKEN yesterday", rotated("VERCEL_TOKEN", On::Yesterday)),
            ("rotate VERCEL_TOKEN on 2026-11-20", rotated("VERCEL_TOKEN", day)),
            ("secret rotated VERCEL_TOKEN 2026-11-20", rotated("VERCEL_TOKEN", day)),
            ("rotated VERCEL_TOKEN undo", CredentialLine::Undo { name: "VERCEL_TOKEN".into() }),
            ("undo rotated VERCEL_TOKEN", CredentialLine::Undo { name: "VERCEL_TOKEN".into() }),
        ] {
            assert_eq!(parse(line), Some(read), "{line}");
        }
        for line in ["schedule", "who", "undo", "rotation", "override <@U0IAN> fri to sun"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn what_may_be_a_value_goes_nowhere() {
        for line in [
            "rotated VERCEL_TOKEN hunter2",
            "rotated VERCEL_TOKEN=hunter2",
            "rotated VERCEL_TOKEN is now hunter2",
            "rotated VERCEL_TOKEN on hunter2",
            "rotated postgres://howler:hunter2@db/town",
            "rotated VERCEL_TOKEN 2026-11-20 hunter2",
            "undo rotated VERCEL_TOKEN hunter2",
            "secrets hunter2",
        ] {
            let read = parse(line).unwrap();
            assert_eq!(read, CredentialLine::Unclear(Unclear::More), "{line}");
            assert!(!format!("{read:?}").contains("hunter2"), "{line}");
        }
        assert_eq!(parse("rotated"), Some(CredentialLine::Unclear(Unclear::NoName)));
        assert_eq!(parse("undo rotated"), Some(CredentialLine::Unclear(Unclear::NoName)));
    }
}
