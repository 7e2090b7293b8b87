//! The backup issue on GitHub: its title, its card and its comments, in Markdown.

use super::card;
use super::markdown::inert_title;
use super::time::{spoken, utc};
use super::timeline::told;
use super::words::{Words, bold, words};
use domain::incident::Incident;
use domain::incident::timeline::Entry;
use domain::text::{clean_line, shorten};

/// Longest title that GitHub takes, in characters.
const TITLE_MOST: usize = 256;
/// Longest text that howler sends, in characters; GitHub takes 65,536.
const TEXT_MOST: usize = 60_000;

/// What stands in an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueText {
    pub title: String,
    pub body: String,
}

/// The issue of `incident`, as its card is now. `mark` is hidden in it.
pub fn issue_text(incident: &Incident, mark: &str) -> IssueText {
    let title = inert_title(&clean_line(&format!("{}{}", card::lead(incident), incident.title)));
    let within = incident.clocks.backup_after.map(|after| format!(" within {}", spoken(after)));
    let why = format!(
        "Slack did not take the news of this incident{}. Until it is resolved it is told here too: this text is its \
         card, and what is done follows in comments.",
        within.unwrap_or_else(|| " in time".to_owned())
    );
    let room = incident.room.as_ref().map(|room| words![format!("In Slack: the channel {}.", room.name)]);
    let body = |most| {
        let lines = card::lines(incident).into_iter().map(|line| format!("- {}", line.markdown(most)));
        let lines = lines.collect::<Vec<_>>().join("\n");
        let end = words!["People and channels are shown by their Slack ids, times in UTC."];
        let room = room.as_ref().map(|room| format!("{}\n", room.markdown(most))).unwrap_or_default();
        format!("{}\n\n{lines}\n\n{room}{}", words![why.clone()].markdown(usize::MAX), end.markdown(most))
    };
    IssueText { title: shorten(&title, TITLE_MOST), body: marked(&fitting(body), mark) }
}

/// A comment that tells `entries`. `mark` is hidden in it.
pub fn comment_text(entries: &[Entry], mark: &str) -> String {
    let body = |most| {
        let lines =
            entries.iter().map(|entry| format!("- {}", line(entry).and(told(entry, most)).markdown(most)));
        lines.collect::<Vec<_>>().join("\n")
    };
    marked(&fitting(body), mark)
}

fn line(entry: &Entry) -> Words {
    words![bold(utc(entry.at)), " "]
}

/// The text with its parts as long as the limit takes them; whole lines where even short ones are too many.
fn fitting(body: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for most in [usize::MAX, 1_200, 600, 300, 150, 90] {
        text = body(most);
        if text.chars().count() <= TEXT_MOST {
            return text;
        }
    }
    let mut length = 0;
    let lines = text.lines().take_while(|line| {
        length += line.chars().count() + 1;
        length <= TEXT_MOST
    });
    format!("{}\n\nThere is more than GitHub takes here.", lines.collect::<Vec<_>>().join("\n"))
}

/// GitHub shows no HTML comments.
fn marked(body: &str, mark: &str) -> String {
    format!("{body}\n\n{}", hidden(mark))
}

fn hidden(mark: &str) -> String {
    format!("<!-- howler {mark} -->")
}

/// Whether a text on GitHub carries the mark: nobody else can write it into one of howler's.
pub fn carries(body: &str, mark: &str) -> bool {
    body.trim_end().ends_with(&hidden(mark))
}
