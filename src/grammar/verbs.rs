//! What each verb takes. A verb that is understood acts: what is left of the line becomes its reason or a note.

use jiff::SignedDuration;

use super::after;
use super::merge;
use super::parts::{self, split_word};
use super::tidy::is_sign;
use super::words::{Verb, nearest_of};
use super::{SNOOZE, unknown};
use crate::slack_text;
use domain::command::{Command, Line, Retractable, Role};
use domain::id::UserId;
use domain::incident::severity::Status;
use domain::oncall::said::{Heard, heard};
use domain::refusal::{Doubt, Refusal};

/// Words that say nothing beside a verb.
pub(super) const FILLERS: [&str; 22] = [
    "it", "this", "that", "the", "please", "pls", "now", "over", "me", "my", "incident", "last", "latest",
    "thanks", "thx", "again", "as", "to", "is", "for", "=", "->",
];

/// What `verb` and the words after it ask; a number that names the incident is taken out before.
pub(super) fn command(verb: Verb, rest: &str) -> Result<Command, Refusal> {
    Ok(match verb {
        Verb::Declare => return declare(rest),
        Verb::Update => match parts::optional_text("update", rest)? {
            Some(text) => Command::Update { text },
            None => Command::UpdateForm,
        },
        Verb::Status => return status(rest),
        Verb::Severity => return severity(rest),
        Verb::Impact => Command::Impact { text: parts::text("impact", rest)? },
        Verb::Action => Command::Action { text: parts::text("action", rest)? },
        Verb::Eta => match parts::optional_eta(rest)? {
            Some(eta) => Command::Eta { eta },
            None => return Err(Refusal::TextMissing { command: "eta".into() }),
        },
        Verb::Note => Command::Note { text: parts::text("note", rest)? },
        Verb::Escalate if let Some(refusal) = escalate_to(rest) => return Err(refusal),
        Verb::Escalate => Command::Escalate { why: parts::optional_text("reason", rest)? },
        Verb::Page => return page_person(rest),
        Verb::Role => return role(rest),
        Verb::Take => Command::Take { role: taken(rest)? },
        Verb::Snooze if rest.is_empty() => Command::Snooze { by: SNOOZE, reminder: None },
        Verb::Snooze => Command::Snooze { by: snooze(rest)?, reminder: None },
        Verb::Resolve => return resolve(rest),
        Verb::Retract => return retract(rest),
        Verb::Cancel => Command::Cancel { why: parts::optional_text("reason", rest)?, of: None },
        Verb::Duplicate => Command::Cancel { why: None, of: Some(merge::other(rest)?) },
        Verb::Mistake => after::mistake(without_first(rest, &["by", "because"]))?,
        Verb::Report | Verb::Publish | Verb::Retro | Verb::FollowUp | Verb::Due => {
            after::command(verb, rest)?
        }
        Verb::Merge => return merge::command(rest),
        Verb::Split => return merge::split(rest),
        Verb::Rename => match parts::headline(without_first(rest, &["it", "to", "as"])) {
            Some((title, _)) => Command::Rename { title },
            None => return Err(Refusal::TextMissing { command: "rename".into() }),
        },
        Verb::Link => Command::Note { text: format!("Link: {}", parts::text("link", rest)?) },
        Verb::Invite => return invited(rest),
        Verb::Join => only(Command::Join, rest)?,
        Verb::Ack => return answered(Command::Ack, rest),
        Verb::Reopen => return noted(Command::Reopen, rest),
        Verb::Show => only(Command::Show, rest)?,
        Verb::Timeline => Command::Timeline { page: page(rest)? },
        Verb::Find => Command::Find { words: parts::search("find", rest)? },
        Verb::List => Command::List,
        Verb::Doctor => Command::Doctor,
        Verb::Help if is_all(rest) => Command::HelpAll,
        Verb::Help => Command::Help,
    })
}

/// `help all`, `help with everything`.
fn is_all(rest: &str) -> bool {
    rest.split_whitespace().any(|word| {
        let bare = word.trim_matches(is_sign);
        ["all", "everything", "commands"].iter().any(|all| all.eq_ignore_ascii_case(bare))
    })
}

