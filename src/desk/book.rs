//! Looking things up: first what this round changed, then memory, then the store. Which incident is meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::draft::Parts;
use super::state::State;
use config::Config;
use domain::answer::{Answer, Private, Summary};
use domain::command::{Command, Line};
use domain::id::{ChannelId, IncidentId, MessageTs, RunId};
use domain::incident::Incident;
use domain::oncall::duty::PhoneReach;
use domain::procedure::Risk;
use domain::refusal::Refusal;
use domain::request::{Place, Request};
use domain::run::audit::Ledger;
use domain::run::{Around, Rules, Run};
use store::{Store, StoreError};

/// `reopen` without a number means an incident that was resolved less than this ago.
pub const RECENT: SignedDuration = SignedDuration::from_hours(24);
/// Choices offered when it is not clear which incident is meant.
pub const CHOICES: usize = 10;

pub struct Book<'a> {
    pub state: &'a State,
    /// Incidents that are ahead of what is saved.
    pub ahead: Option<&'a BTreeMap<IncidentId, Arc<Incident>>>,
    /// What the round in hand changed.
    pub round: Option<&'a Parts>,
    pub store: &'a Store,
    pub now: Timestamp,
}

/// The incident that a line is about, or the answer that asks which.
pub enum Meant {
    Incident(Arc<Incident>),
    Answer(Box<Answer>),
}

impl Meant {
    fn refused(refusal: Refusal) -> Self {
        Self::Answer(Box::new(Answer::Private(Private::Refused(refusal))))
    }
}

/// The newest first: it is the one most likely meant.
pub fn newest(incidents: &[Arc<Incident>]) -> impl Iterator<Item = &Arc<Incident>> {
    let mut sorted: Vec<&Arc<Incident>> = incidents.iter().collect();
    sorted.sort_by_key(|incident| std::cmp::Reverse(incident.id));
    sorted.into_iter()
}

