//! Which effects are shows.

use super::EffectKind;

impl EffectKind {
    /// Whether it is a *show*: rendered as things are when it is sent, so that one that waits is enough. The one list of them.
    pub fn is_shown(&self) -> bool {
        match self {
            Self::Card { .. }
            | Self::Topic
            | Self::Amend { .. }
            | Self::Group
            | Self::IssueCard
            | Self::AlertCard { .. }
            | Self::PublishReport
            | Self::FollowUpIssue { .. }
            | Self::SeeIssue { .. }
            | Self::SeePull
            | Self::RunCard { .. } => true,
            Self::Say { .. }
            | Self::Settle { .. }
            | Self::Close { .. }
            | Self::OpenRoom { .. }
            | Self::PinCard
            | Self::Invite { .. }
            | Self::ReadMessage { .. }
            | Self::OpenIssue
            | Self::Comment { .. }
            | Self::Tell { .. }
            | Self::Retell { .. }
            | Self::IssueState { .. }
            | Self::Look { .. }
            | Self::Prepare { .. }
            | Self::PrepareRelease { .. }
            | Self::Act { .. }
            | Self::Stop { .. }
            | Self::RunNews { .. }
            | Self::RunSays { .. }
            | Self::RunFile { .. }
            | Self::ReportFile { .. }
            | Self::SayFreeze { .. }
            | Self::AskUnfreeze(_)
            | Self::Notice { .. }
            | Self::Picture(_)
            | Self::Mention(_)
            | Self::Whisper { .. } => false,
        }
    }
}
