//! The declaration and the card are one message in the emergencies channel.

use super::{Incident, Ladder, Post};
use crate::effect::{CardPlace, PostKey, Say};

impl Incident {
    /// The message that is the card there. In the emergencies channel it is the declaration, unless the card was posted
    /// anew or stands beside it since before the two became one.
    pub fn card(&self, place: CardPlace) -> Option<&Post> {
        let declaration = || self.post(&PostKey::DECLARATION).filter(|_| place == CardPlace::Emergencies);
        self.post(&PostKey::Card(place)).or_else(declaration)
    }

    /// The incident as its declaration found it, whatever has happened since: what is announced first is announced as it
    /// was.
    pub fn as_declared(&self, say: &Say) -> Self {
        let Say::Declared { title, severity, status, impact, action, eta, .. } = say else {
            return self.clone();
        };
        let clocks = self.severity_changes.first().map_or(self.clocks, |change| change.clocks_before);
        let ladder = clocks.update_every.map(|interval| Ladder::starting(self.declared_at, interval));
        Self {
            title: title.clone(),
            severity: *severity,
            status: *status,
            impact: impact.clone(),
            action: action.clone(),
            eta: eta.clone(),
            clocks,
            ladder,
            roles: Default::default(),
            acknowledged: None,
            answered: None,
            set_aside: None,
            response_from: self.counts_from(),
            response_missed: None,
            response_over: false,
            updates: Vec::new(),
            severity_changes: Vec::new(),
            resolutions: Vec::new(),
            open_reminders: Vec::new(),
            alerts: Default::default(),
            merges: Vec::new(),
            parts: Default::default(),
            alike: None,
            ..self.clone()
        }
    }
}