impl Book<'_> {
    /// Incidents that are not as they are saved.
    fn changed(&self) -> impl DoubleEndedIterator<Item = (&IncidentId, &Arc<Incident>)> {
        let round = self.round.into_iter().flat_map(|round| round.incidents.changed.iter());
        round.chain(self.ahead.into_iter().flatten())
    }

    fn changed_incident(&self, id: IncidentId) -> Option<&Arc<Incident>> {
        let round = self.round.and_then(|round| round.incidents.changed.get(&id));
        round.or_else(|| self.ahead?.get(&id))
    }

    pub fn incident(&self, id: IncidentId) -> Result<Option<Arc<Incident>>, StoreError> {
        if let Some(incident) = self.changed_incident(id).or_else(|| self.state.open.get(&id)) {
            return Ok(Some(Arc::clone(incident)));
        }
        Ok(self.store.incident(id)?.map(Arc::new))
    }

    /// The incident that stands for the one of this number: itself, or the one that leads what it is merged into.
    pub fn whole(&self, id: IncidentId) -> Result<Option<Arc<Incident>>, StoreError> {
        let leads = self.state.merged.get(&id).filter(|_| self.changed_incident(id).is_none());
        let found = self.incident(leads.copied().unwrap_or(id))?;
        match found.as_ref().and_then(|incident| incident.merged()) {
            Some(merged) => self.incident(merged.whole.incident),
            None => Ok(found),
        }
    }

    /// The number of [`whole`](Self::whole), for people.
    pub fn whole_number(&self, id: Option<IncidentId>) -> Result<Option<IncidentId>, StoreError> {
        let Some(id) = id else { return Ok(None) };
        Ok(self.whole(id)?.map(|whole| whole.id))
    }

    pub fn run(&self, id: RunId) -> Result<Option<Arc<Run>>, StoreError> {
        let round = self.round.and_then(|round| round.runs.changed.get(&id));
        if let Some(run) = round.or_else(|| self.state.runs.get(&id)) {
            return Ok(Some(Arc::clone(run)));
        }
        Ok(self.store.run(id)?.map(Arc::new))
    }

    /// Every run that is not over, oldest first.
    pub fn runs(&self) -> Vec<Arc<Run>> {
        self.live_runs().into_iter().filter(|run| !run.is_over()).collect()
    }

    /// Every run that is not over or still holds a target, oldest first.
    pub fn live_runs(&self) -> Vec<Arc<Run>> {
        let mut runs = self.state.runs.clone();
        let round = self.round.into_iter().flat_map(|round| round.runs.changed.iter());
        runs.extend(round.map(|(id, run)| (*id, Arc::clone(run))));
        runs.into_values().filter(|run| !run.is_done()).collect()
    }

    /// What a run is decided with.
    pub fn around(&self, config: &Config, ledger: &Ledger) -> Around {
        let duty = self.state.rota.duty(self.now, PhoneReach::Off);
        let on_call = [duty.primary, duty.outgoing, duty.backup].into_iter().flatten().collect();
        let barred = ledger.bars(self.now, config.runbook.approval.per_hour);
        let approval = &config.runbook.approval;
        let rules = Rules {
            runbook: Arc::clone(&config.procedures),
            medium: approval.policy(Risk::Medium),
            high: approval.policy(Risk::High),
        };
        let (names, rules) = (Arc::clone(&config.runbook.acts_as), Some(rules));
        Around { now: self.now, on_call, barred, names, rules }
    }

    /// Every open incident, oldest first.
    pub fn open(&self) -> Vec<Arc<Incident>> {
        let mut open = self.state.open.clone();
        open.extend(self.changed().map(|(id, incident)| (*id, Arc::clone(incident))));
        open.into_values().filter(|incident| incident.is_open()).collect()
    }

    /// The incident whose channel or whose message it is.
    pub fn told_by(&self, place: &Place) -> Result<Option<IncidentId>, StoreError> {
        let room = |incident: &&Arc<Incident>| {
            incident.room.as_ref().is_some_and(|room| room.channel == place.channel)
        };
        if let Some(incident) =
            self.changed().map(|(_, incident)| incident).chain(self.state.open.values()).find(room)
        {
            return Ok(Some(incident.id));
        }
        if let Some(id) = self.store.incident_of_channel(&place.channel)? {
            return Ok(Some(id));
        }
        match &place.thread {
            Some(thread) => self.store.incident_of_message(&place.channel, thread),
            None => Ok(None),
        }
    }

    /// Which incident the `line` of a request is about.
    pub fn meant(&self, line: &Line, request: &Request) -> Result<Meant, StoreError> {
        if let Some(incident) = line.incident {
            let missing = || Meant::refused(Refusal::NoSuchIncident { incident });
            return Ok(self.incident(incident)?.map_or_else(missing, Meant::Incident));
        }
        if let Some(incident) =
            self.told_by(&request.place)?.map(|id| self.incident(id)).transpose()?.flatten()
        {
            return Ok(Meant::Incident(incident));
        }
        let candidates = self.candidates(&line.command)?;
        Ok(match candidates.as_slice() {
            [] => Meant::refused(self.nothing_for(&line.command)),
            [only] => Meant::Incident(Arc::clone(only)),
            several => {
                let choices: Vec<Summary> =
                    newest(several).take(CHOICES).map(|incident| incident.summary()).collect();
                let more = several.len().saturating_sub(choices.len());
                let (line, asked) = (line.clone(), Some(request.delivery.clone()));
                let which = Private::WhichIncident { choices, more, line, asked };
                Meant::Answer(Box::new(Answer::Private(which)))
            }
        })
    }

    /// What a line can mean where neither it nor its place tells.
    fn candidates(&self, command: &Command) -> Result<Vec<Arc<Incident>>, StoreError> {
        let mut open = self.open();
        match command.core() {
            // Nothing is merged into itself, nor its own double.
            Command::Merge { into: other } | Command::Cancel { of: Some(other), .. } => {
                open.retain(|incident| incident.id != *other);
            }
            Command::Split => return self.parts(&open),
            _ => {}
        }
        let after = matches!(command, Command::After(_));
        let looks_back = after
            || matches!(
                command,
                Command::Show | Command::Timeline { .. } | Command::Note { .. } | Command::Retract { .. }
            );
        let back = matches!(command, Command::Reopen) || (looks_back && open.is_empty());
        if !back {
            return Ok(open);
        }
        let resolved = self.lately_resolved()?;
        let since = self.now.saturating_sub(RECENT).unwrap_or(Timestamp::MIN);
        let recent = |incident: &&Arc<Incident>| {
            incident.resolution().is_some_and(|resolution| resolution.at >= since)
        };
        let recent: Vec<Arc<Incident>> = resolved.iter().filter(recent).cloned().collect();
        // Nothing to reopen: the open one's own refusal explains better than "nothing is open".
        Ok(match (recent.as_slice(), resolved.as_slice()) {
            ([_], _) => recent,
            (_, []) => open,
            _ => resolved,
        })
    }

    /// Why no open incident can be meant.
    fn nothing_for(&self, command: &Command) -> Refusal {
        match (self.open().first(), command.core()) {
            (Some(only), Command::Merge { .. } | Command::Cancel { of: Some(_), .. }) => {
                Refusal::NoOtherOpen { incident: only.id }
            }
            (Some(_), Command::Split) => Refusal::NothingMerged,
            _ => Refusal::NothingOpen,
        }
    }

    /// What is merged into the open ones.
    fn parts(&self, open: &[Arc<Incident>]) -> Result<Vec<Arc<Incident>>, StoreError> {
        let parts = open.iter().flat_map(|incident| incident.parts.keys());
        let found = parts.map(|id| self.incident(*id)).collect::<Result<Vec<_>, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    fn lately_resolved(&self) -> Result<Vec<Arc<Incident>>, StoreError> {
        let stored = self.store.resolved(CHOICES)?.into_iter().map(Arc::new);
        let current =
            |incident: Arc<Incident>| self.changed_incident(incident.id).cloned().unwrap_or(incident);
        let mut resolved: Vec<Arc<Incident>> =
            stored.map(current).filter(|incident| !incident.is_open()).collect();
        for (_, incident) in self.changed().filter(|(_, incident)| !incident.is_open()) {
            if !resolved.iter().any(|known| known.id == incident.id) {
                resolved.push(Arc::clone(incident));
            }
        }
        Ok(resolved)
    }

    /// Which incidents a pushpin on a message can belong to; none where the channel has nothing to do with any.
    pub fn pinned_for(
        &self,
        channel: &ChannelId,
        message: &MessageTs,
        added: bool,
    ) -> Result<Vec<Arc<Incident>>, StoreError> {
        let place = Place { channel: channel.clone(), thread: Some(message.clone()) };
        if let Some(incident) = self.told_by(&place)?.map(|id| self.incident(id)).transpose()?.flatten() {
            return Ok(vec![incident]);
        }
        let open = self.open();
        let holding: Vec<_> =
            open.iter().filter(|incident| incident.is_pinned(channel, message)).cloned().collect();
        if !added || !holding.is_empty() {
            return Ok(holding);
        }
        let here = |incident: &Arc<Incident>| incident.posts.iter().any(|post| post.channel == *channel);
        if open.iter().any(here) { Ok(open) } else { Ok(Vec::new()) }
    }
}
