//! Maintenance: what is asked of it, decided and read.

use std::sync::Arc;

use tracing::info;

use crate::book::Book;
use crate::draft::Draft;
use domain::aggregate::{Aggregate, Cause};
use domain::maintenance::decide::{done, meant, schedule};
use domain::maintenance::line::{MaintenanceAnswer, MaintenanceLine, MaintenanceRefusal};
use domain::maintenance::{Maintenance, MaintenanceId};
use domain::oncall::decide::zone;
use domain::oncall::when::RangeText;
use domain::request::Request;
use store::StoreError;

type Decided = Result<MaintenanceAnswer, MaintenanceRefusal>;

/// The one of this number, as this round has it.
pub(in crate::draft) fn find(
    book: &Book<'_>,
    id: MaintenanceId,
) -> Result<Option<Arc<Maintenance>>, StoreError> {
    let round = book.round.and_then(|round| round.maintenances.changed.get(&id));
    match round.or_else(|| book.state.plain.maintenances.get(&id)) {
        Some(one) => Ok(Some(Arc::clone(one))),
        None => Ok(book.store.maintenance(id)?.map(Arc::new)),
    }
}

/// Those that are not over, the first to begin first.
fn live(book: &Book<'_>) -> Vec<Maintenance> {
    let mut all = book.state.plain.maintenances.clone();
    let round = book.round.into_iter().flat_map(|round| round.maintenances.changed.iter());
    all.extend(round.map(|(id, one)| (*id, Arc::clone(one))));
    let live = all.into_values().filter(|one| one.is_live());
    let mut live: Vec<Maintenance> = live.map(Arc::unwrap_or_clone).collect();
    live.sort_by_key(|one| (one.from, one.id));
    live
}

/// What only reads.
pub(super) fn read(book: &Book<'_>, line: &MaintenanceLine) -> MaintenanceAnswer {
    match line {
        MaintenanceLine::List => MaintenanceAnswer::List { all: live(book), now: book.now },
        MaintenanceLine::Unclear(unclear) => MaintenanceAnswer::Unclear(unclear.clone()),
        MaintenanceLine::Help | MaintenanceLine::Schedule { .. } | MaintenanceLine::Done { .. } => {
            MaintenanceAnswer::Help
        }
    }
}

impl Draft<'_> {
    pub(in crate::draft) fn maintenance(
        &mut self,
        request: &Request,
        line: &MaintenanceLine,
    ) -> Result<MaintenanceAnswer, StoreError> {
        let decided = match line {
            MaintenanceLine::Schedule { range, title } => self.schedule(request, range, title)?,
            MaintenanceLine::Done { which } => self.done(request, *which)?,
            line => Ok(read(&self.book(), line)),
        };
        Ok(decided.unwrap_or_else(MaintenanceAnswer::Refused))
    }

    fn schedule(&mut self, request: &Request, range: &RangeText, title: &str) -> Result<Decided, StoreError> {
        let zone = zone(&self.rota().schedule, self.now);
        let kind = match schedule(&live(&self.book()), range, title, self.now, &zone) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let id = MaintenanceId(self.changes.next.plain.maintenances);
        let cause = Cause::request(request);
        let event = Maintenance::event(1, self.now, &cause, kind);
        let Some(one) = Maintenance::scheduled(id, &event) else { return Ok(Ok(MaintenanceAnswer::Help)) };
        self.changes.next.plain.maintenances += 1;
        info!(maintenance = id.0, from = %one.from, until = %one.until, "scheduled");
        let (title, from, until, now) = (one.title.clone(), one.from, one.until, self.now);
        self.took_effect(None, one, event, &cause)?;
        Ok(Ok(MaintenanceAnswer::Scheduled { id, title, from, until, now }))
    }

    fn done(&mut self, request: &Request, which: Option<MaintenanceId>) -> Result<Decided, StoreError> {
        let id = match which.map_or_else(|| meant(&live(&self.book()), self.now), Ok) {
            Ok(id) => id,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Some(one) = find(&self.book(), id)? else { return Ok(Err(MaintenanceRefusal::NoSuch { id })) };
        let kind = match done(&one) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.record::<Maintenance>(id, &Cause::request(request), kind)?;
        Ok(Ok(MaintenanceAnswer::Done { id, title: one.title.clone() }))
    }
}
