//! Why not: what is wrong, what is safe, what to type next.

mod unsure;

use super::Message;
use super::blocks::Draft;
use super::facts::severity;
use super::lines::{Via, retractable};
use super::merge;
use super::oncall;
use super::time::utc;
use super::words::{Words, clock, code, moment, words};
use domain::command::{Retractable, Role};
use domain::id::IncidentId;
use domain::incident::event::Cancelled;
use domain::refusal::{Doubt, MergeProblem, Refusal, Unfit};
use domain::text::shorten;
use domain::{Severity, Status};

/// A refusal under a form's field, in plain text.
pub fn field_error(refusal: &Refusal) -> String {
    match refusal {
        Refusal::TextMissing { command } if command == "update" => {
            "Please fill in at least one field.".to_owned()
        }
        Refusal::TextMissing { .. } => "Please fill this in; a few words are enough.".to_owned(),
        Refusal::Merge { incident, problem: MergeProblem::Part { into } } => format!(
            "{incident} was merged into {into} while you had this form open. Copy what you typed and send it for {into}."
        ),
        refusal => wrong(refusal).plain(),
    }
}

pub(super) fn refused(refusal: &Refusal, via: Via) -> Message {
    if let Refusal::Unsure { doubt, meanings, asked } = refusal {
        return unsure::unsure(doubt, meanings, asked.as_ref(), via);
    }
    if let Some(message) = oncall::refused(refusal, via) {
        return message;
    }
    let next = next(refusal, via);
    let wrong = match (refusal, via) {
        (Refusal::NotAPerson { word }, Via::Shell) => words![
            code(word),
            " is not a Slack id such as U0123ABC. Find it in the person's profile, under Copy member ID."
        ],
        _ => wrong(refusal),
    };
    let first = wrong.and(words![" ", safe(refusal)]);
    Draft::new().lines([Some(first), next].into_iter().flatten().collect()).finish()
}

/// What is wrong.
fn wrong(refusal: &Refusal) -> Words {
    match refusal {
        Refusal::UnknownWord { word, .. } => words!["I don't know ", code(word), "."],
        Refusal::UnknownSeverity { word } => {
            words!["There is no severity ", code(word), ". There are P1 (worst), P2, P3 and P4."]
        }
        Refusal::UnknownStatus { word } => {
            words!["There is no status ", code(word), format!(". There are {}.", choices(Status::ALL))]
        }
        Refusal::UnknownRole { word } => {
            words!["There is no role ", code(word), format!(". There are {}.", choices(Role::ALL))]
        }
        Refusal::NotAPerson { word } => {
            words![code(word), " is nobody here. Type @ and pick the name from Slack's list."]
        }
        Refusal::NotAnIncidentsChannel { channel } => {
            words![super::words::channel(channel), " is no incident's channel."]
        }
        Refusal::NoRoleFor { person, why } => words![
            person,
            match why {
                Unfit::Left => " has left this Slack and can't hold a role.",
                Unfit::Bot => " is a bot and can't hold a role.",
                Unfit::Unknown => " is unknown to Slack.",
            }
        ],
        Refusal::ChangedMeanwhile { field, now, .. } => words![format!(
            "Somebody changed the {field} while you had this form open. It now says: {}. Copy what you need and open the form again.",
            if now.is_empty() { "nothing".to_owned() } else { format!("\"{}\"", shorten(now, 100)) }
        )],
        Refusal::NotInSlack { person } => {
            words![person, " is unknown to Slack, so I can't bring them into a channel."]
        }
        Refusal::NoPerson { by } => words![by, " is no person: somebody must have it who can be asked."],
        Refusal::NoRoom { incident } => {
            words![format!(
                "{incident} has no channel of its own. People work on it in the emergencies channel."
            )]
        }
        // Under a form's field no button can stand.
        Refusal::Unsure { doubt: Doubt::SameTitle { incident, .. }, .. } => {
            words![format!(
                "{incident} is open and sounds the same. If yours is another one, press Declare again: nothing you typed is lost. If it is the same, close this and type /incident {} join.",
                incident.0
            )]
        }
        // It has a message of its own.
        Refusal::Unsure { .. } => words!["I'm not sure what you mean."],
        Refusal::NotADuration { word } => {
            words![code(word), " is not a length of time. Try 20m or 1h 30m."]
        }
        Refusal::TooShortATime { word } => words![code(word), " is under a minute."],
        Refusal::EtaOutOfReach { at } => {
            words![format!("{} is past, or more than a year away.", utc(*at))]
        }
        Refusal::NotAnIncidentNumber { word } => words!["There is no incident ", code(word), "."],
        Refusal::OtherApp | Refusal::OtherWorkspace | Refusal::Visitor | Refusal::WorkspaceUnknown => {
            words![elsewhere(refusal)]
        }
        Refusal::TitleMissing => words!["The incident needs a title: a few words about what is broken."],
        Refusal::TextMissing { command } => words![missing(command)],
        Refusal::TooLong { what, length, most } => {
            words![format!("The {what} has {length} characters; at most {most} fit. Please shorten it.")]
        }
        Refusal::NothingOpen => words!["No incident is open."],
        Refusal::NoOtherOpen { incident } => words![format!("No other incident than {incident} is open.")],
        Refusal::NothingMerged => words!["No open incident has another one merged into it."],
        Refusal::NoSuchIncident { incident } => words![format!("There is no {incident}.")],
        Refusal::UnknownButton => {
            words!["This button or form is too old to work."]
        }
        Refusal::NothingNew { incident } => {
            words![format!("The form says nothing new about {incident}, so nothing was posted.")]
        }
        Refusal::NoSuchEffect => {
            words!["It is off the delivery board already: delivered or dropped."]
        }
        Refusal::NoSuchPage { incident, pages: 1 } => {
            words![format!("The timeline of {incident} has one page.")]
        }
        Refusal::NoSuchPage { incident, pages } => {
            words![format!("The timeline of {incident} has {pages} pages.")]
        }
        about_one => wrong_now(about_one),
    }
}

