//! What follows from a merge and its end: each of the incidents says so where its people read.

use super::Consequences;
use crate::actor::Actor;
use crate::effect::{Answered, Lane, PostKey, Say, To};
use crate::id::UserId;
use crate::incident::Incident;
use crate::incident::merge::{MergeNews, MergeSaid, Part, Took, Whole};

impl Consequences<'_> {
    pub(super) fn merged(&mut self, before: Option<&Incident>, news: &MergeNews) {
        match news {
            MergeNews::Into { whole, .. } => self.merged_into(before, whole),
            MergeNews::Led { whole } => self.led(before, whole),
            MergeNews::SplitOff { from, .. } => {
                if let Some(merged) = self.incident.merges.last() {
                    self.amend(merged.seq);
                }
                if self.incident.clocks.own_channel && self.incident.room.is_none() {
                    self.open_room();
                }
                let (title, update_every) = (self.incident.title.clone(), self.incident.clocks.update_every);
                let said = MergeSaid::SplitOff { title, from: *from, by: self.by(), update_every };
                self.announce(&Say::Merge(Box::new(said)));
                self.cards_and_topic(before);
                let (title, update_due) = (self.incident.title.clone(), self.incident.update_due());
                self.tell_those_at_work(&MergeSaid::YoursAgain {
                    title,
                    from: *from,
                    by: self.by(),
                    update_due,
                });
            }
            MergeNews::Took(took) => self.took(before, took),
            MergeNews::Gave { incident, with, .. } => {
                if self.incident.merged().is_none() {
                    let said = MergeSaid::Gave { incident: *incident, with: with.len(), by: self.by() };
                    self.say_inside(Say::Merge(Box::new(said)));
                    self.cards();
                    self.alerts_turned(before);
                }
            }
            MergeNews::Alike(_) => self.cards(),
        }
    }

    fn merged_into(&mut self, before: Option<&Incident>, whole: &Whole) {
        let (title, whole) = (self.incident.title.clone(), whole.clone());
        let into = whole.incident;
        let (by, yours) =
            (self.by(), MergeSaid::Yours { title: title.clone(), whole: whole.clone(), by: self.by() });
        self.announce(&Say::Merge(Box::new(MergeSaid::Into { title, whole, by })));
        self.tell_those_at_work(&yours);
        self.cards_and_topic(before);
        self.settle(before, Answered::Merged { into });
    }

    /// Whoever has a role in it, or has it, is told by direct message; where nobody has, whoever would be asked for an update.
    fn tell_those_at_work(&mut self, said: &MergeSaid) {
        let incident = self.incident;
        let has_it =
            [&incident.acknowledged, &incident.answered].into_iter().flatten().map(|answer| &answer.by);
        let mut people: Vec<&UserId> = incident
            .roles
            .values()
            .chain(has_it)
            .filter_map(Actor::in_slack)
            .chain(incident.person_to_ask())
            .collect();
        people.sort();
        people.dedup();
        for person in
            people.into_iter().filter(|person| self.event.by != **person).cloned().collect::<Vec<_>>()
        {
            let say = Say::Merge(Box::new(said.clone()));
            self.say(Lane::Page(incident.id), To::Person(person), say, None);
        }
    }

    /// Its people learn where the whole goes on, and how it ended; stakeholders read it on the card.
    fn led(&mut self, before: Option<&Incident>, whole: &Whole) {
        self.cards_and_topic(before);
        let room = |incident: &Incident| incident.merged().and_then(|merged| merged.whole.room.clone());
        let moved = before.and_then(room) != whole.room;
        if self.incident.room.is_some() && moved {
            let said = Say::Merge(Box::new(MergeSaid::Led { whole: whole.clone() }));
            self.say(Lane::Room(self.incident.id), To::Room, said, None);
        }
        let over = |incident: &Incident| incident.merged().is_some_and(|merged| merged.whole.over.is_some());
        if before.is_some_and(over) != whole.over.is_some() {
            self.say_inside(Say::Merge(Box::new(MergeSaid::Ended { whole: whole.clone() })));
        }
        let taken =
            |incident: &Incident| incident.merged().is_some_and(|merged| merged.whole.taken.is_some());
        if taken(self.incident) != before.is_some_and(taken) {
            self.pages_anew();
        }
    }

    /// The newest page in each place asks who takes the whole, or says who has it.
    fn pages_anew(&mut self) {
        let pages = self.incident.posts.iter().filter_map(|post| match &post.key {
            PostKey::Page { seq, to } if !matches!(to, To::Phone(_) | To::Text(_)) => Some((to, *seq)),
            _ => None,
        });
        let mut newest: Vec<(&To, u32)> = Vec::new();
        for (to, seq) in pages {
            match newest.iter_mut().find(|(known, _)| *known == to) {
                Some((_, known)) => *known = seq.max(*known),
                None => newest.push((to, seq)),
            }
        }
        for (to, seq) in newest.into_iter().map(|(to, seq)| (to.clone(), seq)).collect::<Vec<_>>() {
            self.close(seq, &to);
        }
    }

    /// Whoever was at work on the other one comes into the whole's channel.
    fn took(&mut self, before: Option<&Incident>, took: &Took) {
        let title = took.parts.get(&took.incident).map(|part| part.title.clone()).unwrap_or_default();
        let with = took.parts.len().saturating_sub(1);
        let said = MergeSaid::Took { incident: took.incident, title, with, by: self.by() };
        self.say_inside(Say::Merge(Box::new(said)));
        self.cards();
        let people = took.parts.values().flat_map(|part: &Part| part.people.iter().cloned());
        self.invite(people.collect(), false);
        self.alerts_turned(before);
    }
}
