//! What stands between an open engine and a store that is used: is all there that was acknowledged?

use std::path::Path;

use tracing::{error, warn};

use super::disk::Engine;
use super::guard::{FORMAT, Guard, Identity, Mark};
use super::mark::Found;
use super::totals::Totals;
use super::{Meta, Numbers, StoreError, codec, guard, keys, migrate, rights, verify, words};
use domain::run::audit::Head;

/// What the mark says, held against the commits that the store has.
pub(super) fn marked(
    guard: &Guard,
    commits: u64,
    folder: &Path,
    read_only: bool,
) -> Result<(Option<Mark>, Option<String>), StoreError> {
    match guard.marked() {
        Found::Mark { mark, whole } => {
            if mark.commits > commits {
                let lost = mark.commits - commits;
                let words = format!("its last {lost} saved changes are missing");
                return Err(StoreError::damaged(folder, &words));
            }
            if !whole {
                warn!(
                    "one of the two copies in the file mark is damaged; the other says that nothing is missing"
                );
                if !read_only {
                    guard.set_mark(mark)?;
                }
            }
            Ok((Some(mark), None))
        }
        Found::Damaged if commits > 0 => {
            let words = "both copies in the file mark are damaged, so nobody can tell whether its last changes are there";
            Err(StoreError::damaged(folder, words))
        }
        Found::Nothing if commits > 0 => {
            let words = format!(
                "The file mark was missing from the data folder, so nobody can tell whether the last changes before this start are \
                 there. The last one that is there has the number {commits}. Compare `/incident list` with what you know"
            );
            error!("{words}");
            if !read_only {
                guard.renew_mark(commits)?;
                guard.sync_mark()?;
            }
            Ok((None, Some(words)))
        }
        Found::Damaged | Found::Nothing => Ok((None, None)),
    }
}

/// Holds what a start reads against what must be there. A store of an older format gets its totals first.
pub(super) fn whole(
    engine: &Engine,
    meta: Meta,
    format: u32,
    folder: &Path,
) -> Result<(Meta, Totals), StoreError> {
    let meta = match &meta.totals {
        Some(_) => meta,
        None if format < 2 => {
            if !meta.words {
                words::fill(engine)?;
            }
            migrate::to_format_2(engine, Meta { words: true, ..meta }, folder)?
        }
        None => return Err(StoreError::damaged(folder, "its rows are older than its howler.json says")),
    };
    let totals = meta.totals.clone().unwrap_or_default();
    verify::at_open(engine, &meta, &totals, folder)?;
    Ok((meta, totals))
}

/// Says that the folder is of this format now. Last of all: a howler of the old format may open it until here.
pub(super) fn upgraded(
    guard: &Guard,
    identity: Identity,
    commits: u64,
    folder: &Path,
) -> Result<(), StoreError> {
    guard.renew_mark(commits)?;
    guard.sync_mark()?;
    guard::write_identity(folder, &Identity { format: FORMAT, ..identity })
}

/// A store that holds nothing yet.
pub(super) fn create(
    folder: &Path,
    engine: &Engine,
    guard: &Guard,
    instance: &str,
) -> Result<Meta, StoreError> {
    let meta = Meta {
        instance: instance.to_owned(),
        commits: 0,
        next: Numbers::default(),
        audit: Head::default(),
        words: true,
        totals: Some(Totals::default()),
    };
    engine.write(vec![(keys::META.to_vec(), Some(codec::encode(&meta)?))])?;
    guard.sync_mark()?;
    rights::tighten(folder);
    // Nothing is acknowledged before all of it would outlive a power cut.
    rights::sync_all(folder)?;
    guard::write_identity(folder, &Identity::new(instance))?;
    Ok(meta)
}
