//! What a start finds. A row that this version cannot read, though it is as it was written, keeps nobody from starting: it
//! stays where it is and is told.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use tracing::{error, warn};

use super::disk::Engine;
use super::{Loaded, Plain, Store, StoreError, audit, codec, drills, heard, keys, kinds, read_meta};
use domain::aggregate::Aggregate;
use domain::effect::Effect;
use domain::id::{IncidentId, RunId};
use domain::incident::Incident;
use domain::run::Run;
use domain::timer::Timer;

impl Store {
    /// Reads what is open, waiting and unsent.
    ///
    /// # Errors
    /// When a row is missing, or the rota cannot be read.
    pub fn load(&self) -> Result<Loaded, StoreError> {
        let known = self.audit_known();
        let mut aside = Vec::new();
        let loaded = self.with(|engine| {
            let meta =
                read_meta(engine)?.ok_or_else(|| StoreError::damaged(&self.folder, "it holds no store"))?;
            let (open, unread) = self.open_incidents(engine, &mut aside)?;
            let timers = readable(engine, keys::TIMER, "a timer", &mut aside)?;
            let outbox = self.outbox(engine, &unread, &mut aside)?;
            let mut unreadable = None;
            // Then nobody knows what is being changed, and nothing else is.
            let runs = kinds::live(engine, &self.folder, |id: RunId, error| {
                unreadable = Some(format!("{id} cannot be read: {error}"));
                Ok(())
            })?;
            let plain = Plain::load(engine, &self.folder, &mut aside)?;
            let mut ledger = audit::ledger(engine, &meta, &known);
            ledger.broken = ledger.broken.or(unreadable);
            let rota = engine.get(keys::ROTA)?.map(|row| codec::decode(&row)).transpose()?;
            let mut loaded = Loaded {
                open,
                rota: rota.unwrap_or_default(),
                runs,
                plain,
                ledger,
                ears: heard::ears(engine)?,
                beats: heard::beats(engine)?,
                watched: heard::watched(engine)?,
                vendors: heard::vendors(engine)?,
                expiries: heard::expiries(engine)?,
                finished: heard::runs(engine)?,
                asking: heard::asking(engine)?,
                drills: drills::read(engine)?,
                timers,
                outbox,
                next: meta.next,
            };
            set_all_timers(&mut loaded);
            Ok(loaded)
        })?;
        for row in &aside {
            error!(row, "a row is set aside");
        }
        self.note(|known| known.aside = aside.into_iter().collect());
        Ok(loaded)
    }

    /// Open incidents, and those of them that cannot be read.
    fn open_incidents(
        &self,
        engine: &Engine,
        aside: &mut Vec<String>,
    ) -> Result<(Vec<Incident>, BTreeSet<IncidentId>), StoreError> {
        let mut unread = BTreeSet::new();
        let open = kinds::live(engine, &self.folder, |id: IncidentId, error| match error {
            StoreError::Row(why) => {
                unread.insert(id);
                aside.push(format!(
                    "{id} is open and this version of howler cannot read it ({why}): nobody is reminded of it. Its row \
                     is kept as it is; look after {id} by hand, and tell whoever runs howler"
                ));
                Ok(())
            }
            error => Err(error),
        })?;
        Ok((open, unread))
    }

    /// What waits to be sent; nothing of incidents that cannot be read, for it would hold up what comes behind it.
    fn outbox(
        &self,
        engine: &Engine,
        unread: &BTreeSet<IncidentId>,
        aside: &mut Vec<String>,
    ) -> Result<Vec<Effect>, StoreError> {
        let outbox: Vec<Effect> = readable(engine, keys::EFFECT, "a message that waits to be sent", aside)?;
        let (held, outbox): (Vec<_>, Vec<_>) =
            outbox.into_iter().partition(|effect| effect.incident.is_some_and(|id| unread.contains(&id)));
        if !held.is_empty() {
            aside.push(format!(
                "{} messages of incidents that cannot be read wait with them: they are not sent before that",
                held.len()
            ));
        }
        Ok(outbox)
    }
}

/// Incidents that are over: one that this version cannot read is told on the board, and the others are given.
pub(super) fn given(
    store: &Store,
    engine: &Engine,
    ids: impl IntoIterator<Item = IncidentId>,
) -> Result<Vec<Incident>, StoreError> {
    let mut found = Vec::new();
    for id in ids {
        match kinds::read(engine, id) {
            Ok(incident) => found.extend(incident),
            Err(StoreError::Row(why)) => {
                error!(incident = id.0, why, "an incident cannot be read");
                let words = format!(
                    "This version of howler cannot read {id} ({why}), so no list shows it. Its row is kept as it is"
                );
                store.note(|known| known.aside.extend([words]));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The rows under `prefix`, which are `what`; those that cannot be read are set aside.
fn readable<T: DeserializeOwned>(
    engine: &Engine,
    prefix: &[u8],
    what: &str,
    aside: &mut Vec<String>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    for row in engine.scan(prefix) {
        let (key, value) = row?;
        match codec::decode(&value) {
            Ok(value) => found.push(value),
            Err(StoreError::Row(why)) => aside.push(format!(
                "This version of howler cannot read {what} (row {}: {why}), so nothing comes of it. It is kept as it is; \
                 tell whoever runs howler",
                hex::encode(&key)
            )),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Timers follow from incidents, runs and the rota: one whose row is not there, or cannot be read, runs all the same.
fn set_all_timers(loaded: &mut Loaded) {
    let there: BTreeSet<Timer> = loaded.timers.iter().copied().collect();
    let said = loaded.open.iter().flat_map(Incident::timer_rows);
    let said = said.chain(loaded.runs.iter().flat_map(Run::timer_rows));
    let said = said.chain(loaded.rota.timer_rows()).chain(loaded.plain.timers());
    let lost: BTreeSet<Timer> = said.filter(|timer| !there.contains(timer)).collect();
    for timer in &lost {
        warn!(kind = timer.kind.word(), owner = %timer.owner, due = %timer.due, "a timer had no row; it runs all the same");
    }
    loaded.timers.extend(lost);
}
