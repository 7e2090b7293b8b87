//! Commands as people would type them.

use super::time;
use domain::command::{Command, EtaText, Line, Retractable, Role};
use domain::oncall::line::Oncall;
use domain::runbook::{RunAsk, RunbookLine};

/// How a person speaks to howler, and so how lines are shown to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// `/incident ...`
    Slash,
    /// `@howler ...`, which alone works inside threads.
    Mention,
    /// `howler incident ...` at a shell of howler's machine.
    Shell,
}

impl Via {
    /// The whole line for `rest` about being on call.
    pub(super) fn oncall(self, rest: &str) -> String {
        match self {
            Self::Slash => format!("/oncall {rest}"),
            Self::Mention => format!("@howler oncall {rest}"),
            Self::Shell => format!("howler oncall {}", quoted(&rest.replace(SOMEBODY, "U0123ABC"))),
        }
    }

    /// The whole line for `rest` about the runbook.
    pub(super) fn runbook(self, rest: &str) -> String {
        match self {
            Self::Slash => format!("/runbook {rest}"),
            Self::Mention => format!("@howler runbook {rest}"),
            Self::Shell => format!("howler runbook {}", quoted(rest)),
        }
    }

    /// The whole line for `rest` of a part with a command of its own.
    pub(super) fn feature(self, command: &str, rest: &str) -> String {
        match self {
            Self::Slash => format!("/{command} {rest}"),
            Self::Mention => format!("@howler {command} {rest}"),
            Self::Shell => format!("howler incident {command} {}", quoted(rest)),
        }
    }

    /// The whole line for `rest`.
    pub(super) fn line(self, rest: &str) -> String {
        match self {
            Self::Slash => format!("/incident {rest}"),
            Self::Mention => format!("@howler {rest}"),
            Self::Shell => format!("howler incident {}", quoted(rest)),
        }
    }
}

/// How somebody else is named in an example.
const SOMEBODY: &str = "@name";

impl Via {
    /// An example with a person in it, who is chosen from Slack's list or named by Slack's id.
    pub(super) fn example(self, rest: &str) -> String {
        match self {
            Self::Slash | Self::Mention => self.line(rest),
            Self::Shell => self.line(&rest.replace(SOMEBODY, "U0123ABC")),
        }
    }
}

/// In quotes where a shell would take a sign for its own, so that the line can be copied as it stands.
fn quoted(rest: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " _-.,:/@+%=…".contains(c);
    if rest.chars().all(harmless) { rest.to_owned() } else { format!("'{}'", rest.replace('\'', r"'\''")) }
}

/// The whole line to type for `line`; `None` for what only a button or a reaction can ask.
pub fn typed(line: &Line, via: Via) -> Option<String> {
    if let Command::Oncall(line) = &line.command {
        return oncall(line).map(|rest| via.oncall(&rest));
    }
    if let Command::Runbook(line) = &line.command {
        return runbook(line).map(|rest| via.runbook(&rest));
    }
    if let Command::Feature(line) = &line.command {
        return super::feature::typed(line).map(|rest| via.feature(line.command(), &rest));
    }
    if let Command::After(after) = &line.command {
        let rest = super::after::typed(after)?;
        let number =
            line.incident.filter(|_| after.is_about_one()).map(|incident| format!("{} ", incident.0));
        return Some(via.example(&format!("{}{rest}", number.unwrap_or_default())));
    }
    let words = words(&line.command)?;
    if let (Command::Role { .. } | Command::Page { .. } | Command::Invite { .. }, Via::Shell) =
        (&line.command, via)
    {
        let number = line.incident.map(|incident| format!("{} ", incident.0)).unwrap_or_default();
        return Some(via.example(&format!("{number}{words}")));
    }
    let rest = match (line.incident, &line.command) {
        (None, _) => words,
        (Some(incident), Command::Split) => format!("split {}", incident.0),
        (Some(incident), Command::Show) => format!("show {}", incident.0),
        (Some(incident), Command::Timeline { page: 1 }) => format!("timeline {}", incident.0),
        (Some(incident), Command::Timeline { page }) => format!("timeline {} {page}", incident.0),
        (Some(incident), _) => format!("{} {words}", incident.0),
    };
    Some(via.line(&rest))
}