/// What a line lacks, as a question.
fn missing(command: &str) -> &'static str {
    match command.split_whitespace().next().unwrap_or_default() {
        "update" => "What should the update say?",
        "impact" => "Who notices what?",
        "action" => "What is being done?",
        "note" => "What should the note say?",
        "eta" => "When should it be over?",
        "severity" => "Which severity?",
        "resolve" | "root" => "What was the root cause?",
        "find" => "Search for what?",
        "rename" => "Rename it to what?",
        "invite" => "Invite whom?",
        "link" => "Which address?",
        "duplicate" => "A duplicate of which incident?",
        "role" => "Who should have that role?",
        "page" => "Page whom?",
        _ => "Something is missing.",
    }
}

/// Who cannot be told to be of howler's workspace, and what to do then.
fn elsewhere(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::OtherApp => {
            "This came through another Slack app, so I did nothing. Whoever runs howler: the bot token and the signing \
             secret must belong to the same app."
        }
        Refusal::OtherWorkspace => {
            "This came from another Slack workspace, and I answer only to my own. Ask somebody there."
        }
        Refusal::Visitor => {
            "You are a guest from another workspace: you can read, but only people of this one can change or approve \
             anything. Ask one of them."
        }
        _ => {
            "Slack didn't tell me whether you belong to this workspace, so I can't take an approval. Try again in a \
             minute. Deny and abort work."
        }
    }
}

