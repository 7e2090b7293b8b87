//! A check: one question to the world that changes nothing, and the answer that is well.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Command;
use crate::duration::Humane;

/// What is asked, and what is expected; without an expectation it keeps facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Check {
    pub title: String,
    pub probe: Probe,
    pub expect: Vec<(Extract, Expected)>,
    /// Facts by name, and where they are in the answer.
    pub keep: BTreeMap<String, String>,
    /// Exit codes with which the program says that it could not find out.
    pub cannot_tell: Vec<i32>,
    pub limit: Option<Humane>,
    /// Silence counts as failing: somebody who hangs is down. Else nobody can tell.
    pub silence_fails: bool,
    /// It says which step fits, or proves one, and not whether all is well.
    pub decides: bool,
    /// Of a list of Kubernetes' objects only those of this deployment are looked at.
    pub of: Option<String>,
    /// Of a list of files only those are backups whose name this regular expression finds.
    pub names: Option<String>,
}

/// A check that says nothing else ends after this, in seconds.
const LIMIT: Duration = Duration::from_secs(10);

impl Check {
    /// How long its answer may take.
    pub fn within(&self) -> Duration {
        self.limit.and_then(|limit| Duration::try_from(limit.0).ok()).unwrap_or(LIMIT)
    }

    /// Whether it looks at a list of backups.
    pub fn is_of_backups(&self) -> bool {
        self.keep.values().any(|kept| kept == "backups")
            || self.expect.iter().any(|(part, _)| matches!(part, Extract::Backup(_)))
    }

    /// Whether it passes or fails; others only keep facts.
    pub fn is_judged(&self) -> bool {
        !self.expect.is_empty() || matches!(self.probe, Probe::Tcp(_))
    }
}

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// `GET` of an address.
    Http(String),
    /// A connection to `host:port`.
    Tcp(String),
    Run(Command),
    GitHub(String),
    Vercel(String),
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extract {
    /// The HTTP status.
    Status,
    /// The program's exit code.
    Exit,
    /// A JSON pointer (RFC 6901); `*` is every element.
    Json(String),
    /// How many lines hold the text.
    Count(String),
    /// What a regular expression finds: its first group, or all of it where it has none.
    Regex(String),
    /// The whole text.
    Text,
    /// Of a list of backups: how old the newest from before the trouble is, how large, and how large beside the one before it.
    Backup(String),
    /// When what runs now was first released: `current revision`, or `the current one`.
    Released(String),
}

impl Extract {
    /// Whether it is read out of what came, and not of how it came.
    pub fn is_of_text(&self) -> bool {
        !matches!(self, Self::Status | Self::Exit)
    }
}

/// What a part must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    Range(Range),
    /// Exactly this.
    Equals(Value),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Range {
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// The part of the same answer that it must not be less than, such as `json:/spec/replicas`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Box<str>>,
    /// What it is where it is left out and `given` is there: Kubernetes leaves out what is nought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<i64>,
    pub one_of: Option<Vec<Value>>,
    /// None of several is this, or one of these.
    pub none: Option<Value>,
    /// A regular expression that it matches.
    pub matches: Option<String>,
    /// Nothing is there.
    pub absent: Option<bool>,
    /// The part of the answer that must be there first, such as `json:/items/*`: of nothing, nothing can be said.
    pub given: Option<String>,
    /// What stands beside the part and says when that was, such as `finishedAt`. What is older than the trouble says nothing of it.
    pub at: Option<String>,
    /// So much older than the trouble it may be.
    pub fresh: Option<Humane>,
}

impl Range {
    /// The part that must be there first; a file whose part is none was refused when it was read.
    pub(super) fn given(&self) -> Option<Extract> {
        self.given.as_ref().and_then(|part| extract(part).ok())
    }

    /// The part that it must not be less than.
    pub(super) fn at_least(&self) -> Option<Extract> {
        self.at_least.as_ref().and_then(|part| extract(part).ok())
    }

    /// Whether it holds of nothing as well, unless something must be there first.
    pub fn holds_of_nothing(&self) -> bool {
        self.none.is_some() || self.absent == Some(true) || self.left_out.is_some()
    }
}

/// As the file has it.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    http: Option<String>,
    tcp: Option<String>,
    run: Option<Command>,
    github: Option<String>,
    vercel: Option<String>,
    #[serde(default)]
    expect: BTreeMap<String, Expected>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
    #[serde(default)]
    cannot_tell: Vec<i32>,
    limit: Option<Humane>,
    silence: Option<Silence>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    decides: bool,
    of: Option<String>,
    names: Option<String>,
}

/// What silence says.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Silence {
    Fails,
}

