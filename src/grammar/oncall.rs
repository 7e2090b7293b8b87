//! The text after `/oncall`.

use jiff::SignedDuration;

use super::parts::{self, quoted, split_word};
use super::words::nearest_of;
use crate::slack_text;
use domain::id::UserId;
use domain::oncall::line::Oncall;
use domain::oncall::phone::PhoneNumber;
use domain::oncall::when::{RangeText, WhenProblem, WhenText};
use domain::refusal::Refusal;

/// How many weeks a bare `schedule` shows.
const WEEKS: u32 = 8;
const WEEKS_MOST: u32 = 52;
/// How many weeks a bare `report` counts.
const REPORTED: u32 = 4;
/// How long a bare `cover` lasts.
const COVER: SignedDuration = SignedDuration::from_hours(1);

/// The words people type; the first of each row is the one that howler suggests.
const WORDS: [&[&str]; 23] = [
    &["who", "who's", "whos", "now", "current"],
    &["schedule", "weeks", "rotation", "list", "show"],
    &["add", "join"],
    &["remove", "leave"],
    &["order", "reorder"],
    &["pause", "away"],
    &["resume", "unpause", "back"],
    &["override"],
    &["cancel"],
    &["backup", "secondary"],
    &["cover"],
    &["confirm"],
    &["import"],
    &["handoff", "hand-off", "handover", "hand-over"],
    &["swap"],
    &["withdraw"],
    &["page", "call"],
    &["report", "stats"],
    &["review"],
    &["test", "simulate"],
    &["phone"],
    &["ring"],
    &["calendar", "ical", "ics"],
];

/// Reads a line about being on call. A bare `/oncall` asks who it is.
///
/// # Errors
/// What was not understood, or what is missing.
pub fn parse(text: &str) -> Result<Oncall, Refusal> {
    let (first, rest) = split_word(text);
    let bare = first.trim_end_matches([':', ',', '.', '!', '?']).to_lowercase().replace('’', "'");
    if bare.is_empty() {
        return Ok(if first.is_empty() { Oncall::Who { when: None } } else { Oncall::Help });
    }
    let row = WORDS.iter().find(|row| row.contains(&bare.as_str()));
    match row.and_then(|row| row.first()).copied() {
        Some(word) => command(word, rest),
        None if ["help", "-h", "--help"].contains(&bare.as_str()) => Ok(Oncall::Help),
        None => Err(Refusal::UnknownWord {
            word: quoted(first),
            nearest: Some(nearest_of(&bare, WORDS).map_or("oncall".into(), |word| format!("oncall {word}"))),
        }),
    }
}

/// The line that was probably meant, where its first word is nearly one.
pub(super) fn mistyped(text: &str) -> Option<Oncall> {
    let (first, rest) = split_word(text);
    let bare = first.trim_end_matches([':', ',', '.', '!', '?']).to_lowercase().replace('’', "'");
    let word = nearest_of(&bare, WORDS)?;
    command(word, rest).ok()
}

fn command(word: &str, rest: &str) -> Result<Oncall, Refusal> {
    // A page has a reason in people's own words; elsewhere a "please" says nothing.
    let rest = if word == "page" { rest } else { parts::without_manners(rest) };
    Ok(match word {
        "who" if rest.is_empty() => Oncall::Who { when: None },
        "who" => match who_is(rest) {
            "" => Oncall::Who { when: None },
            next if is_next(next) => Oncall::Schedule { weeks: WEEKS },
            rest => Oncall::Who { when: Some(when("who", rest)?) },
        },
        "schedule" => Oncall::Schedule { weeks: weeks(rest, WEEKS)? },
        "add" => Oncall::Add { person: person("add", rest)? },
        "remove" => Oncall::Remove { person: person("remove", rest)? },
        "order" => Oncall::Order { people: people(rest)? },
        "pause" => pause(rest)?,
        "resume" => Oncall::Resume { person: person("resume", rest)? },
        "override" => overridden(rest)?,
        "cancel" => Oncall::Cancel { number: number("cancel", rest)? },
        "backup" => backup(rest)?,
        "confirm" => confirm(rest)?,
        "import" => return Err(Refusal::ImportAtShell),
        "cover" if rest.is_empty() => Oncall::Cover { long: COVER },
        "cover" => Oncall::Cover { long: length("cover", without(rest, "for"))? },
        "handoff" if rest.is_empty() => Oncall::Handoff { to: None },
        "handoff" => Oncall::Handoff { to: Some(person("handoff", without(rest, "to"))?) },
        "swap" => swap(rest)?,
        "withdraw" => Oncall::WithdrawSwap { number: number("withdraw", rest)? },
        "page" => page(rest)?,
        "report" => Oncall::Report { weeks: weeks(rest, REPORTED)? },
        "review" => Oncall::Review,
        "test" if ["call", "phone", "me", "ring"].iter().any(|word| rest.eq_ignore_ascii_case(word)) => {
            Oncall::RingMe
        }
        "test" => Oncall::Test { severity: parts::severity(if rest.is_empty() { "p1" } else { rest })? },
        "ring" => Oncall::RingMe,
        "phone" => phone(rest)?,
        "calendar" => calendar(rest)?,
        _ => Oncall::Help,
    })
}

