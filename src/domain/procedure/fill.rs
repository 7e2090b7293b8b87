//! From what a person typed and what checks kept to exactly what runs. Each value is checked for its kind before it fills an
//! argument, and none can become a flag, a second argument or a part of another (research 2b, rules 1 to 3).

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::judge::{Finding, Kept};
use super::{Check, Choices, Command, Param, Probe, Procedure, Question, Usual};

/// Longest value of a parameter or a fact that fills an argument, in characters: a DNS label, a URL's host, an instant.
const LONGEST: usize = 128;
/// Longest name in Kubernetes (DNS-1123 label).
const NAME: usize = 63;

/// Why a command cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfilled {
    /// The procedure has no such parameter; those that it has.
    NoSuchParam { name: String, known: Vec<String> },
    /// What was typed does not fit the parameter; what does, in words.
    Unfit { name: String, takes: String },
    /// Typed twice.
    Twice { name: String },
    /// It has no default, and nobody gave it.
    Missing { name: String, takes: String },
    /// A check has not told it.
    NoFact { fact: String },
    /// It goes the other way than the action says: `than` is how it is now.
    WrongWay { name: String, value: String, than: String },
}

impl Unfilled {
    /// Whether the facts alone are in the way: what somebody typed, or may still type, is theirs to put right.
    pub fn is_by_facts(&self, given: &Given) -> bool {
        match self {
            Self::NoFact { .. } => true,
            Self::WrongWay { name, .. } | Self::Unfit { name, .. } => !given.contains_key(name),
            Self::NoSuchParam { .. } | Self::Twice { .. } | Self::Missing { .. } => false,
        }
    }
}

impl fmt::Display for Unfilled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchParam { name, known } if known.is_empty() => {
                write!(f, "{name} is not known here: nothing can be given")
            }
            Self::NoSuchParam { name, known } => {
                write!(f, "{name} is not known here; there are: {}", known.join(", "))
            }
            Self::Unfit { name, takes } => write!(f, "{name} takes {takes}"),
            Self::Twice { name } => write!(f, "{name} is given twice"),
            Self::Missing { name, takes } => write!(f, "{name} must be given: {takes}"),
            Self::WrongWay { name, value, than } => {
                write!(f, "{name} must be more than the {than} that there are, and is {value}")
            }
            Self::NoFact { fact } => write!(f, "{fact} could not be read"),
        }
    }
}

/// What a person typed, by parameter: `tail=200`.
pub type Given = BTreeMap<String, String>;

impl Param {
    /// What it takes, in words.
    pub fn takes(&self) -> String {
        match self {
            Self::Int { min, max, .. } => format!("a whole number from {min} to {max}"),
            Self::Name { .. } => "a name of small letters, digits and hyphens".to_owned(),
            Self::OneOf { of: Choices::Listed(list), .. } => format!("one of {}", list.join(", ")),
            Self::OneOf { of: Choices::Fact(fact), .. } => {
                format!("one of those that the check tells ({fact})")
            }
            Self::Time { .. } => "an instant such as 2026-11-25T03:00:00Z".to_owned(),
        }
    }

    /// Whether `value` fits, as far as it can be told before the checks.
    pub fn fits(&self, value: &str) -> bool {
        is_plain(value)
            && match self {
                Self::Int { min, max, .. } => {
                    // Written as a number is: programs take 010 for eight.
                    value
                        .parse::<i64>()
                        .is_ok_and(|number| (*min..=*max).contains(&number) && number.to_string() == value)
                }
                Self::Name { .. } => is_name(value),
                Self::OneOf { of: Choices::Listed(list), .. } => list.iter().any(|one| one == value),
                Self::OneOf { of: Choices::Fact(_), .. } => true,
                Self::Time { .. } => value.parse::<Timestamp>().is_ok(),
            }
    }
}

/// No flag, nothing hidden, no second word.
fn is_plain(value: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '+');
    !value.is_empty()
        && value.chars().count() <= LONGEST
        && !value.starts_with('-')
        && value.chars().all(allowed)
}

fn is_name(value: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    value.len() <= NAME && value.chars().all(allowed) && !value.starts_with('-') && !value.ends_with('-')
}

/// Takes what a person typed: unknown, doubled and unfit values are refused before anything is asked.
///
/// # Errors
/// The first that cannot be taken.
pub fn given(procedure: &Procedure, typed: &[(String, String)]) -> Result<Given, Unfilled> {
    let mut given = Given::new();
    for (name, value) in typed {
        let Some(param) = procedure.params.get(name) else {
            let known = procedure.params.keys().cloned().collect();
            return Err(Unfilled::NoSuchParam { name: name.clone(), known });
        };
        if !param.fits(value) {
            return Err(Unfilled::Unfit { name: name.clone(), takes: param.takes() });
        }
        if given.insert(name.clone(), value.clone()).is_some() {
            return Err(Unfilled::Twice { name: name.clone() });
        }
    }
    Ok(given)
}

/// What fills slots: a procedure, what was typed, and what its checks found.
#[derive(Clone, Copy)]
pub struct Filling<'a> {
    pub procedure: &'a Procedure,
    pub given: &'a Given,
    pub findings: &'a BTreeMap<String, Finding>,
}

