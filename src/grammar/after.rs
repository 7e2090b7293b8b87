//! The time after an incident: its report, its retrospective, its follow-ups, and what is due.

use jiff::SignedDuration;

use super::parts::{self, split_last_word, split_word};
use super::slack_text::{self, plain};
use super::tidy::is_sign;
use super::verbs::nobody;
use super::words::Verb;
use domain::command::Command;
use domain::id::UserId;
use domain::incident::after::due::Whose;
use domain::incident::after::event::{Owed, Section};
use domain::incident::after::follow_up::Tag;
use domain::incident::after::line::{AfterLine, AfterProblem, Wanted};
use domain::incident::after::publication::Part;
use domain::oncall::when::{WhenProblem, WhenText};
use domain::refusal::Refusal;
use domain::text::{TITLE_MOST, clean_line, shorten};

/// A bare `snooze` of what is owed.
const LATER: SignedDuration = SignedDuration::from_hours(24);
/// Most follow-ups on one line.
const AT_ONCE: usize = 20;

/// What people call the sections; the longer names first.
const SECTIONS: [(&str, Section); 15] = [
    ("summary", Section::Summary),
    ("root cause", Section::RootCause),
    ("root-cause", Section::RootCause),
    ("rootcause", Section::RootCause),
    ("cause", Section::RootCause),
    ("witnesses affected", Section::Witnesses),
    ("affected witnesses", Section::Witnesses),
    ("witnesses", Section::Witnesses),
    ("affected", Section::Witnesses),
    ("data loss", Section::DataLoss),
    ("data-loss", Section::DataLoss),
    ("resolution", Section::Resolution),
    ("lessons learned", Section::Lessons),
    ("lessons", Section::Lessons),
    ("lesson", Section::Lessons),
];

fn said(line: AfterLine) -> Command {
    Command::After(Box::new(line))
}

fn unclear(problem: AfterProblem) -> Command {
    said(AfterLine::Unclear(problem))
}

/// Why it is cancelled that nobody meant to declare.
const MISTAKE: &str = "Declared by mistake";

/// `mistake wrong channel`: it was no incident.
///
/// # Errors
/// The reason is too long.
pub(super) fn mistake(why: &str) -> Result<Command, Refusal> {
    let why = parts::optional_text("reason", why)?;
    let why = why.map_or_else(|| MISTAKE.to_owned(), |why| format!("{MISTAKE}: {why}"));
    Ok(Command::Cancel { why: Some(why), of: None })
}

/// What a verb of this time and the words after it ask.
///
/// # Errors
/// A text is too long, or nobody has the name that is typed.
pub(super) fn command(verb: Verb, rest: &str) -> Result<Command, Refusal> {
    match verb {
        Verb::Report => report(rest),
        Verb::Publish => Ok(publish(rest)),
        Verb::Retro => retro(rest),
        Verb::FollowUp => follow_up(rest),
        _ => Ok(due(rest)),
    }
}

/// The follow-ups of the incident that is named.
pub(super) fn of_one() -> Command {
    said(AfterLine::FollowUpsOf)
}

/// `report`, `report file`, `report root cause: Redis was out of memory`, `report done`, `report @maya`, `report snooze 1d why`.
///
/// # Errors
/// A section's text is too long.
fn report(rest: &str) -> Result<Command, Refusal> {
    let rest = match split_word(rest) {
        (first, after) if ["edit", "write"].iter().any(|word| word.eq_ignore_ascii_case(first)) => after,
        (first, "") if ["show", "draft", "preview"].iter().any(|word| word.eq_ignore_ascii_case(first)) => "",
        _ => rest,
    };
    if rest.is_empty() {
        return Ok(said(AfterLine::Report));
    }
    if ["file", "as file", "as a file", "download"].iter().any(|words| words.eq_ignore_ascii_case(rest)) {
        return Ok(said(AfterLine::ReportFile));
    }
    if let (first, after) = split_word(rest)
        && first.eq_ignore_ascii_case("publish")
    {
        return Ok(publish(after));
    }
    if let Some((section, text)) = section(rest) {
        return Ok(said(match parts::optional_text(section.words(), text)? {
            Some(text) => AfterLine::Write { section, text },
            None => AfterLine::Edit { section },
        }));
    }
    owed(Owed::Report, rest)
}

/// `publish`, `publish anew`; `publish theirs root cause` where people and howler both changed it.
fn publish(rest: &str) -> Command {
    let bare = rest.trim_matches(is_sign).to_lowercase();
    if ["", "anew", "again", "it", "report", "the report", "now"].contains(&bare.as_str()) {
        return said(AfterLine::Publish);
    }
    let choice = match split_word(&bare) {
        ("keep" | "take", after) => split_word(after),
        choice => choice,
    };
    let ours = match choice.0 {
        "theirs" => Some(false),
        "ours" | "howler's" | "yours" => Some(true),
        _ => None,
    };
    let is_it = |part: &Part| part.name() == choice.1 || part.words() == choice.1;
    let part = Part::OF_THE_FILE.into_iter().chain([Part::Row]).find(is_it);
    match (ours, part) {
        (Some(ours), Some(part)) => said(AfterLine::Settle { part, ours }),
        _ => unclear(AfterProblem::NoSuchPart { words: parts::quoted(rest) }),
    }
}

