//! Asked again before it is said: an effect that was overtaken is dropped, with the reason.

use super::merge::MergeSaid;
use super::{Incident, after};
use crate::effect::{CardPlace, EffectKind, PostKey, Say, To};

/// Whether `effect` still holds for the incident as it is now.
///
/// # Errors
/// Why it does not.
pub fn still_true(incident: &Incident, effect: &EffectKind) -> Result<(), &'static str> {
    let no_room = incident.room.is_none();
    match effect {
        EffectKind::Say { say, to, keep_as } => match say.as_ref() {
            Say::Reminder { reminder, .. } => {
                let open = incident.open_reminders.iter().any(|open| open.due == *reminder);
                if open { Ok(()) } else { Err("the reminder was answered before it went out") }
            }
            Say::Page { .. } => match keep_as {
                Some(PostKey::Page { seq, to }) if !incident.offers(*seq, to) => {
                    Err("somebody answered before it went out")
                }
                _ => Ok(()),
            },
            Say::Merge(said) => merge_still_true(incident, said),
            Say::After(said) => after::still_true(incident, said),
            Say::LooksOver { .. } if !looks_over_still(incident, keep_as.as_ref()) => {
                Err("an alert fires again, or it was resolved before it went out")
            }
            Say::ResponseMissed { .. } | Say::Brief { .. } if incident.merged().is_some() => {
                Err("the incident was merged into another one before it went out")
            }
            Say::ResponseMissed { .. } if incident.acknowledged.is_some() => {
                Err("somebody acknowledged before it went out")
            }
            // What is said inside alone goes to the emergencies channel then; of an announcement a copy is there.
            _ if *to == To::Room && no_room && keep_as.is_some() => {
                Err("the incident has no channel of its own; it stands in the emergencies channel")
            }
            _ => Ok(()),
        },
        EffectKind::Card { place: CardPlace::Room }
        | EffectKind::Topic
        | EffectKind::PinCard
        | EffectKind::Invite { .. }
            if no_room =>
        {
            Err("the incident has no channel of its own")
        }
        EffectKind::Card { place: CardPlace::Emergencies }
            if incident.post(&PostKey::DECLARATION).is_none() =>
        {
            Err("the card comes after the declaration")
        }
        EffectKind::PinCard if incident.post(&PostKey::Card(CardPlace::Room)).is_none() => {
            Err("there is no card to pin")
        }
        EffectKind::Amend { seq, to } => {
            let key = PostKey::Announcement { seq: *seq, to: to.clone() };
            incident.post(&key).map(|_| ()).ok_or("the announcement never went out")
        }
        EffectKind::Settle { seq, to, settled } => {
            let key = settled.key(*seq, to);
            incident.post(&key).map(|_| ()).ok_or("the reminder never went out")
        }
        EffectKind::Close { seq, to } => {
            let key = PostKey::Page { seq: *seq, to: to.clone() };
            incident.post(&key).map(|_| ()).ok_or("the page never went out")
        }
        EffectKind::OpenIssue if incident.backup.issue().is_some() => Err("the issue is open already"),
        EffectKind::Comment { .. } | EffectKind::IssueCard | EffectKind::IssueState { .. }
            if incident.backup.issue().is_none() =>
        {
            Err("no issue was opened on GitHub")
        }
        EffectKind::IssueState { open } if *open != incident.is_open() => {
            Err("the incident was resolved or reopened again meanwhile")
        }
        EffectKind::OpenRoom { .. } if incident.room.is_some() => Err("the channel exists already"),
        EffectKind::OpenRoom { .. } if incident.merged().is_some() => {
            Err("the incident was merged into another one before it had a channel")
        }
        EffectKind::ReadMessage { channel, message } => {
            if incident.is_pinned(channel, message) {
                Ok(())
            } else {
                Err("the pushpin was taken off again")
            }
        }
        EffectKind::PublishReport => after::publishes_still(incident),
        EffectKind::FollowUpIssue { number } | EffectKind::SeeIssue { number } => {
            after::has_issue(incident, *number)
        }
        EffectKind::SeePull => after::sees_still(incident),
        EffectKind::Card { .. }
        | EffectKind::Topic
        | EffectKind::PinCard
        | EffectKind::Invite { .. }
        | EffectKind::OpenRoom { .. }
        | EffectKind::OpenIssue
        | EffectKind::Comment { .. }
        | EffectKind::IssueCard
        | EffectKind::IssueState { .. }
        | EffectKind::Tell { .. }
        | EffectKind::Retell { .. }
        | EffectKind::Group
        | EffectKind::Look { .. }
        | EffectKind::Prepare { .. }
        | EffectKind::PrepareRelease { .. }
        | EffectKind::Act { .. }
        | EffectKind::Stop { .. }
        | EffectKind::RunSays { .. }
        | EffectKind::RunFile { .. }
        | EffectKind::RunNews { .. }
        | EffectKind::ReportFile { .. }
        | EffectKind::SayFreeze { .. }
        | EffectKind::AskUnfreeze(_)
        | EffectKind::Notice { .. }
        | EffectKind::AlertCard { .. }
        | EffectKind::Picture(_)
        | EffectKind::Mention(_)
        | EffectKind::RunCard { .. }
        | EffectKind::Whisper { .. } => Ok(()),
    }
}

/// Whether the question that is kept as this is asked still. One of an older howler is kept as nothing.
fn looks_over_still(incident: &Incident, keep_as: Option<&PostKey>) -> bool {
    match keep_as.and_then(PostKey::asks_whether_it_is_over) {
        Some(seq) => incident.alerts.asked == Some(seq),
        None => incident.alerts.quiet.is_some() && incident.is_open(),
    }
}

/// What is said of a merge to those who have to do with it.
fn merge_still_true(incident: &Incident, said: &MergeSaid) -> Result<(), &'static str> {
    let whole = incident.merged().map(|merged| &merged.whole);
    match said {
        MergeSaid::Yours { .. } if whole.is_none() => Err("it was split off again before it went out"),
        MergeSaid::YoursAgain { .. } if !incident.is_open() => {
            Err("it was merged or ended before it went out")
        }
        MergeSaid::Ended { whole: said } if whole.is_none_or(|whole| whole.over != said.over) => {
            Err("what it is merged into ended or was opened again meanwhile")
        }
        _ => Ok(()),
    }
}
