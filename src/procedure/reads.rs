//! Commands that only read, and print no secrets: what checks and plans may run before anybody has approved anything. What is not
//! known to read is refused, however harmless it looks.

mod known;
mod sql;

use super::may;
use super::parsed::{Odd, Parsed, arguments, parse, plain_words};
use domain::procedure::Command;
use known::{
    AWS, AWS_FLAGS, AWS_PLACES, GH, HELM, KINDS, KUBECTL, PG_ISREADY, PG_RESTORE, PSQL, Read, TERRAFORM,
    VERCEL,
};

/// Why what a command prints would be secrets, which then stand in a channel (research 2a, secrets in chat).
pub fn tells_secrets(command: &Command) -> Option<String> {
    let words = plain_words(command);
    let is_secret = |word: &&str| {
        let kinds = word.split('/').next().unwrap_or_default().to_lowercase();
        kinds.split(',').any(|kind| matches!(kind.split('.').next(), Some("secret" | "secrets")))
    };
    let tells = match (command.program(), words.as_slice()) {
        ("kubectl", words) if words.contains(&"get") => words.iter().any(is_secret),
        ("helm", ["get", what, ..]) => !["metadata", "notes"].contains(what),
        // Environments in plain text.
        ("kubectl", ["rollout", "history", ..]) => {
            command.arguments().iter().any(|word| word.starts_with("--revision"))
        }
        _ => false,
    };
    tells.then(|| {
        let shown = words.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        format!("`{} {shown}` prints secrets", command.program())
    })
}

/// What Helm would send to the cluster: it holds secrets, and is no secret by itself.
pub fn is_manifest(command: &Command) -> bool {
    command.program() == "helm" && command.arguments().starts_with(&["get".to_owned(), "manifest".to_owned()])
}

/// A revision's template, of which a plan shows no values.
pub fn is_template(command: &Command) -> bool {
    command.program() == "kubectl"
        && command.arguments().starts_with(&["rollout".to_owned(), "history".to_owned()])
}

/// Why a command is not known to read.
pub fn changes(command: &Command) -> Option<String> {
    let program = command.program();
    // Terraform takes each flag with one dash and with two.
    let one_dash = |word: &&'_ str| word.starts_with("--") && program == "terraform";
    let all: Vec<&str> =
        arguments(command).into_iter().map(|word| if one_dash(&word) { &word[1..] } else { word }).collect();
    let words = plain_words(command);
    let found = match program {
        "kubectl" => begins(&KUBECTL, &words),
        "helm" => begins(&HELM, &words),
        "vercel" => begins(&VERCEL, &words),
        "terraform" => begins(&TERRAFORM, &words),
        "gh" => begins(&GH, &words),
        "pg_isready" => PG_ISREADY.first().copied(),
        "pg_restore" => PG_RESTORE.first().copied(),
        "psql" => PSQL.first().copied(),
        "aws" => begins(&AWS_PLACES, &words),
        _ => None,
    };
    let shown = words.iter().take(2).copied().collect::<Vec<_>>().join(" ");
    let unknown = || format!("`{program} {shown}` is not known to read only, and nobody has approved it yet");
    let (begin, flags, many) = match (found, program, words.as_slice()) {
        (Some(found), ..) => found,
        (None, "kubectl" | "helm", _) => return may::tried(command),
        (None, "aws", [service, verb, ..])
            if AWS.iter().any(|(known, verbs)| known == service && verbs.contains(verb)) =>
        {
            (&[][..], AWS_FLAGS, [2, 2])
        }
        _ => return Some(unknown()),
    };
    let parsed = match parse(&all, &[flags]) {
        Ok(parsed) => parsed,
        Err(Odd::Unknown(word)) => return Some(format!("`{program} {word}` is not known to read only")),
        Err(Odd::NoValue(word)) => return Some(format!("`{program} {word}` has no value")),
        Err(Odd::Twice(name)) => {
            return Some(format!("`{program} {name}` comes twice, and the last one would count"));
        }
    };
    // What was taken for a verb may have been a flag's value.
    match parsed.words.strip_prefix(begin) {
        Some(rest) if (many[0]..=many[1]).contains(&rest.len()) => of_words(program, begin, rest, &parsed),
        _ => Some(unknown()),
    }
}

fn begins(reads: &[Read], words: &[&str]) -> Option<Read> {
    reads.iter().find(|(begin, ..)| words.starts_with(begin)).copied()
}

/// What is wrong with what a read is about.
fn of_words(program: &str, begin: &[&str], rest: &[&str], parsed: &Parsed<'_>) -> Option<String> {
    match (program, begin) {
        ("kubectl", ["get"]) => kinds(rest),
        ("terraform", ["plan"]) if !parsed.has("-lock") => {
            Some("`terraform plan` needs -lock=false: whoever applies meanwhile would be held up".to_owned())
        }
        ("gh", _) => {
            let odd = parsed.value("--jq").filter(|jq| !is_path(jq));
            let elsewhere = rest.iter().find(|word| word.contains('/')).copied();
            odd.or(elsewhere).map(|word| format!("`gh … {word}` is not known to read only what is no secret"))
        }
        ("pg_restore", _) if !parsed.has("--list") => Some(
            "`pg_restore` without --list is not known to read only, and nobody has approved it yet"
                .to_owned(),
        ),
        ("psql", _) => match parsed.value("--command") {
            Some(statement) => sql::selects(statement),
            None => Some("`psql` without --command asks nothing".to_owned()),
        },
        _ => None,
    }
}

/// A path of jq: `.[].status`. A name by itself, such as `env`, is none.
fn is_path(jq: &str) -> bool {
    let is_part = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c));
    let is_index = |part: &str| match part.split_once(']') {
        Some((index, after)) => index.chars().all(|c| c.is_ascii_digit()) && is_part(after),
        None => false,
    };
    let mut parts = jq.split('[');
    jq.starts_with('.') && parts.next().is_some_and(is_part) && parts.all(is_index)
}

/// Kinds, and then names; or kinds and names in one word each.
fn kinds(rest: &[&str]) -> Option<String> {
    let is_pair = rest.first().is_some_and(|word| word.contains('/'));
    let all = if is_pair { rest } else { rest.get(..1).unwrap_or_default() };
    let kinds = all.iter().flat_map(|word| word.split('/').next().unwrap_or_default().split(','));
    let mut odd =
        kinds.filter(|kind| !KINDS.contains(&kind.to_lowercase().split('.').next().unwrap_or_default()));
    let mixed = rest.iter().find(|word| word.contains('/') != is_pair);
    odd.next().or(mixed.copied()).map(|kind| {
        format!("`kubectl get {kind}` is not known to read only what is no secret: its kind is none that checks ask")
    })
}

#[cfg(test)]
mod tests;