fn missing(command: &str) -> Refusal {
    Refusal::TextMissing { command: format!("oncall {command}") }
}

fn person(command: &str, word: &str) -> Result<UserId, Refusal> {
    if word.is_empty() {
        return Err(missing(command));
    }
    match slack_text::person(word) {
        Some(person) => Ok(person),
        None if names_several(word) => Err(Refusal::OneAtATime { command: command.to_owned() }),
        None => Err(nobody(command, word)),
    }
}

/// Whether more than one person is named.
fn names_several(words: &str) -> bool {
    words.split_whitespace().filter(|word| slack_text::person(word).is_some()).nth(1).is_some()
}

fn nobody(command: &str, word: &str) -> Refusal {
    let after = command.split(' ').next().unwrap_or_default().to_owned();
    Refusal::NoSuchPerson { word: quoted(word), nearest: None, id: None, after }
}

fn people(rest: &str) -> Result<Vec<UserId>, Refusal> {
    let words = rest.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let people = words.map(|word| person("order", word)).collect::<Result<Vec<_>, _>>()?;
    if people.is_empty() { Err(missing("order")) } else { Ok(people) }
}

fn when(command: &str, words: &str) -> Result<WhenText, Refusal> {
    WhenText::parse(&slack_text::plain(words)).map_err(|problem| not_a_time(command, problem))
}

fn not_a_time(command: &str, problem: WhenProblem) -> Refusal {
    Refusal::When { problem, after: command.to_owned() }
}

fn length(command: &str, words: &str) -> Result<SignedDuration, Refusal> {
    let not_one = |_| not_a_time(command, WhenProblem::NotADuration { words: quoted(words) });
    parts::duration(words).map_err(not_one)
}

/// The rest without a word that only joins.
fn without<'t>(rest: &'t str, word: &str) -> &'t str {
    match split_word(rest) {
        (first, after) if first.eq_ignore_ascii_case(word) => after,
        _ => rest,
    }
}

/// `who is on call tomorrow`: the rest without what makes it a whole question.
fn who_is(rest: &str) -> &str {
    let rest = rest.trim_end_matches('?');
    let rest = ["is", "was", "will", "be", "has", "had", "on", "call", "on-call", "oncall", "it"]
        .iter()
        .fold(rest, |rest, word| {
            let (first, after) = split_word(rest);
            if first.eq_ignore_ascii_case(word) { after } else { rest }
        });
    if rest.eq_ignore_ascii_case("now") { "" } else { rest }
}

/// `who's next?`; `who next week` is a time.
fn is_next(rest: &str) -> bool {
    let (first, after) = split_word(rest);
    ["next", "after"].iter().any(|word| first.eq_ignore_ascii_case(word))
        && (after.is_empty()
            || ["on", "up", "in", "me", "that"].iter().any(|word| split_word(after).0 == *word))
}

/// `12`, `12 weeks`.
fn weeks(rest: &str, otherwise: u32) -> Result<u32, Refusal> {
    let (first, after) = split_word(rest);
    let named = after.is_empty() || ["week", "weeks"].iter().any(|word| after.eq_ignore_ascii_case(word));
    match first.parse() {
        Ok(weeks) if named && (1..=WEEKS_MOST).contains(&weeks) => Ok(weeks),
        Err(_) if rest.is_empty() => Ok(otherwise),
        _ => Err(Refusal::NotWeeks { word: quoted(rest), most: WEEKS_MOST }),
    }
}

fn number(command: &str, rest: &str) -> Result<u64, Refusal> {
    if rest.is_empty() {
        return Err(missing(command));
    }
    rest.trim_start_matches('#').parse().map_err(|_| Refusal::NotANumber { word: quoted(rest) })
}

