//! What goes out side by side, and what in order.

use serde::{Deserialize, Serialize};

use crate::alert::group::GroupId;
use crate::id::{IncidentId, RunId, UserId};
use crate::owner::Owner;

/// Effects of one lane go out in order; lanes run side by side. In order of urgency.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Lane {
    /// Reminders, direct messages, escalations.
    Page(IncidentId),
    /// Announcements in the emergencies channel.
    Announce(IncidentId),
    /// The backup issue on GitHub: opening it, and what is told in it.
    Backup(IncidentId),
    /// The incident's own channel: making it, and what is said in it.
    Room(IncidentId),
    /// Private answers.
    Whisper(UserId),
    /// Who is on call, told: hand-overs, briefs, swaps, pages without an incident.
    OnCall,
    /// The on-call's user group.
    Group,
    /// Cards, topics, pins, invitations.
    Show(IncidentId),
    /// What is owed after an incident: who is told of it, and its report as a file. It never goes before a page.
    After(IncidentId),
    /// Its report in the repository.
    Publish(IncidentId),
    /// The issues of its follow-ups.
    Issues(IncidentId),
    /// One check of a run: a lane each, so that they are asked side by side.
    Look(RunId, String),
    /// What a run changes: one thing after the other.
    Act(RunId),
    /// Stops what a run changes, beside it.
    Stop(RunId),
    /// What a run says beside its card.
    RunSays(RunId),
    /// A run's card.
    RunCard(RunId),
    /// What a run's card is late to show.
    RunNews(RunId),
    /// What a part with a command of its own says of one thing.
    Notice(Owner),
    /// The message of a group of alerts.
    Alerts(GroupId),
    /// Pictures beside what is said of one thing, which waits for none of them.
    Pictures(Owner),
}

impl Lane {
    /// The lane's class, for metrics.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Page(_) => "page",
            Self::Announce(_) => "announce",
            Self::Backup(_) => "backup",
            Self::Room(_) => "room",
            Self::Whisper(_) => "whisper",
            Self::OnCall => "on_call",
            Self::Group => "group",
            Self::Show(_) => "show",
            Self::After(_) => "after",
            Self::Publish(_) => "publish",
            Self::Issues(_) => "issues",
            Self::Look(..) => "look",
            Self::Act(_) => "act",
            Self::Stop(_) => "stop",
            Self::RunSays(_) => "run_says",
            Self::RunCard(_) => "run_card",
            Self::RunNews(_) => "run_news",
            Self::Notice(_) => "notice",
            Self::Alerts(_) => "alerts",
            Self::Pictures(_) => "pictures",
        }
    }
}
