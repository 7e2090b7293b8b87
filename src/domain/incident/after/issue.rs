//! A follow-up and its issue on GitHub: what is closed on either side is closed on the other, and reopened likewise.

use super::event::{AfterNews, Owed};
use crate::effect::{EffectKind, Issue, Lane};
use crate::incident::Incident;
use crate::incident::announce::Consequences;
use crate::incident::event::{Event, EventKind};
use crate::severities::Severities;

/// Whether the follow-up has to do with GitHub.
pub(in crate::incident) fn has_issue(incident: &Incident, number: u32) -> Result<(), &'static str> {
    let one = incident.after.follow_up(number).ok_or("there is no such follow-up")?;
    let has = one.issue.is_some() || one.repository.is_some();
    if has { Ok(()) } else { Err("the follow-up has no issue on GitHub") }
}

/// The event of how GitHub says that its issue stands, where it is news. There are two states, so where both sides left what was known
/// last they are at the same by now.
pub(in crate::incident) fn seen(
    incident: &Incident,
    number: u32,
    issue: &Issue,
    closed: bool,
) -> Option<EventKind> {
    let one = incident.after.follow_up(number)?;
    if one.issue.as_ref() == Some(issue) && one.issue_closed == closed {
        return None;
    }
    let turned = one.issue.is_some() && one.issue_closed != closed && one.deadline.done.is_some() != closed;
    let issue = issue.clone();
    Some(EventKind::After(Box::new(AfterNews::IssueSeen { number, issue, closed, turned })))
}

/// Somebody closed or reopened the issue on GitHub: so is the follow-up.
pub(in crate::incident) fn turned(after: &Incident, event: &Event, rules: &Severities) -> Option<EventKind> {
    let EventKind::After(news) = &event.kind else { return None };
    let AfterNews::IssueSeen { number, closed, turned: true, .. } = news.as_ref() else { return None };
    let (owed, one) = (Owed::FollowUp(*number), after.after.follow_up(*number)?);
    let news = match closed {
        true => AfterNews::Done { owed },
        false => {
            let (deadline, quiet) = (&one.deadline, &rules.afterwards().quiet);
            let next = deadline.anew(deadline.owner.as_ref(), deadline.due, event.at, quiet);
            AfterNews::Undone { owed, next }
        }
    };
    Some(EventKind::After(Box::new(news)))
}

impl Consequences<'_> {
    /// Its issue follows, where GitHub does not show yet what it is now.
    pub(super) fn issue(&mut self, number: u32) {
        let incident = self.incident;
        let turned = matches!(&self.event.kind, EventKind::After(news)
            if matches!(news.as_ref(), AfterNews::IssueSeen { turned: true, .. }));
        if !turned && incident.after.follow_up(number).is_some_and(|one| one.is_ahead_of_github()) {
            self.push(Lane::Issues(incident.id), EffectKind::FollowUpIssue { number });
        }
    }
}
