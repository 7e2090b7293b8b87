//! What follows from news of an incident's alerts: nobody is called; where an alert declared it or a part of it, somebody is asked
//! whether it is over.

use super::Consequences;
use crate::effect::{EffectKind, Lane, PostKey, Say, To};
use crate::incident::alerts::{AlertNews, AlertWhat};
use crate::incident::{Incident, Post};

impl Consequences<'_> {
    pub(super) fn alerted(&mut self, before: Option<&Incident>, news: &AlertNews) {
        if news.what == AlertWhat::Still && news.acked.is_none() {
            return;
        }
        self.cards();
        let was_quiet = before.is_some_and(|before| before.alerts.quiet.is_some());
        let is_quiet = self.incident.alerts.quiet.is_some();
        if !self.incident.is_of_alerts() {
            return;
        }
        match (was_quiet, is_quiet, &news.what) {
            // Somebody has just opened it again.
            (false, true, AlertWhat::Reread { .. }) => {}
            (false, true, _) => self.ask_whether_it_is_over(),
            (true, false, AlertWhat::Joined { alert, title, .. } | AlertWhat::Again { alert, title }) => {
                self.say_inside(Say::FiresAgain { alert: Some(*alert), title: title.clone() });
            }
            // None fires where the last one was taken away.
            (true, false, _) if news.tally.firing == 0 => {}
            (true, false, _) => self.say_inside(Say::FiresAgain { alert: None, title: String::new() }),
            _ => {}
        }
    }

    /// The same, where it is the alerts of another incident that come or go.
    pub(super) fn alerts_turned(&mut self, before: Option<&Incident>) {
        if !self.incident.is_of_alerts() || !self.incident.is_open() {
            return;
        }
        let quiet = |incident: &Incident| incident.alerts.quiet.is_some();
        match (before.is_some_and(quiet), quiet(self.incident)) {
            (false, true) => self.ask_whether_it_is_over(),
            (true, false) if self.incident.alerts.tally.firing == 0 => {}
            (true, false) => self.say_inside(Say::FiresAgain { alert: None, title: String::new() }),
            _ => {}
        }
    }

    /// Whoever is in command or has it; the on-call where nobody does whom howler could write to.
    fn ask_whether_it_is_over(&mut self) {
        let incident = self.incident;
        let person = incident.who_has_it();
        let say = Say::LooksOver {
            title: incident.title.clone(),
            severity: incident.severity,
            tally: incident.alerts.tally,
            since: incident.alerts.over_since().unwrap_or(self.event.at),
            asked: person.cloned(),
            commands: person.is_some_and(|person| incident.commander().is_some_and(|it| it == person)),
            resolves_at: incident.over_due(),
        };
        let to = person.map_or(To::OnCall, |person| To::Person(person.clone()));
        let keep_as = PostKey::Announcement { seq: self.event.seq, to: to.clone() };
        self.say(Lane::Page(incident.id), to, say, Some(keep_as));
    }

    /// The question whether it is over, where it stands, says what is true now: that it is answered, or void, or that howler does not
    /// end it by itself any more.
    pub(super) fn questions(&mut self, before: Option<&Incident>) {
        let Some(before) = before else { return };
        let shown = |incident: &Incident| (incident.alerts.asked, incident.over_due());
        if before.alerts.asked.is_none() || shown(before) == shown(self.incident) {
            return;
        }
        let asked = |post: &&Post| post.key.asks_whether_it_is_over() == before.alerts.asked;
        let keys: Vec<PostKey> = before.posts.iter().filter(asked).map(|post| post.key.clone()).collect();
        keys.iter().for_each(|key| self.amend_question(key));
    }

    /// The same for one whose message stands only now.
    pub(super) fn question_stands(&mut self, key: &PostKey) {
        let asks = key.asks_whether_it_is_over();
        let void = self.incident.alerts.asked != asks;
        // Somebody may have touched it while the message was on its way.
        let later = asks.is_some_and(|asked| self.event.seq > asked + 1);
        if void || (later && self.incident.over_due().is_none()) {
            self.amend_question(key);
        }
    }

    fn amend_question(&mut self, key: &PostKey) {
        if let PostKey::Announcement { seq, to } = key {
            let amend = EffectKind::Amend { seq: *seq, to: to.clone() };
            self.push(Lane::Announce(self.incident.id), amend);
        }
    }
}
