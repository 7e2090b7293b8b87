//! People who are named in a line about being on call are looked at before it is decided: somebody who left, a bot, or a
//! name that is nobody's would be found out at three in the morning.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::timeout;

use crate::slack::Typed;
use delivery::Deliverer;
use domain::command::{Command, Line};
use domain::id::UserId;
use domain::incident::after::line::{AfterLine, AfterProblem};
use domain::oncall::line::Oncall;
use domain::oncall::said::{Heard, Whom};
use domain::refusal::{Doubt, Refusal, Unfit};
use domain::request::Ask;

/// A Slack that takes longer is not waited for: the line is decided as it stands.
const PATIENCE: Duration = Duration::from_millis(1_200);

/// More names on one line are not looked up.
const NAMES_MOST: usize = 10;

/// Slack's own voice, which `users.info` does not call a bot.
const SLACKBOT: &str = "USLACKBOT";

/// The same, or what is wrong with somebody in it.
pub async fn screened(ask: Ask, deliverer: &Deliverer) -> Ask {
    match &ask {
        Ask::Line(Line { command: Command::Oncall(line), .. }) => {
            let look = async {
                for person in named(line) {
                    if let Some(refusal) = unfit(person, deliverer).await {
                        return Some(refusal);
                    }
                }
                None
            };
            let unfit = timeout(PATIENCE, look).await.ok().flatten();
            unfit.map_or(ask, Ask::Unclear)
        }
        Ask::Line(Line { command, .. }) if matches!(command.core(), Command::Role { .. }) => {
            let Command::Role { person, .. } = command.core() else { return ask };
            let why = match person.as_str() == SLACKBOT {
                true => Some(Unfit::Bot),
                false => timeout(PATIENCE, deliverer.people.unfit(person)).await.ok().flatten(),
            };
            let refusal = why.map(|why| Refusal::NoRoleFor { person: person.clone(), why });
            refusal.map_or(ask, Ask::Unclear)
        }
        Ask::Line(Line { command: Command::After(line), .. }) => {
            let look = async {
                for person in owners(line) {
                    if let Some(why) = no_owner(person, deliverer).await {
                        return Some(AfterProblem::Unfit { person: person.clone(), why });
                    }
                }
                None
            };
            let problem = timeout(PATIENCE, look).await.ok().flatten();
            problem.map_or(ask, |problem| {
                let command = Command::After(Box::new(AfterLine::Unclear(problem)));
                Ask::Line(Line { incident: None, command })
            })
        }
        Ask::Line(Line { command: Command::Page { whom, .. }, .. }) => {
            let unfit = timeout(PATIENCE, unfit(whom, deliverer)).await.ok().flatten();
            unfit.map_or(ask, Ask::Unclear)
        }
        // "call kofi instead": who that is, so that a button can call them.
        Ask::Said { refusal, heard: Heard::Call(Whom { name, person: None }) } => {
            let nearest = timeout(PATIENCE, deliverer.people.nearest(name)).await.ok().flatten();
            let person = nearest.map(|(_, person)| person);
            let heard = Heard::Call(Whom { name: name.clone(), person });
            Ask::Said { refusal: refusal.clone(), heard }
        }
        Ask::Unclear(Refusal::NoSuchPerson { word, nearest: None, after, .. }) => {
            let nearest = timeout(PATIENCE, deliverer.people.nearest(word)).await.ok().flatten();
            let (nearest, id) = nearest.unzip();
            Ask::Unclear(Refusal::NoSuchPerson { word: word.clone(), nearest, id, after: after.clone() })
        }
        _ => ask,
    }
}

/// The line with who is meant in the place of names that were typed and not chosen: `@maya` is whoever has that name, and
/// something near to a name is asked for.
pub async fn looked_up(ask: Ask, line: Option<&Typed>, deliverer: &Deliverer) -> Ask {
    let Some(line) = line else { return ask };
    match timeout(PATIENCE, look_up(line.clone(), deliverer)).await.ok().flatten() {
        // What is said to a page is an answer to it, unless it is a whole line.
        Some(Ask::Unclear(_)) | None if matches!(ask, Ask::Said { .. }) => ask,
        Some(found) => found,
        None => ask,
    }
}

async fn look_up(mut line: Typed, deliverer: &Deliverer) -> Option<Ask> {
    let mut near = Vec::new();
    for _ in 0..NAMES_MOST {
        let asked = line.ask();
        let Ask::Unclear(Refusal::NoSuchPerson { word, after, .. }) = &asked else {
            return match asked {
                Ask::Line(line) if !near.is_empty() => {
                    let doubt = Doubt::Person { word: near.join(", ") };
                    Some(Ask::Unclear(Refusal::unsure(doubt, [line])))
                }
                // What else is wrong with it is told of the line as it was typed.
                Ask::Unclear(Refusal::UnknownWord { .. }) => None,
                asked => Some(asked),
            };
        };
        let person = match deliverer.people.by_name(word).await {
            Some(person) if word.starts_with('@') => person,
            // A change of the schedule is typed anew: it is shown before it counts, and a name that is near is told there.
            _ if !after.starts_with("incident ") => return None,
            _ => {
                let (name, person) = deliverer.people.nearest(word).await?;
                near.push(name);
                person
            }
        };
        line.text = with_mention(&line.text, word, &person)?;
    }
    None
}

/// The text with a mention in place of the word.
fn with_mention(text: &str, word: &str, person: &UserId) -> Option<String> {
    let sign = |c: char| matches!(c, ',' | '.' | '!' | '?' | ':' | ';' | '(' | ')');
    let bare = word.trim_matches(sign);
    let typed = text.split_whitespace().find(|typed| typed.trim_matches(sign) == bare)?;
    let at = text.find(typed)? + typed.find(bare)?;
    Some(format!("{}<@{person}>{}", text.get(..at)?, text.get(at + bare.len()..)?))
}

/// Why somebody cannot be called.
async fn unfit(person: &UserId, deliverer: &Deliverer) -> Option<Refusal> {
    let why = match deliverer.is_me(person) {
        true => Some(Unfit::Bot),
        false => deliverer.people.unfit(person).await,
    };
    why.map(|why| Refusal::CannotBeOnCall { person: person.clone(), why })
}

/// Whose something would be after an incident.
fn owners(line: &AfterLine) -> Vec<&UserId> {
    match line {
        AfterLine::Give { to, .. } => vec![to],
        AfterLine::FollowUp { wanted } => wanted.iter().filter_map(|one| one.owner.as_ref()).collect(),
        _ => Vec::new(),
    }
}

/// Why somebody cannot owe anything.
async fn no_owner(person: &UserId, deliverer: &Deliverer) -> Option<Unfit> {
    match deliverer.is_me(person) || person.as_str() == SLACKBOT {
        true => Some(Unfit::Bot),
        false => deliverer.people.unfit(person).await,
    }
}

/// Whom a line would put on call or call.
fn named(line: &Oncall) -> Vec<&UserId> {
    match line {
        Oncall::Add { person }
        | Oncall::Override { person, .. }
        | Oncall::Backup { person: Some(person) }
        | Oncall::Handoff { to: Some(person) }
        | Oncall::Swap { with: person, .. }
        | Oncall::Page { whom: person, .. } => vec![person],
        Oncall::Order { people } => people.iter().collect(),
        Oncall::Import { pieces, .. } => {
            pieces.iter().map(|piece| &piece.person).collect::<BTreeSet<_>>().into_iter().collect()
        }
        Oncall::Again { line, .. } => named(line),
        _ => Vec::new(),
    }
}
