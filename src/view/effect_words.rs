//! Effects as people would name them.

use domain::effect::{CardPlace, Effect, EffectKind, Say, To};
use domain::incident::after::AfterSaid;
use domain::oncall::tell::Tell;

/// What an effect is, in words: "the declaration in the emergencies channel".
pub fn effect_in_words(effect: &Effect) -> String {
    match &effect.kind {
        EffectKind::Say { to, say, .. } => format!("{} {}", message(say), place(to)),
        EffectKind::Card { place: CardPlace::Emergencies } => {
            "the card in the emergencies channel".to_owned()
        }
        EffectKind::Card { place: CardPlace::Room } => "the card in the incident's channel".to_owned(),
        EffectKind::Amend { to, .. } => format!("the mark on what was taken back {}", place(to)),
        EffectKind::Settle { to, .. } => format!("the mark on an answered reminder {}", place(to)),
        EffectKind::Close { to: To::Phone(_), .. } => "the end of a phone's ringing".to_owned(),
        EffectKind::Close { to, .. } => format!("the mark on an answered page {}", place(to)),
        EffectKind::OpenRoom { name } => format!("the incident's own channel #{name}"),
        EffectKind::Topic => "the topic of the incident's channel".to_owned(),
        EffectKind::PinCard => "the pin on the card in the incident's channel".to_owned(),
        EffectKind::Invite { people, oncall } => invitation(people.len(), *oncall),
        EffectKind::ReadMessage { .. } => "the text of a message with a pushpin".to_owned(),
        EffectKind::OpenIssue => "the backup issue on GitHub".to_owned(),
        EffectKind::Comment { .. } => "a comment in the backup issue on GitHub".to_owned(),
        EffectKind::IssueCard => "the card in the backup issue on GitHub".to_owned(),
        EffectKind::IssueState { open: false } => "the closing of the backup issue on GitHub".to_owned(),
        EffectKind::IssueState { open: true } => "the reopening of the backup issue on GitHub".to_owned(),
        EffectKind::Tell { tell, to, .. } => format!("{} {}", told(tell), place(to)),
        EffectKind::Retell { to, .. } => format!("the mark on what was answered {}", place(to)),
        EffectKind::Group => "the user group of the on-call".to_owned(),
        EffectKind::Look { run, name, .. } => format!("the check {name} of {run}"),
        EffectKind::AlertCard { group } => format!("the message of the {group}"),
        EffectKind::Mention(_) => "the mention under a message that called nobody".to_owned(),
        EffectKind::Picture(picture) => format!("the picture of {}", picture.watch),
        EffectKind::RunCard { run } => format!("the card of {run}"),
        EffectKind::RunSays { run, to, .. } => format!("what {run} says {}", place(to)),
        EffectKind::RunNews { run, .. } => format!("news of {run} in its card's thread"),
        EffectKind::RunFile { run, name, .. } => format!("the file of {run} with what {name} kept"),
        EffectKind::Notice { to, notice } => {
            format!("{} {}", super::feature::notice_in_words(notice), place(to))
        }
        EffectKind::ReportFile { .. } => "the report as a file in the card's thread".to_owned(),
        EffectKind::PublishReport => "the report in its repository on GitHub".to_owned(),
        EffectKind::FollowUpIssue { number } => format!("the issue of follow-up {number} on GitHub"),
        EffectKind::SeeIssue { number } => format!("a look at the issue of follow-up {number}"),
        EffectKind::SeePull => "a look at the report's pull request".to_owned(),
        EffectKind::AskUnfreeze(_) => "who may unfreeze changes".to_owned(),
        EffectKind::SayFreeze { .. } => "the notice about the freeze of changes".to_owned(),
        EffectKind::Prepare { run, .. } => format!("the plan of {run}"),
        EffectKind::PrepareRelease { run, .. } => format!("who may agree to the release of {run}"),
        EffectKind::Act { run, .. } => format!("the action of {run}"),
        EffectKind::Stop { run } => format!("the end of the program of {run}"),
        EffectKind::Whisper { .. } => "a private answer".to_owned(),
    }
}

fn told(tell: &Tell) -> &'static str {
    match tell {
        Tell::HandedOver { .. } => "the hand-over",
        Tell::Brief(_) => "the brief for whoever is on call",
        Tell::Outgoing { .. } => "the notice for whoever had it before",
        Tell::Relieved { .. } => "the notice that somebody started their shift",
        Tell::Unconfirmed { .. } => "the notice that nobody has started the shift",
        Tell::Changed { .. } => "the change of the rotation",
        Tell::SwapAsked { .. } => "the question about a swap",
        Tell::SwapEnded { .. } => "what became of a swap",
        Tell::Summons { .. } => "the page",
        Tell::SummonsAnswered { .. } => "the notice that somebody answered a page",
        Tell::SummonsUnanswered { .. } => "the notice that nobody answered a page",
        Tell::TestRing { .. } => "a test call",
        Tell::GroupRepaired => "the notice that the on-call's group was repaired",
        Tell::CannotSave { .. } => "the notice that howler cannot save",
        Tell::SavesAgain { .. } => "the notice that howler saves again",
        Tell::Missed(_) => "the notice of what was missed",
        Tell::Week(_) => "the week's alerts",
        Tell::Drilled(_) => "what the drills found",
    }
}

fn message(say: &Say) -> &'static str {
    match say {
        Say::Declared { .. } => "the declaration",
        Say::Updated { .. } => "the update",
        Say::StatusChanged { .. } => "the change of status",
        Say::SeverityChanged { .. } => "the change of severity",
        Say::Resolved { .. } => "the resolution",
        Say::Reopened { .. } => "the reopening",
        Say::Merge(_) => "the word about a merge",
        Say::After(said) => match said.as_ref() {
            AfterSaid::Begun { .. } => "the word that the report is begun",
            AfterSaid::Reminder(_) => "the reminder of what is owed",
            AfterSaid::Published { .. } => "the word where the report stands",
            AfterSaid::Conflict { .. } => "the question whose text of the report stands",
            AfterSaid::Yours { .. } => "the word that something was given to somebody",
        },
        Say::Reminder { .. } => "the reminder that an update is due",
        Say::ResponseMissed { .. } => "the notice that nobody acknowledged in time",
        Say::Page { .. } => "the page",
        Say::Acknowledged { .. } | Say::Answered { .. } => "the acknowledgement",
        Say::RoleTaken { .. } => "the hand-over of a role",
        Say::Brief { .. } => "the brief for a new role",
        Say::Noted { .. } => "the note",
        Say::Escalated { .. } => "the escalation",
        Say::LooksOver { .. } => "the question whether it is over",
        Say::FiresAgain { .. } => "the word that an alert fires again",
        Say::NotReached { .. } => "the notice that a page did not arrive",
        Say::Undelivered { .. } => "the notice that something was not delivered",
    }
}

fn place(to: &To) -> &'static str {
    match to {
        To::Emergencies => "in the emergencies channel",
        To::Room => "in the incident's channel",
        To::Person(_) => "as a direct message",
        To::OnCall => "in the on-call channel",
        To::Source(_) => "in the channel of its source",
        To::Phone(_) => "by phone",
        To::Text(_) => "as a text",
    }
}

fn invitation(people: usize, oncall: bool) -> String {
    let who = match (people, oncall) {
        (0, _) => "the on-call".to_owned(),
        (1, false) => "one person".to_owned(),
        (1, true) => "one person and the on-call".to_owned(),
        (people, false) => format!("{people} people"),
        (people, true) => format!("{people} people and the on-call"),
    };
    format!("the invitation of {who} to the incident's channel")
}