/// What the incident's state does not allow.
fn wrong_now(refusal: &Refusal) -> Words {
    match refusal {
        Refusal::AlreadyResolved { incident, at, by, cancelled } => {
            let how = match cancelled {
                None => "is resolved already".to_owned(),
                Some(Cancelled { of: None }) => "was cancelled already, as no incident".to_owned(),
                Some(Cancelled { of: Some(of) }) => format!("was cancelled already, as the same as {of}"),
            };
            words![format!("{incident} {how}: by "), by, ", ", moment(*at), "."]
        }
        Refusal::NotResolved { incident } => {
            words![format!("{incident} is not resolved, so it cannot be reopened.")]
        }
        Refusal::AlreadyAcknowledged { incident, at, by } => {
            words![format!("{incident} was acknowledged already: by "), by, ", ", moment(*at), "."]
        }
        Refusal::AlreadyStatus { incident, status } => words![format!("{incident} is {status} already.")],
        Refusal::AlreadySeverity { incident, severity: now } => {
            words![format!("{incident} is {} already.", severity(*now))]
        }
        Refusal::AlreadyInRole { incident, role, person } => {
            words![person, format!(" is {role} of {incident} already.")]
        }
        Refusal::NothingToRetract { incident, what } => {
            let what = match what {
                Some(Retractable::Update) => "no update that could be taken back",
                Some(Retractable::Severity) => "no change of severity that could be taken back",
                Some(Retractable::Resolution) => "no resolution that could be taken back",
                Some(Retractable::Merge) => "no merge that could be taken back",
                None => "nothing that could be taken back",
            };
            words![format!("{incident} has {what}.")]
        }
        Refusal::NoUpdateClock { incident, severity } => {
            words![format!(
                "{incident} is {severity}, which has no update interval, so there is no reminder to snooze."
            )]
        }
        Refusal::StaleReminder { incident, reminder } => {
            words![format!("The reminder of {incident} from "), clock(*reminder), " was answered already."]
        }
        Refusal::AlreadyPinned { incident } => {
            words![format!("That message is on the timeline of {incident} already.")]
        }
        refusal => merge::wrong(refusal).unwrap_or_else(|| words!["That cannot be done now."]),
    }
}

/// What is safe.
fn safe(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::AlreadyResolved { .. }
        | Refusal::AlreadyAcknowledged { .. }
        | Refusal::AlreadyStatus { .. }
        | Refusal::AlreadySeverity { .. }
        | Refusal::AlreadyInRole { .. }
        | Refusal::AlreadyPinned { .. }
        | Refusal::StaleReminder { .. }
        | Refusal::NoSuchEffect => "Nothing changed.",
        Refusal::TooLong { .. } => "Nothing was saved.",
        _ => "Nothing changed.",
    }
}

/// What to type next, each with what it is for.
fn next(refusal: &Refusal, via: Via) -> Option<Words> {
    let lines = misread(refusal).unwrap_or_else(|| not_now(refusal));
    let shown = lines.into_iter().map(|(lead, rest)| words![lead, ": ", code(via.example(&rest))]);
    let shown = Words::joined(shown, ". ");
    (shown != Words::default()).then_some(shown)
}

