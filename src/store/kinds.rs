//! How each kind of thing that lives by events is stored: its row, its events, and a mark for as long as it is live, which a
//! start reads.

use std::path::Path;

use super::disk::Engine;
use super::engine::Write;
use super::plain::PlainRows;
use super::totals::hash;
use super::{Of, Store, StoreError, codec, keys, values};
use domain::aggregate::Aggregate;
use domain::id::{IncidentId, RunId};
use domain::incident::Incident;
use domain::incident::event::{Event, EventKind};
use domain::maintenance::event::MaintenanceEvent;
use domain::maintenance::{Maintenance, MaintenanceId};
use domain::oncall::rota::Rota;
use domain::run::Run;

/// Where a kind's rows are.
pub(super) trait Stored: Aggregate {
    /// The prefix of the marks of those that are live; `None` where a start reads the row itself.
    const LIVE: Option<&'static [u8]>;
    /// A start counts the events of those that are live.
    const COUNTED: bool = true;

    fn key(id: Self::Id) -> Vec<u8>;

    fn events_key(id: Self::Id) -> Vec<u8>;

    /// The mark that it is live.
    fn mark_key(_: Self::Id) -> Option<Vec<u8>> {
        None
    }

    /// The one of a mark's or a row's key.
    fn id_in(key: &[u8]) -> Option<Self::Id>;

    /// Rows by which something else leads to it.
    fn ways(&self, _: &mut Vec<Write>) {}