/// The rest without small words at its beginning.
fn without_first<'t>(rest: &'t str, words: &[&str]) -> &'t str {
    match split_word(rest) {
        (first, after)
            if !after.is_empty()
                && words.iter().any(|word| word.eq_ignore_ascii_case(first.trim_matches(is_sign))) =>
        {
            without_first(after, words)
        }
        _ => rest,
    }
}

/// `invite @a @b`, `invite me`.
fn invited(rest: &str) -> Result<Command, Refusal> {
    let says = |word: &&str| {
        let bare = word.trim_matches(is_sign).to_lowercase();
        !bare.is_empty() && bare != "and" && (bare == "me" || !FILLERS.contains(&bare.as_str()))
    };
    let (people, left) = people_in(rest);
    let words: Vec<&str> = left.split([' ', ',', '\n', '\t']).filter(says).collect();
    match words.as_slice() {
        [] if people.is_empty() => Err(Refusal::TextMissing { command: "invite".into() }),
        [] => Ok(Command::Invite { people }),
        [me] if me.eq_ignore_ascii_case("me") && people.is_empty() => Ok(Command::Join),
        [word, ..] => Err(nobody(word, "incident invite")),
    }
}

fn here(command: Command) -> Line {
    Line { incident: None, command }
}

/// `p1 Title`: declared, whatever its form. What does not fit into the title, and a severity from elsewhere, is the first note.
pub(super) fn declared(word: &str, title: &str) -> Result<Command, Refusal> {
    let severity = match parts::severity(word) {
        Ok(severity) => severity,
        // `p7` is a guess, so it is asked.
        Err(refusal) => {
            let (title, _) = parts::headline(title).ok_or(refusal)?;
            let mildest = Command::Declare { severity: domain::Severity::P4, title: title.clone() };
            let form = Command::DeclareForm { title: Some(title) };
            return Err(Refusal::unsure(
                Doubt::Mistyped { word: parts::quoted(word) },
                [here(mildest), here(form)],
            ));
        }
    };
    let Some((title, whole)) = parts::headline(title) else {
        let title = "No title yet".to_owned();
        let lines = [Command::Declare { severity, title }, Command::DeclareForm { title: None }];
        return Err(Refusal::unsure(Doubt::NoTitle, lines.map(here)));
    };
    let translated = parts::from_elsewhere(word)
        .map(|severity| format!("\"{}\" is {severity} {} here.", parts::quoted(word), severity.word()));
    let note: Vec<String> = translated.into_iter().chain(whole).collect();
    let declare = Command::Declare { severity, title };
    Ok(match note.is_empty() {
        true => declare,
        false => Command::With { command: Box::new(declare), note: note.join("\n") },
    })
}

/// `declare p1 Title` declares; without a severity it opens the form.
fn declare(rest: &str) -> Result<Command, Refusal> {
    // "raise it to p1"
    let to = without_first(rest, &["it", "this", "the", "severity", "to"]);
    if to != rest && parts::is_level(split_word(to).0) {
        return Err(Refusal::unsure(
            Doubt::Several,
            [here(severity(to)?), here(Command::DeclareForm { title: None })],
        ));
    }
    let rest = without_first(rest, &["a", "an", "new", "incident"]);
    let (first, title) = split_word(rest);
    let known = parts::looks_like_severity(first) || parts::severity(first).is_ok();
    // `declare 2 pods are down` is a title.
    if known && !first.bytes().all(|byte| byte.is_ascii_digit()) {
        return declared(first, title);
    }
    match parts::headline(rest) {
        None if !rest.is_empty() => Err(Refusal::TitleMissing),
        None => Ok(Command::DeclareForm { title: None }),
        Some((title, _)) => Ok(Command::DeclareForm { title: Some(title) }),
    }
}

