//! How a merge changes each of the incidents.

use super::Back;
use super::events::{MergeNews, Merged, Owed, SetAside, Took, Whole};
use crate::actor::Actor;
use crate::id::IncidentId;
use crate::incident::event::Event;
use crate::incident::{Incident, Retraction};

impl Incident {
    /// The merge that stands, where it is merged into another one.
    pub fn merged(&self) -> Option<&Merged> {
        self.merges.last().filter(|merged| merged.undone.is_none())
    }

    pub(in crate::incident) fn merge_news(&mut self, event: &Event, news: &MergeNews) {
        match news {
            MergeNews::Into { whole, missed } => self.merged_into(event, whole, *missed),
            MergeNews::Led { whole } => {
                if let Some(merged) = self.merges.last_mut() {
                    merged.whole = whole.clone();
                }
            }
            MergeNews::SplitOff { back, owed, .. } => self.split_off(event, back, *owed),
            MergeNews::Took(took) => self.took(event, took),
            MergeNews::Gave { incident, with, tally, back } => {
                let gone = |id: &IncidentId| id == incident || with.contains(id);
                self.parts.retain(|id, _| !gone(id));
                for (id, part) in &mut self.parts {
                    part.severity = back.get(id).copied().unwrap_or(part.severity);
                }
                let was_quiet = self.alerts.quiet.is_some();
                self.alerts.give(event.at, gone, *tally);
                self.asks_from(event, was_quiet, self.merged().is_none());
            }
            MergeNews::Alike(alike) => self.alike = alike.clone(),
        }
    }

    /// Its own clocks stand still: the whole's count.
    fn merged_into(&mut self, event: &Event, whole: &Whole, missed: u32) {
        self.promises_missed += missed;
        self.merges.push(Merged {
            seq: event.seq,
            at: event.at,
            by: event.by.clone(),
            into: whole.incident,
            whole: whole.clone(),
            said: Some(whole.clone()),
            undone: None,
        });
        self.ladder = None;
        self.open_reminders.clear();
        self.alike = None;
        self.alerts.asked = None;
        self.stop_paging();
    }

    /// As after a reopening: what was promised counts anew, and people are called anew.
    fn split_off(&mut self, event: &Event, back: &Back, owed: Owed) {
        if let Some(merged) = self.merges.last_mut() {
            merged.undone = Some(Retraction { by: event.by.clone(), at: event.at });
        }
        self.alerts.take_back(event.at, back);
        self.alike = None;
        match owed {
            Owed::Anew => self.owed_anew(event.at),
            Owed::GoesOn => self.called_anew(),
            Owed::Over => {
                self.response_over = self.acknowledged.is_none() && self.response_missed.is_none();
                self.called_anew();
            }
        }
        self.promise_from(event.at);
    }

    /// Who could not take a part cannot take the whole.
    pub(in crate::incident) fn passed_before(&mut self, part: IncidentId) {
        let passed = self.parts.get(&part).filter(|_| self.acknowledged.is_none());
        self.passed.extend(passed.map(|part| part.passed.clone()).unwrap_or_default());
    }

    /// Whoever had it had something milder than it is by event `seq`. `by`, whose event it is, has it as it is now, where they said so
    /// with that.
    pub(in crate::incident) fn set_aside(&mut self, seq: u32, by: &Actor) {
        let Some(now) = self.acknowledged.take() else { return };
        if let Some(answered) = self.answered.take_if(|answered| answered.by == *by) {
            let before = self.set_aside.take().map_or(now, |before| before.acknowledged);
            self.set_aside = Some(SetAside { seq, acknowledged: before, answered: None });
            self.acknowledged = Some(answered);
            return;
        }
        let answered = self.answered.take();
        // A second time the first acknowledgement stays the first.
        let (acknowledged, answered) = match self.set_aside.take() {
            Some(before) => (before.acknowledged, answered.or(Some(now))),
            None => (now, answered),
        };
        self.set_aside = Some(SetAside { seq, acknowledged, answered });
    }

    /// What event `seq` had raised is as it was before, and so who had it.
    pub(in crate::incident) fn has_it_again(&mut self, seq: u32) {
        if self.acknowledged.is_some() {
            return;
        }
        let Some(before) = self.set_aside.take_if(|before| before.seq == seq) else { return };
        (self.acknowledged, self.answered) = (Some(before.acknowledged), before.answered);
        self.stop_paging();
    }

    fn took(&mut self, event: &Event, took: &Took) {
        for (id, part) in &took.parts {
            let mut part = part.clone();
            part.seq = event.seq;
            self.alerts.borrow(*id, std::mem::take(&mut part.alerts));
            self.parts.insert(*id, part);
        }
        self.alerts.touched |= took.touched;
        let was_quiet = self.alerts.quiet.is_some();
        self.alerts.come(event.at, took.tally);
        self.asks_from(event, was_quiet, true);
        self.alike = self.alike.take().filter(|alike| !took.parts.contains_key(&alike.incident));
        let calls = took.parts.get(&took.incident).and_then(|part| part.calls);
        self.passed_before(took.incident);
        if let (None, Some(calls)) = (&self.acknowledged, calls) {
            match self.paging.as_mut().map(|paging| &mut paging.next) {
                // No step comes later than the other's would have.
                Some(Some((_, due))) => *due = (*due).min(calls.next),
                // Its path is over, and nobody has it: it begins anew.
                Some(None) | None => self.paging = None,
            }
        }
    }
}
