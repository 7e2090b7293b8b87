//! Help, made by matching every command: a new one without a line here does not compile.

mod now;

use std::sync::LazyLock;

use jiff::SignedDuration;

use super::Message;
use super::blocks::Draft;
use super::lines::Via;
use super::words::{Words, bold, code, words};
use domain::command::{Command, EtaText, Role};
use domain::id::{ChannelId, EffectId, IncidentId, MessageTs, UserId};
use domain::incident::after::due::Whose;
use domain::incident::after::event::{Owed, Section};
use domain::incident::after::line::AfterLine;
use domain::{Severity, Status};
pub(super) use now::now;

/// What one command's line says.
struct Entry {
    chapter: &'static str,
    line: &'static str,
    does: &'static str,
}

const START: &str = "Start";
const TELL: &str = "During an incident";
const PEOPLE: &str = "People";
const CLOCKS: &str = "Reminders";
const END: &str = "End it";
const AFTER: &str = "After it";
const READ: &str = "Read (only you see it)";
const CHAPTERS: [&str; 7] = [START, TELL, PEOPLE, CLOCKS, END, AFTER, READ];

/// The line of a command; `None` for what only a button or a reaction asks.
fn entry(command: &Command) -> Option<Entry> {
    let (chapter, line, does) = match command {
        Command::Declare { .. } => {
            (START, "p1 Event stream down", "declares now; p1 is the worst, p4 the mildest")
        }
        Command::DeclareForm { .. } => {
            (START, "declare", "opens a form: title, severity, impact, action, ETA")
        }
        Command::Update { .. } => {
            (TELL, "update Restarted the stream", "tells stakeholders and restarts the update clock")
        }
        Command::UpdateForm => (TELL, "update", "opens a form: status, impact, action, ETA"),
        Command::Status { .. } => {
            (TELL, "status identified", "sets investigating, identified, mitigating or resolved")
        }
        Command::Severity { .. } => {
            (TELL, "severity p2 Most witnesses are back", "changes the severity, with a reason")
        }
        Command::Impact { .. } => (TELL, "impact Witnesses see a frozen page", "says who notices what"),
        Command::Action { .. } => (TELL, "action Restarting the stream", "says what is being done now"),
        Command::Eta { .. } => (TELL, "eta 20m", "says when it should be over"),
        Command::Note { .. } => {
            (TELL, "note Redis was restarted", "adds to the timeline; a pushpin 📌 on a message does too")
        }
        Command::Ack => (PEOPLE, "ack", "says you're on it and stops paging"),
        Command::Escalate { .. } => (PEOPLE, "escalate", "pages the next person now"),
        Command::Page { .. } => (PEOPLE, "page @name Redis needs you", "pages one person to the incident"),
        Command::Take { .. } => (PEOPLE, "take", "puts you in command; also take comms, take scribe"),
        Command::Role { .. } => (PEOPLE, "role commander @name", "gives a role: commander, comms or scribe"),
        Command::Snooze { .. } => (CLOCKS, "snooze 15m", "snoozes this reminder; the update is still due"),
        Command::Resolve { .. } => {
            (END, "resolve Redis credentials had expired", "ends it and announces the root cause")
        }
        Command::ResolveForm => (END, "resolve", "opens a form: root cause, impact, data loss"),
        Command::Cancel { .. } => {
            (END, "cancel It was a test", "ends a false alarm: no report; also: duplicate of 7")
        }
        Command::After(line) => return after(line),
        Command::Merge { .. } => (END, "9 merge into 7", "both are one, and INC-7 leads; split 9 undoes it"),
        Command::Rename { .. } => (TELL, "rename Event stream is slow", "changes the title"),
        Command::Invite { .. } => (PEOPLE, "invite @name", "invites people to its channel; join invites you"),
        Command::Join | Command::DeclareAnyway { .. } | Command::Split => return None,
        Command::Reopen => (END, "reopen", "undoes the resolution"),
        Command::Retract { .. } => (END, "retract update", "undoes the last update, severity or resolution"),
        Command::List => (READ, "list", "shows what is open and what was resolved recently"),
        Command::Show => (READ, "show 7", "shows one incident"),
        Command::Timeline { .. } => (READ, "timeline 7", "shows what happened, in order"),
        Command::Find { .. } => {
            (READ, "find redis", "searches titles, impacts, updates, root causes, notes, pins")
        }
        Command::Doctor => (READ, "doctor", "shows what could not be delivered, and why"),
        Command::Help => (READ, "help", "shows what you can do now"),
        Command::HelpAll => (READ, "help all", "shows this"),
        // They have a help of their own.
        Command::Oncall(_) | Command::Runbook(_) | Command::Feature(_) => return None,
        // Ways to write the others.
        Command::DeclareFrom { .. } | Command::NoteForm { .. } | Command::MergeIntoChannel { .. } => {
            return None;
        }
        Command::With { .. } | Command::Either { .. } | Command::InChannel { .. } => return None,
        Command::Pass | Command::RetryNow { .. } | Command::GiveUp { .. } | Command::PinTo { .. } => {
            return None;
        }
    };
    Some(Entry { chapter, line, does })
}