/// The status's word, and what follows it.
pub(super) fn status_word(rest: &str) -> (&str, &str) {
    let (first, after) = split_word(rest);
    if ["is", "to", "now", "=", "->", "as"].iter().any(|filler| filler.eq_ignore_ascii_case(first)) {
        return status_word(after);
    }
    (first, after)
}

/// `status identified`; a bare `status` asks how things stand. `status resolved` with a cause resolves.
fn status(rest: &str) -> Result<Command, Refusal> {
    let (first, after) = status_word(rest);
    if first.is_empty() {
        return Ok(Command::Show);
    }
    let known = match parts::status(first) {
        Ok(known) => known,
        Err(refusal) => return Err(status_meant(first, after, rest).unwrap_or(refusal)),
    };
    match (known, after) {
        // The end is announced with its cause: ask for it, as bare `resolve` does.
        (Status::Resolved, cause) => resolve(cause),
        (to, note) => noted(Command::Status { to }, note),
    }
}

/// `status identifed`, or `status: we restarted it`, which is an update.
fn status_meant(word: &str, after: &str, rest: &str) -> Option<Refusal> {
    // Other people's words for a mitigated incident are one.
    const STATUSES: [&[&str]; 4] = [
        &["investigating", "open"],
        &["identified"],
        &["mitigating", "mitigated", "monitoring"],
        &["resolved"],
    ];
    let bare = word.trim_matches(is_sign);
    let near = nearest_of(bare, STATUSES).filter(|near| parts::status(near).is_ok());
    if let Some(status) = near.and_then(|near| status(&format!("{near} {after}")).ok()) {
        return Some(Refusal::unsure(Doubt::Mistyped { word: parts::quoted(bare) }, [here(status)]));
    }
    let text = parts::optional_text("update", rest).ok().flatten().filter(|_| !after.is_empty())?;
    let lines = [Command::Update { text: text.clone() }, Command::Note { text }];
    Some(Refusal::unsure(Doubt::Sentence, lines.map(here)))
}

fn resolve(rest: &str) -> Result<Command, Refusal> {
    // "resolve it please" names no cause.
    if is_silent(rest) {
        return Ok(Command::ResolveForm);
    }
    let Some(root_cause) = parts::optional_text("root cause", rest)? else { return Ok(Command::ResolveForm) };
    let resolve = Command::Resolve { root_cause };
    if is_refused(rest) { Err(hesitant([resolve, note_of(rest)?])) } else { Ok(resolve) }
}

fn note_of(rest: &str) -> Result<Command, Refusal> {
    Ok(Command::Note { text: parts::text("note", rest)? })
}

fn hesitant<const N: usize>(commands: [Command; N]) -> Refusal {
    Refusal::unsure(Doubt::Hesitant, commands.map(here))
}

/// "not yet", "don't": whoever writes that behind a verb does not want it carried out.
pub(super) fn is_refused(rest: &str) -> bool {
    let first = split_word(rest).0.trim_matches(is_sign).to_lowercase().replace(['\'', '’'], "");
    ["not", "dont", "cant", "cannot", "wont", "never", "no", "nope", "yet", "yet?", "?"]
        .contains(&first.as_str())
}

/// The level, and what follows it.
pub(super) fn level(rest: &str) -> (&str, &str) {
    status_word(rest)
}

/// `p2 reason`
pub(super) fn severity(rest: &str) -> Result<Command, Refusal> {
    let (first, reason) = level(rest);
    if first.is_empty() {
        return Err(Refusal::TextMissing { command: "severity".into() });
    }
    let to = parts::severity(first)?;
    let reason = reason.trim_start_matches(is_sign);
    Ok(Command::Severity { to, reason: parts::optional_text("reason", reason)? })
}

/// `escalate to p1` may mean the severity, and `escalate to @user` that person.
fn escalate_to(rest: &str) -> Option<Refusal> {
    let (word, after) = status_word(rest);
    let whom = person(word)
        .map(|whom| Command::Page { whom, why: parts::optional_text("reason", after).ok().flatten() });
    let level = || parts::is_level(word).then(|| severity(rest).ok()).flatten();
    let meant = whom.or_else(level)?;
    let why = parts::optional_text("reason", rest).ok().flatten();
    Some(Refusal::unsure(Doubt::Several, [meant, Command::Escalate { why }].map(here)))
}

