//! A row as what it is, for those who read a backup.

use super::{StoreError, codec, keys, plain};
use domain::alert::ear::Ear;
use domain::effect::Effect;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::Event;
use domain::oncall::event::{PageRecord, RotaEvent};
use domain::oncall::rota::Rota;
use domain::procedure::drill::Drills;
use domain::run::Run;
use domain::run::audit::StoredRow;
use domain::timer::Timer;

/// What a row holds.
#[derive(Debug)]
pub enum Record {
    Incident(Box<Incident>),
    Event(IncidentId, Box<Event>),
    Rota(Box<Rota>),
    RotaEvent(Box<RotaEvent>),
    Page(PageRecord),
    Timer(Timer),
    Run(Box<Run>),
    Audit(Box<StoredRow>),
    Effect(Box<Effect>),
    /// The last drill of each procedure.
    Drills(Box<Drills>),
    /// What is known of a source of alerts.
    Ear(Box<Ear>),
    /// One of a plain kind, as JSON that is exported as it stands.
    Plain(String),
    /// A row by which the store finds its way: indexes, deliveries seen, its own numbers.
    Inner,
}

impl Record {
    /// # Errors
    /// When the row does not read as what its key says.
    pub fn of(key: &[u8], value: &[u8]) -> Result<Self, StoreError> {
        Ok(if key.starts_with(keys::INCIDENT) {
            Self::Incident(Box::new(codec::decode(value)?))
        } else if key.starts_with(keys::EVENT) {
            let incident = keys::event_in(key).ok_or_else(|| StoreError::Row("an event's key".into()))?;
            Self::Event(incident, Box::new(codec::decode(value)?))
        } else if key == keys::ROTA {
            Self::Rota(Box::new(codec::decode(value)?))
        } else if key.starts_with(keys::ROTA_EVENT) {
            Self::RotaEvent(Box::new(codec::decode(value)?))
        } else if key.starts_with(keys::PAGED) {
            Self::Page(codec::decode(value)?)
        } else if key.starts_with(keys::RUN) {
            Self::Run(Box::new(codec::decode(value)?))
        } else if key.starts_with(keys::AUDIT) {
            Self::Audit(Box::new(super::audit::stored(value)?))
        } else if key.starts_with(keys::TIMER) {
            Self::Timer(codec::decode(value)?)
        } else if key.starts_with(keys::EFFECT) {
            Self::Effect(Box::new(codec::decode(value)?))
        } else if key == super::drills::DRILLS {
            Self::Drills(Box::new(codec::decode(value)?))
        } else if key.starts_with(super::heard::EAR) {
            Self::Ear(Box::new(codec::decode(value)?))
        } else {
            plain::facts(key, value)?.map_or(Self::Inner, Self::Plain)
        })
    }
}