type Lines = Vec<(&'static str, String)>;

const DECLARE: &str = "p1 Event stream down";

/// For what was not understood; `None` for everything else.
fn misread(refusal: &Refusal) -> Option<Lines> {
    Some(match refusal {
        Refusal::UnknownWord { nearest: Some(nearest), .. } => {
            vec![("Did you mean", nearest.clone()), ("All commands", "help".into())]
        }
        Refusal::UnknownWord { nearest: None, .. } => {
            vec![("To declare", DECLARE.into()), ("All commands", "help".into())]
        }
        Refusal::UnknownSeverity { .. } => {
            vec![("To declare", DECLARE.into()), ("To change one", "severity p2 reason".into())]
        }
        Refusal::UnknownStatus { .. } => vec![("For example", "status identified".into())],
        Refusal::UnknownRole { .. } | Refusal::NotAPerson { .. } => {
            vec![("For example", "role commander @name".into()), ("To take command yourself", "take".into())]
        }
        Refusal::NotADuration { .. } | Refusal::TooShortATime { .. } => {
            vec![("For example", "snooze 15m".into())]
        }
        Refusal::EtaOutOfReach { .. } => vec![("For example", "eta 20m".into())],
        Refusal::NotAnIncidentNumber { .. } | Refusal::NotAnIncidentsChannel { .. } => {
            vec![("Open incidents", "list".into())]
        }
        Refusal::NoRoleFor { .. } => vec![("For example", "role commander @name".into())],
        Refusal::TitleMissing => vec![("For example", DECLARE.into())],
        Refusal::TextMissing { command } => vec![("For example", example(command))],
        Refusal::TooLong { what, .. } if what == "title" => {
            vec![("Use a few words", DECLARE.into()), ("Then add the rest", "note ...".into())]
        }
        Refusal::TooLong { .. } => Vec::new(),
        _ => return None,
    })
}

/// For what cannot be done as things are.
fn not_now(refusal: &Refusal) -> Lines {
    let about = |incident: &IncidentId, rest: &str| format!("{} {rest}", incident.0);
    let show = |incident: &IncidentId| format!("show {}", incident.0);
    let timeline = |incident: &IncidentId| format!("timeline {}", incident.0);
    match refusal {
        Refusal::NothingOpen => vec![("To declare one", DECLARE.into()), ("All incidents", "list".into())],
        Refusal::NoSuchIncident { .. } | Refusal::NothingMerged => {
            vec![("Open incidents", "list".into())]
        }
        Refusal::NoOtherOpen { incident } => {
            vec![("To read it", show(incident)), ("All incidents", "list".into())]
        }
        Refusal::AlreadyResolved { incident, .. } => {
            vec![("If it is not over", about(incident, "reopen")), ("To read it", show(incident))]
        }
        Refusal::AlreadyAcknowledged { incident, .. } => vec![("To take it over", about(incident, "take"))],
        Refusal::AlreadySeverity { incident, severity } => {
            let other = if *severity == Severity::P2 { "severity p1" } else { "severity p2" };
            vec![("To change it", about(incident, other))]
        }
        Refusal::AlreadyStatus { incident, .. } | Refusal::NoUpdateClock { incident, .. } => {
            vec![("To post an update", about(incident, "update ..."))]
        }
        Refusal::Merge { incident, problem } => merge::try_instead(*incident, problem),
        Refusal::StaleReminder { incident, .. }
        | Refusal::NotResolved { incident }
        | Refusal::AlreadyInRole { incident, .. } => vec![("To read it", show(incident))],
        Refusal::NothingToRetract { incident, what } => {
            let other = match what {
                Some(Retractable::Update) => Some(Retractable::Severity),
                Some(Retractable::Severity) => Some(Retractable::Update),
                Some(Retractable::Resolution | Retractable::Merge) | None => None,
            };
            let other = other
                .map(|other| ("The other kind", about(incident, &format!("retract {}", retractable(other)))));
            [("The timeline", timeline(incident))].into_iter().chain(other).collect()
        }
        Refusal::UnknownButton => vec![("What is open", "list".into())],
        Refusal::NothingNew { incident } => {
            vec![("To post words of your own", about(incident, "update ..."))]
        }
        Refusal::NoSuchEffect => vec![("The delivery board", "doctor".into())],
        Refusal::NoSuchPage { incident, .. } | Refusal::AlreadyPinned { incident } => {
            vec![("To read it", timeline(incident))]
        }
        // What was not understood has its lines already.
        _ => Vec::new(),
    }
}

/// A whole line for a command that came without its text.
fn example(command: &str) -> String {
    let rest = match command {
        "update" => "Restarted the stream",
        "impact" => "Witnesses see a frozen page",
        "action" => "Restarting the stream",
        "eta" => "20m",
        "note" => "Redis was restarted at 14:05",
        "severity" => "p2 Most witnesses are back",
        "resolve" | "root cause" => return "resolve Redis credentials had expired".to_owned(),
        "find" => "redis",
        "rename" => "Event stream is slow",
        "invite" => "@name",
        "link" => "https://example.com/dashboard",
        "duplicate" => "of 7",
        "merge" => return "9 merge into 7".to_owned(),
        "role" => "commander @name",
        _ if command.starts_with("role ") => "@name",
        _ => return "help".to_owned(),
    };
    format!("{command} {rest}")
}

/// `a, b and c`.
fn choices<const N: usize>(all: [impl std::fmt::Display; N]) -> String {
    let mut words: Vec<String> = all.iter().map(ToString::to_string).collect();
    match words.pop() {
        Some(last) => format!("{} and {last}", words.join(", ")),
        None => String::new(),
    }
}