impl TryFrom<Written> for Check {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let Written {
            title,
            http,
            tcp,
            run,
            github,
            vercel,
            expect,
            keep,
            cannot_tell,
            limit,
            silence,
            decides,
            of,
            names,
        } = written;
        let probes = [
            http.map(Probe::Http),
            tcp.map(Probe::Tcp),
            run.map(Probe::Run),
            github.map(Probe::GitHub),
            vercel.map(Probe::Vercel),
        ];
        let mut probes = probes.into_iter().flatten();
        let (Some(probe), None) = (probes.next(), probes.next()) else {
            return Err("a check asks one of `http`, `tcp`, `run`, `github` and `vercel`".into());
        };
        if let Some((part, _)) = expect.iter().find(|(_, expected)| expected.is_a_table()) {
            return Err(format!(
                "`{part}` expects a value, or a table of `min`, `max`, `at_least`, `left_out`, `one_of`, `none`, `matches`, `absent`, \
                 `given`, `at` and `fresh`"
            ));
        }
        let expect = expect.into_iter().map(|(part, expected)| Ok((extract(&part)?, expected)));
        let expect = expect.collect::<Result<Vec<_>, String>>()?;
        for (part, expected) in &expect {
            match (part, expected) {
                (_, Expected::Range(range)) => range.check(part)?,
                (Extract::Released(_), Expected::Equals(_)) => Range::default().check(part)?,
                _ => {}
            }
        }
        if let Some(wanted) = keep.values().find(|wanted| !super::keep::is_known(wanted)) {
            return Err(format!("`{wanted}` is nothing that can be kept of an answer"));
        }
        if expect.is_empty() && keep.is_empty() && !matches!(probe, Probe::Tcp(_)) {
            return Err("a check expects something, or keeps a fact".into());
        }
        if let Some(names) = names.as_ref().filter(|names| !is_pattern(names)) {
            return Err(format!("`names`: `{names}` is no regular expression"));
        }
        let silence_fails = silence == Some(Silence::Fails);
        if silence_fails && !matches!(probe, Probe::Http(_) | Probe::Tcp(_)) {
            return Err(
                "`silence` is for `http` and `tcp`: a program that says nothing says nothing of the world"
                    .into(),
            );
        }
        Ok(Self { title, probe, expect, keep, cannot_tell, limit, silence_fails, decides, of, names })
    }
}

impl From<Check> for Written {
    fn from(check: Check) -> Self {
        let Check { title, probe, expect, keep, cannot_tell, limit, silence_fails, decides, of, names } =
            check;
        let silence = silence_fails.then_some(Silence::Fails);
        let expect = expect.into_iter().map(|(part, expected)| (part.to_string(), expected)).collect();
        let bare =
            Self { title, expect, keep, cannot_tell, limit, silence, decides, of, names, ..Self::default() };
        match probe {
            Probe::Http(address) => Self { http: Some(address), ..bare },
            Probe::Tcp(address) => Self { tcp: Some(address), ..bare },
            Probe::Run(command) => Self { run: Some(command), ..bare },
            Probe::GitHub(asked) => Self { github: Some(asked), ..bare },
            Probe::Vercel(asked) => Self { vercel: Some(asked), ..bare },
        }
    }
}

impl Range {
    /// What is wrong with its words.
    fn check(&self, part: &Extract) -> Result<(), String> {
        if let Some(pattern) = &self.matches {
            regex::Regex::new(pattern).map_err(|_| format!("`{pattern}` is no regular expression"))?;
        }
        for other in self.given.as_deref().into_iter().chain(self.at_least.as_deref()) {
            extract(other)?;
        }
        if let Extract::Released(_) = part {
            return match *self == (Self { fresh: self.fresh, ..Self::default() }) && self.fresh.is_some() {
                true => Ok(()),
                false => {
                    Err(format!("`{part}` says how old it may be, and nothing else: `{{ fresh = \"24h\" }}`"))
                }
            };
        }
        if self.at.is_some() != self.fresh.is_some() {
            return Err(format!(
                "`{part}`: `at` says when it was, and `fresh` how old it may be: write both"
            ));
        }
        match (part, &self.at) {
            (Extract::Json(_), _) | (_, None) => Ok(()),
            _ => Err(format!("`{part}`: `at` stands beside a `json:` part")),
        }
    }
}

impl Probe {
    /// Whether its answer can have the part. A connection is taken or not, and nothing else of it is looked at.
    pub fn answers_with(&self, part: &Extract) -> bool {
        match (self, part) {
            (Self::Tcp(_), _) => false,
            (_, Extract::Released(what)) => super::released::is_told_by(self, what),
            (Self::Http(_), Extract::Status) | (Self::Run(_), Extract::Exit) => true,
            (_, Extract::Status | Extract::Exit) => false,
            _ => true,
        }
    }
}

impl Expected {
    /// A table that is no range: a word of it was not known.
    fn is_a_table(&self) -> bool {
        matches!(self, Self::Equals(Value::Object(_)))
    }
}

impl fmt::Display for Extract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("status"),
            Self::Exit => f.write_str("exit"),
            Self::Text => f.write_str("text"),
            Self::Json(pointer) => write!(f, "json:{pointer}"),
            Self::Count(text) => write!(f, "count:{text}"),
            Self::Regex(pattern) => write!(f, "regex:{pattern}"),
            Self::Backup(part) => write!(f, "backup:{part}"),
            Self::Released(what) => write!(f, "released:{what}"),
        }
    }
}

/// A regular expression that finds something.
pub(super) fn is_pattern(pattern: &str) -> bool {
    !pattern.is_empty() && regex::Regex::new(pattern).is_ok()
}

fn extract(part: &str) -> Result<Extract, String> {
    match part.split_once(':') {
        None if part == "status" => Ok(Extract::Status),
        None if part == "exit" => Ok(Extract::Exit),
        None if part == "text" => Ok(Extract::Text),
        Some(("json", pointer)) if pointer.starts_with('/') => Ok(Extract::Json(pointer.to_owned())),
        Some(("count", text)) if !text.is_empty() => Ok(Extract::Count(text.to_owned())),
        Some(("regex", pattern)) if is_pattern(pattern) => Ok(Extract::Regex(pattern.to_owned())),
        Some(("backup", part)) if super::backups::PARTS.contains(&part) => {
            Ok(Extract::Backup(part.to_owned()))
        }
        Some(("released", what)) if super::released::is_known(what) => Ok(Extract::Released(what.to_owned())),
        _ => Err(format!(
            "`{part}` is no part of an answer: there are `status`, `exit`, `text`, `json:/a/b`, `count:TEXT`, `regex:PATTERN`, \
             `released:current revision`, `released:the current one` and `backup:` with {}",
            super::backups::PARTS.join(", ")
        )),
    }
}