    /// Rows by which what an event brought leads to it.
    fn ways_of(_: Self::Id, _: &Self::Event, _: &mut Vec<Write>) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Stored for Incident {
    const LIVE: Option<&'static [u8]> = Some(keys::OPEN);

    fn key(id: IncidentId) -> Vec<u8> {
        keys::incident(id)
    }

    fn events_key(id: IncidentId) -> Vec<u8> {
        keys::events(id)
    }

    fn mark_key(id: IncidentId) -> Option<Vec<u8>> {
        Some(keys::open(id))
    }

    fn id_in(key: &[u8]) -> Option<IncidentId> {
        keys::incident_in(key)
    }

    /// The marks of its resolutions.
    fn ways(&self, writes: &mut Vec<Write>) {
        for resolution in &self.resolutions {
            let standing = resolution.undone.is_none().then(Vec::new);
            writes.push((keys::resolved(resolution.at, self.id), standing));
        }
    }

    /// By its channel and its messages.
    fn ways_of(id: IncidentId, event: &Event, writes: &mut Vec<Write>) -> Result<(), StoreError> {
        match &event.kind {
            EventKind::RoomOpened { room } => {
                writes.push((keys::room(&room.channel), Some(codec::encode(&id)?)));
            }
            EventKind::Posted { channel, message, .. } => {
                writes.push((keys::post(channel, message), Some(codec::encode(&id)?)));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Stored for Rota {
    const LIVE: Option<&'static [u8]> = None;

    fn key((): ()) -> Vec<u8> {
        keys::ROTA.to_vec()
    }

    fn events_key((): ()) -> Vec<u8> {
        keys::ROTA_EVENT.to_vec()
    }

    fn id_in(_: &[u8]) -> Option<()> {
        Some(())
    }
}

impl Stored for Run {
    const LIVE: Option<&'static [u8]> = Some(keys::LIVE_RUN);
    const COUNTED: bool = false;

    fn key(id: RunId) -> Vec<u8> {
        keys::run(id)
    }

    fn events_key(id: RunId) -> Vec<u8> {
        keys::run_events(id)
    }

    fn mark_key(id: RunId) -> Option<Vec<u8>> {
        Some(keys::live_run(id))
    }

    fn id_in(key: &[u8]) -> Option<RunId> {
        keys::run_in(key)
    }
}

impl Stored for Maintenance {
    const LIVE: Option<&'static [u8]> = Some(b"j/");

    fn key(id: MaintenanceId) -> Vec<u8> {
        keys::numbered(Self::ROWS, id.0)
    }

    fn events_key(id: MaintenanceId) -> Vec<u8> {
        keys::events_of(Self::EVENTS, id.0)
    }

    fn mark_key(id: MaintenanceId) -> Option<Vec<u8>> {
        Self::LIVE.map(|live| keys::numbered(live, id.0))
    }

    fn id_in(key: &[u8]) -> Option<MaintenanceId> {
        keys::number_in(key).map(MaintenanceId)
    }
}

impl PlainRows for Maintenance {
    const ROWS: &'static [u8] = b"h/";
    const EVENTS: &'static [u8] = b"c/";
    const NAMES: [(u8, &'static str, &'static str); 3] = [
        (b'h', "maintenance", "maintenances"),
        (b'c', "event of a maintenance", "events of maintenances"),
        (b'j', "maintenance that is not over", "maintenances that are not over"),
    ];

    fn of(number: u64) -> MaintenanceId {
        MaintenanceId(number)
    }
}

impl Store {
    /// A maintenance, whether it is over or not.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn maintenance(&self, id: MaintenanceId) -> Result<Option<Maintenance>, StoreError> {
        self.with(|engine| read(engine, id))
    }

    /// A maintenance's events in order.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn maintenance_events(&self, id: MaintenanceId) -> Result<Vec<MaintenanceEvent>, StoreError> {
        self.with(|engine| values(engine, &Maintenance::events_key(id)))
    }
}

/// The rows of what a commit changes of one kind.
pub(super) fn rows<A: Stored>(changed: &Of<A>, writes: &mut Vec<Write>) -> Result<(), StoreError> {
    for (id, event) in &changed.events {
        let mut key = A::events_key(*id);
        key.extend(A::seq(event).to_be_bytes());
        writes.push((key, Some(codec::encode(event)?)));
        A::ways_of(*id, event, writes)?;
    }
    for one in &changed.rows {
        let (key, row) = (A::key(one.id()), codec::encode(one.as_ref())?);
        if let Some(mark) = A::mark_key(one.id()) {
            writes.push((mark, one.is_live().then(|| said(&key, &row))));
        }
        writes.push((key, Some(row)));
        one.ways(writes);
    }
    Ok(())
}

/// What a mark says of the row that it stands for.
fn said(key: &[u8], row: &[u8]) -> Vec<u8> {
    hash(key, row).to_be_bytes().to_vec()
}

pub(super) fn read<A: Stored>(engine: &Engine, id: A::Id) -> Result<Option<A>, StoreError> {
    engine.get(&A::key(id))?.map(|row| codec::decode(&row)).transpose()
}

/// Those that are live, by their marks. What cannot be read is given to `unread`, which says whether that is borne.
///
/// # Errors
/// As `unread` gives back.
pub(super) fn live<A: Stored>(
    engine: &Engine,
    folder: &Path,
    mut unread: impl FnMut(A::Id, StoreError) -> Result<(), StoreError>,
) -> Result<Vec<A>, StoreError> {
    let mut found = Vec::new();
    let Some(live) = A::LIVE else { return Ok(found) };
    for row in engine.scan(live) {
        let id = A::id_in(&row?.0).ok_or_else(|| StoreError::Row("a mark".into()))?;
        let missing = || StoreError::damaged(folder, &format!("{} is missing", A::owner_of(id)));
        match read(engine, id).and_then(|one| one.ok_or_else(missing)) {
            Ok(one) => found.push(one),
            Err(error) => unread(id, error)?,
        }
    }
    Ok(found)
}

/// What is wrong with what a mark of this kind stands for, in words; nothing where it is another kind's mark.
pub(super) fn marked<A: Stored>(
    engine: &Engine,
    mark: &[u8],
    value: &[u8],
) -> Result<Option<String>, StoreError> {
    let own = A::LIVE.is_some_and(|live| mark.starts_with(live));
    let Some(id) = A::id_in(mark).filter(|_| own) else { return Ok(None) };
    let (key, name) = (A::key(id), A::owner_of(id));
    let Some(row) = engine.get(&key)? else { return Ok(Some(format!("{name} is missing"))) };
    if said(&key, &row) != *value {
        return Ok(Some(format!("{name} is not as it was written last")));
    }
    let (true, Ok(one)) = (A::COUNTED, codec::decode::<A>(&row)) else { return Ok(None) };
    let events: Vec<A::Event> = values(engine, &A::events_key(id)).unwrap_or_default();
    let fits = events.len() == one.events() as usize;
    Ok((!fits).then(|| format!("{name} has {} of its {} events", events.len(), one.events())))
}
