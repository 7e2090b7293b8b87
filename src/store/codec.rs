//! Rows are JSON behind one byte that tells the row format's version.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

pub(super) const VERSION: u8 = 1;

/// # Errors
/// Never for howler's own rows, which have text keys only; kept typed all the same.
pub(super) fn encode(row: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, row).map_err(|error| StoreError::Row(error.to_string()))?;
    Ok(bytes)
}

/// # Errors
/// When the row is of another version or does not parse.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(json(bytes)?).map_err(|error| StoreError::Row(error.to_string()))
}

/// The bytes behind the version.
///
/// # Errors
/// When the row is of another version.
pub(super) fn json(bytes: &[u8]) -> Result<&[u8], StoreError> {
    match bytes.split_first() {
        Some((&VERSION, json)) => Ok(json),
        Some((version, _)) => Err(StoreError::Row(format!("its version is {version}, known is {VERSION}"))),
        None => Err(StoreError::Row("it is empty".into())),
    }
}

#[cfg(test)]
mod tests;