/// One of each command, in the order of the help; the text in them does not matter.
fn one_of_each() -> [Command; 46] {
    let after = |line| Command::After(Box::new(line));
    let text = String::new;
    let effect = EffectId(1);
    [
        Command::Declare { severity: Severity::P1, title: text() },
        Command::DeclareForm { title: None },
        Command::Update { text: text() },
        Command::UpdateForm,
        Command::Status { to: Status::Identified },
        Command::Severity { to: Severity::P2, reason: None },
        Command::Impact { text: text() },
        Command::Action { text: text() },
        Command::Eta { eta: EtaText::Words(text()) },
        Command::Note { text: text() },
        Command::Ack,
        Command::Escalate { why: None },
        Command::Page { whom: UserId(text()), why: None },
        Command::Pass,
        Command::Take { role: Role::Commander },
        Command::Role { role: Role::Commander, person: UserId(text()) },
        Command::Snooze { by: SignedDuration::from_mins(15), reminder: None },
        Command::Resolve { root_cause: text() },
        Command::ResolveForm,
        Command::Cancel { why: None, of: None },
        Command::Merge { into: IncidentId(7) },
        Command::Split,
        after(AfterLine::Report),
        after(AfterLine::Write { section: Section::RootCause, text: text() }),
        after(AfterLine::PutOff { owed: Owed::Report, by: SignedDuration::from_hours(24), why: None }),
        after(AfterLine::Publish),
        after(AfterLine::Retro),
        after(AfterLine::FollowUp { wanted: Vec::new() }),
        after(AfterLine::FollowUps),
        after(AfterLine::Due { whose: Whose::Usual }),
        Command::Rename { title: text() },
        Command::Invite { people: Vec::new() },
        Command::Join,
        Command::DeclareAnyway { severity: Severity::P1, title: text(), note: None },
        Command::Reopen,
        Command::Retract { what: None },
        Command::List,
        Command::Show,
        Command::Timeline { page: 1 },
        Command::Find { words: text() },
        Command::Doctor,
        Command::Help,
        Command::HelpAll,
        Command::RetryNow { effect },
        Command::GiveUp { effect },
        Command::PinTo { channel: ChannelId(text()), message: MessageTs(text()), author: None },
    ]
}