/// `retro`, `retro done`, `retro @maya`, `retro snooze 1d why`.
///
/// # Errors
/// Nobody has the name that is typed.
fn retro(rest: &str) -> Result<Command, Refusal> {
    if rest.is_empty() { Ok(said(AfterLine::Retro)) } else { owed(Owed::Retro, rest) }
}

/// `due`, `due mine`, `due all`, `due overdue`.
fn due(rest: &str) -> Command {
    let word = split_word(rest).0.trim_matches(is_sign).to_lowercase();
    let whose = match word.as_str() {
        "" => Whose::Usual,
        "mine" | "me" | "my" => Whose::Mine,
        "all" | "everybody" | "everyone" | "everything" => Whose::All,
        "overdue" | "late" => Whose::Overdue,
        _ => return unclear(AfterProblem::NoSuchPart { words: parts::quoted(rest) }),
    };
    said(AfterLine::Due { whose })
}

/// The section that a line begins with, and what follows it.
fn section(rest: &str) -> Option<(Section, &str)> {
    let lower = rest.to_ascii_lowercase();
    let (name, section) = SECTIONS.into_iter().find(|(name, _)| {
        let after = lower.strip_prefix(name);
        after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
    })?;
    let text = rest.get(name.len()..)?.trim_start_matches([' ', ':', '=', '-', '–', '\n', '\t']);
    Some((section, text))
}

/// What is done about something that is owed.
fn owed(owed: Owed, rest: &str) -> Result<Command, Refusal> {
    let (first, after) = split_word(rest);
    let word = first.trim_matches(is_sign).to_lowercase();
    let whom = match word.as_str() {
        "done" | "held" | "finished" | "published" => return Ok(said(AfterLine::Done { owed })),
        "undone" | "reopen" | "undo" => return Ok(said(AfterLine::Undone { owed })),
        "not" if after.to_lowercase().starts_with("done") => return Ok(said(AfterLine::Undone { owed })),
        "snooze" | "later" => return Ok(put_off(owed, after)),
        "by" | "due" | "until" => return Ok(moved(owed, after)),
        "for" | "to" | "owner" | "assign" | "give" => after.strip_prefix("to ").unwrap_or(after),
        _ => rest,
    };
    match slack_text::person(whom) {
        Some(to) => Ok(said(AfterLine::Give { owed, to })),
        None => match named(whom) {
            Some(word) => Err(nobody(word, &format!("incident {owed}"))),
            None => Ok(unclear(AfterProblem::NoSuchPart { words: parts::quoted(rest) })),
        },
    }
}

/// `1d waiting for the vendor`, `waiting for the vendor`.
fn put_off(owed: Owed, rest: &str) -> Command {
    let rest = rest.strip_prefix("for ").unwrap_or(rest);
    let (first, after) = split_word(rest);
    let (by, why) = parts::duration(first).map_or((LATER, rest), |by| (by, after));
    let why = why.trim_start_matches(|c: char| is_sign(c) || c == ' ');
    let why = Some(clean_line(&plain(why))).filter(|why| !why.is_empty());
    let why = why.map(|why| shorten(&why, TITLE_MOST));
    said(AfterLine::PutOff { owed, by, why })
}

fn moved(owed: Owed, rest: &str) -> Command {
    match (owed, when(rest)) {
        (Owed::FollowUp(number), Ok(to)) => said(AfterLine::Move { number, to }),
        (_, Ok(_)) => unclear(AfterProblem::NoSuchPart { words: format!("by {}", parts::quoted(rest)) }),
        (_, Err(problem)) => unclear(AfterProblem::NotADay { words: parts::quoted(rest), problem }),
    }
}

/// `+7d` is seven days from now.
fn when(words: &str) -> Result<WhenText, WhenProblem> {
    WhenText::parse(plain(words).trim_start_matches('+').trim_end_matches(['.', '!', ',']))
}

/// `follow-up 2 done`, or new ones: several on lines of their own, or with `;` between.
///
/// # Errors
/// Nobody has the name that is typed.
fn follow_up(rest: &str) -> Result<Command, Refusal> {
    let bare = |word: &str| word.trim_matches(is_sign).trim_start_matches('#').parse::<u32>().ok();
    let (first, after) = split_word(rest);
    if let Some(number) = bare(first) {
        return owed(Owed::FollowUp(number), after);
    }
    let (number, more) = split_word(after);
    if let Some(number) = bare(number).filter(|_| more.is_empty()) {
        return owed(Owed::FollowUp(number), first);
    }
    match rest.to_lowercase().as_str() {
        "" | "list" | "all" => return Ok(said(AfterLine::FollowUps)),
        "defaults" | "default" | "runbook" | "template" => return Ok(said(AfterLine::FollowUpDefaults)),
        _ => {}
    }
    // A name that was typed and not chosen is looked up before anything is decided.
    if slack_text::mention(rest, None).is_none()
        && let Some(word) = rest.split_whitespace().find_map(named)
    {
        return Err(nobody(word, "incident follow-up"));
    }
    Ok(match items(rest).into_iter().take(AT_ONCE).map(item).collect::<Result<Vec<_>, _>>() {
        Ok(wanted) if wanted.is_empty() => unclear(AfterProblem::NoText),
        Ok(wanted) => said(AfterLine::FollowUp { wanted }),
        Err(problem) => unclear(problem),
    })
}