fn words(command: &Command) -> Option<String> {
    Some(match command {
        Command::Declare { severity, title } => format!("{} {title}", severity.to_string().to_lowercase()),
        Command::DeclareAnyway { severity, title, note } => {
            let title = note.as_ref().unwrap_or(title);
            format!("anyway {} {title}", severity.to_string().to_lowercase())
        }
        Command::Merge { into } => format!("merge into {}", into.0),
        Command::Cancel { of: Some(of), .. } => format!("duplicate of {}", of.0),
        Command::Cancel { why, of: None } => with("cancel", why.as_deref()),
        Command::Rename { title } => with("rename", Some(title)),
        Command::Invite { .. } => format!("invite {SOMEBODY}"),
        Command::DeclareForm { title } | Command::DeclareFrom { title, .. } => {
            with("declare", title.as_deref())
        }
        Command::Update { text } => with("update", Some(text)),
        Command::Status { to } => with("status", Some(&to.to_string().to_lowercase())),
        Command::Severity { to, reason } => {
            with(&format!("severity {}", to.to_string().to_lowercase()), reason.as_deref())
        }
        Command::Impact { text } => with("impact", Some(text)),
        Command::Action { text } => with("action", Some(text)),
        Command::Eta { eta: EtaText::In(after) } => with("eta", Some(&time::typed(*after))),
        Command::Eta { eta: EtaText::At(at) } => with("eta", Some(&time::utc(*at))),
        Command::Eta { eta: EtaText::Words(words) } => with("eta", Some(words)),
        Command::Note { text } | Command::NoteForm { note: text } => with("note", Some(text)),
        Command::Escalate { why } => with("escalate", why.as_deref()),
        Command::Page { why, .. } => with(&format!("page {SOMEBODY}"), why.as_deref()),
        Command::Pass => "escalate".to_owned(),
        Command::Role { role, .. } => format!("role {role} {SOMEBODY}"),
        Command::Take { role: Role::Commander } => "take".to_owned(),
        Command::Take { role } => format!("take {role}"),
        Command::Snooze { by, .. } => with("snooze", Some(&time::typed(*by))),
        Command::Resolve { root_cause } => with("resolve", Some(root_cause)),
        Command::Retract { what } => with("retract", what.map(retractable)),
        Command::Timeline { page: 1 } => "timeline".to_owned(),
        Command::Timeline { page } => format!("timeline page {page}"),
        Command::Find { words } => with("find", Some(words)),
        Command::UpdateForm
        | Command::ResolveForm
        | Command::Split
        | Command::Ack
        | Command::Join
        | Command::Reopen
        | Command::List
        | Command::Show
        | Command::Doctor
        | Command::Help => command.word().to_owned(),
        Command::HelpAll => "help all".to_owned(),
        Command::With { command, .. } if !command.is_about_one() => words(command)?,
        Command::With { command, note } => format!("{} {note}", words(command)?),
        Command::Either { .. }
        | Command::InChannel { .. }
        | Command::MergeIntoChannel { .. }
        | Command::RetryNow { .. }
        | Command::GiveUp { .. }
        | Command::PinTo { .. }
        | Command::Oncall(_)
        | Command::Feature(_)
        | Command::After(_)
        | Command::Runbook(_) => {
            return None;
        }
    })
}

/// Buttons of runs, as far as somebody could type them.
fn runbook(line: &RunbookLine) -> Option<String> {
    match line {
        RunbookLine::Of { run: Some(run), ask: RunAsk::Vote { key: Some(key), .. } }
        | RunbookLine::Of { run: Some(run), ask: RunAsk::ApproveForm { key } } => {
            Some(format!("{} {run} {} why", line.word(), key.get(..6).unwrap_or(key)))
        }
        RunbookLine::Of { run: Some(run), .. } => Some(format!("{} {}", line.word(), run.0)),
        RunbookLine::Start(start) if start.typed.is_empty() && start.only.is_none() => {
            Some(format!("{} {}", line.word(), start.name))
        }
        RunbookLine::Unfreeze => Some(line.word().to_owned()),
        _ => None,
    }
}

/// Buttons about being on call, as far as somebody could type them.
fn oncall(line: &Oncall) -> Option<String> {
    Some(match line {
        Oncall::Cover { long } => format!("cover {}", time::typed(*long)),
        Oncall::WithdrawSwap { number } => format!("withdraw {number}"),
        Oncall::Who { when: None } | Oncall::Review | Oncall::Help | Oncall::Handoff { to: None } => {
            line.word().to_owned()
        }
        Oncall::Schedule { weeks } => format!("schedule {weeks}"),
        _ => return None,
    })
}

fn with(word: &str, rest: Option<&str>) -> String {
    match rest {
        Some(rest) => format!("{word} {rest}"),
        None => word.to_owned(),
    }
}

/// The word for what `retract` takes back.
pub(super) fn retractable(what: Retractable) -> &'static str {
    match what {
        Retractable::Update => "update",
        Retractable::Severity => "severity",
        Retractable::Resolution => "resolution",
        Retractable::Merge => "merge",
    }
}
