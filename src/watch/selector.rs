//! Which series of a page is meant: `http_requests_total{code=~"5..", method!="GET"}`, as PromQL writes it.

use std::fmt;
use std::str::FromStr;

use regex::Regex;
use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

use crate::text_line::{Labels, name_of};

/// A metric's name and what its labels must be.
#[derive(Clone, Debug)]
pub struct Selector {
    name: String,
    matchers: Vec<Matcher>,
    text: String,
}

#[derive(Clone, Debug)]
struct Matcher {
    label: String,
    holds: Holds,
}

#[derive(Clone, Debug)]
enum Holds {
    Is(String),
    IsNot(String),
    Like(Regex),
    NotLike(Regex),
}

/// Why a text names no series.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SelectorProblem {
    #[error("the name of a metric is missing; write it like `http_requests_total{{code=\"500\"}}`")]
    NoName,
    #[error("`{text}` is not understood: {why}; write it like `http_requests_total{{code=\"500\"}}`")]
    Labels { text: String, why: &'static str },
    #[error("`{pattern}` is not a pattern: {why}")]
    Pattern { pattern: String, why: String },
}

impl FromStr for Selector {
    type Err = SelectorProblem;

    fn from_str(text: &str) -> Result<Self, SelectorProblem> {
        let text = text.trim();
        let wrong = |why| SelectorProblem::Labels { text: text.to_owned(), why };
        let (name, rest) = name_of(text).ok_or(SelectorProblem::NoName)?;
        let rest = rest.trim();
        let matchers = match (rest.is_empty(), rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')))
        {
            (true, _) => Vec::new(),
            (false, Some(inner)) => matchers(inner, wrong)?,
            (false, None) => return Err(wrong("labels stand in braces behind the name")),
        };
        Ok(Self { name: name.to_owned(), matchers, text: text.to_owned() })
    }
}

fn matchers(
    mut rest: &str,
    wrong: impl Fn(&'static str) -> SelectorProblem,
) -> Result<Vec<Matcher>, SelectorProblem> {
    let mut matchers = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(matchers);
        }
        let (label, after) = name_of(rest).ok_or_else(|| wrong("a label's name is missing"))?;
        let after = after.trim_start();
        let sign = ["=~", "!~", "!=", "="].into_iter().find(|sign| after.starts_with(sign));
        let sign = sign.ok_or_else(|| wrong("a label needs =, !=, =~ or !~"))?;
        let value = after[sign.len()..].trim_start();
        let value =
            value.strip_prefix('"').ok_or_else(|| wrong("a label's value stands in double quotes"))?;
        let (value, after) =
            crate::text_line::quoted(value).ok_or_else(|| wrong("a double quote is not closed"))?;
        let pattern = |value: String| {
            // As PromQL does, the whole value must be like it.
            Regex::new(&format!("^(?:{value})$"))
                .map_err(|error| SelectorProblem::Pattern { pattern: value, why: error.to_string() })
        };
        let holds = match sign {
            "=" => Holds::Is(value),
            "!=" => Holds::IsNot(value),
            "=~" => Holds::Like(pattern(value)?),
            _ => Holds::NotLike(pattern(value)?),
        };
        matchers.push(Matcher { label: label.to_owned(), holds });
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(more) => more,
            None if after.is_empty() => after,
            None => return Err(wrong("labels are separated by commas")),
        };
    }
}

impl Selector {
    /// The metric's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the labels are those that are wanted; one that is missing is like an empty one, as in PromQL.
    pub(crate) fn wants(&self, labels: &Labels) -> bool {
        self.matchers.iter().all(|matcher| {
            let value = labels.get(&matcher.label).unwrap_or_default();
            match &matcher.holds {
                Holds::Is(wanted) => value == wanted,
                Holds::IsNot(other) => value != other,
                Holds::Like(pattern) => pattern.is_match(value),
                Holds::NotLike(pattern) => !pattern.is_match(value),
            }
        })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