/// Several on one line: each ends with it, or with a `;` that ends none of Slack's `&amp;`, `&lt;` and `&gt;`.
fn items(rest: &str) -> Vec<&str> {
    let is_end = |(at, sign): (usize, char)| match sign {
        '\n' => true,
        ';' => !["&amp", "&lt", "&gt"].iter().any(|begun| rest[..at].ends_with(begun)),
        _ => false,
    };
    let ends: Vec<usize> =
        rest.char_indices().filter(|one| is_end(*one)).map(|(at, _)| at).chain([rest.len()]).collect();
    let starts = [0].into_iter().chain(ends.iter().map(|end| end + 1));
    let parts = starts.zip(&ends).map(|(start, end)| rest.get(start..*end).unwrap_or_default().trim());
    parts.filter(|part| !part.is_empty()).collect()
}

/// Whether a line that is none about the time after an incident may be a title that begins with one of its words: `Report page broken`.
pub(super) fn may_be_a_title(command: &Command, verb: Verb, rest: &str) -> bool {
    let Command::After(line) = command else { return false };
    let begins = matches!(verb, Verb::Report | Verb::Publish | Verb::Retro);
    let is_none = matches!(line.as_ref(), AfterLine::Unclear(AfterProblem::NoSuchPart { .. }));
    begins && is_none && rest.split_whitespace().nth(1).is_some()
}

/// A name as it is typed: `@maya`.
fn named(word: &str) -> Option<&str> {
    let name = word.strip_prefix('@')?;
    name.starts_with(char::is_alphanumeric).then_some(word)
}

/// `[action] Add an alert on Redis memory @maya by +7d`
fn item(wire: &str) -> Result<Wanted, AfterProblem> {
    let wire = wire.trim_start_matches(['-', '*', '•', ' ']);
    let (tag, rest) = tagged(wire);
    let (owner, rest) = owner(rest);
    let (by, rest) = by(&rest)?;
    let text = clean_line(&plain(&rest));
    let text = text.trim_matches(|c: char| matches!(c, '-' | '–' | ':' | ',' | ' '));
    if text.is_empty() {
        return Err(AfterProblem::NoText);
    }
    let text = shorten(text, TITLE_MOST);
    match owner {
        Some(owner) => Ok(Wanted { tag, text, owner: Some(owner), by }),
        None => Err(AfterProblem::NoOwner { text, oncall: false }),
    }
}

fn tagged(wire: &str) -> (Tag, &str) {
    let found = Tag::ALL.into_iter().find_map(|tag| {
        let after = wire.strip_prefix('[')?;
        let (word, after) = after.split_once(']')?;
        word.trim().eq_ignore_ascii_case(tag.word()).then_some((tag, after))
    });
    found.unwrap_or((Tag::default(), wire))
}

/// Whoever is named first, and the line without them and without the words that lead to them.
fn owner(wire: &str) -> (Option<UserId>, String) {
    let Some((start, end)) = slack_text::mention(wire, None) else { return (None, wire.to_owned()) };
    let person = wire.get(start..end).and_then(slack_text::person);
    let before = wire.get(..start).unwrap_or_default().trim_end();
    let (shorter, last) = split_last_word(before);
    let leads = ["for", "owner", "owner:", "to"].iter().any(|word| word.eq_ignore_ascii_case(last));
    let before = if leads { shorter } else { before };
    (person, format!("{before} {}", wire.get(end..).unwrap_or_default()))
}

/// The day behind the last `by`. One that is meant as a day and is none is asked back; `by hand` is a part of the text.
fn by(wire: &str) -> Result<(Option<WhenText>, String), AfterProblem> {
    let lower = wire.to_ascii_lowercase();
    let Some(at) = lower.rfind(" by ") else { return Ok((None, wire.to_owned())) };
    let (before, day) = (wire.get(..at).unwrap_or_default(), wire.get(at + 4..).unwrap_or_default().trim());
    match when(day) {
        Ok(by) => Ok((Some(by), before.to_owned())),
        Err(WhenProblem::NotATime { .. } | WhenProblem::Empty)
            if !day.starts_with(|c: char| c.is_ascii_digit() || c == '+') =>
        {
            Ok((None, wire.to_owned()))
        }
        Err(problem) => Err(AfterProblem::NotADay { words: parts::quoted(day), problem }),
    }
}
