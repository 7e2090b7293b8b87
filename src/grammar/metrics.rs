//! The text after `/runbook metrics`.

use super::parts::without_manners;
use crate::slack_text;
use domain::duration::parse_duration;
use domain::metrics::{LONGEST, MetricsLine, SHORTEST, USUAL};
use domain::text;
use jiff::SignedDuration;

/// Longest name that is looked for, in characters.
const NAME_MOST: usize = 80;
/// Words that say nothing.
const FILLERS: [&str; 12] =
    ["the", "of", "for", "over", "in", "since", "last", "past", "show", "me", "our", "from"];

/// Reads a line about what is watched. A bare one lists; half a name with a span tells of one.
pub fn parse(text: &str) -> MetricsLine {
    let plain = slack_text::plain(text);
    let words = without_manners(plain.trim());
    let bare = |word: &str| word.trim_matches([',', '.', '?', '!', ':', '`', '"']).to_owned();
    let words: Vec<String> = words.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_filler = |word: &&str| FILLERS.iter().any(|filler| filler.eq_ignore_ascii_case(word));
    let (span, name) = spanned(&words);
    let name: Vec<&str> = name.into_iter().filter(|word| !is_filler(word)).collect();
    let name = text::shorten(&text::clean_line(&name.join(" ")), NAME_MOST);
    match name.to_lowercase().as_str() {
        "" | "all" | "list" | "ls" | "now" | "status" => MetricsLine::All,
        _ => MetricsLine::One { name, span: span.unwrap_or(USUAL).clamp(SHORTEST, LONGEST) },
    }
}

/// The span among the words, and the others. The longest words that are one count: `24 hours`, `7d`, `week`.
fn spanned<'w>(words: &[&'w str]) -> (Option<SignedDuration>, Vec<&'w str>) {
    for long in [2, 1] {
        for (at, window) in words.windows(long).enumerate().rev() {
            let Some(span) = span(&window.join(" ")) else { continue };
            let others = words.iter().enumerate().filter(|(place, _)| !(at..at + long).contains(place));
            return (Some(span), others.map(|(_, word)| *word).collect());
        }
    }
    (None, words.to_vec())
}

fn span(text: &str) -> Option<SignedDuration> {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    match text.to_lowercase().as_str() {
        "hour" => Some(SignedDuration::from_hours(1)),
        "day" | "today" => Some(days(1)),
        "week" => Some(days(7)),
        "month" | "1 month" | "one month" | "30 days" => Some(days(30)),
        lower => parse_duration(lower).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::here;
    use domain::command::Command;
    use domain::feature::FeatureLine;

    #[test]
    fn what_people_type() {
        let hours = SignedDuration::from_hours;
        let one = |name: &str, long: SignedDuration| MetricsLine::One { name: name.to_owned(), span: long };
        for (text, line) in [
            ("", MetricsLine::All),
            ("all", MetricsLine::All),
            ("now, please", MetricsLine::All),
            ("p99", one("p99", USUAL)),
            ("p99 24h", one("p99", hours(24))),
            ("p99 1h", one("p99", hours(1))),
            ("P99 7d", one("P99", hours(168))),
            ("`response-time-p99` 30d", one("response-time-p99", LONGEST)),
            ("24h p99", one("p99", hours(24))),
            ("response time over the last 24 hours", one("response time", hours(24))),
            ("p99 for the last week", one("p99", hours(168))),
            ("p99 last hour?", one("p99", hours(1))),
            ("p99 month", one("p99", LONGEST)),
            ("p99 90d", one("p99", LONGEST)),
            ("p99 1m", one("p99", SHORTEST)),
            ("response-time-p95 6 h", one("response-time-p95", hours(6))),
            ("error rate today", one("error rate", hours(24))),
        ] {
            assert_eq!(parse(text), line, "{text:?}");
        }
    }

    #[test]
    fn it_is_a_word_of_the_runbook_and_of_a_mention() {
        let asked = MetricsLine::One { name: "p99".to_owned(), span: USUAL };
        let line = here(Command::Feature(Box::new(FeatureLine::Metrics(asked))));
        for text in ["metrics p99", "Metrics: p99", "runbook metrics p99", "metric p99 24h"] {
            assert_eq!(crate::parse_runbook(text), line, "{text}");
        }
        for text in ["metrics p99", "/runbook metrics p99", "howler metrics p99 24h"] {
            assert_eq!(crate::parse(text), Ok(line.clone()), "{text}");
        }
        let sentence = "metrics are what everybody looks at";
        assert_ne!(crate::parse(sentence), Ok(line));
    }
}