/// Of the time after an incident.
fn after(line: &AfterLine) -> Option<Entry> {
    let (line, does) = match line {
        AfterLine::Report => ("7 report", "shows the report of INC-7; 7 report file puts it into its thread"),
        AfterLine::Publish => {
            ("7 publish", "publishes the report in its repository, for people to review and merge")
        }
        AfterLine::Write { .. } => {
            ("7 report root cause: Redis was full", "writes a part of it; 7 report done says it is done")
        }
        AfterLine::Retro => ("7 retro", "shows when the retrospective is due; 7 retro done says it was held"),
        AfterLine::FollowUp { .. } => {
            ("7 follow-up [action] Watch Redis memory @name by +7d", "adds work; 7 follow-up 1 done ends it")
        }
        AfterLine::FollowUps => ("follow-ups", "shows the open follow-ups, with age and owner"),
        AfterLine::PutOff { .. } => ("7 report snooze 1d why", "reminders wait, the deadline does not"),
        AfterLine::Due { .. } => ("due", "shows what you owe; also due all, due overdue"),
        AfterLine::ReportFile
        | AfterLine::Settle { .. }
        | AfterLine::Edit { .. }
        | AfterLine::Done { .. }
        | AfterLine::Undone { .. }
        | AfterLine::Give { .. }
        | AfterLine::Move { .. }
        | AfterLine::FollowUpDefaults
        | AfterLine::FollowUpsOf
        | AfterLine::Unclear(_) => return None,
    };
    Some(Entry { chapter: AFTER, line, does })
}

/// The same for everybody, and asked for often by those who try things out: made once.
pub(super) fn help(via: Via) -> Message {
    static SLASH: LazyLock<Message> = LazyLock::new(|| written(Via::Slash));
    static MENTION: LazyLock<Message> = LazyLock::new(|| written(Via::Mention));
    static SHELL: LazyLock<Message> = LazyLock::new(|| written(Via::Shell));
    match via {
        Via::Slash => SLASH.clone(),
        Via::Mention => MENTION.clone(),
        Via::Shell => SHELL.clone(),
    }
}

fn written(via: Via) -> Message {
    let entries: Vec<Entry> =
        one_of_each().iter().filter(|command| has_it(command, via)).filter_map(entry).collect();
    let mut draft = Draft::new().line(words![
        bold("Something broken? "),
        "One line is enough: ",
        code(via.line("p1 Event stream down"))
    ]);
    for chapter in CHAPTERS {
        let of_chapter = entries.iter().filter(|entry| entry.chapter == chapter);
        let items = of_chapter.map(|entry| item(entry, via)).collect();
        draft = draft.line(words![bold(chapter)]).bullets(items);
    }
    draft
        .lines(vec![
            words![
                "If several are open, put the number first: ",
                code(via.line("7 update Restarted the stream"))
            ],
            other_way(via),
            words!["Who is on call: ", code(via.oncall("help")), ". Runbook: ", code(via.runbook("list"))],
        ])
        .finish()
}

/// At a shell no form opens.
fn has_it(command: &Command, via: Via) -> bool {
    !command.opens_form() || via != Via::Shell
}

fn item(entry: &Entry, via: Via) -> Words {
    written_item(entry.line, entry.does, via)
}

fn written_item(line: &str, does: &str, via: Via) -> Words {
    if via == Via::Shell {
        // With its meaning as a comment the whole line can be copied.
        return words![code(format!("{}  # {does}", via.example(line)))];
    }
    words![code(via.example(line)), format!(" {does}")]
}

fn other_way(via: Via) -> Words {
    match via {
        Via::Slash => words!["The same words work after ", code("@howler"), ", also inside threads."],
        Via::Mention => words!["The same words work after ", code("/incident"), " outside threads."],
        Via::Shell => words![
            "The same words work in Slack after ",
            code("/incident"),
            " and ",
            code("@howler"),
            ". People are named by Slack's ids here."
        ],
    }
}

/// The lines of the help, without what goes before them.
#[cfg(test)]
pub(super) fn lines() -> Vec<(Command, &'static str)> {
    one_of_each()
        .into_iter()
        .filter_map(|command| entry(&command).map(|entry| (command, entry.line)))
        .collect()
}
