//! How what happens after an incident changes it.

use super::deadline::{Done, PutOff};
use super::event::AfterNews;
use super::{After, Written, news_of};
use crate::incident::event::Event;

impl After {
    pub(in crate::incident) fn news(&mut self, event: &Event, news: &AfterNews) {
        match news {
            AfterNews::Written { section, text } if text.is_empty() => drop(self.written.remove(section)),
            AfterNews::Written { section, text } => {
                let written = Written { text: text.clone(), by: event.by.clone(), at: event.at };
                self.written.insert(*section, written);
            }
            AfterNews::FileAsked => {}
            AfterNews::Begun { report, retro } => {
                self.report = report.as_deref().cloned();
                self.retro = retro.as_deref().cloned();
            }
            AfterNews::Added { follow_ups } => self.follow_ups.extend(follow_ups.iter().cloned()),
            AfterNews::Reminded { owed, next, .. } => {
                if let Some(deadline) = self.deadline_mut(*owed) {
                    (deadline.next, deadline.put_off) = (*next, None);
                }
            }
            AfterNews::PutOff { owed, until, why, next } => {
                if let Some(deadline) = self.deadline_mut(*owed) {
                    let put_off = PutOff { by: event.by.clone(), until: *until, why: why.clone() };
                    (deadline.next, deadline.put_off) = (*next, Some(put_off));
                }
            }
            AfterNews::Done { owed } => {
                if let Some(deadline) = self.deadline_mut(*owed) {
                    deadline.done = Some(Done { by: event.by.clone(), at: event.at });
                }
            }
            AfterNews::Undone { owed, next } => {
                if let Some(deadline) = self.deadline_mut(*owed) {
                    (deadline.done, deadline.put_off, deadline.next) = (None, None, *next);
                }
            }
            AfterNews::Given { owed, to, next } => {
                if let Some(deadline) = self.deadline_mut(*owed) {
                    (deadline.owner, deadline.put_off, deadline.next) = (Some(to.clone()), None, *next);
                }
            }
            AfterNews::Moved { owed, due, next } => {
                if let Some(deadline) = self.deadline_mut(*owed) {
                    (deadline.due, deadline.put_off, deadline.next) = (*due, None, *next);
                }
            }
            AfterNews::IssueSeen { number, issue, closed, .. } => {
                if let Some(one) = self.follow_ups.iter_mut().find(|one| one.number == *number) {
                    (one.issue, one.issue_closed) = (Some(issue.clone()), *closed);
                }
            }
            AfterNews::PublishAsked { .. }
            | AfterNews::Published(_)
            | AfterNews::PullSeen { .. }
            | AfterNews::Settled { .. } => news_of(&mut self.publication, event, news),
        }
    }

    /// It is open again: nothing of its end holds, but what people wrote and what is left to do.
    pub(in crate::incident) fn reopened(&mut self) {
        (self.report, self.retro) = (None, None);
    }
}
