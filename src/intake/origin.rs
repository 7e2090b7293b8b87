//! Whose a delivery is. The signature tells that Slack sent it for this app; that it comes from howler's own workspace, and from
//! somebody of it, is told by the ids within (research 2b, rule 10). In a channel shared by Slack Connect, people of other
//! workspaces see howler's buttons too.

use delivery::BotIdentity;
use domain::command::{Command, Line};
use domain::refusal::Refusal;
use domain::request::{Ask, Form};
use domain::run::approve::Vote;
use domain::runbook::{RunAsk, RunbookLine};

/// The ids that a delivery carries, as Slack documents them for its kind; `None` where it carries none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// `api_app_id`.
    pub app: Option<String>,
    /// The workspace that it is delivered for.
    pub team: Option<String>,
    /// The organization that it is delivered for, in an Enterprise organization.
    pub org: Option<String>,
    /// The workspace of whoever acts; in an Enterprise organization, the organization.
    pub person: Option<String>,
}

/// What the ids come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Ours,
    /// Of an app that howler's token is not of.
    OtherApp,
    /// For another workspace in which the same app is installed.
    OtherWorkspace,
    /// Somebody of another workspace, in a shared channel.
    Visitor,
    /// Slack has not told yet which workspace is ours, or the delivery does not tell whose it is.
    Unknown,
}

impl Origin {
    /// Compares the ids with ours, where Slack has told who howler is.
    pub fn standing(&self, me: Option<&BotIdentity>) -> Standing {
        let Some(me) = me.filter(|me| me.team_id.is_some()) else { return Standing::Unknown };
        if self.app.is_some() && me.app_id.is_some() && self.app != me.app_id {
            return Standing::OtherApp;
        }
        let is_ours = |id: &String| me.team_id.as_ref() == Some(id) || me.enterprise_id.as_ref() == Some(id);
        // An app that is installed for a whole organization hears all of its workspaces.
        let org_wide = me.is_enterprise_install && self.org.as_ref().is_some_and(is_ours);
        let team = self.team.as_ref().map(|team| is_ours(team) || org_wide).or(org_wide.then_some(true));
        let of_the_team = |person: &String| team == Some(true) && self.team.as_ref() == Some(person);
        match (team, self.person.as_ref().map(|person| is_ours(person) || of_the_team(person))) {
            (Some(false), _) => Standing::OtherWorkspace,
            (_, Some(false)) => Standing::Visitor,
            (Some(true), Some(true)) => Standing::Ours,
            (None, _) | (_, None) => Standing::Unknown,
        }
    }
}

impl Standing {
    /// One word for metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::OtherApp => "other_app",
            Self::OtherWorkspace => "other_workspace",
            Self::Visitor => "visitor",
            Self::Unknown => "unknown_workspace",
        }
    }

    /// Why `ask` is not taken from there. A visitor may read. Where nothing can be compared the signature still stands, so people
    /// are not locked out when Slack is half down; but nobody approves.
    pub fn refuses(self, ask: &Ask) -> Option<Refusal> {
        match self {
            Self::Ours => None,
            Self::OtherApp => Some(Refusal::OtherApp),
            Self::OtherWorkspace => Some(Refusal::OtherWorkspace),
            Self::Visitor => (!only_reads(ask)).then_some(Refusal::Visitor),
            Self::Unknown => lets_change(ask).then_some(Refusal::WorkspaceUnknown),
        }
    }
}

/// Whether it only shows something. A form that opens is the first step of a change.
fn only_reads(ask: &Ask) -> bool {
    match ask {
        Ask::Line(line) => line.command.reads() && !line.command.opens_form() && !lets_change(ask),
        Ask::Unclear(_) => true,
        Ask::Said { .. } | Ask::Form(_) | Ask::CallMissed { .. } => false,
        Ask::Pin { .. } | Ask::Reacted { .. } => false,
        Ask::ChannelBack => true,
    }
}

/// Whether it may be the word upon which howler changes the world. A denial only stops it.
pub fn lets_change(ask: &Ask) -> bool {
    match ask {
        Ask::Line(Line { command: Command::Runbook(RunbookLine::Of { ask, .. }), .. }) => match ask {
            RunAsk::Vote { vote, .. } => matches!(vote, Vote::Approve { .. } | Vote::BreakGlass { .. }),
            RunAsk::ApproveForm { .. } => true,
            RunAsk::Step
            | RunAsk::Unskip
            | RunAsk::LookAgain
            | RunAsk::See { .. }
            | RunAsk::Abort
            | RunAsk::Propose
            | RunAsk::Undo { .. } => false,
        },
        Ask::Form(form) => matches!(form, Form::Approve { .. }),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