impl Filling<'_> {
    /// What a check asks.
    ///
    /// # Errors
    /// The slot that cannot be filled.
    pub fn question(&self, check: &Check) -> Result<Question, Unfilled> {
        Ok(match &check.probe {
            Probe::Http(address) => Question::Http(address.clone()),
            Probe::Tcp(address) => Question::Tcp(address.clone()),
            Probe::GitHub(asked) => Question::GitHub(asked.clone()),
            Probe::Vercel(asked) => Question::Vercel(asked.clone()),
            Probe::Run(command) => Question::Run(self.command(command)?),
        })
    }

    /// The program and its arguments, aimed at the target's cluster and namespace.
    ///
    /// # Errors
    /// The slot that cannot be filled.
    pub fn command(&self, command: &Command) -> Result<Vec<String>, Unfilled> {
        let mut filled = vec![command.program().to_owned()];
        filled.extend(self.aim(command.program()));
        for argument in command.arguments() {
            filled.push(self.text(argument)?);
        }
        Ok(filled)
    }

    /// A text with its slots filled, such as an action's title.
    ///
    /// # Errors
    /// The slot that cannot be filled.
    pub fn text(&self, text: &str) -> Result<String, Unfilled> {
        let slots = Command(vec![text.to_owned()]);
        let mut filled = text.to_owned();
        for slot in slots.slots() {
            filled = filled.replace(&format!("{{{}}}", slot.name), &self.value(slot.name)?);
        }
        Ok(filled)
    }

    /// The flags that name the cluster, so that nothing runs against whatever was used last.
    fn aim(&self, program: &str) -> Vec<String> {
        let Some(target) = &self.procedure.target else { return Vec::new() };
        let context = match program {
            "kubectl" => "--context",
            "helm" => "--kube-context",
            _ => return Vec::new(),
        };
        let context = target.cluster.as_ref().map(|cluster| format!("{context}={cluster}"));
        let namespace = target.namespace.as_ref().map(|namespace| format!("--namespace={namespace}"));
        context.into_iter().chain(namespace).collect()
    }

    fn value(&self, slot: &str) -> Result<String, Unfilled> {
        let Some(param) = self.procedure.params.get(slot) else { return self.fact(slot) };
        let missing = || Unfilled::Missing { name: slot.to_owned(), takes: param.takes() };
        let given = self.given.get(slot);
        match param {
            Param::Int { min, max, default, above } => {
                let value = match (given, default) {
                    (Some(given), _) => given.clone(),
                    (None, Some(default)) => self.usual(default, *min, *max)?.to_string(),
                    (None, None) => return Err(missing()),
                };
                match above {
                    Some(above) => self.is_above(slot, value, above),
                    None => Ok(value),
                }
            }
            Param::Name { default } => given.cloned().or_else(|| default.clone()).ok_or_else(missing),
            Param::Time { after, before } => {
                self.within(slot, given.cloned().ok_or_else(missing)?, after.as_ref(), before.as_ref())
            }
            Param::OneOf { of, default } => {
                let value = match (given, default) {
                    (Some(given), _) => given.clone(),
                    (None, Some(default)) if default.contains('.') => self.fact(default)?,
                    (None, Some(default)) => default.clone(),
                    (None, None) => return Err(missing()),
                };
                let unfit = |takes| Unfilled::Unfit { name: slot.to_owned(), takes };
                match of {
                    Choices::Listed(_) => Ok(value),
                    Choices::Fact(fact) => match self.kept(fact) {
                        Some(Kept::Many(list)) if list.contains(&value) => Ok(value),
                        Some(Kept::Many(list)) => Err(unfit(format!("one of {}", list.join(", ")))),
                        _ => Err(Unfilled::NoFact { fact: fact.clone() }),
                    },
                }
            }
        }
    }

    fn usual(&self, default: &Usual, min: i64, max: i64) -> Result<i64, Unfilled> {
        if let Usual::Number(number) = default {
            return Ok(*number);
        }
        let (fact, add) = default.fact().unwrap_or_default();
        let now = self.number(fact)?;
        Ok(now.saturating_add(add).clamp(min.min(max), max))
    }

    fn is_above(&self, slot: &str, value: String, above: &str) -> Result<String, Unfilled> {
        let than = self.number(above)?;
        match value.parse::<i64>().is_ok_and(|value| value > than) {
            true => Ok(value),
            false => Err(Unfilled::WrongWay { name: slot.to_owned(), value, than: than.to_string() }),
        }
    }

    /// An instant between those of facts.
    fn within(
        &self,
        slot: &str,
        value: String,
        after: Option<&String>,
        before: Option<&String>,
    ) -> Result<String, Unfilled> {
        let instant = |fact: &String| -> Result<Timestamp, Unfilled> {
            let missing = || Unfilled::NoFact { fact: fact.clone() };
            self.fact(fact)?.parse().map_err(|_| missing())
        };
        let (after, before) = (after.map(instant).transpose()?, before.map(instant).transpose()?);
        let fits = value.parse::<Timestamp>().is_ok_and(|value| {
            after.is_none_or(|after| value >= after) && before.is_none_or(|before| value <= before)
        });
        if fits {
            return Ok(value);
        }
        let bound =
            |word: &str, at: Option<Timestamp>| at.map(|at| format!(" {word} {at}")).unwrap_or_default();
        let takes = format!("an instant{}{}", bound("from", after), bound("to", before));
        Err(Unfilled::Unfit { name: slot.to_owned(), takes })
    }

    fn number(&self, fact: &str) -> Result<i64, Unfilled> {
        let missing = || Unfilled::NoFact { fact: fact.to_owned() };
        self.fact(fact)?.parse().map_err(|_| missing())
    }

    fn kept(&self, fact: &str) -> Option<&Kept> {
        let (check, name) = fact.split_once('.')?;
        self.findings.get(check)?.kept.get(name)
    }

    /// A fact comes from outside: it is looked at like anything that a person types.
    fn fact(&self, fact: &str) -> Result<String, Unfilled> {
        match self.kept(fact) {
            Some(Kept::One(value)) if is_plain(value) => Ok(value.clone()),
            _ => Err(Unfilled::NoFact { fact: fact.to_owned() }),
        }
    }
}
