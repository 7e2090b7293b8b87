//! What somebody can do as things are: some lines, and the way to all of them.

use super::{Entry, entry, item};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::lines::Via;
use crate::words::{Words, bold, code, words};
use domain::Severity;
use domain::answer::{HelpNow, Summary};
use domain::command::{Command, Role};

pub(in super::super) fn now(now: &HelpNow, via: Via) -> Message {
    let (head, commands) = match &now.of {
        Some(summary) => about(now, summary),
        None if now.open == 0 => (words!["No incident is open."], vec![declare(), Command::List, find()]),
        None => (words![format!("{} incidents are open.", now.open)], vec![Command::List, declare(), find()]),
    };
    let number = now.of.as_ref().filter(|_| now.numbered).map(|summary| summary.incident.0);
    let items = commands.iter().filter_map(|command| line(command, number, via)).collect();
    let mut draft = Draft::new().line(head.and(words![" What you can do:"])).bullets(items);
    if now.of.is_none() && now.open > 1 {
        let named = code(via.line("7 update Restarted the stream"));
        draft = draft.line(words!["A line about one of them begins with its number: ", named]);
    }
    draft = draft.line(words![
        "Who is on call: ",
        code(via.oncall("help")),
        ". Runbook: ",
        code(via.runbook("list")),
        ". All commands: ",
        code(via.line("help all"))
    ]);
    match via {
        Via::Shell => draft.finish(),
        Via::Slash | Via::Mention => draft.buttons(buttons(now)).finish(),
    }
}

/// How the incident stands, and the commands that move it on, the most urgent first.
fn about(now: &HelpNow, summary: &Summary) -> (Words, Vec<Command>) {
    let it = words![bold(summary.incident.to_string()), " ", &summary.title];
    match (summary.merged, summary.resolved_at) {
        (Some(into), _) => {
            (it.and(words![format!(" is merged into {into}.")]), vec![Command::Split, note(), timeline()])
        }
        (None, Some(_)) => {
            (it.and(words![" is over."]), vec![Command::Reopen, note(), timeline(), declare()])
        }
        (None, None) => {
            let take = Command::Take { role: Role::Commander };
            let update = Command::Update { text: String::new() };
            let first = now.asks.then_some(Command::Ack).into_iter();
            let first = first.chain(summary.commander.is_none().then_some(take));
            let rest = [
                update,
                Command::Escalate { why: None },
                note(),
                Command::Resolve { root_cause: String::new() },
                declare(),
            ];
            let asks = if now.asks { " is open, and nobody has it yet." } else { " is open." };
            (it.and(words![asks]), first.chain(rest).collect())
        }
    }
}

/// A line of the help, with the incident's number where it needs one.
fn line(command: &Command, number: Option<u64>, via: Via) -> Option<Words> {
    let entry = match command {
        Command::Split => {
            Entry { chapter: super::END, line: "split", does: "makes it an incident of its own again" }
        }
        Command::Timeline { .. } => {
            Entry { chapter: super::READ, line: "timeline", does: "shows what happened, in order" }
        }
        command => entry(command)?,
    };
    let Some(number) = number.filter(|_| command.is_about_one()) else { return Some(item(&entry, via)) };
    Some(super::written_item(&format!("{number} {}", entry.line), entry.does, via))
}

fn buttons(now: &HelpNow) -> Vec<Button> {
    let incident =
        now.of.as_ref().filter(|summary| summary.resolved_at.is_none() && summary.merged.is_none());
    let it = incident.map(|summary| summary.incident);
    let mut buttons = vec![Button::new("All commands", None, Command::HelpAll)];
    match it {
        Some(it) => {
            buttons.insert(0, Button::new("Post update", Some(it), Command::UpdateForm));
            if now.asks {
                buttons.insert(0, crate::facts::on_it(it).primary());
            }
        }
        None => {
            let declare = Button::new("Declare an incident", None, Command::DeclareForm { title: None });
            buttons.insert(0, declare);
        }
    }
    buttons
}

fn declare() -> Command {
    Command::Declare { severity: Severity::P1, title: String::new() }
}

fn find() -> Command {
    Command::Find { words: String::new() }
}

fn note() -> Command {
    Command::Note { text: String::new() }
}

fn timeline() -> Command {
    Command::Timeline { page: 1 }
}
