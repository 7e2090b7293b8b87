//! The backup issue: what Slack has not taken in time is told on GitHub, until it is over.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Incident;
use super::announce::Intent;
use super::event::{Event, EventKind};
use super::merge::MergeNews;
use super::timeline::{Entry, timeline};
use crate::effect::{EffectKind, Issue, Lane, PostKey, To};

/// The news that Slack must take in time: the event `seq`, which made the incident a P1 at `from` (UTC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupWatch {
    pub seq: u32,
    pub from: Timestamp,
}

/// Whether the incident is told on GitHub.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backup {
    #[default]
    No,
    /// It is to be; the issue does not stand yet.
    Asked,
    Issue(Issue),
}

impl Backup {
    pub fn issue(&self) -> Option<&Issue> {
        match self {
            Self::Issue(issue) => Some(issue),
            Self::No | Self::Asked => None,
        }
    }
}

impl Incident {
    /// When the news must stand in the emergencies channel (UTC); `None` once it does, once it is told on GitHub, and
    /// where there is no such limit.
    pub fn backup_due(&self) -> Option<Timestamp> {
        let watch = self.backup_watch.as_ref().filter(|_| self.is_open() && self.backup == Backup::No)?;
        let news = PostKey::Announcement { seq: watch.seq, to: To::Emergencies };
        if self.post(&news).is_some() {
            return None;
        }
        watch.from.saturating_add(self.clocks.backup_after?).ok()
    }
}

/// What of `event` is told on GitHub, once the incident is: the card first where it is opened again, and last where
/// it is closed.
pub(super) fn told(before: Option<&Incident>, after: &Incident, event: &Event) -> Vec<Intent> {
    let comment = || entry(event).map(|entry| EffectKind::Comment { entries: vec![entry] });
    let kinds: Vec<EffectKind> = match (&after.backup, &event.kind) {
        (Backup::No, _) => Vec::new(),
        // What happened so far follows from all the events: see `so_far`.
        (_, EventKind::BackupDue { .. }) => vec![EffectKind::OpenIssue],
        (_, kind) if ends(kind) => {
            comment().into_iter().chain([EffectKind::IssueState { open: false }]).collect()
        }
        (_, kind) if begins_again(kind) => {
            [EffectKind::IssueState { open: true }].into_iter().chain(comment()).collect()
        }
        _ => {
            let shown = before.is_some_and(|before| shown(before) != shown(after));
            comment().into_iter().chain(shown.then_some(EffectKind::IssueCard)).collect()
        }
    };
    kinds.into_iter().map(|kind| Intent { lane: Lane::Backup(after.id), kind }).collect()
}

/// Whether nobody works on it under its own number any more.
fn ends(kind: &EventKind) -> bool {
    match kind {
        EventKind::Resolved { .. } => true,
        EventKind::Merge(news) => matches!(news.as_ref(), MergeNews::Into { .. }),
        _ => false,
    }
}

fn begins_again(kind: &EventKind) -> bool {
    match kind {
        EventKind::Reopened { .. } => true,
        EventKind::Merge(news) => matches!(news.as_ref(), MergeNews::SplitOff { .. }),
        _ => false,
    }
}

/// What the card of the issue shows, beside what resolving and reopening change.
fn shown(incident: &Incident) -> impl PartialEq + use<'_> {
    let Incident { severity, status, impact, action, eta, roles, acknowledged, ladder, parts, .. } = incident;
    let due = ladder.as_ref().map(|ladder| ladder.due);
    (severity, status, impact, action, eta, roles, acknowledged, due, parts.len())
}

/// The comment that tells what happened up to the opening of the issue.
pub fn so_far(after: &Incident, events: &[Event]) -> Intent {
    let kind = EffectKind::Comment { entries: timeline(events) };
    Intent { lane: Lane::Backup(after.id), kind }
}

/// The line of the timeline that one event alone is. A pinned message is told once its text is known.
fn entry(event: &Event) -> Option<Entry> {
    match &event.kind {
        EventKind::Posted { .. }
        | EventKind::Pinned { .. }
        | EventKind::Unpinned { .. }
        | EventKind::BackupDue { .. }
        | EventKind::BackupOpened { .. } => None,
        EventKind::Merge(news) if news.is_bookkeeping() => None,
        // The issue is for as long as Slack does not hear.
        EventKind::After(_) => None,
        what => {
            let (at, by) = (event.at, event.by.clone());
            let (from_shell, what) = (event.from_shell, what.clone());
            Some(Entry { at, by, from_shell, what, retracted: false, of: None })
        }
    }
}