/// `page @user why`.
fn page_person(rest: &str) -> Result<Command, Refusal> {
    let (first, why) = split_word(rest);
    if first.is_empty() {
        return Err(Refusal::TextMissing { command: "page".into() });
    }
    // "page on-call", "page somebody": whoever the path calls next.
    let next = ["oncall", "on-call", "on", "next", "someone", "somebody", "anyone", "anybody"];
    let (bare, _) = split_word(rest.strip_prefix("the ").unwrap_or(rest));
    if next.iter().any(|word| word.eq_ignore_ascii_case(bare.trim_matches(is_sign))) {
        let why = parts::optional_text("reason", rest)?;
        return Err(Refusal::unsure(Doubt::Sentence, [here(Command::Escalate { why })]));
    }
    let nobody = || nobody(first, "incident page");
    let whom = person(first).ok_or_else(nobody)?;
    if person(split_word(why).0).is_some() {
        return Err(Refusal::OneAtATime { command: "incident page".into() });
    }
    Ok(Command::Page { whom, why: parts::optional_text("reason", why)? })
}

pub(super) fn nobody(word: &str, after: &str) -> Refusal {
    Refusal::NoSuchPerson { word: parts::quoted(word), nearest: None, id: None, after: after.to_owned() }
}

/// A person, with a sentence's signs around.
fn person(word: &str) -> Option<UserId> {
    slack_text::person(word.trim_matches(|c: char| is_sign(c) || matches!(c, '(' | ')' | '?')))
}

/// `role commander @user`, in any order, with small words between; `me` takes it. The rest is a note.
pub(super) fn role(rest: &str) -> Result<Command, Refusal> {
    let (people, rest) = people_in(rest);
    let words: Vec<&str> = rest.split_whitespace().collect();
    if words.is_empty() && people.is_empty() {
        return Err(Refusal::TextMissing { command: "role".into() });
    }
    let bare = |word: &str| word.trim_matches(is_sign).to_owned();
    let known = words.iter().position(|word| role_named(&bare(word)).is_ok());
    let Some(at) = known else {
        let says = |word: &&&str| !FILLERS.contains(&bare(word).to_lowercase().as_str());
        let word = words.iter().find(says).unwrap_or(&"");
        return Err(Refusal::UnknownRole { word: parts::quoted(word) });
    };
    let role = role_named(&bare(words.get(at).unwrap_or(&"")))?;
    let is_me = |word: &str| ["me", "myself"].iter().any(|me| me.eq_ignore_ascii_case(&bare(word)));
    let others = words
        .iter()
        .enumerate()
        .filter(|(index, word)| *index != at && !FILLERS.contains(&bare(word).to_lowercase().as_str()));
    let left: Vec<&str> = others.map(|(_, word)| *word).collect();
    match people.as_slice() {
        [person] => noted(Command::Role { role, person: person.clone() }, &left.join(" ")),
        [] if words.iter().any(|word| is_me(word)) => Ok(Command::Take { role }),
        [] => match left.first() {
            Some(word) => Err(nobody(word, &format!("incident role {role}"))),
            None => Err(Refusal::TextMissing { command: format!("role {role}") }),
        },
        _ => Err(Refusal::OneAtATime { command: format!("incident role {role}") }),
    }
}

/// Everybody who is mentioned, and the text without the mentions; a mention's name may be of several words.
fn people_in(text: &str) -> (Vec<UserId>, String) {
    let (mut people, mut left, mut rest) = (Vec::new(), String::new(), text);
    while let Some((start, end)) = slack_text::mention(rest, None) {
        people.extend(rest.get(start..end).and_then(slack_text::person));
        left.push_str(rest.get(..start).unwrap_or_default());
        left.push(' ');
        rest = rest.get(end..).unwrap_or_default();
    }
    left.push_str(rest);
    (people, left)
}

