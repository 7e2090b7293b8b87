//! The last drill of each procedure: one row.

use super::StoreError;
use super::codec;
use super::disk::Engine;
use super::engine::Write;
use domain::procedure::drill::Drills;

pub(super) const DRILLS: &[u8] = b"D";

pub(super) fn row(drills: &Drills, writes: &mut Vec<Write>) -> Result<(), StoreError> {
    writes.push((DRILLS.to_vec(), Some(codec::encode(drills)?)));
    Ok(())
}

pub(super) fn read(engine: &Engine) -> Result<Drills, StoreError> {
    let row = engine.get(DRILLS)?.map(|row| codec::decode(&row)).transpose()?;
    Ok(row.unwrap_or_default())
}
