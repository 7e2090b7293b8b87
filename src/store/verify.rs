//! The rows that a start reads anyway, held against what must be there. It does not grow with closed incidents; the
//! rest is looked through afterwards: see [`super::look`].

use std::path::Path;

use super::damage::{Gathered, words};
use super::disk::Engine;
use super::kinds::{self, Stored};
use super::totals::Totals;
use super::{Meta, StoreError, keys};
use domain::aggregate::for_each_kind;

/// Compares what a start reads.
///
/// # Errors
/// When something is missing or is not as it was written: what, in words.
pub(super) fn at_open(
    engine: &Engine,
    meta: &Meta,
    totals: &Totals,
    folder: &Path,
) -> Result<(), StoreError> {
    let mut found = Totals::default();
    let mut faults = Vec::new();
    for prefix in at_start() {
        for row in engine.scan(prefix) {
            let (key, value) = row?;
            found.add(&key, &value);
            if let Some(fault) = marked(engine, &key, &value)? {
                faults.push(fault);
            }
        }
    }
    let differences: Vec<_> =
        at_start().into_iter().filter_map(|prefix| totals.difference(prefix, &found)).collect();
    if differences.is_empty() && faults.is_empty() {
        return Ok(());
    }
    let told = everything(engine, meta, totals);
    let told = told.unwrap_or_else(|| differences.iter().map(words).collect());
    let told: Vec<String> = told.into_iter().chain(faults).collect();
    Err(StoreError::damaged(folder, &several(told)))
}

macro_rules! marks {
    ($($name:ident: $kind:ty,)*) => {
        /// What is wrong with what a mark stands for.
        fn marked(engine: &Engine, mark: &[u8], value: &[u8]) -> Result<Option<String>, StoreError> {
            $(if let Some(fault) = kinds::marked::<$kind>(engine, mark, value)? {
                return Ok(Some(fault));
            })*
            Ok(None)
        }

        /// The prefixes that are read whole at each start.
        fn at_start() -> Vec<&'static [u8]> {
            let live = [$(<$kind>::LIVE),*].into_iter().flatten();
            live.chain([keys::TIMER, keys::EFFECT, keys::ROTA, keys::LEDGER]).collect()
        }
    };
}

for_each_kind!(marks);

/// Compares every row.
///
/// # Errors
/// As [`at_open`].
pub(super) fn all(engine: &Engine, meta: &Meta, totals: &Totals, folder: &Path) -> Result<(), StoreError> {
    match everything(engine, meta, totals).as_deref() {
        Some([]) => Ok(()),
        Some(faults) => Err(StoreError::damaged(folder, &several(faults.iter().cloned()))),
        None => Err(StoreError::damaged(folder, "its rows cannot be read")),
    }
}

/// Every row against the totals, in words; `None` where reading breaks off.
fn everything(engine: &Engine, meta: &Meta, totals: &Totals) -> Option<Vec<String>> {
    let mut gathered = Gathered::default();
    for row in engine.scan(b"") {
        let (key, value) = row.ok()?;
        gathered.take(&key, &value);
    }
    Some(gathered.against(totals, meta))
}

/// Faults as one sentence.
pub(super) fn several(faults: impl IntoIterator<Item = String>) -> String {
    let faults: Vec<String> = faults.into_iter().collect();
    const MOST: usize = 12;
    let rest = faults.len().saturating_sub(MOST);
    let mut words = faults.into_iter().take(MOST).collect::<Vec<_>>();
    if rest > 0 {
        words.push(format!("and {rest} more faults"));
    }
    words.join("; ")
}