/// `pause @user until 2026-12-01`.
fn pause(rest: &str) -> Result<Oncall, Refusal> {
    let (first, after) = split_word(rest);
    let person = person("pause", first)?;
    let until = without(after, "until");
    if until.is_empty() {
        return Err(missing("pause @user until"));
    }
    Ok(Oncall::Pause { person, until: when("pause", until)? })
}

/// `override @user fri 18:00 to mon 09:00`.
fn overridden(rest: &str) -> Result<Oncall, Refusal> {
    let (first, after) = split_word(rest);
    let person = person("override", first)?;
    if after.is_empty() {
        return Err(missing("override @user"));
    }
    let range = RangeText::parse(&slack_text::plain(without(after, "from")));
    Ok(Oncall::Override { person, range: range.map_err(|problem| not_a_time("override", problem))? })
}

/// `confirm 7 add @user`: the same line once more, with the number that it was answered with.
fn confirm(rest: &str) -> Result<Oncall, Refusal> {
    let (first, after) = split_word(rest);
    let seen = u32::try_from(number("confirm", first)?);
    let seen = seen.map_err(|_| Refusal::NotANumber { word: quoted(first) })?;
    let line = Some(after).filter(|after| !after.is_empty()).map(parse).transpose()?;
    match line.filter(|line| line.proposes() || matches!(line, Oncall::Handoff { .. })) {
        Some(line) => Ok(Oncall::Again { line: Box::new(line), seen }),
        None => Err(missing("confirm 7")),
    }
}

/// `backup @user`, or `backup next`.
fn backup(rest: &str) -> Result<Oncall, Refusal> {
    match rest.to_lowercase().as_str() {
        "" => Err(missing("backup")),
        "next" | "rotation" | "nobody" | "none" => Ok(Oncall::Backup { person: None }),
        _ => Ok(Oncall::Backup { person: Some(person("backup", rest)?) }),
    }
}

/// `swap with @user week of 12-06`.
fn swap(rest: &str) -> Result<Oncall, Refusal> {
    let (first, after) = split_word(without(rest, "with"));
    let with = person("swap with", first)?;
    if after.is_empty() {
        return Err(missing("swap with @user week of"));
    }
    Ok(Oncall::Swap { with, week: when("swap", after)? })
}

/// `page @user reason`, `page p1 reason`, `page reason`.
fn page(rest: &str) -> Result<Oncall, Refusal> {
    let (first, after) = split_word(rest);
    if let Some(whom) = slack_text::person(first) {
        // The second one would be a word of the reason, and nobody would call them.
        if slack_text::person(split_word(after).0).is_some() {
            return Err(Refusal::OneAtATime { command: "page".into() });
        }
        return Ok(Oncall::Page { whom, reason: parts::text("oncall page @user", after)? });
    }
    if parts::looks_like_severity(first) {
        return Ok(Oncall::PageSeverity { severity: parts::severity(first)?, reason: parts::title(after)? });
    }
    if first.starts_with('@') {
        return Err(nobody("page", first));
    }
    Err(missing("page @user"))
}

/// `phone +49 30 901820`, `phone off`.
fn phone(rest: &str) -> Result<Oncall, Refusal> {
    match rest.to_lowercase().as_str() {
        "" => Err(missing("phone")),
        "off" | "none" | "remove" => Ok(Oncall::Phone { number: None }),
        _ => {
            let number = PhoneNumber::parse(&slack_text::plain(rest));
            Ok(Oncall::Phone { number: Some(number.map_err(|_| Refusal::NotAPhoneNumber)?) })
        }
    }
}

/// `calendar`, `calendar all`, `calendar off`, `calendar all off`.
fn calendar(rest: &str) -> Result<Oncall, Refusal> {
    let words: Vec<String> = rest.split_whitespace().map(str::to_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["me" | "mine"] => Ok(Oncall::Calendar { mine: true, revoke: false }),
        ["all" | "everybody"] => Ok(Oncall::Calendar { mine: false, revoke: false }),
        ["off" | "revoke"] => Ok(Oncall::Calendar { mine: true, revoke: true }),
        ["all" | "everybody", "off" | "revoke"] => Ok(Oncall::Calendar { mine: false, revoke: true }),
        _ => Err(Refusal::UnknownWord { word: quoted(rest), nearest: Some("oncall calendar all".into()) }),
    }
}