/// `take`, `take it over`, `take comms please`.
fn taken(rest: &str) -> Result<Role, Refusal> {
    let says = |word: &&str| {
        let bare = word.trim_matches(is_sign).to_lowercase();
        !FILLERS.contains(&bare.as_str()) && !["of", "lead", "role"].contains(&bare.as_str())
    };
    let words: Vec<&str> = rest.split_whitespace().filter(says).collect();
    match words.as_slice() {
        [] => Ok(Role::Commander),
        [word] => role_named(word.trim_matches(is_sign)),
        _ => Err(Refusal::UnknownRole { word: parts::quoted(rest) }),
    }
}

pub(super) fn role_named(word: &str) -> Result<Role, Refusal> {
    let synonyms = [
        ("ic", Role::Commander),
        ("command", Role::Commander),
        ("communications", Role::Comms),
        ("communication", Role::Comms),
    ];
    let synonym =
        || synonyms.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, role)| role);
    Role::parse(word).or_else(synonym).ok_or_else(|| Refusal::UnknownRole { word: parts::quoted(word) })
}

/// `15m`, `for 15m`.
fn snooze(rest: &str) -> Result<SignedDuration, Refusal> {
    let rest = rest.trim_end_matches(['.', '!']);
    match split_word(rest) {
        (first, after) if first.eq_ignore_ascii_case("for") => parts::duration(after),
        _ => parts::duration(rest),
    }
}

/// `retract update wrong numbers`
fn retract(rest: &str) -> Result<Command, Refusal> {
    let (first, after) = split_word(rest);
    let what = match first.trim_matches(is_sign).to_lowercase().as_str() {
        "" => None,
        filler if FILLERS.contains(&filler) => return retract(after),
        "update" => Some(Retractable::Update),
        "severity" | "sev" => Some(Retractable::Severity),
        "resolution" | "resolve" | "resolved" => Some(Retractable::Resolution),
        "merge" | "merging" => Some(Retractable::Merge),
        _ => return Err(unknown(rest, Some("retract update"))),
    };
    noted(Command::Retract { what }, after)
}

/// A yes with words beside it. Whoever says "not" behind it has not taken the page.
fn answered(command: Command, rest: &str) -> Result<Command, Refusal> {
    if is_refused(rest) {
        return Err(hesitant([command, Command::Pass]));
    }
    if heard(rest) == Heard::Yes { Ok(command) } else { noted(command, rest) }
}

/// Whether nothing is said but small words.
pub(super) fn is_silent(rest: &str) -> bool {
    rest.split_whitespace().all(|word| {
        let bare = word.trim_matches(is_sign).to_lowercase();
        bare.is_empty() || FILLERS.contains(&bare.as_str())
    })
}

/// The command, and what is left of the line as a note where it says something.
pub(super) fn noted(command: Command, rest: &str) -> Result<Command, Refusal> {
    if is_silent(rest) {
        return Ok(command);
    }
    let note = parts::text("note", rest.trim_start_matches(is_sign))?;
    Ok(Command::With { command: Box::new(command), note })
}

/// Nothing may follow but small words; an incident's number is taken out before.
fn only(command: Command, rest: &str) -> Result<Command, Refusal> {
    let silent = |word: &str| FILLERS.contains(&word.trim_matches(is_sign).to_lowercase().as_str());
    match rest.split_whitespace().all(silent) {
        true => Ok(command),
        false => Err(Refusal::NotAnIncidentNumber { word: parts::quoted(rest) }),
    }
}

/// `page 2`; nothing is the first page.
fn page(rest: &str) -> Result<usize, Refusal> {
    let (first, after) = split_word(rest);
    let number = if first.eq_ignore_ascii_case("page") { after } else { rest };
    match number.parse() {
        Ok(page) => Ok(usize::max(page, 1)),
        Err(_) if rest.is_empty() => Ok(1),
        Err(_) if first.eq_ignore_ascii_case("page") => Err(unknown(rest, Some("timeline page 2"))),
        Err(_) => Err(Refusal::NotAnIncidentNumber { word: parts::quoted(rest) }),
    }
}
